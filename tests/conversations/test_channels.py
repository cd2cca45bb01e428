"""The assistant on Telegram, on Zalo and on both and the page together, through the whole house."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from actions.dossiers.dossier import Status
from actions.dossiers.sandbox.control_routes import Listed
from actions.dossiers.timeline import short_code
from actions.submissions.form import EForm, load_forms
from tests.actions.dossiers.sandbox_server import Sandbox
from tests.actions.submissions.birth import CODE, TYPED
from tests.conversations.channel_house import Citizen, Places, channels_before
from tests.conversations.dossier_house import AGREE, FEE, FEE_TOLD, Talk, answer, begin_birth, sandbox_at, talking
from tests.doubles.telegram import USERNAME
from tests.house import Entry

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("channels")]

EVERYWHERE = ("telegram", "zalo_oa", "zalo_bot")
people = iter(range(1_000_000))


@pytest.fixture(scope="module")
def places(assistant: Entry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with channels_before(assistant, tmp_path_factory.mktemp("channels")) as found:
        yield found
        for double in (found.telegram, found.zalo_oa, found.zalo_bot):
            assert double.violations == []


@pytest.fixture(params=EVERYWHERE)
def citizen(request: pytest.FixtureRequest, places: Places) -> Citizen:
    """Somebody new, at each channel."""
    return Citizen(getattr(places, request.param), f"người {next(people)}")


@pytest.fixture
def on_telegram(places: Places) -> Citizen:
    return Citizen(places.telegram, f"người {next(people)}")


@pytest.fixture(scope="module")
def talks(places: Places) -> Iterator[Callable[[], Talk]]:
    with talking(places.url) as made:
        yield made


@pytest.fixture(scope="module")
def sandbox(assistant: Entry) -> Iterator[Sandbox]:
    with sandbox_at(assistant.sandbox) as found:
        yield found


@pytest.fixture
def dossier(sandbox: Sandbox) -> Listed:
    return sandbox.put_into(sandbox.begin().code, Status.IN_PROGRESS)


@pytest.fixture(scope="module")
def birth() -> EForm:
    return load_forms().get(CODE)


def test_a_fee_with_its_source_everywhere(citizen: Citizen) -> None:
    citizen.say(FEE, FEE_TOLD, "Nguồn")


def test_without_accents_and_in_dialect(citizen: Citizen) -> None:
    citizen.say("mần giấy khai sinh cho con hết mấy tiền rứa eng", "khai sinh")
    citizen.say("rua can giay to chi", "giấy chứng sinh")


def test_a_choice_is_tapped_or_its_number_is_typed(citizen: Citizen) -> None:
    shown = citizen.say("khai sinh")
    listed = re.findall(r"^1\. (.+)$", "\n".join(one.text for one in shown), re.MULTILINE)
    titles = [title for one in shown for title in one.titles] or listed
    citizen.tap(titles[0], "Nguồn")


def test_a_dossier_is_told_and_followed(citizen: Citizen, dossier: Listed, sandbox: Sandbox) -> None:
    citizen.say(f"tra cứu hồ sơ {dossier.code}", "đồng ý")
    citizen.tap(AGREE, "mã tra cứu")
    citizen.say(f"mã tra cứu {dossier.secret}", short_code(dossier.code), "Đang xử lý")
    citizen.tap("Báo tôi khi có thay đổi", "đồng ý")
    citizen.tap("Đồng ý nhận tin", "Đã bật")
    sandbox.put_into(dossier.code, Status.SUPPLEMENT_ASKED)
    citizen.reads(short_code(dossier.code), "bổ sung")


def test_a_shared_contact_proves_a_dossier(on_telegram: Citizen, places: Places, dossier: Listed) -> None:
    on_telegram.say(f"tra cứu hồ sơ {dossier.code}", "đồng ý")
    on_telegram.tap(AGREE, "mã tra cứu")
    places.telegram.share_contact(on_telegram.person, str(dossier.phone))
    on_telegram.reads(short_code(dossier.code), "Đang xử lý")


def test_anothers_contact_proves_nothing(on_telegram: Citizen, places: Places, dossier: Listed) -> None:
    on_telegram.say(f"tra cứu hồ sơ {dossier.code}", "đồng ý")
    on_telegram.tap(AGREE, "mã tra cứu")
    places.telegram.share_contact(on_telegram.person, str(dossier.phone), own=False)
    assert "Đang xử lý" not in "".join(one.text for one in on_telegram.reads())


def test_a_form_begun_on_the_page_goes_on_at_telegram(
    on_telegram: Citizen, talks: Callable[[], Talk], birth: EForm
) -> None:
    page = talks()
    begin_birth(page, birth)
    first, second, third = list(TYPED)[:3]
    answer(page, first)
    page.reads(birth.question(second).ask)
    page.say("liên kết")
    assert page.last
    code = "".join(char for char in page.last.text.partition("\n")[0] if char.isdigit())
    on_telegram.say(f"liên kết {code}", "Đã nối hai kênh")
    on_telegram.say("tiếp tục điền tờ khai", birth.question(second).ask)
    on_telegram.say(TYPED[second], birth.question(third).ask)
    answer(page, third)
    page.reads_nothing_of(birth.question(second).ask, birth.question(third).ask)


def test_a_deep_link_names_a_procedure(on_telegram: Citizen) -> None:
    on_telegram.say(f"/start {CODE.replace('.', '_')}", "Đăng ký khai sinh")


def test_in_a_group_nothing_personal_is_told(places: Places, dossier: Listed) -> None:
    group, person = f"nhóm {next(people)}", f"người {next(people)}"
    places.telegram.say(person, f"@{USERNAME} tra cứu hồ sơ {dossier.code}", group=group)

    deadline = monotonic() + 30
    while not places.telegram.shown(group, group=True):
        assert monotonic() < deadline
        sleep(0.05)
    assert "nhắn riêng" in places.telegram.shown(group, group=True)[0].text
