"""What is sealed opens with the keys only, and names of conversations tell nobody which they are."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import VaultLocked
from storage.vault import HASH_LENGTH, Vault, kept_key

KEY, OTHER = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TEXT = "Nguyễn Thị Bưởi, 040093001234"


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


@given(st.text(max_size=200))
def test_what_is_sealed_can_be_opened_and_not_be_read(text: str) -> None:
    sealed = Vault([KEY]).seal(text)
    assert Vault([KEY]).open(sealed) == text
    assert sealed.isascii()
    assert len(text) < 4 or text not in sealed


@given(st.binary(max_size=200))
def test_files_too(content: bytes) -> None:
    assert Vault([KEY]).open_bytes(Vault([KEY]).seal_bytes(content)) == content


def test_the_same_text_is_never_sealed_the_same(vault: Vault) -> None:
    assert vault.seal(TEXT) != vault.seal(TEXT)


def test_another_key_opens_nothing_and_says_so_without_the_content(vault: Vault) -> None:
    sealed = vault.seal(TEXT)
    with pytest.raises(VaultLocked, match="P101") as caught:
        Vault([OTHER]).open(sealed)
    assert "Bưởi" not in str(caught.value)
    assert sealed not in str(caught.value)


@pytest.mark.parametrize("changed", [lambda sealed: sealed[:-5], lambda sealed: sealed[:20] + "A" + sealed[21:]])
def test_what_was_changed_is_not_opened(vault: Vault, changed: object) -> None:
    sealed = vault.seal(TEXT)
    with pytest.raises(VaultLocked):
        vault.open(changed(sealed) + "=")  # type: ignore[operator]


def test_a_new_key_in_front_opens_the_old_and_seals_the_new(vault: Vault) -> None:
    before = vault.seal(TEXT)
    both = Vault([OTHER, KEY])
    assert both.open(before) == TEXT
    after = both.seal(TEXT)
    assert Vault([OTHER]).open(after) == TEXT
    with pytest.raises(VaultLocked):
        vault.open(after)


def test_names_are_the_same_for_the_same_and_for_nobody_else(vault: Vault) -> None:
    name = vault.name("conversation", "a")
    assert name == Vault([KEY]).name("conversation", "a")
    assert len(name) == HASH_LENGTH
    others = [vault.name("conversation", "b"), vault.name("dossier", "a"), vault.name("conversationa")]
    others += [vault.name("conversation", "a", ""), Vault([OTHER]).name("conversation", "a")]
    assert name not in others
    assert len(set(others)) == len(others)


def test_names_stay_when_a_key_is_put_in_front(vault: Vault) -> None:
    assert Vault([OTHER, KEY]).name("conversation", "a") == vault.name("conversation", "a")


def test_a_key_is_kept_in_a_file_that_only_this_user_reads(tmp_path: Path) -> None:
    path = tmp_path / "below" / "vault-key"
    key = kept_key(path)
    assert kept_key(path) == key
    assert path.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]
    Fernet(key)


def make_key(path: Path, gate: object, made: object) -> None:
    gate.wait()  # type: ignore[attr-defined]
    made.put(kept_key(path))  # type: ignore[attr-defined]


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    gate, made = context.Barrier(3), context.Queue()
    started = [context.Process(target=make_key, args=(tmp_path / "key", gate, made)) for _ in range(3)]
    for process in started:
        process.start()
    keys = {made.get(timeout=60) for _ in started}
    for process in started:
        process.join(timeout=60)
    assert len(keys) == 1
