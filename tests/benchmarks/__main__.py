"""Run every benchmark, or the named ones: `python -m tests.benchmarks [scan load scroll ...]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main(wanted: list[str]) -> int:
    """Each in a process of its own, so that one's memory and imports do not colour another's."""
    here = Path(__file__).parent
    names = sorted(file.stem.removeprefix("bench_") for file in here.glob("bench_*.py"))
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(names)}", file=sys.stderr)
        return 2
    failed = 0
    for name in wanted or names:
        print(f"\n== {name}", flush=True)
        failed += (
            subprocess.run([sys.executable, "-m", f"tests.benchmarks.bench_{name}"], check=False).returncode
            != 0
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
