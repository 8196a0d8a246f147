"""E log|shift + factor X| and E|shift + factor X|^p for X with a beta law, in the cases with a closed form."""

from __future__ import annotations

import sympy as sp

from .signs import sign, times_log


def polynomial_density(alpha: int, beta: int) -> list[tuple[int, sp.Rational]]:
    """The density x^(alpha-1) (1-x)^(beta-1)/B(alpha, beta) as pairs (power, coefficient)."""
    scale = sp.factorial(alpha + beta - 1) / (sp.factorial(alpha - 1) * sp.factorial(beta - 1))
    return [(alpha - 1 + i, scale * (-1) ** i * sp.binomial(beta - 1, i)) for i in range(beta)]


def integer_log(alpha: int, beta: int, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """Integer parameters, for every place of the root z = -shift/factor: log|factor| + sum_j c_j J_j, with

    J_j = int_0^1 x^j log|x - z| dx = ((1 - z^(j+1)) log|1 - z| + z^(j+1) log|z| - sum_{i<=j} z^(j-i)/(i+1)) / (j+1).
    """
    z = -shift / factor
    total: sp.Expr = sp.log(sp.Abs(factor))
    for j, c in polynomial_density(alpha, beta):
        ends = times_log(1 - z ** (j + 1), 1 - z) + times_log(z ** (j + 1), z)
        total += c * (ends - sp.Add(*(z ** (j - i) / (i + 1) for i in range(j + 1)))) / (j + 1)
    return total


def integer_power(alpha: int, beta: int, shift: sp.Expr, factor: sp.Expr, p: sp.Expr) -> sp.Expr:
    """Integer parameters: |factor|^p sum_j c_j sum_i C(j, i) z^(j-i) [y^(i+1) |y|^p/(i+p+1)] from y = -z to 1 - z."""
    z = -shift / factor
    terms = []
    for j, c in polynomial_density(alpha, beta):
        for i in range(j + 1):
            ends = (1 - z) ** (i + 1) * sp.Abs(1 - z) ** p - (-z) ** (i + 1) * sp.Abs(z) ** p
            terms.append(c * sp.binomial(j, i) * z ** (j - i) * ends / (i + p + 1))
    return sp.Abs(factor) ** p * sp.Add(*terms)


def beta_log(alpha: sp.Expr, beta: sp.Expr, shift: sp.Expr, factor: sp.Expr) -> sp.Expr | None:
    """Numeric parameters that are not both integers, the root on a known side; None where it is not located."""
    ends = sign(shift), sign(shift + factor)
    if None in ends or not (alpha.is_number and beta.is_number):
        return None
    if ends[0] == ends[1]:
        return outside_log(alpha, beta, shift, factor)
    beyond_middle = sign(shift + factor / 2) == ends[0]
    if alpha.is_integer or (beyond_middle and not beta.is_integer):
        alpha, beta, shift, factor = beta, alpha, shift + factor, -factor
    return inside_log(alpha, beta, shift, factor)


def outside_log(alpha: sp.Expr, beta: sp.Expr, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """The root outside [0, 1]: log|shift| - r alpha/(alpha+beta) 3F2(1, 1, alpha+1; 2, alpha+beta+1; r).

    r = -factor/shift. The series of log(1 - r X), for 0 < r < 1; for r < 0 around the other end, where it is r/(r-1).
    """
    if sign(shift) == sign(factor):
        alpha, beta, shift, factor = beta, alpha, shift + factor, -factor
    r, total = -factor / shift, alpha + beta
    return sp.log(sp.Abs(shift)) - r * alpha / total * sp.hyper((1, 1, alpha + 1), (2, total + 1), r)


def inside_log(alpha: sp.Expr, beta: sp.Expr, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
    """The root y = -shift/factor inside (0, 1), alpha not an integer, c = alpha + beta: log|factor| + E log|X - y|,

    E log|X - y| = psi(alpha) - psi(c) - (c-1)/(alpha-1) y 3F2(1, 1, 2-c; 2, 2-alpha; y)
                   + Gamma(c) Gamma(1-alpha)/Gamma(beta) cos(pi alpha) y^alpha/alpha 2F1(alpha, 1-beta; alpha+1; y).
    E log(z + X) for z > 0 integrates E 1/(z + X) = 2F1(1, alpha; c; -1/z)/z, continued to z = -y: the real part.
    """
    y, c = -shift / factor, alpha + beta
    smooth = (c - 1) / (alpha - 1) * y * sp.hyper((1, 1, 2 - c), (2, 2 - alpha), y)
    constant = sp.gamma(c) * sp.gamma(1 - alpha) / sp.gamma(beta) * sp.cos(sp.pi * alpha)
    rough = constant * y**alpha / alpha * sp.hyper((alpha, 1 - beta), (alpha + 1,), y)
    return sp.log(sp.Abs(factor)) + sp.digamma(alpha) - sp.digamma(c) - smooth + rough


def beta_power(alpha: sp.Expr, beta: sp.Expr, shift: sp.Expr, factor: sp.Expr, p: sp.Expr) -> sp.Expr | None:
    """The root outside [0, 1]: |shift|^p 2F1(-p, alpha; alpha+beta; -factor/shift).

    y = -shift/factor inside (0, 1): |factor|^p/B(alpha, beta) times
    y^(alpha+p) B(alpha, p+1) 2F1(1-beta, alpha; alpha+p+1; y), and the same from the other end. None elsewhere.
    """
    ends = sign(shift), sign(shift + factor)
    if None in ends:
        return None
    if ends[0] == ends[1]:
        return sp.Abs(shift) ** p * sp.hyper((-p, alpha), (alpha + beta,), -factor / shift)
    y, sides = -shift / factor, sp.Integer(0)
    for near, far, reach in ((alpha, beta, y), (beta, alpha, 1 - y)):
        weight = reach ** (near + p) * sp.gamma(p + 1) * sp.gamma(alpha + beta)
        weight /= sp.gamma(near + p + 1) * sp.gamma(far)
        sides += weight * sp.hyper((1 - far, near), (near + p + 1,), reach)
    return sp.Abs(factor) ** p * sides
