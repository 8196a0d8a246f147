"""E log|z + X| and E|z + X|^p for X with the gamma law of scale 1."""

from __future__ import annotations

import sympy as sp

from .signs import branches, continued, is_zero, sign


def gamma_log(shape: sp.Expr, z: sp.Expr) -> sp.Expr | None:
    """F_k(z) = E log|z + X|, k = shape, for real z of either sign; None for a symbolic shape unless z = 0.

    z = 0: psi(k). Integers: `integer_shape`. Others: `other_shape`.

    >>> gamma_log(sp.Integer(1), sp.Integer(0))
    -EulerGamma
    """
    if is_zero(z):
        return sp.digamma(shape)
    if shape.is_integer and shape.is_number:
        return continued(z, sp.digamma(shape), lambda: integer_shape(int(shape), z))
    if shape.is_number:
        return other_shape(shape, z)
    return None


def integer_shape(k: int, z: sp.Expr) -> sp.Expr:
    """log|z| + I_0 + sum_{1<=j<k} I_j/j!, with I_j = PV int_0^oo x^j e^-x/(z + x) dx.

    I_0 = -e^z Ei(-z), I_j = (j-1)! - z I_{j-1}. Since g_{k+1}' = g_k - g_{k+1} for the densities,
    F_{k+1} - F_k = PV int g_{k+1}(x)/(z + x) dx = I_k/k! by parts.
    """
    transcendental = -sp.exp(z) * sp.Ei(-z)
    weight, rest = sp.Integer(1), sp.Integer(0)
    power, remainder = sp.Integer(1), sp.Integer(0)  # I_j = power * I_0 + remainder
    for j in range(1, k):
        power, remainder = -z * power, sp.expand(sp.factorial(j - 1) - z * remainder)
        weight += power / sp.factorial(j)
        rest += remainder / sp.factorial(j)
    return sp.log(sp.Abs(z)) + weight * transcendental + sp.expand(rest)


def other_shape(k: sp.Expr, z: sp.Expr) -> sp.Expr:
    """psi(k) + Gamma(1-k) Re(z^k)/k 1F1(k; k+1; z) - z/(1-k) 2F2(1, 1; 2, 2-k; z).

    Re(z^k) is z^k for z > 0 and |z|^k cos(pi k) for z < 0. Hypothesis: k is not an integer.
    """
    real_power = branches(z, z**k, sp.Abs(z) ** k * sp.cos(sp.pi * k))
    first = sp.gamma(1 - k) * real_power / k * sp.hyper((k,), (k + 1,), z)
    return sp.digamma(k) + first - z / (1 - k) * sp.hyper((1, 1), (2, 2 - k), z)


def gamma_power(shape: sp.Expr, z: sp.Expr, p: sp.Expr) -> sp.Expr | None:
    """E|z + X|^p, k = shape. z = 0: Gamma(k+p)/Gamma(k); integer k and z of known sign: below; else None.

    Integer k:
    z > 0: e^z/Gamma(k) sum_j C(k-1, j) (-z)^(k-1-j) Gamma(p+1+j, z).
    z < 0, v = -z: v^(k+p) B(k, p+1)/Gamma(k) 1F1(k; k+p+1; -v) from x < v, and from x > v
    e^-v/Gamma(k) sum_j C(k-1, j) v^(k-1-j) Gamma(p+1+j).
    Other k, where k + p is no integer: with Tricomi's U, z > 0: z^(k+p) U(k, k+p+1, z); z < 0: the first part as
    above, the second v^(k+p) e^-v Gamma(p+1)/Gamma(k) U(p+1, p+k+1, v).
    """
    if is_zero(z):
        return sp.gamma(shape + p) / sp.gamma(shape)
    direction = sign(z)
    if direction is None or not shape.is_number or not (p.is_number or p.is_irrational):
        return None
    if not shape.is_Integer:
        return other_power(shape, z, p, direction)
    k = int(shape)
    choose = [sp.binomial(k - 1, j) * (-z) ** (k - 1 - j) / sp.factorial(k - 1) for j in range(k)]
    if direction > 0:
        return sp.exp(z) * sp.Add(*(c * sp.uppergamma(p + 1 + j, z) for j, c in enumerate(choose)))
    v = -z
    beyond = sp.exp(-v) * sp.Add(*(c * sp.gamma(p + 1 + j) for j, c in enumerate(choose)))
    return beyond + v ** (k + p) * sp.gamma(p + 1) / sp.gamma(k + p + 1) * sp.hyper((k,), (k + p + 1,), -v)


def other_power(k: sp.Expr, z: sp.Expr, p: sp.Expr, direction: int) -> sp.Expr | None:
    if (k + p).is_integer is not False:
        return None
    if direction > 0:
        return z ** (k + p) * tricomi(k, k + p + 1, z)
    v = -z
    below = sp.gamma(p + 1) / sp.gamma(k + p + 1) * sp.hyper((k,), (k + p + 1,), -v)
    beyond = sp.exp(-v) * sp.gamma(p + 1) / sp.gamma(k) * tricomi(p + 1, p + k + 1, v)
    return v ** (k + p) * (below + beyond)


def tricomi(a: sp.Expr, b: sp.Expr, z: sp.Expr) -> sp.Expr:
    """U(a, b, z) for z > 0 and b no integer, by two Kummer functions."""
    first = sp.gamma(1 - b) / sp.gamma(a - b + 1) * sp.hyper((a,), (b,), z)
    return first + sp.gamma(b - 1) / sp.gamma(a) * z ** (1 - b) * sp.hyper((a - b + 1,), (2 - b,), z)
