"""What the form says: its questions with their buttons, the summary, and every sentence around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.submissions.form import EForm, Forms
from actions.submissions.showing import shown, summary
from actions.submissions.submission import Content, Submission, asked_fields, document_asked, field_asked
from actions.submissions.tables import State
from knowledge.asking_back import short
from knowledge.catalogue import Catalogue
from knowledge.library import Library
from knowledge.normalise import fold
from knowledge.places import Places
from knowledge.record import Procedure
from knowledge.reply import Aspect, Attached, Button, Outcome, Reply
from knowledge.sections import page_of
from knowledge.understood import Understood
from knowledge.working_days import VIETNAM


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SEE_AGAIN = Button(title="Xem lại tờ khai", payload="form:send")  # of a form that is done
SAME = "Như trên"
SURE = 0.6  # chance from which a message names the procedure of a submission
FIELDS_SHOWN = 4  # of what is settled, when somebody comes back
OFFERED = 6  # procedures
NEAR = 3  # of what the search finds, that may be meant
USUAL = ("1.001193", "1.004194", "1.000894", "1.004873", "2.000635", "1.001612")  # what people hand in most often
OF_HANDING_IN = _words(
    """nop ho so to khai don giay dien lam man soan tao bat dau mo online truc tuyen luon ngay bay gio o day giup
    dum cho toi tui em minh chau anh chi oi a di nhe nha voi muon can duoc khong ko k dc cai mot viec nay tren mang"""
)
EXPLAINED_DOCUMENT = (
    "Anh/chị chụp thẳng, đủ bốn góc, đủ sáng rồi bấm 📎 để gửi; file PDF cũng được. "
    "Chưa có thì bấm Bỏ qua, bổ sung sau."
)
NEAREST = "Gần anh/chị nhất: {names}. Anh/chị chọn một giúp."
WHICH_FIELD = "Anh/chị muốn sửa mục nào? Nhắn số của mục hoặc tên mục, ví dụ “sửa 7” hay “ngày sinh của trẻ”."
FILE_GONE = "Tệp này không còn. Anh/chị gửi lại giúp."
NO_DOCUMENT_ASKED = "Tôi đã nhận tệp, nhưng các giấy tờ của tờ khai này đã đủ nên tôi không gắn thêm."
NOT_WHILE_SENDING = (
    "Bản nháp đang được gửi sang hệ thống của tỉnh mà chưa có hồi âm, nên lúc này chưa sửa được. "
    "Anh/chị bấm Gửi lần nữa để biết kết quả."
)


@dataclass(frozen=True)
class Option:
    """An answer that a button gives. label: what stands on it. typed: its words are read like typed ones."""

    label: str
    value: Any
    typed: bool = False

    @property
    def title(self) -> str:
        """What stands on its button."""
        return short(self.label)


def next_question(form: EForm, submission: Submission, places: Places, offered: Sequence[str]) -> Reply:
    """What is asked next. offered: communes of which one is meant."""
    if submission.state is State.SENDING:
        return confirmation(form, submission, places)
    field = field_asked(form, submission.content)
    if field:
        return field_question(form, field, submission.content, places, offered)
    document = document_asked(submission.content)
    return document_question(document, submission.content) if document else confirmation(form, submission, places)


def field_question(form: EForm, field: str, content: Content, places: Places, offered: Sequence[str]) -> Reply:
    """One question, with how far it is, and buttons for what can be tapped."""
    question = form.question(field)
    asked = asked_fields(form, content.answers)
    place = asked.index(field)
    lines = [f"({place + 1}/{len(asked)}) {question.ask}"]
    if question.example and not question.choices:
        lines.append(f"Ví dụ: {question.example}")
    choices = options(form, field, content, places, offered)
    if question.choices:
        lines += [f"{row}. {choice.label}" for row, choice in enumerate(choices, 1)]
    if field in content.answers:
        lines.append(f"Đang ghi: {shown(form, field, content.answers[field], places)}")
    buttons = [Button(title=choice.title, payload=f"option:{row}") for row, choice in enumerate(choices)]
    if not form.required(field):
        buttons.append(Button(title="Bỏ qua", payload="form:skip"))
    return Reply(
        text="👉 " + "\n".join(lines),
        outcome=Outcome.SUBMISSION,
        procedure=form.code,
        buttons=(*buttons, *_ways(place)),
        wants_contact=field == form.file.applicant.phone,
        wants_location=form.property(field).get("format") == "commune",
    )


def options(form: EForm, field: str, content: Content, places: Places, offered: Sequence[str]) -> list[Option]:
    """The answers that can be tapped, always in the same order for the same content."""
    question = form.question(field)
    found = [Option(label, value) for value, label in question.choices.items()]
    if offered and form.property(field).get("format") == "commune":
        found += [Option(places.by_code[code].name, code) for code in offered if code in places.by_code]
    found += [Option(text, text, typed=True) for text in question.suggest]
    same = {content.answers[name]: name for name in reversed(question.same_as) if name in content.answers}
    found += [Option(f"{SAME}: {shown(form, same[value], value, places)}", value) for value in reversed(same)]
    return found


def document_question(document: str, content: Content) -> Reply:
    """Asks for a picture or PDF of a document of the checklist."""
    place = content.documents.index(document) + 1
    note = content.notes.get(document)
    text = (
        f"👉 Giấy tờ {place}/{len(content.documents)}: {document}.\n"
        + (f"{note[:1].upper()}{note[1:]}.\n" if note else "")
        + "Anh/chị bấm 📎 gửi ảnh chụp hoặc file PDF. Chưa có thì bỏ qua, bổ sung sau cũng được."
    )
    buttons = (Button(title="Bỏ qua giấy này", payload="form:skip"), *_ways(1))
    return Reply(text=text, outcome=Outcome.SUBMISSION, buttons=buttons, wants_file=True)


def confirmation(form: EForm, submission: Submission, places: Places) -> Reply:
    """Everything once more, to be confirmed."""
    content = submission.content
    lines = [f"{form.file.form.name}:", *summary(form, content.answers, places)]
    if content.documents:
        lines += ["", "Giấy tờ kèm theo:"]
        lines += [f"• {name}: {_came(name, content)}" for name in content.documents]
    if submission.state is State.SENDING:
        lines += ["", "Lần gửi trước chưa có hồi âm. Gửi lại không tạo hồ sơ thứ hai."]
    lines += [
        "",
        "👉 Anh/chị xem lại. Sai chỗ nào thì nhắn “sửa” kèm số của mục, ví dụ “sửa 7”. Đúng cả rồi thì bấm Gửi.",
    ]
    buttons = (
        Button(title="Gửi", payload="form:send"),
        Button(title="Sửa", payload="form:edit"),
        Button(title="Để sau", payload="form:later"),
    )
    return Reply(text="\n".join(lines), outcome=Outcome.SUBMISSION, procedure=form.code, buttons=buttons)


def so_far(form: EForm, content: Content, places: Places) -> str:
    """What is answered so far."""
    if not content.answers:
        return "Tờ khai chưa có mục nào."
    told = [line for line in summary(form, content.answers, places) if not line.endswith("(để trống)")]
    return "\n".join(["Đã ghi đến lúc này:", *told])


def explained(form: EForm, field: str) -> str:
    """What is meant by a question."""
    question = form.question(field)
    example = f" Ví dụ: {question.example}." if question.example else ""
    return f"{question.help}{example}"


def needed(form: EForm, field: str) -> str:
    """Why a field cannot be left out."""
    return f"Mục “{form.title(field)}” phải có nên không bỏ qua được. Chưa rõ thì bấm Để sau, hỏi lại rồi điền tiếp."


def still_open(title: str) -> str:
    """A field that must be answered is not."""
    return f"Còn mục “{title}” chưa điền hoặc chưa đúng."


def file_taken(document: str, name: str) -> str:
    """A document came."""
    return f"✅ Đã nhận {document} ({name})."


def bad_photo(problems: Sequence[str], good: Attached) -> Reply:
    """What is wrong with a photo, with a drawing of a good one."""
    text = "\n".join(
        ["📷 " + " ".join(problems), "Ảnh mẫu ở dưới: đủ bốn góc, thẳng, sáng đều. Anh/chị chụp lại giúp."]
    )
    keep = Button(title="Vẫn dùng ảnh này", payload="form:keep")
    return Reply(text=text, outcome=Outcome.SUBMISSION, buttons=(keep,), attached=(good,), wants_file=True)


def refused(reason: str) -> str:
    """The province's system refused the draft."""
    return f"Hệ thống của tỉnh chưa nhận bản nháp: {reason} Những gì anh/chị đã điền vẫn còn."


def away(last_seen: datetime | None) -> str:
    """The province's system does not answer; nothing is lost."""
    seen = f" (lần cuối kết nối được: {last_seen.astimezone(VIETNAM):%H:%M %d/%m/%Y})" if last_seen else ""
    return f"Hệ thống của tỉnh đang không trả lời{seen}. Những gì anh/chị đã điền vẫn còn; lát nữa bấm Gửi lại."


def not_kept() -> Reply:
    """The database is away: the answer was not kept, and the citizen must know."""
    text = "Tôi chưa lưu được câu trả lời vừa rồi vì có trục trặc. Anh/chị gửi lại giúp sau ít phút."
    return Reply(text=text, outcome=Outcome.TROUBLE)


def trouble() -> Reply:
    """The database is away: the form cannot be opened."""
    text = "Lúc này tôi chưa mở được tờ khai vì có trục trặc. Anh/chị nhắn lại sau ít phút; gì đã lưu vẫn còn."
    return Reply(text=text, outcome=Outcome.TROUBLE)


def done_but_not_told() -> Reply:
    """The form is done, but its papers cannot be read just now: a tap tells them later."""
    text = f"Tờ khai đã xong nhưng lúc này tôi chưa mở lại được để báo mã. Anh/chị bấm {SEE_AGAIN.title} sau ít phút."
    return Reply(text=text, outcome=Outcome.TROUBLE, buttons=(SEE_AGAIN,))


def ended(outcome: str) -> Reply:
    """The form ends without a draft."""
    texts = {
        State.LATER: "Đã lưu tờ khai đang làm dở. Lúc nào tiện, anh/chị nhắn “làm tiếp”.",
        State.CANCELLED: "Đã hủy tờ khai này. Khi cần, anh/chị cứ nói việc muốn nộp.",
        "refused": "Dạ vâng, tôi không hỏi thông tin cá nhân. Anh/chị vẫn hỏi được giấy tờ, lệ phí, nơi nộp.",
    }
    buttons = (Button(title="Làm tiếp", payload="form:resume"),) if outcome == State.LATER else ()
    text = texts.get(outcome, "Không có tờ khai nào đang làm.")
    return Reply(text=text, outcome=Outcome.SUBMISSION, buttons=buttons)


def nothing_begun() -> Reply:
    """There is no submission to go on with."""
    text = "Anh/chị chưa có tờ khai nào đang làm. Muốn nộp việc gì, anh/chị cứ nói, ví dụ: “nộp khai sinh cho con”."
    return Reply(text=text, outcome=Outcome.SUBMISSION)


def no_form(record: Procedure) -> Reply:
    """There is no e-form for the procedure: the portal has one."""
    where = f"\nTrang của thủ tục: {page_of(record)}" if page_of(record) else ""
    text = (
        f"Tôi chưa có tờ khai điền sẵn cho thủ tục {record.name} (mã {record.code}). Anh/chị nộp trực tuyến trên "
        f"https://dichvucong.gov.vn, đăng nhập bằng VNeID, hoặc nộp tại Trung tâm Phục vụ hành chính công.{where}"
    )
    buttons = (Button(title="Giấy tờ cần có", payload="aspects:documents"),)
    return Reply(text=text, outcome=Outcome.SUBMISSION, procedure=record.code, buttons=buttons)


def names_a_matter(text: str) -> bool:
    """Whether a wish to hand in names what, too: more than "nộp hồ sơ luôn giúp em"."""
    return any(word not in OF_HANDING_IN for word in fold(text).split())


def which_procedure(forms: Forms, catalogue: Catalogue, near: Sequence[str] = ()) -> Reply:
    """Asks what is to be handed in. near: procedures that the words may mean, offered first."""
    codes = dict.fromkeys([*near, *(code for code in USUAL if code in forms.codes)])
    offered = [catalogue.procedures[code] for code in codes if code in catalogue.procedures][:OFFERED]
    buttons = tuple(
        Button(title=short(record.short_name or record.name), payload=f"start:{record.code}") for record in offered
    )
    text = "Anh/chị muốn nộp hồ sơ cho việc gì? Ví dụ: “nộp khai sinh cho con”, “đăng ký tạm trú”."
    return Reply(text=text, outcome=Outcome.SUBMISSION, buttons=buttons)


def documents_of(library: Library, form: EForm, understood: Understood | None) -> dict[str, str]:
    """The documents of this person's checklist with when they are needed, without the form that is being filled in."""
    reply = library.personal(form.code, understood or Understood())
    items = reply.card.checklist.items if reply.card and reply.card.checklist else ()
    return {item.name: (item.note or "").strip(" .") for item in items if not form.is_itself(item.name)}


def fees_of(library: Library, code: str) -> str:
    """What the record says of the fees where it is handed in online; empty if it says nothing."""
    reply = library.tell(code, (Aspect.FEES,))
    rows = reply.card.ways if reply.card else ()
    online = next((row for row in rows if "trực tuyến" in row.channel.lower()), next(iter(rows), None))
    return online.fees if online else ""


def _came(name: str, content: Content) -> str:
    count = len(content.files.get(name, ()))
    return f"{count} tệp" if count else "chưa gửi"


def _ways(place: int) -> tuple[Button, ...]:
    back = (Button(title="Quay lại", payload="form:back"),) if place else ()
    return (*back, Button(title="Là sao?", payload="form:explain"), Button(title="Để sau", payload="form:later"))
