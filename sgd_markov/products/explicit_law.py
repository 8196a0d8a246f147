"""2x2 products whose ratio of coordinates has a stationary law in closed form: gamma and Cauchy continued fractions."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..chain.chain import Chain
from ..chain.mixture import Component
from ..chain.random_map import RandomMap
from ..effort import Effort
from ..engines.log_potential import expected_log
from ..errors import SGDMarkovError
from ..invariant.stationary_law import Place, StationaryLaw
from ..laws.law import Law
from ..proof import check_all
from .matrix_law import MatrixLaw
from .method import Method

RECOGNISERS = ("continued_fraction", "cauchy_fraction")
"""Modules of `invariant` with laws of random linear-fractional maps."""

R = sp.Dummy("r", real=True)


class ExplicitLaw(Method):
    """Lambda_1 = E log|c r + d| under the stationary law of r' = (a r + b)/(c r + d), r = u/v or v/u.

    A stationary law nu of directions without atoms gives the top exponent: from every direction outside a fixed proper
    subspace the growth rate is Lambda_1, and nu does not charge a line (Furstenberg and Kifer 1983). That v' = c u + d v
    replaces the norm changes the mean by E g(r') - E g(r) = 0, g = log sqrt(1 + r^2).
    """

    def top(self, law: MatrixLaw, effort: Effort) -> Finding | None:
        if law.size != 2 or len(law.components) != 1 or not law.components[0].laws:
            return None
        for a, b, c, d in charts(law.matrices[0]):
            if (c.free_symbols | d.free_symbols) & law.components[0].laws.keys() or c == 0:
                continue
            found = ratio_law((a * R + b) / (c * R + d), law.components[0], effort)
            if found is not None:
                return mean_growth(c * R + d, *found, effort)
        return None


def charts(matrix: sp.ImmutableMatrix) -> Iterator[tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]]:
    """The entries for r = u/v and for r = v/u."""
    a, b, c, d = matrix
    yield a, b, c, d
    yield d, c, b, a


def ratio_law(ratio: sp.Expr, component: Component, effort: Effort) -> tuple[StationaryLaw, Law] | None:
    """The stationary law of the ratio, its proof checked, where it has a named one."""
    chain = RandomMap({R: ratio}, noise=dict(component.laws))
    for name in RECOGNISERS:
        found = recognised(name, chain, effort)
        law = None if found is None else getattr(found, "law", None)
        if found is not None and isinstance(law, Law):
            return found, law
    return None


def recognised(name: str, chain: Chain, effort: Effort) -> StationaryLaw | None:
    try:
        found: StationaryLaw | None = import_module(f"sgd_markov.invariant.{name}").recognise(chain, Place(), effort)
        if found is not None:
            check_all(found.proof)
    except SGDMarkovError:
        return None
    return found


def mean_growth(factor: sp.Expr, found: StationaryLaw, law: Law, effort: Effort) -> Finding:
    """E log|c r + d|."""
    mean = expected_log((Component(sp.Integer(1), (factor,), {R: law}),), effort)
    return Finding(
        mean.warrant,
        f"explicit stationary law of the ratio of the coordinates, {found.family}: {mean.method}",
        mean.exact,
        mean.enclosure,
        (
            *found.hypotheses,
            Hypothesis("the law of the ratio is stationary and has no atoms"),
            *(Hypothesis(text, "assumed") for text in mean.assumed),
        ),
        (*found.cite, "furstenbergkifer1983"),
    )


METHOD = ExplicitLaw()
