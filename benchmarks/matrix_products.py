"""Exponents of products of random matrices beside the ways in use: python benchmarks/matrix_products.py [ROUNDS]

One interleaved run, medians of CPU time, one thread; prints a table and writes it to benchmarks/matrix_products.md.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is imported

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import sympy as sp
from peers.products import collocation, simulation, ulam
from peers.timing import Timed, timed

import sgd_markov as sm

FAMILIES: dict[str, tuple[list[list[int]], int, str]] = {  # matrices, digits asked of us, the exponent
    "[[2,1],[1,1]], [[3,1],[2,1]]": ([[2, 1, 1, 1], [3, 1, 2, 1]], 14, "1.1433110351029492458432518536556"),
    "Stern-Brocot": ([[1, 1, 0, 1], [1, 0, 1, 1]], 14, "0.39621256429774456"),
    "random Fibonacci": ([[1, 1, 1, 0], [1, -1, 1, 0]], 14, "0.12397559880335121"),
}
PEERS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "collocation on the quadrant, numpy, no certificate": collocation,
    "Ulam, 2000 cells": ulam,
    "simulation, 1e6 steps": simulation,
}
TEXT = """# Exponents of products of random matrices

Written by `python benchmarks/matrix_products.py`: medians of {rounds} interleaved runs, one thread. Each cell: relative
error, CPU milliseconds, and in brackets the ratio to sgd_markov, which certifies 14 digits.

{table}

Plain collocation needs a family that maps the positive quadrant strictly inside; it cannot tell
how far off it is, and beside parabolic ends (Stern-Brocot) or without a cone (random Fibonacci) it loses digits or all.
"""


def ours(rows: list[list[int]], digits: int) -> float:
    a, b, c, d, u, v = sp.symbols("a b c d u v", real=True)
    chain = sm.RandomMap({u: a * u + b * v, v: c * u + d * v}, noise={(a, b, c, d): sm.Rows(rows)})
    return float(sm.lyapunov(chain, at={u: 0, v: 0}, digits=digits).value)


def main(rounds: int) -> None:
    lines = [["family", "**sgd_markov**", *PEERS], ["---"] * (2 + len(PEERS))]
    for name, (rows, digits, truth) in FAMILIES.items():
        matrices, weights = np.array(rows, dtype=float).reshape(-1, 2, 2), np.full(len(rows), 1 / len(rows))
        jobs: dict[str, Callable[[], float]] = {"ours": lambda rows=rows, digits=digits: ours(rows, digits)}
        jobs |= {peer: lambda run=run, m=matrices, w=weights: run(m, w) for peer, run in PEERS.items()}
        found = interleaved(jobs, rounds)
        lines.append([name, *(cell(one, found["ours"], float(truth)) for one in found.values())])
        print(lines[-1], flush=True)
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    (Path(__file__).parent / "matrix_products.md").write_text(TEXT.format(rounds=rounds, table=table))


def interleaved(jobs: dict[str, Callable[[], float]], rounds: int) -> dict[str, Timed]:
    """All jobs in turn, after a first round that warms up."""
    runs: dict[str, list[Timed]] = {name: [] for name in jobs}
    for number in range(rounds + 1):
        for name, job in jobs.items():
            done = timed(job)
            if number:
                runs[name].append(done)
    return {name: Timed(done[0].value, median(run.seconds for run in done)) for name, done in runs.items()}


def cell(one: Timed, own: Timed, truth: float) -> str:
    return f"{abs(one.value - truth) / truth:.0e}, {1e3 * one.seconds:.3g} ms ({one.seconds / own.seconds:.2g})"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
