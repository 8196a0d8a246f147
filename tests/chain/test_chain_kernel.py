"""`chain.kernel()`, and the lines of the interface's example of the Python API."""

from __future__ import annotations

import sympy as sp

import sgd_markov as sm

w, x, a = sp.symbols("w x a", real=True)
lr = sp.symbols("lr", positive=True)
CHAIN = sm.SGD(loss=x * w**2 / 2, parameters=[w], learning_rate=lr, data={x: sm.TwoPoint(a + 1, a - 1)})


def test_the_method_is_the_question() -> None:
    assert CHAIN.kernel().extra == sm.kernel(CHAIN).extra
    assert CHAIN.kernel(at=2, digits=20).digits == 20
    assert CHAIN.kernel(at=2).extra == sm.kernel(CHAIN, at=2).extra


def test_a_notebook_shows_formulas() -> None:
    assert CHAIN.kernel()._repr_latex_().startswith(r"$\displaystyle K\left(w;\, dw'\right) = ")
    assert r"\log" in sm.lyapunov(CHAIN, at={w: 0})._repr_latex_()
    assert r"\begin{cases}" in sm.window(CHAIN, at={w: 0}, parameter=lr)._repr_latex_()
