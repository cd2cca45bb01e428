"""What proves that a dossier is somebody's: read as citizens type it, compared without telling how near it came.

Either the lookup secret of the receipt, or the last four digits of the telephone and of the identity number, both; or
a contact that a channel has verified (Telegram, Zalo), with the whole number.
"""

from __future__ import annotations

import hashlib
import hmac
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
_ONSET = r"(?:ngh|ng|nh|th|tr|ch|kh|gh|gi|ph|qu|[bcdghklmnprstvx])?"
_SYLLABLES = re.compile(rf"(?:{_ONSET}[aeiouy]{{1,3}}(?:ng|nh|ch|[cmnpt])?)+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS = _words(
    """la l day ne nhe nha nhe a ak ah da vang thua ma so tra cuu bi mat cua toi tui em minh anh chi eng ho voi giup
    duoc roi thi chi co nay ni do"""
)
_NO_SECRETS = _words(
    "stop help skip exit quit menu cancel hello back okay okie thank thanks none null test start cccd cmnd zalo vneid "
    "bhyt bhxh gplx ubnd dvcqg admin"
)


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
    cue = _CUE.search(folded)
    told = _secret(folded[cue.end() :]) if cue else None
    if told and (_no_word(told, text) or (cue and len(cue.group().split()) > 1 and told in text)):
        return Proof(ProofKind.SECRET, told)
    parts = _parts(folded)
    if parts:
        return _together(parts, earlier) if _meant(folded, parts) else None
    plain = _secret(folded)
    return Proof(ProofKind.SECRET, plain) if plain and _no_word(plain, text) else None


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


def _secret(folded: str) -> str | None:
    """What could be a lookup secret, in one piece or in several, upper case."""
    words = _WORDS.findall(_JOINED.sub("", folded))
    bare = words
    while bare and bare[0] in _FILLERS:
        bare = bare[1:]
    while bare and bare[-1] in _FILLERS:
        bare = bare[:-1]
    spelt = all(len(word) == 1 for word in words)  # then the last "a" is a letter of it, no "ạ"
    for tried in (words, bare, bare[:1]) if spelt else (bare, words, bare[:1]):
        joined = "".join(tried)
        together = len(tried) == 1 or (any(map(str.isdigit, joined)) and all(map(_a_piece, tried)))
        if together and SHORTEST_SECRET <= len(joined) <= LONGEST_SECRET:
            return joined.upper()
    return None


def _a_piece(word: str) -> bool:
    """Whether a secret that is typed with spaces may hold this; two letters and more are a word of the sentence."""
    return len(word) <= TAIL and (len(word) == 1 or any(map(str.isdigit, word)))


def _no_word(secret: str, typed: str) -> bool:
    """Whether this is no word of the sentence: it has a digit, or is no syllable and stands there in capitals."""
    small = secret.lower()
    if any(map(str.isdigit, small)):
        return True
    unpronounceable = not any(letter in "aeiouy" for letter in small)
    return small not in _NO_SECRETS and not _SYLLABLES.fullmatch(small) and (unpronounceable or secret in typed)


def _meant(folded: str, parts: Sequence[Partial]) -> bool:
    """Whether the numbers are meant as a proof: said to be, or with few words around them."""
    if _LAST.search(folded) or any(part.part is not Part.UNKNOWN for part in parts):
        return True
    around = [word for word in _WORDS.findall(folded) if word.isalpha() and word not in _FILLERS]
    return len(around) <= MOST_AROUND * len(parts)
