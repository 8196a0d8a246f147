"""Proofs that a constant is 0, and refusals where there is none."""

from __future__ import annotations

import pytest
import sympy as sp

from sgd_markov.balls.adaptive import proved_sign
from sgd_markov.balls.algebraic_zero import algebraic_zero
from sgd_markov.balls.zero_proof import proved_zero

Q = sp.Rational

ZEROS = [
    sp.sqrt(5 + 2 * sp.sqrt(6)) - sp.sqrt(2) - sp.sqrt(3),
    sp.cbrt(7 + 5 * sp.sqrt(2)) - 1 - sp.sqrt(2),
    sp.cos(sp.pi / 7) - sp.cos(2 * sp.pi / 7) + sp.cos(3 * sp.pi / 7) - Q(1, 2),
    sp.GoldenRatio**2 - sp.GoldenRatio - 1,
    1 / (sp.sqrt(2) - 1) - 1 - sp.sqrt(2),
    sp.log(6) - sp.log(2) - sp.log(3),
    sp.log(1 + sp.sqrt(2)) + sp.log(sp.sqrt(2) - 1),
    sp.log(sp.sqrt(2) * sp.cbrt(3)) - sp.log(2) / 2 - sp.log(3) / 3,
    sp.log(8) / sp.log(2) - 3,
    1 / (1 + sp.log(4)) - 1 / (1 + 2 * sp.log(2)),
    sp.exp(2) * sp.exp(sp.pi - 2) - sp.exp(sp.pi),
    (sp.log(2) + sp.pi) ** 2 - sp.log(2) ** 2 - 2 * sp.pi * sp.log(2) - sp.pi**2,
    sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1,
    sp.cosh(sp.log(2)) - Q(5, 4),
    (sp.E + sp.EulerGamma) * (sp.E - sp.EulerGamma) - sp.exp(2) + sp.EulerGamma**2,
]


@pytest.mark.parametrize("value", ZEROS, ids=str)
def test_zeros_are_proved(value: sp.Expr) -> None:
    assert value != 0
    assert proved_zero(value)
    assert proved_sign(value) == 0


NOT_ZERO = [
    sp.sqrt(2) - Q(sp.sqrt(2).evalf(2000)),  # agrees to 6000 bits
    sum(sp.sqrt(n) for n in (10, 14, 16, 24)) - sum(sp.sqrt(n) for n in (11, 12, 18, 23)) - Q(1, 10**40),
    sp.exp(-20_000) * sp.pi,  # tiny, with a sign that any precision shows
    sp.log(2) - Q(sp.log(2).evalf(2000)),
]


@pytest.mark.parametrize("value", NOT_ZERO, ids=range(len(NOT_ZERO)))
def test_small_numbers_are_not_taken_for_0(value: sp.Expr) -> None:
    assert not proved_zero(value)
    assert proved_sign(value) != 0


def test_sympy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof does not rest on what simplify or equals believe."""
    for name in ("simplify", "nsimplify", "minimal_polynomial"):
        monkeypatch.setattr(sp, name, lambda *_: sp.S.Zero)
    assert proved_sign(sp.log(2) - Q(sp.log(2).evalf(2000))) is None


def test_what_cannot_be_proved_stays_open() -> None:
    """An identity of the gamma function that is not in the algebra: 0, but undecided."""
    value = sp.gamma(Q(1, 3)) * sp.gamma(Q(2, 3)) - 2 * sp.pi / sp.sqrt(3)
    assert proved_sign(value) in (0, None)
    assert not algebraic_zero(sp.gamma(Q(1, 3)))
