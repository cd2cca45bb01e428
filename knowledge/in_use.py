"""The snapshot that a running server answers from, followed as the pointer moves or as a new one is published."""

from __future__ import annotations

import threading
import time

import structlog

from knowledge.decide import Tuning, load_tuning
from knowledge.encoder import Encoder
from knowledge.errors import KnowledgeError
from knowledge.lexicons import load_lexicons
from knowledge.settings import KnowledgeSettings
from knowledge.snapshot import Snapshot, current_name, load_snapshot
from knowledge.snapshot_store import fetch

log = structlog.get_logger(__name__)

STORE_EVERY = 30.0  # seconds between two looks at the shared place of snapshots
POINTER_EVERY = 1.0  # seconds between two looks at the pointer


class SnapshotInUse:
    """Holds one snapshot, with what is needed to ask it. Thread-safe."""

    def __init__(self, settings: KnowledgeSettings) -> None:
        self._settings = settings
        self.lexicons = load_lexicons(settings.data)
        self.encoder = Encoder(settings.encoder, settings.threads)
        self._lock = threading.Lock()
        self._fetching = threading.Lock()
        self._looked = time.monotonic()
        self._fetched = time.monotonic()
        self._refused: str | None = None
        if settings.snapshot_store:
            self._fetch()
        self._snapshot = self._load(current_name(settings.snapshots))

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot in use; a new one is taken up when the pointer has moved, a bad one is refused and logged."""
        if time.monotonic() - self._looked > POINTER_EVERY and self._lock.acquire(blocking=False):
            try:
                self._looked = time.monotonic()
                self._follow()
            finally:
                self._lock.release()
        return self._snapshot

    def _fetch(self) -> None:
        """Brings a newly published snapshot here, beside the answers that go on."""
        if not self._fetching.acquire(blocking=False):
            return  # a large one may take longer than the time between two looks
        try:
            fetch(self._settings.snapshots, self._settings.snapshot_store)
        except KnowledgeError as error:
            log.error("snapshot_not_fetched", error=str(error))
        finally:
            self._fetching.release()

    def _follow(self) -> None:
        if self._settings.snapshot_store and time.monotonic() - self._fetched > STORE_EVERY:
            self._fetched = time.monotonic()
            threading.Thread(target=self._fetch, name="fetch-snapshot", daemon=True).start()
        name = ""
        try:
            name = current_name(self._settings.snapshots)
            if name not in (self._snapshot.manifest.id, self._refused):
                self._snapshot = self._load(name)
                self._refused = None
        except KnowledgeError as error:
            self._refused = name
            log.error("snapshot_refused", error=str(error), kept=self._snapshot.manifest.id)

    def _load(self, name: str) -> Snapshot:
        snapshot = load_snapshot(self._settings.snapshots, name, self.encoder, self.lexicons)
        self.tuning: Tuning = load_tuning(self._settings.data)
        log.info("snapshot_in_use", id=name, procedures=snapshot.manifest.procedures)
        return snapshot
