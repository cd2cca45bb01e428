"""`python -m deploy.migrate`: brings the databases of the actions and the gateway to the tables of this version.

The processes do it by themselves when they open a database. A chart runs it beforehand, so that a step which fails
stops the update and not the assistant. The URLs stand in MOTCUA_DATABASE and MOTCUA_GATEWAY_DATABASE.
"""

from __future__ import annotations

import os
import sys

from actions.database.work import Database
from bot.delivery.database import GatewayDatabase
from storage.errors import DatabaseUnavailable

DATABASES = {"MOTCUA_DATABASE": Database, "MOTCUA_GATEWAY_DATABASE": GatewayDatabase}


def main() -> int:
    """0 if all databases that are named are up to date; 1 if one is not named or cannot be brought there."""
    code = 0
    for setting, kind in DATABASES.items():
        url = os.environ.get(setting, "")
        if not url:
            print(f"{setting} is not set", file=sys.stderr)
            code = 1
            continue
        database = kind(url)
        try:
            database.do(lambda session: None)
            print(f"{setting}: up to date")
        except DatabaseUnavailable as error:
            print(f"{setting}: {error}", file=sys.stderr)
            code = 1
        finally:
            database.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
