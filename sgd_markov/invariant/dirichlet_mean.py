"""w' = M w + (1 - M) x with M ~ Beta(alpha, 1) independent of x: means under a Dirichlet process.

SGD with a random learning rate on (w - x)^2/2 is of this form, with learning rate 1 - M ~ Beta(1, alpha).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..laws.affine_image import image
from ..laws.arcsine import Arcsine
from ..laws.beta import Beta
from ..laws.finite_mean import FiniteMean
from ..laws.law import Law
from ..laws.semicircle import Semicircle
from ..laws.signs import sign
from ..laws.uniform import Uniform
from ..laws.uniform_mean import UniformMean
from ..numerics.named_law import Named, direction
from ..numerics.tidy import tidy
from ..numerics.vanishing import same
from ..proof import Step
from .affine_form import UNIQUE
from .dirichlet_proofs import (
    STIELTJES,
    Points,
    Y,
    arcsine_proof,
    beta_moments,
    boundary,
    closing,
    one_step,
    uniform_proof,
)
from .elementary import Elementary
from .integrated import Integrated
from .perpetuity_form import Branch, M, X, branches, law_hypotheses, moved_to, positivity
from .stationary_law import Place, StationaryLaw

ONE, HALF = sp.Integer(1), sp.Rational(1, 2)


@dataclass(frozen=True)
class Found:
    """w = shift + way * unit * X, X of the law `law`; `places`: what x is in X's units, branch by branch."""

    family: str
    law: Law
    shift: sp.Expr
    unit: sp.Expr
    way: int
    places: tuple[sp.Expr, ...]
    proof: tuple[Step, ...]
    assumed: tuple[sp.Expr, ...] = ()


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """With alpha = M's parameter: x two-valued -> beta (Sethuraman), x arcsine -> Beta(alpha + 1/2, alpha + 1/2) on
    the same interval (the semicircle for alpha = 1); for alpha = 1 also x finite or uniform.

    Proof: the generalised Stieltjes transform G(z) = E (1 - z w)^(-alpha) satisfies z G' = alpha G (E 1/(1-z x) - 1).
    """
    steps = branches(chain, effort)
    alpha = None if steps is None else common_alpha(steps)
    if steps is None or alpha is None:
        return None
    found = finite(steps, alpha) if not any(step.is_random(step.outer) for step in steps) else continuous(steps, alpha)
    if found is None:
        return None
    multiplier = Beta(alpha, 1)
    factor = found.way * found.unit
    moved = tuple(
        moved_to(replaced(step, found.shift + factor * at), found.shift, factor, X, M * X + (1 - M) * at)
        for step, at in zip(steps, found.places, strict=True)
    )
    law = image(found.law, found.shift, found.unit, found.way)
    return (Integrated if isinstance(found.law, UniformMean | FiniteMean) else Elementary)(
        family=found.family,
        state=chain.state,
        law=named_image(law, found),
        parameters={"alpha": alpha, "shift": found.shift, "scale": factor, **extra_parameters(found.law)},
        hypotheses=(
            *positivity(tuple(p for step in steps for p in step.multiplier.positive)),
            *law_hypotheses(multiplier, *([found.law] if isinstance(found.law, Beta) else [])),
            *positivity(found.assumed),
        ),
        proof=(*moved, *one_step(multiplier, alpha), *found.proof, UNIQUE),
        cite=("sethuraman1994", "cifarelli1990"),
        tail=(sp.oo, sp.Integer(0), sp.Integer(0)),
    )


def extra_parameters(law: Law) -> dict[str, sp.Expr]:
    return {"first": law.alpha, "second": law.beta} if isinstance(law, Beta) else {}


def named_image(law: Law, found: Found) -> Law:
    """The uniform, arcsine and semicircle laws by their own names."""
    if not isinstance(found.law, Beta) or found.law.alpha != found.law.beta:
        return law
    half = found.unit / 2
    centre = found.shift + found.way * half
    if found.law.alpha == 1:
        return Uniform(sp.expand(centre - half), sp.expand(centre + half))
    if found.law.alpha == HALF:
        return Arcsine(sp.expand(centre - half), sp.expand(centre + half))
    return Semicircle(sp.expand(centre), half) if found.law.alpha == 3 * HALF else law


def family_name(law: Beta) -> str:
    names = {ONE: "uniform", HALF: "arcsine", 3 * HALF: "semicircle"}
    return names.get(law.alpha, "beta") if law.alpha == law.beta else "beta"


def replaced(step: Branch, x: sp.Expr) -> Branch:
    """The branch with the place that it contracts to written as x."""
    return Branch(step.probability, step.multiplier, -x, x, step.laws)


def common_alpha(steps: tuple[Branch, ...]) -> sp.Expr | None:
    """alpha, where every branch is M w + (1 - M) x with M ~ Beta(alpha, 1)."""
    alpha: sp.Expr | None = None
    for step in steps:
        law = step.multiplier.law
        if not (step.multiplier.is_standard and isinstance(law, Beta) and same(law.beta, ONE) and same(step.total, sp.Integer(0))):
            return None
        if alpha is not None and not same(alpha, law.alpha):
            return None
        alpha = law.alpha
    return alpha


# ---- the families


def finite(steps: tuple[Branch, ...], alpha: sp.Expr) -> Found | None:
    """x with finitely many values."""
    masses: dict[sp.Expr, sp.Expr] = {}
    for step in steps:
        known = next((at for at in masses if same(at, step.outer)), step.outer)
        masses[known] = masses.get(known, sp.Integer(0)) + step.probability
    points = tuple(masses.items())
    if len(points) == 2:
        return two_valued(steps, points, alpha)
    return several_valued(steps, points) if alpha == 1 and len(points) > 2 else None


def two_valued(steps: tuple[Branch, ...], points: Points, alpha: sp.Expr) -> Found:
    """Beta(alpha p_2, alpha p_1) on [x_1, x_2]."""
    if direction(tidy(points[1][0] - points[0][0]))[0] == -1:
        points = points[::-1]
    (first, p_first), (second, p_second) = points
    unit = tidy(second - first)
    law = Beta(tidy(alpha * p_second), tidy(alpha * p_first))
    places = tuple(sp.Integer(0) if same(step.outer, first) else sp.Integer(1) for step in steps)
    weighted = ((sp.Integer(0), p_first), (ONE, p_second))
    proof = (*beta_moments(law, alpha), *closing(alpha, weighted, -law.alpha * sp.log(1 + Y)))
    return Found(family_name(law), law, first, unit, 1, places, proof, direction(unit)[1])


def several_valued(steps: tuple[Branch, ...], points: Points) -> Found | None:
    """alpha = 1 and three or more values, numbers: the density of Cifarelli and Regazzini."""
    if any(x.free_symbols for x, _ in points):
        return None
    ordered = tuple(sorted(points, key=cmp_to_key(in_order)))
    law = FiniteMean(tuple(x for x, _ in ordered), tuple(p for _, p in ordered))
    proof = (
        *closing(ONE, ordered, -sp.Add(*(p * sp.log(1 + Y * x) for x, p in ordered))),
        *(boundary(law, j, ordered) for j in range(1, len(ordered))),
        STIELTJES,
    )
    return Found("finite Dirichlet mean", law, sp.Integer(0), ONE, 1, tuple(step.outer for step in steps), proof)


def in_order(one: tuple[sp.Expr, sp.Expr], other: tuple[sp.Expr, sp.Expr]) -> int:
    return sign(one[0] - other[0]) or 0


def continuous(steps: tuple[Branch, ...], alpha: sp.Expr) -> Found | None:
    """x with a density."""
    if len(steps) != 1:
        return None
    law = steps[0].law_of(steps[0].outer)
    if law is None or not isinstance(law.law, Beta):
        return None
    way, assumed = direction(law.factor)
    unit = way * law.factor
    places = (sp.Dummy("x", real=True),)
    if law.law == Beta(HALF, HALF):
        return arcsine_data(law, unit, way, places, alpha, assumed)
    if law.law == Beta(1, 1) and alpha == 1:
        return Found("uniform Dirichlet mean", UniformMean(), law.shift, unit, way, places, uniform_proof(), assumed)
    return None


def arcsine_data(
    x: Named, unit: sp.Expr, way: int, places: tuple[sp.Expr, ...], alpha: sp.Expr, assumed: tuple[sp.Expr, ...]
) -> Found:
    """Beta(alpha + 1/2, alpha + 1/2) on the interval of x."""
    law = Beta(alpha + HALF, alpha + HALF)
    return Found(family_name(law), law, x.shift, unit, way, places, arcsine_proof(law, alpha), assumed)
