"""The state of a dossier in words: what it waits for, who has it, what comes next. Vietnamese only."""

from __future__ import annotations

from actions.dossiers import return_day
from actions.dossiers.day_words import on_day, sentence
from actions.dossiers.dossier import Dossier, Status, Step

MEANINGS = {
    Status.REGISTERED: "Hồ sơ đã gửi lên, bộ phận một cửa chưa nhận.",
    Status.RECEIVED: "Bộ phận một cửa đã nhận hồ sơ.",
    Status.NOT_RECEIVED: "Bộ phận một cửa không nhận hồ sơ này.",
    Status.IN_PROGRESS: "Cơ quan đang giải quyết.",
    Status.SUPPLEMENT_ASKED: "Hồ sơ còn thiếu giấy tờ, cơ quan đang chờ anh/chị.",
    Status.PAYMENT_ASKED: "Cơ quan đang chờ anh/chị nộp tiền.",
    Status.WITHDRAWAL_ASKED: "Người nộp đã xin rút hồ sơ.",
    Status.STOPPED: "Cơ quan đã dừng giải quyết hồ sơ này.",
    Status.FINISHED: "Kết quả đã có, đang chờ anh/chị nhận.",
    Status.RETURNED: "Kết quả đã trao cho người nhận.",
}
FOLLOWS = {
    Status.REGISTERED: "cán bộ kiểm tra giấy tờ; đủ thì nhận và hẹn ngày trả, thiếu thì báo bổ sung.",
    Status.RECEIVED: "hồ sơ được chuyển đến nơi giải quyết.",
    Status.IN_PROGRESS: "giải quyết xong thì có kết quả để trả cho anh/chị.",
    Status.SUPPLEMENT_ASKED: "nhận đủ giấy tờ, cơ quan giải quyết tiếp.",
    Status.PAYMENT_ASKED: "có chứng từ đã nộp tiền, cơ quan mới làm tiếp.",
    Status.WITHDRAWAL_ASKED: "cơ quan xem yêu cầu rút hồ sơ.",
}


def state_lines(dossier: Dossier) -> list[str]:
    """The status in plain words, who has it since when, and what comes next."""
    return [status_line(dossier), *holder_lines(dossier), *next_lines(dossier)]


def status_line(dossier: Dossier) -> str:
    """The status, and what it means."""
    if dossier.status is None:
        return f"Trạng thái: “{dossier.status_name}” (ghi đúng như hệ thống)."
    name = f"Trạng thái: {dossier.status.vietnamese}."
    if dossier.status is Status.REGISTERED and dossier.submitted is None:
        return f"{name} Hệ thống chưa ghi ngày nộp, có thể hồ sơ còn là bản nháp."
    waits = return_day.awaited_figure(dossier)
    if waits and dossier.status is Status.IN_PROGRESS:
        return f"{name} Đang chờ cơ quan thuế tính số tiền phải nộp ({waits.name}), từ {on_day(waits.sent)}."
    owes = return_day.owed(dossier)
    if owes and dossier.status is Status.IN_PROGRESS:
        return f"{name} {MEANINGS[Status.PAYMENT_ASKED]}"
    reason = f" Lý do: {sentence(dossier.reason)}" if dossier.reason else ""
    return f"{name} {MEANINGS[dossier.status]}{reason}"


def holder_lines(dossier: Dossier) -> list[str]:
    """Who has it, with the office as the register names it."""
    if dossier.status in return_day.DONE and dossier.status is not Status.FINISHED:
        return []
    step = current_step(dossier)
    office = (step.office if step else "") or dossier.office
    if not office:
        return []
    officer = f", cán bộ {step.officer}" if step and step.officer else ""
    since = f", từ {on_day(step.began)}" if step and step.began else ""
    doing = f" ({step.name})" if step and step.name else ""
    return [f"Đang ở: {office}{officer}{doing}{since}."]


def next_lines(dossier: Dossier) -> list[str]:
    """What the offices do next; nothing where that is not known."""
    if dossier.status is None:
        return []
    ahead = next((step for step in dossier.steps if step.began is None and step.ended is None), None)
    if ahead and dossier.status in (Status.RECEIVED, Status.IN_PROGRESS) and not return_day.awaited_figure(dossier):
        return [f"Tiếp theo: {ahead.name}{f' ({ahead.office})' if ahead.office else ''}."]
    if return_day.awaited_figure(dossier):
        return ["Tiếp theo: cơ quan thuế gửi thông báo nộp tiền cho anh/chị; nộp xong thì cơ quan mới làm tiếp."]
    status = Status.PAYMENT_ASKED if return_day.owed(dossier) else dossier.status
    return [f"Tiếp theo: {FOLLOWS[status]}"] if status in FOLLOWS else []


def current_step(dossier: Dossier) -> Step | None:
    """The step that is under way, the last one begun; None where none is."""
    return next((step for step in reversed(dossier.steps) if step.began and not step.ended), None)
