"""The ways that dossiers go through the ten statuses by themselves, and which of them a dossier is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from actions.dossiers.dossier import Channel, Dossier, Status
from actions.dossiers.sandbox import acts
from actions.dossiers.sandbox.acts import Act

LAND_DAYS = 10  # working days


@dataclass(frozen=True)
class Beat:
    """One thing that happens. title: on the button that makes it happen at once.

    hours: after the beat before, in the sandbox's time, a little more or less by chance; None: when the applicant does
    it on the page. after_due: counted from the day of return, so that the dossier is late.
    """

    name: str
    title: str
    act: Act
    hours: float | None
    after_due: bool = False


@dataclass(frozen=True)
class Script:
    """A way through the statuses. procedure: of a new dossier of which none is named."""

    name: str
    title: str
    procedure: str
    beats: tuple[Beat, ...]
    channel: Channel = Channel.IN_PERSON

    def at(self, beat: str) -> int:
        """The position of a beat."""
        return next(number for number, one in enumerate(self.beats) if one.name == beat)


_RECEIVE = Beat("receive", "Tiếp nhận", acts.receive(), 1)
_EXAMINE = Beat("examine", "Bắt đầu thẩm định", acts.examine, 4)
_SIGN = Beat("sign", "Trình ký", acts.sign, 24)
_FINISH = Beat("finish", "Xử lý xong", acts.finish, 12)
_GIVE = Beat("give", "Trả kết quả", acts.give, 8)
_TO_THE_END = (_SIGN, _FINISH, _GIVE)

_SUPPLEMENT = (
    Beat("ask_supplement", "Yêu cầu bổ sung", acts.ask_supplement, 16),
    Beat("answer_supplement", "Người dân đã bổ sung", acts.answer_supplement, 48),
)
_LAND = (
    Beat("ask_tax_office", "Chuyển thông tin sang thuế", acts.ask_tax_office, 8),
    Beat("notify_payment", "Thuế thông báo nộp tiền", acts.notify_payment, 72),
    Beat("pay", "Người dân đã nộp tiền", acts.pay(LAND_DAYS), 48),
)
_WITHDRAW = (
    Beat("ask_back", "Người dân xin rút", acts.ask_back, 24),
    Beat("stop", "Cho rút hồ sơ", acts.stop("Dừng xử lý theo yêu cầu rút hồ sơ của công dân."), 8),
)

SCRIPTS = {
    script.name: script
    for script in (
        Script("ordinary", "Thông thường", "2.000635", (_RECEIVE, _EXAMINE, *_TO_THE_END)),
        Script(
            "online",
            "Nộp trực tuyến (chờ người dân nộp)",
            "1.001193",
            (Beat("submit", "Người dân nộp", acts.receive(), None), _EXAMINE, *_TO_THE_END),
            Channel.ONLINE,
        ),
        Script("supplement", "Phải bổ sung giấy tờ", "1.004884", (_RECEIVE, _EXAMINE, *_SUPPLEMENT, *_TO_THE_END)),
        Script(
            "land",
            "Đất đai, có nghĩa vụ tài chính",
            "1.013831",
            (Beat("receive", "Tiếp nhận", acts.receive(LAND_DAYS), 1), _EXAMINE, *_LAND, *_TO_THE_END),
        ),
        Script("refused", "Không được tiếp nhận", "1.012812", (Beat("refuse", "Từ chối", acts.refuse, 4),)),
        Script(
            "stopped",
            "Dừng xử lý",
            "1.012783",
            (
                _RECEIVE,
                _EXAMINE,
                Beat("stop", "Dừng xử lý", acts.stop("Hồ sơ có tranh chấp đang được giải quyết (thử nghiệm)."), 48),
            ),
        ),
        Script("withdrawn", "Người dân xin rút", "1.001612", (_RECEIVE, _EXAMINE, *_WITHDRAW), Channel.POST),
        Script(
            "late",
            "Trễ hẹn, có xin lỗi",
            "1.012796",
            (
                _RECEIVE,
                _EXAMINE,
                Beat("apologise", "Xin lỗi, hẹn lại", acts.apologise, 4, after_due=True),
                Beat("finish", "Xử lý xong", acts.finish, 48),
                _GIVE,
            ),
        ),
        Script(
            "late_unsaid",
            "Trễ hẹn, không xin lỗi",
            "2.000806",
            (_RECEIVE, _EXAMINE, Beat("finish", "Xử lý xong", acts.finish, 72, after_due=True), _GIVE),
        ),
    )
}
NO_SCRIPT = ""  # of a dossier that stays as it is

# Which beat of which script comes next where only the status tells.
_NEXT = {
    Status.RECEIVED: ("ordinary", "examine"),
    Status.IN_PROGRESS: ("ordinary", "sign"),
    Status.SUPPLEMENT_ASKED: ("supplement", "answer_supplement"),
    Status.PAYMENT_ASKED: ("land", "pay"),
    Status.WITHDRAWAL_ASKED: ("withdrawn", "stop"),
    Status.FINISHED: ("ordinary", "give"),
}


def script_of(dossier: Dossier) -> tuple[str, int]:
    """The script that a dossier is on as far as it can be told from the dossier, and the position of its next beat."""
    if dossier.status is Status.REGISTERED:
        return ("online" if dossier.channel is Channel.ONLINE else "ordinary"), 0
    owed = dossier.open_obligation
    if dossier.status is Status.IN_PROGRESS and owed is not None and owed.sent is not None:
        return "land", SCRIPTS["land"].at("notify_payment" if owed.notified is None else "pay")
    if dossier.status not in _NEXT:
        return NO_SCRIPT, 0
    script, beat = _NEXT[dossier.status]
    return script, SCRIPTS[script].at(beat)


_ACTS: dict[Status, Act] = {
    Status.REGISTERED: acts.register,
    Status.RECEIVED: acts.receive(),
    Status.NOT_RECEIVED: acts.refuse,
    Status.IN_PROGRESS: acts.examine,
    Status.SUPPLEMENT_ASKED: acts.ask_supplement,
    Status.PAYMENT_ASKED: acts.notify_payment,
    Status.WITHDRAWAL_ASKED: acts.ask_back,
    Status.STOPPED: acts.stop("Dừng xử lý (đặt bằng tay trên trang thử nghiệm)."),
    Status.FINISHED: acts.finish,
    Status.RETURNED: acts.give,
}


def put_into(dossier: Dossier, status: Status, at: datetime) -> Dossier:
    """The dossier in a status, with what belongs to it, whatever it was before.

    What waited for the applicant is taken as done, as far as the status says so.
    """
    if status is Status.IN_PROGRESS and dossier.open_supplement is not None:
        return acts.answer_supplement(dossier, at)
    if status is Status.IN_PROGRESS and dossier.status is Status.PAYMENT_ASKED:
        return acts.pay(LAND_DAYS)(dossier, at)
    return _ACTS[status](dossier, at)
