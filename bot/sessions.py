"""Session tokens: a random id with a signature, so that nobody can name another's conversation."""

from __future__ import annotations

import secrets

from itsdangerous import BadSignature, TimestampSigner

from bot.errors import BadSession

SECONDS_A_DAY = 86400


class Sessions:
    """Makes and checks tokens."""

    def __init__(self, secret: str, days: int) -> None:
        self._signer = TimestampSigner(secret, salt="motcua-session")
        self._age = days * SECONDS_A_DAY

    def new(self) -> str:
        """A token for a new conversation."""
        return self._signer.sign(secrets.token_urlsafe(24)).decode()

    def conversation(self, token: str) -> str:
        """The conversation that a token stands for. Raises BadSession for a token that is not ours or too old."""
        try:
            return self._signer.unsign(token, max_age=self._age).decode()
        except (BadSignature, UnicodeError) as error:
            raise BadSession() from error
