"""The processes, started for real on fakes: they come up, they go together, none is left."""

from __future__ import annotations

import signal
import socket
import time

import pytest

from deploy.house import services
from deploy.house.errors import HouseError
from deploy.house.processes import GRACE
from tests.deploy.fake_house import FakeHouse


def test_they_know_each_others_ports(fake: FakeHouse) -> None:
    fake.environ.update(
        MOTCUA_PORT="8100", MOTCUA_RASA_PORT="5100", MOTCUA_ACTIONS_PORT="5200", MOTCUA_SANDBOX_PORT="8190"
    )
    actions, rasa, gateway, sandbox = services.services(fake.house)
    assert actions.command[1:] == ("-m", "actions", "--port", "5200")
    assert rasa.command[-4:] == ("--interface", "127.0.0.1", "--port", "5100")
    assert rasa.environ["ACTION_SERVER_URL"] == "http://127.0.0.1:5200/webhook"
    assert gateway.command[1:] == ("-m", "bot", "serve", "--port", "8100")
    assert gateway.environ["MOTCUA_RASA_URL"] == "http://127.0.0.1:5100"
    assert gateway.environ["MOTCUA_ACTIONS_URL"] == "http://127.0.0.1:5200"
    assert sandbox.command[1:] == ("-m", "actions.dossiers", "sandbox", "--port", "8190")
    assert actions.environ["MOTCUA_DOSSIERS_URL"] == "http://127.0.0.1:8190/rest/v1"


def test_without_a_register_of_its_own_the_house_asks_the_sandbox_and_says_so(fake: FakeHouse) -> None:
    actions = services.services(fake.house)[0]
    assert actions.environ["MOTCUA_DOSSIERS"] == "rest"
    assert actions.environ["MOTCUA_DOSSIERS_DEMONSTRATION"] == "true"


def test_with_a_register_there_is_no_sandbox(fake: FakeHouse) -> None:
    fake.environ.update(MOTCUA_DOSSIERS="embedded")
    names = [service.name for service in services.services(fake.house)]
    assert names == ["actions", "rasa", "gateway"]
    assert "MOTCUA_DOSSIERS_URL" not in services.services(fake.house)[0].environ


def test_the_actions_get_the_settings_of_the_desk(fake: FakeHouse) -> None:
    desk = {"MOTCUA_DATABASE": "sqlite:////somewhere/else.sqlite", "MOTCUA_DESK_KEY": "a key", "MOTCUA_KEEP_DAYS": "7"}
    fake.environ.update(desk)
    actions = services.services(fake.house)[0]
    assert desk.items() <= actions.environ.items()


SEVERAL = {
    "MOTCUA_CONVERSATIONS": "postgresql://user:secret@db/rasa",
    "MOTCUA_REDIS_URL": "redis://:secret@redis/0",
    "MOTCUA_VAULT_KEY": "a key",
    "SANIC_WORKERS": "2",
}


def test_one_rasa_keeps_its_own_memory(fake: FakeHouse) -> None:
    rasa = services.services(fake.house)[1]
    assert rasa.command[rasa.command.index("--endpoints") + 1] == "endpoints.yml"


def test_several_share_what_the_settings_name(fake: FakeHouse) -> None:
    fake.write(".env", "".join(f"{name}={value}\n" for name, value in SEVERAL.items()))
    rasa = services.services(fake.house)[1]
    assert rasa.command[rasa.command.index("--endpoints") + 1] == "endpoints.several.yml"
    assert SEVERAL.items() <= rasa.environ.items()
    assert not any("secret" in word for word in rasa.command), "others on the machine can see it"


def test_one_with_a_memory_of_its_own_gets_no_key(fake: FakeHouse) -> None:
    fake.write(".env", "MOTCUA_VAULT_KEY=a key\n")
    assert "MOTCUA_VAULT_KEY" not in services.services(fake.house)[1].environ


@pytest.mark.parametrize("missing", ["MOTCUA_CONVERSATIONS", "MOTCUA_REDIS_URL"])
def test_several_with_half_of_what_they_need_do_not_start(fake: FakeHouse, missing: str) -> None:
    fake.environ.update({name: value for name, value in SEVERAL.items() if name != missing})
    with pytest.raises(HouseError, match=missing):
        services.services(fake.house)


def test_redis_may_serve_something_else_alone(fake: FakeHouse) -> None:
    fake.environ.update(MOTCUA_REDIS_URL=SEVERAL["MOTCUA_REDIS_URL"], SANIC_WORKERS="1")
    assert "endpoints.yml" in services.services(fake.house)[1].command


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_stays_until_it_is_stopped_and_leaves_nobody(fake: FakeHouse, number: int) -> None:
    launcher = fake.start("run")
    said = fake.wait_for_prompt(launcher)
    assert f"motcua: http://127.0.0.1:{fake.environ['MOTCUA_PORT']}  (Ctrl-C stops it)" in said
    assert len(fake.alive()) == 8  # four and the helper of each
    begun = time.monotonic()
    launcher.send_signal(number)
    launcher.communicate(timeout=15)
    assert launcher.returncode == 0
    assert fake.alive() == []
    assert time.monotonic() - begun < GRACE  # nobody had to be ended by force


def test_a_stop_while_they_start_leaves_nobody(fake: FakeHouse) -> None:
    fake.write(
        "server.py", (fake.root / "server.py").read_text().replace("http.server.HTTPServer", "while True: pass #")
    )
    launcher = fake.start("run")
    fake.wait_for(lambda: len(fake.pids()) == 8)
    launcher.send_signal(signal.SIGINT)
    said, _ = launcher.communicate(timeout=15)
    assert launcher.returncode == 130
    assert said.endswith("motcua: stopped\n")
    assert fake.alive() == []


@pytest.mark.parametrize("name", ["actions", "rasa", "gateway", "sandbox"])
def test_one_that_cannot_start_ends_all(fake: FakeHouse, name: str) -> None:
    code, said = fake.launch("run", FAKE_BROKEN=name)
    assert code == 1
    assert "    no model found\n" in said
    log = fake.root / "var" / "logs" / f"{name}.log"
    assert said.endswith(f"motcua: {name} ended with exit code 3 - see {log}\n")
    assert fake.alive() == []


def test_one_that_dies_later_ends_all(fake: FakeHouse) -> None:
    launcher = fake.start("run")
    fake.wait_for_prompt(launcher)
    fake.write("var/kill-rasa", "")
    with socket.create_connection(("127.0.0.1", int(fake.environ["MOTCUA_RASA_PORT"])), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
    said, _ = launcher.communicate(timeout=15)
    assert launcher.returncode == 1
    assert "    killed by the test\n" in said
    assert "motcua: rasa ended with exit code 4 - see " in said
    assert fake.alive() == []


def test_one_that_never_answers(fake: FakeHouse) -> None:
    source = fake.root / "deploy" / "house" / "services.py"
    source.write_text(source.read_text().replace("READY_LIMIT = 180.0", "READY_LIMIT = 1.0"))
    fake.write("server.py", (fake.root / "server.py").read_text().replace("send_response(200)", "send_response(503)"))
    code, said = fake.launch("run")
    assert code == 1
    assert "did not answer within 1 s - see " in said
    assert fake.alive() == []


def test_the_log_before_is_kept(fake: FakeHouse) -> None:
    log = fake.write("var/logs/rasa.log", "before")
    services.keep_previous(log)
    assert not log.exists()
    assert (fake.root / "var" / "logs" / "rasa.log.1").read_text() == "before"
