"""The code of a dossier in the picture of a receipt."""

from __future__ import annotations

from actions.assistant import attachments, files, now
from actions.dossiers.codes import codes_in_barcode
from storage.errors import StorageError


def code_in_file(sender: str, number: str) -> str | None:
    """The code of a dossier in the QR or bar code of a file that this person sent."""
    try:
        stored = files().fetch(number, sender)
    except StorageError:
        return None
    if stored is None:
        return None
    texts = attachments().codes_in(stored.media_type, stored.content)
    return next((code for text in texts for code in codes_in_barcode(text, now=now)), None)
