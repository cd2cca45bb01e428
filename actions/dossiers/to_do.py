"""What the citizen must do about a dossier now, in words."""

from __future__ import annotations

from datetime import datetime

from actions.dossiers import return_day
from actions.dossiers.day_words import on_day, sentence
from actions.dossiers.dossier import Channel, Dossier, Obligation, Status, Supplement
from actions.dossiers.return_day import day_of
from knowledge import words
from knowledge.dates import day_in_words
from knowledge.record import Procedure

PORTAL = "Cổng Dịch vụ công quốc gia"
PAYING = "https://dichvucong.gov.vn/thanh-toan-truc-tuyen"
COMPLAINING = "https://dichvucong.gov.vn/nop-phan-anh-kien-nghi"
MOST_PAPERS = 12
FIXED = {
    Status.NOT_RECEIVED: "👉 Anh/chị xem phiếu từ chối tiếp nhận, sửa chỗ chưa đúng rồi nộp lại.",
    Status.STOPPED: "👉 Anh/chị xem thông báo dừng giải quyết; chưa rõ thì hỏi nơi nộp hồ sơ.",
    Status.REGISTERED: "👉 Anh/chị chưa phải làm gì, chờ bộ phận một cửa kiểm tra.",
    Status.WITHDRAWAL_ASKED: "👉 Nếu không phải anh/chị xin rút thì hỏi ngay nơi nộp hồ sơ.",
    Status.RETURNED: "Anh/chị không phải làm gì thêm.",
    None: "👉 Chưa rõ nghĩa của trạng thái này thì anh/chị hỏi nơi nộp hồ sơ.",
}
WAITING = "👉 Anh/chị chưa phải làm gì, chờ đến ngày hẹn."
NOT_TO_PAY_YET = "👉 Anh/chị chưa phải nộp tiền: chưa có thông báo của cơ quan thuế."
NO_PAPERS = "👉 Hệ thống không ghi thiếu giấy gì. Anh/chị xem phiếu yêu cầu bổ sung hoặc hỏi nơi nộp hồ sơ."
NO_OBLIGATION = "👉 Hệ thống không ghi khoản phải nộp. Anh/chị xem thông báo nộp tiền hoặc hỏi nơi nộp hồ sơ."


def to_do(dossier: Dossier, record: Procedure | None, at: datetime) -> list[str]:
    """All of it, each beginning with a pointing hand. record: says whether the time stands still meanwhile."""
    papers, owed = return_day.awaited_papers(dossier), return_day.owed(dossier)
    lines: list[str] = []
    if papers:
        lines += [*supplement_lines(papers, dossier), *_time_stands(papers, record)]
    elif dossier.status is Status.SUPPLEMENT_ASKED:
        lines.append(NO_PAPERS)
    if owed:
        lines += payment_lines(owed, at)
    elif dossier.status is Status.PAYMENT_ASKED:
        lines.append(NO_OBLIGATION)
    return lines or other_to_do(dossier, at)


def supplement_lines(papers: Supplement, dossier: Dossier) -> list[str]:
    """Which papers are wanted, what exactly, and how to send them."""
    by = f" ({papers.asked_by})" if papers.asked_by else ""
    lines = [f"👉 Anh/chị cần bổ sung, yêu cầu từ {on_day(papers.asked)}{by}: {sentence(papers.what)}"]
    lines += [f"• {paper}" for paper in papers.papers[:MOST_PAPERS]]
    if len(papers.papers) > MOST_PAPERS:
        lines.append("• … và giấy khác, xem trên phiếu yêu cầu bổ sung.")
    return [*lines, _how_to_send(dossier)]


def _how_to_send(dossier: Dossier) -> str:
    if dossier.channel is Channel.ONLINE:
        return f"Cách gửi: đăng nhập {PORTAL} bằng VNeID, mở hồ sơ này rồi đính kèm giấy tờ."
    place = dossier.place or "nơi đã nhận hồ sơ"
    how = "gửi bưu chính hoặc mang" if dossier.channel is Channel.POST else "mang"
    return f"Cách gửi: {how} đến {place}, kèm giấy tiếp nhận hồ sơ."


def _time_stands(papers: Supplement, record: Procedure | None) -> list[str]:
    """Whether the time stands still meanwhile: only what the register or the record says."""
    if papers.due_after:
        return [f"Ngày hẹn mới hệ thống ghi: {day_in_words(day_of(papers.due_after))}."]
    said = [text for text in record.not_counted if "bổ sung" in text] if record else []
    if said:
        return [f"Không tính vào thời hạn: {sentence(said[0])}"]
    return [
        "Ngày hẹn có lùi theo không: tôi chưa có nguồn chắc chắn cho thủ tục này. "
        "Khi nộp bổ sung, anh/chị hỏi ngày hẹn mới."
    ]


def payment_lines(owed: Obligation, at: datetime) -> list[str]:
    """What is to be paid, until when, and where."""
    amount = words.money(owed.amount) if owed.amount is not None else "số tiền ghi trên thông báo nộp tiền"
    text = f"👉 Anh/chị cần nộp {owed.name}: {amount}"
    if owed.pay_by:
        text += f", chậm nhất {day_in_words(day_of(owed.pay_by))}"
    lines = [f"{text}."]
    if owed.pay_by and day_of(owed.pay_by) < day_of(at):
        lines.append("⚠ Đã quá ngày phải nộp. Anh/chị hỏi cơ quan thuế xem có phải nộp thêm tiền không.")
    lines.append(f"Nộp theo thông báo của cơ quan thuế, hoặc trên {PORTAL}: {PAYING}")
    return lines


def collect_lines(dossier: Dossier) -> list[str]:
    """How to get the result, what to bring, what is still to be paid."""
    if dossier.channel is Channel.ONLINE:
        lines = [f"👉 Anh/chị xem kết quả trên {PORTAL}; bản giấy nhận theo cách đã chọn khi nộp."]
    elif dossier.channel is Channel.POST:
        lines = ["👉 Kết quả được trả theo cách anh/chị đã chọn khi nộp. Đến lấy thì mang giấy tiếp nhận hồ sơ."]
    else:
        lines = [f"👉 Mời anh/chị đến {dossier.place or 'nơi nộp hồ sơ'} lấy kết quả, mang theo giấy tiếp nhận hồ sơ."]
    if dossier.results:
        lines.append(f"Kết quả: {'; '.join(dossier.results)}.")
    unpaid = [fee for fee in dossier.fees if fee.paid is False]
    lines += [f"Còn phải nộp: {fee.name}, {words.money(fee.amount)}." for fee in unpaid]
    return lines


def other_to_do(dossier: Dossier, at: datetime) -> list[str]:
    """What there is to do where neither papers nor money are awaited."""
    if dossier.status is Status.FINISHED:
        return collect_lines(dossier)
    if dossier.status is Status.REGISTERED and dossier.submitted is None:
        return [f"👉 Nếu chưa bấm nộp, anh/chị đăng nhập {PORTAL} bằng VNeID để nộp."]
    if return_day.awaited_figure(dossier):
        return [NOT_TO_PAY_YET]
    if return_day.missed(dossier, at):
        place = f" ({dossier.place})" if dossier.place else ""
        return [f"👉 Anh/chị có thể hỏi nơi nộp hồ sơ{place}, hoặc gửi phản ánh: {COMPLAINING}"]
    return [FIXED.get(dossier.status, WAITING)]
