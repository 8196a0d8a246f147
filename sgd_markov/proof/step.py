"""One step of a proof: a sentence, a formula, and how it is checked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp

from ..answer.text import expression_latex


class StepFailed(AssertionError):
    """A step of a proof that does not hold: names the step and what was found."""


@dataclass(frozen=True)
class Step(ABC):
    """One step: `why` says in a sentence what is done; `check` raises `StepFailed` where it is not so.

    `given`: names that the formula uses, each with the expression that it stands for; the formula is printed with
    the names and checked with the expressions. A meaning may use other names.
    """

    why: str
    given: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict, kw_only=True)

    @abstractmethod
    def check(self) -> None:
        """Raise `StepFailed` unless the step holds."""

    @property
    @abstractmethod
    def latex(self) -> str:
        """The formula of the step as LaTeX, without dollar signs."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """`algebra`, `certified`, `cited`, `argued` or `definition`."""

    def written_out(self, expr: sp.Expr) -> sp.Expr:
        """The expression with every name of `given` replaced by what it stands for."""
        result = sp.sympify(expr)
        for _ in range(len(self.given) + 1):
            if not result.free_symbols & self.given.keys():
                return result
            result = result.subs(self.given, simultaneous=True)
        raise self.fail("the given names stand for each other in a circle")

    def fail(self, found: object) -> StepFailed:
        return StepFailed(f"{self.why}: {found}")


@dataclass(frozen=True)
class Definition(Step):
    """A name for an expression; there is nothing to check but that it does not name itself."""

    name: sp.Symbol
    meaning: sp.Expr

    def check(self) -> None:
        if self.name in self.meaning.free_symbols:
            raise self.fail(f"{self.name} is defined by itself")

    @property
    def latex(self) -> str:
        return rf"{expression_latex(self.name)} := {expression_latex(self.meaning)}"

    @property
    def kind(self) -> str:
        return "definition"


KINDS = {
    "algebra": "algebra, checked symbolically",
    "certified": "certified by exact signs or ball arithmetic",
    "cited": "cited, not proved here",
    "argued": "argued in words, checked by no machine",
    "definition": "a definition",
}
"""kind -> what a reader is told about the step"""


def check_all(steps: Sequence[Step]) -> None:
    """Check every step in order; raises `StepFailed` at the first that does not hold."""
    for step in steps:
        step.check()
