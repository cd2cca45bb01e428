"""nginx with our configuration, for real: TLS, what it lets through to the gateway and what not, who it says asks.

The file is taken as it is; only ports, folders and the gateway's address are put in its place.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from bot.errors import AssistantAway, AttachmentTooBig, GatewayError, TooManyMessages
from bot.settings import BotSettings
from tests.deploy.checking import DOCKER, nginx

CONFIGURATION = DOCKER / "nginx.conf"
HOST = "tro-ly.example"
PATIENCE = 20.0  # seconds for a server to answer
LIMIT = 30


@dataclass
class Behind:
    """What stands in the gateway's place. seen: of every request its path as it was sent, and its headers."""

    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                WebSocketRoute("/api/chat", self._chat),
                Route("/api/attachments", self._size, methods=["POST"]),
                Route("/{path:path}", self._anything, methods=["GET", "POST"]),
            ]
        )

    async def _anything(self, request: Request) -> Response:
        await request.body()
        self._note(request)
        if request.url.path == "/api/busy":
            return JSONResponse({"error": {"code": "B201", "message": "our own words"}}, status_code=503)
        return PlainTextResponse(f"page {request.url.path}", headers={"x-content-type-options": "nosniff"})

    async def _size(self, request: Request) -> Response:
        self._note(request)
        return PlainTextResponse(str(len(await request.body())))

    async def _chat(self, socket: WebSocket) -> None:
        await socket.accept()
        self.seen.append((socket.url.path, dict(socket.headers)))
        async for text in socket.iter_text():
            await socket.send_text(f"reply to {text}")

    def _note(self, request: Request) -> None:
        self.seen.append((request.scope["raw_path"].decode(), dict(request.headers)))


@dataclass
class Front:
    """nginx as it runs. https, http: its ports. log: what it writes to its standard output."""

    https: int
    http: int
    behind: Behind
    context: ssl.SSLContext
    log: Path

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"https://{HOST}:{self.https}", verify=self.context, trust_env=False, timeout=LIMIT
        )

    def raw(self, target: str, method: str = "GET", headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Asks for a target that no client would send so; (status, body)."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.https, context=_anybody(), timeout=LIMIT)
        connection.putrequest(method, target, skip_host=True)
        for name, value in {"Host": HOST, **(headers or {})}.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body


def _anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificate(folder: Path) -> None:
    """A key and a certificate that it signed itself, for HOST."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    kind = serialization.PrivateFormat.PKCS8
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
    )


def put_in_place(folder: Path, gateway: int, https: int, plain: int, health: int) -> Path:
    """The configuration with this machine's ports and folders."""
    places = {
        "http://gateway:8000": f"http://127.0.0.1:{gateway}",
        "listen 8443 ": f"listen 127.0.0.1:{https} ",
        "listen 8080 ": f"listen 127.0.0.1:{plain} ",
        "127.0.0.1:8081": f"127.0.0.1:{health}",
        "/etc/nginx/tls/": f"{folder}/tls/",
        "/var/www/acme": f"{folder}/acme",
        "/tmp/": f"{folder}/tmp/",
        "/dev/stdout": f"{folder}/access.log",
        "worker_processes auto": "worker_processes 1",
    }
    text = CONFIGURATION.read_text(encoding="utf-8")
    assert [place for place in places if place not in text] == []
    text = re.sub("|".join(map(re.escape, places)), lambda found: places[found.group()], text)
    path = folder / "nginx.conf"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def serving(behind: Behind, port: int) -> Iterator[uvicorn.Server]:
    server = uvicorn.Server(
        uvicorn.Config(behind.app(), host="127.0.0.1", port=port, log_level="error", ws="websockets-sansio")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for(port)
        yield
    finally:
        server.should_exit = True
        thread.join(LIMIT)


def wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < end, f"nobody listens at port {port}"
        time.sleep(0.02)


@contextmanager
def running_nginx(folder: Path, gateway: int) -> Iterator[tuple[int, int]]:
    """nginx in a folder of its own, in front of a port; its ports with TLS and without. The file is tried first."""
    program = nginx()
    folder.chmod(0o755)
    (folder / "tmp").mkdir()
    make_certificate(folder / "tls")
    https, plain = free_port(), free_port()
    configuration = put_in_place(folder, gateway, https, plain, free_port())
    options = ["-c", str(configuration), "-e", str(folder / "error.log"), "-p", str(folder)]
    tried = subprocess.run([program, "-t", *options], capture_output=True, text=True, timeout=LIMIT, check=False)
    assert tried.returncode == 0, tried.stderr
    more = "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"
    server = subprocess.Popen([program, *options, "-g", more])
    try:
        wait_for(https)
        yield https, plain
    finally:
        server.terminate()
        server.wait(LIMIT)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    proofs = folder / "acme" / ".well-known" / "acme-challenge"
    proofs.mkdir(parents=True)
    (proofs / "token").write_text("proof")
    gateway, behind = free_port(), Behind()
    with running_nginx(folder, gateway) as (https, plain), serving(behind, gateway):
        context = ssl.create_default_context(cafile=str(folder / "tls" / "fullchain.pem"))
        yield Front(https, plain, behind, context, folder / "access.log")


@pytest.fixture(autouse=True)
def resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    """HOST is this machine."""
    real = socket.getaddrinfo

    def here(host: Any, *rest: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host in (HOST, HOST.encode()) else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)


@pytest.fixture
def client(front: Front) -> Iterator[httpx.Client]:
    front.behind.seen.clear()
    with front.client() as client:
        yield client


def test_the_page_comes_over_tls_with_the_gateways_headers(client: httpx.Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.text) == (200, "page /")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "nginx/" not in answer.headers.get("server", "")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_current_versions_of_tls_are_spoken(front: Front, version: ssl.TLSVersion) -> None:
    context = _anybody()
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", front.https), LIMIT) as plain, context.wrap_socket(plain) as tls:
        assert tls.version() == version.name.replace("_", ".")


def test_no_older_version_of_tls_is_offered() -> None:
    """What a client of today refuses to speak cannot be tried; so it is read."""
    assert re.findall(r"ssl_protocols (.*);", CONFIGURATION.read_text(encoding="utf-8")) == ["TLSv1.2 TLSv1.3"]


def test_without_tls_one_is_sent_to_it(front: Front) -> None:
    answer = httpx.get(f"http://127.0.0.1:{front.http}/trang?a=1", headers={"host": HOST}, timeout=LIMIT)
    assert (answer.status_code, answer.headers["location"]) == (308, f"https://{HOST}/trang?a=1")


def test_proofs_for_a_certificate_come_without_tls(front: Front) -> None:
    answer = httpx.get(f"http://127.0.0.1:{front.http}/.well-known/acme-challenge/token", timeout=LIMIT)
    assert (answer.status_code, answer.text) == (200, "proof")


def test_the_chat_is_a_websocket(front: Front, client: httpx.Client) -> None:
    with connect(f"wss://{HOST}:{front.https}/api/chat", ssl=front.context, open_timeout=LIMIT, proxy=None) as chat:
        chat.send("xin chào")
        assert chat.recv(timeout=LIMIT) == "reply to xin chào"
    (_, headers) = front.behind.seen[0]
    assert headers["host"] == HOST
    assert headers["x-forwarded-for"] == "127.0.0.1"


def test_a_webhook_comes_as_it_was_sent(front: Front, client: httpx.Client) -> None:
    headers = {"x-telegram-bot-api-secret-token": "s", "x-zevent-signature": "mac=1"}
    assert client.post("/channels/telegram?x=%20y", content=b'{"a": 1}', headers=headers).status_code == 200
    (path, seen) = front.behind.seen[0]
    assert path == "/channels/telegram"
    assert {name: seen[name] for name in headers} == headers


@pytest.mark.parametrize(
    "target",
    [
        "/metrics", "/metrics/", "/metrics/x", "/metrics?a=1", "//metrics", "/./metrics", "/x/../metrics",
        "/%6detrics", "/x/%2e%2e/metrics", "/inner", "/inner/notices", "/inner/files/abc", "/%69nner/notices",
        "/readyz", "/readyz/",
    ],
)  # fmt: skip
def test_what_is_for_operators_is_not_reached(front: Front, client: httpx.Client, target: str) -> None:
    for method in ("GET", "POST", "PUT"):
        status, body = front.raw(target, method, {"content-length": "0"})
        assert status == 404, (method, target)
        assert "page" not in body
    assert front.behind.seen == []


@pytest.mark.parametrize("target", ["/metricsx", "/innerhalb", "/healthz", "/api/files/inner"])
def test_other_paths_are(front: Front, client: httpx.Client, target: str) -> None:
    assert client.get(target).text == f"page {target}"


def test_the_gateway_hears_the_real_address_and_nothing_that_the_client_says_of_it(
    front: Front, client: httpx.Client
) -> None:
    claims = {
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-proto": "http",
        "x-forwarded-host": "evil.example",
        "x-real-ip": "203.0.113.7",
        "forwarded": "for=203.0.113.7",
    }
    client.get("/", headers=claims)
    (_, seen) = front.behind.seen[0]
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert not {"x-forwarded-host", "x-real-ip", "forwarded"} & set(seen)


def test_every_request_gets_an_id_of_ours(front: Front, client: httpx.Client) -> None:
    client.get("/", headers={"x-request-id": "theirs"})
    client.get("/")
    first, second = (seen["x-request-id"] for _, seen in front.behind.seen)
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert first != second


def error(answer: httpx.Response) -> dict[str, str]:
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["strict-transport-security"]
    found: dict[str, str] = answer.json()["error"]
    return found


def same(found: dict[str, str], as_in: type[GatewayError]) -> bool:
    return found == {"code": as_in.code, "message": as_in.message}


def test_a_file_of_the_greatest_size_comes_through(client: httpx.Client) -> None:
    largest = BotSettings(_env_file=None).attachment_bytes  # type: ignore[call-arg]
    answer = client.post("/api/attachments", content=b"x" * (largest + 4096))
    assert answer.text == str(largest + 4096)


@pytest.mark.parametrize(
    ("path", "size"),
    [("/api/attachments", 12 * 1024 * 1024), ("/api/messages", 65 * 1024), ("/channels/zalo", 1025 * 1024)],
)
def test_a_body_that_is_too_big_is_refused_in_the_gateways_words(
    front: Front, client: httpx.Client, path: str, size: int
) -> None:
    answer = client.post(path, headers={"content-length": str(size)}, content=b"x" * size)
    assert answer.status_code == 413
    assert same(error(answer), AttachmentTooBig)
    assert front.behind.seen == []


def test_a_flood_is_refused_in_the_gateways_words(client: httpx.Client) -> None:
    answers = [client.get("/api/anything") for _ in range(400)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert same(error(refused[0]), TooManyMessages)
    assert sum(answer.is_success for answer in answers) >= 100


def test_the_webhooks_are_not_counted(client: httpx.Client) -> None:
    """A whole channel comes from a few addresses."""
    assert {client.post("/channels/telegram", content=b"{}").status_code for _ in range(300)} == {200}


def test_what_the_gateway_itself_refuses_stays_as_it_is(client: httpx.Client) -> None:
    end = time.monotonic() + PATIENCE
    while (answer := client.get("/api/busy")).status_code == 429:  # the flood above is being forgotten
        assert time.monotonic() < end
    assert answer.status_code == 503
    assert answer.json()["error"]["message"] == "our own words"


def test_a_health_check_of_its_own_is_not_reached_from_outside() -> None:
    assert re.findall(r"listen ([\d.:]*8081);", CONFIGURATION.read_text(encoding="utf-8")) == ["127.0.0.1:8081"]


def test_the_log_holds_no_address_no_query_and_no_files_id(front: Front, client: httpx.Client) -> None:
    client.get("/healthz?token=geheim")
    client.get("/api/files/abcdefghijklmnop1234")
    end = time.monotonic() + PATIENCE
    while "/api/files" not in (text := front.log.read_text()) and time.monotonic() < end:
        time.sleep(0.02)
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines
    assert "127.0.0.1" not in text
    assert "geheim" not in text
    assert "abcdefghijklmnop1234" not in text
    assert {"at", "method", "path", "status", "seconds", "request_id"} <= set(lines[0])


def test_when_the_gateway_is_away_the_page_can_say_so(tmp_path: Path) -> None:
    """A second nginx, with nobody behind."""
    with running_nginx(tmp_path, free_port()) as (https, _):
        answer = httpx.post(f"https://127.0.0.1:{https}/api/messages", json={}, verify=_anybody(), timeout=LIMIT)
    assert answer.status_code == 503
    assert same(error(answer), AssistantAway)
    assert (tmp_path / "error.log").read_text() == ""
