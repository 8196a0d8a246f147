"""Generalised hypergeometric functions of a real argument, where FLINT's series would cancel."""

from __future__ import annotations

from typing import Any

from flint import acb, arb, ctx, fmpq

from .guarded_integral import guarded_integral
from .precision import precision

Ball = Any


SERIES_LIMIT = 100_000
"""No series is summed directly beyond this size of its argument."""

SERIES_REACH = 60
"""Up to this x the series with more bits beats the integral."""


def hypergeometric(upper: list[Ball], lower: list[Ball], z: Ball, complex_plane: bool) -> Ball:
    """pFq(upper; lower; z); nan where the series and its continuations do not reach."""
    if not complex_plane and is_dawson_case(upper, lower) and z < -64:
        return dawson_form(z)
    result = series(upper, lower, acb(z))
    return result if complex_plane else result.real


def series(upper: list[Ball], lower: list[Ball], z: acb) -> acb:
    if len(upper) > 1 and not abs(z) < SERIES_LIMIT:
        return acb(arb.nan())  # as many terms as |z|: neither time nor memory would be enough
    if len(upper) == len(lower) == 1:
        return z.hypgeom_1f1(acb(upper[0]), acb(lower[0]))
    if len(upper) == 2 and len(lower) == 1:
        return z.hypgeom_2f1(acb(upper[0]), acb(upper[1]), acb(lower[0]))
    return z.hypgeom([acb(a) for a in upper], [acb(b) for b in lower])


def is_dawson_case(upper: list[Ball], lower: list[Ball]) -> bool:
    """Is this 2F2(1, 1; 3/2, 2; z), the Gaussian log-potential?"""
    if len(upper) != 2 or len(lower) != 2:
        return False
    parameters = sorted(float(acb(p).real.mid()) for p in (*upper, *lower))
    return parameters == [1.0, 1.0, 1.5, 2.0] and all(acb(p).real.rad() == 0 for p in (*upper, *lower))


def dawson_form(z: arb) -> arb:
    """2F2(1, 1; 3/2, 2; -x^2) = (2/x^2) int_0^x D(t) dt, D the Dawson function, for large x.

    From d/dx [x^2 2F2(1, 1; 3/2, 2; -x^2)] = 2 x 1F1(1; 3/2; -x^2) = 2 D(x). The alternating series loses
    x^2/log 2 bits; the integral, in t = e^u beyond 1, loses none.
    """
    x = (-z).sqrt()
    middle = x.mid()
    # D decreases beyond 0.93, so that over a wide ball the integral changes by at most the width times D(lower end)
    spread = dawson(acb(x.lower())).real * (x - middle)
    return 2 * (dawson_integral(middle) + spread) / (x * x)


def dawson_integral(x: arb) -> arb:
    """int_0^x D(t) dt for an exact x > 1."""
    if x < SERIES_REACH:
        # the alternating series loses x^2/log 2 bits (about 1.45 x^2 with the size of its terms): give them
        with precision(ctx.prec + int(3 * float(x) ** 2) + 32):
            total = x * x * series([arb(1), arb(1)], [arb(fmpq(3, 2)), arb(2)], acb(-x * x)).real / 2
        return +total
    near = series([arb(1), arb(1)], [arb(fmpq(3, 2)), arb(2)], acb(-1)).real / 2
    return near + guarded_integral(lambda u, _: dawson(u.exp()) * u.exp(), arb(0), x.log())


def dawson(t: acb) -> acb:
    """D(t) = sqrt(pi)/2 exp(-t^2) erfi(t) = t 1F1(1; 3/2; -t^2), entire."""
    return t * (-t * t).hypgeom_1f1(acb(1), acb(fmpq(3, 2)))
