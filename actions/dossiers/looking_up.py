"""What is said while a dossier is looked for: which code, which proof, and every way in which that can fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from actions.dossiers.access import Known
from actions.dossiers.codes import CodeRead, Trouble
from actions.dossiers.dossier import Dossier
from actions.dossiers.proofs import ProofKind
from actions.dossiers.timeline import short_code
from knowledge.asking_back import short
from knowledge.reply import Attached, Button, Outcome, Reply

KINDS = {kind.value: kind for kind in ProofKind}
MOST_KNOWN = 8
OTHER = Button(title="Hồ sơ khác", payload="intent:other_dossier")
TROUBLES = {
    Trouble.NONE_FOUND: "Tôi chưa thấy mã hồ sơ trong tin này.",
    Trouble.INCOMPLETE: "Mã này chưa đủ. Mã đầy đủ có cả ba phần, nối nhau bằng dấu gạch.",
    Trouble.OTHER_PROVINCE: "Mã này là của tỉnh khác, tôi chỉ tra được hồ sơ nộp ở Nghệ An (mã có H41). "
    "Anh/chị tra tại https://dichvucong.gov.vn/tra-cuu-ho-so.",
    Trouble.IMPOSSIBLE_DATE: "Phần ngày trong mã không thể có. Anh/chị xem lại mã giúp.",
}


def which_code() -> Reply:
    """Asks for the code."""
    text = (
        "👉 Anh/chị cho mã hồ sơ in trên giấy tiếp nhận, dạng H41-240510-0001. "
        "Gõ thiếu dấu gạch cũng được; hoặc bấm 📎 gửi ảnh mã QR, mã vạch trên giấy."
    )
    return Reply(text=text, outcome=Outcome.STATUS, wants_file=True)


def which_proof(code: str, *, half: bool) -> Reply:
    """Asks for what only the applicant knows. half: one of the two numbers came already."""
    if half:
        text = "👉 Còn một nửa nữa: 4 số cuối của số còn lại (điện thoại hoặc căn cước của người đứng tên hồ sơ)."
    else:
        text = (
            f"👉 Để chắc là hồ sơ {short_code(code)} của anh/chị, cho tôi mã tra cứu in trên giấy tiếp nhận; "
            "hoặc 4 số cuối điện thoại và 4 số cuối căn cước của người đứng tên, ví dụ: 4321 và 0789."
        )
    return Reply(text=text, outcome=Outcome.STATUS, wants_contact=True)


def code_trouble(found: CodeRead) -> Reply:
    """What is wrong with a code, and what to do."""
    return Reply(text=TROUBLES.get(found.trouble or Trouble.NONE_FOUND, ""), outcome=Outcome.STATUS)


def no_code_in_picture() -> Reply:
    """A picture without a code that can be read."""
    text = "Tôi chưa đọc được mã trong ảnh. Anh/chị chụp gần hơn, thẳng và đủ sáng, hoặc gõ mã giúp."
    return Reply(text=text, outcome=Outcome.STATUS, wants_file=True)


def which(known: Sequence[Known], name: Callable[[Known], str]) -> Reply:
    """Offers the dossiers that were opened before. name: of the procedure, as a clerk would say it."""
    buttons = tuple(
        Button(title=short(f"{short_code(one.code)} – {name(one)}"), payload=f"dossier:{one.ref}")
        for one in known[:MOST_KNOWN]
    )
    return Reply(text="👉 Anh/chị muốn xem hồ sơ nào?", outcome=Outcome.STATUS, buttons=(*buttons, OTHER))


def told(text: str, dossier: Dossier, picture: Attached | None) -> Reply:
    """The dossier in words, with its picture."""
    ended = dossier.status is not None and dossier.status.ended
    follow = () if ended else (Button(title="Báo tôi khi có thay đổi", payload="follow:yes"),)
    rate = (Button(title="Đánh giá phục vụ", payload="intent:take_survey"),) if ended else ()
    return Reply(
        text=text,
        outcome=Outcome.STATUS,
        buttons=(*follow, *rate, OTHER),
        attached=(picture,) if picture else (),
    )


def answered(text: str, ref: str) -> Reply:
    """The answer to one question about a dossier; the whole of it is one tap away."""
    whole = Button(title="Xem cả hồ sơ", payload=f"dossier:{ref}")
    return Reply(text=text, outcome=Outcome.STATUS, buttons=(whole,))


def refused(text: str) -> Reply:
    """Nothing is shown, for whatever reason."""
    human = Button(title="Gặp cán bộ", payload="intent:hand_off")
    return Reply(text=text, outcome=Outcome.STATUS, buttons=(human,))


def away(text: str) -> Reply:
    """The province's system does not answer; who wants is told when it does."""
    back = Button(title="Báo tôi khi tra được", payload="follow:yes")
    return Reply(text=text, outcome=Outcome.TROUBLE, buttons=(back,))


def gone() -> Reply:
    """A dossier that was there before is not any more."""
    text = "Hệ thống của tỉnh không còn thấy hồ sơ này. Anh/chị hỏi lại nơi đã nộp giúp."
    return Reply(text=text, outcome=Outcome.STATUS, buttons=(OTHER,))


def no_consent() -> Reply:
    """Without consent nothing is looked up."""
    text = (
        "Dạ vâng, tôi không tra. Anh/chị tự tra bằng mã trên giấy hẹn tại https://dichvucong.gov.vn/tra-cuu-ho-so, "
        "hoặc hỏi nơi đã nộp hồ sơ."
    )
    return Reply(text=text, outcome=Outcome.STATUS)


def stopped() -> Reply:
    """The citizen gives up looking."""
    return Reply(text="Dạ vâng, tôi thôi không tra nữa.", outcome=Outcome.STATUS)


def trouble() -> Reply:
    """Our own database is away."""
    text = "Lúc này tôi chưa tra được vì có trục trặc ở phía tôi. Anh/chị thử lại sau ít phút."
    return Reply(text=text, outcome=Outcome.TROUBLE)
