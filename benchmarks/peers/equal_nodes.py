"""The parts of one solve, side by side with LAPACK at the same nodes."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from statistics import median

import numpy as np
from scipy.linalg import lu_factor

from sgd_markov.engines.smooth_kernel.floats import float_kernel, legendre
from sgd_markov.numerics.subtraction_free import Elimination

from .lapack import plain_kernel
from .ours import equation

NODES = 500
STEP = Fraction(1, 20)


def equal_nodes(rounds: int) -> list[list[str]]:
    """Rows of a table: job, milliseconds, ratio to the peer of the same job."""
    domain, (nodes, weights), ones = equation(STEP).domain, legendre(NODES), np.ones(NODES)
    kernel = float_kernel(domain, [NODES])
    moves, killed = kernel.moves, kernel.killed
    elimination, system = Elimination.of(moves, killed), np.eye(NODES) - moves
    jobs = {
        "kernel and killing, sgd_markov": lambda: float_kernel(domain, [NODES]),
        "kernel, numpy": lambda: plain_kernel(float(STEP), nodes, weights),
        "elimination, sgd_markov": lambda: Elimination.of(moves, killed),
        "LU, LAPACK": lambda: lu_factor(system, check_finite=False),
        "one right side, sgd_markov": lambda: elimination.solve(ones),
        "I - K and numpy.linalg.solve": lambda: np.linalg.solve(np.eye(NODES) - moves, ones),
        "**all, sgd_markov**": lambda: float_kernel(domain, [NODES]).elimination().solve(ones),
        "all, numpy": lambda: np.linalg.solve(np.eye(NODES) - plain_kernel(float(STEP), nodes, weights), ones),
    }
    spent = interleaved(jobs, rounds)
    peers = dict(zip(list(jobs)[::2], list(jobs)[1::2], strict=True))
    return [[name, f"{1e3 * median(spent[name]):.2f}", ratio(spent, name, peers.get(name))] for name in jobs]


def interleaved(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(rounds):
        for name, job in jobs.items():
            started = time.process_time()
            job()
            spent[name].append(time.process_time() - started)
    return spent


def ratio(spent: dict[str, list[float]], name: str, peer: str | None) -> str:
    """The median of the ratios of neighbours in the run."""
    if peer is None:
        return ""
    return f"{median(a / b for a, b in zip(spent[name], spent[peer], strict=True)):.2f}"
