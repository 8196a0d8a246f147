"""Start-up cost as ratios of CPU time, from one interleaved run: python benchmarks/startup.py [ROUNDS]

Prints the median ratio of each job to its peer, with the limit that the project sets itself.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
CLI = "import sys; from sgd_markov.cli import main; sys.exit(main(sys.argv[1:]))"
SOLVE = ["-c", CLI, "solve", str(ROOT / "examples" / "local_maximum.toml")]

JOBS = (
    ("import sgd_markov", ["-c", "import sgd_markov"], "import numpy", ["-c", "import numpy"], 0.3),
    ("sgd-markov --help", ["-c", CLI, "--help"], "python -c pass", ["-c", "pass"], 3.0),
    ("solve the first example", SOLVE, "import sympy, flint", ["-c", "import sympy, flint"], 2.0),
)


def cpu_seconds(arguments: list[str]) -> float:
    """User and system time of one child process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(rounds: int) -> None:
    print(f"{'job':<26}{'peer':<22}{'ratio':>7}{'limit':>7}")
    for job, arguments, peer, peer_arguments, limit in JOBS:
        cpu_seconds(arguments)
        cpu_seconds(peer_arguments)
        ratios = [cpu_seconds(arguments) / cpu_seconds(peer_arguments) for _ in range(rounds)]
        print(f"{job:<26}{peer:<22}{median(ratios):>7.2f}{limit:>7.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 11)
