"""Compiled expressions against sympy's own evaluation."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from sgd_markov.engines.monte_carlo.program import Program
from sgd_markov.engines.monte_carlo.tape import Tape, number
from sgd_markov.errors import InvalidInput

x, y, z = symbols = sp.symbols("x y z", real=True)
R = sp.Rational
POINTS = np.random.default_rng(0).uniform(-2, 2, (3, 40))


def exact_values(expr, points):
    """The expression at exactly these doubles, evaluated with 30 digits."""
    columns = [dict(zip(symbols, map(R, column), strict=True)) for column in points.T]
    return np.array([float(sp.N(expr.subs(column), 30)) for column in columns])


def compiled(expr, points):
    with np.errstate(all="ignore"):
        [result] = Program(symbols, [expr], points.shape[1])(*points)
    return np.broadcast_to(result, points.shape[1])


leaves = st.sampled_from([x, y, z, sp.Integer(2), R(1, 3), R(-7, 5), sp.pi, sp.sqrt(2), sp.EulerGamma, sp.E])
UNARY = [
    sp.sin, sp.cos, sp.atan, sp.tanh, sp.erf, sp.erfc, sp.Abs,
    lambda a: sp.exp(-(a**2)), lambda a: sp.log(1 + a**2), lambda a: sp.sqrt(1 + a**2), lambda a: a**3,
    lambda a: (1 + a**2) ** R(-3, 2), lambda a: (2 + sp.sin(a)) ** R(1, 3), lambda a: 1 / (1 + a**2), lambda a: -a,
    lambda a: sp.asin(sp.sin(a) / 2), lambda a: sp.acos(sp.cos(a) / 2), lambda a: sp.gamma(2 + sp.cos(a)),
    lambda a: sp.sinh(sp.sin(a)), lambda a: sp.cosh(sp.cos(a)), lambda a: sp.tan(sp.sin(a)), lambda a: (a / 3) ** 12,
]  # fmt: skip
BINARY = [
    sp.Add, sp.Mul, sp.Min, sp.Max, lambda a, b: a - b, lambda a, b: a / (1 + b**2),
    lambda a, b: (1 + a**2) ** sp.sin(b),
    lambda a, b: sp.Piecewise((a, x < y), (b, True)),
    lambda a, b: sp.Piecewise((a, (x >= 0) & (y > z)), (b, (x <= y) | (z < 1)), (a * b, True)),
]  # fmt: skip
expressions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(lambda f, a: f(a), st.sampled_from(UNARY), inner)
        | st.builds(lambda f, a, b: f(a, b), st.sampled_from(BINARY), inner, inner)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(expressions)
def test_random_expressions_agree_with_sympy(expr):
    points = POINTS[:, :4]
    reference = exact_values(expr, points)
    # powers of powers may amplify rounding: what one unit in the last place of the inputs does is allowed 100 times
    moved = exact_values(expr, points * (1 + 2.0**-50))
    allowed = 1e-13 * (1 + np.abs(reference)) + 100 * np.abs(moved - reference)
    assert (np.abs(compiled(expr, points) - reference) <= allowed).all()


@pytest.mark.parametrize(
    "expr",
    [
        x**2, x**7, x**-3, sp.sqrt(x), x ** R(5, 2), x ** R(-1, 2), x ** R(1, 3), x ** sp.pi, 2**x, x**y,
        x * y / z, 3 / x, -x, -x - y, 1 - x - y, -R(3, 7) * x * y, x / 3 + R(1, 3), (x + y) / (x - 5),
        sp.exp(x), sp.log(x), sp.sin(x), sp.cos(x), sp.tan(x), sp.asin(x / 3), sp.acos(x / 3), sp.atan(x),
        sp.sinh(x), sp.cosh(x), sp.tanh(x), sp.erf(x), sp.erfc(x), sp.gamma(x), sp.diff(sp.gamma(x), x),
        sp.loggamma(x), sp.polygamma(2, x), sp.asinh(x), sp.acosh(1 + x), sp.atan2(x, y),
    ],
    ids=str,
)  # fmt: skip
def test_every_function_to_a_few_units_in_the_last_place(expr):
    points = np.random.default_rng(1).uniform(0.2, 2.5, (3, 12))
    assert compiled(expr, points) == pytest.approx(exact_values(expr, points), rel=2e-14, abs=1e-15)


def test_jumps_and_ties():
    points = np.array([[-1.5, 0.0, 0.5, 2.0], [0.0, 0.0, 0.5, 3.0], [0.0] * 4])
    assert compiled(sp.sign(x), points).tolist() == [-1, 0, 1, 1]
    assert compiled(sp.Heaviside(x), points).tolist() == [0, 0.5, 1, 1]
    assert compiled(sp.Heaviside(x, 1), points).tolist() == [0, 1, 1, 1]
    assert compiled(sp.floor(x), points).tolist() == [-2, 0, 0, 2]
    assert compiled(-sp.floor(-x), points).tolist() == [-1, 0, 1, 2]
    assert compiled(sp.Max(-1, sp.Min(x, 1)), points).tolist() == [-1, 0, 0.5, 1]
    assert compiled(sp.Piecewise((1, x < y), (2, x > y), (3, True)), points).tolist() == [1, 3, 3, 1]
    assert compiled(sp.Piecewise((1, sp.Eq(x, y)), (2, sp.Ne(x, 2))), points).tolist() == pytest.approx(
        [2, 1, 1, np.nan], nan_ok=True
    )
    assert compiled(sp.Piecewise((1, sp.Not((x < 0) | (y > 2))), (0, True)), points).tolist() == [0, 1, 1, 0]


def test_bad_arguments_give_nan_and_nan_is_passed_on():
    points = np.array([[-1.0, np.nan], [1.0, 1.0], [0.0, 0.0]])
    for expr in (sp.sqrt(x), sp.log(x), x ** R(1, 3), sp.Min(sp.sqrt(x), 1), sp.Max(sp.Min(sp.sqrt(x), 1), -1)):
        assert np.isnan(compiled(expr, points)).all()


def test_rationals_become_the_nearest_double():
    assert number(R(1, 3)) == 1 / 3
    assert number(R(10**400, 3 * 10**400)) == 1 / 3
    assert number(R(1, 10) + sp.sqrt(2)) == float(sp.N(R(1, 10) + sp.sqrt(2), 40))


def test_shared_subexpressions_are_computed_once():
    tape = Tape(symbols)
    tape.slot(sp.exp(x * y) + sp.sin(sp.exp(x * y)) + x**8 + x**4)
    names = [call.function.__name__ for call in tape.calls]
    assert names.count("exp") == 1
    assert names.count("multiply") == 1 + 3  # x y, and x^2, x^4, x^8


def test_buffers_are_used_again():
    program = Program([x], [sum(sp.sin(k * x) for k in range(1, 30))], 8)
    buffers = [slot for slot in program._slots if isinstance(slot, np.ndarray) and slot.ndim == 1]
    assert len(buffers) <= 31  # a sum of n terms holds them at once, no more
    chain = sp.sin(x)
    for _ in range(20):
        chain = sp.cos(chain) + x
    program = Program([x], [chain], 8)
    assert len([slot for slot in program._slots if isinstance(slot, np.ndarray) and slot.ndim == 1]) == 1


def test_results_do_not_alias_inputs():
    a, b = np.array([1.0]), np.array([2.0])
    first, second = Program([x, y], [y, x], 1)(a, b)
    a[:], b[:] = first, second
    assert (a.item(), b.item()) == (2.0, 1.0)


@pytest.mark.parametrize("width", [1, 2, 3, 5, 17])
def test_bits_do_not_depend_on_the_width(width):
    """numpy's vector loops end in a rest; the rest must compute the same bits."""
    points = np.random.default_rng(2).uniform(0.1, 0.9, (3, 1000))
    functions = (
        sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.asin, sp.acos, sp.atan, sp.sinh, sp.cosh, sp.tanh, sp.erf, sp.gamma,
    )  # fmt: skip
    expressions = [f(x) for f in functions] + [x**y, sp.sqrt(x), x**5, x / y]
    whole = [column.copy() for column in Program(symbols, expressions, 1000)(*points)]
    for start in (0, 1, 401):
        part = points[:, start : start + width].copy()
        for column, result in zip(whole, Program(symbols, expressions, width)(*part), strict=True):
            assert (column[start : start + width] == result).all()


@pytest.mark.parametrize(
    "expr", [sp.Symbol("q") + x, sp.Derivative(sp.floor(x), x), sp.zeta(x), sp.DiracDelta(x)], ids=str
)
def test_what_cannot_be_computed_is_refused(expr):
    with pytest.raises(InvalidInput, match="map"):
        Program(symbols, [expr], 4)


def test_complex_constants_are_refused():
    with pytest.raises(InvalidInput, match="real"):
        Program(symbols, [x * sp.sqrt(-2)], 4)
