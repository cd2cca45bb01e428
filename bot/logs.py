"""Structured logs: JSON lines with a time, no personal data."""

from __future__ import annotations

import structlog


def set_up_logs() -> None:
    """JSON lines on standard output."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
