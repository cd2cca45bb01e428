"""The quality report in the terminal: a table for each part that has something to say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from knowledge.imports.report import Quality

SHOWN = 10  # rows of a long list; the page and the JSON have more
SHORT = 20  # letters of a cell that is never cut


def print_quality(quality: Quality, console: Console) -> None:
    """Prints the report as tables; parts without findings are left out."""
    console.print(_summary(quality))
    for title, table in _tables(quality):
        if table.row_count:
            console.print(Text(f"\n{title}", style="bold"), table, sep="\n")


def _summary(quality: Quality) -> Text:
    lines = [
        f"{quality.procedures} procedures: {quality.written} written by hand, {quality.imported} imported; "
        f"{quality.variants} variants of other provinces",
        f"{quality.doubtful} with doubts, {quality.stale.districts} name a district office, "
        f"{quality.stale.citing} cite a replaced law",
        f"{quality.unspoken.count} without phrasings, {quality.unspoken.commune} of them at the commune",
        f"{quality.families.count} matters under {quality.families.procedures} codes, "
        f"{len(quality.duplicates)} texts doubled",
    ]
    return Text("\n".join(lines))


def _tables(quality: Quality) -> Iterator[tuple[str, Table]]:
    """The title of each table, and the table."""
    yield _table(
        "Filled",
        ("part", "procedures", "share"),
        ((item.part, item.count, f"{item.share:.1%}") for item in quality.filled if quality.procedures),
    )
    yield _table(
        "Doubts",
        ("kind", "doubts", "procedures", "for example"),
        (
            (item.kind, item.doubts, item.procedures, f"{item.examples[0].code}: {item.examples[0].raw}")
            for item in quality.doubts
            if item.examples
        ),
    )
    yield _table(
        "Replaced laws",
        ("cited", "procedures", "replaced by", "name"),
        ((law.number, law.procedures, ", ".join(law.replaced_by), law.name) for law in quality.stale.laws),
    )
    unspoken = quality.unspoken
    yield _table(
        "Without phrasings, by field",
        ("field", "without", "procedures"),
        ((item.field, item.unspoken, item.procedures) for item in unspoken.by_field[:SHOWN]),
    )
    yield _table(
        f"Without phrasings ({_of(len(unspoken.first), unspoken.count)})",
        ("code", "field", "name"),
        ((item.code, item.field, item.name) for item in unspoken.first[:SHOWN]),
    )
    yield _table(
        f"Phrasings that collide ({_of(len(quality.collisions), quality.collisions_count)})",
        ("codes", "phrasing of the one", "phrasing of the other", "alike"),
        (
            (f"{item.one.code} {item.other.code}", item.phrasing, item.other_phrasing, item.likeness)
            for item in quality.collisions[:SHOWN]
        ),
    )
    yield _table(
        f"Titles nearly the same ({_of(len(quality.near_titles), quality.near_titles_count)})",
        ("codes", "only the one", "only the other", "title of the one"),
        (
            (f"{item.one.code} {item.other.code}", item.one_only, item.other_only, item.one.name)
            for item in quality.near_titles[:SHOWN]
        ),
    )
    yield _table(
        f"One matter under several codes ({_of(len(quality.families.largest), quality.families.count)})",
        ("codes", "name"),
        ((len(item.members), item.members[0].name) for item in quality.families.largest[:SHOWN]),
    )
    yield _table(
        f"The same text under several codes ({_of(len(quality.duplicates), len(quality.duplicates))})",
        ("name", "codes"),
        ((item.name, " ".join(item.codes)) for item in quality.duplicates[:SHOWN]),
    )
    yield _table(
        f"Rows that could not be used ({_of(len(quality.unusable), quality.unusable_count)})",
        ("place", "reason"),
        ((row.place, row.reason) for row in quality.unusable[:SHOWN]),
    )


def _table(title: str, heads: Sequence[str], rows: Iterable[Iterable[object]]) -> tuple[str, Table]:
    """A table of one line a row: where there is little room, the long columns are cut and the short ones stay.

    Cells are printed as they are: data is neither markup nor terminal codes.
    """
    cells = [[Text(_plain(str(cell)), no_wrap=True, overflow="ellipsis") for cell in row] for row in rows]
    table = Table()
    for place, head in enumerate(heads):
        table.add_column(head, no_wrap=all(len(row[place]) <= SHORT for row in cells))
    for row in cells:
        table.add_row(*row)
    return title, table


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _of(listed: int, whole: int) -> str:
    return f"{min(SHOWN, listed)} of {whole}"
