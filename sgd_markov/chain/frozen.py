"""The dynamics near a fixed point of an adaptive optimizer: parameters and momentum move, neutral memory is held.

Second moments and the step have no direction of their own there: AMSGrad's `vhat` stays where it is once the gradients
are small, and the bias corrections tend to 1 whatever the step was. So the exponent at a point is that of the
parameters and of their momentum, with `v`, `vhat` and `step` put in as constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp

from ..errors import HypothesisViolated, InvalidInput
from .chain import Chain, Point

STEP = "step"
"""The neutral memory that goes on counting; every other may be any number that is not negative."""


def frozen(chain: Chain, at: Point) -> tuple[Chain, Point]:
    """The chain of the parameters and their momentum with the neutral memory held at its values in `at`, and the point.

    The step at `step` = n is update number n + 1; `oo` is the limit of the bias corrections, 1.
    Hypothesis: the effective learning rate is finite, or `HypothesisViolated` (epsilon = 0 with a second moment of 0).

    >>> from sgd_markov.optimizers.rmsprop import RMSProp
    >>> w, lr = sp.Symbol("w", real=True), sp.Symbol("lr", positive=True)
    >>> chain = RMSProp(w**2 / 2, [w], lr, "9/10", 0)
    >>> frozen(chain, {w: sp.Integer(0), chain.memory[0]: sp.Integer(4)})[0].one_sample_map
    (-lr*w/2 + w,)
    """
    if not chain.neutral:
        return chain, at
    constants = {symbol: checked(symbol, at[symbol]) for symbol in chain.neutral}
    held = tuple(with_constants(expr, constants) for expr in chain.held)
    if any(expr.has(sp.zoo, sp.nan, sp.oo, -sp.oo) for expr in held):
        where = ", ".join(f"{symbol} = {value}" for symbol, value in constants.items())
        raise HypothesisViolated("the effective learning rate is finite", f"{where} and epsilon = 0")
    kept = tuple(symbol for symbol in chain.state if symbol not in constants)
    still = replace(
        chain,
        state=kept,
        update=held,
        memory=tuple(symbol for symbol in chain.memory if symbol in kept),
        domain={symbol: kind for symbol, kind in chain.domain.items() if symbol in kept},
        neutral=(),
        held=(),
    )
    return still, {symbol: at[symbol] for symbol in kept}


def held_at(chain: Chain, at: object) -> tuple[Chain, Point]:
    """The frozen chain and the point in it, for `at` as a user gives it: `step` is oo unless `at` gives it.

    >>> from sgd_markov.optimizers.adam import Adam
    >>> w, lr = sp.Symbol("w", real=True), sp.Symbol("lr", positive=True)
    >>> chain, point = held_at(Adam(w**2 / 2, [w], lr, "1/2", "9/10", 1), 0)
    >>> chain.one_sample_map, point[w]
    ((-lr*(m/2 + w/2) + w, m/2 + w/2), 0)
    """
    return frozen(chain, held_point(chain, at))


def held_point(chain: Chain, at: object) -> Point:
    """`at` as a full table over the state, with the step at oo unless it is given."""
    given = {str(symbol) for symbol in at} if isinstance(at, Mapping) else set()
    return {s: sp.oo if str(s) == STEP and counts(chain, s, given) else value for s, value in chain.point(at).items()}


def held_values(chain: Chain, at: object) -> tuple[str, ...]:
    """What is held at the point, as far as the step depends on it.

    >>> from sgd_markov.optimizers.amsgrad import AMSGrad
    >>> w = sp.Symbol("w", real=True)
    >>> held_values(AMSGrad(w**2 / 2, [w], 1, "1/2", "9/10", 0, variant="optax"), {"w": 0, "vhat": 4})
    ('vhat = 4', 'step = oo')
    """
    point = held_point(chain, at)
    return tuple(f"{symbol} = {point[symbol]}" for symbol in used_memory(chain))


def drifting(chain: Chain, at: object) -> tuple[str, ...]:
    """The held values that the map itself does not keep at the point: there the exponent is not that of the chain.

    RMSProp and Adam forget a second moment, so that only v = 0 stays; AMSGrad keeps its largest.

    >>> from sgd_markov.optimizers.rmsprop import RMSProp
    >>> w = sp.Symbol("w", real=True)
    >>> drifting(RMSProp(w**2 / 2, [w], 1, "9/10", 0), {"w": 0, "v": 4})
    ('v = 4',)
    """
    point = held_point(chain, at)
    rest = dict.fromkeys(chain.means, sp.Integer(0))
    moved = dict(zip(chain.state, chain.update, strict=True))
    return tuple(
        f"{symbol} = {point[symbol]}"
        for symbol in used_memory(chain)
        if point[symbol] != sp.oo
        and sp.simplify(with_constants(moved[symbol].xreplace(rest), point) - point[symbol]) != 0
    )  # fmt: skip


def used_memory(chain: Chain) -> tuple[sp.Symbol, ...]:
    """The neutral memory on which the steps of the other coordinates depend."""
    used = set().union(*(expr.free_symbols for expr in chain.held))
    return tuple(symbol for symbol in chain.neutral if symbol in used)


def without_idle_momentum(chain: Chain, point: Point) -> tuple[Chain, Point]:
    """The chain without memory that does not act on the parameters (beta1 = 0), and the point in it."""
    acting = set(chain.weights)
    steps = dict(zip(chain.state, chain.one_sample_map, strict=True))
    while fresh := {s for symbol in acting for s in steps[symbol].free_symbols & set(chain.state)} - acting:
        acting |= fresh
    if acting == set(chain.state):
        return chain, point
    kept = [place for place, symbol in enumerate(chain.state) if symbol in acting]
    smaller = replace(
        chain,
        state=tuple(chain.state[place] for place in kept),
        update=tuple(chain.update[place] for place in kept),
        memory=tuple(symbol for symbol in chain.memory if symbol in acting),
    )
    return smaller, {symbol: value for symbol, value in point.items() if symbol in acting}


def counts(chain: Chain, symbol: sp.Symbol, given: set[str]) -> bool:
    """Is it the counter of an optimizer, of which `at` does not speak?"""
    return symbol in chain.neutral and str(symbol) not in given


def checked(symbol: sp.Symbol, value: sp.Expr) -> sp.Expr:
    """A second moment or a number of steps as it may be."""
    if value.is_negative or (value == sp.oo and str(symbol) != STEP):
        raise InvalidInput(f"at.{symbol}", value, "a finite number that is not negative")
    return value


def with_constants(expr: sp.Expr, constants: Point) -> sp.Expr:
    """The expression with the neutral memory put in; powers of a beta below 1 vanish as the step tends to oo."""
    for symbol, value in constants.items():
        if value == sp.oo:
            powers = [part for part in expr.atoms(sp.Pow) if symbol in part.exp.free_symbols]
            expr = expr.xreplace(dict.fromkeys(powers, sp.Integer(0)))
    return expr.subs(constants)


__all__ = ["drifting", "frozen", "held_at", "held_values", "without_idle_momentum"]
