"""First passage on finitely many states: known formulas, infinite means, Monte Carlo."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm
from sgd_markov.chain.region import Region
from sgd_markov.effort import Effort
from sgd_markov.engines.monte_carlo.first_times import first_times
from sgd_markov.passage.finite_states import METHOD

w, x, z, v = sp.symbols("w x z v", real=True)
p = sp.Symbol("p", positive=True)


def coin_walk(step: object = "1/10") -> sm.Chain:
    return sm.RandomMap({w: w + sp.Rational(step) * x}, noise={x: sm.Rademacher()})


def rounded() -> sm.Chain:
    return sm.SGD(
        (w - x) ** 2 / 2, [w], "1/3", data={x: sm.Rademacher()}, project=[-1, 1], round_to="1/4", rounding="stochastic"
    )


def simulated_mean(chain: sm.Chain, start: object, condition: sp.Basic, chains: int = 20_000) -> tuple[float, float]:
    """Mean time and 5.2 standard errors (level 1e-7)."""
    found = first_times(chain, {chain.state[0]: sp.sympify(start)}, [condition], 5000, chains, Effort(seed=5))
    assert (found.which == 0).all()
    return float(found.time.mean()), 5.2 * float(found.time.std()) / np.sqrt(chains)


def test_the_coin_walk_leaves_as_the_gambler_does() -> None:
    answer = sm.exit_time(coin_walk(), start="1/5", inside=[-1, 1])
    assert answer.exact == 11**2 - 2**2 and answer.warrant.label == "exact"
    assert sm.hitting(coin_walk(), start=0, target=[1, "oo"], avoid=["-oo", "-1/2"]).exact == sp.Rational(1, 3)


def test_sign_sgd_walks_on_a_lattice() -> None:
    chain = sm.SignSGD((w - x) ** 2 / 2, [w], "1/100", data={x: sm.TwoPoint(1, -1)})
    assert sm.exit_time(chain, start=0, inside=["-1/2", "1/2"]).exact == 51**2


def test_sign_sgd_with_a_density_of_data() -> None:
    """P(step up) = P(z > w): irrational, so certified; the birth-death sum in mpmath as reference."""
    import mpmath

    chain = sm.SignSGD((w - z) ** 2 / 2, [w], "1/10", data={z: sm.Normal(0, 1)})
    answer = sm.exit_time(chain, start=0, inside=["-1/2", "1/2"], digits=25)
    with mpmath.workdps(50):
        n = 11
        q = mpmath.matrix(n, n)
        for i in range(n):
            up = mpmath.erfc((i - 5) / (10 * mpmath.sqrt(2))) / 2
            for j, chance in ((i + 1, up), (i - 1, 1 - up)):
                if 0 <= j < n:
                    q[i, j] = chance
        known = mpmath.lu_solve(mpmath.eye(n) - q, mpmath.matrix([1] * n))[5]
        text = mpmath.nstr(known, 40)
    assert_encloses(answer, text, 25, "certified")


def test_symbols_in_the_probabilities() -> None:
    chain = sm.RandomMap({w: w + x}, noise={x: sm.Finite([1, -1], [p, 1 - p])})
    answer = sm.exit_time(chain, start=0, inside=[-1, 1])
    assert sp.simplify(answer.exact - 2 / (p**2 + (1 - p) ** 2)) == 0 and answer.value is None
    assert any(h.state == "assumed" for h in answer.hypotheses)
    chance = sm.hitting(chain, start=0, target=[2, "oo"], avoid=["-oo", -2])
    assert sp.simplify(chance.exact - p**2 / (p**2 + (1 - p) ** 2)) == 0


def test_stochastic_rounding_against_simulation() -> None:
    answer = sm.exit_time(rounded(), start=0, inside=["-3/4", "3/4"])
    mean, error = simulated_mean(rounded(), 0, sp.Abs(w) > sp.Rational(3, 4))
    assert abs(mean - float(answer.exact)) < error
    assert answer.exact == sp.Rational(207, 5)


def test_survival_and_quantile_agree() -> None:
    n = int(sm.survival(rounded(), start=0, inside=["-3/4", "3/4"], quantile="99/100").value)
    below, at = (sm.survival(rounded(), start=0, inside=["-3/4", "3/4"], steps=k).exact for k in (n - 1, n))
    assert at <= sp.Rational(1, 100) < below


def test_survival_factor_of_a_grid() -> None:
    """theta is also the limit of ratios of survival probabilities."""
    answer = sm.quasi_stationary(rounded(), inside=["-3/4", "3/4"], digits=20)
    late = [float(sm.survival(rounded(), start=0, inside=["-3/4", "3/4"], steps=n).enclosure.middle) for n in (400, 401)]
    assert abs(late[1] / late[0] - float(answer.enclosure.middle)) < 1e-12 and answer.enclosure.reaches(20)
    gap = 1 - answer.enclosure.middle
    assert abs(float(answer.mean_time.enclosure.middle * gap) - 1) < 1e-15 and answer.mean_time.enclosure.reaches(20)


def test_the_quasi_stationary_law_is_where_survivors_are() -> None:
    """nu against the law of the chain conditioned on 300 steps inside; its sum is 1 and nu(out) = 1 - theta."""
    answer = sm.quasi_stationary(rounded(), inside=["-3/4", "3/4"])
    masses = {row["at"].exact: float(row["mass"].enclosure.middle) for row in answer.density}
    assert abs(sum(masses.values()) - 1) < 1e-12 and set(masses) == {sp.Rational(k, 4) for k in range(-3, 4)}
    assert abs(masses[sp.Rational(1, 4)] - masses[-sp.Rational(1, 4)]) < 1e-12
    found = first_times(rounded(), {w: sp.Integer(0)}, [sp.Abs(w) > sp.Rational(3, 4)], 5000, 40_000, Effort(seed=9))
    late = found.time[found.time > 60]
    gap = 1 - float(answer.enclosure.middle)
    share = float((late == 61).mean())
    assert abs(share - gap) < 5.2 * np.sqrt(gap / len(late))


def test_a_closed_class_inside_makes_the_mean_infinite() -> None:
    chain = sm.SignSGD((w - x) ** 2 / 2, [w], "1/10", data={x: sm.TwoPoint(1, -1)})
    with pytest.raises(sm.HypothesisViolated, match=r"-9/10.*infinite"):
        sm.exit_time(chain, start=0, inside=[-5, 5])
    with pytest.raises(sm.HypothesisViolated, match="never left"):
        sm.quasi_stationary(rounded(), inside=[-2, 2])


def test_an_absorbing_start_makes_the_mean_infinite() -> None:
    """0 is fixed; from elsewhere it is met with positive probability."""
    chain = sm.RandomMap({w: sp.Piecewise((0, sp.Eq(w, 0)), (w + x, True))}, noise={x: sm.Rademacher()})
    with pytest.raises(sm.HypothesisViolated, match=r"\{0\}"):
        sm.exit_time(chain, start=1, inside=[-3, 3])
    assert sm.hitting(chain, start=1, target=[4, "oo"], avoid=["-oo", -4]).exact == sp.Rational(1, 4)
    with pytest.raises(sm.HypothesisViolated, match="1/4"):
        sm.survival(chain, start=1, inside=[-3, 3], quantile="1/2")
    assert int(sm.survival(chain, start=1, inside=[-3, 3], quantile="1/5").value) > 3


def test_several_coordinates() -> None:
    """A walk with memory: velocity kept as a coordinate; the pair is the state."""
    chain = sm.RandomMap({w: w + v, v: x}, noise={x: sm.Rademacher()})
    answer = sm.exit_time(chain, start={"w": 0, "v": 0}, inside={"w": [-2, 2]})
    assert answer.exact == 9 + 1


def test_epochs_count_updates() -> None:
    """Reshuffling two entries: an epoch adds +1 - 1 = 0 or not at all; sums of +-1 in one epoch never leave."""
    data = sm.Rows([[1], [-1]])
    chain = sm.SGD(-x * w, [w], 1, data={(x,): data}, scheme="reshuffling")
    with pytest.raises(sm.HypothesisViolated, match="infinite"):
        sm.exit_time(chain, start=0, inside=["-1/2", "1/2"])
    drifting = sm.SGD(-x * w, [w], 1, data={(x,): sm.Rows([[1], [2]])}, scheme="reshuffling")
    assert sm.exit_time(drifting, start=0, inside=[-7, 7]).exact == 6


def test_where_the_chain_ends() -> None:
    chain = sm.RandomMap({w: sp.Piecewise((w + x, sp.Abs(w) < 3), (w, True))}, noise={x: sm.Rademacher()})
    masses = {m["at"]["w"].exact: m["probability"].exact for m in sm.limit(chain, start=1).masses}
    assert masses == {3: sp.Rational(2, 3), -3: sp.Rational(1, 3)}


@pytest.mark.parametrize(
    "chain",
    [
        sm.RandomMap({w: sp.Rational(9, 10) * w + z / 10}, noise={z: sm.Normal(0, 1)}),
        sm.RandomMap({w: w / 2 + x / 2}, noise={x: sm.Rademacher()}),
        sm.RandomMap({w: w - w**3 / 9 + x / 9}, noise={x: sm.Rademacher()}),
    ],
)
def test_chains_that_do_not_close_are_left_alone(chain: sm.Chain) -> None:
    """A density; a contraction with infinitely many states; a nonlinear map."""
    started = time.perf_counter()
    assert METHOD.exit_time(chain, {w: sp.Rational(1, 3)}, Region.of(chain, ["-3/2", "3/2"], "inside"), Effort()) is None
    assert time.perf_counter() - started < 2
