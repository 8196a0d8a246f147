"""w' = rho w + B with finitely many values of B and a symbolic ratio: the infinite convolution by its moments and transform."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.number import Number
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import InvalidInput
from ..numerics.affine_frame import AffineStep, finite_steps
from ..numerics.neat import neat
from ..numerics.product_description import product_description
from ..numerics.tidy import tidy
from ..proof import Definition, Identity, Step
from .affine_form import UNIQUE, affine_steps
from .affine_law import AffineLaw
from .stationary_law import Kind, Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The law of sum_n rho^n B_n for |rho| < 1, assumed: whether it has a density depends on the number rho."""
    affine = affine_steps(chain, effort)
    if affine is None or not affine.multiplier.free_symbols:
        return None
    steps = finite_steps(affine.pairs())
    if steps is None or len(steps) < 2 or len({m for m, _, _ in steps}) != 1:
        return None
    rho = steps[0][0]
    if not rho.free_symbols:
        return None
    return BernoulliConvolution(
        family="Bernoulli convolution" if len(steps) == 2 else "infinite convolution",
        state=chain.state,
        affine=affine,
        steps=steps,
        parameters={"ratio": rho},
        hypotheses=(Hypothesis(f"|{tidy(rho)}| < 1", "assumed"),),
        proof=invariance(steps),
        cite=("jessenwintner1935", "vervaat1979"),
    )


def invariance(steps: tuple[AffineStep, ...]) -> tuple[Step, ...]:
    """The product of E exp(i t rho^n B) over n is unchanged when its factor n = 0 is taken out and put back."""
    t, f = sp.Symbol("t", real=True), sp.Symbol("f")
    rho = steps[0][0]

    def factor(at: sp.Expr) -> sp.Expr:
        return sp.Add(*(p * sp.exp(sp.I * neat(b) * at) for _, b, p in steps))

    first = factor(t) * factor(rho * t)
    return (
        Definition("Two factors of the characteristic function, the others likewise", f, first),
        Identity("One step puts the factor E exp(i t B) before those at rho t", factor(t) * factor(t).subs(t, rho * t), first),
        UNIQUE,
    )


@dataclass(frozen=True, kw_only=True)
class BernoulliConvolution(AffineLaw):
    """The law of sum_n rho^n B_n."""

    steps: tuple[AffineStep, ...]

    @property
    def kind(self) -> Kind:
        return Kind.UNKNOWN

    def description(self) -> str:
        return product_description(self.steps)

    def cdf_number(self, at: sp.Expr, effort: Effort) -> Number:
        names = ", ".join(sorted(map(str, self.parameters["ratio"].free_symbols)))
        raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: the distribution function is numeric")
