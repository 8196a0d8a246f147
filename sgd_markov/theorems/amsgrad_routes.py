"""AMSGrad at a strict local maximum: the chain of two claims, where it ends by the question, by exact steps, by simulation."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import numpy as np
import sympy as sp

from ..answer.answer import Answer
from ..answer.enclosure import Enclosure
from ..answer.warrant import Warrant
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.amsgrad.curvature_law import CurvatureLaw
from ..engines.amsgrad.exponents import first_attracting, powers
from ..engines.amsgrad.simulation import Sample, sample
from ..engines.monte_carlo.statistics import proportion
from ..laws.two_point import TwoPoint
from ..optimizers.amsgrad import AMSGrad
from ..questions.limit import limit
from .chains import w, x
from .claim import Reading
from .sampling import LEVEL

UP, DOWN = Fraction(-6, 5), Fraction(4, 5)
EDGE = Fraction(5, 12)
HIGHEST = 5.0
"""Above all rates that are met, and above the window."""
STEPS = 8000
RETURN = Fraction(1, 10**5)
"""A chain that counts as converged comes back with a probability below e^-12."""


def amsgrad(beta1: str = "0", beta2: str = "0") -> Chain:
    """AMSGrad with lr = 1 on l = x w^2/2, x = -1/5 +- 1: a strict local maximum of L at 0."""
    return AMSGrad(x * w**2 / 2, [w], 1, beta1, beta2, 0, data={x: TwoPoint(str(DOWN), str(UP))})


@cache
def ending(start: str, digits: int) -> Answer:
    return limit(amsgrad(), start=sp.Rational(start), digits=digits)


def mass_by_question(start: str, digits: int) -> Reading:
    """P(w -> 0)."""
    answer = ending(start, digits)
    return Reading.of_number(answer.extra["masses"][0]["probability"], answer)


def mass_by_exact_steps(start: str, steps: int) -> Reading:
    """In rational numbers: what has hit 0 converges, what is below the window does not."""
    states, hit, fallen = {(Fraction(start), Fraction(0)): Fraction(1)}, Fraction(0), Fraction(0)
    for _ in range(steps):
        following: dict[tuple[Fraction, Fraction], Fraction] = {}
        for (weight, root), mass in states.items():
            for slope in (UP, DOWN):
                largest = max(root, abs(slope) * weight)
                moved = weight * abs(1 - slope / largest)
                if moved == 0:
                    hit += mass / 2
                elif EDGE * largest >= 1:
                    fallen += mass / 2
                else:
                    following[moved, largest] = following.get((moved, largest), Fraction(0)) + mass / 2
        states = following
    return Reading(Enclosure(hit, 1 - fallen), Warrant.CERTIFIED)


def sampled_ends(start: str, effort: Effort, chains: int) -> Sample:
    """Chains that are followed until they have converged or are below the window."""
    half = Enclosure.point(Fraction(1, 2))
    law = CurvatureLaw((Enclosure.point(DOWN), Enclosure.point(UP)), (half, half))
    known = powers(law, first_attracting(law, HIGHEST), HIGHEST, repelling_below=True)
    return sample(law, known, float(Fraction(start)), chains, effort, STEPS)


def share(hits: int, undecided: int, chains: int) -> Reading:
    """A probability from trials of which some are undecided: they are counted as neither."""
    low, high = (proportion(count, chains, LEVEL) for count in (hits, hits + undecided))
    return Reading(Enclosure(max(Fraction(0), low.lower - RETURN), min(Fraction(1), high.upper + RETURN)), Warrant.SAMPLED)


def mass_by_simulation(start: str, effort: Effort, chains: int) -> Reading:
    found = sampled_ends(start, effort, chains)
    return share(len(found.converged), found.undecided, chains)


def converging_paths(beta1: str, effort: Effort, chains: int = 400, steps: int = 2000) -> int:
    """How many paths of (w, m, vhat) themselves are below 10^-30 after `steps` steps, from 9/20 lr with beta2 = 0."""
    random, beta = np.random.default_rng(effort.seed), float(Fraction(beta1))  # type: ignore[arg-type]
    weight, moment, root = np.full(chains, 0.45), np.zeros(chains), np.zeros(chains)
    for _ in range(steps):
        gradient = np.where(random.random(chains) < 0.5, float(UP), float(DOWN)) * weight
        moment, root = beta * moment + (1 - beta) * gradient, np.maximum(root, np.abs(gradient))
        weight = weight - moment / root
    return int(np.count_nonzero(np.abs(weight) < 1e-30))
