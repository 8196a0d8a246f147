"""The answers: Kesten's root with the constants of the tails, a tail inherited from B, or no tail."""

from __future__ import annotations

import sympy as sp

from ...answer.answer import Answer, Hypothesis
from ...answer.enclosure import Enclosure
from ...answer.number import Number
from ...answer.warrant import Warrant
from ...balls.adaptive import refine, refine_expression
from ...balls.evaluate import evaluate
from ...chain.mixture import Component
from ...effort import Effort
from ...engines.affine import AffineChain
from ...engines.goldie_constant import exact_log_moment, log_moment_ball, tail_constants
from ...engines.grey_constant import inherited_constants
from ...engines.kesten_root import Root
from ...engines.power_mean import formula_of
from ...errors import Inconclusive
from ...numerics.exact_numbers import number

LARGEST_CONSTANT = 40
"""Integer indices up to it get the constants of the tails."""


def light(effort: Effort, arithmetic: object) -> Answer:
    return Answer(
        question="tail-index",
        exact=sp.oo,
        enclosure=Enclosure.point(float("inf")),
        warrant=Warrant.EXACT,
        method="|M| <= 1 almost surely and all moments of B exist, so all moments of w exist",
        hypotheses=hypotheses("P(|M| > 1) = 0"),
        cite=("goldie1996",),
        digits=effort.digits,
        extra={"arithmetic": flag(arithmetic), "constant": [None, None]},
    )


def matrix_answer(root: Root, how: str, checked: tuple[Hypothesis, ...], arithmetic: bool | None, effort: Effort) -> Answer:
    """The index of a chain with matrix multipliers; its constants are not known."""
    return Answer(
        question="tail-index",
        exact=root.exact,
        enclosure=root.enclosure,
        warrant=Warrant.EXACT if root.exact is not None else Warrant.CERTIFIED,
        method=how,
        hypotheses=checked,
        cite=("kesten1973",),
        digits=effort.digits,
        extra={"arithmetic": arithmetic, "constant": [None, None]},
    )


def heavy_noise(index: sp.Expr, affine: AffineChain, effort: Effort) -> Answer:
    """B has a regularly varying tail of index a and E|M|^a < 1: the stationary law has the same index.

    Its tail does not oscillate, whatever the steps of log|M|: `arithmetic` is false.
    """
    both = inherited_constants(affine, index, formula_of(affine.multipliers(), index))
    return Answer(
        question="tail-index",
        exact=index,
        enclosure=refine_expression(index, effort, "the tail index"),
        warrant=Warrant.EXACT,
        method="the tail of B passes to the stationary law: E|M|^a < 1 at its index a",
        hypotheses=(
            *hypotheses(f"E|M|^{index} < 1"),
            Hypothesis("the tail of B varies regularly, given M", "assumed" if both is None else "proved"),
        ),
        cite=("grey1994",),
        digits=effort.digits,
        extra={
            "arithmetic": False,
            "constant": [None, None] if both is None else [number(c, effort, "the constant of the tail") for c in both],
        },
    )


def kesten_answer(
    root: Root, effort: Effort, arithmetic: object, both: list[Number | None] | tuple[None, None] = (None, None)
) -> Answer:
    return Answer(
        question="tail-index",
        exact=root.exact,
        enclosure=root.enclosure,
        warrant=Warrant.EXACT if root.exact is not None else Warrant.CERTIFIED,
        method="the root of E|M|^kappa = 1, unique by convexity; signs on both sides proved",
        hypotheses=hypotheses("P(|M| > 1) > 0", "E|B|^kappa < oo"),
        cite=("kesten1973", "goldie1991"),
        digits=effort.digits,
        message="arithmetic steps: the factor of t^-kappa is log-periodic" if flag(arithmetic) else None,
        extra={"arithmetic": flag(arithmetic), "constant": list(both)},
    )


def constants(
    affine: AffineChain, components: tuple[Component, ...], root: Root, arithmetic: object, effort: Effort
) -> list[Number | None]:
    """[right, left]: the limits of t^kappa P(w > t) and t^kappa P(w < -t); null where they do not exist or are not known."""
    kappa = root.exact
    if kappa is None or not kappa.is_Integer or kappa > LARGEST_CONSTANT or flag(arithmetic) is not False:
        return [None, None]
    try:
        found = tail_constants(affine, int(kappa))
        if found is None:
            return [None, None]
        slope = exact_log_moment(components, int(kappa))
        return [constant(side, slope, components, int(kappa), effort) for side in (found.right, found.left)]
    except Inconclusive:
        effort.check()
        return [None, None]


def constant(
    side: sp.Expr, slope: sp.Expr | None, components: tuple[Component, ...], kappa: int, effort: Effort
) -> Number:
    """side/E|M|^kappa log|M|, in closed form where that mean is one."""
    if side == 0 or slope is not None:
        return number(sp.Integer(0) if side == 0 else side / slope, effort, "the constant of the tail")
    found = refine(lambda: evaluate(side) / log_moment_ball(components, kappa), effort, "the constant of the tail")
    return Number(None, found, effort.digits)


def hypotheses(*more: str) -> tuple[Hypothesis, ...]:
    return tuple(Hypothesis(text) for text in ("E log|M| < 0", "no point is fixed by almost every step", *more))


def flag(arithmetic: object) -> bool | None:
    return arithmetic if arithmetic is None or isinstance(arithmetic, bool) else True
