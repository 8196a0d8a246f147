"""The exact laws of batch means: totals, means, variances, special cases, limits."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations, product

import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sgd_markov.chain.batch import TooManyAtoms, batch_mean_atoms
from sgd_markov.chain.batch_slope import Batch
from sgd_markov.chain.draw import Draw, Scheme, Source
from sgd_markov.laws.finite import Finite
from sgd_markov.laws.law import Law
from sgd_markov.laws.rademacher import Rademacher
from sgd_markov.laws.rows import Rows
from sgd_markov.laws.two_point import TwoPoint

x, y, a = sp.symbols("x y a", real=True)
R = sp.Rational
values = st.fractions(min_value=-3, max_value=3, max_denominator=8)
data_sets = st.lists(values, min_size=1, max_size=6)
WITH, WITHOUT, CYCLIC = Scheme.WITH_REPLACEMENT, Scheme.WITHOUT_REPLACEMENT, Scheme.CYCLIC


def atoms_of(law: Law, size: int, scheme: Scheme = WITH, statistic: sp.Expr = x) -> dict[sp.Expr, sp.Expr]:
    source = Source((x,), law)
    found = batch_mean_atoms((statistic,), (source,), Draw((source,), (), size, scheme))
    return {value: weight for (value,), weight in found.items()}


def moment(atoms: dict[sp.Expr, sp.Expr], order: int) -> sp.Expr:
    return sp.expand(sp.Add(*(p * v**order for v, p in atoms.items())))


@given(data_sets, st.integers(1, 6), st.sampled_from([WITH, WITHOUT, Scheme.RESHUFFLING, CYCLIC]))
def test_totals_means_and_variances(entries: list[Fraction], size: int, scheme: Scheme) -> None:
    """Weights sum to 1, E of the batch mean = mean, Var = sigma^2/S, times (N - S)/(N - 1) without replacement."""
    count = len(entries)
    assume(scheme is WITH or size <= count)
    assume(scheme in (WITH, WITHOUT) or count % size == 0)
    law = Finite(entries)
    atoms = atoms_of(law, size, scheme)
    assert sum(atoms.values()) == 1 and all(p > 0 for p in atoms.values())
    assert moment(atoms, 1) == law.moment(1)
    if scheme is CYCLIC:
        return
    shrink = 1 if scheme is WITH or count == 1 else R(count - size, count - 1)
    assert moment(atoms, 2) - moment(atoms, 1) ** 2 == law.variance / size * shrink


@given(data_sets, st.integers(1, 4))
def test_without_replacement_is_all_subsets(entries: list[Fraction], size: int) -> None:
    assume(size <= len(entries))
    subsets = [sum(s, Fraction(0)) / size for s in combinations(entries, size)]
    expected = {R(v): R(c, len(subsets)) for v, c in Counter(subsets).items()}
    assert atoms_of(Finite(entries), size, WITHOUT) == expected


@given(st.lists(values, min_size=1, max_size=4), st.integers(1, 4))
def test_with_replacement_is_all_tuples(entries: list[Fraction], size: int) -> None:
    tuples = [sum(t, Fraction(0)) / size for t in product(entries, repeat=size)]
    expected = {R(v): R(c, len(tuples)) for v, c in Counter(tuples).items()}
    assert atoms_of(Finite(entries), size) == expected


@given(data_sets)
def test_the_whole_data_set_is_its_mean(entries: list[Fraction]) -> None:
    expected = {R(sum(entries) / len(entries)): 1}
    for scheme in (WITHOUT, Scheme.RESHUFFLING, CYCLIC):
        assert atoms_of(Finite(entries), len(entries), scheme) == expected


def test_a_batch_of_one() -> None:
    law = Finite([1, 1, 4])
    assert atoms_of(law, 1) == atoms_of(law, 1, WITHOUT) == atoms_of(law, 1, CYCLIC) == {1: R(2, 3), 4: R(1, 3)}
    assert atoms_of(Finite([7]), 1, WITHOUT) == {7: 1}


def test_binomial_and_hypergeometric_weights() -> None:
    signs = atoms_of(Rademacher(), 4)
    assert signs == {R(2 * k - 4, 4): sp.binomial(4, k) / sp.Integer(16) for k in range(5)}
    halves = atoms_of(Finite([1] * 4 + [-1] * 4), 3, WITHOUT)
    assert halves == {R(2 * k - 3, 3): sp.binomial(4, k) * sp.binomial(4, 3 - k) / sp.binomial(8, 3) for k in range(4)}


def test_symbolic_values_and_weights() -> None:
    p = sp.Symbol("p", positive=True)
    atoms = atoms_of(TwoPoint(a + 1, a - 1, p), 2)
    assert {sp.expand(v): sp.expand(w) for v, w in atoms.items()} == {
        a + 1: p**2,
        a: sp.expand(2 * p * (1 - p)),
        a - 1: sp.expand((1 - p) ** 2),
    }
    assert sp.expand(sum(atoms.values())) == 1


def test_irrational_values_merge() -> None:
    atoms = atoms_of(Finite([sp.sqrt(2), -sp.sqrt(2)]), 2)
    assert atoms == {sp.sqrt(2): R(1, 4), 0: R(1, 2), -sp.sqrt(2): R(1, 4)}


def test_blocks_of_a_cycle_in_their_order() -> None:
    assert atoms_of(Finite([1, 2, 3, 10]), 2, CYCLIC) == {R(3, 2): R(1, 2), R(13, 2): R(1, 2)}


def test_statistics_are_averaged_not_the_samples() -> None:
    assert atoms_of(Finite([1, -1, 3]), 3, WITHOUT, x**2) == {R(11, 3): 1}


def test_a_label_beside_the_data_set_is_drawn_afresh() -> None:
    rows, labels = Source((x,), Finite([1, 3])), Source((y,), Rademacher())
    found = batch_mean_atoms((x * y,), (rows, labels), Draw((rows, labels), (), 2, WITHOUT))
    expected: dict[tuple[sp.Rational], sp.Rational] = {}
    for first, second in product((-1, 1), repeat=2):
        key = (R(first + 3 * second, 2),)
        expected[key] = expected.get(key, 0) + R(1, 4)
    assert found == expected


def test_rows_are_drawn_together() -> None:
    source = Source((x, y), Rows([[1, 2], [3, -1], [0, 5]]))
    found = batch_mean_atoms((x, y), (source,), Draw((source,), (), 3, WITHOUT))
    assert found == {(R(4, 3), 2): 1}
    pairs = batch_mean_atoms((x, y), (source,), Draw((source,), (), 2, WITHOUT))
    assert pairs == {(2, R(1, 2)): R(1, 3), (R(1, 2), R(7, 2)): R(1, 3), (R(3, 2), 2): R(1, 3)}


def test_limits_are_said() -> None:
    with pytest.raises(TooManyAtoms, match="60000"):
        atoms_of(Finite([sp.sqrt(n) for n in range(2, 40)]), 12)
    primes = Finite([R(1, p) for p in sp.primerange(2, 60)])
    with pytest.raises(TooManyAtoms):
        atoms_of(primes, 8)


@settings(max_examples=20)
@given(st.lists(st.tuples(values, st.integers(1, 3)), min_size=1, max_size=5), st.integers(1, 4), st.booleans())
def test_the_batch_of_a_large_data_set(pairs: list[tuple[Fraction, int]], size: int, replacement: bool) -> None:
    """`Batch` holds the same data in another form: its mean, extremes and lattice against enumeration."""
    assume(replacement or size <= sum(c for _, c in pairs))
    batch = Batch.of(pairs, size, replacement)
    entries = [value for value, count in pairs for _ in range(count)]
    draws = product(entries, repeat=size) if replacement else combinations(entries, size)
    means = {sum(d, Fraction(0)) / size for d in draws} if len(entries) ** size <= 10**5 else set()
    assume(means)
    assert batch.mean == sum(entries) / len(entries) and batch.total == len(entries)
    assert batch.extreme_means == (min(means), max(means))
    assert set(batch.some_means(5)) <= means if not replacement else set(batch.some_means(5)) <= set(entries)
    if len(batch.values) > 1:
        assert all((value - batch.values[0]) % batch.lattice_step == 0 for value in batch.values)
    assert batch.scaled(Fraction(2)).mean == 2 * batch.mean
