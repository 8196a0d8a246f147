"""The law of a chain with small steps: the corrected Gibbs density and the bias of the mean.

In units of steps: E[w' - w] = -U'(w), Var(w' - w) = V. For SGD U = lr L, and V = lr^2 C with the variance C of the
gradient. With fixed temperature T = V/(2 lr) and lr -> 0 the stationary density is

    pi = exp(-(2/V) (U - U'^2/4) - U''/2) (1 + O(lr^2))    (additive Gaussian noise; up to its normalisation)

that is exp(-(L - lr L'^2/4)/T - lr L''/2); and near a minimum w* the mean is w* - lr C L'''/(4 L''^2) + O(lr^2).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.text import expression_latex
from ..answer.warrant import Warrant
from ..chain.chain import Chain
from ..chain.draw import Source
from ..chain.one_sided import derivative_at
from ..errors import HypothesisViolated, Inconclusive
from ..laws.normal import Normal
from ..numerics.signs_of_symbols import known_sign
from ..numerics.step_moments import step_moments
from ..numerics.tidy import tidy
from ..proof import Argued, Identity, Step
from ..proof.radicals import is_zero


@dataclass(frozen=True)
class GibbsDensity:
    """The stationary density of a chain with small steps, up to its normalisation.

    `log_density`: its logarithm with the correction of the first order; `leading`: without. `warrant`: exact where
    the correction is the whole truth (a quadratic loss), else estimated: an expansion without a bound of its error.
    """

    state: sp.Symbol
    log_density: sp.Expr
    leading: sp.Expr
    warrant: Warrant
    hypotheses: tuple[Hypothesis, ...]
    proof: tuple[Step, ...]
    cite: tuple[str, ...] = ("risken1989",)

    def latex(self) -> str:
        """The density as LaTeX."""
        w = expression_latex(self.state)
        rest = "" if self.warrant is Warrant.EXACT else r"\left(1 + O\left(\lambda^2\right)\right)"
        return rf"\pi\left({w}\right) \propto e^{{{expression_latex(self.log_density)}}}{rest}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


@dataclass(frozen=True)
class BiasExpansion:
    """E w_oo - w* to the first order in the learning rate; `variance`: that of w_oo to the same order."""

    bias: sp.Expr
    variance: sp.Expr
    warrant: Warrant
    hypotheses: tuple[Hypothesis, ...]
    cite: tuple[str, ...] = ("dieuleveut2020",)

    def latex(self) -> str:
        """The expansion as LaTeX."""
        return rf"\mathbb{{E}}w_\infty - w^* = {expression_latex(self.bias)} + O\left(\lambda^2\right)"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def gibbs_density(chain: Chain) -> GibbsDensity:
    """The stationary density for small steps at fixed temperature, with the correction of the first order.

    Hypotheses: one dimension; the step is -U'(w) plus Gaussian noise that does not depend on the state (label noise,
    Langevin noise, `add`); U smooth, growing fast enough. Where U is quadratic with 0 < U'' < 2 the density is exact.
    Errors: `HypothesisViolated` where the noise is not additive or not Gaussian.
    Source: Kramers-Moyal expansion to the next order (`risken1989`); the identity behind it is checked when it is
    returned. The sign of U'^2 is minus: backward error analysis (U + U'^2/4) gives the dynamics, not this density.

    >>> from ..optimizers.sgd import SGD
    >>> w, z = sp.symbols("w z", real=True)
    >>> k, s, lr = sp.symbols("k s lr", positive=True)
    >>> gibbs_density(SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: Normal(0, 1)})).log_density
    k*w**2*(k*lr - 2)/(2*lr*s**2)
    """
    w = chain.require_one_dimension("the Gibbs density")
    require_additive_gaussian(chain, w)
    drift, noise = step_moments(chain)
    if noise == 0:
        raise HypothesisViolated("the steps are random", "the variance of a step is 0")
    slope = -drift
    potential = sp.integrate(slope, w)
    if potential.has(sp.Integral):
        raise Inconclusive(f"the integral of the mean step {drift} has no closed form")
    curvature = sp.diff(slope, w)
    leading = -2 * potential / noise
    corrected = leading + slope**2 / (2 * noise) - curvature / 2
    quadratic = w not in curvature.free_symbols
    hypotheses = small_step_hypotheses(curvature, quadratic)
    shown = corrected - corrected.subs(w, 0) if quadratic else corrected
    steps = quadratic_steps(w, curvature, noise, shown) if quadratic else correction_steps()
    for step in steps:
        step.check()
    return GibbsDensity(
        state=w,
        log_density=tidy(shown) if quadratic else sp.expand(shown),
        leading=sp.expand(leading),
        warrant=Warrant.EXACT if quadratic else Warrant.ESTIMATED,
        hypotheses=(*hypotheses, *locality(shown, w)),
        proof=steps,
    )


def small_step_hypotheses(curvature: sp.Expr, quadratic: bool) -> tuple[Hypothesis, ...]:
    noise = Hypothesis("the noise is Gaussian and does not depend on the state")
    if not quadratic:
        return (noise, Hypothesis("the learning rate tends to 0 at fixed temperature, and the loss grows", "assumed"))
    stable = []
    for expr, text in ((curvature, f"{curvature} > 0"), (2 - curvature, f"{curvature} < 2")):
        sign = known_sign(expr)
        if sign in (0, -1):
            raise HypothesisViolated(f"the chain contracts: {text}", f"the mean step is -({curvature}) w")
        stable.append(Hypothesis(f"the chain contracts: {text}", "assumed" if sign is None else "proved"))
    return (noise, *stable)


def locality(log_density: sp.Expr, w: sp.Symbol) -> tuple[Hypothesis, ...]:
    """A warning where the corrected density grows at infinity: explicit steps run away there, whatever the loss."""
    if not log_density.is_polynomial(w):
        return ()
    poly = sp.Poly(log_density, w)
    if poly.degree() % 2 == 0 and known_sign(poly.LC()) == -1:
        return ()
    return (
        Hypothesis(
            "the formula is used near the minima: at infinity the corrected density grows, and the chain runs away",
            "assumed",
        ),
    )


def require_additive_gaussian(chain: Chain, w: sp.Symbol) -> None:
    """Is the step a function of the state plus a sum of independent normal variables?"""
    for expr, sources in ((chain.update[0], chain.draw.noise), *((g, chain.draw.data) for g in chain.gradient)):
        drawn = {symbol: source for source in sources for symbol in source.symbols}
        for symbol in sorted(expr.free_symbols & drawn.keys(), key=str):
            require_normal(drawn[symbol], symbol)
            slope = sp.expand(sp.diff(expr, symbol))
            if slope.free_symbols & {w, *drawn, *chain.means}:
                raise HypothesisViolated("the noise does not depend on the state", f"the factor of {symbol} is {slope}")
    for mean in chain.means:
        outer = sp.diff(chain.update[0], mean)
        if outer.free_symbols & {w, *chain.means, *chain.draw.noise_symbols}:
            raise HypothesisViolated("the gradient enters the step linearly", f"the factor of the gradient is {outer}")


def require_normal(source: Source, symbol: sp.Symbol) -> None:
    if not isinstance(source.law, Normal):
        raise HypothesisViolated("the noise is Gaussian", f"{symbol} has the {source.law.name} law")


def quadratic_steps(w: sp.Symbol, curvature: sp.Expr, noise: sp.Expr, log_density: sp.Expr) -> tuple[Step, ...]:
    """The density is normal, with the variance that one step keeps."""
    variance = -1 / sp.diff(log_density, (w, 2))
    return (
        Identity("The variance of the normal density is", variance, noise / (curvature * (2 - curvature))),
        Identity("which a step keeps", variance, (1 - curvature) ** 2 * variance + noise),
    )


@cache
def correction_steps() -> tuple[Step, ...]:
    """The identity behind the correction, for every loss: A* (pi_0 rho) + A_2* pi_0 = 0."""
    temperature = sp.Symbol("T", positive=True)
    slope, bend = SLOPES[:2]
    rho = slope**2 / (4 * temperature) - bend / 2
    first = forward(rho, temperature)
    second = forward_second(sp.Integer(1), temperature)
    return (
        Argued(
            "One step has the generator A + lr A_2 + O(lr^2), from the Gaussian moments of the step",
            r"A f=-L'f'+Tf'',\quad A_2f=\tfrac12L'^2f''-TL'f'''+\tfrac12T^2f''''",
        ),
        Identity(
            "The Gibbs density is stationary for A: drift and noise balance, both divided by it",
            over_gibbs(slope, temperature),
            -temperature * over_gibbs(sp.Integer(1), temperature, 2),
        ),
        Identity("and the correction balances A_2, divided by the Gibbs density again", first, -second),
    )


SLOPES = tuple(sp.Symbol("L" + "'" * order, real=True) for order in range(1, 8))
"""The derivatives of any loss L, as symbols: the derivative of one is the next."""


def forward(rho: sp.Expr, temperature: sp.Symbol) -> sp.Expr:
    """A* u / pi_0 with A* u = (L' u)' + T u'' and u = rho pi_0, pi_0 = exp(-L/T)."""
    return over_gibbs(SLOPES[0] * rho, temperature) + temperature * over_gibbs(rho, temperature, 2)


def forward_second(rho: sp.Expr, temperature: sp.Symbol) -> sp.Expr:
    """A_2* u / pi_0 with A_2* u = (L'^2 u)''/2 + T (L' u)''' + T^2 u''''/2 and u = rho pi_0."""
    return (
        over_gibbs(SLOPES[0] ** 2 * rho, temperature, 2) / 2
        + temperature * over_gibbs(SLOPES[0] * rho, temperature, 3)
        + temperature**2 * over_gibbs(rho, temperature, 4) / 2
    )


def over_gibbs(rho: sp.Expr, temperature: sp.Symbol, order: int = 1) -> sp.Expr:
    """(d/dw)^order (rho pi_0) / pi_0: each derivative is rho' - L' rho/T, and no exponential enters."""
    for _ in range(order):
        along = sp.Add(*(sp.diff(rho, low) * high for low, high in pairwise(SLOPES)))
        rho = sp.expand(along - SLOPES[0] * rho / temperature)
    return rho


def bias_expansion(chain: Chain, at: object) -> BiasExpansion:
    """E w_oo - w* = -lr C L'''/(4 L''^2) + O(lr^2) near the minimum w* = `at` of the expected loss, C the variance of
    the gradient there (for batches of that of the batch gradient).

    From E L'(w_oo) = 0 and Var w_oo = lr C/(2 L'') + O(lr^2). Richardson's 2 E w(lr) - E w(2 lr) removes the term.
    Hypotheses: the chain stays near w* (assumed); L three times differentiable.
    Errors: `HypothesisViolated` where `at` is no minimum or the noise vanishes there.
    Source: Dieuleveut, Durmus and Bach (`dieuleveut2020`).

    >>> from ..optimizers.sgd import SGD
    >>> w, z = sp.symbols("w z", real=True)
    >>> lr = sp.Symbol("lr", positive=True)
    >>> bias_expansion(SGD(w**2 / 2 + w**3 / 6 + w * z, [w], lr, data={z: Normal(0, 1)}), at=0).bias
    -lr/4
    """
    w = chain.require_one_dimension("the bias")
    point = chain.point(at)
    drift, noise = step_moments(chain)
    pull = sp.expand(drift.subs(point))
    if not is_zero(pull):
        raise HypothesisViolated(
            f"the expected loss has a critical point at {w} = {point[w]}", f"the mean step there is {pull}"
        )
    slope, bend = (derivative_at(part, w, point[w]) for part in (drift, sp.diff(drift, w)))
    spread = noise.subs(point)
    if is_zero(spread):
        raise HypothesisViolated("the noise persists at the point", f"the variance of a step at {w} = {point[w]} is 0")
    sign = known_sign(-slope)
    if sign in (0, -1):
        raise HypothesisViolated(
            "the point is a minimum with positive second derivative", f"the mean step has the slope {slope}"
        )
    return BiasExpansion(
        bias=tidy(bend * spread / (4 * slope**2)),
        variance=tidy(-spread / (2 * slope)),
        warrant=Warrant.ESTIMATED,
        hypotheses=(
            Hypothesis(
                f"the second derivative at the point is positive: {tidy(-slope)} > 0",
                "proved" if sign == 1 else "assumed",
            ),
            Hypothesis("the learning rate tends to 0 and the chain stays near the point", "assumed"),
        ),
    )
