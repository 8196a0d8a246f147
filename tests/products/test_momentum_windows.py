"""Windows of the learning rate with momentum: signs on whole intervals against certified exponents at points."""

from __future__ import annotations

from fractions import Fraction
from math import inf, sqrt

import numpy as np
import pytest
import sympy as sp

from sgd_markov.effort import Effort
from sgd_markov.engines.direction_cells.directions import LINES
from sgd_markov.engines.direction_cells.family import Family
from sgd_markov.engines.direction_cells.fat_cells import FatLaw, bounds
from sgd_markov.engines.direction_cells.fat_matrix import FatMatrix, images
from sgd_markov.engines.direction_cells.narrowed import top_exponent
from sgd_markov.engines.direction_cells.near_zero import sign_near_zero
from sgd_markov.engines.direction_cells.parameter_signs import near_infinity
from sgd_markov.errors import Inconclusive
from sgd_markov.products.matrix_law import MatrixLaw
from sgd_markov.products.matrix_window import matrix_window, proved_closed

t = sp.Symbol("t", positive=True)
HALF = sp.Rational(1, 2)
EVERYWHERE = (Fraction(0), inf)


def ema(beta: str, a: str = "-1/5", lr: object = t) -> MatrixLaw:
    """In (w, m): m' = beta m + (1 - beta) x w, w' = w - lr m'; x = a + 1 or a - 1."""
    b, mean, rate = sp.Rational(beta), sp.Rational(a), sp.sympify(lr)
    return MatrixLaw.finite(
        [(HALF, sp.Matrix([[1 - rate * (1 - b) * x, -rate * b], [(1 - b) * x, b]])) for x in (mean + 1, mean - 1)]
    )


def nesterov(mu: str, a: str, lr: object = t) -> MatrixLaw:
    m, mean, rate = sp.Rational(mu), sp.Rational(a), sp.sympify(lr)
    return MatrixLaw.finite(
        [(HALF, sp.Matrix([[1 - rate * (1 + m) * x, -rate * m**2], [x, m]])) for x in (mean + 1, mean - 1)]
    )


def at(law: MatrixLaw, rate: sp.Rational, digits: int = 1):
    found = top_exponent([(p, sp.Matrix(m).subs(t, rate)) for p, m in law.atoms], Effort(digits=digits))
    assert found is not None
    return found


def ends(law: MatrixLaw, digits: int = 2) -> list[tuple[float, float]]:
    window = matrix_window(law, t, EVERYWHERE, Effort(digits=digits))
    return [(float(low.enclosure.middle), float(high.enclosure.middle)) for low, high in window.intervals]


def test_window_of_momentum_lies_where_exponents_are_negative():
    law = ema("3/10")
    window = matrix_window(law, t, EVERYWHERE, Effort(digits=2))
    ((low, high),) = window.intervals
    assert low.exact is None and low.enclosure.width < Fraction(1, 50) and high.enclosure.width < Fraction(1, 20)
    for end, inside in ((low.enclosure, 1), (high.enclosure, -1)):
        before, after = (at(law, sp.Rational(place)) for place in (end.lower, end.upper))
        assert (before.sign, after.sign) == ((1, -1) if inside > 0 else (-1, 1))
    for low_end, high_end in window.undecided:
        assert high_end.enclosure.upper - low_end.enclosure.lower < Fraction(1, 20)


def test_signs_agree_with_points_on_random_families():
    rng = np.random.default_rng(8)
    checked = 0
    for _ in range(4):
        first, second = (
            [[sp.Rational(int(v), 4) for v in row] for row in rng.integers(-6, 7, (2, 4))] for _ in range(2)
        )
        family = Family.of(
            [(HALF, sp.Matrix(2, 2, u) + t * sp.Matrix(2, 2, v)) for u, v in zip(first, second, strict=True)], t
        )
        from sgd_markov.engines.direction_cells.parameter_signs import parts

        for part in parts(family, Fraction(1, 2), Fraction(3, 2), Effort(), Fraction(1, 30)):
            for share in (0.1, 0.9):
                place = Fraction(float(part.low + Fraction(share) * (part.high - part.low))).limit_denominator(1000)
                found = top_exponent([(p, m.subs(t, sp.Rational(place))) for p, m in family.atoms], Effort(digits=1))
                if (
                    part.sign is not None
                    and part.low < place < part.high
                    and found is not None
                    and found.sign is not None
                ):
                    checked += 1
                    assert found.sign == part.sign, (part, place)
    assert checked >= 8


def test_single_matrix_has_the_window_of_its_spectral_radius():
    """Heavy ball on x w^2/2 with x = 1: the deterministic window (0, 2 (1 + mu))."""
    mu = sp.Rational(1, 5)
    law = MatrixLaw.finite([(sp.Integer(1), sp.Matrix([[1 - t, -t * mu], [1, mu]]))])
    window = matrix_window(law, t, (Fraction(0), Fraction(5)), Effort(digits=1))
    assert all(high.enclosure.lower <= Fraction(12, 5) for _, high in window.intervals)
    assert window.intervals[0][0].exact == 0


def test_no_momentum_has_the_exact_window():
    """beta = 0: q = 1 - 2 a t - (1 - a^2) t^2 with |q| < 1, in two dimensions with a second exponent -oo."""
    mu = Fraction(1, 1000)
    low, high = ends(ema(str(mu)))[0]
    assert abs(low - 5 / 12) < 0.01 and abs(high - 5 / 3) < 0.02


def test_minimum_with_nesterov_starts_at_zero():
    window = matrix_window(nesterov("3/10", "6/5"), t, EVERYWHERE, Effort(digits=2))
    assert window.intervals[0][0].exact == 0
    assert at(nesterov("3/10", "6/5"), sp.Rational(1, 10)).sign == -1


def test_sign_near_zero_is_that_of_the_mean_curvature():
    for a, sign in (("-1/5", 1), ("1/5", -1), ("-3", 1)):
        law = ema("9/10", a)
        found = sign_near_zero(Family.of([(p, sp.Matrix(m)) for p, m in law.atoms], t), Fraction(1))
        assert found.sign == sign and found.until > Fraction(1, 2000)
        assert at(law, sp.Rational(found.until)).sign == sign
    assert sign_near_zero(Family.of([(p, sp.Matrix(m)) for p, m in ema("1/2", "0").atoms], t), Fraction(1)) is None


def test_beyond_some_learning_rate_everything_escapes():
    law = ema("3/10")
    (part,) = near_infinity(Family.of([(p, sp.Matrix(m)) for p, m in law.atoms], t), Fraction(0), Effort())
    assert part.sign == 1 and part.high == inf and part.low <= 16
    assert at(law, sp.Rational(part.low)).sign == 1


def test_critical_momentum_is_above_63_hundredths():
    assert at(ema("63/100"), sp.Rational(99, 200)).sign == -1


def test_critical_momentum_is_below_65_hundredths_where_every_window_is_closed():
    assert proved_closed(ema("13/20"), t, Effort(digits=3))


@pytest.mark.nightly
def test_critical_momentum_is_below_64_hundredths():
    assert proved_closed(ema("16/25"), t, Effort(digits=3))


def test_open_window_is_not_proved_closed():
    assert not proved_closed(ema("1/2"), t, Effort(digits=2), (Fraction(2, 5), Fraction(1)))


def test_fat_cells_hold_every_matrix_of_an_interval():
    """The bracket over an interval of t holds the exponents at places inside it."""
    law = ema("3/10")
    fat = Family.of([(p, sp.Matrix(m)) for p, m in law.atoms], t).fat_law(Fraction(79, 100), Fraction(81, 100), 1024)
    held = fat.kept(fat.away_from_kernels)
    assert held.all()
    low, high = (bounds(fat, held, side, 80, Effort()) for side in (-1, 1))
    assert high - low < 0.06
    for rate in ("79/100", "4/5", "161/200"):
        found = at(law, sp.Rational(rate), 3)
        assert low <= found.lower and found.upper <= high


def test_range_of_images_holds_images_of_many_places():
    from flint import arb

    rng = np.random.default_rng(4)
    for _ in range(40):
        centre, radius = rng.normal(size=4), 10.0 ** rng.uniform(-6, -1)
        fat = FatMatrix.of([arb(float(c), radius) for c in centre])
        size = 64
        ranges = images(fat, size, LINES)
        for _ in range(50):
            a, b, c, d = centre + radius * rng.uniform(-1, 1, 4)
            cell = np.arange(size)
            place = (cell + rng.random(size)) * (LINES / size)
            side = np.minimum(place // 2, 1)
            offset = place - (2 * side + 1)
            x, y = np.where(side == 0, 1, -offset), np.where(side == 0, offset, 1)
            u, v = a * x + b * y, c * x + d * y
            image = np.where(abs(v) > abs(u), 3 - u / v, 1 + v / u) % LINES
            there = np.minimum((image / (LINES / size)).astype(int), size - 1)
            assert (np.mod(there - ranges.low, size) < ranges.count).all()
            size_of = np.log(np.maximum(abs(u), abs(v)))
            assert (size_of <= ranges.most + 1e-12).all() and (size_of >= ranges.least - 1e-12).all()


def test_kept_cells_of_a_positive_family_are_a_cone():
    from flint import arb

    law = FatLaw(
        256, [(0.5, [images(FatMatrix.of([arb(v) for v in m]), 256, LINES)]) for m in ((2, 1, 1, 1), (1, 1, 1, 1))]
    )
    held = law.kept(law.away_from_kernels)
    assert 0 < held.sum() < 256 and held[64 + 32] == held[90]
    low = bounds(law, held, -1, 60, Effort())
    assert 0 < low < np.log((3 + sqrt(5)) / 2)


def test_refusals_name_what_is_needed():
    with pytest.raises(Inconclusive, match="finitely many 2x2"):
        matrix_window(MatrixLaw.finite([(sp.Integer(1), t * sp.eye(3))]), t, EVERYWHERE, Effort())
    with pytest.raises(Inconclusive, match="polynomials"):
        matrix_window(MatrixLaw.finite([(sp.Integer(1), sp.exp(t) * sp.eye(2))]), t, EVERYWHERE, Effort())
    with pytest.raises(Inconclusive, match="bounded below"):
        matrix_window(ema("1/2"), t, (-inf, inf), Effort())


def test_time_that_ends_leaves_the_rest_undecided():
    window = matrix_window(ema("3/10"), t, EVERYWHERE, Effort.within(0.6, digits=3))
    assert window.undecided
