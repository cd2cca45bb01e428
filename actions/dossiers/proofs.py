"""What proves that a dossier is somebody's: read as citizens type it, compared without telling how near it came.

Either the lookup secret of the receipt, or the last four digits of the telephone and of the identity number, both; or
a contact that a channel has verified (Telegram, Zalo), with the whole number.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import SecretStr

from actions.dossiers.access_settings import ALL_LETTERS
from actions.dossiers.dossier import Proofs
from knowledge.normalise import fold

LONGEST_TEXT = 300  # characters that are looked at
TAIL = 4  # digits
SHORTEST_SECRET, LONGEST_SECRET = 4, 8  # letters and digits
LEAST_PHONE, LEAST_IDENTITY = 9, 8  # letters and digits; what has fewer was masked by the register
MOST_AROUND = 3  # words beside each of the two numbers, where nothing says what they are
DUMMY = "\0nothing\0"  # nobody can type it
ALIKE = ("O0", "1IL")  # mistaken for one another

_SEPARATOR = r"[\s._/,:-]{0,4}"
_DOSSIER_CODE = re.compile(  # as badly typed as actions/dossiers/codes.py reads it; folded text
    r"(?<![a-z0-9.])(?:[0-9o]{3}[. ]?[0-9o]{2}[. ]?[0-9o]{2}[. ]{1,2})?"
    rf"(?:[a-z][0-9oil]{{2}}(?:\.\d{{1,3}}){{0,3}} ?- ?(?:[0-9oil]{{8}}|[0-9oil]{{6}}) ?- ?"
    rf"|[hg][ .-]?[0-9oil]{{2}}(?:\.\d{{1,3}}){{0,3}}{_SEPARATOR}(?:[0-9oil][ .]?){{5,7}}[0-9oil]{_SEPARATOR})"
    r"[0-9oil]{3,8}(?![a-z0-9])"
)
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\uff0d]")
_DATE = re.compile(r"(?<!\d)\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?!\d)")
_YEAR = re.compile(r"\b(?:nam|thang \d{1,2}) (?:19|20)\d{2}\b")
_NUMBER = re.compile(r"(?<![a-z0-9+.])\+?\d+(?:[ .-]{1,3}\d+)*(?![a-z0-9])")
_LAST = re.compile(r"\b(?:so|chu so) cuoi\b|\bduoi\b")
_PHONE = re.compile(r"(?:\+?84|0084|0)([235789]\d{8,9})")
_OF_PHONE = re.compile(r"\b(?:dt|sdt|dien thoai|di dong|so may|phone|zalo|alo)\b")
_OF_IDENTITY = re.compile(r"\b(?:cccd|cmnd|cmt|cc|can cuoc|dinh danh|chung minh|giay to)\b")
_CUE = re.compile(
    r"\b(?:ma (?:so )?(?:tra cuu|bi mat|bao mat|xac nhan|xac thuc|tra|ho so tra cuu)|ma (?:tren|o|trong) "
    r"(?:giay|phieu|bien nhan)(?: hen| tiep nhan)?|secret|ma)\b(?: (?:la|l|cua (?:toi|tui|em|minh)|day)\b)*[ :=]*"
)
_JOINED = re.compile(r"(?<=[a-z0-9])-(?=[a-z0-9])")
_WORDS = re.compile(r"[a-z0-9]+")
_OF_A_CODE = re.compile(r"[hg]\d{2}")  # H41, with which a dossier's code begins
_REPEATED = re.compile(r"(.)\1+")
_ONSET = r"(?:ngh|ng|nh|th|tr|ch|kh|gh|gi|ph|qu|[bcdghklmnprstvx])?"
_SYLLABLES = re.compile(rf"(?:{_ONSET}[aeiouy]{{1,3}}(?:ng|nh|ch|[cmnpt])?)+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _words(
    """la l day ne nhe nha nhe a ak ah da vang thua ma so tra cuu bi mat cua toi tui em minh anh chi eng ho voi giup
    duoc roi thi chi co nay ni do"""
)
_NO_SECRETS = _words(
    """stop help skip exit quit menu cancel hello back okay okie okey okok thank thanks thks tks none null test start
    cccd cmnd zalo vneid bhyt bhxh gplx ubnd dvcqg admin check please where what when status code sorry reset again
    next done send photo uhmm yess hmmm yes yeah right correct exactly never pass perfect good goodbye bye shut fuck you
    follow unfollow this not now sure shop app sex tkiu asdf asdfgh qwer qwerty win"""
)
_SHORTENED = _words(  # as people write in chats
    """ad bb bh bn bt cc ck cmt cx dc dk dt gt hc hn hs ik j jz kh ko kq ks lm lv mk mn mng nc ng nt ntn nv nx ok oki pk
    qd rk sdt sr stt tk tks tp trc trl tt uk vc vcl vk vl vn vs xh xl"""
)
_CHAT = _NO_SECRETS | _SHORTENED


class ProofKind(StrEnum):
    """SECRET: of the receipt. DIGITS: eight, four of the telephone and four of the identity number. PHONE: verified."""

    SECRET = "secret"  # noqa: S105 - a kind, not one
    DIGITS = "digits"
    PHONE = "phone"


@dataclass(frozen=True)
class Proof:
    """What somebody gives as proof. PHONE is made by channels only, of a contact that belongs to the sender."""

    kind: ProofKind
    value: str = field(repr=False)


class Part(StrEnum):
    """Which of the two numbers somebody gave the last digits of."""

    PHONE = "phone"
    IDENTITY = "identity"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Partial:
    """One of the two numbers; the other is still wanted."""

    digits: str = field(repr=False)
    part: Part = Part.UNKNOWN

    def as_secret(self) -> Proof:
        """The same digits as a lookup secret, should the receipt's consist of digits only."""
        return Proof(ProofKind.SECRET, self.digits)


def read_proof(text: str, earlier: Partial | None = None) -> Proof | Partial | None:
    """What somebody typed as proof. earlier: what they gave before. None: nothing that could be one.

    The dossier's own code may stand in the text; it is passed over. "mã tra cứu 4321" is a secret, "4321" alone one
    of the two numbers.
    """
    folded = _DASHES.sub("-", fold(text[:LONGEST_TEXT]))
    for other in (_DOSSIER_CODE, _DATE, _YEAR):
        folded = other.sub(" , ", folded)
    typed = _typed(text)
    cue = _CUE.search(folded)
    told = _secret(folded[cue.end() :], typed, cued=len(cue.group().split()) > 1) if cue else None
    told = told or _grouped(folded, typed)
    if told:
        return Proof(ProofKind.SECRET, told)
    parts = _parts(folded)
    if parts:
        return _together(parts, earlier) if _meant(folded, parts) else None
    plain = _secret(folded, typed)
    return Proof(ProofKind.SECRET, plain) if plain else None


def matches(proof: Proof, of: Proofs | None, alphabet: str = ALL_LETTERS) -> bool:
    """Whether this proves the dossier with these proofs to be somebody's. None: there is no such dossier.

    Every comparison is always made, in constant time, with something that nobody can type where a proof is missing.
    """
    of = of or Proofs()
    secret, secret_known = _wanted(_plain_secret(of.secret, alphabet))
    phone, phone_known = _wanted(_phone_of(of.phone))
    tail, tail_known = _wanted(_tail(of.phone, LEAST_PHONE))
    identity, identity_known = _wanted(_tail(of.identity_number, LEAST_IDENTITY))
    typed = _as_secret(proof.value, alphabet)
    first, second = proof.value[:TAIL], proof.value[TAIL:]
    by_secret = _same(typed, secret) & secret_known
    straight = _same(first, tail) & _same(second, identity)
    swapped = _same(first, identity) & _same(second, tail)
    by_digits = (straight | swapped) & tail_known & identity_known
    by_phone = _same(national_phone(proof.value) or "", phone) & phone_known
    return {
        ProofKind.SECRET: by_secret,
        ProofKind.DIGITS: by_digits | by_secret,
        ProofKind.PHONE: by_phone,
    }[proof.kind]


def national_phone(text: str) -> str | None:
    """A telephone number as it is dialled in Vietnam ("+84 912…" -> "0912…"); None: it is none."""
    found = _PHONE.fullmatch(re.sub(r"[^\d+]", "", text))
    return f"0{found.group(1)}" if found else None


def _same(one: str, other: str) -> bool:
    """Of digests, so that not even the length makes a difference."""
    return hmac.compare_digest(hashlib.sha256(one.encode()).digest(), hashlib.sha256(other.encode()).digest())


def _wanted(known: str | None) -> tuple[str, bool]:
    return (DUMMY, False) if known is None else (known, True)


def _plain_secret(secret: SecretStr | None, alphabet: str) -> str | None:
    plain = _as_secret(secret.get_secret_value(), alphabet) if secret else ""
    return plain if len(plain) >= SHORTEST_SECRET else None


def _as_secret(text: str, alphabet: str) -> str:
    """Upper case without signs; letters that are not in the alphabet as the one that is mistaken for them."""
    plain = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())
    for alike in ALIKE:
        used = [letter for letter in alike if letter in alphabet]
        if len(used) == 1:
            plain = plain.translate({ord(letter): used[0] for letter in alike})
    return plain


def _phone_of(phone: SecretStr | None) -> str | None:
    return national_phone(phone.get_secret_value()) if phone else None


def _tail(number: SecretStr | None, least: int) -> str | None:
    """The last four digits; None where there are none, or the register has masked the number."""
    plain = re.sub(r"[ .()+-]", "", number.get_secret_value()) if number else ""
    known = plain.isascii() and plain.isalnum() and len(plain) >= least and plain[-TAIL:].isdigit()
    return plain[-TAIL:] if known else None


def _parts(folded: str) -> list[Partial]:
    """The numbers of which the last digits count, in the order in which they stand."""
    found = list(_NUMBER.finditer(folded))
    parts: list[Partial] = []
    for position, number in enumerate(found):
        end = found[position + 1].start() if position + 1 < len(found) else len(folded)
        before = folded[found[position - 1].end() if position else 0 : number.start()]
        cued = _part_named(before.rpartition(",")[2]) or _part_named(folded[number.end() : end].partition(",")[0])
        for digits, part in _split(number.group()):
            parts.append(Partial(digits, part or cued or Part.UNKNOWN))
    return parts


def _part_named(words: str) -> Part | None:
    """The one that is named last, nearest to the number."""
    phones = [found.end() for found in _OF_PHONE.finditer(words)]
    identities = [found.end() for found in _OF_IDENTITY.finditer(words)]
    if not phones and not identities:
        return None
    return Part.PHONE if max(phones, default=-1) > max(identities, default=-1) else Part.IDENTITY


def _split(number: str) -> list[tuple[str, Part | None]]:
    """One number or two that stand next to each other; none if the digits are of no such length."""
    groups = re.findall(r"\+?\d+", number)
    whole = _tail_of("".join(groups))
    if whole:
        return [whole]
    for cut in range(1, len(groups)):
        first, second = _tail_of("".join(groups[:cut])), _tail_of("".join(groups[cut:]))
        if first and second:
            return [first, second]
    joined = "".join(groups)
    return [(joined[:TAIL], None), (joined[TAIL:], None)] if len(joined) == 2 * TAIL else []


def _tail_of(digits: str) -> tuple[str, Part | None] | None:
    """The last four digits of a telephone number, an identity number (12 or, before, 9 digits), or four alone."""
    if _PHONE.fullmatch(digits):  # no identity number begins with 84
        return digits[-TAIL:], Part.PHONE
    if len(digits) == 12 and digits.isdigit():
        return digits[-TAIL:], Part.IDENTITY
    return (digits[-TAIL:], None) if len(digits) in (TAIL, 9) and digits.isdigit() else None


def _together(parts: Sequence[Partial], earlier: Partial | None) -> Proof | Partial | None:
    """Two numbers are a proof, the telephone first as far as it is said which is which."""
    if len(parts) == 1 and earlier and not (earlier.part is parts[0].part is not Part.UNKNOWN):
        parts = [earlier, parts[0]]
    if len(parts) > 2:
        parts = [part for part in parts if part.part is not Part.UNKNOWN]
    if len(parts) == 1:
        return parts[0]
    if len(parts) != 2:
        return None
    first, second = parts
    if first.part is Part.IDENTITY or second.part is Part.PHONE:
        first, second = second, first
    return Proof(ProofKind.DIGITS, first.digits + second.digits)


def _typed(text: str) -> frozenset[str]:
    """The words of a message that have no accents, in small letters and, where they were typed so, in capitals."""
    words = {word for word in re.findall(r"[^\W_]+", text[:LONGEST_TEXT]) if word.isascii()}
    return frozenset(words | {word.lower() for word in words})


def _secret(folded: str, typed: frozenset[str], *, cued: bool = False) -> str | None:
    """What could be a lookup secret, in one piece or in several, upper case. cued: it is said to be one."""
    words = _WORDS.findall(_JOINED.sub("", folded))
    bare = _bare(words)
    spelt = all(len(word) == 1 for word in words)  # then the last "a" is a letter of it, no "ạ"
    whole = _secret_of(words if spelt else bare, typed, cued=cued, alone=True)
    groups = _grouped(folded, typed, cued=True) if cued else None
    return whole or groups or _secret_of(bare[:1], typed, cued=cued, alone=False)


def _secret_of(words: Sequence[str], typed: frozenset[str], *, cued: bool, alone: bool) -> str | None:
    """The secret that these words are. alone: nothing else is said."""
    joined = "".join(words)
    if not SHORTEST_SECRET <= len(joined) <= LONGEST_SECRET:
        return None
    if len(words) == 1:
        return joined.upper() if _no_word(joined, typed, cued=cued, alone=alone) else None
    spelt = all(len(word) == 1 for word in words)
    pieces = any(map(str.isdigit, joined)) and all(map(_a_piece, words)) and not _OF_A_CODE.fullmatch(words[0])
    return joined.upper() if spelt or pieces else None


def _grouped(folded: str, typed: frozenset[str], *, cued: bool = False) -> str | None:
    """A secret that is typed in groups ("k7m 2qx", "K7-M2-QX"), with nothing else beside it than manners.

    cued: it is said to be one; then other words may follow, and the groups may be of any length.
    """
    words = _bare(_WORDS.findall(folded))
    if cued:
        words = list(itertools.takewhile(lambda word: word not in _FILLERS, words))
    joined, lengths = "".join(words), [len(word) for word in words]
    if len(words) < 2 or max(lengths) > TAIL or not SHORTEST_SECRET <= len(joined) <= LONGEST_SECRET:
        return None
    regular = len(set(lengths[:-1])) == 1 and lengths[-1] <= lengths[0]
    if not (cued or regular) or not typed.issuperset(words) or _OF_A_CODE.fullmatch(words[0]):
        return None
    strange = sum(map(_strange, words))
    digits, in_chats = any(map(str.isdigit, joined)), bool(_CHAT.intersection(words))
    sure = strange + sum(len(word) == 1 for word in words) == len(words)  # no word of any sentence is among them
    if len(words) > 2:
        sure = sure or 2 * strange > len(words) or digits
    return joined.upper() if strange and (cued or sure or (digits and not in_chats)) else None


def _bare(words: Sequence[str]) -> list[str]:
    """Without the manners before and behind."""
    left = list(itertools.dropwhile(lambda word: word in _FILLERS, words))
    return list(itertools.dropwhile(lambda word: word in _FILLERS, left[::-1]))[::-1]


def _strange(piece: str) -> bool:
    """Whether this is no word, no number and no short form, so that it can only be a part of a code."""
    if len(piece) < 2 or piece.isdigit():
        return False
    return not piece.isalpha() or not (piece in _CHAT | _FILLERS or _SYLLABLES.fullmatch(piece))


def _a_piece(word: str) -> bool:
    """Whether a secret that is typed with spaces may hold this; two letters and more are a word of the sentence."""
    return len(word) <= TAIL and (len(word) == 1 or any(map(str.isdigit, word)))


def _no_word(word: str, typed: frozenset[str], *, cued: bool, alone: bool) -> bool:
    """Whether this is no word of the sentence: it has a digit, or it is no syllables and nothing else is said.

    Words that could be syllables must be typed in capitals behind their cue.
    """
    if any(map(str.isdigit, word)):
        return True
    if word in _NO_SECRETS:
        return False
    capitals = word.upper() in typed
    if _SYLLABLES.fullmatch(_REPEATED.sub(r"\1", word)):
        return cued and capitals
    unpronounceable = not any(letter in "aeiouy" for letter in word)
    return alone or cued or capitals or unpronounceable


def _meant(folded: str, parts: Sequence[Partial]) -> bool:
    """Whether the numbers are meant as a proof: said to be, or with few words around them."""
    if _LAST.search(folded) or any(part.part is not Part.UNKNOWN for part in parts):
        return True
    around = [word for word in _WORDS.findall(folded) if word.isalpha() and word not in _FILLERS]
    return len(around) <= MOST_AROUND * len(parts)
