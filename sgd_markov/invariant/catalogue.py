"""Which stationary law a chain has: the recognisers in order, each returned law with its proof checked."""

from __future__ import annotations

from importlib import import_module

from ..chain.batch import TooManyAtoms
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import Inconclusive
from ..proof import StepFailed, check_all
from .stationary_law import Place, StationaryLaw

RECOGNISERS = (
    "absence",
    "escape",
    "point_mass",
    "gaussian",
    "gaussian_vector",
    "dickman",
    "gamma_perpetuity",
    "beta_prime_perpetuity",
    "dirichlet_mean",
    "reflected_beta",
    "stable",
    "cauchy_mixing",
    "continued_fraction",
    "cauchy_fraction",
    "modulus",
    "moebius_conjugate",
    "forgetting",
    "tiling",
    "uniform_sum",
    "digit_law",
    "overlapping",
    "bernoulli_convolution",
    "uniform_noise",
    "gaver_lewis",
    "exponential_noise",
    "independent_sum",
    "chebyshev",
    "mod_one",
    "full_branches",
    "fixed_points",
    "birth_death",
    "finite_class",
    "analytic_maps",
    "smooth_noise",
    "finite_noise",
    "moments_only",
    "moments_several",
)
"""Modules of this folder, each with `recognise(chain, place, effort)`, asked in this order.

A recogniser returns None for a chain that is not its own, and raises `HypothesisViolated` only where it has proved
that the chain has no stationary law (or that `place` does not say which). The last one knows moments only.
"""


def stationary_law(chain: Chain, place: Place, effort: Effort) -> StationaryLaw:
    """The stationary law of the chain, its proof checked step by step.

    Raises `HypothesisViolated` where none exists, `Inconclusive` where none is recognised.
    """
    for name in RECOGNISERS:
        effort.check()
        found = recognised_by(name, chain, place, effort)
        if found is not None and is_proved(found, effort):
            return found
    raise Inconclusive("no closed form of the stationary law is known for this chain; simulate it, or ask for moments")


def is_proved(law: StationaryLaw, effort: Effort) -> bool:
    """Does every step of the proof hold? A law whose proof sympy cannot follow is not returned."""
    try:
        check_all(law.proof)
    except StepFailed:
        effort.check()
        return False
    return True


def recognised_by(name: str, chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """What one recogniser says; one that meets its own limits has not recognised the chain."""
    try:
        law: StationaryLaw | None = import_module(f".{name}", __package__).recognise(chain, place, effort)
    except (Inconclusive, TooManyAtoms):
        effort.check()
        return None
    return law
