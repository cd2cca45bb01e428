"""One YAML file of data as a checked model; whatever is wrong with it is said with file, field and reason."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from knowledge.errors import RecordError

M = TypeVar("M", bound=BaseModel)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader (the fast one where there is one) that leaves dates as text: their field says what is wrong."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_yaml(path: Path, model: type[M]) -> M:
    """The content of a file, in NFC; RecordError names file, field and reason."""
    try:
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
        return model.model_validate(yaml.load(text, Loader=_Loader))  # noqa: S506 (a safe loader)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise RecordError(f"{path}, {place}: {_plain(first['msg'])}.") from error
    except (yaml.YAMLError, ValueError, OSError) as error:
        raise RecordError(f"{path}: {_plain(str(error))}.") from error


def _plain(message: str) -> str:
    return re.sub(r"\s+", " ", message).strip().rstrip(".")
