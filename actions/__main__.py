"""`python -m actions`: the action server, on loopback."""

from __future__ import annotations

import argparse

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.actions import library


def main() -> None:
    """Loads the library, then serves until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m actions", description="The action server of motcua.")
    parser.add_argument("--port", type=int, default=5055, help="port on 127.0.0.1 (default: 5055)")
    arguments = parser.parse_args()
    library()
    executor = ActionExecutor()
    executor.register_package("actions.actions")
    server = create_app(executor)
    server.run(host="127.0.0.1", port=arguments.port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
