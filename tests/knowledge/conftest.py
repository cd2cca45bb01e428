"""A tiny catalogue with its encoder and snapshot, made once; and the shipped catalogue."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from knowledge.catalogue import Catalogue, load_catalogue
from knowledge.decide import DEFAULT
from knowledge.encoder import Encoder
from knowledge.finder import Finder
from knowledge.lexicons import load_lexicons
from knowledge.library import Library
from knowledge.normalise import Lexicon
from knowledge.passages import Passage, catalogue_passages
from knowledge.settings import ROOT, KnowledgeSettings
from knowledge.snapshot import Snapshot, build_snapshot, current_name, load_snapshot, switch
from knowledge.training import train_encoder
from tests.knowledge import tiny

hypothesis.settings.register_profile("steady", deadline=None, max_examples=60)
hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """The tests run beside other work; the threads of three libraries would only wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny data folder; not to be changed."""
    return tiny.write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def own_data(tmp_path: Path) -> Path:
    """A tiny data folder to change."""
    return tiny.write_data(tmp_path / "data")


@pytest.fixture(scope="session")
def catalogue(data: Path) -> Catalogue:
    return load_catalogue(data)


@pytest.fixture(scope="session")
def lexicons(data: Path) -> list[Lexicon]:
    return load_lexicons(data)


@pytest.fixture(scope="session")
def passages(catalogue: Catalogue) -> list[Passage]:
    return list(catalogue_passages(catalogue))


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory, passages: list[Passage], lexicons: list[Lexicon]) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    train_encoder(passages, lexicons, folder, epochs=1, batch=8)
    return folder


@pytest.fixture(scope="session")
def encoder(encoder_folder: Path) -> Encoder:
    return Encoder(str(encoder_folder))


@pytest.fixture(scope="session")
def snapshots(
    tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> Path:
    """A folder with one snapshot, in use; not to be changed."""
    folder = tmp_path_factory.mktemp("snapshots")
    switch(folder, build_snapshot(catalogue, encoder, lexicons, folder).id)
    return folder


@pytest.fixture
def own_snapshots(tmp_path: Path, snapshots: Path) -> Path:
    """A folder with one snapshot, in use, to change."""
    return Path(shutil.copytree(snapshots, tmp_path / "snapshots"))


@pytest.fixture(scope="session")
def snapshot(snapshots: Path, encoder: Encoder, lexicons: list[Lexicon]) -> Snapshot:
    return load_snapshot(snapshots, (snapshots / "current").read_text().strip(), encoder, lexicons)


@pytest.fixture(scope="session")
def finder(snapshot: Snapshot, lexicons: list[Lexicon]) -> Finder:
    return Finder(snapshot.index, snapshot.scope, lexicons, DEFAULT)


@pytest.fixture(scope="session")
def wider_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The tiny catalogue with phrasings of codes that nobody wrote a record for."""
    return load_catalogue(tiny.write_wider_data(tmp_path_factory.mktemp("wider-data")))


@pytest.fixture(scope="session")
def wider_snapshots(
    tmp_path_factory: pytest.TempPathFactory, wider_catalogue: Catalogue, encoder: Encoder, lexicons: list[Lexicon]
) -> Path:
    """A folder with one snapshot of the catalogue after an import, in use; not to be changed."""
    folder = tmp_path_factory.mktemp("wider-snapshots")
    switch(folder, build_snapshot(wider_catalogue, encoder, lexicons, folder, merged=tiny.merged()).id)
    return folder


@pytest.fixture(scope="session")
def wider(wider_snapshots: Path, encoder: Encoder, lexicons: list[Lexicon]) -> Snapshot:
    """The snapshot of the catalogue after an import."""
    return load_snapshot(wider_snapshots, current_name(wider_snapshots), encoder, lexicons)


@pytest.fixture(scope="session")
def tiny_settings(data: Path, snapshots: Path, encoder_folder: Path) -> KnowledgeSettings:
    return KnowledgeSettings(data=data, snapshots=snapshots, encoder=str(encoder_folder))


@pytest.fixture(scope="session")
def library(tiny_settings: KnowledgeSettings) -> Library:
    """The library over the tiny catalogue; its snapshot stays."""
    return Library(tiny_settings)


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """The catalogue that the project ships."""
    return load_catalogue(ROOT / "data")
