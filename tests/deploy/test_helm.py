"""The chart, rendered by Helm: as Kubernetes reads it, with settings of ours, and Rasa behind closed doors."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from bot.server import create_app
from bot.settings import BotSettings
from deploy import checkers
from tests.deploy.checking import DEPLOY, OURS, get_checkers, known_settings

CHART = DEPLOY / "helm" / "motcua"
RELEASE = "nghean"
VERSIONS = ("1.29", "1.31", "1.34", "1.36")  # of Kubernetes
PROCESSES = {"gateway": 8000, "actions": 5055, "rasa": 5005}
NEEDED: dict[str, Any] = {
    "secrets": {"gateway": "motcua-gateway", "actions": "motcua-actions", "rasa": "motcua-rasa"},
    "ingress": {"host": "tro-ly.example.vn", "tlsSecret": "tro-ly-tls"},
}
EVERYTHING: dict[str, Any] = {
    **NEEDED,
    "image": {"pullSecrets": ["registry"], "tag": "1.2.3"},
    "settings": {
        "gateway": {"MOTCUA_SESSION_DAYS": "10", "MOTCUA_PORT": "9000"},
        "actions": {"MOTCUA_DOSSIERS": "lgsp"},
        "rasa": {},
    },
    "gateway": {"trustedProxies": ["10.1.0.0/16"]},
    "library": {"importedClaim": "imported"},
    "networkPolicy": {
        "metricsFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
        "databaseTo": [{"ipBlock": {"cidr": "10.2.0.5/32"}}],
        "redisTo": [{"ipBlock": {"cidr": "10.2.0.6/32"}}],
        "actionsEgress": [{"to": [{"ipBlock": {"cidr": "10.9.0.7/32"}}], "ports": [{"protocol": "TCP", "port": 443}]}],
        "gatewayEgress": [{"to": [{"ipBlock": {"cidr": "10.9.0.8/32"}}]}],
    },
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "only", "operator": "Exists"}],
}
WITH_STORE: dict[str, Any] = {**NEEDED, "library": {"store": "file:///store", "storeClaim": "published"}}
LEAST: dict[str, Any] = {
    **NEEDED,
    "gateway": {"replicas": 1},
    "actions": {"replicas": 1},
    "rasa": {"replicas": 1, "workers": 1},
    "ingress": {"enabled": False},
    "networkPolicy": {"enabled": False},
    "migrate": {"enabled": False},
}
CASES = {"needed": NEEDED, "everything": EVERYTHING, "with-store": WITH_STORE, "least": LEAST}
LIMIT = 60


def helm(*words: str, values: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    get_checkers()
    return subprocess.run(
        [str(checkers.HELM), *words, "--values", "-"],
        input=json.dumps(values),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


@cache
def rendered(case: str) -> tuple[dict[str, Any], ...]:
    """The objects of a case."""
    done = helm("template", RELEASE, str(CHART), "--namespace", "motcua", values=CASES[case])
    assert done.returncode == 0, done.stderr
    return tuple(found for found in yaml.safe_load_all(done.stdout) if found)


def of_kind(case: str, kind: str) -> dict[str, dict[str, Any]]:
    return {found["metadata"]["name"]: found for found in rendered(case) if found["kind"] == kind}


def pods(case: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, spec) of every pod that the chart makes."""
    for found in rendered(case):
        if found["kind"] in ("Deployment", "Job"):
            yield found["metadata"]["name"], found["spec"]["template"]["spec"]


def containers(case: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, spec in pods(case):
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            yield container["name"], container


EVERY_CASE = pytest.mark.parametrize("case", CASES)


@EVERY_CASE
def test_helm_finds_nothing_to_complain_of(case: str) -> None:
    done = helm("lint", "--strict", str(CHART), values=CASES[case])
    assert done.returncode == 0, done.stdout


@EVERY_CASE
@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_as_kubernetes_knows_it(case: str, version: str) -> None:
    for found in rendered(case):
        errors = [f"{error.json_path}: {error.message}" for error in _validator(version, found).iter_errors(found)]
        assert errors == [], (found["kind"], found["metadata"]["name"])


def test_the_schema_would_find_a_slip() -> None:
    wrong = json.loads(json.dumps(of_kind("needed", "Deployment")[f"{RELEASE}-rasa"]))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    assert list(_validator("1.31", wrong).iter_errors(wrong)) != []


@cache
def _schemas(version: str) -> tuple[Path, Registry[Any]]:
    get_checkers()
    folder = checkers.KUBERNETES / f"v{version}.0-local-strict"
    definitions = json.loads((folder / "_definitions.json").read_text())
    resource = Resource.from_contents(definitions, default_specification=DRAFT7)
    return folder, Registry().with_resource("_definitions.json", resource)


def _validator(version: str, found: dict[str, Any]) -> Draft7Validator:
    """The strict schema of an object: a field that Kubernetes does not know is an error."""
    group, _, api = found["apiVersion"].rpartition("/")
    name = "-".join(filter(None, [found["kind"].lower(), group.partition(".")[0], api]))
    folder, registry = _schemas(version)
    return Draft7Validator(json.loads((folder / f"{name}.json").read_text()), registry=registry)


@EVERY_CASE
def test_every_setting_is_one_of_ours(case: str) -> None:
    named = {name for found in of_kind(case, "ConfigMap").values() for name in found["data"]}
    named |= {entry["name"] for _, container in containers(case) for entry in container.get("env", ())}
    assert {name for name in named if OURS.fullmatch(name)} <= known_settings()
    assert {name for name in named if not OURS.fullmatch(name)} == {"ACTION_SERVER_URL", "SANIC_WORKERS"}


def test_settings_reach_their_process_and_ours_cannot_be_lost() -> None:
    maps = of_kind("everything", "ConfigMap")
    gateway = maps[f"{RELEASE}-gateway"]["data"]
    assert gateway["MOTCUA_SESSION_DAYS"] == "10"
    assert gateway["MOTCUA_PORT"] == "8000", "the Service and the probes know this one"
    assert json.loads(gateway["MOTCUA_TRUSTED_PROXIES"]) == ["10.1.0.0/16"]
    assert gateway["MOTCUA_RASA_URL"] == f"http://{RELEASE}-rasa:5005"
    assert gateway["MOTCUA_PUBLIC_URL"] == "https://tro-ly.example.vn"
    assert maps[f"{RELEASE}-actions"]["data"]["MOTCUA_DOSSIERS"] == "lgsp"
    assert maps[f"{RELEASE}-rasa"]["data"]["SANIC_WORKERS"] == "2"


@EVERY_CASE
def test_the_chart_holds_no_secret(case: str) -> None:
    assert of_kind(case, "Secret") == {}


def test_each_process_sees_its_own_secrets_only() -> None:
    for name, spec in pods("needed"):
        mounted = {volume["secret"]["secretName"] for volume in spec["volumes"] if "secret" in volume}
        process = name.removeprefix(f"{RELEASE}-")
        if process == "migrate":
            (projected,) = [volume["projected"] for volume in spec["volumes"] if "projected" in volume]
            keys = {item["key"] for source in projected["sources"] for item in source["secret"]["items"]}
            assert keys == {"MOTCUA_DATABASE", "MOTCUA_GATEWAY_DATABASE"}
            assert mounted == set()
        else:
            assert mounted == {f"motcua-{process}"}


@EVERY_CASE
def test_every_pod_is_kept_small(case: str) -> None:
    for name, spec in pods(case):
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] == 10001, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec), name
    for name, container in containers(case):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True, name
        assert context["allowPrivilegeEscalation"] is False, name
        assert context["capabilities"] == {"drop": ["ALL"]}, name
        assert {"cpu", "memory"} <= set(container["resources"]["requests"]), name
        assert "memory" in container["resources"]["limits"], name


@EVERY_CASE
def test_kubernetes_sets_no_setting_of_ours_by_chance(case: str) -> None:
    """A Service named motcua would set MOTCUA_PORT to tcp://10.0.0.1:8000 in every pod."""
    for _, spec in pods(case):
        assert spec["enableServiceLinks"] is False


@EVERY_CASE
def test_every_server_is_asked_whether_it_is_well(case: str) -> None:
    for name, found in of_kind(case, "Deployment").items():
        (container,) = found["spec"]["template"]["spec"]["containers"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe]["httpGet"]["port"] == "http", (name, probe)
        process = name.removeprefix(f"{RELEASE}-")
        assert container["ports"] == [{"name": "http", "containerPort": PROCESSES[process]}]


def test_a_gateway_takes_messages_while_rasa_is_away() -> None:
    """Were it not ready then, the channels' messages would come back again and again."""
    (gateway,) = of_kind("needed", "Deployment")[f"{RELEASE}-gateway"]["spec"]["template"]["spec"]["containers"]
    assert gateway["readinessProbe"]["httpGet"]["path"] == "/readyz?only=database"


@EVERY_CASE
def test_every_selector_finds_the_pods_of_its_process(case: str) -> None:
    labels = {
        name.removeprefix(f"{RELEASE}-"): found["spec"]["template"]["metadata"]["labels"]
        for name, found in of_kind(case, "Deployment").items()
    }
    assert set(labels) == set(PROCESSES)
    for kind, at in (("Service", "selector"), ("Deployment", "selector"), ("PodDisruptionBudget", "selector")):
        for name, found in of_kind(case, kind).items():
            selector = found["spec"][at]
            wanted = selector.get("matchLabels", selector)
            process = name.removeprefix(f"{RELEASE}-")
            assert [who for who, has in labels.items() if wanted.items() <= has.items()] == [process], (kind, name)


def test_services_are_inside_only() -> None:
    services = of_kind("everything", "Service")
    assert set(services) == {f"{RELEASE}-{process}" for process in PROCESSES}
    for service in services.values():
        assert service["spec"]["type"] == "ClusterIP"


def test_an_eviction_leaves_one_of_each() -> None:
    budgets = of_kind("needed", "PodDisruptionBudget")
    assert set(budgets) == {f"{RELEASE}-{process}" for process in PROCESSES}
    assert {budget["spec"]["minAvailable"] for budget in budgets.values()} == {1}
    assert of_kind("least", "PodDisruptionBudget") == {}, "it would hold up the machine's maintenance for ever"


def policy(case: str, process: str) -> dict[str, Any]:
    found: dict[str, Any] = of_kind(case, "NetworkPolicy")[f"{RELEASE}-{process}"]["spec"]
    return found


def asked_by(case: str, process: str) -> set[str]:
    """Which processes of ours may come to one, by its policy. Other peers are an error here."""
    peers = [peer for rule in policy(case, process)["ingress"] for peer in rule["from"]]
    assert all(set(peer) == {"podSelector"} for peer in peers)
    for peer in peers:
        assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/instance"] == RELEASE
    return {peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for peer in peers}


def test_nothing_is_allowed_that_no_policy_allows() -> None:
    nothing = policy("needed", "nothing")
    assert nothing["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & set(nothing)
    for found in rendered("needed"):
        if found["kind"] in ("Deployment", "Job"):
            labels = found["spec"]["template"]["metadata"]["labels"]
            assert nothing["podSelector"]["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize("case", ["needed", "everything", "with-store"])
def test_rasa_is_reached_by_the_gateway_and_by_nobody_else(case: str) -> None:
    assert asked_by(case, "rasa") == {"gateway"}
    backends = {
        path["backend"]["service"]["name"]
        for ingress in of_kind(case, "Ingress").values()
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    }
    assert backends == {f"{RELEASE}-gateway"}


def test_the_actions_are_reached_by_the_gateway_and_rasa() -> None:
    assert asked_by("needed", "actions") == {"gateway", "rasa"}


def test_rasa_gets_out_nowhere_but_to_what_it_needs() -> None:
    for rule in policy("everything", "rasa")["egress"]:
        for peer in rule["to"]:
            assert peer.get("ipBlock", {"cidr": "/32"})["cidr"].endswith("/32")


def test_only_the_ingress_controller_comes_to_the_gateway() -> None:
    (rule,) = policy("needed", "gateway")["ingress"]
    assert rule["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}]


def test_outside_means_no_private_network() -> None:
    blocks = [peer["ipBlock"] for rule in policy("needed", "gateway")["egress"] for peer in rule.get("to", ()) if
              "ipBlock" in peer]  # fmt: skip
    assert [block["cidr"] for block in blocks] == ["0.0.0.0/0"]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(blocks[0]["except"])


def test_the_ingress_leads_to_all_that_citizens_use_and_to_nothing_of_the_operators() -> None:
    paths = _ingress_paths()
    app = create_app(BotSettings(_env_file=None, secret="s", inner_token="t"))  # type: ignore[call-arg]
    routes = {route.path.partition("{")[0].rstrip("/") or "/" for route in app.routes}  # type: ignore[attr-defined]
    hidden = {"/metrics", "/readyz", "/openapi.json"}
    assert {route for route in routes if not _reached(route, paths)} <= hidden
    assert not any(
        _reached(path, paths) for path in (*hidden, "/metrics/", "/inner", "/inner/notices", "/webhooks/rest")
    )


def _ingress_paths() -> list[tuple[str, str]]:
    (ingress,) = of_kind("needed", "Ingress").values()
    (rule,) = ingress["spec"]["rules"]
    return [(path["path"], path["pathType"]) for path in rule["http"]["paths"]]


def _reached(path: str, paths: list[tuple[str, str]]) -> bool:
    """As Kubernetes matches: exactly, or by whole elements."""
    return any(
        path == given or (kind == "Prefix" and path.startswith(f"{given.rstrip('/')}/")) for given, kind in paths
    )


def test_the_tables_are_brought_up_to_date_first() -> None:
    (job,) = of_kind("needed", "Job").values()
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["args"] == ["python", "-m", "deploy.migrate"]
    assert job["spec"]["template"]["spec"].get("serviceAccountName", "default") == "default", "ours is not there yet"


def test_imported_procedures_go_into_the_index_of_each_pod() -> None:
    spec = dict(pods("everything"))[f"{RELEASE}-actions"]
    (build,) = spec["initContainers"]
    assert build["args"] == ["python", "-m", "knowledge", "build"]
    assert of_kind("everything", "ConfigMap")[f"{RELEASE}-actions"]["data"]["MOTCUA_SNAPSHOTS"] == "/library/snapshots"
    claims = {volume["persistentVolumeClaim"]["claimName"]: volume for volume in spec["volumes"] if
              "persistentVolumeClaim" in volume}  # fmt: skip
    assert set(claims) == {"imported"}


def test_a_store_of_snapshots_is_followed() -> None:
    spec = dict(pods("with-store"))[f"{RELEASE}-actions"]
    settings = of_kind("with-store", "ConfigMap")[f"{RELEASE}-actions"]["data"]
    assert settings["MOTCUA_SNAPSHOT_STORE"] == "file:///store"
    mounts = {mount["name"]: mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
    assert mounts["store"] == "/store"
    assert mounts["library"] == settings["MOTCUA_SNAPSHOTS"]


@EVERY_CASE
def test_what_is_mounted_is_there_and_images_have_a_version(case: str) -> None:
    for name, spec in pods(case):
        volumes = {volume["name"] for volume in spec["volumes"]}
        for container in (*spec.get("initContainers", ()), *spec["containers"]):
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes, name
            _, _, version = container["image"].rpartition(":")
            assert version not in ("", "latest"), name


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "secrets"),
        ({**NEEDED, "secrets": {"gateway": "g", "actions": "a", "rasa": ""}}, "rasa"),
        ({**NEEDED, "gatway": {"replicas": 2}}, "gatway"),
        ({**NEEDED, "gateway": {"replica": 2}}, "replica"),
        ({**NEEDED, "gateway": {"replicas": 0}}, "replicas"),
        ({**NEEDED, "gateway": {"trustedProxies": ["everybody"]}}, "trustedProxies"),
        ({**NEEDED, "ingress": {"host": "tro-ly.example.vn", "tlsSecret": ""}}, "tlsSecret"),
        ({**NEEDED, "settings": {"gateway": {"MOTCUA_PORT": 8000}}}, "MOTCUA_PORT"),
        ({**NEEDED, "settings": {"gateway": {"PORT": "8000"}}}, "PORT"),
        ({**NEEDED, "settings": {"actions": {"MOTCUA_VAULT_KEY": "open"}}}, "MOTCUA_VAULT_KEY"),
        ({**NEEDED, "library": {"importedClaim": "a", "store": "s3://b"}}, "library"),
        ({**NEEDED, "networkPolicy": {"ingressFrom": []}}, "ingressFrom"),
    ],
)
def test_values_that_cannot_work_are_refused(values: dict[str, Any], word: str) -> None:
    done = helm("template", RELEASE, str(CHART), values=values)
    assert done.returncode != 0
    assert word in done.stderr
