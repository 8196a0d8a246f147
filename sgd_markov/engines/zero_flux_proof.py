"""Why a density without flux is stationary, as steps and hypotheses of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.diffusion import Diffusion
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


def flux_steps(diffusion: Diffusion, logarithm: sp.Expr) -> tuple[Step, ...]:
    """The steps that show that the density exp(logarithm), up to its normalisation, is that of a stationary law."""
    w = diffusion.variable
    flux = sp.Derivative(diffusion.variance, w) + diffusion.variance * sp.Derivative(LOGARITHM, w)
    return (
        Identity(
            "The density carries no flux: (C pi)' = 2 b pi", flux, 2 * diffusion.drift, given={LOGARITHM: logarithm}
        ),
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
    )
