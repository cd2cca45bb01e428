"""The REST interface: what it answers, that its description is true (schemathesis), and that docs/ holds it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from pydantic import BaseModel

from actions.dossiers.dossier import Status
from actions.dossiers.rest_api import DossierOut, DraftIn, DraftOut, Problem, ProblemCode
from actions.dossiers.sandbox.commands import description
from knowledge.settings import ROOT
from tests.actions.dossiers.sandbox_server import PATIENCE, Sandbox

BODY: dict[str, Any] = {
    "procedure": "1.001193",
    "procedure_name": "Đăng ký khai sinh",
    "commune": "phường Thành Vinh",
    "applicant": "Trần Thị Ví Dụ",
    "phone": "0900000001",
    "identity_number": "040190000001",
    "answers": {"child_name": "Nguyễn Thử An", "copies": 2},
    "files": [],
}
DESCRIPTION: dict[str, Any] = json.loads(description())
PATH = "/drafts/20261123-0123456789abcdef"


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {sandbox.token}"}
    with httpx.Client(base_url=sandbox.rest_url, headers=headers, timeout=PATIENCE, trust_env=False) as client:
        yield client


def problem(answer: httpx.Response) -> tuple[int, ProblemCode]:
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, Problem.model_validate_json(answer.content).code


def test_a_dossier_comes_with_all_there_is_and_its_proofs(sandbox: Sandbox, client: httpx.Client) -> None:
    for listed in sandbox.dossiers():
        answer = client.get(f"/dossiers/{listed.code}")
        assert answer.status_code == 200
        read = DossierOut.model_validate_json(answer.content)
        assert (read.code, read.status, read.owner) == (listed.code, listed.status, listed.owner)
        assert read.proofs.secret == listed.secret
        assert set(answer.json()) == set(DossierOut.model_fields)


def test_what_moves_is_told_as_it_stands_now(sandbox: Sandbox, client: httpx.Client) -> None:
    code = sandbox.begin("supplement").code
    told = []
    while sandbox.dossier(code).next is not None:
        sandbox.next(code)
        told.append(client.get(f"/dossiers/{code}").json()["status"])
    assert told == [2, 4, 5, 4, 4, 9, 10]


def test_an_unknown_code_and_a_code_that_is_none(client: httpx.Client) -> None:
    assert problem(client.get("/dossiers/000.00.00.H41-260101-9999")) == (404, ProblemCode.NO_SUCH_DOSSIER)
    for strange in ("x", "h41-260101-0001", "A" * 61, "%00%00%00%00%00%00", "H41-1%0A", "H41%2F1", "%0A1", "H41/1"):
        assert problem(client.get(f"/dossiers/{strange}")) == (422, ProblemCode.INVALID)


@pytest.mark.parametrize("sent", [None, "Bearer", "Bearer wrong", "Basic YTpi", "Bearer ă"])
def test_nobody_gets_in_without_the_token(sandbox: Sandbox, sent: str | None) -> None:
    code = sandbox.dossiers()[0].code
    headers = {} if sent is None else {b"authorization": sent.encode()}
    for method, path, body in (("GET", f"/dossiers/{code}", None), ("PUT", PATH, BODY)):
        answer = httpx.request(
            method, f"{sandbox.rest_url}{path}", json=body, headers=headers, timeout=PATIENCE, trust_env=False
        )
        assert problem(answer) == (401, ProblemCode.UNAUTHORISED)
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_draft_is_made_once(sandbox: Sandbox, client: httpx.Client) -> None:
    made, again = client.put(PATH, json=BODY), client.put(PATH, json={**BODY, "applicant": "Lê Thử Khác"})
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    draft = DraftOut.model_validate_json(made.content)
    assert draft.page == f"{sandbox.url}/portal/drafts/{draft.code}"
    assert draft.missing == ("Giấy chứng sinh",)
    dossier = client.get(f"/dossiers/{draft.code}").json()
    assert (dossier["status"], dossier["owner"], dossier["channel"]) == (1, BODY["applicant"], "online")
    assert dossier["proofs"] == {"secret": None, "phone": "0900000001", "identity_number": "040190000001"}


def test_at_once_too(sandbox: Sandbox, client: httpx.Client) -> None:
    before = len(sandbox.dossiers())
    with ThreadPoolExecutor(8) as workers:
        answers = list(workers.map(lambda _: client.put(PATH, json=BODY), range(16)))
    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert len(sandbox.dossiers()) == before + 1


def test_attachments_arrive_whole(client: httpx.Client) -> None:
    content = bytes(range(256)) * 1000
    file = {
        "document": "Giấy chứng sinh",
        "name": "giấy.jpg",
        "media_type": "image/jpeg",
        "content": base64.b64encode(content).decode(),
    }
    draft = client.put(PATH, json={**BODY, "files": [file]}).json()
    assert draft["missing"] == []


def test_what_cannot_be_used_is_refused_without_being_repeated(client: httpx.Client) -> None:
    wrong: list[dict[str, Any]] = [
        {**BODY, "applicant": ""},
        {**BODY, "answers": "Trần Thị Ví Dụ"},
        {name: value for name, value in BODY.items() if name != "procedure"},
        {**BODY, "files": [{"document": "x", "name": "x", "media_type": "x/y", "content": "Trần Thị Ví Dụ"}]},
    ]
    for body in wrong:
        answer = client.put(PATH, json=body)
        assert problem(answer) == (422, ProblemCode.INVALID)
        assert "Trần Thị Ví Dụ" not in answer.text
    assert problem(client.put(PATH, content=b"{")) == (422, ProblemCode.INVALID)
    assert problem(client.put(PATH, content=b"[" * 100_000)) == (422, ProblemCode.INVALID)
    assert problem(client.put("/drafts/short", json=BODY)) == (422, ProblemCode.INVALID)


def test_a_refused_draft_says_why_in_vietnamese(client: httpx.Client) -> None:
    answer = client.put(PATH, json={**BODY, "procedure": "9.999999"})
    assert problem(answer) == (409, ProblemCode.DRAFT_REFUSED)
    assert answer.json()["message"] == "Hệ thống của tỉnh (thử nghiệm) chưa nhận hồ sơ của thủ tục này."


def test_other_addresses_and_methods_have_the_same_form_of_error(client: httpx.Client) -> None:
    assert problem(client.get("/nothing")) == (404, ProblemCode.NO_SUCH_DOSSIER)
    answer = client.delete(PATH)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "PUT"


def test_status_words_of_its_own_are_told_as_they_are(sandbox: Sandbox, client: httpx.Client) -> None:
    strange = next(one for one in sandbox.dossiers() if one.status is None)
    told = client.get(f"/dossiers/{strange.code}").json()
    assert (told["status"], told["status_name"]) == (None, strange.status_name)


def test_docs_hold_the_description_of_this_version() -> None:
    """If this fails: `python -m actions.dossiers openapi > docs/rest-api.json`."""
    assert (ROOT / "docs" / "rest-api.json").read_text(encoding="utf-8") == description()


def test_the_examples_of_the_guide_are_of_the_right_form() -> None:
    guide = (ROOT / "docs" / "dossier-api.md").read_text(encoding="utf-8")
    bodies = [json.loads(body) for body in re.findall(r"^    (\{.*?\n    \}|\{.*\})$", guide, re.MULTILINE | re.DOTALL)]
    models: list[type[BaseModel]] = [DossierOut, DraftIn, DraftOut, Problem]
    assert len(bodies) == len(models)
    for body, model in zip(bodies, models, strict=True):
        model.model_validate_json(json.dumps(body))
        assert set(body) == set(model.model_fields)


def test_a_vendor_finds_nothing_but_the_three_routes() -> None:
    assert set(DESCRIPTION["paths"]) == {"/health", "/dossiers/{code}", "/drafts/{key}"}
    assert DESCRIPTION["servers"] == [{"url": "/rest/v1"}]
    for path in DESCRIPTION["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            assert operation["description"]
            assert {"200", "429", "503"} <= set(operation["responses"])


def test_every_status_of_the_exchange_is_in_the_description() -> None:
    assert DESCRIPTION["components"]["schemas"]["Status"]["enum"] == [status.value for status in Status]


def test_the_running_server_describes_itself_so(sandbox: Sandbox, client: httpx.Client) -> None:
    assert client.get("/openapi.json").json() == DESCRIPTION


@schemathesis.openapi.from_dict(DESCRIPTION).parametrize()
@hypothesis.settings(
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],  # what one example leaves does no harm
)
def test_the_description_is_true(case: schemathesis.Case[Any], sandbox: Sandbox) -> None:
    """No input makes the server fail or say what is not described."""
    case.call_and_validate(base_url=sandbox.rest_url, headers={"Authorization": f"Bearer {sandbox.token}"})
