#!/usr/bin/env python3
"""`healthy URL`: exit status 0 if the URL is answered with success within three seconds. For health checks."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

SECONDS = 3.0


def main(arguments: list[str]) -> int:
    """0 if it answers, 1 if not, 2 if no URL is given."""
    if len(arguments) != 1:
        print("usage: healthy URL", file=sys.stderr)
        return 2
    without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with without_proxy.open(arguments[0], timeout=SECONDS):
            return 0
    except (OSError, urllib.error.URLError, ValueError) as error:
        print(type(error).__name__, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
