"""w' = M w + (1 - M) x with M ~ Beta(alpha, 1) independent of x: means under a Dirichlet process.

SGD with a random learning rate on (w - x)^2/2 is of this form, with learning rate 1 - M ~ Beta(1, alpha).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key
from typing import TypeAlias

import sympy as sp

from ..chain.chain import Chain
from ..effort import Effort
from ..laws.affine_image import image
from ..laws.arcsine import Arcsine
from ..laws.beta import Beta
from ..laws.finite_mean import FiniteMean
from ..laws.law import Law
from ..laws.semicircle import Semicircle
from ..laws.signs import sign
from ..laws.uniform import Uniform
from ..laws.uniform_mean import UniformMean
from ..numerics.named_law import Named, direction
from ..numerics.tidy import tidy
from ..numerics.vanishing import same
from ..proof import Argued, Cited, Definition, Identity, Step
from .affine_form import UNIQUE
from .elementary import Elementary
from .integrated import Integrated
from .perpetuity_form import Branch, M, X, branches, law_hypotheses, moved_to, positivity
from .stationary_law import Place, StationaryLaw

ONE, HALF = sp.Integer(1), sp.Rational(1, 2)
Points: TypeAlias = tuple[tuple[sp.Expr, sp.Expr], ...]
"""(place, probability) of x, places distinct."""


@dataclass(frozen=True)
class Found:
    """w = shift + way * unit * X, X of the law `law`; `places`: what x is in X's units, branch by branch."""

    family: str
    law: Law
    shift: sp.Expr
    unit: sp.Expr
    way: int
    places: tuple[sp.Expr, ...]
    proof: tuple[Step, ...]
    assumed: tuple[sp.Expr, ...] = ()


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """With alpha = M's parameter: x two-valued -> beta (Sethuraman), x arcsine -> Beta(alpha + 1/2, alpha + 1/2) on
    the same interval (the semicircle for alpha = 1); for alpha = 1 also x finite or uniform.

    Proof: the generalised Stieltjes transform G(z) = E (1 - z w)^(-alpha) satisfies z G' = alpha G (E 1/(1-z x) - 1).
    """
    steps = branches(chain, effort)
    alpha = None if steps is None else common_alpha(steps)
    if steps is None or alpha is None:
        return None
    found = finite(steps, alpha) if not any(step.is_random(step.outer) for step in steps) else continuous(steps, alpha)
    if found is None:
        return None
    multiplier = Beta(alpha, 1)
    factor = found.way * found.unit
    moved = tuple(
        moved_to(replaced(step, found.shift + factor * at), found.shift, factor, X, M * X + (1 - M) * at)
        for step, at in zip(steps, found.places, strict=True)
    )
    law = image(found.law, found.shift, found.unit, found.way)
    return (Integrated if isinstance(found.law, UniformMean | FiniteMean) else Elementary)(
        family=found.family,
        state=chain.state,
        law=named_image(law, found),
        parameters={"alpha": alpha, "shift": found.shift, "scale": factor, **extra_parameters(found.law)},
        hypotheses=(
            *positivity(tuple(p for step in steps for p in step.multiplier.positive)),
            *law_hypotheses(multiplier, *([found.law] if isinstance(found.law, Beta) else [])),
            *positivity(found.assumed),
        ),
        proof=(*moved, *one_step(multiplier, alpha), *found.proof, UNIQUE),
        cite=("sethuraman1994", "cifarelli1990"),
        tail=(sp.oo, sp.Integer(0), sp.Integer(0)),
    )


def extra_parameters(law: Law) -> dict[str, sp.Expr]:
    return {"first": law.alpha, "second": law.beta} if isinstance(law, Beta) else {}


def named_image(law: Law, found: Found) -> Law:
    """The uniform, arcsine and semicircle laws by their own names."""
    if not isinstance(found.law, Beta) or found.law.alpha != found.law.beta:
        return law
    half = found.unit / 2
    centre = found.shift + found.way * half
    if found.law.alpha == 1:
        return Uniform(sp.expand(centre - half), sp.expand(centre + half))
    if found.law.alpha == HALF:
        return Arcsine(sp.expand(centre - half), sp.expand(centre + half))
    return Semicircle(sp.expand(centre), half) if found.law.alpha == 3 * HALF else law


def family_name(law: Beta) -> str:
    names = {ONE: "uniform", HALF: "arcsine", 3 * HALF: "semicircle"}
    return names.get(law.alpha, "beta") if law.alpha == law.beta else "beta"


def replaced(step: Branch, x: sp.Expr) -> Branch:
    """The branch with the place that it contracts to written as x."""
    return Branch(step.probability, step.multiplier, -x, x, step.laws)


def common_alpha(steps: tuple[Branch, ...]) -> sp.Expr | None:
    """alpha, where every branch is M w + (1 - M) x with M ~ Beta(alpha, 1)."""
    alpha: sp.Expr | None = None
    for step in steps:
        law = step.multiplier.law
        if not (step.multiplier.is_standard and isinstance(law, Beta) and same(law.beta, ONE) and same(step.total, sp.Integer(0))):
            return None
        if alpha is not None and not same(alpha, law.alpha):
            return None
        alpha = law.alpha
    return alpha


# ---- the families


def finite(steps: tuple[Branch, ...], alpha: sp.Expr) -> Found | None:
    """x with finitely many values."""
    masses: dict[sp.Expr, sp.Expr] = {}
    for step in steps:
        known = next((at for at in masses if same(at, step.outer)), step.outer)
        masses[known] = masses.get(known, sp.Integer(0)) + step.probability
    points = tuple(masses.items())
    if len(points) == 2:
        return two_valued(steps, points, alpha)
    return several_valued(steps, points) if alpha == 1 and len(points) > 2 else None


def two_valued(steps: tuple[Branch, ...], points: Points, alpha: sp.Expr) -> Found:
    """Beta(alpha p_2, alpha p_1) on [x_1, x_2]."""
    if direction(tidy(points[1][0] - points[0][0]))[0] == -1:
        points = points[::-1]
    (first, p_first), (second, p_second) = points
    unit = tidy(second - first)
    law = Beta(tidy(alpha * p_second), tidy(alpha * p_first))
    places = tuple(sp.Integer(0) if same(step.outer, first) else sp.Integer(1) for step in steps)
    weighted = ((sp.Integer(0), p_first), (ONE, p_second))
    proof = (*beta_moments(law, alpha), *closing(alpha, weighted, -law.alpha * sp.log(1 + Y)))
    return Found(family_name(law), law, first, unit, 1, places, proof, direction(unit)[1])


def several_valued(steps: tuple[Branch, ...], points: Points) -> Found | None:
    """alpha = 1 and three or more values, numbers: the density of Cifarelli and Regazzini."""
    if any(x.free_symbols for x, _ in points):
        return None
    ordered = tuple(sorted(points, key=cmp_to_key(in_order)))
    law = FiniteMean(tuple(x for x, _ in ordered), tuple(p for _, p in ordered))
    proof = (
        *closing(ONE, ordered, -sp.Add(*(p * sp.log(1 + Y * x) for x, p in ordered))),
        *(boundary(law, j, ordered) for j in range(1, len(ordered))),
        STIELTJES,
    )
    return Found("finite Dirichlet mean", law, sp.Integer(0), ONE, 1, tuple(step.outer for step in steps), proof)


def in_order(one: tuple[sp.Expr, sp.Expr], other: tuple[sp.Expr, sp.Expr]) -> int:
    return sign(one[0] - other[0]) or 0


def continuous(steps: tuple[Branch, ...], alpha: sp.Expr) -> Found | None:
    """x with a density."""
    if len(steps) != 1:
        return None
    law = steps[0].law_of(steps[0].outer)
    if law is None or not isinstance(law.law, Beta):
        return None
    way, assumed = direction(law.factor)
    unit = way * law.factor
    places = (sp.Dummy("x", real=True),)
    if law.law == Beta(HALF, HALF):
        return arcsine_data(law, unit, way, places, alpha, assumed)
    if law.law == Beta(1, 1) and alpha == 1:
        return Found("uniform Dirichlet mean", UniformMean(), law.shift, unit, way, places, uniform_proof(), assumed)
    return None


def arcsine_data(
    x: Named, unit: sp.Expr, way: int, places: tuple[sp.Expr, ...], alpha: sp.Expr, assumed: tuple[sp.Expr, ...]
) -> Found:
    """Beta(alpha + 1/2, alpha + 1/2) on the interval of x."""
    law = Beta(alpha + HALF, alpha + HALF)
    return Found(family_name(law), law, x.shift, unit, way, places, arcsine_proof(law, alpha), assumed)


# ---- the proofs


Y = sp.Dummy("y", positive=True)
"""-z in the transforms."""


def one_step(multiplier: Beta, alpha: sp.Expr) -> tuple[Step, ...]:
    """E (1 - z w')^(-alpha-1) = G(z) E 1/(1 - z x), and what it has to be for an invariant law."""
    m, t, r, a, b, d, w = sp.symbols("m t r A B D w", positive=True, cls=sp.Dummy)
    mixed = (1 - t) * a + t * b
    return (
        Identity(
            "The density of the multiplier, so that 1 - M has the density alpha (1 - t)^(alpha-1)",
            sp.expand_func(multiplier.density(m)),
            alpha * m ** (alpha - 1),
        ),
        Identity("With A = 1 - z w, B = 1 - z x, z < 0 and D = (1 - t) A + t B", sp.Derivative((1 - t) / mixed, t), -b / mixed**2),
        Identity(
            "-((1 - t)/D)^alpha/B is a primitive of the mean of (M A + (1 - M) B)^(-alpha-1), r = 1 - t",
            -alpha * (r / d) ** (alpha - 1) * (-b / d**2) / b,
            alpha * r ** (alpha - 1) * d ** (-alpha - 1),
        ),
        Identity("which is 0 at t = 1 and gives A^(-alpha)/B from t = 0", (mixed.subs(t, 0)) ** (-alpha) / b, a ** (-alpha) / b),
        Identity(
            "For an invariant law that is E (1 - z w)^(-alpha-1) = G + z G'/alpha, G(z) = E (1 - z w)^(-alpha), y = -z",
            (1 + Y * w) ** (-alpha) + Y / alpha * sp.Derivative((1 + Y * w) ** (-alpha), Y),
            (1 + Y * w) ** (-alpha - 1),
        ),
    )


def closing(alpha: sp.Expr, points: Points, log_transform: sp.Expr) -> tuple[Step, ...]:
    mean = sp.Add(*(p / (1 + Y * x) for x, p in points))
    return (
        Definition("The logarithm of the transform of the law, y = -z", sp.Dummy(r"\log G"), log_transform),
        Identity(
            "It satisfies the equation of an invariant law, z G'/G = alpha (E 1/(1 - z x) - 1)",
            Y * sp.Derivative(log_transform, Y),
            alpha * (mean - 1),
        ),
    )


def beta_moments(law: Beta, total: sp.Expr) -> tuple[Step, ...]:
    """E (1 - z X)^(-total) = (1 - z)^(-a) for X ~ Beta(a, b), total = a + b."""
    x, n = sp.Dummy("x", positive=True), sp.Dummy("n", nonnegative=True, integer=True)
    a, b = law.alpha, law.beta
    slope = (a - 1) / x - (b - 1) / (1 - x)
    return (
        Identity("The logarithmic derivative of the density", density_slope(law, x, x), slope),
        Identity(
            "so (a + n) m_n = (a + b + n) m_(n+1) for its moments, by integrating the derivative of x^(n+1) (1 - x) pi(x)",
            (n + 1) * (1 - x) - x + x * (1 - x) * slope,
            a + n - (total + n) * x,
        ),
        Identity("and m_n (total)_n/n! = (a)_n/n!, as in the binomial series of (1 - z)^(-a)", total - b, a),
        Cited("The binomial series", r"(1-z)^{-a}=\sum_n\frac{(a)_n}{n!}z^n", "dlmf"),
    )


def density_slope(law: Beta, place: sp.Expr, by: sp.Symbol) -> sp.Expr:
    """The derivative of log(density at `place`), from the density as the law states it."""
    return sp.Derivative(sp.expand_log(sp.log(law.density(place)), force=True), by)


def arcsine_proof(law: Beta, alpha: sp.Expr) -> tuple[Step, ...]:
    """On [-1, 1]: G(z) = ((1 + sqrt(1 - z^2))/2)^(-alpha) for Beta(alpha + 1/2, alpha + 1/2)."""
    v, r = sp.symbols("v r", positive=True, cls=sp.Dummy)
    m = sp.Dummy("m", nonnegative=True, integer=True)
    first, second, third = alpha / 2, (alpha + 1) / 2, alpha + 1
    slope = -(2 * alpha - 1) * v / (1 - v**2)
    log_transform = -alpha * sp.log((1 + r) / 2)
    # F = ((1 + r)/2)^(-alpha) as a function of u = 1 - r^2: F_u/F and F_uu/F from F_r/F and F_rr/F
    once = sp.diff(log_transform, r)
    twice = sp.diff(once, r) + once**2
    by_u, by_uu, u = -once / (2 * r), (twice / (2 * r) - once / (2 * r**2)) / (2 * r), 1 - r**2
    return (
        Identity("The logarithmic derivative of the density, v = 2 X - 1", density_slope(law, (1 + v) / 2, v), slope),
        Identity(
            "so (2m + 1) m_2m = (2m + 2 alpha + 2) m_(2m+2), by integrating the derivative of v^(2m+1) (1 - v^2) pi(v)",
            (2 * m + 1) * (1 - v**2) - 2 * v**2 + v * (1 - v**2) * slope,
            2 * m + 1 - (2 * m + 2 * alpha + 2) * v**2,
        ),
        Identity(
            "and E (1 - z v)^(-alpha) is 2F1(alpha/2, (alpha+1)/2; alpha+1; z^2): quotients of coefficients",
            (alpha + 2 * m) * (alpha + 2 * m + 1) / ((2 * m + 1) * (2 * m + 2)) * (2 * m + 1) / (2 * m + 2 * alpha + 2),
            (first + m) * (second + m) / ((third + m) * (m + 1)),
        ),
        Identity(
            "which is F = ((1 + r)/2)^(-alpha), r = sqrt(1 - z^2): the hypergeometric equation in u = z^2, regular at 0, F(0) = 1",
            u * (1 - u) * by_uu + (third - (first + second + 1) * u) * by_u,
            first * second,
        ),
        Identity(
            "For arcsine x, E 1/(1 - z x) = 1/r; with dr/dz = -z/r, z G'/G = alpha (1/r - 1)",
            -(1 - r**2) / r * sp.Derivative(log_transform, r),
            alpha * (1 / r - 1),
        ),
    )


STIELTJES = Cited(
    "The density is the jump of the Stieltjes transform across the real line",
    r"\pi(w)=-\frac1\pi\,\mathrm{Im}\,S(w+i0),\quad S(z)=\int\frac{\pi(dw)}{z-w}=e^{-\mathbb{E}\log(z-x)}",
    "cifarelli1990",
)


def boundary(law: FiniteMean, j: int, points: Points) -> Step:
    """-Im S(w + i0)/pi between points j - 1 and j, where log(w + i0 - x) = log|w - x| + i pi for x > w."""
    gaps = [sp.Dummy(f"d_{i}", positive=True) for i in range(1, len(points) + 1)]
    modulus = sp.Mul(*(gap ** (-p) for gap, (_, p) in zip(gaps, points, strict=True)))
    angle = sp.pi * sp.Add(*(p for _, p in points[j:]))
    return Identity(
        f"The jump of S(z) = prod (z - x_i)^(-p_i) between points {j} and {j + 1}, d_i the distances",
        sp.sin(angle) * modulus / sp.pi,
        law.jump(j, gaps),
    )


def uniform_proof() -> tuple[Step, ...]:
    """S(z) = exp(-E log(z - x)) for x uniform on (0, 1), and its boundary values."""
    z, x, w = sp.symbols("z x w", positive=True, cls=sp.Dummy)
    beyond = 1 + z
    return (
        Identity(
            "A primitive of log(y - x) in x, for y = 1 + z beyond the support",
            sp.Derivative(-((beyond - x) * sp.log(beyond - x) - (beyond - x)), x),
            sp.log(beyond - x),
        ),
        Identity(
            "so that E log(y - x) = y log y - (y - 1) log(y - 1) - 1",
            -(z * sp.log(z) - z) + (beyond * sp.log(beyond) - beyond),
            beyond * sp.log(beyond) - (beyond - 1) * sp.log(z) - 1,
        ),
        Argued(
            "S(y) = G(1/y)/y = exp(-E log(y - x)) for the solution G of the equation z G'/G = E 1/(1 - z x) - 1",
            r"G(z)=e^{-\mathbb{E}\log(1-zx)}",
        ),
        Identity(
            "From above log(w - 1) = log(1 - w) + i pi, so E log(w + i0 - x) is E log|w - x| + i pi (1 - w)",
            w * sp.log(w) - (w - 1) * (sp.log(1 - w) + sp.I * sp.pi) - 1,
            w * sp.log(w) + (1 - w) * sp.log(1 - w) - 1 + sp.I * sp.pi * (1 - w),
        ),
        Identity(
            "and exp(1 - w log w - (1 - w) log(1 - w)) sin(pi (1 - w))/pi is the density",
            sp.E * w ** (-w) * (1 - w) ** (-(1 - w)) * sp.sin(sp.pi * (1 - w)) / sp.pi,
            UniformMean().density(w),
        ),
        STIELTJES,
    )
