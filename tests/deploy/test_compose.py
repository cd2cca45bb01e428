"""compose.yml is as the specification says, names settings and files that are there, and has one door."""

from __future__ import annotations

import ipaddress
import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from jsonschema import Draft202012Validator
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from deploy import checkers
from storage.settings import VaultSettings
from tests.deploy.checking import DEPLOY, DOCKER, OURS, get_checkers, known_settings, load, read_nowhere
from tests.postgres import Postgres

FILE = DEPLOY / "compose.yml"
OUR_PROCESSES = ("gateway", "actions", "rasa", "library")
SERVERS = ("nginx", "gateway", "actions", "rasa", "postgres", "redis")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = load(FILE)
    return found


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    return folder


def make_secrets(folder: Path) -> None:
    subprocess.run(["sh", str(DEPLOY / "make_secrets.sh"), str(folder)], check=True, timeout=60, capture_output=True)


def content(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_it_is_as_the_compose_specification_says(compose: dict[str, Any]) -> None:
    get_checkers()
    schema = json.loads(checkers.COMPOSE.read_text())
    assert [error.message for error in Draft202012Validator(schema).iter_errors(compose)] == []


def test_the_schema_would_find_a_slip(compose: dict[str, Any]) -> None:
    get_checkers()
    schema = json.loads(checkers.COMPOSE.read_text())
    wrong = json.loads(json.dumps(compose))
    wrong["services"]["gateway"]["helthcheck"] = {}
    assert list(Draft202012Validator(schema).iter_errors(wrong)) != []


def test_every_setting_in_it_is_one_of_ours(services: dict[str, dict[str, Any]]) -> None:
    named = {name for service in services.values() for name in service.get("environment", {})}
    assert {name for name in named if OURS.fullmatch(name)} <= known_settings()
    others = {name for name in named if not OURS.fullmatch(name)}
    assert others == {
        "ACTION_SERVER_URL", "SANIC_WORKERS", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE",
        "POSTGRES_INITDB_ARGS",
    }  # fmt: skip


def test_what_no_class_of_settings_reads_is_read_by_name() -> None:
    assert read_nowhere() == set()


def test_no_secret_stands_in_it(services: dict[str, dict[str, Any]]) -> None:
    secret = {path.partition("/")[2] for path in ALL_SECRETS}
    for service in services.values():
        assert set(service.get("environment", {})) & secret == set()


def test_every_file_that_it_mounts_or_builds_from_is_there(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        if "build" in service:
            assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./") and not source.startswith("./secrets/"):
                assert (DEPLOY / source).is_file(), source


def test_only_nginx_has_ports(services: dict[str, dict[str, Any]]) -> None:
    assert [name for name, service in services.items() if service.get("ports")] == ["nginx"]
    for service in services.values():
        assert "network_mode" not in service
        assert "privileged" not in service


def test_rasa_is_reached_from_inside_only_and_gets_out_nowhere(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    for network in services["rasa"]["networks"]:
        assert compose["networks"][network]["internal"] is True
    assert set(services["nginx"]["networks"]) & set(services["rasa"]["networks"]) == set()
    assert set(services["nginx"]["networks"]) & set(services["actions"]["networks"]) == set()


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_what_keeps_data_is_reached_from_inside_only(
    compose: dict[str, Any], services: dict[str, dict[str, Any]], name: str
) -> None:
    assert services[name]["networks"] == ["store"]
    assert compose["networks"]["store"]["internal"] is True


def test_who_talks_to_whom_shares_a_network(services: dict[str, dict[str, Any]]) -> None:
    talks = (
        ("nginx", "gateway"), ("gateway", "rasa"), ("gateway", "actions"), ("rasa", "actions"),
        ("gateway", "postgres"), ("actions", "postgres"), ("rasa", "postgres"), ("gateway", "redis"), ("rasa", "redis"),
    )  # fmt: skip
    for one, other in talks:
        assert set(services[one]["networks"]) & set(services[other]["networks"]), (one, other)


def test_every_container_is_kept_small(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        user = service["user"].partition(":")[0]
        assert user.isdigit(), name
        assert int(user) > 0, name
        limits = service["deploy"]["resources"]["limits"]
        assert set(limits) == {"cpus", "memory", "pids"}, name
        assert service["logging"]["options"]["max-size"], name


@pytest.mark.parametrize("name", SERVERS)
def test_every_server_is_asked_whether_it_is_well(services: dict[str, dict[str, Any]], name: str) -> None:
    check = services[name]["healthcheck"]
    assert {"test", "interval", "timeout", "retries"} <= set(check)
    assert services[name]["restart"] == "unless-stopped"


def test_who_is_waited_for_can_be_waited_for(services: dict[str, dict[str, Any]]) -> None:
    waits = [
        (other, how["condition"])
        for service in services.values()
        for other, how in service.get("depends_on", {}).items()
    ]
    assert ("library", "service_completed_successfully") in waits
    for other, condition in waits:
        if condition == "service_healthy":
            assert "healthcheck" in services[other]
        else:
            assert services[other]["restart"] == "no"


def test_the_gateway_starts_without_rasa_and_the_actions(services: dict[str, dict[str, Any]]) -> None:
    """It takes the messages of the channels and keeps them until they are there."""
    assert set(services["gateway"]["depends_on"]) == {"postgres", "redis"}


def test_images_have_a_version(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        name, _, version = service["image"].partition(":")
        assert name
        assert version
        assert version != "latest"


def test_the_gateway_believes_the_network_of_nginx_and_no_other(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    believed = json.loads(services["gateway"]["environment"]["MOTCUA_TRUSTED_PROXIES"])
    (edge,) = compose["networks"]["edge"]["ipam"]["config"]
    assert believed == [edge["subnet"]]
    assert ipaddress.ip_network(edge["subnet"]).is_private
    assert [name for name, service in services.items() if "edge" in service["networks"]] == ["nginx", "gateway"]


ALL_SECRETS = {
    "gateway/MOTCUA_SECRET", "gateway/MOTCUA_INNER_TOKEN", "gateway/MOTCUA_METRICS_TOKEN", "gateway/MOTCUA_VAULT_KEY",
    "gateway/MOTCUA_GATEWAY_DATABASE", "gateway/MOTCUA_LIMITS_URL", "actions/MOTCUA_DESK_KEY",
    "actions/MOTCUA_DESK_TOKEN", "actions/MOTCUA_INNER_TOKEN", "actions/MOTCUA_METRICS_TOKEN",
    "actions/MOTCUA_VAULT_KEY", "actions/MOTCUA_DATABASE", "rasa/MOTCUA_VAULT_KEY", "rasa/MOTCUA_CONVERSATIONS",
    "rasa/MOTCUA_REDIS_URL", "postgres/superuser-password", "postgres/actions-password", "postgres/gateway-password",
    "postgres/conversations-password", "redis/redis.conf",
}  # fmt: skip


def test_the_secrets_are_all_made_and_named_like_settings(secrets: Path) -> None:
    made = content(secrets)
    assert set(made) == ALL_SECRETS
    assert {name for path in made if OURS.fullmatch(name := path.partition("/")[2])} <= known_settings()
    assert all(made.values())


def test_every_folder_of_secrets_belongs_to_a_process(secrets: Path, services: dict[str, dict[str, Any]]) -> None:
    mounted = {
        volume.split(":")[0].removeprefix("./secrets/")
        for service in services.values()
        for volume in service.get("volumes", ())
        if volume.startswith("./secrets/")
    }
    assert mounted == {path.name for path in secrets.iterdir()}
    for name in ("gateway", "actions", "rasa", "postgres", "redis"):
        assert f"./secrets/{name}:/run/secrets:ro" in services[name]["volumes"]


def test_only_their_owner_enters_the_folder_of_secrets(secrets: Path) -> None:
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    for path in secrets.rglob("*"):
        wanted = 0o755 if path.is_dir() else 0o444  # a container's user reads what is mounted of it
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path.name


def test_secrets_that_are_there_stay(secrets: Path) -> None:
    before = content(secrets)
    (secrets / "redis" / "redis.conf").unlink()
    make_secrets(secrets)
    after = content(secrets)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"redis/redis.conf"}, "what was made before is never made anew"


def test_no_two_secrets_are_the_same_by_chance(secrets: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    make_secrets(other)
    here, there = content(secrets), content(other)
    assert [name for name in here if here[name] == there[name]] == []


def test_processes_that_need_the_same_secret_have_it(secrets: Path) -> None:
    made = content(secrets)
    for name in ("MOTCUA_INNER_TOKEN", "MOTCUA_METRICS_TOKEN", "MOTCUA_VAULT_KEY"):
        assert len({made[path] for path in made if path.endswith(f"/{name}")}) == 1


def test_the_vault_takes_the_key(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = (secrets / "actions" / "MOTCUA_VAULT_KEY").read_text()
    Fernet(key)
    monkeypatch.setenv("MOTCUA_VAULT_KEY", key)
    assert VaultSettings().vault().open(VaultSettings().vault().seal("ổn")) == "ổn"


def test_the_databases_let_each_process_into_its_own_only(secrets: Path, postgres: Postgres) -> None:
    """The script that PostgreSQL's image runs, on a real PostgreSQL, then the URLs that the processes get."""
    made = content(secrets)
    urls = [
        made["actions/MOTCUA_DATABASE"], made["gateway/MOTCUA_GATEWAY_DATABASE"], made["rasa/MOTCUA_CONVERSATIONS"],
    ]  # fmt: skip
    environ = {
        **os.environ,
        "PGHOST": str(postgres.folder),
        "POSTGRES_USER": "postgres",
        "POSTGRES_DB": "postgres",
        "POSTGRES_SECRETS": str(secrets / "postgres"),
    }
    names = [str(make_url(url).database) for url in urls]
    try:
        subprocess.run(["bash", str(DOCKER / "databases.sh")], env=environ, check=True, timeout=60, capture_output=True)
        for url in urls:
            entered = create_engine(_at(url, postgres, str(make_url(url).database)))
            with entered.begin() as connection:
                connection.execute(text("CREATE TABLE mine (id integer)"))
            entered.dispose()
            for other in names:
                if other != make_url(url).database:
                    refused = create_engine(_at(url, postgres, other))
                    with pytest.raises(OperationalError, match="permission denied"):
                        refused.connect()
                    refused.dispose()
    finally:
        _forget(postgres, names)


def _at(url: str, postgres: Postgres, database: str) -> str:
    """The same user at the tests' server, by its socket."""
    user = make_url(url).username
    return f"postgresql+psycopg://{user}@/{database}?host={postgres.folder}"


def _forget(postgres: Postgres, names: list[str]) -> None:
    engine = create_engine(
        f"postgresql+psycopg://postgres@/postgres?host={postgres.folder}", isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE IF EXISTS {name}"))
    engine.dispose()


def test_our_processes_run_commands_that_are_there(services: dict[str, dict[str, Any]]) -> None:
    """`python -m` of a package of ours; Rasa's stands in its image."""
    commands = {name: services[name].get("command") for name in OUR_PROCESSES}
    assert commands == {
        "gateway": ["python", "-m", "bot", "serve"],
        "actions": ["python", "-m", "actions", "--port", "5055"],
        "rasa": None,
        "library": ["python", "-m", "knowledge", "build"],
    }


def test_git_takes_nothing_that_an_operator_keeps_there() -> None:
    kept = ("secrets/gateway/MOTCUA_SECRET", "tls/privkey.pem", "motcua.env", ".env", "acme/proof")
    command = ["git", "check-ignore", *(f"deploy/{name}" for name in kept)]
    done = subprocess.run(command, cwd=DEPLOY.parent, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == [f"deploy/{name}" for name in kept]
