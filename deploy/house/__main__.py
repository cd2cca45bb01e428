"""`python3 -m deploy.house`: restarts itself with a newer Python if need be. Runs on an old one, so: plain syntax."""

import sys

from deploy.house import pythons


def main() -> int:
    """Runs the launcher; the exit code."""
    if sys.version_info[:2] < pythons.OLDEST:
        return pythons.restart(sys.argv[1:])
    from deploy.house import commands  # only a current Python can read it

    return commands.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
