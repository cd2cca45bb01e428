"""Every fact of a shipped record agrees with the portal's crawl, or a reviewed note says why it does not.

The crawl carries no licence and stays outside of the project; without it there is nothing to hold the records against.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from knowledge.catalogue import Catalogue
from knowledge.compare import differences
from knowledge.crawl import CrawlRecord, read_crawl
from knowledge.settings import ROOT

CRAWL = ROOT.parent / "shared" / "catalogue" / "dvcqg-2026.jsonl.gz"
REVIEWED = sorted((Path(__file__).parent / "reviewed_differences").glob("*.yml"))
CODES = sorted(path.stem for path in (ROOT / "data" / "catalogue").glob("*.yml"))

needs_crawl = pytest.mark.skipif(not CRAWL.is_file(), reason=f"the portal's crawl is not here: {CRAWL}")


@pytest.fixture(scope="module")
def portal() -> dict[str, CrawlRecord]:
    return {record.code: record for record in read_crawl(CRAWL)}


@pytest.fixture(scope="module")
def reviewed() -> dict[str, dict[str, str]]:
    """By code and field the reason for a difference; "fees/*" stands for all fields of that kind."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in REVIEWED:
        for code, reasons in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            found[code] |= reasons
    return found


def explains(key: str, field: str) -> bool:
    return key == field or (key.endswith("/*") and field.startswith(key[:-1]))


@needs_crawl
@pytest.mark.parametrize("code", CODES)
def test_every_difference_is_explained_and_every_explanation_needed(
    code: str, shipped: Catalogue, portal: dict[str, CrawlRecord], reviewed: dict[str, dict[str, str]]
) -> None:
    record, reasons = shipped.procedures[code], reviewed.get(code, {})
    if code not in portal:
        assert not record.checked, "checked, but the portal's crawl does not have it"
        assert reasons == {}, "nothing to explain: the portal's crawl does not have it"
        return
    found = differences(record, portal[code])
    open_ones = [item for item in found if not any(explains(key, item.field) for key in reasons)]
    assert open_ones == []
    stale = [key for key in reasons if not any(explains(key, item.field) for item in found)]
    assert stale == []


@needs_crawl
def test_most_records_can_be_held_against_the_portal(shipped: Catalogue, portal: dict[str, CrawlRecord]) -> None:
    assert len(shipped.procedures.keys() & portal.keys()) >= 80


def test_an_explanation_is_of_a_record_and_says_something(reviewed: dict[str, dict[str, str]]) -> None:
    assert set(reviewed) <= set(CODES)
    assert [
        (code, key) for code, reasons in reviewed.items() for key, reason in reasons.items() if len(str(reason)) < 20
    ] == []


def test_nothing_is_explained_twice() -> None:
    places = defaultdict(list)
    for path in REVIEWED:
        for code, reasons in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for key in reasons:
                places[code, key].append(path.name)
    assert {place: names for place, names in places.items() if len(names) > 1} == {}


def test_a_star_explains_its_kind_only() -> None:
    assert explains("fees/*", "fees/online")
    assert explains("time/online", "time/online")
    assert not explains("fees/*", "time/online")
    assert not explains("time/online", "time/direct")
