"""What is told when a submission is done: the draft with its code, what is missing, where to go on, the paper form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from actions.dossiers.day_words import on_day, short_day
from actions.dossiers.dossier import Channel, Draft
from actions.dossiers.return_day import day_of, limit_words, limits_for
from actions.submissions.asking import SEE_AGAIN
from actions.submissions.drafting import documents_missing
from actions.submissions.files import Files
from actions.submissions.form import EForm
from actions.submissions.handing_out import qr_png
from actions.submissions.paper import paper_of
from actions.submissions.paper_docx import as_docx
from actions.submissions.paper_pdf import as_pdf
from actions.submissions.submission import Submission
from knowledge.places import Places
from knowledge.record import Procedure
from knowledge.reply import Attached, Button, Outcome, Reply
from knowledge.sections import page_of
from knowledge.working_days import WorkCalendar

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PNG = "image/png"
RECEIPT_COUNTS = "Ngày đúng là ngày ghi trên giấy tiếp nhận."
DEMONSTRATION = "⚠ Dữ liệu thử nghiệm, không phải hồ sơ thật."


@dataclass(frozen=True)
class Papers:
    """What is handed out: the filled-in form in two formats, the QR code of the page where it goes on."""

    attached: tuple[Attached, ...]


def papers(conversation: str, submission: Submission, form: EForm, places: Places, files: Files) -> Papers:
    """Makes the papers and keeps them, sealed, for as long as files are kept."""
    paper = paper_of(
        form, submission.content.answers, places, documents=submission.content.documents, made=submission.changed
    )
    name = f"to-khai-{form.code}"
    made = [(f"{name}.pdf", PDF, as_pdf(paper), ""), (f"{name}.docx", DOCX, as_docx(paper), "")]
    draft = submission.content.draft
    if draft is not None and draft.page:
        made.append(("ma-qr.png", PNG, qr_png(draft.page), "Mã QR mở trang nộp tiếp bản nháp"))
    attached = tuple(
        Attached(
            id=files.keep(conversation, file_name, media_type, content, kind="made"),
            name=file_name,
            media_type=media_type,
            size=len(content),
            alt=alt,
        )
        for file_name, media_type, content, alt in made
    )
    return Papers(attached)


@dataclass(frozen=True)
class Facts:
    """What is known beside the submission. record: of the procedure; fees: as it tells them; calendar: working days."""

    record: Procedure | None
    fees: str
    calendar: WorkCalendar
    demonstration: bool


def told(submission: Submission, form: EForm, made: Papers, facts: Facts) -> Reply:
    """The reply about a draft, or about the paper form alone."""
    draft, missing = submission.content.draft, documents_missing(submission.content)
    lines = [DEMONSTRATION] if facts.demonstration else []
    if draft is not None:
        missing = tuple(dict.fromkeys([*missing, *(name for name in draft.missing if not form.is_itself(name))]))
        lines += [*_draft_lines(draft, facts.fees), *_day_lines(draft, facts)]
    else:
        lines += _paper_lines(facts.record)
    lines += _missing_lines(missing, submission.content.notes)
    if made.attached:
        lines += ["", "Tờ khai điền sẵn (PDF, DOCX) ở dưới để in hoặc tải lên. Anh/chị đọc lại trước khi ký."]
    else:
        lines += ["", f"Lúc này tôi chưa in được tờ khai điền sẵn. Anh/chị bấm {SEE_AGAIN.title} sau ít phút."]
    lines.append("Tôi không bao giờ hỏi mật khẩu hay mã OTP của VNeID.")
    buttons = []
    if draft is not None:
        buttons.append(Button(title="Báo tôi khi hồ sơ có tin", payload="follow:yes"))
    if not made.attached:
        buttons.append(SEE_AGAIN)
    buttons.append(Button(title="Đánh giá phục vụ", payload="intent:take_survey"))
    text = "\n".join(lines)
    return Reply(
        text=text,
        outcome=Outcome.SUBMISSION,
        procedure=submission.procedure,
        buttons=tuple(buttons),
        attached=made.attached,
    )


def _draft_lines(draft: Draft, fees: str) -> list[str]:
    lines = [f"✅ Đã tạo bản nháp trong hệ thống của tỉnh. Mã: {draft.code}", "Bản nháp chưa phải là đã nộp."]
    if draft.page:
        lines.append(f"Mở trang này, đăng nhập VNeID và bấm nộp: {draft.page} (hoặc quét mã QR ở dưới).")
    else:
        lines.append("Đọc mã này cho cán bộ một cửa khi đến nộp, hoặc nộp trên https://dichvucong.gov.vn bằng VNeID.")
    if draft.fees is not None:
        lines += ["", "Phí, lệ phí hệ thống ghi:"]
        lines += [f"• {fee.name}: {_money(fee.amount)}" for fee in draft.fees] or ["• Không có khoản nào."]
    elif fees:
        lines += ["", f"Lệ phí (theo thủ tục, hệ thống của tỉnh chưa ghi): {fees}"]
    return lines


def _day_lines(draft: Draft, facts: Facts) -> list[str]:
    """The day that the system expects, and our own count beside it; which of them holds, where they differ."""
    if draft.due is None:
        return []
    day = day_of(draft.due)
    text = f"Nếu nộp {on_day(draft.made)} thì hệ thống dự kiến trả {on_day(draft.due)}"
    limits = limits_for(Channel.ONLINE, facts.record)
    due = facts.calendar.due(draft.made, limits[0]) if len(limits) == 1 else None
    if due is None:
        return [f"{text}. {RECEIPT_COUNTS}"]
    limit = limit_words(limits[0])
    if due.day == day:
        return [f"{text}, đúng thời hạn {limit} của thủ tục."]
    return [f"{text}; thời hạn chung của thủ tục ({limit}) thì ra ngày {short_day(due.day)}. {RECEIPT_COUNTS}"]


def _paper_lines(record: Procedure | None) -> list[str]:
    page = page_of(record) if record else None
    lines = ["✅ Tờ khai đã điền xong. Hệ thống của tỉnh chưa nhận bản nháp qua trợ lý."]
    lines.append(f"Anh/chị nộp trên trang của thủ tục, đăng nhập VNeID: {page or 'https://dichvucong.gov.vn'}")
    lines.append("Hoặc in tờ khai, ký rồi nộp tại Trung tâm Phục vụ hành chính công.")
    return lines


def _missing_lines(missing: tuple[str, ...], notes: Mapping[str, str]) -> list[str]:
    """Papers that did not come; those that only some people need stand apart, with when."""
    needed = [f"• {name}" for name in missing if not notes.get(name)]
    perhaps = [f"• {name}: {notes[name]}" for name in missing if notes.get(name)]
    return [
        *(["", "Giấy tờ còn thiếu:", *needed] if needed else []),
        *(["", "Chỉ cần nếu đúng trường hợp:", *perhaps] if perhaps else []),
    ]


def _money(amount: int) -> str:
    return f"{amount:,}".replace(",", ".") + " đồng"
