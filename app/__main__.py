"""`overread`: the window without arguments, the command line with them."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    """Run the command line; returns the exit code (0 done, 1 could not, 2 wrong usage)."""
    multiprocessing.freeze_support()
    from app.support.no_dumps import leave_no_dumps
    from app.support.streams import print_whatever_comes

    leave_no_dumps()
    print_whatever_comes()
    from app.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
