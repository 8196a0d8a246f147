"""Where AMSGrad ends at a local maximum: the enclosures against simulation, exact atoms, and controls."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from math import log

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.warrant import Warrant
from sgd_markov.effort import Effort
from sgd_markov.engines.amsgrad import moving_average, solution
from sgd_markov.engines.amsgrad.beams import Multipliers, after_record
from sgd_markov.engines.amsgrad.curvature_law import CurvatureLaw
from sgd_markov.engines.amsgrad.excursions import Patience, Walk
from sgd_markov.engines.amsgrad.exponents import UNIT_BITS, first_attracting, powers, raised
from sgd_markov.engines.amsgrad.least_values import LeastValues
from sgd_markov.engines.amsgrad.moving_average import bounds
from sgd_markov.engines.amsgrad.simulation import sample
from sgd_markov.engines.amsgrad.solution import Start, endings
from sgd_markov.engines.monte_carlo.statistics import proportion
from sgd_markov.errors import Inconclusive
from sgd_markov.passage.amsgrad import METHOD

w, x = sp.symbols("w x", real=True)
ONE = Enclosure.point(Fraction(1))
PLUS, MINUS = Fraction(4, 5), Fraction(-6, 5)


def law_of(*values, weights=None):
    weights = weights or [Fraction(1, len(values))] * len(values)
    return CurvatureLaw(tuple(Enclosure.point(Fraction(v)) for v in values), tuple(map(Enclosure.point, weights)))


def chain(law=("4/5", "-6/5"), lr=1, beta1=0, beta2=0, epsilon=0, **options):
    return sm.AMSGrad(x * w**2 / 2, [w], lr, beta1, beta2, epsilon, data={x: sm.TwoPoint(*law)}, **options)


def probability(answer):
    (mass,) = answer.extra["masses"]
    assert str(mass["at"]["w"]) == "0"
    return mass["probability"].enclosure


TWO_POINT = law_of(PLUS, MINUS)
LOWEST = first_attracting(TWO_POINT, 3.0)
KNOWN = powers(TWO_POINT, LOWEST, 3.0, repelling_below=True)


def test_first_attracting_rate_is_the_end_of_the_window():
    assert 5 / 12 - 1e-9 < LOWEST <= 5 / 12
    assert first_attracting(law_of(-1, -2), 50.0) == 50.0, "no rate attracts"
    assert first_attracting(law_of(2, -1), 3.0) == 0.0, "a minimum: small rates attract"


def test_powers_bound_the_moments():
    known = powers(TWO_POINT, LOWEST, 2.8, repelling_below=True)
    for rate in np.linspace(0.42, 2.79, 200):
        low, high = (int(p[0]) for p in known.at(np.array([rate]), np.array([rate])))
        moment = [sum(abs(1 - rate * float(v)) ** (k / 2**UNIT_BITS) for v in (PLUS, MINUS)) / 2 for k in (low, high)]
        assert moment[0] <= 1 + 1e-12 and moment[1] >= 1 - 1e-12
        assert low > 0 or not 0.424 < rate < 1.66, "inside the window a power is found"


def test_raised_is_the_power():
    base, power = np.array([0.3, 0.9, 1e-9, 0.0]), np.array([1234, 32768, 5, 17])
    assert raised(base, power) == pytest.approx(
        [float(b) ** (int(p) / 2**UNIT_BITS) for b, p in zip(base, power, strict=True)]
    )


def test_least_values_are_those_of_every_range():
    values = np.random.default_rng(1).random((2, 37))
    first, last = np.meshgrid(np.arange(37), np.arange(37))
    first, last = first[first <= last], last[first <= last]
    for row in (0, 1):
        found = LeastValues(values).over(np.full(len(first), row), first, last)
        assert (found == [values[row, i : j + 1].min() for i, j in zip(first, last, strict=True)]).all()


def ruin_by_recursion(rate, scaled, steps):
    """P(record within `steps`), by all paths over the counts of draws, in floating point."""
    total, paths = 0.0, {0: 1.0}
    for n in range(steps):
        following = {}
        for k, mass in paths.items():
            s = scaled * abs(1 - rate * 0.8) ** k * (1 + rate * 1.2) ** (n - k)
            for up, size in ((1, 0.8), (0, 1.2)):
                if size * s > 1:
                    total += mass / 2
                else:
                    following[k + up] = following.get(k + up, 0) + mass / 2
        paths = following
    return total


@pytest.mark.parametrize("rate", [0.5, 0.8, 1.1])
def test_excursions_enclose_the_ruin_of_the_walk(rate):
    known = powers(TWO_POINT, LOWEST, 2.8, repelling_below=True)
    beams = after_record(TWO_POINT, np.array([0]), np.array([rate]), np.array([rate]), np.zeros(1))
    found = Walk(TWO_POINT, beams, known, Patience(1e-4, 1e-12, 400)).run()
    met = found.records.mass.sum()
    reference = ruin_by_recursion(rate, 1.25 - rate, 400)
    assert met <= reference + 1e-9 and reference <= 1 - found.frozen[0] + 1e-9
    assert 1 - found.frozen[0] - met < (0.03 if rate == 0.5 else 1e-3)


@pytest.mark.parametrize(("start", "published", "width"), [("9/20", 0.3582, 0.004), (1, 0.584, 0.005)])
def test_probability_of_the_local_maximum(start, published, width):
    answer = sm.limit(chain(), start=start, digits=2)
    found = probability(answer)
    assert answer.warrant is Warrant.CERTIFIED
    assert found.width <= width and float(found.lower) - 1e-3 < published < float(found.upper) + 1e-3
    drawn = sample(TWO_POINT, KNOWN, float(sp.Rational(start)), 100_000, Effort(seed=11), steps=20_000)
    assert drawn.undecided < 300
    low = proportion(len(drawn.converged), drawn.chains, 1 - 1e-6).lower
    high = proportion(len(drawn.converged) + drawn.undecided, drawn.chains, 1 - 1e-6).upper
    assert low <= found.upper and found.lower <= high
    assert drawn.converged.min() > LOWEST and drawn.converged.max() < 5 / 3 + 1e-9


def test_start_that_falls_below_the_window_never_converges():
    answer = sm.limit(chain(), start=4)
    assert answer.warrant is Warrant.EXACT and probability(answer) == Enclosure.point(0)


def test_start_at_one_learning_rate_hits_zero_at_once():
    atoms = sm.limit(chain(), start=1, digits=2).extra["frozen"]
    first = atoms[0]
    assert Fraction(5, 4) in first["learning_rate"].enclosure and Fraction(16, 25) in first["vhat"].enclosure
    assert Fraction(1, 2) - Fraction(1, 10**6) < first["probability"].enclosure.lower <= Fraction(1, 2)
    assert first["probability"].enclosure.upper < Fraction(51, 100)


def test_only_the_ratio_to_the_learning_rate_matters():
    one = sm.limit(chain(), start=1, digits=2)
    other = sm.limit(chain(lr="3/7", variant="pytorch"), start="-3/7", digits=2)
    assert probability(other) == probability(one), "without betas the variants are one chain"


def exact_first_steps(start, steps):
    """By exact arithmetic: (mass frozen at 0, mass below the window) after so many steps, for x = 4/5, -6/5."""
    states, hit, fallen = {(Fraction(start), Fraction(0)): Fraction(1)}, Fraction(0), Fraction(0)
    for _ in range(steps):
        following = {}
        for (weight, vhat), mass in states.items():
            for slope in (PLUS, MINUS):
                gradient = abs(slope * weight)
                largest = max(vhat, gradient)  # the root of vhat
                moved = abs(weight - slope * weight / largest)
                if moved == 0:
                    hit += mass / 2
                elif 1 / largest <= Fraction(5, 12):
                    fallen += mass / 2
                else:
                    following[moved, largest] = following.get((moved, largest), 0) + mass / 2
        states = following
    return hit, fallen


@pytest.mark.parametrize("start", ["9/20", "13/10"])
def test_bounds_hold_beside_exact_enumeration(start):
    hit, fallen = exact_first_steps(Fraction(start), 12)
    found = probability(sm.limit(chain(), start=start, digits=1))
    assert found.width < Fraction(1, 10)
    assert hit <= found.upper and found.lower <= 1 - fallen
    assert fallen > Fraction(1, 5)


@pytest.mark.parametrize(
    ("values", "weights", "scaled"),
    [
        ((1, -2), (Fraction(3, 5), Fraction(2, 5)), Fraction(1, 3)),
        ((1, -1), (Fraction(2, 5), Fraction(3, 5)), Fraction(1, 2)),
    ],
)
def test_other_laws_against_simulation(values, weights, scaled):
    law = law_of(*values, weights=weights)
    lowest = first_attracting(law, 10.0)
    found = next(endings(law, Start(None, Enclosure.point(scaled)), Effort())).probability
    drawn = sample(law, powers(law, lowest, 10.0, True), float(scaled), 20_000, Effort(seed=5), steps=4000)
    low = proportion(len(drawn.converged), drawn.chains, 1 - 1e-6).lower
    high = proportion(len(drawn.converged) + drawn.undecided, drawn.chains, 1 - 1e-6).upper
    assert found.width < Fraction(3, 20) and low <= found.upper and found.lower <= high


def test_distribution_of_the_frozen_rate():
    drawn = sample(TWO_POINT, KNOWN, 0.45, 20_000, Effort(seed=8), steps=5000)
    ending = next(endings(TWO_POINT, Start(None, Enclosure.point(Fraction(9, 20))), Effort()))
    for rate in (Fraction(1, 2), Fraction(4, 5), Fraction(6, 5)):
        found = ending.below(rate)
        hits = int(np.count_nonzero(drawn.converged < float(rate)))
        low, high = (proportion(n, drawn.chains, 1 - 1e-6) for n in (hits, hits + drawn.undecided))
        assert found.width < Fraction(1, 25) and low.lower <= found.upper and found.lower <= high.upper
    assert ending.below(Fraction(10)).lower <= ending.probability.upper


def test_start_with_a_second_moment():
    """vhat = (2/3)^2 w^2-scale: the rate is 3/2 lr and the first draws decide by hand."""
    found = probability(sm.limit(chain(), start={"w": "3/10", "vhat": "4/9"}, digits=2))
    assert found.width < Fraction(1, 100)
    assert Fraction(63, 100) < found.lower and found.upper < Fraction(65, 100), "simulation of 20,000 chains: 0.638"


@pytest.mark.parametrize(
    ("model", "says"),
    [(chain(beta1="1/10"), "beta1"), (chain(beta2="9/10"), "enclosed to"), (chain(), "fewer digits")],
)
def test_refusals_carry_what_is_known(model, says, monkeypatch):
    monkeypatch.setattr(solution, "PLANS", solution.PLANS[:1])
    monkeypatch.setattr(moving_average, "PATHS", moving_average.PATHS[:1])
    with pytest.raises(Inconclusive, match=says) as refusal:
        METHOD.limit(model, model.point("9/20", "start"), Effort(digits=9))
    known = refusal.value.enclosure
    assert known is not None and 0 <= known.lower <= known.upper <= 1
    assert known.width < {"beta1": 2, "enclosed to": Fraction(1, 4), "fewer digits": Fraction(3, 100)}[says]


def test_memory_of_the_second_moment_does_not_help_where_no_rate_attracts():
    answer = sm.limit(chain(beta2="99/100"), start=100)
    assert probability(answer) == Enclosure.point(0)


@pytest.mark.parametrize(("beta2", "start"), [("9/10", "9/20"), ("99/100", "3/2")])
def test_moving_averages_of_squares_against_simulation(beta2, start):
    beta = float(Fraction(beta2))
    *_, found = islice(
        bounds(
            TWO_POINT, Enclosure.point(Fraction(beta2)), Start(None, Enclosure.point(Fraction(start))), ONE, Effort()
        ),
        2,
    )
    assert found.width < Fraction(2, 5) and found.lower > Fraction(1, 20)
    random, weight = np.random.default_rng(3), np.full(4000, float(Fraction(start)))
    v = largest = np.zeros(4000)
    for _ in range(1000):
        gradient = np.where(random.random(4000) < 0.5, 0.8, -1.2) * weight
        v = beta * v + (1 - beta) * gradient**2
        largest = np.maximum(largest, v)
        weight = weight - gradient / np.sqrt(largest)
    fallen = int(np.count_nonzero(1 / np.sqrt(largest) < LOWEST))
    settled = int(np.count_nonzero(np.abs(weight) < 1e-30))
    assert proportion(settled, 4000, 1 - 1e-6).lower <= found.upper
    assert proportion(4000 - fallen, 4000, 1 - 1e-6).upper >= found.lower
    assert proportion(fallen, 4000, 1 - 1e-6).upper >= 1 - found.upper


def test_moving_average_of_weight_zero_is_no_average():
    """beta2 -> 0 by the other engine: both enclose the same number."""
    *_, coarse = islice(bounds(TWO_POINT, Enclosure.point(Fraction(0)), Start(None, ONE), ONE, Effort()), 1)
    fine = probability(sm.limit(chain(), start=1, digits=2))
    assert (
        coarse.meets(fine)
        and coarse.lower <= fine.lower + Fraction(1, 100)
        and fine.upper - Fraction(1, 100) <= coarse.upper
    )


def test_limit_with_a_moving_average_of_squares():
    answer = sm.limit(chain(beta2="99/100"), start="9/20", digits=1)
    found = probability(answer)
    assert answer.warrant is Warrant.CERTIFIED and found.width <= Fraction(1, 10)
    assert found.lower < Fraction(45, 100) < found.upper, "theory.md R23: 0.450"
    later = sm.limit(chain(beta2="99/100"), start={"w": "1/4", "vhat": "1", "v": "1/2"}, digits=1)
    assert probability(later).width <= Fraction(1, 10)


def test_every_curvature_negative_never_converges():
    assert probability(sm.limit(chain(("-1", "-3")), start="1/10")) == Enclosure.point(0)
    assert probability(sm.limit(chain(("-1", "-1")), start="1/10")) == Enclosure.point(0)


def test_requested_rung_is_not_replaced_by_a_weaker_one():
    with pytest.raises(Inconclusive, match="only certified"):
        sm.limit(chain(), start=1, digits=2, method="exact")


def test_draws_of_zero_change_nothing():
    model = sm.AMSGrad(x * w**2 / 2, [w], 1, 0, 0, 0, data={x: sm.Finite(["4/5", "0", "-6/5"])})
    assert probability(sm.limit(model, start=1, digits=2)) == probability(sm.limit(chain(), start=1, digits=2))


def test_other_chains_are_left_to_other_methods():
    from sgd_markov.numerics.amsgrad_form import amsgrad_form

    assert amsgrad_form(chain(epsilon="1/10")) is None
    assert amsgrad_form(chain(clip=1)) is None
    assert amsgrad_form(chain(beta2="9/10", variant="pytorch")) is None
    assert amsgrad_form(chain(weight_decay="1/10")).curvatures == (sp.Rational(9, 10), sp.Rational(-11, 10))


def test_supermartingale_bound_is_the_wiener_hopf_root():
    """kappa = log 2/log 2.5 at the superstable rate 5/4: one multiplier is 0, the other 5/2."""
    known = powers(TWO_POINT, LOWEST, 2.8, repelling_below=True)
    low, high = (int(p[0]) / 2**UNIT_BITS for p in known.at(np.array([1.25]), np.array([1.25])))
    assert low < log(2) / log(2.5) < high and high - low < 0.05


def test_multipliers_beside_their_zero_are_bounded_from_above():
    """1 - 3/3 comes out as 0 in doubles, but the double next to 1/3 is not 1/3."""
    rate = np.array([1 / 3])
    found = Multipliers.of(law_of(3, -1), rate, rate)
    exact = abs(1 - 3 * Fraction(rate[0]))
    assert 1 - 3 * rate[0] == 0 < exact <= Fraction(found.at_a[0, 0]) and found.pole[0, 0] and not found.pole[1, 0]
