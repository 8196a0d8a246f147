"""w' = rho w + B with B a sum of independent symmetric stable variables: the stationary law is stable."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.number import Number
from ..answer.text import expression_latex
from ..balls.adaptive import proved_sign, refine
from ..balls.evaluate import evaluate
from ..chain.chain import Chain
from ..effort import Effort
from ..engines.affine import AffineChain
from ..errors import InvalidInput
from ..laws.cauchy import Cauchy
from ..laws.law import Law
from ..laws.normal import Normal
from ..laws.signs import sign
from ..laws.stable import Stable
from ..laws.student import Student
from ..numerics.exact_numbers import number
from ..numerics.named_law import named
from ..numerics.neat import neat
from ..numerics.stable_series import stable_cdf, stable_density
from ..numerics.tidy import tidy
from ..numerics.vanishing import same
from ..proof import Definition, Identity, Step
from .affine_form import UNIQUE, FixedMultiplier, affine_steps, fixed_multiplier
from .affine_law import AffineLaw, kept
from .elementary import Elementary
from .stationary_law import Kind, Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """B = m + a sum of independent variables with characteristic functions exp(-|s_i t|^alpha), one alpha, |rho| < 1.

    The law is stable about m/(1 - rho) with the scale s/(1 - |rho|^alpha)^(1/alpha), s^alpha = sum s_i^alpha. Cauchy
    for alpha = 1, normal for alpha = 2. Proof: log f(t) = log f(rho t) + log E exp(i t B).
    """
    affine = affine_steps(chain, effort)
    form = None if affine is None else fixed_multiplier(affine)
    if affine is None or form is None or not form.terms:
        return None
    parts = [stable_part(term[0].values[0], dict(term[0].laws)) if len(term) == 1 else None for term in form.terms]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts) or not all(same(part.alpha, known[0].alpha) for part in known):
        return None
    return law_of(chain, affine, form, known)


@dataclass(frozen=True)
class StablePart:
    """shift + a variable with the characteristic function exp(-power |t|^alpha); power = scale^alpha."""

    shift: sp.Expr
    alpha: sp.Expr
    power: sp.Expr
    positive: tuple[sp.Expr, ...] = ()
    """What symbols leave open and has been taken to be positive."""


def stable_part(value: sp.Expr, laws: dict[sp.Symbol, Law]) -> StablePart | None:
    """One independent term of B; None where it is not stable and symmetric about a point."""
    found = named(value, laws)
    if found is None:
        return None
    law, size = found.law, sp.Abs(found.factor)
    if isinstance(law, Student) and law.df == 1:
        law = Cauchy(law.loc, law.scale)
    if isinstance(law, Cauchy):
        return StablePart(found.shift + found.factor * law.loc, sp.Integer(1), size * law.scale, found.positive)
    if isinstance(law, Normal):
        return StablePart(found.shift + found.factor * law.mean, sp.Integer(2), (size * law.std) ** 2 / 2, found.positive)
    if isinstance(law, Stable):
        return StablePart(found.shift, law.alpha, (size * law.scale) ** law.alpha, found.positive)
    return None


def law_of(chain: Chain, affine: AffineChain, form: FixedMultiplier, parts: list[StablePart]) -> StationaryLaw:
    rho, alpha = form.rho, parts[0].alpha
    assumed = dict.fromkeys(p for part in parts for p in part.positive)
    hypotheses = (form.contraction, *(Hypothesis(f"{p} > 0", "assumed") for p in assumed))
    middle = neat(form.shift + sp.Add(*(part.shift for part in parts)))
    centre, power = neat(middle / (1 - rho)), sp.Add(*(part.power for part in parts))
    spread = power / (1 - sp.Abs(rho) ** alpha)
    proof = invariance(rho, middle, power, alpha, centre, spread)
    if alpha == 2:
        law: Law = Normal(centre, sp.sqrt(sp.factor(2 * spread)))
        return Elementary(
            family="normal", state=chain.state, law=law, parameters={"mean": centre, "variance": sp.factor(2 * spread)},
            hypotheses=hypotheses, proof=proof, cite=("vervaat1979",),
        )  # fmt: skip
    if alpha == 1:
        return Elementary(
            family="Cauchy", state=chain.state, law=Cauchy(centre, spread), parameters={"loc": centre, "scale": spread},
            hypotheses=hypotheses, proof=proof, cite=("vervaat1979",), tail=(sp.Integer(1), spread / sp.pi, spread / sp.pi),
        )  # fmt: skip
    scale = neat_scale(power, 1 - sp.Abs(rho) ** alpha, alpha)
    return StableLaw(
        family="stable",
        state=chain.state,
        affine=affine,
        alpha=alpha,
        centre=centre,
        spread=spread,
        scale=scale,
        parameters={"alpha": alpha, "loc": centre, "scale": scale},
        hypotheses=(*hypotheses, *admissible(alpha)),
        proof=proof,
        cite=("vervaat1979", "bergstrom1952"),
        tail=tail(alpha, scale),
    )


def admissible(alpha: sp.Expr) -> tuple[Hypothesis, ...]:
    """There are stable laws for 0 < alpha <= 2 only: assumed where a symbol leaves it open."""
    if not alpha.free_symbols or (sign(alpha) == 1 and sign(2 - alpha) in (0, 1)):
        return ()
    return (Hypothesis(f"0 < {tidy(alpha)} <= 2", "assumed"),)


def neat_scale(power: sp.Expr, rest: sp.Expr, alpha: sp.Expr) -> sp.Expr:
    """The scale, (power/rest)^(1/alpha)."""
    return sp.powdenest(power ** (1 / alpha), force=bool(power.is_positive)) / rest ** (1 / alpha)


def tail(alpha: sp.Expr, scale: sp.Expr) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """t^alpha P(w > t) tends to scale^alpha Gamma(alpha) sin(pi alpha/2)/pi, on both sides, for alpha < 2."""
    if sign(2 - alpha) != 1:
        return None
    constant = scale**alpha * sp.gamma(alpha) * sp.sin(sp.pi * alpha / 2) / sp.pi
    return alpha, constant, constant


def invariance(
    rho: sp.Expr, middle: sp.Expr, power: sp.Expr, alpha: sp.Expr, centre: sp.Expr, spread: sp.Expr
) -> tuple[Step, ...]:
    """With t > 0; at -t all is conjugate."""
    t, f = sp.Symbol("t", positive=True), sp.Symbol("f")
    abs_power = sp.Abs(rho) ** alpha
    top, rest = sp.symbols("P D", positive=True)
    return (
        Definition("The logarithm of the characteristic function, t > 0", f, sp.I * centre * t - spread * t**alpha),
        kept("The centre", rho, centre, middle),
        kept("The coefficient of |t|^alpha about the centre, that is f(t) = f(rho t) + log E exp(i t B):", abs_power, spread, power),
        Identity("which is the scale to the power alpha, P over D", neat_scale(top, rest, alpha) ** alpha, top / rest),
        UNIQUE,
    )


@dataclass(frozen=True, kw_only=True)
class StableLaw(AffineLaw):
    """centre + scale X, X with the characteristic function exp(-|t|^alpha), alpha < 2 and not 1."""

    alpha: sp.Expr
    centre: sp.Expr
    spread: sp.Expr
    """scale^alpha"""
    scale: sp.Expr

    @property
    def kind(self) -> Kind:
        return Kind.DENSITY

    @property
    def support(self) -> list[tuple[sp.Expr, sp.Expr]]:
        return [(-sp.oo, sp.oo)]

    def characteristic_function(self, t: sp.Symbol) -> sp.Expr:
        return sp.exp(sp.I * self.centre * t - self.spread * sp.Abs(t) ** self.alpha)

    def description(self) -> str:
        centre, spread, alpha = (expression_latex(e) for e in (self.centre, self.spread, self.alpha))
        shift = "" if self.centre == 0 else rf"it \left({centre}\right) "
        return rf"\mathbb{{E}}e^{{itw}} = \exp\left({shift}-\left({spread}\right) \left|t\right|^{{{alpha}}}\right)"

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """E w for alpha > 1, and E |w - centre|^p for p < alpha; moments of order alpha or more are infinite."""
        w, law = self.state[0], Stable(self.alpha, self.scale)
        if of.is_polynomial(w):
            terms = sp.Poly(of, w).terms()
            degree = max(k for (k,), _ in terms)
            if degree:
                law.moment(degree)
            mean = sp.Add(*(c * (self.centre if k == 1 else 1) for (k,), c in terms))
            return number(mean, effort, f"E[{of}]")
        base, order = of.as_base_exp()
        if isinstance(base, sp.Abs) and same(base.args[0].subs(w, self.centre), sp.Integer(0)) and not order.has(w):
            line = sp.Poly(base.args[0], w)
            found = law.power_affine(sp.Integer(0), line.LC(), order) if line.degree() == 1 else None
            if found is not None:
                return number(found, effort, f"E[{of}]")
        if isinstance(of, sp.log) and isinstance(of.args[0], sp.Abs) and of.args[0].args[0].is_polynomial(w):
            line = sp.Poly(of.args[0].args[0], w)
            if line.degree() == 1 and same(line.as_expr().subs(w, self.centre), sp.Integer(0)):
                return number(law.log_affine(sp.Integer(0), line.LC()), effort, f"E[{of}]")
        raise self.unknown(f"E[{of}]")

    def standard(self, at: sp.Expr) -> sp.Expr:
        """(at - centre)/scale, a number."""
        place = (at - self.centre) / self.scale
        names = ", ".join(sorted(map(str, place.free_symbols | self.alpha.free_symbols)))
        if names:
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: the distribution function is numeric")
        return place

    def cdf_number(self, at: sp.Expr, effort: Effort) -> Number:
        if same(at, self.centre):
            return number(sp.S.Half, effort, "the distribution function")
        place = self.standard(at)
        above = proved_sign(place) == 1
        found = refine(
            lambda: stable_cdf(self.alpha, place) if above else 1 - stable_cdf(self.alpha, -place),
            effort, "the distribution function",
        )  # fmt: skip
        return Number(None, found, effort.digits)

    def density_at(self, at: sp.Expr, effort: Effort) -> Number:
        if same(at, self.centre):
            return number(sp.gamma(1 + 1 / self.alpha) / (sp.pi * self.scale), effort, "the density")
        place = self.standard(at)
        found = refine(lambda: stable_density(self.alpha, abs(place)) / evaluate(self.scale), effort, "the density")
        return Number(None, found, effort.digits)

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        """The centre for 1/2, else by bisection."""
        return number(self.centre, effort, "the median") if level == sp.S.Half else super().quantile(level, effort)
