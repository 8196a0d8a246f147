"""Critical points where a slope is small to a high order."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

w = sp.Symbol("w", real=True)


@pytest.mark.parametrize(
    ("loss", "kind"),
    [
        (sp.Abs(w) ** 11, "minimum"),
        (-sp.Abs(w) ** 21, "maximum"),
        (w**9 * sp.Abs(w), "degenerate"),
        (sp.Piecewise((w**12, w < 0), (w**2, True)), "minimum"),
    ],
)
def test_a_slope_that_vanishes_to_a_high_order_is_not_flat(loss: sp.Expr, kind: str) -> None:
    """Slopes with 8 derivatives 0 at a kink were taken for flat, and the point was left out, `exact`."""
    (found,) = sm.critical_points(sm.SGD(loss, [w], "1/10")).points
    assert (str(found["at"]["w"]), found["kind"]) == ("0", kind)


def test_a_flat_side_is_still_no_kink() -> None:
    found = sm.critical_points(sm.SGD(sp.Max(w, 0) ** 11, [w], "1/10"))
    assert (found.points, len(found.flat)) == ([], 1)
