"""Finite chains that stop: against dense linear algebra, matrix powers and the gambler's formulas."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sympy as sp
from enclosures import assert_encloses

from sgd_markov.balls.evaluate import evaluate
from sgd_markov.balls.precision import precision
from sgd_markov.effort import Effort
from sgd_markov.engines.absorbing_chain import AbsorbingChain
from sgd_markov.engines.perron_root import collatz_wielandt, perron_root
from sgd_markov.errors import Inconclusive
from sgd_markov.numerics.matrix_steps import stays
from sgd_markov.numerics.residual_certificate import certified_solution


def some_chain(seed: int, size: int = 12) -> AbsorbingChain:
    rng = random.Random(seed)
    rows, ends = [], []
    for _ in range(size):
        weights = {j: rng.randint(1, 9) for j in rng.sample(range(size), 3)}
        out = {"a": rng.randint(0, 1), "b": rng.randint(0, 1)}
        whole = sum(weights.values()) + sum(out.values())
        rows.append({j: sp.Rational(v, whole) for j, v in weights.items()})
        ends.append({name: sp.Rational(v, whole) for name, v in out.items() if v})
    return AbsorbingChain(rows, ends)


def dense(chain: AbsorbingChain) -> np.ndarray:
    matrix = np.zeros((len(chain.rows),) * 2)
    for i, row in enumerate(chain.rows):
        for j, p in row.items():
            matrix[i, j] = float(p)
    return matrix


@pytest.mark.parametrize("seed", range(6))
def test_random_chains(seed: int) -> None:
    chain = some_chain(seed)
    if chain.trap is not None:
        pytest.skip("has a trap")
    q = dense(chain)
    inverse = np.linalg.inv(np.eye(len(q)) - q)
    to_a = np.array([float(end.get("a", 0)) for end in chain.ends])
    mean, chance = chain.mean_time(Effort()), chain.chance("a", Effort())
    assert mean.exact is not None and abs(float(mean.exact) / inverse.sum(axis=1)[0] - 1) < 1e-10
    assert abs(float(chance.exact) - (inverse @ to_a)[0]) < 1e-10
    stay = np.linalg.matrix_power(q, 9).sum(axis=1)[0]
    assert abs(float(chain.survival(9, Effort()).exact) - stay) < 1e-12


def test_a_trap_is_named_and_counts_as_failure() -> None:
    half = sp.Rational(1, 2)
    chain = AbsorbingChain([{1: half, 2: half}, {}, {3: sp.Integer(1)}, {2: sp.Integer(1)}], [{}, {"a": sp.Integer(1)}, {}, {}])
    assert chain.trap == [2, 3]
    assert chain.chance("a", Effort()).exact == half
    assert chain.chance("b", Effort()).exact == 0


def gambler(size: int, up: sp.Expr) -> AbsorbingChain:
    rows = [{j: p for j, p in ((i - 1, 1 - up), (i + 1, up)) if 0 <= j < size} for i in range(size)]
    ends = [({"low": 1 - up} if i == 0 else {}) | ({"high": up} if i == size - 1 else {}) for i in range(size)]
    return AbsorbingChain(rows, ends, size // 2)


def test_the_gambler_in_symbols() -> None:
    p = sp.Symbol("p", positive=True)
    chain = gambler(5, p)
    odds = (1 - p) / p
    known = (1 - odds**3) / (1 - odds**6)
    assert sp.simplify(chain.chance("high", Effort()).exact - known) == 0
    assert chain.chance("high", Effort()).enclosure is None


def test_irrational_chances_in_balls() -> None:
    """The gambler's formula in mpmath as reference."""
    import mpmath

    up = sp.sqrt(2) / 7
    found = gambler(99, up).mean_time(Effort(digits=20))
    with mpmath.workdps(200):
        p, n, k = mpmath.sqrt(2) / 7, 100, 50
        odds = (1 - p) / p
        known = k / (1 - 2 * p) - (n / (1 - 2 * p)) * (1 - odds**k) / (1 - odds**n)
        text = mpmath.nstr(known, 40, strip_zeros=False, min_fixed=-1, max_fixed=200)
    assert found.exact is None
    assert_encloses(found, text, 20)


def test_two_thousand_states_exactly() -> None:
    found = gambler(1999, sp.Rational(1, 2)).mean_time(Effort())
    assert found.exact == 1000 * 1000


def test_quantiles_against_the_distribution() -> None:
    chain = gambler(5, sp.Rational(2, 5))
    n = chain.quantile(sp.Rational(3, 4), Effort())
    assert chain.survival(n, Effort()).exact <= sp.Rational(1, 4) < chain.survival(n - 1, Effort()).exact
    assert chain.quantile(sp.Integer(0), Effort()) == 0
    assert chain.quantile(sp.sqrt(2) / 2, Effort()) <= n


@pytest.mark.parametrize("size", [3, 8])
def test_perron_root_of_the_path(size: int) -> None:
    """The symmetric walk on a path of n states: cos(pi/(n + 1))."""
    chain = gambler(size, sp.Rational(1, 2))
    found = perron_root(chain.rows, Effort(digits=25))
    known = sp.N(sp.cos(sp.pi / (size + 1)), 40)
    assert abs(float(found.theta.middle) - float(known)) < 1e-15 and found.gap.reaches(25)
    assert found.theta.lower <= sp.Rational(str(known)) + sp.Rational(1, 10**39)
    by_iteration = collatz_wielandt([[row.get(j, sp.Integer(0)) for j in range(size)] for row in chain.rows], Effort(digits=25))
    assert by_iteration[0].meets(found.theta) and by_iteration[1].meets(found.gap) and by_iteration[1].reaches(25)


def test_perron_root_of_several_classes() -> None:
    third = sp.Rational(1, 3)
    rows = [{0: third, 1: third}, {2: 2 * third}, {1: third, 2: third}]
    found = perron_root(rows, Effort())
    assert found.classes == [[0], [1, 2]]
    assert found.exact is None or sp.simplify(found.exact - (1 + sp.sqrt(9)) / 6) == 0
    assert perron_root([{1: third}, {}], Effort()).exact == 0


def test_a_nearly_closed_class() -> None:
    """1 - theta of order 1e-30 to 15 digits."""
    tiny = sp.Rational(1, 10**30)
    rows = [{0: sp.Rational(1, 2), 1: sp.Rational(1, 2) - tiny}, {0: sp.Rational(1, 2), 1: sp.Rational(1, 2)}]
    found = perron_root(rows, Effort())
    assert found.gap.reaches(15) and abs(float(found.gap.middle) / 5e-31 - 1) < 1e-12
    _, gap = collatz_wielandt([[row.get(j, sp.Integer(0)) for j in range(2)] for row in rows], Effort())
    assert gap.meets(found.gap) and gap.reaches(15)


def test_too_many_steps_are_refused() -> None:
    with pytest.raises(Inconclusive, match="too many"):
        gambler(500, sp.sqrt(2) / 3).survival(10**9, Effort())
    with pytest.raises(Inconclusive, match="below 2"):
        gambler(20, sp.sqrt(2) / 3).survival(10**9, Effort())


@pytest.mark.parametrize("up", [sp.Rational(1, 2), sp.Rational(3, 7)])
def test_certified_floating_point_against_rational_elimination(up: sp.Expr) -> None:
    chain = gambler(151, up)
    gains = [end.get("high", sp.Integer(0)) for end in chain.ends]
    exact = chain.mean_time(Effort()).enclosure, chain.chance("high", Effort()).enclosure
    for known, rewards in zip(exact, ([sp.Integer(1)] * 151, gains), strict=True):
        found = certified_solution(chain.rows, rewards, chain.start, Effort(digits=12))
        assert found is not None and found.reaches(12) and found.meets(known)


def test_what_double_precision_does_not_carry_is_eliminated_in_balls() -> None:
    """A trap in the middle: E tau beyond 1e30."""
    size = 121
    rows, ends = [], []
    for i in range(size):
        inward = sp.Rational(7, 10)
        row = {i - 1: inward if i > size // 2 else 1 - inward, i + 1: 1 - inward if i > size // 2 else inward}
        rows.append({j: p for j, p in row.items() if 0 <= j < size})
        ends.append({"out": 1 - inward} if i in (0, size - 1) else {})
    chain = AbsorbingChain(rows, ends, size // 2)
    assert certified_solution(rows, [sp.Integer(1)] * size, size // 2, Effort()) is None
    exact = chain.mean_time(Effort())
    irrational = [{j: p * sp.sqrt(2) / sp.sqrt(2) for j, p in row.items()} for row in rows]
    assert exact.exact is not None and exact.exact > 10**20
    root = perron_root(irrational, Effort())
    assert root.gap.reaches(15) and abs(float(root.gap.middle) * float(exact.exact) - 1) < 1e-6


def test_squares_of_the_matrix_against_single_steps() -> None:
    chain = gambler(7, sp.Rational(2, 5))
    with precision(200):
        fast = stays(chain.rows, chain.start, 300, Effort())
        known = evaluate(chain.survival(300, Effort()).exact)
        assert fast.overlaps(known) and float(fast.rad() / fast.mid()) < 1e-40
    n = chain.quantile_by_balls(sp.Rational(3, 4), Effort())
    assert n == chain.quantile(sp.Rational(3, 4), Effort())
