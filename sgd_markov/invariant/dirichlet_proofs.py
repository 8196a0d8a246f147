"""Why the Dirichlet means of `dirichlet_mean` are invariant: the equation of their transform, checked step by step."""

from __future__ import annotations

from typing import TypeAlias

import sympy as sp

from ..laws.beta import Beta
from ..laws.finite_mean import FiniteMean
from ..laws.uniform_mean import UniformMean
from ..proof import Argued, Cited, Definition, Identity, Step

Points: TypeAlias = tuple[tuple[sp.Expr, sp.Expr], ...]
"""(place, probability) of x, places distinct."""
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
