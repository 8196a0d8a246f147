"""Branches of functions of one variable: they cover the range, the inverses undo the function, the limits are right."""

import itertools

import mpmath as mp
import pytest
import sympy as sp

from sgd_markov.effort import Effort
from sgd_markov.numerics.branch import NotInvertible, Y
from sgd_markov.numerics.case_signs import Signs, by_cases
from sgd_markov.numerics.monotone_branches import branches

x, a, b = sp.symbols("x a b", real=True)
p = sp.Symbol("p", positive=True)
R = sp.Rational
E = sp.exp

FORMS = [
    # cubics of both kinds and compositions of polynomials
    (x + x**3, 1), (2 - 3 * x - x**3 / 2, 1), (x**3 - 3 * x, 5), (5 - 2 * (x - 1) ** 3 + (x - 1), 5), (x**3 + x**2, 5),
    (x**3 - 6 * x**2 + 12 * x + 1, 2), (x**4 - x**2, 4), (x**4 - 4 * x**3 + 4 * x**2, 4), ((x**2 + x) ** 3 - (x**2 + x), None),
    # Lambert's W
    (x + E(x), 1), (3 - x / 2 - 2 * E(3 * x + 1), 1), (x - E(x), 2), (E(-2 * x) + x, 2), (-x - E(-x), 2), (2 * x + 3 * E(-x), 2),
    (x * E(x), 2), (x * E(1 - 2 * x), 2), (1 - 3 * x * E(-x), 2), (E(E(x) + x), 1), ((x + E(x)) ** 3, 2),
    # fractions and normalised gradients
    (x / (1 + x), 2), ((2 * x - 1) / (3 - x), 2), (x / sp.sqrt(1 + x**2), 1), (1 - 3 * x / sp.sqrt(2 + 5 * x**2), 1),
    (1 / (1 + E(-x)), 1), (sp.log(1 + E(x)), 1), (E(2 * x) + E(x), 1), (E(2 * x) - 4 * E(x), 2), (sp.tanh(x) ** 3 + sp.tanh(x), 1),
]  # fmt: skip


def number(value):
    return mp.mpf(str(sp.N(value, 30)).replace("oo", "inf"))


def inside(low, high, part):
    """A place between ends that may be infinite."""
    low, high = number(low), number(high)
    if mp.isinf(low) and mp.isinf(high):
        return 6 * part - 3
    if mp.isinf(high):
        return low + 4 * part
    return high - 4 * (1 - part) if mp.isinf(low) else low + (high - low) * part


def require_inverses(expr, found, low, high):
    function = sp.lambdify(x, expr, "mpmath")
    assert found[0].low == low and found[-1].high == high
    assert all(sp.simplify(one.high - two.low) == 0 for one, two in itertools.pairwise(found))
    with mp.workdps(30):
        for branch in found:
            inverse, slope = (sp.lambdify(Y, part, "mpmath") for part in (branch.inverse, branch.slope))
            values = []
            for part in (mp.mpf("0.04"), mp.mpf("0.3"), mp.mpf("0.55"), mp.mpf("0.93")):
                place = inside(branch.low, branch.high, part)
                values.append(function(place))
                assert mp.almosteq(inverse(values[-1]), place, 1e-12, 1e-12)
                assert mp.almosteq(slope(values[-1]) * mp.diff(function, place), 1, 1e-9)
                assert number(branch.image[0]) <= values[-1] <= number(branch.image[1])
            assert values == sorted(values, reverse=not branch.increasing)
            for end, limit in ((branch.low, branch.start), (branch.high, branch.end)):
                if mp.isinf(number(end)):
                    far = function(mp.sign(number(end)) * mp.mpf(400))
                    assert (mp.isinf(number(limit)) and far * mp.sign(number(limit)) > 20) or abs(far - number(limit)) < mp.mpf("0.03")
                elif mp.isfinite(number(limit)):
                    assert abs(function(number(end)) - number(limit)) < 1e-15


@pytest.mark.parametrize(("expr", "count"), FORMS, ids=lambda entry: str(entry))
def test_on_the_line(expr, count):
    found = branches(expr, x, -sp.oo, sp.oo, Signs())
    assert count is None or len(found) == count
    require_inverses(expr, found, -sp.oo, sp.oo)


@pytest.mark.parametrize(("expr", "count"), FORMS, ids=lambda entry: str(entry))
@pytest.mark.parametrize("ends", [(R(-1, 3), R(7, 5)), (R(2, 7), sp.oo), (-sp.oo, R(-11, 4))], ids=str)
def test_on_parts(expr, count, ends):
    require_inverses(expr, branches(expr, x, *ends, Signs()), *ends)


@pytest.mark.parametrize("expr", [x + p * x**3, x**3 + a * x, a * x + p * E(x), x * E(a * x), (a + x) / (b + x), x / sp.sqrt(p + x**2)])
def test_symbols_are_cases(expr):
    def in_case(signs):
        return () if signs.is_degenerate else branches(expr, x, -sp.oo, sp.oo, signs)

    for signs, found in by_cases(in_case, Effort()):
        for values in itertools.product((R(-6, 5), R(3, 7)), (R(-5, 4), R(2, 3))):
            table = {a: values[0], b: values[1], p: R(4, 3)}
            if found and all(sp.sign(fact.subs(table)) in known for fact, known in signs.facts):
                numeric = [type(f)(*(sp.sympify(part).subs(table) for part in (f.low, f.high, f.start, f.end)), f.increasing, f.inverse.subs(table)) for f in found]  # fmt: skip
                require_inverses(expr.subs(table), numeric, -sp.oo, sp.oo)


@pytest.mark.parametrize("expr", [x**5 + x, x**4 + x**3, sp.sin(x), x**2 + E(x), x / (1 + x**2), sp.tan(x) + x, x + E(x) + E(2 * x) * x])
def test_others_are_refused(expr):
    with pytest.raises(NotInvertible):
        branches(expr, x, -sp.oo, sp.oo, Signs())
