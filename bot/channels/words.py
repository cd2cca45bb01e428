"""A reply as plain words, for channels without cards, and menus whose entries are chosen by typing.

Replies come in Vietnamese, some in English; what is added here is said in the reply's own language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from knowledge.normalise import fold, is_accented, place_tones
from knowledge.reply import Attached, Button, Card, ChecklistItem, Reply, WayRow

PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
LONGEST_TITLE = 64  # characters of a button's title (knowledge.reply.Button)
SHORTEST = 16  # characters that a piece of a split text may have at least
ACCENTED = 0.3  # of the words of a Vietnamese text carry an accent, at least; of an English one fewer
MISTYPED = 4  # letters that a word has at least for one wrong letter to be a slip

_SOURCES = re.compile(r"(?:Nguồn|Source): ")
_WARNING = "⚠"
_ASKED = "👉"
_LISTED = re.compile(r"(?P<number>\d{1,2})\. (?P<title>.+)")
_HINT = re.compile(r"(?:Bấm|Tap|Choose|Press)\b.*(?:số thứ tự|number)\.?", re.IGNORECASE)
_PHRASE = re.compile(r"[.:;](?=\s|$)")
_LETTERS = re.compile(r"[^\W\d_]+")

_CHOICE = re.compile(
    r"(?:(?:da|vang)[\s,]+)?"
    r"(?:(?:(?:cho )?(?:em|toi|minh|chau|con) )?(?:chon|lay|xem|hoi|bam|choose|option) )?"
    r"(?:(?:cai|cau|y|muc|viec|dong|number|so)\s*)*"
    r"\(?(?P<number>[1-9]\d?)\s*[.)!,]*"
    r"(?:\s+(?:a|nhe|nha|nhi|di|em|ban|giup|voi|please))*"
)


@dataclass(frozen=True)
class Said:
    """The few words that this module adds, in one language."""

    papers: str
    case: str
    fees: str
    times: str
    every_way: str
    page: str
    unchecked: str
    choose: str
    type_words: str
    or_words: str
    picture: str
    download: str


VIETNAMESE = Said(
    papers="Giấy tờ cần có",
    case="Trường hợp",
    fees="Lệ phí",
    times="Thời hạn",
    every_way="Mọi cách nộp",
    page="Trang của thủ tục",
    unchecked="⚠ Thông tin này chưa đối chiếu được với nguồn chính thức. "
    "Xin hỏi lại Trung tâm Phục vụ hành chính công trước khi đi.",
    choose="Gõ số để chọn.",
    type_words="Gõ",
    or_words="hoặc",
    picture="Ảnh",
    download="Tải về",
)
ENGLISH = Said(
    papers="Papers",
    case="Case",
    fees="Fees",
    times="Time",
    every_way="Every way of handing in",
    page="Page of the procedure",
    unchecked="⚠ This could not be compared with an official source. "
    "Please ask the Public Administration Service Centre before you go.",
    choose="Type a number to choose.",
    type_words="Type",
    or_words="or",
    picture="Picture",
    download="Download",
)


# ---- a reply as paragraphs


def paragraphs(reply: Reply) -> list[str]:
    """The text of a reply and what only its card says, each paragraph as its lines.

    Papers of the card's checklist stand as "☐ …" in place of the text's bullets, with all that is known of them. Of the
    card's ways, page and warning what the text does not say already stands above the sources. Buttons and what is
    attached are not told here: see told() and attached_words().
    """
    blocks = [block.strip("\n") for block in re.split(r"\n[^\S\n]*\n", reply.text) if block.strip()]
    if reply.card is None:
        return blocks
    said = said_of(reply)
    rest: list[str] = []
    if reply.card.checklist and reply.card.checklist.items:
        blocks, rest = _with_checklist(blocks, reply.card, said)
    rest += _ways_untold(reply.card.ways, _phrases([reply.text]), said)
    if reply.card.page and reply.card.page not in reply.text:
        rest.append(f"{said.page}: {reply.card.page}")
    if not reply.card.checked and not any(line.startswith(_WARNING) for line in reply.text.splitlines()):
        rest.append(said.unchecked)
    place = _above_sources(blocks)
    return [*blocks[:place], *rest, *blocks[place:]]


def said_of(reply: Reply) -> Said:
    """The words to add in the reply's language: that of its source line, else English if hardly a word has accents."""
    for line in reply.text.splitlines():
        if source := _SOURCES.match(line):
            return ENGLISH if source[0].isascii() else VIETNAMESE
    words = _LETTERS.findall(unicodedata.normalize("NFC", reply.text))
    accented = sum(is_accented(word) for word in words)
    return ENGLISH if len(words) > 2 and accented < ACCENTED * len(words) else VIETNAMESE


def attached_words(one: Attached, address: str | None, said: Said = VIETNAMESE) -> str:
    """What is attached, told in words. address: where it can be fetched; None: nowhere."""
    if one.media_type in PICTURES:
        return f"🖼 {one.alt or one.name}" + (f"\n{said.picture}: {address}" if address else "")
    told = f"📄 {one.name} ({size_said(one.size)})" + (f"\n{one.alt}" if one.alt else "")
    return told + (f"\n{said.download}: {address}" if address else "")


def size_said(size: int) -> str:
    """A number of bytes as people read it."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB".replace(".", ",").replace(",0 ", " ")


def _with_checklist(blocks: list[str], card: Card, said: Said) -> tuple[list[str], list[str]]:
    """The blocks with ☐ in place of the bullets of papers, and a block of the papers that stand in none."""
    assert card.checklist is not None
    waiting = list(card.checklist.items)
    changed = ["\n".join(_ticked(line, waiting) for line in block.split("\n")) for block in blocks]
    if not waiting:
        return changed, []
    title = card.checklist.title
    case = [] if title == card.title or any(title in block for block in blocks) else [f"{said.case}: {title}."]
    papers = [_paper(item) for item in waiting]
    for position, block in enumerate(changed):
        if block.startswith(f"{said.papers}:"):
            changed[position] = "\n".join([block, *case, *papers])
            return changed, []
    return changed, ["\n".join([f"{said.papers}:", *case, *papers])]


def _ticked(line: str, waiting: list[ChecklistItem]) -> str:
    for item in waiting:
        bullet = f"• {item.name}"
        if line.startswith(bullet) and line[len(bullet) :][:1] in ("", ":", "."):
            waiting.remove(item)
            return _paper(item)
    return line


def _paper(item: ChecklistItem) -> str:
    count = f": {item.count}" if item.count else ""
    note = (item.note or "").strip().rstrip(".")
    return f"☐ {item.name}{count}" + (f". {note[0].upper()}{note[1:]}." if note else "")


def _ways_untold(ways: Sequence[WayRow], told: set[str], said: Said) -> list[str]:
    """A block each for the time limits and the fees that the text does not tell."""
    columns = {
        said.times: [(way.channel, way.time_limit) for way in ways],
        said.fees: [(way.channel, way.fees) for way in ways],
    }
    return [
        "\n".join([f"{heading}:", *_by_way(rows, said)])
        for heading, rows in columns.items()
        if not all(_is_told(text, told) for _, text in rows)
    ]


def _by_way(rows: Sequence[tuple[str, str]], said: Said) -> list[str]:
    """Ways of which the same is said share a line."""
    channels: dict[str, list[str]] = {}
    for channel, text in rows:
        channels.setdefault(text, []).append(channel)
    whole = len(channels) == 1 and len(rows) > 1
    return [f"• {said.every_way if whole else ', '.join(names)}: {text}." for text, names in channels.items() if text]


def _phrases(texts: Iterable[str]) -> set[str]:
    found = (phrase.strip(" \t•–.") for text in texts for line in text.split("\n") for phrase in _PHRASE.split(line))
    return {phrase.lower() for phrase in found if phrase}


def _is_told(text: str, told: set[str]) -> bool:
    return all(phrase in told or all(part in told for part in phrase.split(", ")) for phrase in _phrases([text]))


def _above_sources(blocks: Sequence[str]) -> int:
    """Where something is added: above the block with the source, else above what is asked in the end, else last."""
    for starts in (_SOURCES.match, lambda line: line.startswith(_ASKED)):
        for position, block in enumerate(blocks):
            if any(starts(line) for line in block.split("\n")):
                return position
    return len(blocks)


# ---- menus


@dataclass(frozen=True)
class Told:
    """A reply for a channel without buttons. menu: what chosen() is to be asked when the next message comes."""

    paragraphs: list[str]
    menu: tuple[Button, ...]


def told(reply: Reply, beside: Sequence[str] = ()) -> Told:
    """The paragraphs of a reply with its buttons as a menu, last, or where the text lists the first of them already.

    beside: paragraphs of the channel's own, such as links to what is attached; they stand above the menu.
    """
    blocks = paragraphs(reply)
    if not reply.buttons:
        return Told([*blocks, *beside], ())
    said = said_of(reply)
    numbers = {button: number for number, button in enumerate(with_numbers(reply.buttons), 1)}
    blocks = [_without_other_numbers(block, numbers) for block in blocks]
    for position, block in enumerate(blocks):
        lines = block.split("\n")
        if place := _listed(lines, numbers):
            menu = [*_relisted(lines, place, numbers), *_how_to_choose(reply.buttons, said)]
            return Told([*blocks[:position], *beside, "\n".join(menu), *blocks[position + 1 :]], reply.buttons)
    return Told([*blocks, *beside, numbered(reply.buttons, said)], reply.buttons)


def numbered(buttons: Sequence[Button], said: Said = VIETNAMESE) -> str:
    """Buttons as a list "1. …" with a line that says how to choose; those without numbers as words to type."""
    listed = [f"{number}. {button.title}" for number, button in enumerate(with_numbers(buttons), 1)]
    return "\n".join([*listed, *_how_to_choose(buttons, said)])


def with_numbers(buttons: Sequence[Button]) -> list[Button]:
    """The buttons that a number chooses, in the order of their numbers.

    While a form is filled in, a number may be the answer itself. So only answers that are offered have numbers then,
    and not even they if one of them begins with a digit.
    """
    if not any(button.payload.startswith(("form:", "option:")) for button in buttons):
        return list(buttons)
    options = [button for button in buttons if button.payload.startswith("option:")]
    return [] if any(button.title[:1].isdigit() for button in options) else options


def chosen(text: str, menu: Sequence[Button]) -> Button | None:
    """The entry of a menu that somebody chose by typing: its title, or its number ("2", "số 2", "chọn 2 ạ").

    A title counts with or without accents and with one slip in a longer word, if only one entry comes near it.
    """
    text = unicodedata.normalize("NFKC", "".join(char for char in text if char not in "\ufe0f\u20e3")).strip()
    if button := _by_title(text, menu):
        return button
    entries = with_numbers(menu)
    if copied := _LISTED.fullmatch(text):
        number, named = int(copied["number"]), _by_title(copied["title"], menu)
        return named if named and 1 <= number <= len(entries) and entries[number - 1] == named else None
    found = _CHOICE.fullmatch(fold(text))
    number = int(found["number"]) if found else 0
    return entries[number - 1] if 1 <= number <= len(entries) else None


def _how_to_choose(buttons: Sequence[Button], said: Said) -> list[str]:
    """The line below a menu."""
    entries = with_numbers(buttons)
    others = [f"“{_plain(button.title)}”" for button in buttons if button not in entries]
    lines = [said.choose] if entries else []
    if others:
        before = f"{', '.join(others[:-1])} {said.or_words} " if len(others) > 1 else ""
        lines.append(f"{said.type_words} {before}{others[-1]}.")
    return lines


def _listed(lines: Sequence[str], numbers: Mapping[Button, int]) -> range | None:
    """The lines of a text that list the first entries of the menu already, by the same numbers, and nothing more."""
    entries = list(numbers)
    start = next((row for row, line in enumerate(lines) if _LISTED.fullmatch(line)), len(lines))
    end = start
    while end < len(lines) and (entry := _LISTED.fullmatch(lines[end])):
        number = end - start + 1
        if number > len(entries) or int(entry["number"]) != number or not _names(entry["title"], entries[number - 1]):
            return None
        end += 1
    return range(start, end) if end > start else None


def _names(line: str, button: Button) -> bool:
    """Whether a line is a button's title, which may have been shortened."""
    shortened = len(button.title) == LONGEST_TITLE or button.title.endswith("…")
    return line == button.title or (shortened and line.startswith(button.title.rstrip("…")))


def _without_other_numbers(block: str, numbers: Mapping[Button, int]) -> str:
    """A block in which no entry of the menu stands with another number than it has there."""
    titles = {button.title: number for button, number in numbers.items()}
    lines = []
    for line in block.split("\n"):
        entry = _LISTED.fullmatch(line)
        other = entry and titles.get(entry["title"], int(entry["number"])) != int(entry["number"])
        lines.append(f"• {entry['title']}" if entry and other else line)
    return "\n".join(lines)


def _relisted(lines: Sequence[str], place: range, numbers: Mapping[Button, int]) -> list[str]:
    """The lines with the whole menu where they list its beginning, without the text's own word how to choose."""
    missing = [f"{number}. {button.title}" for button, number in numbers.items() if number > len(place)]
    below = [line for line in lines[place.stop :] if not _HINT.fullmatch(line.strip())]
    return [*lines[: place.stop], *missing, *below]


def _by_title(text: str, menu: Sequence[Button]) -> Button | None:
    typed = _typed_words(text)
    if not typed:
        return None
    same = [button for button in menu if _same_words(typed, _typed_words(button.title))]
    exact = [button for button in same if _typed_words(button.title) == typed]
    if len(exact or same) == 1:
        return (exact or same)[0]
    near = [] if same else [button for button in menu if _one_slip(typed, _typed_words(button.title))]
    return near[0] if len(near) == 1 else None


def _plain(title: str) -> str:
    """A title without the pictures around it, which nobody types."""
    return re.sub(r"^[^\w(“]+|[^\w)”?!…]+$", "", title) or title


def _typed_words(text: str) -> list[str]:
    return re.findall(r"\w+", place_tones(text).lower())


def _same_words(typed: Sequence[str], title: Sequence[str]) -> bool:
    """Whether it is the title; a word with accents must carry the title's."""
    return len(typed) == len(title) and all(map(_same_word, typed, title))


def _same_word(typed: str, word: str) -> bool:
    return typed == word or typed == fold(word)


def _one_slip(typed: Sequence[str], title: Sequence[str]) -> bool:
    """Whether it is the title but for one letter too many, missing, wrong or in the wrong place, in one long word."""
    if len(typed) != len(title) or len(typed) < 2:
        return False
    wrong = [(one, word) for one, word in zip(typed, title, strict=True) if not _same_word(one, word)]
    return len(wrong) == 1 and _is_slip(*wrong[0])


def _is_slip(typed: str, word: str) -> bool:
    long_enough = len(word) >= MISTYPED and word.isalpha() and typed.isalpha()
    return long_enough and OSA.distance(fold(typed), fold(word)) == 1


# ---- long texts

Measure = Callable[[str], int]

_KEPT = r"(?<!\d)(?<!\d[.,)])"  # not behind a number, which belongs to what it counts
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_LINE = re.compile(r"(?<!:)(?<!:[^\S\n])\n\s*")  # not behind a heading
_SENTENCE = re.compile(r"(?:(?<=[.!?…;])|(?<=[.!?…][”\")]))" + _KEPT + r"\s+")
_WORD = re.compile(_KEPT + r"(?<!\s)\s+")
_SPACE = re.compile(r"(?<!\s)\s+")
# Where to cut, and how much of a piece must be full for it: else the next kind of place.
_PLACES = (
    (_PARAGRAPH, 1 / 2),
    (_LINE, 1 / 2),
    (_SENTENCE, 1 / 4),
    (_LINE, 1 / 4),
    (_WORD, 0),
    (_SPACE, 0),
)


def split(text: str, longest: int, measure: Measure = len) -> list[str]:
    """A text in pieces of which none measures more than longest (at least 16).

    It is cut between paragraphs, else lines, else sentences, else words, never within a number with its unit or an
    address, unless one alone is too long, and never within what is read as one character. Nothing is lost but white
    space at the cuts. measure: must not shrink when text is added.
    """
    if longest < SHORTEST:
        raise ValueError(f"pieces of {longest} are too short")
    pieces = []
    rest = text.strip()
    while measure(rest) > longest:
        end, start = _cut(rest, _fitting(rest, longest, measure))
        pieces.append(rest[:end].rstrip())
        rest = rest[start:].strip()
    return [piece for piece in (*pieces, rest) if piece]


def _fitting(text: str, longest: int, measure: Measure) -> int:
    """How many characters from the beginning fit; at least one, so that it goes on."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= longest:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(text: str, fitting: int) -> tuple[int, int]:
    """Where the first piece ends and the next begins."""
    looked_at = fitting
    while looked_at < len(text) and text[looked_at].isspace():
        looked_at += 1
    for place, fullness in _PLACES:
        found = [
            gap.span()
            for gap in place.finditer(text, 0, looked_at)
            if fitting * fullness <= gap.start() <= fitting and not _is_one(text, gap.end())
        ]
        if found:
            return found[-1]
    whole = (end for end in range(fitting, 0, -1) if not _is_one(text, end))
    end = next(whole, fitting)
    return end, end


def _is_one(text: str, position: int) -> bool:
    """Whether the characters on both sides are read as one: a mark on a letter, an emoji of several, a flag.

    Unicode's rules for extended grapheme clusters (UAX 29), as far as Vietnamese and emoji need them, and rather more
    kept together than less.
    """
    if not 0 < position < len(text):
        return False
    before, after = text[position - 1], text[position]
    if unicodedata.category(after).startswith("M") or after in "\u200c\u200d" or before == "\u200d":
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f" or before + after == "\r\n":
        return True
    flags = 0
    while flags < position and "\U0001f1e6" <= text[position - 1 - flags] <= "\U0001f1ff":
        flags += 1
    return "\U0001f1e6" <= after <= "\U0001f1ff" and flags % 2 == 1
