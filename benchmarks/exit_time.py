"""Mean exit times side by side with other tools: python benchmarks/exit_time.py [ROUNDS]

The ladder w' = 9/10 w + s z, z standard normal, inside [-1, 1] from 0, for smaller and smaller s; one interleaved run,
medians of CPU time, one thread. Prints the tables and writes them to benchmarks/exit_time.md. README.md beside this
file says how to install the peers; one that is missing is named as such.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported

import platform
import sys
from collections.abc import Callable
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from statistics import median

from peers.bigfloats import balls, digits
from peers.chains import deeptime, pydtmc, rouwenhorst, tauchen, ulam
from peers.equal_nodes import equal_nodes
from peers.lapack import lapack
from peers.ours import certified, doubles, nodes
from peers.spc import spc, spc_version
from peers.timing import NotInstalled, Timed

LADDER = {  # the first seven: 40-digit collocation (issue 4); the last: three digits of a prototype (design.md, section 6)
    "3/10": "25.08131983480768176138",
    "3/20": "643.84997941236931250",
    "1/10": "117280.42065262526552",
    "7/100": "2497600282.8191174554",
    "1/20": "3.6894228819216882279e17",
    "1/25": "8.5189368923889526205e26",
    "3/100": "1.2732026170835671774e47",
    "1/50": "3.82e104",
}
SOLVERS: dict[str, Callable[[Fraction, int], Timed]] = {
    "**sgd_markov**, doubles": doubles,
    "**sgd_markov**, certified": certified,
    "LAPACK, Gauss-Legendre Nystrom": lapack,
    "R spc, xewma.arl": spc,
    "deeptime, mfpt": deeptime,
    "PyDTMC, mean_absorption_times": pydtmc,
    "QuantEcon, Tauchen + gth": tauchen,
    "QuantEcon, Rouwenhorst + gth": rouwenhorst,
    "Ulam": ulam,
    "python-flint, ball linear solve": balls,
    "mpmath, LU": digits,
}
PATIENCE = 5.0
"""Seconds; a solver that takes longer is run once on a rung, and not on the rungs after it."""
Results = dict[tuple[str, str], Timed]


def main(rounds: int) -> None:
    results: Results = {}
    names = list(SOLVERS)
    for s in LADDER:
        found = rung(s, rounds, names)
        results |= {(name, s): timed for name, timed in found.items()}
        names = [name for name, timed in found.items() if timed.seconds < PATIENCE]
        for name, timed in found.items():
            print(f"{s:>6}  {name:<34}{error(timed.value, LADDER[s]):>14}{1e3 * timed.seconds:>12.2f} ms", flush=True)
    text = report(results, rounds)
    (Path(__file__).parent / "exit_time.md").write_text(text)
    print("\n" + text)


def rung(s: str, rounds: int, names: list[str]) -> dict[str, Timed]:
    """All solvers in turn, `rounds` times after a first one that warms up; those that are not installed are left out."""
    step, count = Fraction(s), nodes(Fraction(s))
    first = {name: found for name in names if (found := attempt(name, step, count)) is not None}
    runs = {name: [found] if found.seconds > PATIENCE else [] for name, found in first.items()}
    for _ in range(rounds):
        for name, found in first.items():
            if found.seconds <= PATIENCE:
                runs[name].append(SOLVERS[name](step, count))
    return {name: Timed(done[0].value, median(run.seconds for run in done)) for name, done in runs.items()}


def attempt(name: str, step: Fraction, count: int) -> Timed | None:
    try:
        return SOLVERS[name](step, count)
    except NotInstalled:
        return None


def error(value: float, truth: str) -> str:
    """The relative error; a number that is wrong by half or more is shown as it is."""
    size = float(truth)
    return f"{abs(value - size) / size:.0e}" if abs(value - size) < size / 2 else f"says {value:.2g}"


def cost(result: Timed, ours: Timed) -> str:
    return f"{1e3 * result.seconds:.3g} ({result.seconds / ours.seconds:.2g})"


def report(results: Results, rounds: int) -> str:
    ours = next(iter(SOLVERS))
    present = [name for name in SOLVERS if (name, next(iter(LADDER))) in results]
    errors = [["E tau", *(f"{float(t):.4g}" for t in LADDER.values())], ["nodes", *(str(nodes(Fraction(s))) for s in LADDER)]]
    errors += [[name, *(shown(results, name, s, lambda r, s: error(r.value, LADDER[s])) for s in LADDER)] for name in SOLVERS]
    times = [[name, *(shown(results, name, s, lambda r, s: cost(r, results[ours, s])) for s in LADDER)] for name in present]
    header = ["s", *LADDER]
    return TEXT.format(
        rounds=rounds,
        patience=PATIENCE,
        machine=machine(),
        versions=versions(present),
        errors=table(header, errors),
        times=table(header, times),
        equal=table(["job at n = 500", "ms", "ratio to LAPACK"], equal_nodes(max(rounds, 15))),
    )


def shown(results: Results, name: str, s: str, cell: Callable[[Timed, str], str]) -> str:
    if (name, s) in results:
        return cell(results[name, s], s)
    return "not run" if (name, next(iter(LADDER))) in results else "not installed"


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def versions(present: list[str]) -> str:
    names = ["numpy", "scipy", "sympy", "python-flint", "mpmath"]
    names += [tool for tool in ("quantecon", "deeptime", "PyDTMC") if any(tool.lower() in name.lower() for name in present)]
    found = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in names)]
    return ", ".join(found + ([spc_version()] if "R spc, xewma.arl" in present else []))


TEXT = """# Mean exit times

`python benchmarks/exit_time.py` wrote this: w' = 9/10 w + s z, z standard normal, inside [-1, 1] from 0. One interleaved run, medians of
{rounds} rounds of CPU time after one that warms up, one thread. {machine}. {versions}.

Both lines of sgd_markov are whole questions (`sm.exit_time`), from a model in sympy to an answer with its error, nothing remembered from the
round before; the peers are handed formulas. LAPACK, spc, deeptime, PyDTMC, python-flint and mpmath work on the same Gauss-Legendre nodes, as many
as sgd_markov takes in doubles; Tauchen and Ulam have 501 cells, Rouwenhorst 501 states. A solver that takes more than {patience:g} s is run once, and
not on the rungs to the right.

## Relative error

A number that is wrong by half or more is shown as the tool says it. At s = 1/50 the reference itself has three digits. 0e+00 means equal
after rounding to a double. The nodes are those that sgd_markov needs because it knows the exact probability to leave; without it they are too few for
I - K itself at s = 1/50, which is the likely cause of the wrong number of the ball solve there and no fault of its solver.

{errors}

## CPU time in ms (in brackets: ratio to sgd_markov in doubles)

{times}

## The same nodes, the same kernel

Without the question around it: s = 1/20, 500 nodes that are given. Elimination without subtractions against LAPACK with pivoting, which loses all
digits here.

{equal}
"""

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
