"""Replies that tell no fact of a record."""

from __future__ import annotations

from knowledge import declining
from knowledge.asking_back import procedure_button
from knowledge.catalogue import Catalogue
from knowledge.reply import Outcome
from knowledge.tongue import Language, speaking
from tests.knowledge import tiny

NEAR = [procedure_button(tiny.procedure(tiny.STAY))]


def test_who_handles_it_is_named(catalogue: Catalogue) -> None:
    known = declining.not_in_catalogue(catalogue.elsewhere["mo-nha-thuoc"], NEAR, 0.9)
    assert known.outcome is Outcome.NOT_IN_CATALOGUE
    assert "“Mở nhà thuốc”. Nơi giải quyết: Sở Y tế." in known.text
    assert (known.buttons, known.confidence) == ((), 0.9)


def test_who_handles_it_may_not_be_known(catalogue: Catalogue) -> None:
    unknown = declining.not_in_catalogue(catalogue.elsewhere["lai-tau"], NEAR, 0.9)
    assert "“Chứng chỉ lái tàu”." in unknown.text
    assert "Nơi giải quyết" not in unknown.text


def test_what_is_not_known_at_all_offers_what_is_near() -> None:
    reply = declining.not_in_catalogue(None, NEAR, 0.5)
    assert list(reply.buttons) == NEAR
    assert "Có thể anh/chị muốn hỏi" in reply.text
    assert "Có thể anh/chị muốn hỏi" not in declining.not_in_catalogue(None, [], 0.5).text


def test_it_always_says_where_to_ask_instead(catalogue: Catalogue) -> None:
    for other in (None, *catalogue.elsewhere.values()):
        assert "dichvucong.gov.vn" in declining.not_in_catalogue(other, [], 0.5).text


def test_what_lies_outside_is_refused_with_what_is_done_here() -> None:
    reply = declining.out_of_scope(0.8)
    assert (reply.outcome, reply.confidence, reply.procedure, reply.sources) == (Outcome.OUT_OF_SCOPE, 0.8, None, ())
    assert "thủ tục hành chính ở Nghệ An" in reply.text


def test_a_reply_that_did_not_pass_sends_to_the_page() -> None:
    trouble = declining.trouble(tiny.procedure())
    assert (trouble.outcome, trouble.procedure, trouble.confidence) == (Outcome.TROUBLE, tiny.BIRTH, 0.0)
    assert trouble.text.endswith("hành chính công hoặc xem https://example.org/thu-tuc.")
    without_page = declining.trouble(tiny.procedure(tiny.LICENCE))
    assert without_page.text.endswith("hành chính công.")


def test_it_declines_in_english() -> None:
    with speaking(Language.ENGLISH):
        assert declining.not_in_catalogue(None, [], 0.5).text.startswith("I have no information about this procedure.")
        assert declining.trouble(tiny.procedure()).text.endswith("or look at https://example.org/thu-tuc.")
