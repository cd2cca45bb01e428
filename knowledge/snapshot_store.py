"""Snapshots on a shared folder or in object storage, so that many machines serve the same one.

The place is a URL that fsspec knows: file:///mnt/motcua, s3://bucket/motcua (with s3fs installed), gs://, memory:// for
tests. A snapshot's files go there first, its manifest last, then the pointer; whoever fetches sees a whole snapshot or
none. Every machine keeps its own copy on disk, mapped into memory.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import fsspec

from knowledge.errors import SnapshotStoreFailed
from knowledge.snapshot import MANIFEST, POINTER, read_manifest, switch


def publish(folder: Path, name: str, url: str) -> None:
    """Copies a local snapshot to the store and points the store at it. Raises SnapshotStoreFailed."""
    place = folder / name
    files = [*sorted(read_manifest(place).files), MANIFEST]
    try:
        system, root = fsspec.core.url_to_fs(url)
        for file in files:
            system.makedirs(f"{root}/{name}/{file}".rsplit("/", 1)[0], exist_ok=True)
            system.put_file(str(place / file), f"{root}/{name}/{file}")
        system.pipe_file(f"{root}/{POINTER}", f"{name}\n".encode())
    except (OSError, ValueError, ImportError) as error:
        raise SnapshotStoreFailed(f"{url}: {type(error).__name__} {error}.") from error


def published_name(url: str) -> str | None:
    """The name of the snapshot that the store points at, None where nothing was published yet."""
    try:
        system, root = fsspec.core.url_to_fs(url)
        system.invalidate_cache()
        name = system.cat_file(f"{root}/{POINTER}").decode().strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError, ImportError) as error:
        raise SnapshotStoreFailed(f"{url}: {type(error).__name__} {error}.") from error
    if "/" in name or name.startswith("."):
        raise SnapshotStoreFailed(f"{url}: the pointer names {name!r}, which is no snapshot.")
    return str(name)


def fetch(folder: Path, url: str) -> str | None:
    """Brings the published snapshot here, if it is another than the one that is, and points at it.

    Returns its name, None where nothing was published yet. Raises SnapshotStoreFailed; nothing changes here then.
    """
    name = published_name(url)
    if name is None:
        return None
    if not (folder / name / MANIFEST).is_file():
        _download(folder, name, url)
    if not (folder / POINTER).is_file() or (folder / POINTER).read_text().strip() != name:
        switch(folder, name)
    return name


def _download(folder: Path, name: str, url: str) -> None:
    work = folder / f".{name}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        system, root = fsspec.core.url_to_fs(url)
        system.get_file(f"{root}/{name}/{MANIFEST}", str(work / MANIFEST))
        for file in sorted(read_manifest(work).files):
            if Path(file).is_absolute() or ".." in Path(file).parts:
                raise ValueError(f"the manifest names {file!r}")
            (work / file).parent.mkdir(parents=True, exist_ok=True)
            system.get_file(f"{root}/{name}/{file}", str(work / file))
        work.rename(folder / name)
    except (OSError, ValueError, ImportError) as error:
        raise SnapshotStoreFailed(f"{url}/{name}: {type(error).__name__} {error}.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
