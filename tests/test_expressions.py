"""The grammar: what it accepts and what that means, what it refuses and how it says so, and that nothing hangs."""

from __future__ import annotations

import signal
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mutations import failures, mutations

from sgd_markov.answer.text import expression_text
from sgd_markov.errors import InvalidInput
from sgd_markov.expressions import DecimalText, check_name, exact, number, parse, symbol
from sgd_markov.expressions.calls import UNARY

SYMBOLS = {name: symbol(name) for name in ("w", "x", "y", "z")}
SYMBOLS |= {"lr": symbol("lr", "positive"), "k": symbol("k", "integer")}
w, x, y, z, lr, k = SYMBOLS.values()
R = sp.Rational


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TimeoutError when the block takes longer."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def refusal(text: str, seconds: float = 1) -> str:
    with at_most(seconds), pytest.raises(InvalidInput) as caught:
        parse(text, SYMBOLS, "model.loss")
    message = str(caught.value)
    assert message.startswith("model.loss: ") and "\n" not in message and message.isprintable()
    assert len(message) < 500
    return message


ACCEPTED = {
    "x*w**2/2": x * w**2 / 2,
    "0.1": R(1, 10),
    "1e-3 + 1.5E2 + .5 + 2.": R(1, 1000) + R(305, 2) + 0,
    "-x**2": -(x**2),
    "2**-1": R(1, 2),
    "2**3**2": 512,
    "-2**2": -4,
    "2/-x*y": -2 * y / x,
    "x--y": x + y,
    "8/4/2": 1,
    "1 - 2 - 3": -4,
    "\n x\t+ 1 \r\n": x + 1,
    "pi + E + EulerGamma": sp.pi + sp.E + sp.EulerGamma,
    "oo": sp.oo,
    "-oo": -sp.oo,
    "exp(-oo)": 0,
    "sqrt(8)": 2 * sp.sqrt(2),
    "E**x": sp.exp(x),
    "log(Abs(1 - lr*x))/2": sp.log(sp.Abs(1 - lr * x)) / 2,
    "sin(0) + cos(0) + tan(0) + erf(0) + asin(0)": 1,
    "asin(1) + acos(-1) + atan(1)": sp.pi * R(7, 4),
    "sinh(x) + cosh(x) + tanh(x) + erfc(x)": sp.sinh(x) + sp.cosh(x) + sp.tanh(x) + sp.erfc(x),
    "tan(x + pi/2)": -1 / sp.tan(x),
    "gamma(1/2)": sp.sqrt(sp.pi),
    "gamma(-5/2)": -8 * sp.sqrt(sp.pi) / 15,
    "10**0.12345 + (3/2)**0.125": sp.Integer(10) ** R(12345, 100000) + R(3, 2) ** R(1, 8),
    "erfc(100)": sp.erfc(100),
    "1 - erf(20)": 1 - sp.erf(20),
    "floor(exp(3))": 20,
    "floor(-7/2)": -4,
    "sign(sqrt(2) - 1.4142135623730950488)": 1,
    "Abs(sin(3) - 1)": 1 - sp.sin(3),
    "Abs(x)**2": x**2,
    "Max(1, x, sqrt(2), 3/2)": sp.Max(R(3, 2), x),
    "Min(x, oo)": x,
    "Heaviside(x) + Heaviside(0)": sp.Heaviside(x) + R(1, 2),
    "Heaviside(pi) - Heaviside(-pi)": 1,
    "(-1)**k": (-1) ** k,
    "Piecewise((x, x < 0), (y, True))": sp.Piecewise((x, x < 0), (y, True)),
    "Piecewise((x, (x < 0) & (y > 1) | (z <= 2)), (y, True))": sp.Piecewise(
        (x, sp.Or(sp.And(x < 0, y > 1), z <= 2)), (y, True)
    ),
    "Piecewise((x, x <= 0), (y, x > 0))": sp.Piecewise((x, x <= 0), (y, True)),
    "Piecewise((1, pi < 22/7), (0, True))": 1,
    "Piecewise((oo, x < 0), (1, True))": sp.Piecewise((sp.oo, x < 0), (1, True)),
    "+".join(["x"] * 3000): 3000 * x,
    "+".join(["1"] * 9999): 9999,
    "*".join(["x"] * 900): x**900,
    "(" * 70 + "x" + ")" * 70: x,
}


@pytest.mark.parametrize("text", ACCEPTED, ids=lambda text: text[:40])
def test_accepted_text_means_this_and_reads_back(text: str) -> None:
    with at_most(5):
        expr = parse(text, SYMBOLS, "f")
    assert expr == ACCEPTED[text]
    assert not expr.atoms(sp.Float)
    assert parse(expression_text(expr), SYMBOLS, "f") == expr


TOO_LARGE = "too large"
REFUSED = {
    # absurd sizes: each would hang if sympy saw it
    "gamma(10**60)": TOO_LARGE,
    "9**9**9**9": TOO_LARGE,
    "2**(10**7)": TOO_LARGE,
    "exp(exp(exp(100)))": TOO_LARGE,
    "floor(exp(10**9))": TOO_LARGE,
    "10**10**10": TOO_LARGE,
    "sin(10**(10**6))": TOO_LARGE,
    "exp(10**9*log(2))": TOO_LARGE,
    "(1 + sqrt(2))**10**4": "exponents up to 1000",
    "exp(-10**9)": "too small",
    "erfc(10**2000)": "too small",
    "gamma(-10**6 + 1/2)": "too small",
    "gamma(5000)": "8192 bits",
    "2**8000*2**8000": "8192 bits",
    "(9**2500*x)**1000": "8192 bits",
    "exp(10000*log(3**2000))": TOO_LARGE,
    "x**(10**9)": "exponents up to 1000",
    "(x+1)**100000": "exponents up to 1000",
    "((x**1000)**1000)": "exponents up to 1000",
    "2**(x + 10**9)": "exponents up to 1000",
    "x**(1/10**7)": "denominators",
    "sqrt(2**2039 - 1)": "bits under the roots",
    "12**(999999/1000000)": "smaller denominators",
    "(0.3*7**99)**(1/10**12)": "smaller denominators",
    "12**(1/2003)*12**(1/2011)": "smaller denominators",
    "exp(log(12)/2003 + log(12)/2011)": "smaller denominators",
    "1e99999": "2400 digits",
    "1e-999999999999999999": "2400 digits",
    "9" * 5000: "2400 digits",
    "x" * 20_001: "at most 20000 characters",
    "(" * 90 + "x" + ")" * 90: "nesting",
    "-" * 5000 + "x": "nesting",
    "x**" * 3000 + "x": "nesting",
    "sin(" * 30 + "1" + ")" * 30: "levels",
    "Max(" + ",".join(f"x*{i}" for i in range(200)) + ")": "1 to 16 arguments",
    "Abs(" + "1/(z + " * 20 + "x" + ")" * 20 + ")": "smaller expressions",
    "Piecewise((1, x < 1), (" * 6 + "0" + ", True))" * 6: "inside one another",
    # complex, infinite, undefined, undecided
    "sqrt(-1)": "complex",
    "sqrt(-x**2)": "complex",
    "sqrt(-lr)": "complex",
    "(-8)**(1/3)": "complex",
    "(-1)**x": "complex",
    "log(-1)": "complex",
    "log(-lr)": "complex",
    "asin(2)": "from -1 to 1",
    "acos(-1 - 1/10**30)": "from -1 to 1",
    "log(0)": "log(0) is infinite",
    "1/0": "division by 0",
    "0/0": "division by 0",
    "0**-1": "division by 0",
    "1/(x - x)": "division by 0",
    "tan(pi/2)": "infinite",
    "gamma(-3)": "infinite",
    "oo - oo": "undefined",
    "0*oo": "undefined",
    "oo*x": "oo alone",
    "sin(oo)": "grammar lacks",
    "floor(log(8)/log(2))": "too close to an integer",
    "log(sqrt(3 + 2*sqrt(2)) - 1 - sqrt(2))": "too close to 0",
    "x + sqrt(3 + 2*sqrt(2)) - 1 - sqrt(2)": "too close to 0",
    "Piecewise((1, x + sqrt(3 + 2*sqrt(2)) < x + 1 + sqrt(2)), (0, True))": "too close to 0",
    # names and functions
    "2*foo": "undeclared symbol 'foo'; declare it under [symbols] or use one of: k, lr, w, x, y, z",
    "I": "undeclared symbol 'I'",
    "nan": "undeclared symbol 'nan'",
    "lambda": 'rename "lambda" to "lr"',
    "foo(x)": "unknown function 'foo'",
    "eval(x)": "unknown function 'eval'",
    "__import__(x)": "unknown function '__import__'",
    "x(2)": "x is not a function",
    "sqrt": "arguments in parentheses after 'sqrt'",
    "log(8, 2)": "log with 1 argument (it has 2); write log(x)/log(b)",
    "sin()": "sin with 1 argument (it has 0)",
    "Max()": "1 to 16 arguments",
    "Heaviside(x, 1)": "1 argument",
    # other syntax
    "": "it is empty",
    "  \n": "it is empty",
    "x^2": "** for powers",
    "x//2": "floor(a/b)",
    "x % 2": "floor(a/b)",
    "x @ y": "* for products",
    "x == 1": "only the comparisons < <= > >=",
    "x and y": "& with parentheses",
    "x or y": "| with parentheses",
    "not x": "opposite comparison",
    "1 if x else 2": "Piecewise((value, condition)",
    "lambda x: x": 'rename "lambda"',
    "x.y": "without attributes",
    "1.2.3": "an operator after '1.2'",
    "x[0]": "no [ ]",
    "[x for x in y]": "no [ ]",
    "{x}": "no { }",
    '"x"': "without quotes",
    'f"{x}"': "without quotes",
    "__import__('os').system('true')": "without quotes",
    "(x := 1)": "no assignment",
    "sin(x=1)": "no keyword arguments",
    "sin(*x)": "found '*'",
    "2x": "an operator after '2' (found 'x')",
    "1_000": "an operator after '1'",
    "0x10": "an operator after '0'",
    "1j": "an operator after '1'",
    "x y": "an operator after 'x' (found 'y')",
    "(1": "the expression is cut off",
    "1)": "an operator after '1' (found ')')",
    "1 +": "the expression is cut off",
    "sin(x,)": "no comma",
    "()": "tuples",
    "(1, 2)": "tuples",
    "x!": "gamma(n + 1)",
    "x # y": "found '#'",
    "x\x00": "found '\\x00'",
    "\x1b[31mx": "found '\\x1b'",
    "\u03bb": "ASCII letters",
    "\uff58 + 1": "ASCII letters",
    "x\u00b2": "ASCII letters",
    "\ud800": "ASCII letters",
    # conditions
    "x < 1": "only as conditions of Piecewise",
    "(x < 1) & (y < 1)": "only as conditions of Piecewise",
    "True": "True only as a condition",
    "0 < x < 1": "(0 < x) & (x < 1)",
    "Piecewise((1, 0 < x < 1), (0, True))": "(0 < x) & (x < 1)",
    "Piecewise((1, x < 1 & y < 2), (0, True))": "stand in parentheses",
    "Piecewise((1, x), (0, True))": "conditions made of",
    "Piecewise((1, True + 1), (0, True))": "conditions made of",
    "Piecewise(1, 2)": "Piecewise((value, condition)",
    "Piecewise()": "1 to 100 branches",
    "Piecewise((x, x < 0), (y, x > 0))": "(value, True) as the last branch",
    "Piecewise((x, Piecewise((1, x < 1), (0, True)) < 1), (y, True))": "outside conditions",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:40]))
def test_refused_text_is_refused_fast_and_in_one_line(text: str) -> None:
    assert REFUSED[text] in refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "+".join(f"Abs(x - {i}/7)" for i in range(900)),
        "+".join(f"sin(pi/{i + 1})" for i in range(1000)),
        "+".join(f"x/{p}**{2500 // p.bit_length()}" for p in range(3, 1500, 2)),
        "*".join(f"sqrt({2 * i + 1})" for i in range(900)),
        "+".join(f"Max(x + {i}*y, 1/(z + {i}), w, 1, y**2)" for i in range(400)),
        "Max(" + ",".join("Min(" + ",".join(f"x*{i}+y**{j}" for j in range(9)) + ")" for i in range(16)) + ")",
        "exp(-" * 25 + "1" + ")" * 25,
        "floor(" + "+".join(f"sin({i + 1}*x)" for i in range(800)) + ")",
    ],
    ids=lambda text: text[:40],
)
def test_large_expressions_are_refused_before_they_cost_much(text: str) -> None:
    assert refusal(text, seconds=10)


def expressions() -> st.SearchStrategy[str]:
    """Texts of the grammar, small enough to be read."""
    numbers = st.sampled_from(["0", "1", "2", "3", "1/2", "0.3", "5/7", "pi", "E", "12"])
    leaves = numbers | st.sampled_from(sorted(SYMBOLS))
    return st.recursive(leaves, larger, max_leaves=10)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["({}) + ({})", "({}) - ({})", "({})*({})", "({})/({})", "-({})*({})", "({})**({})"])
    functions = st.sampled_from(sorted(UNARY))
    orders = st.sampled_from(["<", "<=", ">", ">="])
    compared = st.builds("({}) {} ({})".format, inner, orders, inner)
    conditions = compared | st.builds("({}) {} ({})".format, compared, st.sampled_from("&|"), compared)
    return st.one_of(
        st.builds(lambda form, a, b: form.format(a, b), operators, inner, inner),
        st.builds("({})**{}".format, inner, st.sampled_from(["2", "-1", "(1/2)", "(-3/2)", "3"])),
        st.builds("{}({})".format, functions, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["Min", "Max"]), inner, inner),
        st.builds("Piecewise(({}, {}), ({}, True))".format, inner, conditions, inner),
    )


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(expressions())
def test_expressions_read_back_as_themselves(text: str) -> None:
    with at_most(10):
        try:
            expr = parse(text, SYMBOLS, "f")
        except InvalidInput:
            assume(False)
        assert parse(expression_text(expr), SYMBOLS, "f") == expr


CORPUS = [text for text in ACCEPTED if len(text) < 200] + [
    "Piecewise((x**2/2, Abs(x) <= 1), (Abs(x) - 1/2, True))",
    "log(1 + exp(-y*(w*x + z))) + 1e-3*w**2",
    "Max(0, 1 - y*w*x)",
    "(1 - lr*(x + 1))*w + sqrt(2*lr*0.1)*z",
    "gamma(k + 1/2)/sqrt(pi)*erf(x/sqrt(2))",
    "exp(-x**2/2)/sqrt(2*pi)*floor(x/3 + 1/2)",
]


def parses_or_is_refused(text: str) -> None:
    """Nothing but an expression or InvalidInput in one line."""
    try:
        expr = parse(text, SYMBOLS, "f")
    except InvalidInput as error:
        assert "\n" not in str(error)
        str(error).encode("utf-8")
    else:
        assert isinstance(expr, sp.Expr) and not expr.atoms(sp.Float)
        expression_text(expr)


def test_mutations_parse_or_are_refused() -> None:
    for text in mutations(CORPUS, 300, seed=1):
        with at_most(5):
            parses_or_is_refused(text)


@pytest.mark.nightly
def test_ten_thousand_mutations_in_a_process_of_their_own() -> None:
    assert failures(mutations(CORPUS, 10_000, seed=2), parses_or_is_refused, seconds=5) == []


def test_numbers_of_toml() -> None:
    table = tomllib.loads('a = 0.1\nb = -1_0.5e-3\nc = 7\nd = "1/3"\ne = +2.0\nf = "x*2"', parse_float=DecimalText)
    values = {key: number(value, key, SYMBOLS) for key, value in table.items()}
    assert values == {"a": R(1, 10), "b": R(-21, 2000), "c": 7, "d": R(1, 3), "e": 2, "f": 2 * x}
    assert str(table["a"]) == "0.1"


@pytest.mark.parametrize("literal", ["inf", "-inf", "nan", "+nan", "true", "[1]", "{ a = 1 }", "1979-05-27", "1e99999"])
def test_other_values_of_toml_are_refused(literal: str) -> None:
    value = tomllib.loads(f"a = {literal}", parse_float=DecimalText)["a"]
    with pytest.raises(InvalidInput) as caught:
        number(value, "data.x.mean")
    assert str(caught.value).startswith("data.x.mean: ")


@pytest.mark.parametrize("value", [0.1, float("inf"), None, True, 10**5000, [10**5000], b"1"], ids=range(7))
def test_other_numbers_are_refused(value: object) -> None:
    for reader in (number, exact):
        with pytest.raises(InvalidInput) as caught:
            reader(value, "f")
        assert "\n" not in str(caught.value)


def test_exact_numbers_of_python() -> None:
    given = [3, Fraction(2, 6), Decimal("-0.25"), "0.1", lr * x + 1, sp.oo, "1e-3"]
    assert [exact(value, "f") for value in given] == [3, R(1, 3), R(-1, 4), R(1, 10), lr * x + 1, sp.oo, R(1, 1000)]
    assert exact("2*x", "f", SYMBOLS) == 2 * x


@pytest.mark.parametrize(
    ("value", "cure"),
    [
        (0.1, 'learning_rate: 0.1 is not allowed; use "0.1" (a decimal in quotes is exact)'),
        (x * sp.Float("0.5"), '"0.5" (a decimal in quotes is exact)'),
        (sp.Float("0.5"), '"0.5"'),
        (float("-inf"), '"-oo"'),
        (sp.nan, "defined"),
        (sp.zoo, "defined"),
        (sp.I * x, "real"),
        (Decimal("NaN"), "finite"),
        (sp.true, "int, a Fraction"),
        ("x", "undeclared symbol 'x'"),
        (x / sp.Integer(10) ** 5000, "8192 bits"),
    ],
    ids=range(11),
)
def test_inexact_values_are_refused_with_a_cure(value: object, cure: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        exact(value, "learning_rate")
    assert cure in str(caught.value)


@pytest.mark.parametrize("name", ["w", "w1", "_x", "learning_rate", "S", "N", "beta", "m_w1"])
def test_names(name: str) -> None:
    check_name(name, "symbols")


@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("lambda", "lr"),
        ("E", "E_"),
        ("n", "n_"),
        ("pi", "pi_"),
        ("gamma", "gamma_"),
        ("Max", "Max_"),
        ("in", "in_"),
        ("v", "v_"),
        ("2x", "x2"),
        ("", "x"),
        ("7", "x7"),
        ("learning rate", "learning_rate"),
        ("\u03bb", "lr"),
        ("\u03b1", "alpha"),
        ("a.b", "a_b"),
        ("\ud800", "_"),
        ("x\n", "x_"),
    ],
)
def test_other_names_are_refused_with_a_proposal(name: str, proposed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_name(name, "model.parameters", taken=["m", "v"])
    message = str(caught.value)
    assert f'to "{proposed}"' in message and message.isprintable()
    check_name(proposed, "model.parameters", taken=["m", "v"])


def test_symbols_are_real() -> None:
    for assumption in ("real", "positive", "negative", "nonnegative", "integer"):
        made = symbol("a", assumption)
        assert made.is_real and getattr(made, f"is_{assumption}")
    assert symbol("lr", "positive") == sp.Symbol("lr", positive=True)
    with pytest.raises(InvalidInput, match=r"symbols\.a"):
        symbol("a", "complex")
