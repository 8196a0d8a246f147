"""Moments in several dimensions: reference values, enumeration of all paths, iteration, invariances, refusals."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations, product
from math import prod

import pytest
import sympy as sp
from enclosures import assert_encloses
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.chain.chain import Chain
from sgd_markov.numerics.exponential_polynomial import N

w, m, x, y, z, e = sp.symbols("w m x y z e", real=True)
w1, w2, w3, x1, x2, x3, m_w1, m_w2 = sp.symbols("w1 w2 w3 x1 x2 x3 m_w1 m_w2", real=True)
lr, k, sigma = sp.symbols("lr k sigma", positive=True)
mu, beta1 = sp.symbols("mu beta1", real=True)
R = sp.Rational
Row = tuple[Fraction, ...]
NUMBERS = {lr: R(3, 10), k: R(17, 10), sigma: R(11, 10), mu: R(4, 5)}


def states(answer: object) -> dict[str, str]:
    return {h.statement: h.state for h in answer.hypotheses}  # type: ignore[attr-defined]


# ---- reference values (theory B.1, R32, R34, R35)


def quadratic(make: object, **own: object) -> Chain:
    return make(k * w**2 / 2 - sigma * z * w, [w], lr, data={z: sm.Normal(0, 1)}, **own)  # type: ignore[operator]


def test_heavy_ball_on_a_quadratic() -> None:
    answer = sm.moments(quadratic(sm.HeavyBall, momentum=mu), order=2)
    expected = lr * sigma**2 * (1 + mu) / ((1 - mu) * k * (2 * (1 + mu) - lr * k))
    assert sp.simplify(answer.exact - expected) == 0
    assert states(answer)["0 < k*lr < 2*(mu + 1)"] == "assumed" and states(answer)["mu < 1"] == "assumed"
    number = sm.moments(quadratic(sm.HeavyBall, momentum=mu).subs(NUMBERS), order=2)
    assert_encloses(number, "0.621930325528270", 15, "exact")
    still = sm.moments(quadratic(sm.HeavyBall, momentum=0).subs(NUMBERS), order=2)
    assert_encloses(still, "0.143308330043427", 15, "exact")


def test_the_stability_of_heavy_ball_is_sharp() -> None:
    """0 < lr k < 2 (1 + mu): at mu = 1/2 finite below 3, infinite at 3."""
    chain = quadratic(sm.HeavyBall, momentum="1/2").subs({k: R(1), sigma: R(1)})
    assert sm.moments(chain.subs({lr: R(299, 100)}), order=2).exact > 0
    for rate in (R(3), R(31, 10)):
        with pytest.raises(sm.HypothesisViolated, match="spectral radius"):
            sm.moments(chain.subs({lr: rate}), order=2)
    with pytest.raises(sm.HypothesisViolated, match="spectral radius 1"):
        sm.moments(quadratic(sm.HeavyBall, momentum=mu).subs({mu: R(1), k: R(1), sigma: R(1), lr: R(1)}), order=2)


def test_averaged_momentum_is_heavy_ball_with_a_smaller_rate() -> None:
    averaged = sm.moments(quadratic(sm.EMAMomentum, beta1=beta1), order=2).exact
    heavy = sm.moments(quadratic(sm.HeavyBall, momentum=mu), order=2).exact
    assert sp.simplify(averaged - heavy.subs({mu: beta1, lr: (1 - beta1) * lr}, simultaneous=True)) == 0


def test_nesterov_against_the_discrete_lyapunov_equation() -> None:
    """Sigma = A Sigma A^T + Q with A and Q written out by hand."""
    chain = quadratic(sm.Nesterov, momentum=mu)
    A = sp.Matrix([[1 - lr * k * (1 + mu), -lr * mu**2], [k, mu]])
    b = sp.Matrix([lr * (1 + mu), -1]) * sigma
    table = {(i, j): sm.moments(chain, of=i * j, central=True).exact for i in (w, m) for j in (w, m)}
    S = sp.Matrix([[table[i, j] for j in (w, m)] for i in (w, m)])
    assert sp.simplify(A * S * A.T + b * b.T - S) == sp.zeros(2, 2)


def regression(rate: object, dimension: int, scale: tuple[object, ...] = (1, 1, 1), **options: object) -> Chain:
    ws, xs = (w1, w2, w3)[:dimension], (x1, x2, x3)[:dimension]
    model = sp.Add(*(a * b for a, b in zip(ws, xs, strict=True)))
    data = {s: sm.Normal(0, c) for s, c in zip((*xs, e), (*scale[:dimension], 1), strict=True)}
    return sm.SGD((model - e) ** 2 / 2, list(ws), rate, data=data, **options)


@pytest.mark.parametrize(("dimension", "size"), [(2, 1), (2, 3), (3, 2)])
def test_the_isotropic_threshold(dimension: int, size: int) -> None:
    """Finite variance exactly for lr < 2 S/(S + d + 1) (R32): the symbolic condition, and both sides of it."""
    answer = sm.moments(regression(lr, dimension, batch_size=size), of=w1, order=2)
    threshold = R(2 * size, size + dimension + 1)
    assert sp.simplify(answer.exact - lr / (size * (2 - 2 * lr / threshold))) == 0
    (condition,) = (sp.sympify(text, {"lr": lr}) for text, state in states(answer).items() if state == "assumed")
    assert condition.subs(lr, threshold - R(1, 10**9)) == True  # noqa: E712 - a sympy truth
    assert condition.subs(lr, threshold) == False  # noqa: E712
    below = regression(threshold - R(1, 10**6), dimension, batch_size=size)
    assert sm.moments(below, of=w1, order=2).exact > 10**4
    with pytest.raises(sm.HypothesisViolated, match="spectral radius 1"):
        sm.moments(regression(threshold, dimension, batch_size=size), of=w1, order=2)


def test_an_anisotropic_hessian_has_another_threshold() -> None:
    """The control of R32: with E x2^2 = 1/4 the variance is still finite at the isotropic threshold."""
    assert sm.moments(regression(R(2, 3), 3, scale=(1, "1/2", 1), batch_size=2), of=w1, order=2).exact > 0


def test_one_dimension_agrees_with_several() -> None:
    """Two copies that ignore one another, and the 1-d answer."""
    one = sm.SGD((x1 * w1 - e) ** 2 / 2, [w1], "2/5", data={x1: sm.Normal(0, 1), e: sm.Normal(0, 1)})
    both = sm.RandomMap(
        {w1: w1 - R(2, 5) * (x1 * (x1 * w1 - e)), w2: w2 / 2}, noise={x1: sm.Normal(0, 1), e: sm.Normal(0, 1)}
    )
    assert sm.moments(one, order=2).exact == sm.moments(both, of=w1, order=2).exact == R(1, 2)
    for steps in (0, 1, 5):
        first = sm.moments(one, order=2, start="1/3", steps=steps).exact
        assert sm.moments(both, of=w1, order=2, start={"w1": "1/3", "w2": 7}, steps=steps).exact == first


# ---- enumeration of all paths


def averaged_gradient(rows: list[Row], at: Row) -> Row:
    """The mean gradient of (x1 w1 + x2 w2 - y)^2/2 over rows (x1, x2, y), in fractions."""
    residues = [a * at[0] + b * at[1] - c for a, b, c in rows]
    return tuple(sum((r * row[i] for r, row in zip(residues, rows, strict=True)), Fraction(0)) / len(rows) for i in (0, 1))


ROWS: list[Row] = [(Fraction(1), Fraction(2), Fraction(1)), (Fraction(-1), Fraction(1, 2), Fraction(3)), (Fraction(0), Fraction(1), Fraction(-1)), (Fraction(2), Fraction(1), Fraction(1))]  # fmt: skip
RATE = Fraction(1, 5)


def epochs(scheme: str, size: int, steps: int) -> list[list[list[Row]]]:
    """All equally likely sequences of `steps` batches."""
    if scheme == "with-replacement":
        return [list(map(list, p)) for p in product(list(product(ROWS, repeat=size)), repeat=steps)]
    if scheme == "without-replacement":
        return [list(map(list, p)) for p in product(list(combinations(ROWS, size)), repeat=steps)]
    orders = [tuple(ROWS)] if scheme == "cyclic" else list(permutations(ROWS))
    cut = [[list(order[i : i + size]) for i in range(0, len(order), size)] for order in orders]
    return [[batch for epoch in chosen for batch in epoch] for chosen in product(cut, repeat=steps * size // len(ROWS))]


def enumerated(paths: list[list[list[Row]]], momentum: Fraction, powers: Row) -> Fraction:
    """E w1^a w2^b m1^c m2^d at the end, from (1, -1), by following every path."""
    total = Fraction(0)
    for path in paths:
        place, memory = (Fraction(1), Fraction(-1)), (Fraction(0), Fraction(0))
        for batch in path:
            gradient = averaged_gradient(batch, place)
            memory = tuple(momentum * old + g for old, g in zip(memory, gradient, strict=True))
            place = tuple(old - RATE * d for old, d in zip(place, memory, strict=True))
        total += prod((v ** int(p) for v, p in zip((*place, *memory), powers, strict=True)), start=Fraction(1))
    return total / len(paths)


def finite_chain(make: object, scheme: str, size: int, **own: object) -> Chain:
    data = {(x1, x2, y): sm.Rows([[str(v) for v in row] for row in ROWS])}
    loss = (x1 * w1 + x2 * w2 - y) ** 2 / 2
    return make(loss, [w1, w2], "1/5", data=data, scheme=scheme, batch_size=size, **own)  # type: ignore[operator]


SCHEMES = [
    ("with-replacement", 1, 3),
    ("with-replacement", 2, 2),
    ("without-replacement", 2, 3),
    ("without-replacement", 3, 3),
    ("without-replacement", 4, 3),
    ("reshuffling", 1, 4),
    ("reshuffling", 2, 4),
    ("reshuffling", 4, 2),
    ("cyclic", 1, 4),
    ("cyclic", 2, 4),
]


@pytest.mark.parametrize(("scheme", "size", "steps"), SCHEMES)
def test_least_squares_against_enumeration(scheme: str, size: int, steps: int) -> None:
    paths = epochs(scheme, size, steps)
    sgd = finite_chain(sm.SGD, scheme, size)
    heavy = finite_chain(sm.HeavyBall, scheme, size, momentum="1/3")
    for a, b in ((1, 0), (1, 1), (0, 2), (2, 1)):
        found = sm.moments(sgd, of=w1**a * w2**b, start={"w1": 1, "w2": -1}, steps=steps).exact
        assert Fraction(str(found)) == enumerated(paths, Fraction(0), (a, b, 0, 0))
    for powers in ((1, 0, 0, 0), (1, 1, 0, 0), (0, 1, 1, 0), (0, 0, 0, 2)):
        of = w1 ** powers[0] * w2 ** powers[1] * m_w1 ** powers[2] * m_w2 ** powers[3]
        found = sm.moments(heavy, of=of, start={"w1": 1, "w2": -1}, steps=steps).exact
        assert Fraction(str(found)) == enumerated(paths, Fraction(1, 3), powers)


@pytest.mark.parametrize(("scheme", "size"), [("reshuffling", 2), ("cyclic", 2), ("without-replacement", 4)])
def test_closed_forms_count_updates(scheme: str, size: int) -> None:
    """n counts updates also where a step of the recursion is an epoch."""
    data = {(x1, x2, y): sm.Rows([["1", "0", "1"], ["0", "1", "3"], ["0", "2", "-1"], ["1", "0", "1"]])}
    chain = sm.SGD((x1 * w1 + x2 * w2 - y) ** 2 / 2, [w1, w2], "1/5", data=data, scheme=scheme, batch_size=size)
    start = {"w1": 1, "w2": -1}
    for steps in (0, 2, 4):
        found = sm.moments(chain, of=w1 * w2, start=start, steps=steps)
        assert found.closed_form is not None
        assert abs(sp.N(found.closed_form.subs(N, steps) - found.exact, 30)) < 1e-25


def test_central_moments_against_enumeration() -> None:
    paths = epochs("with-replacement", 1, 3)
    chain, zero = finite_chain(sm.SGD, "with-replacement", 1), Fraction(0)

    def expected(*powers: int) -> Fraction:
        return enumerated(paths, zero, (*powers, 0, 0))

    first, second = expected(1, 0), expected(0, 1)
    options = {"central": True, "start": {"w1": 1, "w2": -1}, "steps": 3}
    covariance = sm.moments(chain, of=w1 * w2, **options).exact
    assert Fraction(str(covariance)) == expected(1, 1) - first * second
    third = expected(3, 0) - 3 * first * expected(2, 0) + 2 * first**3
    assert Fraction(str(sm.moments(chain, of=w1, order=3, **options).exact)) == third
    squares = (
        expected(2, 2) - 2 * first * expected(1, 2) - 2 * second * expected(2, 1) + first**2 * expected(0, 2)
        + second**2 * expected(2, 0) + 4 * first * second * expected(1, 1) - 3 * first**2 * second**2
    )  # fmt: skip
    assert Fraction(str(sm.moments(chain, of=w1 * w2, order=2, **options).exact)) == squares


def test_an_epoch_with_noise_and_a_fresh_key() -> None:
    """Reshuffling with a second source and noise in every step: against enumeration of all of it."""
    data = {(x, y): sm.Rows([[1, 2], [2, -1]]), z: sm.Finite([1, 3], ["1/4", "3/4"])}
    kick = {e: sm.Rademacher()}
    loss = z * (x * w - y) ** 2 / 2
    chain = sm.HeavyBall(loss, [w], "1/10", "1/2", data=data, noise=kick, scheme="reshuffling", add=e / 3)
    total, shares = Fraction(0), {1: Fraction(1, 4), 3: Fraction(3, 4)}
    cases = list(product(permutations([(1, 2), (2, -1)]), product((1, 3), repeat=2), product((1, -1), repeat=2)))
    for order, scales, kicks in cases:
        place, memory = Fraction(1), Fraction(0)
        for (a, b), scale, pushed in zip(order, scales, kicks, strict=True):
            memory = memory / 2 + scale * a * (a * place - b)
            place = place - memory / 10 + Fraction(pushed, 3)
        total += place**2 * memory * shares[scales[0]] * shares[scales[1]] / 8
    found = sm.moments(chain, of=w**2 * m, start=1, steps=2).exact
    assert Fraction(str(found)) == total


# ---- closed forms and limits against iteration


small = st.fractions(min_value=-1, max_value=1, max_denominator=4)
matrices = st.lists(small, min_size=4, max_size=4)


def family(atoms: list[tuple[list[Fraction], list[Fraction]]]) -> Chain:
    """A finite family of affine maps of the plane with equal probabilities."""
    a, b, c, d, p, q = sp.symbols("a b c d p q", real=True)
    rows = [[*map(str, (*matrix, *offset))] for matrix, offset in atoms]
    return sm.RandomMap({w1: a * w1 + b * w2 + p, w2: c * w1 + d * w2 + q}, noise={(a, b, c, d, p, q): sm.Rows(rows)})


atoms = st.lists(st.tuples(matrices, st.lists(small, min_size=2, max_size=2)), min_size=1, max_size=3)


@settings(max_examples=40, deadline=None)
@given(atoms=atoms, start=st.tuples(small, small), powers=st.sampled_from([(1, 0), (2, 0), (1, 1), (2, 1)]))
def test_finite_families_against_enumeration(
    atoms: list[tuple[list[Fraction], list[Fraction]]], start: tuple[Fraction, Fraction], powers: tuple[int, int]
) -> None:
    chain = family(atoms)
    places = {start: Fraction(1)}
    for steps in range(4):
        expected = sum((p * u ** powers[0] * v ** powers[1] for (u, v), p in places.items()), Fraction(0))
        begin = {"w1": str(start[0]), "w2": str(start[1])}
        found = sm.moments(chain, of=w1 ** powers[0] * w2 ** powers[1], start=begin, steps=steps)
        assert Fraction(str(found.exact)) == expected
        if found.closed_form is not None:
            at = found.closed_form.subs(N, steps)
            assert abs(complex(sp.N(at, 30)) - float(expected)) < 1e-12 * max(1, abs(float(expected)))
        following: dict[tuple[Fraction, Fraction], Fraction] = {}
        for (u, v), weight in places.items():
            for (a, b, c, d), (p, q) in atoms:
                image = (a * u + b * v + p, c * u + d * v + q)
                following[image] = following.get(image, Fraction(0)) + weight / len(atoms)
        places = following


@settings(max_examples=40, deadline=None)
@given(atoms=atoms)
def test_limits_against_iteration(atoms: list[tuple[list[Fraction], list[Fraction]]]) -> None:
    chain = family(atoms)
    try:
        limit = Fraction(str(sm.moments(chain, of=w1 * w2).exact))
    except (sm.HypothesisViolated, sm.InvalidInput):
        limit = None
    late = (20_000, 20_001)
    start = {"w1": "1/3", "w2": "1/7"}
    values = [after(chain, start, n) for n in late]
    if limit is None:
        assert max(map(abs, values)) > Fraction(1, 10**6) or values[0] != values[1] or sm_depends(chain)
    else:
        assert all(abs(value - limit) < Fraction(1, 1000) * max(1, abs(limit)) for value in values)


def after(chain: Chain, start: dict[str, str], steps: int) -> Fraction:
    """E w1 w2; where it is too small for digits of its own, the enclosure that is reached."""
    try:
        return sm.moments(chain, of=w1 * w2, start=start, steps=steps).enclosure.middle
    except sm.Inconclusive as ended:
        assert ended.enclosure is not None and ended.enclosure.width < Fraction(1, 10**30)
        return ended.enclosure.middle


def sm_depends(chain: Chain) -> bool:
    """Does the limit differ from one start to another, or not exist from a third?"""
    found = set()
    for start in ({"w1": 1, "w2": 1}, {"w1": "1/3", "w2": "1/7"}, {"w1": -2, "w2": 5}, {"w1": 0, "w2": 1}, {"w1": 1, "w2": 0}):
        try:
            found.add(sm.moments(chain, of=w1 * w2, start=start).exact)
        except sm.HypothesisViolated:
            return True
    return len(found) > 1


# ---- invariances


@settings(max_examples=25, deadline=None)
@given(atoms=atoms, change=matrices, shift=st.tuples(small, small))
def test_an_affine_change_of_coordinates(
    atoms: list[tuple[list[Fraction], list[Fraction]]], change: list[Fraction], shift: tuple[Fraction, Fraction]
) -> None:
    """u = T w + c has the covariance T Sigma T^T."""
    T = sp.Matrix(2, 2, [R(str(v)) for v in change])
    assume(T.det() != 0)
    c = sp.Matrix([R(str(v)) for v in shift])
    moved = []
    for matrix, offset in atoms:
        A, b = sp.Matrix(2, 2, [R(str(v)) for v in matrix]), sp.Matrix([R(str(v)) for v in offset])
        A2 = T * A * T.inv()
        moved.append((list(A2), list(T * b + c - A2 * c)))

    def covariance(chain: Chain) -> sp.Matrix | None:
        try:
            return sp.Matrix([[sm.moments(chain, of=i * j, central=True).exact for j in (w1, w2)] for i in (w1, w2)])
        except (sm.HypothesisViolated, sm.InvalidInput, sm.Inconclusive):
            return None

    first, second = covariance(family(atoms)), covariance(family(moved))
    assert (first is None) == (second is None)
    if first is not None:
        assert T * first * T.T == second


def test_renamed_parameters() -> None:
    loss = (x1 * w1 + 2 * x2 * w2 - e) ** 2 / 2
    data = {x1: sm.Normal(0, 1), x2: sm.Uniform(-1, 1), e: sm.Normal(1, 1)}
    for make, own in ((sm.SGD, {}), (sm.HeavyBall, {"momentum": "1/4"}), (sm.Nesterov, {"momentum": "1/4"})):
        one = sm.moments(make(loss, [w1, w2], "1/5", data=data, **own), of=w1**2 * w2, central=True).exact
        swapped = loss.subs({w1: w2, w2: w1}, simultaneous=True)
        assert sm.moments(make(swapped, [w1, w2], "1/5", data=data, **own), of=w2**2 * w1, central=True).exact == one
        assert sm.moments(make(loss, [w2, w1], "1/5", data=data, **own), of=w1**2 * w2, central=True).exact == one


def test_symbols_agree_with_numbers() -> None:
    chain = sm.HeavyBall((x * w - e) ** 2 / 2, [w], lr, mu, data={x: sm.Normal(0, 1), e: sm.Normal(0, sigma)}, batch_size=2)
    values = {lr: R(1, 3), mu: R(1, 4), sigma: R(2)}
    symbolic = sm.moments(chain, order=2).exact.subs(values)
    assert symbolic == sm.moments(chain.subs(values), order=2).exact
    after = sm.moments(chain, of=w * m, start=1, steps=3).exact.subs(values)
    assert after == sm.moments(chain.subs(values), of=w * m, start=1, steps=3).exact


# ---- what has no limit, or needs a start


def test_a_limit_that_depends_on_the_start() -> None:
    chain = sm.RandomMap({w1: w1 + z / 2, w2: w2 / 2 + w1 * z}, noise={z: sm.Rademacher()})
    with pytest.raises(sm.InvalidInput, match="start"):
        sm.moments(chain, of=w1)
    assert sm.moments(chain, of=w1, start={"w1": 3, "w2": 0}).exact == 3
    with pytest.raises(sm.HypothesisViolated, match="power of n"):
        sm.moments(chain, of=w1, order=2, start={"w1": 3, "w2": 0})


def test_a_rotation_has_no_limit_but_a_constant_norm() -> None:
    turn = sm.RandomMap({w1: R(3, 5) * w1 - R(4, 5) * w2, w2: R(4, 5) * w1 + R(3, 5) * w2}, noise={z: sm.Rademacher()})
    start = {"w1": 1, "w2": 2}
    with pytest.raises(sm.HypothesisViolated, match="oscillates"):
        sm.moments(turn, of=w1, start=start)
    assert sm.moments(turn, of=w1**2 + w2**2, start=start).exact == 5
    assert sm.moments(turn, of=w1, start={"w1": 0, "w2": 0}).exact == 0


def test_a_walk_in_symbols_keeps_its_mean() -> None:
    chain = sm.RandomMap({w1: w1 + sigma * z, w2: mu * w2}, noise={z: sm.Rademacher()})
    answer = sm.moments(chain, of=w1 + w2, start={"w1": lr, "w2": 1})
    assert answer.exact == lr
    with pytest.raises(sm.InvalidInput, match="start"):
        sm.moments(chain, of=w1 + w2)
    with pytest.raises(sm.HypothesisViolated):
        sm.moments(chain, of=w1, order=2, start={"w1": lr, "w2": 1})


def test_a_covariance_settles_while_its_parts_grow() -> None:
    """w1 is a walk: E w1 w2 and E w1 E w2 grow, their difference has a limit; Var w1 has none."""
    chain = sm.RandomMap({w1: w1 + x * w2 / 4 + z, w2: x * w2 + z + 1}, noise={x: sm.Uniform(0, 1), z: sm.Rademacher()})
    begin = {"w1": 0, "w2": 0}
    answer = sm.moments(chain, of=w1 * w2, central=True, start=begin)
    assert answer.exact == R(5, 2)
    late = sm.moments(chain, of=w1 * w2, central=True, start=begin, steps=300)
    assert abs(late.exact - R(5, 2)) < R(1, 10**80)
    assert sp.simplify(answer.closed_form.subs(N, 7) - sm.moments(chain, of=w1 * w2, central=True, start=begin, steps=7).exact) == 0
    with pytest.raises(sm.HypothesisViolated, match="power of n"):
        sm.moments(chain, of=w1, order=2, central=True, start=begin)
    with pytest.raises(sm.Inconclusive, match="start"):
        sm.moments(chain, of=w1 * w2, central=True)
    for rate in (R(1, 2), sp.sqrt(2) / 2):
        with pytest.raises(sm.HypothesisViolated, match="spectral radius"):
            sm.moments(regression(rate, 2), of=w1, order=2, central=True)
    with pytest.raises(sm.HypothesisViolated, match="spectral radius"):
        sm.moments(regression(R(2, 5), 2), of=w1, order=4, central=True)


def test_a_finite_limit_of_a_law_without_the_moment_is_noted() -> None:
    """E w1 w2 settles although E w1^2 is infinite: the note says that the stationary law may not have it."""
    chain = regression(R(3, 4), 3, batch_size=2)
    answer = sm.moments(chain, of=w1 * w2)
    assert answer.exact == 0
    assert states(answer)["the stationary law has a moment of order 2"] == "undecided"


def test_many_steps() -> None:
    chain = quadratic(sm.HeavyBall, momentum="1/2").subs({lr: R(1), k: R(1), sigma: R(1)})
    answer = sm.moments(chain, order=2, start=1, steps=10**6)
    assert answer.exact is None and answer.enclosure.reaches(15)
    assert_encloses(answer, "1.5", 15)
    with pytest.raises(sm.Inconclusive, match="values"):
        sm.moments(quadratic(sm.HeavyBall, momentum=mu), order=2, start=1, steps=10**6)


def test_refusals() -> None:
    chain = quadratic(sm.HeavyBall, momentum=mu)
    for options in ({"order": 0}, {"order": "1/2"}, {"steps": 3}, {"steps": -1, "start": 0}, {"of": sp.sin(w)}, {"order": 41}):
        with pytest.raises(sm.InvalidInput):
            sm.moments(chain, **options)
    with pytest.raises(sm.InvalidInput, match="of"):
        sm.moments(regression(lr, 2), order=3)
    with pytest.raises(sm.Inconclusive, match="absolute"):
        sm.moments(chain, order=1, absolute=True)
    assert sm.moments(chain, order=2, absolute=True).exact == sm.moments(chain, order=2).exact
    with pytest.raises(sm.HypothesisViolated, match="affine"):
        sm.moments(sm.HeavyBall(w**4, [w], "1/10", "1/2", noise={z: sm.Rademacher()}, add=z), order=1)
    with pytest.raises(sm.HypothesisViolated, match="affine"):
        sm.moments(sm.HeavyBall(w**2, [w], "1/10", "1/2", clip=1), order=1)
    heavy = sm.HeavyBall(w**2, [w], "1/10", "1/2", noise={z: sm.Student(2, 0, 1)}, add=z)
    assert sm.moments(heavy).exact == 0
    with pytest.raises(sm.HypothesisViolated):
        sm.moments(heavy, order=2)
    with pytest.raises(sm.InvalidInput, match="multiple of 4"):
        sm.moments(finite_chain(sm.SGD, "reshuffling", 1), of=w1, start={"w1": 0, "w2": 0}, steps=3)


def test_moments_that_do_not_enter_need_not_exist() -> None:
    """w1 and w2 are apart; the noise of w1 has no variance, and w1 w2 has a mean all the same."""
    data = {x1: sm.Student("3/2", 0, 1), x2: sm.Normal(0, 1)}
    for size in (1, 3):
        chain = sm.SGD(w1**2 / 2 + w2**2 / 2 + x1 * w1 + x2 * w2, [w1, w2], "1/2", data=data, batch_size=size)
        assert sm.moments(chain, of=w2, order=4).exact == R(1, 3) ** 2 * 3 / size**2
        assert sm.moments(chain, of=w1 * w2, start={"w1": 4, "w2": 8}, steps=2).exact == 2
        with pytest.raises(sm.HypothesisViolated):
            sm.moments(chain, of=w1, order=2)


def test_a_limit_in_symbols_says_what_the_law_needs() -> None:
    """The mean settles for lr < 2, but that the stationary law has one is proved only under the condition of order 2."""
    answer = sm.moments(regression(lr, 2), of=w1)
    assert answer.exact == 0 and states(answer)["0 < lr < 2"] == "assumed"
    assert states(answer)["the stationary law has a moment of order 1"] == "undecided"
    assert "the stationary law has a moment of order 2" not in states(sm.moments(regression(lr, 2), of=w1**2))


def test_irrational_numbers() -> None:
    rate = sp.sqrt(2) / 10
    answer = sm.moments(regression(rate, 2), of=w1, order=2)
    assert sp.simplify(answer.exact - rate / (2 - 4 * rate)) == 0 and answer.enclosure.reaches(15)
    with pytest.raises(sm.HypothesisViolated):
        sm.moments(regression(sp.sqrt(2) / 2, 2), of=w1, order=2)
    begin = {"w1": 1, "w2": 0}
    exact = sm.moments(regression(rate, 2), of=w1, order=2, start=begin, steps=500)
    balls = sm.moments(regression(rate, 2), of=w1, order=2, start=begin, steps=501)
    assert exact.enclosure.meets(answer.enclosure) or abs(exact.enclosure.middle - answer.enclosure.middle) < Fraction(1, 10**30)
    assert balls.warrant.label == "certified" and balls.enclosure.reaches(15)


def test_many_parameters() -> None:
    """d = 4 in batches: 14 statistics."""
    ws, xs = sp.symbols("w1:5", real=True), sp.symbols("x1:5", real=True)
    loss = (sp.Add(*(a * b for a, b in zip(ws, xs, strict=True))) - e) ** 2 / 2
    data = {s: sm.Normal(0, 1) for s in (*xs, e)}
    found = sm.moments(sm.SGD(loss, list(ws), "1/2", data=data, batch_size=2), of=ws[3], order=2).exact
    assert found == R(1, 2) / (2 * (2 - R(1, 2) * R(7, 2)))


def test_options_in_their_order() -> None:
    """Weight decay joins the gradient before the momentum rule; added noise leaves m alone."""
    chain = sm.HeavyBall(x * w, [w], "1/10", "1/2", data={x: sm.Constant(3)}, weight_decay="1/5", noise={z: sm.Constant(7)}, add=z)
    place, memory = Fraction(2), Fraction(0)
    for _ in range(3):
        memory = memory / 2 + 3 + place / 5
        place = place - memory / 10 + 7
    assert Fraction(str(sm.moments(chain, start=2, steps=3).exact)) == place
    assert Fraction(str(sm.moments(chain, of=m, start=2, steps=3).exact)) == memory


# ---- without `of`: the mean vector, the matrix of second moments


def pair() -> Chain:
    return sm.RandomMap({w1: w1 / 2 + w2 / 4 + z, w2: w2 / 3 + z + 1}, noise={z: sm.Normal(0, 1)})


def test_without_of_the_means_of_all_parameters() -> None:
    answer = sm.moments(pair())
    a, b = sp.Matrix([[R(1, 2), R(1, 4)], [0, R(1, 3)]]), sp.Matrix([0, 1])
    mean = (sp.eye(2) - a).solve(b)
    assert answer.value is None and answer.warrant.label == "exact"
    assert [answer.moments["w1"].exact, answer.moments["w2"].exact] == list(mean)
    assert "pmatrix" in answer.latex() and answer.to_dict()["moments"]["w1"]["exact"] == "3/4"


def test_without_of_the_covariances_solve_the_lyapunov_equation() -> None:
    table = sm.moments(pair(), order=2, central=True).moments
    cov = sp.Matrix(2, 2, lambda i, j: table[("w1", "w2")[i]][("w1", "w2")[j]].exact)
    a = sp.Matrix([[R(1, 2), R(1, 4)], [0, R(1, 3)]])
    assert cov == a * cov * a.T + sp.ones(2, 2)
    raw = sm.moments(pair(), order=2).moments["w1"]["w2"].exact
    assert raw == cov[0, 1] + R(3, 4) * R(3, 2)


def test_without_of_the_closed_forms_have_the_same_shape() -> None:
    answer = sm.moments(pair(), order=2, start={w1: 1, w2: 2}, steps=3)
    for i, j in product(("w1", "w2"), repeat=2):
        assert sp.expand(answer.closed_form[i][j].subs(N, 3)) == answer.moments[i][j].exact


def test_without_of_symbols_stay() -> None:
    loss = k * (w1**2 + w2**2) / 2 + sigma * z * (w1 + w2)
    chain = sm.SGD(loss, [w1, w2], lr, data={z: sm.Normal(0, 1)})
    found = sm.moments(chain, order=2).moments["w1"]["w2"]
    assert found.enclosure is None and sp.simplify(found.exact - lr * sigma**2 / (k * (2 - lr * k))) == 0


def test_without_of_other_orders_are_refused_and_so_are_infinite_entries() -> None:
    with pytest.raises(sm.InvalidInput, match="orders 1 and 2"):
        sm.moments(pair(), order=3)
    heavy = sm.RandomMap({w1: z * w1 + x, w2: w2 / 2}, noise={z: sm.Normal(0, 2), x: sm.Normal(0, 1)})
    with pytest.raises(sm.HypothesisViolated):
        sm.moments(heavy, order=2)
