"""The spectral gap of the Pearson diffusions, b = -k (w - c), C = a2 w^2 + a1 w + a0, in closed form [forman2008].

L w = -k (w - c), and w - c has one zero: where its square is integrable, k is the gap (Sturm). That is so for a2 <= 0 and for
2 k > a2 > 0. Otherwise the gap is the bottom of the continuous spectrum, that of log w towards infinity,

    (k + a2/2)^2/(2 a2) = k + a2 r^2/2,    r = (k - a2/2)/a2 <= 0,

because h = (w - e)^r, e the far root of C, or h = C^(r/2) where c is the centre of a C without real roots, is a positive solution of
(C/2) h'' + (b + C'/2) h' + b' h <= -gap h, the equation of derivatives of eigenfunctions (Barta; Allegretto and Piepenbrink).
"""

from __future__ import annotations

import sympy as sp

from ...chain.diffusion import Diffusion
from ...numerics.signs_of_symbols import known_sign
from ...proof.radicals import is_zero

QUADRATIC = 2


def pearson_gap(diffusion: Diffusion) -> sp.Expr | None:
    """The gap of a Pearson diffusion that is known to have a stationary law; None for others, and where it is not proved.

    >>> w = sp.Symbol("w", real=True)
    >>> pearson_gap(Diffusion(-w, 1 + w**2, w)), pearson_gap(Diffusion(-w / 4, 1 + w**2, w))
    (1, 9/32)
    """
    w = diffusion.variable
    if not (diffusion.drift.is_polynomial(w) and diffusion.variance.is_polynomial(w)):
        return None
    drift, variance = sp.Poly(diffusion.drift, w), sp.Poly(diffusion.variance, w)
    if drift.degree() > 1 or variance.degree() > QUADRATIC:
        return None
    k, a2 = -drift.coeff_monomial(w), variance.coeff_monomial(w**2)
    excess = known_sign(2 * k - a2)
    if known_sign(a2) in (0, -1):
        return k if known_sign(k) == 1 else None
    if known_sign(a2) != 1 or excess is None:
        return None
    if excess == 1:
        return k
    return sp.factor((k + a2 / 2) ** 2 / (2 * a2)) if has_far_root_or_centre(drift, variance) else None


def has_far_root_or_centre(drift: sp.Poly, variance: sp.Poly) -> bool:
    """Has C real roots, or is its centre the zero of the drift (or the drift 0)?"""
    w = variance.gens[0]
    if known_sign(variance.discriminant()) in (0, 1):
        return True
    centre = -variance.coeff_monomial(w) / (2 * variance.coeff_monomial(w**2))
    return is_zero(drift.eval(centre))
