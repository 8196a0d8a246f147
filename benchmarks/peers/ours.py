"""The question as a user asks it, everything remembered from earlier runs forgotten (but for what sympy keeps)."""

from __future__ import annotations

import sys
from fractions import Fraction

import sympy as sp

import sgd_markov as sm
from sgd_markov.engines.smooth_kernel import problem
from sgd_markov.engines.smooth_kernel.step import smooth_step

from .timing import Timed, timed

w, z = sp.symbols("w z", real=True)


def chain(s: Fraction) -> sm.Chain:
    return sm.RandomMap({w: sp.Rational(9, 10) * w + sp.Rational(s) * z}, noise={z: sm.Normal(0, 1)})


def equation(s: Fraction) -> problem.Problem:
    step = smooth_step(chain(s))
    found = None if step is None else problem.Problem.of(step, [(sp.Integer(-1), sp.Integer(1))])
    assert found is not None
    return found


def nodes(s: Fraction) -> int:
    """The nodes that `doubles` takes; made odd, so that the start is one of them."""
    return sum(equation(s).counts) | 1


def doubles(s: Fraction, count: int) -> Timed:
    """With the error estimate, which is a second solution with fewer nodes."""
    return asked(s, method="estimated")


def certified(s: Fraction, count: int) -> Timed:
    """An interval that is proved to hold the mean time, to 15 digits."""
    return asked(s)


def asked(s: Fraction, **how: str) -> Timed:
    forget()
    return timed(lambda: sm.exit_time(chain(s), start=0, inside=[-1, 1], **how).enclosure.middle)


def forget() -> None:
    problem.REMEMBERED.clear()
    for name, module in list(sys.modules.items()):
        if name.startswith("sgd_markov."):
            for value in list(vars(module).values()):
                getattr(value, "cache_clear", lambda: None)()
