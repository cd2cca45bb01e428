"""Domain, rules, gateway and actions fit together: no name stands on one side only."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from rasa_sdk.executor import ActionExecutor

from actions.__main__ import WITH_ACTIONS
from bot.messages import ENTITIES, RASAS_OWN
from knowledge.reply import PAYLOAD, Outcome
from knowledge.settings import ROOT
from tests.actions.trackers import DOMAIN

RULES_FILE = ROOT / "data" / "rules" / "rules.yml"
RULES: list[dict[str, Any]] = yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))["rules"]
STEPS: list[dict[str, Any]] = [step for rule in RULES for step in rule["steps"]]
FALLBACK = "nlu_fallback"
LANGUAGE = "language"  # of words alone: no button has it


def source() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "actions").glob("*.py")))


def test_the_domain_and_the_action_server_have_the_same_actions() -> None:
    executor = ActionExecutor()
    for module in WITH_ACTIONS:
        executor.register_package(f"actions.{module}")
    assert set(DOMAIN["actions"]) == set(executor.actions)


def test_every_intent_leads_somewhere() -> None:
    led = {step["intent"] for step in STEPS if "intent" in step}
    assert led == {*DOMAIN["intents"], FALLBACK}


def test_every_step_of_a_rule_is_in_the_domain() -> None:
    known = {*DOMAIN["actions"], *DOMAIN["responses"], *DOMAIN["forms"]}
    assert [step["action"] for step in STEPS if "action" in step and step["action"] not in known] == []


def test_every_form_is_read_asked_and_followed() -> None:
    for name, form in DOMAIN["forms"].items():
        (slot,) = form["required_slots"]
        assert {f"validate_{name}", f"action_ask_{name}_{slot}"} <= set(DOMAIN["actions"])
        assert slot in DOMAIN["slots"]
        ended = [rule for rule in RULES if rule.get("condition") == [{"active_loop": name}]]
        assert len(ended) == 1, f"what comes after {name}"


def test_every_response_is_used_and_there() -> None:
    said = {step["action"] for step in STEPS if step.get("action", "").startswith("utter_")}
    said |= {"utter_default", *re.findall(r'"(utter_\w+)"', source())}  # Rasa's own words when it has no action
    assert said == set(DOMAIN["responses"])


@pytest.mark.parametrize("name", DOMAIN["responses"])
def test_every_response_is_said_in_both_languages_with_an_outcome(name: str) -> None:
    texts = DOMAIN["responses"][name]
    languages = [condition["value"] for text in texts for condition in text.get("condition", [{"value": "vi"}])]
    assert sorted(languages) == ["en", "vi"]
    assert all(Outcome(text["custom"]["outcome"]) for text in texts)


def test_every_slot_is_used() -> None:
    asked_for = {slot for form in DOMAIN["forms"].values() for slot in form["required_slots"]}
    assert [name for name in DOMAIN["slots"] if f'"{name}"' not in source() and name not in asked_for] == []


def test_every_kind_of_button_is_an_entity_of_the_domain() -> None:
    entities = {next(iter(entity)) for entity in DOMAIN["entities"]}
    kinds = set(re.findall(r"(?:^\^\(\?:|\|)([a-z]+):", PAYLOAD))
    assert {"procedure", "aspects", "feedback", "intent"} <= kinds
    put = {ENTITIES.get(kind, ("", kind))[1] for kind in kinds - {"intent"}}
    assert put | {"lat", "lon", "ordinal", LANGUAGE} == entities


def test_every_intent_that_a_button_names_is_in_the_domain() -> None:
    folders = [ROOT / "actions", ROOT / "knowledge"]
    named = {
        f"intent:{name}"
        for folder in folders
        for path in folder.glob("*.py")
        for name in re.findall(r'payload="intent:(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= {f"intent:{name}" for name in DOMAIN["intents"]} - set(RASAS_OWN)
