"""A stationary law: what is known of it, and the checked proof that the chain keeps it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.number import Number
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive
from ..numerics.exact_numbers import number
from ..proof import Step


@dataclass(frozen=True)
class Place:
    """Which of several stationary laws is meant: the one reached from `start`, or the one on `within`."""

    start: Mapping[sp.Symbol, sp.Expr] | None = None
    within: tuple[sp.Expr, sp.Expr] | None = None

    def start_of(self, chain: Chain) -> dict[sp.Symbol, sp.Expr]:
        """Where a simulation starts: the start given, a point of `within`, else 0, or 1 or -1 as the state is declared."""
        if self.start is not None:
            return {symbol: self.start[symbol] for symbol in chain.state}
        if self.within is not None:
            return {chain.state[0]: inner_point(*self.within)}
        units = {"positive": 1, "negative": -1}
        return {symbol: sp.Integer(units.get(chain.domain.get(symbol, "real"), 0)) for symbol in chain.state}


def inner_point(low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """The middle of an interval, 1 inside its only finite end, or 0."""
    if low.is_infinite or high.is_infinite:
        return sp.Integer(0) if low.is_infinite and high.is_infinite else high - 1 if low.is_infinite else low + 1
    return (low + high) / 2


class Kind(StrEnum):
    """Of which type the law is; a law that is none of the pure types is `mixed`."""

    DENSITY = "absolutely continuous"
    ATOMIC = "atomic"
    SINGULAR = "singular"
    MIXED = "mixed"
    UNKNOWN = "of undecided type"


@dataclass(frozen=True, kw_only=True)
class StationaryLaw(ABC):
    """A law pi with pi K = pi for the chain's kernel K.

    `family`: the usual name. `state`: the state symbols. `parameters`: the family's own, by name.
    `proof`: the steps that show pi K = pi; the catalogue checks all of them whenever it returns the law.
    `unique`: True where no other stationary law exists (then the chain converges to it in law from every start,
    unless `hypotheses` say otherwise), False where there are others, None where that is not known.
    `hypotheses`: conditions on symbols and numbers, each with its state. `cite`: keys of references.bib.

    A method that a family does not know raises `Inconclusive`; one that asks for what does not exist (the density
    of an atomic law, an infinite moment) raises `HypothesisViolated`.
    """

    family: str
    state: tuple[sp.Symbol, ...]
    parameters: Mapping[str, sp.Expr] = field(default_factory=dict)
    proof: tuple[Step, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    unique: bool | None = True
    cite: tuple[str, ...] = ()
    tail: tuple[sp.Expr, sp.Expr, sp.Expr] | None = None
    """(kappa, right, left): the limits of t^kappa P(w > t) and t^kappa P(w < -t), where the density gives them;
    kappa = oo where all moments exist. None where it is not known."""

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """The type of the law."""

    @property
    def support(self) -> list[tuple[sp.Expr, sp.Expr]] | None:
        """The closed support as intervals, or None where it is not known or not a finite union of intervals."""
        return None

    @property
    def atoms(self) -> list[tuple[tuple[sp.Expr, ...], sp.Expr]]:
        """(place, probability) of every atom of an atomic or mixed law, where they are finitely many."""
        return []

    def density(self) -> sp.Expr | None:
        """The density in the state symbols, 0 outside the support; None where there is no closed form (or none)."""
        return None

    def characteristic_function(self, t: sp.Symbol) -> sp.Expr | None:
        """E exp(i t w) for real t in closed form, or None."""
        return None

    def description(self) -> str | None:
        """LaTeX of the law where neither a density nor atoms describe it (an infinite product, a digit law)."""
        return None

    # ---- numbers, each to `effort.digits`; with free symbols the closed form alone

    def mean_of(self, of: sp.Expr, effort: Effort) -> Number:
        """E of(w)."""
        raise self.unknown(f"E[{of}]")

    def conditions_of(self, of: sp.Expr, effort: Effort) -> tuple[Hypothesis, ...]:
        """What E of(w) rests on beside the hypotheses of the law, where symbols are free."""
        return ()

    def cdf(self, at: sp.Expr, effort: Effort) -> Number:
        """P(w <= at)."""
        raise self.unknown("the distribution function")

    def mass_at(self, at: sp.Expr, effort: Effort) -> Number:
        """P(w = at)."""
        if self.kind in (Kind.DENSITY, Kind.SINGULAR):
            return number(sp.Integer(0), effort, "the mass of a point")
        raise self.unknown("the mass of a point")

    def probability(self, low: sp.Expr, high: sp.Expr, effort: Effort) -> Number:
        """P(low <= w <= high); here for laws without atoms, from the distribution function."""
        raise self.unknown(f"P({low} <= w <= {high})")

    def density_at(self, at: sp.Expr, effort: Effort) -> Number:
        """The density at a point."""
        self.require_density()
        raise self.unknown("the density")

    def quantile(self, level: sp.Expr, effort: Effort) -> Number:
        """The smallest q with P(w <= q) >= level."""
        raise self.unknown("the quantile")

    def dimension(self, effort: Effort) -> Number:
        """The Hausdorff dimension of the law: the infimum of the dimensions of sets of full mass."""
        if self.kind is Kind.DENSITY:
            return number(sp.Integer(len(self.state)), effort, "the dimension")
        if self.kind is Kind.ATOMIC:
            return number(sp.Integer(0), effort, "the dimension")
        raise self.unknown("the dimension")

    # ---- refusals

    def require_density(self) -> None:
        """Refuse questions for a density that does not exist."""
        if self.kind in (Kind.ATOMIC, Kind.SINGULAR, Kind.MIXED):
            raise HypothesisViolated(
                "the stationary law has a density",
                f"the {self.family} law is {self.kind}; ask for cdf_at, set, quantile or of instead",
            )

    def unknown(self, what: str) -> Inconclusive:
        return Inconclusive(f"{what} of the {self.family} stationary law is not known in closed form or by a certified method")
