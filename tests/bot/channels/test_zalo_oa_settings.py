from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.channels.zalo_oa_settings import ZaloOaSettings


def test_nothing_is_set_and_nothing_is_on() -> None:
    assert not ZaloOaSettings().enabled


def test_the_environment_sets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_ZALO_OA_APP_ID", "419")
    monkeypatch.setenv("MOTCUA_ZALO_OA_APP_SECRET", "hidden")
    settings = ZaloOaSettings()
    assert settings.enabled
    assert settings.secret_of_app() == "hidden"
    assert "hidden" not in repr(settings)


def test_our_own_address_is_that_of_the_gateway_unless_another_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_PUBLIC_URL", "https://motcua.example/")
    assert ZaloOaSettings().public_url == "https://motcua.example"
    monkeypatch.setenv("MOTCUA_ZALO_OA_PUBLIC_URL", "https://zalo.example")
    assert ZaloOaSettings().public_url == "https://zalo.example"


def test_secrets_may_stand_in_files(tmp_path: Path) -> None:
    (tmp_path / "app").write_text("of the app\n")
    (tmp_path / "webhook").write_text("of the webhook\n")
    settings = ZaloOaSettings(app_secret_file=tmp_path / "app", webhook_secret_file=tmp_path / "webhook")
    assert (settings.secret_of_app(), settings.secret_of_webhook()) == ("of the app", "of the webhook")


def test_the_secret_of_the_app_signs_where_no_other_is_set() -> None:
    assert ZaloOaSettings(app_secret="one").secret_of_webhook() == "one"  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["http://openapi.zalo.me", "http://10.0.0.1", "ftp://127.0.0.1", "openapi.zalo.me"])
def test_tokens_go_over_https_only(url: str) -> None:
    for name in ("base_url", "oauth_url"):
        with pytest.raises(ValidationError, match="https"):
            ZaloOaSettings(**{name: url})  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost:9", "http://[::1]:9"])
def test_a_double_on_this_machine_needs_none(url: str) -> None:
    assert ZaloOaSettings(base_url=url).base_url == url.rstrip("/")


def test_an_application_is_a_number() -> None:
    with pytest.raises(ValidationError):
        ZaloOaSettings(app_id="my app")
