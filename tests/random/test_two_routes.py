"""At least 2,000 random problems, each by two proved routes: the enclosures must meet, every time."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations, product
from math import comb, inf

import pytest
import sympy as sp
from enclosures import assert_agree
from flint import arb
from random_problems import Chance, continuous, finite, lr, multiplier_chain, sgd, w, x, z

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.balls.precision import ball, enclosure, precision
from sgd_markov.effort import Effort
from sgd_markov.engines.concave_window import LogLinearSum, concave_window
from sgd_markov.engines.polynomial_window import polynomial_window, quotient
from sgd_markov.numerics.kernel_functions import PowerModulus
from sgd_markov.numerics.law_integral import expectation
from sgd_markov.numerics.windows import Window

R = sp.Rational
Pair = tuple[Enclosure, Enclosure]
DIGITS = 10


def fraction(value: sp.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def point(value: sp.Rational) -> Enclosure:
    assert value.is_Rational
    return Enclosure.point(fraction(value))


# ---- closed form against certified quadrature


def potential(chance: Chance) -> Pair:
    """E log|1 - lr x|: the law's closed form, and the certified integral of its density."""
    chain = sgd(continuous(chance), chance.positive(3))
    closed, certified = (sm.lyapunov(chain, at=0, digits=DIGITS, method=m) for m in ("exact", "certified"))
    assert closed.exact is not None and certified.exact is None
    return closed.enclosure, certified.enclosure


def potential_of_a_quadratic(chance: Chance) -> Pair:
    """E log|c (x - r)(x - s)|: the sum of two closed forms, and one certified integral with two singularities."""
    law = chance.choice((sm.Normal(chance.quotient(-1, 1), chance.positive(2)), sm.Laplace(0, chance.positive(2)),
                         sm.Uniform(-chance.positive(2), chance.positive(2)), sm.Exponential(chance.positive(2))))  # fmt: skip
    r, s = chance.distinct(2)
    chain = multiplier_chain(sp.expand(chance.nonzero() * (x - r) * (x - s)), law)
    closed, certified = (sm.lyapunov(chain, at=0, digits=DIGITS, method=m) for m in ("exact", "certified"))
    assert closed.exact is not None and certified.exact is None
    return closed.enclosure, certified.enclosure


def power(chance: Chance) -> Pair:
    """E|shift + factor x|^p: closed form, and certified integral."""
    order = chance.choice((R(1, 2), R(1), R(3, 2), R(2), R(5, 3), R(3)))
    shift, factor = chance.quotient(-2, 2), chance.nonzero(2)
    form = None
    while form is None:
        law = continuous(chance)
        if law.moment_limit - order > R(3, 10):
            form = law.power_affine(shift, factor, order)
    closed = sm.moment_exponent(multiplier_chain(shift + factor * x, law), at=0, order=order, digits=DIGITS)
    assert closed.exact is not None
    with precision(90):
        integral = enclosure(expectation(law, sp.Poly(shift + factor * x, x), PowerModulus(order)).log())
    return closed.enclosure, integral


# ---- exact enumeration against closed form


def log_of(values: list[tuple[Fraction, Fraction]]) -> Enclosure:
    """sum of p log|m| in balls; -oo where an atom is 0."""
    if any(m == 0 for m, _ in values):
        return Enclosure.point(-inf)
    with precision(160):
        return enclosure(sum((ball(p) * abs(ball(m)).log() for m, p in values), arb(0)))


def binomial_batch(chance: Chance) -> Pair:
    """A batch of S two-point samples: the product's exponent, and the binomial sum."""
    first, second = chance.distinct(2)
    p, size, rate = chance.weights(2)[0], chance.randint(2, 12), chance.positive(3)
    found = sm.lyapunov(sgd(sm.TwoPoint(first, second, p), rate, batch_size=size), at=0, digits=DIGITS)
    q = fraction(p)
    terms = [
        (fraction(1 - rate * (k * first + (size - k) * second) / size), comb(size, k) * q**k * (1 - q) ** (size - k))
        for k in range(size + 1)
    ]
    return found.enclosure, log_of(terms)


def multinomial_batch(chance: Chance) -> Pair:
    """A batch with replacement from a finite law: convolution, and all ordered batches one by one."""
    size, rate, law = chance.randint(2, 4), chance.positive(3), finite(chance, 3)
    found = sm.lyapunov(sgd(law, rate, batch_size=size), at=0, digits=DIGITS)
    terms = []
    for batch in product(law.atoms, repeat=size):
        weight = fraction(sp.prod([p for _, p in batch]))
        terms.append((fraction(1 - rate * sum(v for v, _ in batch) / size), weight))
    return found.enclosure, log_of(terms)


def subset_batch(chance: Chance) -> Pair:
    """A batch without replacement (or reshuffled): one pass over the data, and all subsets one by one."""
    entries = [chance.quotient(-2, 2) for _ in range(chance.randint(2, 7))]
    scheme = chance.choice(("without-replacement", "reshuffling"))
    sizes = [s for s in range(1, len(entries) + 1) if scheme != "reshuffling" or len(entries) % s == 0]
    size, rate = chance.choice(sizes), chance.positive(3)
    found = sm.lyapunov(sgd(sm.Finite(entries), rate, batch_size=size, scheme=scheme), at=0, digits=DIGITS)
    subsets = list(combinations(entries, size))
    return found.enclosure, log_of([(fraction(1 - rate * sum(s) / size), Fraction(1, len(subsets))) for s in subsets])


def whole_batch(chance: Chance) -> Pair:
    """S = N without replacement is gradient descent: log|1 - lr a|."""
    entries = [chance.quotient(-2, 2) for _ in range(chance.randint(1, 9))]
    rate = chance.positive(3)
    chain = sgd(sm.Finite(entries), rate, batch_size=len(entries), scheme="without-replacement")
    mean = sum(entries) / len(entries)
    return sm.lyapunov(chain, at=0, digits=DIGITS).enclosure, log_of([(fraction(1 - rate * mean), Fraction(1))])


def cyclic_batch(chance: Chance) -> Pair:
    """Cyclic order: the mean over the blocks of the data set, as it stands."""
    blocks, size, rate = chance.randint(1, 4), chance.randint(1, 3), chance.positive(3)
    entries = [chance.quotient(-2, 2) for _ in range(blocks * size)]
    chain = sgd(sm.Finite(entries), rate, batch_size=size, scheme="cyclic")
    means = [sum(entries[k * size : (k + 1) * size]) / size for k in range(blocks)]
    terms = [(fraction(1 - rate * mean), Fraction(1, blocks)) for mean in means]
    return sm.lyapunov(chain, at=0, digits=DIGITS).enclosure, log_of(terms)


# ---- recursions against brute force


def affine_map(chance: Chance) -> tuple[sm.Chain, sm.Finite, sp.Rational, sp.Rational]:
    law, slope = finite(chance, chance.randint(2, 3)), chance.quotient(-1, 1)
    chain = sm.RandomMap({w: (slope + x / 3) * w + x + z}, noise={x: law, z: sm.Rademacher()})
    return chain, law, slope, chance.quotient(-2, 2)


def moment_of_an_affine_chain(chance: Chance) -> Pair:
    """E w_n^k (or central): closed recursion, and the sum over all paths."""
    chain, law, slope, start = affine_map(chance)
    steps, order, central = chance.randint(0, 3), chance.randint(1, 4), chance.random() < 0.3
    found = sm.moments(chain, order=order, central=central, start=start, steps=steps)
    states = path_law(law, slope, start, steps)
    middle = sum(p * v for v, p in states) if central else 0
    return found.enclosure, Enclosure.point(sum((p * (v - middle) ** order for v, p in states), Fraction(0)))


def path_law(law: sm.Finite, slope: sp.Rational, start: sp.Rational, steps: int) -> list[tuple[Fraction, Fraction]]:
    """All paths of w' = (slope + x/3) w + x + z, nothing merged."""
    a, atoms = fraction(slope), [(fraction(v), fraction(p)) for v, p in law.atoms]
    states = [(fraction(start), Fraction(1))]
    for _ in range(steps):
        states = [
            ((a + v / 3) * state + v + sign, weight * p / 2)
            for state, weight in states
            for v, p in atoms
            for sign in (-1, 1)
        ]
    return states


def probability_of_an_interval(chance: Chance) -> Pair:
    """P(low <= w_n <= high): states merged as they coincide, and all paths one by one."""
    chain, law, slope, start = affine_map(chance)
    steps, low = chance.randint(0, 3), chance.quotient(-3, 1)
    high = low + chance.quotient(0, 4)
    found = sm.law(chain, start=start, steps=steps, set=[low, high])
    total = sum((p for v, p in path_law(law, slope, start, steps) if low <= v <= high), Fraction(0))
    return found.enclosure, Enclosure.point(total)


def limit_of_a_moment(chance: Chance) -> Pair:
    """The limit of E w_n^2 by the recursion, and by solving m2 = E M^2 m2 + 2 E M B m1 + E B^2 in fractions."""
    law, slope = finite(chance, 3), chance.quotient(-0.3, 0.3)
    chain = sm.RandomMap({w: (slope + x / 4) * w + x}, noise={x: law})
    pairs = [(fraction(slope + v / 4), fraction(v), fraction(p)) for v, p in law.atoms]

    def mean(j: int, l: int) -> Fraction:  # noqa: E741 - the formula's own letters
        return sum((p * m**j * b**l for m, b, p in pairs), Fraction(0))

    first = mean(0, 1) / (1 - mean(1, 0))
    second = (2 * mean(1, 1) * first + mean(0, 2)) / (1 - mean(2, 0))
    return sm.moments(chain, order=2).enclosure, Enclosure.point(second)


# ---- windows, roots, invariances


def window_ends(chance: Chance) -> Pair:
    """The union of intervals by exact polynomial roots, and by concavity in balls: a random end of it."""
    law = finite(chance, chance.randint(2, 4))
    law = sm.Finite([v for v, _ in law.atoms if v != 0] or [R(1)])
    terms = tuple((fraction(p), Fraction(1), -fraction(v)) for v, p in law.atoms)
    effort, domain = Effort(digits=DIGITS), (Fraction(0), inf)
    exact = quotient([(R(p), R(a) + R(b) * lr) for p, a, b in terms], lr)
    assert exact is not None
    first = ends_of(polynomial_window(*exact, domain, effort))
    second = ends_of(concave_window(LogLinearSum(terms), domain, effort))
    assert len(first) == len(second), (law, first, second)
    if not first:
        return Enclosure.point(0), Enclosure.point(0)
    for one, other in zip(first[1:], second[1:], strict=True):
        assert_agree(one, other, DIGITS)
    return first[0], second[0]


def ends_of(found: Window) -> list[Enclosure]:
    return [end.enclosure for span in found.intervals for end in span]


def scaled_law(chance: Chance) -> Pair:
    """x -> b x is lr -> lr/b."""
    law, b, rate = chance.choice((continuous, finite))(chance), chance.positive(3), chance.positive(3)
    image = law.affine(sp.Integer(0), b)
    plain = sm.lyapunov(sgd(law, rate), at=0, digits=DIGITS)
    scaled = sm.lyapunov(sgd(law, rate / b) if image is None else sgd(image, rate / b), at=0, digits=DIGITS)
    if image is None:
        chain = sm.SGD(b * x * w**2 / 2, [w], rate / b, data={x: law})
        scaled = sm.lyapunov(chain, at=0, digits=DIGITS)
    return plain.enclosure, scaled.enclosure


def mirrored_law(chance: Chance) -> Pair:
    """E log|1 - lr x| = E log|1 + lr (-x)|, the law of -x as a law of its own where it has one."""
    law, rate = continuous(chance), chance.positive(3)
    image = law.affine(sp.Integer(0), sp.Integer(-1))
    plain = sm.lyapunov(sgd(law, rate), at=0, digits=DIGITS)
    mirror = multiplier_chain(1 - rate * x, law) if image is None else multiplier_chain(1 + rate * x, image)
    return plain.enclosure, sm.lyapunov(mirror, at=0, digits=DIGITS).enclosure


def tail_root(chance: Chance) -> Pair:
    """The tail index kappa: E|M|^kappa by enumeration in balls at the enclosed root is 1."""
    slopes = [chance.positive(1) * R(9, 10), 1 + chance.positive(2)]
    q = chance.randint(1, 9)
    probabilities = [R(60 + q, 70 + q), R(10, 70 + q)]
    with precision(128):
        drift = sum(
            (ball(fraction(p)) * ball(fraction(m)).log() for m, p in zip(slopes, probabilities, strict=True)), arb(0)
        )
    if not drift < 0:
        slopes[0] = slopes[0] / 1000
    chain = sm.RandomMap({w: x * w + z}, noise={x: sm.Finite(slopes, probabilities), z: sm.Rademacher()})
    kappa = sm.tail_index(chain, digits=DIGITS + 5).enclosure
    with precision(160):
        order = ball(kappa.lower).union(ball(kappa.upper))
        terms = (ball(fraction(p)) * ball(fraction(m)) ** order for m, p in zip(slopes, probabilities, strict=True))
        mean = enclosure(sum(terms, arb(0)))
    return mean, Enclosure.point(1)


KINDS: dict[Callable[[Chance], Pair], int] = {
    potential: 900,
    potential_of_a_quadratic: 80,
    power: 250,
    binomial_batch: 120,
    multinomial_batch: 100,
    subset_batch: 120,
    whole_batch: 80,
    cyclic_batch: 60,
    moment_of_an_affine_chain: 120,
    probability_of_an_interval: 100,
    limit_of_a_moment: 60,
    window_ends: 100,
    scaled_law: 100,
    mirrored_law: 60,
    tail_root: 60,
}
"""kind -> how many problems of it"""
CHUNK = 20
CHUNKS = [(kind, start) for kind, count in KINDS.items() for start in range(0, count, CHUNK)]


@pytest.mark.parametrize(("kind", "start"), CHUNKS, ids=lambda part: getattr(part, "__name__", str(part)))
def test_two_proved_routes_agree(kind: Callable[[Chance], Pair], start: int) -> None:
    for index in range(start, min(start + CHUNK, KINDS[kind])):
        first, second = kind(Chance(f"{kind.__name__} {index}"))
        assert_agree(first, second, DIGITS)


def test_there_are_at_least_two_thousand() -> None:
    """Every index of every kind stands in exactly one chunk, and poses one problem."""
    posed = [(kind, i) for kind, start in CHUNKS for i in range(start, min(start + CHUNK, KINDS[kind]))]
    assert len(posed) == len(set(posed)) == sum(KINDS.values()) >= 2000
