"""Moments of an affine chain: in closed form in the number of steps, and in the limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from ...answer.answer import Answer, Hypothesis
from ...answer.warrant import Warrant
from ...chain.chain import Chain
from ...effort import Effort
from ...errors import Inconclusive
from ...expressions import exact
from ..verb import verb
from .one_dimension import moments_of_one
from .reply import answer, require_steps
from .several_dimensions import moments_of_several, polynomial_of

FIELDS = {
    "of": "expression", "order": "expression", "absolute": "flag", "central": "flag", "start": "point", "steps": "integer",
}
FURTHER = ("closed_form", "moments")

SAMPLED_CHAINS = 20_000


@verb
def moments(
    chain: Chain,
    of: object = None,
    order: object = 1,
    absolute: bool = False,
    central: bool = False,
    start: Any = None,
    steps: int | None = None,
    *,
    effort: Effort,
) -> Answer:
    """E of^order after `steps` steps, or its limit; `closed_form` holds the formula in n, the number of steps.

    For affine chains w' = M w + B: E w_(n+1)^k = sum_j binom(k, j) E[M^j B^(k-j)] E w_n^j, solved exactly.
    In several dimensions, w' = A w + b: the moments of all monomials up to the degree of of^order that enter,
    m(n + 1) = L m(n) with L from mixed moments of the entries of (A, b), solved exactly.
    Under reshuffling and cyclic order the same for whole epochs; n counts updates, a multiple of an epoch's.
    `of`: a polynomial in the state; default the state. With several parameters and no `of` the field `moments` holds,
    beside a null `value`, a table: for order 1 the mean of each parameter, for order 2 a table of rows E w_i w_j
    (covariances with `central`), and `closed_form` one of the same shape. `central`: in one
    dimension about its own mean; in several every state symbol in `of` stands for its difference from its mean, so
    that of = w1*w2 is the covariance. `absolute`: E|of|^order, for even orders, and for any real order > 0 where B = 0
    in one dimension. `closed_form` is null in several dimensions where an eigenvalue of L is no rational number and no
    quadratic surd (with symbols: no rational function of them).
    The limit exists from every start when |E M^k| < 1 (the spectral radius of E A^(tensor k) is below 1); a limit that
    is infinite is a violated hypothesis.

    >>> from sgd_markov.laws.normal import Normal
    >>> from sgd_markov.chain.random_map import RandomMap
    >>> w, z = sp.symbols("w z", real=True)
    >>> str(moments(RandomMap({w: w / 2 + z}, noise={z: Normal(0, 1)}), order=2).exact)
    '4/3'
    """
    if effort.method is Warrant.SAMPLED:
        return sampled(chain, of, order, absolute, central, start, steps, effort)
    if chain.dimension > 1:
        return moments_of_several(chain, of, order, absolute, central, start, steps, effort)
    return moments_of_one(chain, of, order, absolute, central, start, steps, effort)


def sampled(
    chain: Chain, of: object, order: object, absolute: bool, central: bool, start: Any, steps: int | None, effort: Effort
) -> Answer:
    """The mean of of^order over independent chains after `steps` steps."""
    from ...engines.monte_carlo.run import simulate  # late: numpy is slow to import
    from ...engines.monte_carlo.statistics import mean

    place = None if start is None else chain.point(start, "start")
    require_steps(steps, place)
    if steps is None or place is None or central:
        raise Inconclusive("moments: no sampled route to limits and central moments; `stationary` and `simulate` have one")
    target = chain.weights[0] if of is None and len(chain.weights) == 1 else polynomial_of(chain, of)
    power = exact(order, "order")
    observe = (sp.Abs(target) if absolute else target) ** power
    run = simulate(chain, place, steps, SAMPLED_CHAINS, effort, (observe,))
    if run.overflows:
        raise Inconclusive(f"{run.overflows} of {run.chains} chains left the range of doubles: the mean is not known")
    return replace(
        answer(None, mean(run.observed[0]).enclosure, None, effort),
        warrant=Warrant.SAMPLED,
        method=f"Monte Carlo: the mean over {SAMPLED_CHAINS} chains, Student's t interval",
        hypotheses=(Hypothesis(f"{observe} has a finite variance", "assumed"),),
        cite=("blackman2021",),
    )
