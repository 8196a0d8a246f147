"""Why a density without flux is stationary, as steps and hypotheses of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import sympy as sp

from ..answer.answer import Hypothesis
from ..numerics.diffusion_pieces import Piece
from ..numerics.tidy import tidy
from ..proof import Argued, Cited, Identity, Step

if TYPE_CHECKING:
    from .diffusion import Component

LOGARITHM = sp.Symbol(r"\log{\pi}")
SOURCES = ("echeverria1982", "yamada1971", "feller1952")


def stated(component: Component) -> tuple[Hypothesis, ...]:
    """The conditions of the component with their state, what its ends are, and which moments are finite."""
    conditions = tuple(condition.hypothesis() for condition in component.conditions)
    ends = tuple(Hypothesis(note) for note in component.notes)
    if component.moment_limit == sp.oo:
        return conditions + ends
    return (*conditions, *ends, Hypothesis(f"E|w|^n < oo exactly for n < {tidy(component.moment_limit)}"))


def flux_steps(pieces: Sequence[Piece], logarithms: Sequence[sp.Expr], w: sp.Symbol) -> tuple[Step, ...]:
    """The steps that show that the density exp(logarithm), up to its normalisation, is that of a stationary law.

    On each piece it has no flux, and where two pieces meet C pi has no jump.
    """
    steps: list[Step] = []
    for piece, logarithm in zip(pieces, logarithms, strict=True):
        place = "" if len(pieces) == 1 else f" on ({piece.low}, {piece.high})"
        flux = sp.diff(piece.variance, w) + piece.variance * sp.Derivative(LOGARITHM, w)
        why = f"The density carries no flux{place}: (C pi)' = 2 b pi"
        steps.append(Identity(why, flux, 2 * piece.drift, given={LOGARITHM: logarithm}))
    for (left, before), (right, after) in pairwise(zip(pieces, logarithms, strict=True)):
        sides = [piece.variance * sp.exp(log) for piece, log in ((left, before), (right, after))]
        ends = [sp.log(side.subs(w, right.low)) for side in sides]
        steps.append(Identity(f"C pi has no jump at {right.low}", *(sp.expand_log(end, force=True) for end in ends)))
    uniqueness = (
        ()
        if len(pieces) == 1
        else (
            Cited(
                "Where drift or variance jump, the law of the solution is still the only one",
                r"\tfrac1C,\ \tfrac bC\in L^1_{\mathrm{loc}}",
                "engelbert1985",
            ),
        )
    )
    return (
        *steps,
        Argued(
            "so for smooth f with compact support the mean of the generator is a boundary term, which vanishes: at an "
            "infinite end f is 0, at a finite one C pi is (it is the exponential of int 2 b/C, see the conditions)",
            r"\int\Bigl(bf'+\tfrac12Cf''\Bigr)\pi\,dw=\Bigl[\tfrac12C\pi f'\Bigr]=0",
        ),
        Cited(
            "and such a law is that of a stationary solution",
            r"\int Af\,d\pi=0\ \forall f\Rightarrow\pi P_t=\pi",
            "echeverria1982",
        ),
        Cited(
            "An end at which the scale density is not integrable is never reached",
            r"\int s=\infty,\quad s=\exp\Bigl(-\int\tfrac{2b}C\Bigr)",
            "feller1952",
        ),
        Cited(
            "and one with a simple zero of C is left at once by the only solution that there is: the law belongs to the "
            "diffusion itself",
            r"|\sqrt{C(u)}-\sqrt{C(v)}|\le c\sqrt{|u-v|}",
            "yamada1971",
        ),
        *uniqueness,
    )
