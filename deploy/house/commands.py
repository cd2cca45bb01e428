"""What a person can ask the launcher for, and how errors are told."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from deploy.house import overview, ports
from deploy.house.errors import HouseError, Stopped
from deploy.house.locks import lock
from deploy.house.plan import app_step, plan, tools
from deploy.house.processes import Stop, Tool, start, stop_all
from deploy.house.screen import Screen, plain
from deploy.house.services import Running, started
from deploy.house.settings import House, here
from deploy.house.steps import bring_up

INTERRUPTED = 130  # the exit code of a command that Ctrl-C ended before it was done
WATCH = 0.5  # seconds between two looks at the running processes


def main(arguments: Sequence[str]) -> int:
    """Runs a command; the exit code."""
    options = parse(arguments)
    house, stop = here(), Stop()
    stop.listen()
    command: Callable[[House, Stop, argparse.Namespace], int] = options.command
    try:
        return command(house, stop, options)
    except Stopped:
        print("motcua: stopped", file=sys.stderr)
        return INTERRUPTED
    except HouseError as error:
        tell(error)
        return 1
    except Exception as error:
        report(house, error)
        return 1


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command and its options."""
    parser = argparse.ArgumentParser(prog="python3 -m deploy.house", description="Sets up and runs motcua.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    make = commands.add_parser("setup", help="make what is missing or stale")
    make.add_argument("--with-tests", action="store_true", help="also what the tests need")
    make.add_argument("--tools", action="store_true", help="only the tools for tests and lint")
    make.set_defaults(command=set_up)
    commands.add_parser("run", help="set up, start and watch the assistant").set_defaults(command=run)
    commands.add_parser("chat", help="talk to the assistant in this terminal").set_defaults(command=chat)
    commands.add_parser("check", help="show what is there and what is stale").set_defaults(command=check)
    pin = commands.add_parser("lock", help="compile requirements/*.in to *.txt")
    pin.add_argument("--upgrade", action="store_true", help="take the newest versions")
    pin.set_defaults(command=compile_lists)
    return parser.parse_args(arguments)


def set_up(house: House, stop: Stop, options: argparse.Namespace) -> int:
    """Makes what is missing or stale."""
    steps = tools(house) if options.tools else plan(house, with_tests=options.with_tests)
    bring_up(house, steps, Screen(sys.stdout), stop)
    return 0


def run(house: House, stop: Stop, options: argparse.Namespace) -> int:
    """Sets up, starts the assistant and stays until it is stopped (exit code 0) or a process dies (1)."""
    screen = Screen(sys.stdout)
    with assistant(house, stop, screen) as running:
        screen.say(f"motcua: {house.address}  (Ctrl-C stops it)")
        sandbox = house.ports().sandbox
        if sandbox:
            screen.say(f"sandbox province with made-up dossiers: http://{ports.LOOPBACK}:{sandbox}")
        try:
            while True:
                stop.pause(WATCH)
                running.check()
        except Stopped:
            screen.say("motcua: stopping")
    return 0


def chat(house: House, stop: Stop, options: argparse.Namespace) -> int:
    """Talks to the assistant that runs, or starts one for as long as the talk lasts."""
    if house.answers():
        return talk(house, stop, Running(house, stop))
    with assistant(house, stop, Screen(sys.stdout, quiet=True)) as running:
        return talk(house, stop, running)


def check(house: House, stop: Stop, options: argparse.Namespace) -> int:
    """Shows what is there."""
    print(overview.table(house))
    return 0


def compile_lists(house: House, stop: Stop, options: argparse.Namespace) -> int:
    """Compiles the lists of requirements."""
    screen = Screen(sys.stdout)
    bring_up(house, [app_step(house)], screen, stop)
    screen.begin("Requirements")
    tool = Tool(house.root, house.child_environ(), house.log("lock"), stop, screen.go_on, screen.say)
    lock(house, tool, upgrade=options.upgrade)
    screen.end()
    return 0


def assistant(house: House, stop: Stop, screen: Screen) -> AbstractContextManager[Running]:
    """The assistant, set up and started. The ports are looked at first, before anything that takes long."""
    ports.check_free(house.ports(), house.host)
    steps = plan(house)
    count = len(steps) + 1
    bring_up(house, steps, screen, stop, more=1)
    return started(house, screen, stop, f"[{count}/{count}] Start")


def talk(house: House, stop: Stop, running: Running) -> int:
    """Gives the terminal to the chat until it ends; its exit code. Ctrl-C is the chat's while it runs."""
    stop.leave_ctrl_c()
    process = start(
        [str(house.python), "-m", "bot", "chat", "--url", house.address], house.root, house.child_environ(), None
    )
    try:
        while process.poll() is None:
            stop.pause()
            running.check()
        return max(process.returncode, 0)
    finally:
        stop_all([process])
        stop.listen()


def tell(error: HouseError) -> None:
    """One line for the person, after the end of the log it is about."""
    sys.stdout.flush()
    for line in error.lines:
        print(f"    {plain(line)}", file=sys.stderr)
    print(error, file=sys.stderr)


def report(house: House, error: Exception) -> None:
    """Keeps the traceback of an error nobody thought of, and names the file."""
    log = house.log("house")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')}\n{traceback.format_exc()}\n")
    print(f"motcua: {type(error).__name__}: {error} - please report it with {log}", file=sys.stderr)
