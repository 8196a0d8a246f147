"""w' = rho w + B with B uniform: the Fabius law (Rvachev's up-function as density) at |rho| = 1/2, and its kin."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.number import Number
from ..answer.text import expression_latex
from ..balls.adaptive import proved_sign
from ..balls.evaluate import evaluate
from ..balls.precision import ball_of, bits_for, enclosure, precision
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import InvalidInput
from ..laws.uniform import Uniform
from ..numerics.exact_numbers import number
from ..numerics.neat import neat
from ..numerics.uniform_convolution import enclosed, exact_value
from ..proof import Cited, Definition, Identity, Step
from .affine_form import UNIQUE, affine_steps, fixed_multiplier, one_law
from .affine_law import AffineLaw, kept
from .stationary_law import Kind, Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The law of sum_n rho^n B_n, B uniform on an interval of length h and centre m, |rho| < 1.

    With r = |rho|, c = 1/(1 - r) and W = sum_n r^n U_n, U uniform on [0, 1]: w = m/(1 - rho) + h (W - c/2) in law, since
    the uniform law is symmetric about its centre.
    """
    affine = affine_steps(chain, effort)
    form = None if affine is None else fixed_multiplier(affine)
    if affine is None or form is None or len(form.terms) != 1 or form.rho == 0:
        return None
    found = one_law(form.terms[0])
    if found is None:
        return None
    shift, factor, law = found
    if not isinstance(law, Uniform):
        return None
    condition = form.contraction
    middle = neat(form.shift + shift + factor * (law.low + law.high) / 2)
    length = neat(sp.Abs(factor) * (law.high - law.low))
    ratio, centre = sp.Abs(form.rho), neat(middle / (1 - form.rho))
    return UniformNoise(
        family="Fabius" if ratio == sp.S.Half else "infinite convolution of uniforms",
        state=chain.state,
        affine=affine,
        rho=form.rho,
        centre=centre,
        length=length,
        parameters={"ratio": form.rho, "centre": centre, "length": length},
        hypotheses=(condition,),
        proof=invariance(form.rho, middle, factor**2 * law.variance, centre, length),
        cite=("jessenwintner1935", "fabius1966", "vervaat1979"),
    )


def invariance(
    rho: sp.Expr, middle: sp.Expr, variance: sp.Expr, centre: sp.Expr, length: sp.Expr
) -> tuple[Step, ...]:
    """`middle`, `variance`: mean and variance of B; `centre`, `length`: the parameters of the law."""
    t, f = sp.Symbol("t", real=True), sp.Symbol("f")
    spread = length**2 / 12 / (1 - rho**2)

    def factor(at: sp.Expr) -> sp.Expr:
        return sp.exp(sp.I * middle * at) * sp.sin(length * at / 2) / (length * at / 2)

    return (
        Definition("Two factors of the characteristic function, the others likewise", f, factor(t) * factor(rho * t)),
        Identity(
            "One step puts the factor E exp(i t B) before those at rho t",
            factor(t) * factor(t).subs(t, rho * t),
            factor(t) * factor(rho * t),
        ),
        kept("The centre", rho, centre, middle),
        kept("The variance", rho**2, spread, variance),
        Cited(
            "An infinite convolution with one uniform factor has a density, and is of pure type",
            r"w\overset{d}{=}\sum_{n\ge0}\rho^nB_n",
            "jessenwintner1935",
        ),
        UNIQUE,
    )


@dataclass(frozen=True, kw_only=True)
class UniformNoise(AffineLaw):
    """w = centre + length (W - c/2), W = sum_n |rho|^n U_n; the density is smooth and solves
    f(x) = F(x/r) - F((x - 1)/r)."""

    rho: sp.Expr
    centre: sp.Expr
    length: sp.Expr

    @property
    def kind(self) -> Kind:
        return Kind.DENSITY

    @property
    def symmetry_centre(self) -> sp.Expr:
        return self.centre

    @property
    def ratio(self) -> sp.Expr:
        return sp.Abs(self.rho)

    @property
    def support(self) -> list[tuple[sp.Expr, sp.Expr]]:
        reach = neat(self.length / (1 - self.ratio) / 2)
        return [(neat(self.centre - reach), neat(self.centre + reach))]

    def description(self) -> str:
        centre, half, rho = (expression_latex(e) for e in (self.centre, self.length / 2, self.rho))
        shift = "" if self.centre == 0 else rf"e^{{it \left({centre}\right)}}"
        return (
            rf"\mathbb{{E}}e^{{itw}} = {shift}\prod_{{n\ge0}}\frac{{\sin x_n}}{{x_n}},\quad "
            rf"x_n = t \left({half}\right) \left({rho}\right)^{{n}}"
        )

    def place(self, at: sp.Expr) -> sp.Expr:
        """The value of W at a w."""
        found = neat((at - self.centre) / self.length + 1 / (1 - self.ratio) / 2)
        names = ", ".join(sorted(map(str, found.free_symbols | self.rho.free_symbols)))
        if names:
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: the distribution function is numeric")
        return found

    def cdf_number(self, at: sp.Expr, effort: Effort) -> Number:
        return self.at(self.place(at), 0, sp.Integer(1), effort)

    def density_at(self, at: sp.Expr, effort: Effort) -> Number:
        return self.at(self.place(at), -1, self.length, effort)

    def at(self, place: sp.Expr, level: int, unit: sp.Expr, effort: Effort) -> Number:
        """F or f over the unit at a value of W: rational at m-adic places of ratio 1/m."""
        found = exact_value(self.ratio, place, level)
        if found is not None:
            return number(found / unit, effort, "the law")
        if level == 0 and proved_sign(place - 1 / (1 - self.ratio) / 2) == 0:
            return number(sp.S.Half, effort, "the law")
        if (inside := self.outside(place)) is not None:
            return number(sp.Integer(inside * (level == 0)), effort, "the law")
        value = enclosed(self.ratio, place, level, effort.with_digits(effort.digits + 2))
        return scaled(value, unit, effort)

    def outside(self, place: sp.Expr) -> int | None:
        """0 below the support, 1 above, None inside."""
        if proved_sign(place) in (0, -1):
            return 0
        return 1 if proved_sign(place - 1 / (1 - self.ratio)) in (0, 1) else None


def scaled(value: Enclosure, unit: sp.Expr, effort: Effort) -> Number:
    """The enclosure over a positive unit."""
    if unit == 1:
        return Number(None, value, effort.digits)
    with precision(bits_for(effort.digits) + 40):
        return Number(None, enclosure(ball_of(value) / evaluate(unit)), effort.digits)
