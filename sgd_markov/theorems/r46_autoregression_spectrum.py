"""R46: one step of a Gaussian autoregression multiplies the n-th Hermite polynomial by the n-th power of its slope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .claim import Claim, Control, Quantity, Reading, Route

if TYPE_CHECKING:
    import sympy as sp

    from ..answer.enclosure import Enclosure
    from ..chain.chain import Chain
    from ..effort import Effort
    from ..laws.law import Law
    from ..proof import Step

RHO, ORDER, PLACE = "49/100", 3, 2
CUT, REST = 14, "1e-30"
"""Beyond 14 the integrand is below (10 + z^2)^2 exp(-z^2/2)."""


def hermite(order: int, at: sp.Expr) -> sp.Expr:
    """He_n, orthogonal for the standard normal law."""
    import sympy as sp

    return sp.expand(2 ** (-sp.Rational(order, 2)) * sp.hermite(order, at / sp.sqrt(2)))


def chain_with(noise: Law) -> Chain:
    """w' = rho w + sqrt(1 - rho^2) z, which keeps the mean 0 and the variance 1."""
    import sympy as sp

    from ..chain.random_map import RandomMap
    from .chains import w

    z, rho = sp.Symbol("z", real=True), sp.Rational(RHO)
    return RandomMap({w: rho * w + sp.sqrt(1 - rho**2) * z}, noise={z: noise})


def problem() -> Chain:
    from ..laws.normal import Normal

    return chain_with(Normal(0, 1))


def scaled(enclosure: Enclosure) -> Enclosure:
    """Divided by He_3(2) = 2."""
    from fractions import Fraction

    from ..answer.enclosure import Enclosure
    from .chains import w

    weight = Fraction(int(hermite(ORDER, w).subs(w, PLACE)))
    return Enclosure(Fraction(enclosure.lower) / weight, Fraction(enclosure.upper) / weight)


def by_question(effort: Effort) -> Reading:
    """E He_3(w_1) from 2, over He_3(2)."""
    from ..questions.moments import moments
    from .chains import w

    found = moments(problem(), of=hermite(ORDER, w), start=PLACE, steps=1, effort=effort)
    assert found.enclosure is not None and found.warrant is not None
    return Reading(scaled(found.enclosure), found.warrant)


def by_formula(effort: Effort) -> Reading:
    from .chains import closed_form

    return closed_form(f"({RHO})**{ORDER}", effort)


def by_integral(effort: Effort) -> Reading:
    """The same mean as an integral against the normal density."""
    from flint import acb, arb

    from ..answer.warrant import Warrant
    from ..balls.adaptive import refine
    from ..balls.evaluate import evaluate, evaluate_complex
    from ..balls.quadrature import contour, symmetric
    from ..expressions import exact
    from .chains import w

    polynomial = hermite(ORDER, w)

    def mean() -> arb:
        rho = evaluate(exact(RHO, "rho"))
        spread = (1 - rho**2).sqrt()

        def density(z: acb, analytic: bool) -> acb:
            return evaluate_complex(polynomial, {w: rho * PLACE + spread * z}, analytic) * (-(z**2) / 2).exp()

        whole = contour(density, arb(-CUT), arb(CUT)) + symmetric(arb(REST))
        return whole / (2 * arb.pi()).sqrt() / evaluate(polynomial, {w: arb(PLACE)})

    return Reading(refine(mean, effort, "the mean of the polynomial"), Warrant.CERTIFIED)


def by_simulation(effort: Effort, chains: int) -> Reading:
    import sympy as sp

    from ..engines.monte_carlo.run import simulate
    from .chains import w
    from .sampling import sample_mean

    run = simulate(problem(), {w: sp.Integer(PLACE)}, 1, chains, effort, (hermite(ORDER, w),))
    found = sample_mean(run.observed[0])
    return Reading(scaled(found.enclosure), found.warrant)


def is_eigenfunction(effort: Effort, noise: str) -> bool:
    """Is E He_4(w_1) from 2 equal to rho^4 He_4(2)?"""
    import sympy as sp

    from ..laws.normal import Normal
    from ..laws.uniform import Uniform
    from ..questions.moments import moments
    from .chains import w

    law = Normal(0, 1) if noise == "normal" else Uniform(-sp.sqrt(3), sp.sqrt(3))
    found = moments(chain_with(law), of=hermite(4, w), start=PLACE, steps=1, effort=effort)
    assert found.exact is not None
    return bool(sp.expand(found.exact - sp.Rational(RHO) ** 4 * hermite(4, w).subs(w, PLACE)) == 0)


def proof() -> tuple[Step, ...]:
    import sympy as sp

    from ..proof import Cited, Definition, Identity, Value

    w, t = sp.symbols("w t", real=True)
    rho = sp.Symbol("rho", real=True)
    series = sp.exp(t * w - t**2 / 2)
    return (
        Definition("The Hermite polynomials are the coefficients of", sp.Symbol("g"), series),
        Identity(
            "The mean of exp(t w') for normal noise of variance 1 - rho^2, times exp(-t^2/2), is g with rho t for t",
            sp.exp(t * rho * w + t**2 * (1 - rho**2) / 2) * sp.exp(-(t**2) / 2),
            series.subs(t, rho * t),
        ),
        Identity(
            "so the coefficient of t^n is multiplied by rho^n; for n = 3",
            sp.expand(sp.diff(series.subs(t, rho * t), t, 3).subs(t, 0)),
            sp.expand(rho**3 * (w**3 - 3 * w)),
        ),
        Cited(
            "These polynomials are complete in the square-integrable functions, so there is no other spectrum (Mehler's formula)",
            r"\frac{p(w,w')}{\varphi(w')}=\sum_{n\ge0}\frac{\rho^n}{n!}\mathrm{He}_n(w)\mathrm{He}_n(w')",
            "mehler1866",
        ),
        Value("For rho = 49/100 and n = 3", sp.Rational(RHO) ** ORDER, "0.117649"),
    )


CLAIM = Claim(
    id="R46",
    slug="autoregression-spectrum",
    title="The spectrum of a Gaussian autoregression",
    statement=(
        r"For $w'=\rho w+\sqrt{1-\rho^2}\,z$ with standard normal $z$ and $|\rho|<1$ one step multiplies the Hermite polynomial "
        r"$\mathrm{He}_n$ by $\rho^n$, and $\{\rho^n:n\ge0\}\cup\{0\}$ is the whole spectrum in $L^2$ of the stationary law. "
        r"SGD on $kw^2/2$ with additive normal noise is this chain with $\rho=1-\lambda k$."
    ),
    hypotheses=(r"$z$ is normal, independent in every step", r"$|\rho|<1$"),
    cite=("mehler1866",),
    example=r"$\rho=\tfrac{49}{100}$, $n=3$: $\rho^3=0.117649$",
    quantities=(
        Quantity(
            "third eigenvalue",
            "0.117649000000000",
            (
                Route("question", by_question),
                Route("independent", by_formula),
                Route("further", by_integral),
                Route("monte carlo", by_simulation, 200_000),
            ),
            "theory.md R46",
        ),
    ),
    control=Control(
        "uniform noise of the same variance: the powers are still eigenvalues, but of other polynomials from n = 4 on",
        is_eigenfunction,
        {"noise": "normal"},
        ({"noise": "uniform"},),
    ),
    problem=problem,
    proof=proof,
)
