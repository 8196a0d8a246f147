"""What the optimizers that divide by the root of a second moment share: their memory, and the step at 0/0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sympy as sp

from ..chain.chain import Chain
from .direction import Given, Rule, chain_by
from .registry import memory_kinds, memory_name, memory_names

NEUTRAL = ("v", "vhat", "step")
"""Memory without a direction of its own at a fixed point."""

Now = Mapping[str, sp.Symbol]
"""kind of memory -> its symbol beside a parameter"""
After = Mapping[str, sp.Expr]
"""kind of memory -> its next value"""


@dataclass(frozen=True)
class Adaptive:
    """The direction top/(sqrt(square) + epsilon) of the step w' = w - lr direction, coordinate by coordinate.

    `after(g, now)`: the next values of the memory, `step` among them as the number of the update.
    `fraction(g, after)`: top and square, from the memory after the update.
    """

    after: Callable[[sp.Expr, Now], After]
    fraction: Callable[[sp.Expr, After], tuple[sp.Expr, sp.Expr]]
    epsilon: sp.Expr

    def moving(self, g: sp.Expr, now: Now) -> tuple[sp.Expr, After]:
        after = self.after(g, now)
        return self.no_step_at_zero(*self.fraction(g, after)), after

    def held(self, g: sp.Expr, now: Now) -> tuple[sp.Expr, After]:
        """The same with second moments that stay where they are."""
        after = {**self.after(g, now), **{kind: now[kind] for kind in ("v", "vhat") if kind in now}}
        top, square = self.fraction(g, after)
        return top / (sp.sqrt(square) + self.epsilon), after

    def no_step_at_zero(self, top: sp.Expr, square: sp.Expr) -> sp.Expr:
        """The quotient, and 0 where its denominator is 0: all gradients were 0 so far, and nothing moves."""
        below = sp.sqrt(square) + self.epsilon
        if self.epsilon.is_positive:
            return top / below
        positive = square > 0 if self.epsilon == 0 else below > 0
        return sp.Piecewise((top / below, positive), (sp.Integer(0), True))


def adaptive_chain(name: str, variant: str | None, chosen: Adaptive, *given: *Given) -> Chain:
    """The chain of the parameters and the memory of the optimizer `name`, with what `chain.frozen` needs."""
    _, parameters, *_ = given
    weights, kinds = tuple(parameters), memory_kinds(name, variant)
    alone = len(weights) == 1
    table = {w: {k: sp.Symbol(memory_name(k, str(w), alone), real=True) for k in kinds} for w in weights}
    memory = tuple(sp.Symbol(text, real=True) for text in memory_names(name, list(map(str, weights)), variant))
    neutral = tuple(s for s in memory if any(now.get(kind) == s for now in table.values() for kind in NEUTRAL))

    def beside(rule: Callable[[sp.Expr, Now], tuple[sp.Expr, After]]) -> Rule:
        def of(w: sp.Symbol, g: sp.Expr) -> tuple[sp.Expr, Mapping[sp.Symbol, sp.Expr]]:
            direction, after = rule(g, table[w])
            return direction, {table[w][kind]: value for kind, value in after.items()}

        return of

    return chain_by(beside(chosen.moving), memory, *given, held=beside(chosen.held), neutral=neutral)


def averaged(old: sp.Expr, new: sp.Expr, beta: sp.Expr) -> sp.Expr:
    """The exponential moving average beta old + (1 - beta) new."""
    return beta * old + (1 - beta) * new


def correction(beta: sp.Expr, update: sp.Expr) -> sp.Expr:
    """1 - beta^update: the weight of all gradients so far in a moving average that starts at 0."""
    return sp.Integer(1) if beta == 0 else 1 - beta**update


__all__ = ["Adaptive", "After", "Now", "adaptive_chain", "averaged", "correction"]
