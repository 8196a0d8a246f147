"""Arb's certified integral with exceptions of the integrand passed on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import acb, arb


def guarded_integral(f: Callable[[acb, bool], acb], low: arb, high: arb, **tolerances: Any) -> arb:
    """The integral of f(z, analytic) over a bounded interval, its real part, rigorous where f heeds `analytic`.

    `acb.integral` reports an exception inside f, such as the end of the budget, as a SystemError; here it is raised.
    """
    guarded = Guarded(f)
    try:
        found = acb.integral(guarded, acb(low), acb(high), **tolerances).real
    except SystemError as error:
        raise guarded.failure or error.__cause__ or error from None
    if guarded.failure is not None:
        raise guarded.failure
    return found


class Guarded:
    """f with its first exception kept in `failure`; from then on every value is nan, so that the integral ends soon."""

    def __init__(self, f: Callable[[acb, bool], acb]) -> None:
        self.f = f
        self.failure: BaseException | None = None

    def __call__(self, z: acb, analytic: bool) -> acb:
        if self.failure is None:
            try:
                return self.f(z, analytic)
            except BaseException as error:  # noqa: BLE001 - passed on by `guarded_integral`
                self.failure = error
        return acb(arb.nan(), arb.nan())
