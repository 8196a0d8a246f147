"""Affine contractions whose images tile an interval, each with its length as probability: the uniform law."""

from __future__ import annotations

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..laws.uniform import Uniform
from ..numerics.affine_frame import StandardForm, finite_steps, standard_form
from ..numerics.neat import neat
from ..numerics.vanishing import same
from ..proof import Definition, Identity, Step
from .affine_form import UNIQUE, affine_steps
from .affine_law import names
from .elementary import Elementary
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """w' = M_i w + B_i with probability p_i = |M_i|, where the images of [low, high] cover it side by side.

    Of this kind are ratio 1/m with m equispaced increments of equal probabilities (w' = w/2 + z, z = 1 or -1: uniform
    on [-2, 2]), and random affine maps onto the pieces of a partition.
    Proof: f(t) = sum_i p_i exp(i t B_i) f(M_i t) for the characteristic function f of the uniform law.
    """
    affine = affine_steps(chain, effort)
    steps = None if affine is None else finite_steps(affine.pairs())
    form = None if steps is None else standard_form(steps)
    if steps is None or form is None or not is_uniform(form):
        return None
    law = Uniform(*form.range)
    return Elementary(
        family="uniform",
        state=chain.state,
        law=law,
        parameters={"low": law.low, "high": law.high},
        hypotheses=form.frame.hypotheses,
        proof=invariance(steps, *form.ends),
        cite=("hutchinson1981",),
    )


def is_uniform(form: StandardForm) -> bool:
    """Is every probability the length of an image, and do the images tile the hull?"""
    weighted = all(same(c.probability, abs(c.slope)) for c in form.maps.maps)
    return weighted and form.maps.tiles


def invariance(steps: tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...], low: sp.Expr, high: sp.Expr) -> tuple[Step, ...]:
    """The identity of characteristic functions, multiplied by i t (high - low)."""
    t = sp.Symbol("t", real=True)

    def wave(place: sp.Expr) -> sp.Expr:
        return sp.exp(sp.I * t * neat(place))

    after = sp.Add(*(p / m * (wave(m * high + b) - wave(m * low + b)) for m, b, p in steps))
    size, slope = names("p M")
    pairs = dict.fromkeys((p, m) for m, _, p in steps)
    return (
        Identity("The probabilities add up", sp.Add(*(p for _, _, p in steps)), sp.Integer(1)),
        *(
            Identity(f"A probability is the length of the image of a unit: p = {p}, M = {m}", size**2, slope**2, given={size: p, slope: m})
            for p, m in pairs
        ),
        Definition(
            "The characteristic function of the law", sp.Symbol("f"), (wave(high) - wave(low)) / (sp.I * t * (high - low))
        ),
        Identity(
            "One step keeps it: the sum of p_i exp(i t B_i) f(M_i t) is f(t), times i t (high - low)",
            after,
            wave(high) - wave(low),
        ),
        UNIQUE,
    )
