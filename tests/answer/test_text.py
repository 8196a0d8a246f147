"""The text of a closed form is read back by the grammar as the same expression."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import sgd_markov as sm
from sgd_markov.answer.text import expression_text
from sgd_markov.expressions import parse

w, x, a = sp.symbols("w x a", real=True)
lr, b = sp.symbols("lr b", positive=True)
R = sp.Rational
NAMES = {"a": a, "lr": lr, "w": w, "b": b}

leaves = st.one_of(
    st.sampled_from([a, lr, b, sp.pi, sp.E, sp.EulerGamma]),
    st.fractions(min_value=-9, max_value=9, max_denominator=12).map(R),
)
functions = st.sampled_from(
    [sp.exp, sp.sin, sp.cos, sp.tanh, sp.atan, sp.erf, sp.Abs, lambda e: sp.sqrt(1 + e**2), lambda e: sp.log(2 + e**2)]
)


def combined(parts: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    return st.one_of(
        st.tuples(parts, parts).map(lambda pair: pair[0] + pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] * pair[1]),
        st.tuples(parts, parts).map(lambda pair: pair[0] / (1 + pair[1] ** 2)),
        st.tuples(parts, st.integers(-3, 3)).map(lambda pair: (2 + pair[0] ** 2) ** pair[1]),
        st.tuples(functions, parts).map(lambda pair: pair[0](pair[1])),
        st.tuples(parts, parts, parts).map(
            lambda t: sp.Piecewise((t[0], (a > 0) & (lr < 1)), (t[1], a <= -2), (t[2], True))
        ),
        st.tuples(parts, parts).map(lambda pair: sp.Max(pair[0], pair[1], 0)),
    )


expressions = st.recursive(leaves, combined, max_leaves=8)


@settings(max_examples=150)
@given(expressions)
def test_expressions_read_back(expr: sp.Expr) -> None:
    if expr.has(sp.zoo, sp.nan, sp.I):
        return
    assert parse(expression_text(expr), NAMES, "exact") == expr


def chain_of(law: sm.TwoPoint, rate: object = lr) -> sm.Chain:
    return sm.SGD(x * w**2 / 2, [w], rate, data={x: law})


def answers() -> list[sm.Answer]:
    two = chain_of(sm.TwoPoint(a + 1, a - 1))
    affine = sm.SGD((w - x) ** 2 / 2, [w], lr, data={x: sm.Normal(a, b)})
    return [
        sm.lyapunov(two, at=0),
        sm.lyapunov(chain_of(sm.Uniform("-6/5", "4/5"), "3/2"), at=0),
        sm.lyapunov(chain_of(sm.Cauchy(a, b)), at=0),
        sm.lyapunov(chain_of(sm.Semicircle(0, 2), "1/3"), at=0),
        sm.lyapunov(sm.SGD(x * w**2 / 2, [w], "3/2", data={x: sm.Uniform("-6/5", "4/5")}, batch_size=3), at=0),
        sm.moment_exponent(two, at=0, order=2),
        sm.moment_exponent(chain_of(sm.TwoPoint("4/5", "-6/5"), "4/5"), at=0, order="1/3"),
        sm.moments(affine, order=2),
        sm.moments(affine, order=2, start=a, steps=3),
        sm.law(chain_of(sm.TwoPoint("4/5", "-6/5"), "5/4"), start=1, steps=5, set=[0, 0]),
        sm.tail_index(sm.RandomMap({w: x * w + 1}, noise={x: sm.TwoPoint(2, "1/4")})),
    ]


def test_exact_answers_read_back() -> None:
    for answer in answers():
        text = answer.to_dict()["exact"]
        assert text is not None and parse(text, NAMES, "exact") == answer.exact, text


def test_the_numbers_of_a_case_distinction_read_back() -> None:
    answer = sm.window(chain_of(sm.TwoPoint(a + 1, a - 1)), at=0, parameter=lr)
    seen = 0
    for case, printed in zip(answer.cases, answer.to_dict()["cases"], strict=True):
        for span, texts in zip(case["intervals"], printed["intervals"], strict=True):
            for end, text in zip(span, texts, strict=True):
                assert parse(text["exact"], NAMES, "exact") == end.exact
                seen += 1
    assert seen >= 10


def test_the_closed_form_in_n_reads_back() -> None:
    n = sp.Symbol("n", integer=True, nonnegative=True)
    answer = sm.moments(sm.RandomMap({w: w / 2 + x}, noise={x: sm.Normal(0, 1)}), order=2, start=a, steps=4)
    assert parse(answer.to_dict()["closed_form"], {**NAMES, "n": n}, "exact").equals(answer.closed_form)


@pytest.mark.parametrize("expr", [sp.Integer(0), R(-7, 3), sp.oo, -sp.oo, -sp.sqrt(2) / 2, lr ** R(2, 3)], ids=str)
def test_small_ones(expr: sp.Expr) -> None:
    assert parse(expression_text(expr), NAMES, "exact") == expr
