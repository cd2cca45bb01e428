"""Replies of every kind, as the assistant gives them: what each channel's renderer is tested with.

At least one for each Outcome, and every feature of Reply somewhere. The dossiers and persons in them do not exist.
"""

from __future__ import annotations

from datetime import date

from knowledge.reply import (
    Aspect,
    Attached,
    Button,
    Card,
    Checklist,
    ChecklistItem,
    Citation,
    Outcome,
    Reply,
    WayRow,
)

PAGE = "https://dichvucong.gov.vn/p/home/dvc-chi-tiet-thu-tuc-nganh-doc.html?ma_thu_tuc=1.001193"
EVERYTHING = "aspects:documents,fees,time_limit,where,steps,conditions,form,legal_basis,result"  # over 64 bytes
SOURCE = "Nguồn: Quyết định 2059/QĐ-BTP, Cổng Dịch vụ công quốc gia, đối chiếu ngày 2/11/2026."
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

BIRTH_CARD = Card(
    title="Đăng ký khai sinh",
    code="1.001193",
    checked=True,
    checklist=Checklist(
        title="Cha mẹ có đăng ký kết hôn",
        items=(
            ChecklistItem(name="Tờ khai đăng ký khai sinh", count="1 bản chính", note="điền tại chỗ cũng được"),
            ChecklistItem(name="Giấy chứng sinh", count="1 bản chính"),
            ChecklistItem(
                name="Giấy chứng nhận kết hôn <của cha mẹ>",
                count="1 bản sao",
                note="không cần nếu đã có trong cơ sở dữ liệu quốc gia về dân cư",
            ),
        ),
    ),
    ways=(
        WayRow(channel="Trực tuyến", time_limit="trong ngày làm việc", fees="miễn phí"),
        WayRow(channel="Nộp trực tiếp", time_limit="trong ngày làm việc", fees="miễn phí; quá hạn 8.000 đồng"),
    ),
    page=PAGE,
)

ANSWER = Reply(
    text=(
        "Đăng ký khai sinh (mã 1.001193)\n\n"
        "Giấy tờ cần có:\nTrường hợp: Cha mẹ có đăng ký kết hôn.\n"
        "• Tờ khai đăng ký khai sinh: 1 bản chính.\n• Giấy chứng sinh: 1 bản chính.\n"
        "• Giấy chứng nhận kết hôn <của cha mẹ>: 1 bản sao.\n\n"
        "Lệ phí:\n• Trực tuyến: miễn phí.\n• Nộp trực tiếp: miễn phí; quá hạn 8.000 đồng.\n\n"
        "Thời hạn:\n• Mọi cách nộp: trong ngày làm việc.\n\n"
        "Nơi nộp:\nTrung tâm Phục vụ hành chính công xã & phường nơi cư trú.\n\n" + SOURCE
    ),
    outcome=Outcome.ANSWER,
    procedure="1.001193",
    confidence=0.97,
    sources=(Citation(code="1.001193", field="cases", name="Đăng ký khai sinh", as_of=date(2026, 11, 2), page=PAGE),),
    buttons=(
        Button(title="Xem đầy đủ", payload=EVERYTHING),
        Button(title="Trình tự thực hiện", payload="aspects:steps"),
        Button(title="📍 Gần tôi nhất", payload="intent:give_place"),
        Button(title="👍 Có ích", payload="feedback:helpful"),
        Button(title="👎 Chưa đúng ý", payload="feedback:unhelpful"),
    ),
    card=BIRTH_CARD,
)

CARD_ONLY = Reply(  # the card says what the text does not
    text="Đăng ký khai sinh (mã 1.001193)\n\n" + SOURCE,
    outcome=Outcome.ANSWER,
    procedure="1.001193",
    card=BIRTH_CARD.model_copy(update={"checked": False}),
)

CHECKLIST = Reply(
    text=(
        "Theo lời anh/chị: cha mẹ chưa đăng ký kết hôn; đã có giấy chứng sinh.\n"
        "❗ Muốn ghi tên cha thì làm thủ tục nhận cha, mẹ, con cùng lúc.\n\n"
        "Đăng ký khai sinh (mã 1.001193)\n\nGiấy tờ cần có:\n• Tờ khai đăng ký khai sinh: 1 bản chính.\n"
        "• Giấy chứng sinh: 1 bản chính.\n\nNơi nộp:\n"
        "Trung tâm Phục vụ hành chính công phường Trường Vinh.\n\n" + SOURCE
    ),
    outcome=Outcome.ANSWER,
    procedure="1.001193",
    card=Card(
        title="Đăng ký khai sinh",
        code="1.001193",
        checked=True,
        checklist=Checklist(title="Đăng ký khai sinh", items=BIRTH_CARD.checklist.items[:2]),  # type: ignore[union-attr]
        page=PAGE,
    ),
    buttons=(Button(title="Nộp hồ sơ trực tuyến", payload="start:1.001193"),),
)

CLARIFY = Reply(
    text=(
        "👉 Cha mẹ cháu có đăng ký kết hôn không ạ?\n1. Có đăng ký kết hôn\n2. Chưa đăng ký kết hôn\n"
        "3. Cha hoặc mẹ là người nước ngoài, hoặc đang ở nước ngoài"
    ),
    outcome=Outcome.CLARIFY,
    procedure="1.001193",
    buttons=(
        Button(title="Có đăng ký kết hôn", payload="answer:cha-me=co-ket-hon"),
        Button(title="Chưa đăng ký kết hôn", payload="answer:cha-me=chua-ket-hon"),
        Button(
            title="Cha hoặc mẹ là người nước ngoài, hoặc đang ở nước ngoài",
            payload="answer:cha-me-hoac-nguoi-giam-ho-cua-chau=mot-ben-la-nguoi-nuoc-ngoai",
        ),
        Button(title="Tôi không rõ", payload="answer:cha-me=?"),
        Button(title="Tại sao hỏi vậy?", payload="intent:ask_why"),
    ),
)

THIRTY = Reply(
    text="Xã cũ của anh/chị nay thuộc xã, phường nào ạ?",
    outcome=Outcome.CLARIFY,
    buttons=tuple(Button(title=f"Xã Ví Dụ {number}", payload=f"place:{17000 + number}") for number in range(1, 31)),
)

NOT_IN_CATALOGUE = Reply(
    text=(
        "Việc này chưa có trong danh mục của tôi. "
        "Anh/chị xem trên dichvucong.gov.vn hoặc hỏi Trung tâm Phục vụ hành chính công gần nhất."
    ),
    outcome=Outcome.NOT_IN_CATALOGUE,
    buttons=(Button(title="Gặp cán bộ", payload="intent:hand_off"),),
)

OUT_OF_SCOPE = Reply(
    text="Tôi chỉ giúp về thủ tục hành chính. Anh/chị cần làm giấy tờ gì, tôi chỉ cho ạ.",
    outcome=Outcome.OUT_OF_SCOPE,
)

SMALL_TALK = Reply(text="Dạ chào anh/chị! Anh/chị cần làm giấy tờ gì ạ?", outcome=Outcome.SMALL_TALK)

HAND_OFF = Reply(
    text="Anh/chị để lại số điện thoại để cán bộ gọi lại nhé.",
    outcome=Outcome.HAND_OFF,
    buttons=(Button(title="Không để lại số", payload="intent:deny"),),
    wants_contact=True,
)

WHERE_ARE_YOU = Reply(
    text="Anh/chị ở xã, phường nào ạ? Gửi vị trí cũng được.", outcome=Outcome.CLARIFY, wants_location=True
)

STATUS = Reply(
    text=(
        "Hồ sơ 000.00.01.H41-261102-0007: đang xử lý.\n"
        "Ngày hẹn trả: 27/11/2026, còn 4 ngày làm việc.\n\nViệc cần làm: chờ, chưa phải bổ sung gì."
    ),
    outcome=Outcome.STATUS,
    buttons=(
        Button(title="Báo tôi khi có thay đổi", payload="follow:yes"),
        Button(title="Hồ sơ khác", payload="intent:other_dossier"),
    ),
    attached=(
        Attached(
            id="picture-of-the-way-0001",
            name="Đường đi của hồ sơ.png",
            media_type="image/png",
            size=48_213,
            alt="Đã nhận ngày 2/11; đang xử lý từ 3/11; hẹn trả 27/11.",
        ),
    ),
)

WANTS_FILE = Reply(
    text="Anh/chị gõ mã hồ sơ, hoặc chụp biên nhận gửi vào đây nhé.", outcome=Outcome.STATUS, wants_file=True
)

SUBMISSION = Reply(
    text="Họ và tên của cháu là gì ạ?\nVí dụ: Nguyễn Văn A",
    outcome=Outcome.SUBMISSION,
    buttons=(
        Button(title="Là sao?", payload="form:explain"),
        Button(title="Để sau", payload="form:later"),
    ),
)

OPTIONS = Reply(
    text="Giới tính của cháu?",
    outcome=Outcome.SUBMISSION,
    buttons=(
        Button(title="Nam", payload="option:0"),
        Button(title="Nữ", payload="option:1"),
        Button(title="Bỏ qua", payload="form:skip"),
    ),
)

PAPERS = Reply(
    text="Đã tạo bản nháp hồ sơ. Anh/chị tải tờ khai về, ký rồi mang theo nhé.",
    outcome=Outcome.SUBMISSION,
    attached=(
        Attached(id="paper-to-take-away-0001", name="Tờ khai.pdf", media_type="application/pdf", size=91_044),
        Attached(id="paper-to-take-away-0002", name="Tờ khai.docx", media_type=DOCX, size=20_480),
    ),
    buttons=(Button(title="Báo tôi khi hồ sơ có tin", payload="follow:yes"),),
)

CONSENT = Reply(
    text=(
        "Để điền tờ khai, tôi cần hỏi họ tên, ngày sinh, số định danh. "
        "Dữ liệu được mã hóa, giữ 30 ngày, xóa khi anh/chị yêu cầu. Anh/chị đồng ý không ạ?"
    ),
    outcome=Outcome.SUBMISSION,
    buttons=(
        Button(title="Đồng ý", payload="consent:submission=yes"),
        Button(title="Không đồng ý", payload="consent:submission=no"),
    ),
)

ERASED = Reply(text="Đã xóa hết dữ liệu của anh/chị.", outcome=Outcome.SMALL_TALK, erased=True)

EMERGENCY = Reply(
    text="Nếu đang nguy hiểm, anh/chị gọi ngay:\n• 113: công an\n• 114: cứu hỏa\n• 115: cấp cứu",
    outcome=Outcome.EMERGENCY,
)

TROUBLE = Reply(
    text="Trợ lý đang tạm nghỉ. Anh/chị gửi lại sau ít phút giúp nhé.",
    outcome=Outcome.TROUBLE,
    buttons=(Button(title="Gặp cán bộ", payload="intent:hand_off"),),
)

ENGLISH = Reply(
    text=(
        "Birth registration (code 1.001193)\n\nPapers:\n• Birth registration form: 1 original.\n"
        "• Birth certificate from the hospital: 1 original.\n\nFees:\n• Every way of handing in: free.\n\n"
        "Source: Decision 2059/QĐ-BTP, National Public Service Portal, compared on 2 November 2026."
    ),
    outcome=Outcome.ANSWER,
    procedure="1.001193",
    buttons=(Button(title="👍 Helpful", payload="feedback:helpful"),),
)

LONG = Reply(
    text="Cấp giấy phép xây dựng (mã 1.013225)\n\nTrình tự thực hiện:\n"
    + "\n".join(
        f"{number}. Người nộp mang hồ sơ đến Trung tâm Phục vụ hành chính công. "
        f"Cán bộ kiểm tra hồ sơ, thu 75.000 đồng & ghi giấy hẹn <mẫu số {number}>. "
        "Thiếu giấy tờ nào, cán bộ ghi phiếu hướng dẫn bổ sung một lần cho đủ."
        for number in range(1, 41)
    )
    + "\n\n"
    + SOURCE,
    outcome=Outcome.ANSWER,
    procedure="1.013225",
    aspects=(Aspect.STEPS,),
    buttons=(Button(title="Giấy tờ cần có", payload="aspects:documents"),),
)

REPLIES: dict[str, Reply] = {
    "answer": ANSWER,
    "card-only": CARD_ONLY,
    "checklist": CHECKLIST,
    "clarify": CLARIFY,
    "thirty-buttons": THIRTY,
    "not-in-catalogue": NOT_IN_CATALOGUE,
    "out-of-scope": OUT_OF_SCOPE,
    "small-talk": SMALL_TALK,
    "hand-off-contact": HAND_OFF,
    "location": WHERE_ARE_YOU,
    "status-picture": STATUS,
    "wants-file": WANTS_FILE,
    "submission": SUBMISSION,
    "submission-options": OPTIONS,
    "submission-papers": PAPERS,
    "consent": CONSENT,
    "erased": ERASED,
    "emergency": EMERGENCY,
    "trouble": TROUBLE,
    "english": ENGLISH,
    "long": LONG,
}
assert {reply.outcome for reply in REPLIES.values()} == set(Outcome)
