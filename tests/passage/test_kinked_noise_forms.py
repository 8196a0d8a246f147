"""Kinked noise in other forms: sums, state-dependent scale, dropout, half lines, log scale, mean times beyond 1e40.

References named `dense` come from another method: panels that end at the kinks, Gauss-Legendre interpolation, product
integration with 24 points, in doubles; right to about 1e-12.
"""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.answer.answer import Answer
from sgd_markov.chain.region import Region
from sgd_markov.effort import Effort
from sgd_markov.numerics import delay_times
from sgd_markov.passage.kinked_kernel import METHOD

w, x, y, z = sp.symbols("w x y z", real=True)
R, E = sp.Rational, sp.E


def chain(update: sp.Expr, **noise: object) -> sm.Chain:
    return sm.RandomMap({w: update}, noise={sp.Symbol(name, real=True): law for name, law in noise.items()})


def mean_time(model: sm.Chain, start: object, inside: list[object], digits: int = 15) -> Answer:
    """By this method, also where another one is asked first."""
    found = METHOD.exit_time(model, model.point(start), Region.of(model, inside, "inside"), Effort(digits=digits))
    assert found is not None
    return found.answer("exit-time", digits)


NORMED, BERNOULLI = sm.Laplace(0, 1), sm.Bernoulli(R(1, 2))

DENSE = [
    ("Laplace + uniform", chain(w / 2 + z / 3 + y, z=NORMED, y=sm.Uniform(-1, 1)), 0, [-1, 1], "5.06991255868"),
    ("triangular", chain(w / 2 + z / 2 + y, z=sm.Uniform(-1, 1), y=sm.Uniform(-1, 1)), 0, [-1, 1], "6.46873593803"),
    ("exponentials", chain(w / 2 + z - 2 * y, z=sm.Exponential(1), y=sm.Exponential(1)), 0, [-1, 1], "1.87976790378"),
    ("dropout", chain(w / 2 + x * z, z=sm.Laplace(0, R(1, 2)), x=BERNOULLI), 0, [-1, 1], "14.0735668035"),
    ("scaled uniform", chain(w / 2 + (1 + w**2) / 2 * z, z=sm.Uniform(-1, 1)), 0, [-1, 1], "131.774674932"),
    ("scaled exponential", chain(w / 2 + (1 + w**2) / 5 * (z - 1), z=sm.Exponential(1)), 0, [-1, 1], "226.802736324"),
    ("turned scale", chain(w / 2 - (1 + w**2) / 2 * z, z=sm.Uniform(-1, 1)), 0, [-1, 1], "131.774674932"),
    ("drift on a half line", chain(w + z, z=sm.Laplace(R(-1, 4), 1)), 0, [0, "oo"], "4.12251107053"),
    ("uniform steps on a half line", chain(w + z, z=sm.Uniform(-2, 1)), 0, [0, "oo"], "1.82265257360"),
    ("contraction on a half line", chain(w / 2 + z, z=NORMED), 0, ["-oo", 1], "6.53075285792"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "start", "inside", "dense"), [c[1:] for c in DENSE], ids=[c[0] for c in DENSE])
def test_mean_times_hold_those_of_dense_solves(
    model: sm.Chain, start: object, inside: list[object], dense: str
) -> None:
    assert_encloses(mean_time(model, start, inside, 10), dense, 10, "certified")


def test_a_half_line_whose_overshoot_is_memoryless() -> None:
    """Down by an exponential step with probability 2/3, up with 1/3: (x + 1)/mu with mu = 1/3."""
    model = chain(w + x * z, z=sm.Exponential(1), x=sm.TwoPoint(1, -1, R(1, 3)))
    assert_encloses(mean_time(model, R(1, 2), [0, "oo"]), "9/2", 15, "certified")
    assert sm.exit_time(model, start=R(1, 2), inside=[0, "oo"]).exact == R(9, 2)


def test_a_half_line_is_reached_for_certain() -> None:
    assert sm.hitting(chain(w / 2 + z, z=NORMED), start=0, target=[3, "oo"]).exact == 1


def test_survival_and_quantiles_on_a_half_line() -> None:
    """Against 200 000 paths, at level 1e-6."""
    model, count = chain(w / 2 + z, z=NORMED), 200_000
    noise, state, alive = np.random.default_rng(3).laplace(size=(10, count)), np.zeros(count), np.ones(count, bool)
    shares = []
    for step in noise:
        state = state / 2 + step
        alive &= state <= 1
        shares.append(alive.mean())
    found = sm.survival(model, start=0, inside=["-oo", 1], steps=10).enclosure
    assert found is not None and found.reaches(15)
    assert abs(float(found.lower) - shares[-1]) < 5 * (0.25 / count) ** 0.5
    assert sm.survival(model, start=0, inside=["-oo", 1], quantile="1/2").value == "4"
    assert shares[2] > 0.506 and shares[3] < 0.494


def test_steps_that_grow_carry_the_chain_away() -> None:
    with pytest.raises(sm.HypothesisViolated, match="infinity"):
        sm.exit_time(chain(2 * w + z, z=NORMED), start=0, inside=["-oo", 1])


def test_a_half_line_without_drift_is_refused() -> None:
    with pytest.raises(sm.HypothesisViolated, match="mean"):
        sm.exit_time(chain(w + z, z=sm.Uniform(-1, 1)), start=0, inside=[0, "oo"])


def test_a_scale_in_two_units() -> None:
    """w' = w (1 + z) on [1, 2] and on [2, 4] is one chain in two units; the control is another region."""
    model = chain(w + w * z, z=sm.Laplace(0, R(1, 4)))
    one, other = (mean_time(model, *question, 10).enclosure for question in ((R(3, 2), [1, 2]), (3, [2, 4])))
    control = mean_time(model, 3, [2, R(401, 100)], 10).enclosure
    assert one is not None and other is not None and control is not None
    assert one.meets(other) and one.reaches(10) and not control.meets(one)


def test_a_scale_that_vanishes_is_left_to_other_methods() -> None:
    model = chain(w / 2 + w * z, z=NORMED)
    assert METHOD.exit_time(model, model.point(0), Region.of(model, [-1, 1], "inside"), Effort()) is None


def test_symmetric_hitting_and_long_survival_with_a_scale() -> None:
    model = chain(w / 2 + (1 + w**2) / 2 * z, z=sm.Uniform(-1, 1))
    assert_encloses(sm.hitting(model, start=0, target=[1, "oo"], avoid=["-oo", -1], digits=8), "1/2", 8, "certified")


def test_mean_times_beyond_1e40() -> None:
    """Laplace steps w' = 9/10 w + z/100: a bordered system; the reference is an unbordered solve with 760 bits."""
    model = chain(R(9, 10) * w + z / 100, z=NORMED)
    before = process_time()
    assert_encloses(sm.exit_time(model, start=0, inside=[-1, 1]), "6.0311344295990033e40", 15, "certified")
    assert process_time() - before < 30


def cumulative(k: sp.Rational) -> sp.Expr:
    """Mean run length of max(0, w + z - k), z exponential, up to 2 k from 0 (Vardeman and Ray's equation, by hand).

    L' = L - 1 - L(0) below k and L' = L - 1 - L(u - k) above: L = L(0) + 1 - exp(u), L = L(0) + 2 + (c + u exp(-k)) exp(u).
    """
    c = -1 - (k + 1) * sp.exp(-k)
    return sp.exp(k) * (1 + 3 * k**2 / 2 - 2 * k * sp.exp(k) + c * (k * sp.exp(k) - sp.exp(2 * k))) - 2


@pytest.mark.parametrize("k", [R(1, 2), R(3, 2), R(3)])
def test_cumulative_sums_of_exponentials(k: sp.Rational) -> None:
    model = chain(sp.Max(0, w + z - k), z=sm.Exponential(1))
    assert_encloses(sm.exit_time(model, start=0, inside=["-oo", 2 * k]), str(sp.N(cumulative(k), 40)), 15, "certified")


CUSUMS = [(sm.Laplace(0, 1), "30.7356999072"), (sm.Uniform(-1, 1), "1384467.8")]


@pytest.mark.parametrize(("law", "dense"), CUSUMS, ids=["Laplace", "uniform"])
def test_cumulative_sums_hold_those_of_dense_solves(law: object, dense: str) -> None:
    model = chain(sp.Max(0, w + z - R(1, 2)), z=law)
    assert_encloses(sm.exit_time(model, start=0, inside=["-oo", 3]), dense, 15, "certified")


def test_log_walks_of_uniform_multipliers() -> None:
    """w' = M w out of [-10, 10]: log|w| is a walk with the density exp(y)/(b - a)."""
    model = chain(w * z, z=sm.Uniform(R(1, 2), 3))
    assert_encloses(sm.exit_time(model, start=1, inside=[-10, 10], digits=8), "5.87908206846", 8, "certified")


def test_log_walks_whose_multiplier_changes_sign() -> None:
    """|M| for M uniform on [-4, 4] is 4 U: out of [-2, 2] from 1, against 40 000 paths at level 1e-6."""
    found = sm.exit_time(chain(w * z, z=sm.Uniform(-4, 4)), start=1, inside=[-2, 2], digits=8).enclosure
    steps = np.log(np.random.default_rng(1).uniform(0, 4, (40_000, 200)))
    outside = np.cumsum(steps, axis=1) > np.log(2)
    assert outside[:, -1].all() or outside.any(axis=1).mean() > 1 - 1e-4
    times = outside.argmax(axis=1) + 1.0
    error = times.std() / np.sqrt(times.size)
    assert found is not None and found.reaches(8)
    assert abs(times.mean() - float(found.lower)) < 5 * error


def test_uniform_mean_times_are_put_into_their_equation() -> None:
    """The control: a wrong formula is refused."""
    s, c = delay_times.S, delay_times.C
    second = (1 + s) / (2 * c - (1 + s) * (1 + R(1, 3)))
    delay_times.verify(second * c / (1 + s), second, R(1, 3))
    with pytest.raises(sm.Inconclusive, match="not proved"):
        delay_times.verify(second * c / (1 + s), second + 1, R(1, 3))


def dense_time(a: float, c: float, e: float, q: float, b: float, start: float) -> float:
    """Mean time of w' = a w + c + (e + q w^2) z, z Laplace of scale b, on [-1, 1] in doubles.

    Interpolation at 60 Chebyshev nodes, Gauss' rule with 60 points on both sides of the kink.
    """
    nodes = np.cos(np.pi * (2 * np.arange(60) + 1) / 120)
    weights = (-1.0) ** np.arange(60) * np.sin(np.pi * (2 * np.arange(60) + 1) / 120)
    points, gauss = np.polynomial.legendre.leggauss(60)

    def row(w: float) -> np.ndarray:
        centre, scale, found = a * w + c, b * (e + q * w * w), np.zeros(60)
        for low, high in ((-1.0, centre), (centre, 1.0)):
            at = (low + high) / 2 + (high - low) / 2 * points
            density = np.exp(-np.abs(at - centre) / scale) / (2 * scale)
            basis = weights / (at[:, None] - nodes)
            found += ((high - low) / 2 * gauss * density) @ (basis / basis.sum(axis=1, keepdims=True))
        return found

    times = np.linalg.solve(np.eye(60) - np.array([row(w) for w in nodes]), np.ones(60))
    return float(1 + row(start) @ times)


def test_a_sweep_of_scaled_laplace_noise_misses_nothing() -> None:
    """Ten random problems; slopes and shifts keep the centre inside, so that the solution has no kinks."""
    draw = np.random.default_rng(11)
    for _ in range(10):
        a, c, e, q, b, start = (R(int(k), 16) for k in draw.integers([-8, -5, 6, 1, 6, -14], [9, 6, 17, 9, 17, 15]))
        found = mean_time(chain(a * w + c + (e + q * w**2) * z, z=sm.Laplace(0, b)), start, [-1, 1], 8).enclosure
        reference = dense_time(*map(float, (a, c, e, q, b, start)))
        assert found is not None and found.reaches(8)
        assert abs(float(found.lower) - reference) < 3e-8 * reference, (a, c, e, q, b, start)
