"""w' = rho w + B with B exponential or Laplace: infinite convolutions of exponential laws."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from flint import acb, arb, ctx

from ..answer.answer import Hypothesis
from ..answer.number import Number
from ..answer.text import expression_latex
from ..balls.adaptive import proved_sign, refine
from ..balls.evaluate import evaluate
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..laws.gamma import Gamma
from ..laws.laplace import Laplace
from ..laws.signs import sign
from ..numerics.exact_numbers import number
from ..numerics.exponential_convolution import ExponentialConvolution
from ..numerics.named_law import Named, named
from ..numerics.neat import neat
from ..proof import Cited, Definition, Identity, Step
from .affine_form import UNIQUE, affine_steps, fixed_multiplier
from .affine_law import AffineLaw, kept
from .stationary_law import Kind, Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The law of sum_n rho^n B_n for B = m + s E (E standard exponential) or B = m + s D (D Laplace), |rho| < 1."""
    affine = affine_steps(chain, effort)
    form = None if affine is None else fixed_multiplier(affine)
    if affine is None or form is None or len(form.terms) != 1 or len(form.terms[0]) != 1 or form.rho == 0:
        return None
    (component,) = form.terms[0]
    found = named(component.values[0], component.laws)
    if found is None or not is_exponential(found):
        return None
    symmetric = isinstance(found.law, Laplace)
    shift, scale = centred_form(found)
    middle = neat(form.shift + shift)
    origin = neat(middle / (1 - form.rho))
    return ExponentialNoise(
        family="infinite convolution of " + ("Laplace laws" if symmetric else "exponential laws"),
        state=chain.state,
        affine=affine,
        rho=form.rho,
        origin=origin,
        scale=scale,
        symmetric=symmetric,
        parameters={"ratio": form.rho, "origin": origin, "scale": scale},
        hypotheses=(form.contraction, *(Hypothesis(f"{p} > 0", "assumed") for p in found.positive)),
        proof=invariance(form.rho, middle, found.factor**2 * found.law.variance, origin, scale, symmetric),
        cite=("bertoin2004", "vervaat1979"),
    )


def is_exponential(found: Named) -> bool:
    return isinstance(found.law, Laplace) or (isinstance(found.law, Gamma) and found.law.shape == 1)


def centred_form(found: Named) -> tuple[sp.Expr, sp.Expr]:
    """(m, s) of B = m + s E or m + s D; the sign of s is that of the factor."""
    if isinstance(found.law, Laplace):
        return found.shift + found.factor * found.law.mean, found.factor * found.law.scale
    return found.shift, found.factor * found.law.scale  # type: ignore[attr-defined]


def invariance(
    rho: sp.Expr, middle: sp.Expr, variance: sp.Expr, origin: sp.Expr, scale: sp.Expr, symmetric: bool
) -> tuple[Step, ...]:
    """`middle`, `variance`: the origin and the variance of B; `origin`, `scale`: the parameters of the law."""
    t, f = sp.Symbol("t", real=True), sp.Symbol("f")
    spread = (2 if symmetric else 1) * scale**2 / (1 - rho**2)

    def factor(at: sp.Expr) -> sp.Expr:
        lowest = 1 + (scale * at) ** 2 if symmetric else 1 - sp.I * scale * at
        return sp.exp(sp.I * middle * at) / lowest

    both = factor(t) * factor(rho * t)
    return (
        Definition("Two factors of the characteristic function, the others likewise", f, both),
        Identity("One step puts E exp(i t B) before those at rho t", factor(t) * factor(t).subs(t, rho * t), both),
        kept("The origin", rho, origin, middle),
        kept("The variance", rho**2, spread, variance),
        Cited(
            "Partial fractions of the transform give the distribution function as a q-series",
            r"P(X>x)=\frac1{(q;q)_\infty}\sum_n\frac{(-1)^nq^{n(n+1)/2}}{(q;q)_n}e^{-x/q^n},\quad X=\sum_nq^nE_n",
            "bertoin2004",
        ),
        UNIQUE,
    )


@dataclass(frozen=True, kw_only=True)
class ExponentialNoise(AffineLaw):
    """w = origin + scale sum_n rho^n E_n (or D_n, symmetric)."""

    rho: sp.Expr
    origin: sp.Expr
    scale: sp.Expr
    symmetric: bool

    @property
    def kind(self) -> Kind:
        return Kind.DENSITY

    @property
    def support(self) -> list[tuple[sp.Expr, sp.Expr]] | None:
        """A half line for an exponential B and rho > 0, else the line; None where symbols leave it open."""
        if self.symmetric:
            return [(-sp.oo, sp.oo)]
        turning, rising = sign(self.rho), sign(self.scale)
        if turning == -1:
            return [(-sp.oo, sp.oo)]
        if turning is None or rising is None:
            return None
        return [(self.origin, sp.oo) if rising == 1 else (-sp.oo, self.origin)]

    def description(self) -> str:
        variable = r"D_n" if self.symmetric else r"E_n"
        law = r"D_n\ \text{standard Laplace}" if self.symmetric else r"E_n\ \text{standard exponential}"
        origin, scale, rho = (expression_latex(e) for e in (self.origin, self.scale, self.rho))
        shift = "" if self.origin == 0 else rf"{origin} + "
        return rf"w \overset{{d}}{{=}} {shift}\left({scale}\right)\sum_{{n\ge0}}\left({rho}\right)^{{n}} {variable},\quad {law}"

    def series(self, at: sp.Expr) -> tuple[ExponentialConvolution, sp.Expr]:
        """The convolution in numbers, and the place relative to the origin."""
        names = ", ".join(sorted(map(str, self.rho.free_symbols | self.origin.free_symbols | self.scale.free_symbols | at.free_symbols)))
        if names:
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: the distribution function is numeric")
        size, ratio = abs(self.scale), abs(self.rho)
        if self.symmetric:
            return ExponentialConvolution(ratio, size, size), at - self.origin
        alternating = proved_sign(self.rho) == -1
        other = size * ratio if alternating else sp.Integer(0)
        sides = (size, other) if proved_sign(self.scale) == 1 else (other, size)
        return ExponentialConvolution(ratio**2 if alternating else ratio, *sides), at - self.origin

    def special_mean(self, of: sp.Expr, effort: Effort) -> Number | None:
        """E exp(a + b w), E cos(a + b w), E sin(a + b w) by the product of the transforms; numbers only."""
        w = self.state[0]
        if not isinstance(of, sp.exp | sp.cos | sp.sin) or not of.args[0].is_polynomial(w) or sp.degree(of.args[0], w) != 1:
            return None
        line, numbers = sp.Poly(of.args[0], w), (self.rho, self.origin, self.scale)
        if (of.free_symbols - {w}) or any(n.free_symbols for n in numbers):
            return None
        rate, shift = line.nth(1), line.nth(0) + line.nth(1) * self.origin
        if isinstance(of, sp.exp):
            self.require_exponential(rate)
        if self.symmetric and isinstance(of, sp.sin) and shift == 0:
            return number(sp.Integer(0), effort, f"E[{of}]")
        turn = acb(1) if isinstance(of, sp.exp) else acb(0, 1)

        def compute() -> arb:
            transform = exponential_product(turn * evaluate(rate * self.scale), evaluate(self.rho), self.symmetric)
            value = (turn * evaluate(shift)).exp() * transform
            return value.imag if isinstance(of, sp.sin) else value.real

        return Number(None, refine(compute, effort, f"E[{of}]"), effort.digits)

    def require_exponential(self, rate: sp.Expr) -> None:
        """E exp(rate w) is finite where every rate scale rho^n is below 1 (in modulus where symmetric)."""
        sizes = [rate * self.scale, rate * self.scale * self.rho]
        for size in [abs(sizes[0])] if self.symmetric else sizes:
            side = proved_sign(1 - size)
            if side is None:
                raise Inconclusive(f"whether E exp({rate} w) is finite is not decided")
            if side <= 0:
                raise HypothesisViolated(f"E exp({rate} w) < oo", f"one noise alone has the factor E exp({size} x) = oo")

    def cdf_number(self, at: sp.Expr, effort: Effort) -> Number:
        convolution, place = self.series(at)
        if (known := convolution.beyond_support(place)) is not None:
            return number(sp.Integer(known), effort, "the distribution function")
        if self.symmetric and proved_sign(place) == 0:
            return number(sp.S.Half, effort, "the distribution function")
        return Number(None, refine(lambda: convolution.cdf(place), effort, "the distribution function"), effort.digits)

    def density_at(self, at: sp.Expr, effort: Effort) -> Number:
        convolution, place = self.series(at)
        if convolution.beyond_support(place) is not None:
            return number(sp.Integer(0), effort, "the density")
        return Number(None, refine(lambda: convolution.density(place), effort, "the density"), effort.digits)


def exponential_product(x: acb, rho: arb, symmetric: bool) -> acb:
    """prod_n 1/(1 - x rho^n), or prod_n 1/(1 - (x rho^n)^2) if symmetric; the factors beyond N lie within exp(d) of 1 in
    all, d = 2 |x| |rho|^N/(1 - |rho|), for |x| |rho|^N <= 1/2."""
    result, power, least = acb(1), x, arb(2) ** -ctx.prec
    while not abs(power) < least:
        result /= 1 - (power**2 if symmetric else power)
        power *= rho
    rest = 2 * abs(power) / (1 - abs(rho))
    off = rest * rest.exp()
    return result * (1 + acb(off.union(-off), off.union(-off)))
