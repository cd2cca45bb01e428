"""Chaos: citizens on all channels while processes are killed (SIGKILL) and the channels' services fail.

    python -m tests.chaos.run [--citizens 200] [--messages 5000] [--seconds 12] [--workers 1] [--seed 1] [--json FILE]

Starts the whole assistant with two gateways, PostgreSQL and Redis, and doubles of the channels' services. Each citizen
asks one question after the other, now and then several at once. At the end each message must have got exactly one
reply, in order. Prints the report; ends with 1 if anything was lost, doubled or out of order. docs/chaos.md says more.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.chaos import Plan, failures, run
from tests.chaos.report import table
from tests.chaos.world import chaos_world
from tests.postgres import shared_postgres
from tests.redis_server import shared_redis


def main(arguments: Sequence[str] | None = None) -> int:
    """0: every message got exactly one reply, in order."""
    parser = argparse.ArgumentParser(prog="chaos", description="Kills processes while citizens ask.")
    parser.add_argument("--citizens", type=int, default=200, help="on all channels together (default: 200)")
    parser.add_argument("--messages", type=int, default=5000, help="of all of them together (default: 5000)")
    parser.add_argument("--seconds", type=float, default=12.0, help="between two kills, about (default: 12)")
    parser.add_argument("--pause", type=float, default=6.0, help="seconds of thinking at most (default: 6)")
    parser.add_argument("--workers", type=int, default=1, help="of Rasa (default: 1)")
    parser.add_argument("--seed", type=int, default=1, help="of all chance (default: 1)")
    parser.add_argument("--json", type=Path, help="where the numbers are written to as well")
    parser.add_argument("--folder", type=Path, help="where logs stay (default: a folder that is removed)")
    wanted = parser.parse_args(arguments)
    plan = Plan(wanted.citizens, wanted.messages, wanted.seconds, wanted.pause, seed=wanted.seed)
    with ExitStack() as held:
        servers = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="motcua-chaos-")))
        folder = wanted.folder or servers / "house"
        postgres = held.enter_context(shared_postgres(servers))
        redis = held.enter_context(shared_redis(servers))
        world = held.enter_context(chaos_world(folder, postgres, redis, wanted.seed, wanted.workers))
        report = run(world, plan)
    if wanted.json:
        wanted.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    wrong = failures(report)
    sys.stdout.write("\n".join([table(report), "", *(wrong or ["Every message got exactly one reply, in order."]), ""]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
