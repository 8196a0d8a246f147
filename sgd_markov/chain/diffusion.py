"""A diffusion in one dimension: the small-step limit of a chain, or a problem of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from ..balls.adaptive import proved_sign
from ..errors import InvalidInput
from ..expressions import exact
from .chain import Chain
from .draw import Draw

SIDES = {"positive": (0, None), "nonnegative": (0, None), "negative": (None, 0)}
"""assumption on the state symbol -> (low, high) of the open state space; None is infinite"""


@dataclass(frozen=True, init=False)
class Diffusion:
    """dw = drift dt + sqrt(variance) dB in Ito's sense; times are in t, exponents per unit of t.

    `drift`, `variance`: expressions in the state symbol and parameters; `variance` is that of an increment per unit
    of time, not its square root. `state`: the symbol, or a list of one. `domain`: assumptions on the state symbol
    ("positive", "negative") that restrict the state space, which the diffusion must keep by itself.
    Errors: `InvalidInput` for floats, for several state symbols, for a variance that is nowhere positive.

    >>> w = sp.Symbol("w", real=True)
    >>> Diffusion(drift=-w, variance=2, state=w).drift
    -w
    """

    state: tuple[sp.Symbol, ...]
    drift: sp.Expr
    variance: sp.Expr
    domain: Mapping[sp.Symbol, str] = field(default_factory=dict)

    def __init__(
        self, drift: object, variance: object, state: Any, domain: Mapping[sp.Symbol, str] | None = None
    ) -> None:
        symbols = (state,) if isinstance(state, sp.Symbol) else tuple(state)
        if len(symbols) != 1 or not isinstance(symbols[0], sp.Symbol):
            raise InvalidInput(
                "model.state", [str(s) for s in symbols], "one state symbol: diffusions have one dimension"
            )
        object.__setattr__(self, "state", symbols)
        object.__setattr__(self, "drift", exact(drift, "model.drift"))
        object.__setattr__(self, "variance", exact(variance, "model.variance"))
        object.__setattr__(self, "domain", dict(domain or {}))
        if self.variance.is_nonpositive or (not self.variance.free_symbols and proved_sign(self.variance) in (0, -1)):
            raise not_positive(self.variance)
        self.require_one_symbol_of_the_name()

    def require_one_symbol_of_the_name(self) -> None:
        """Refuse another symbol that is called like the state (`Symbol("w")` beside `Symbol("w", real=True)`)."""
        for field_name, expr in (("model.drift", self.drift), ("model.variance", self.variance)):
            for symbol in expr.free_symbols - {self.variable}:
                if symbol.name == self.variable.name:
                    raise InvalidInput(field_name, expr, f"the state symbol {symbol.name} itself, with the same assumptions")

    def __hash__(self) -> int:
        return hash((self.state, self.drift, self.variance, tuple(sorted(self.domain.items(), key=str))))

    @property
    def dimension(self) -> int:
        return 1

    @property
    def variable(self) -> sp.Symbol:
        return self.state[0]

    @property
    def draw(self) -> Draw:
        """A diffusion draws no samples."""
        return Draw()

    @property
    def parameters(self) -> set[sp.Symbol]:
        """The free symbols other than the state."""
        free: set[sp.Symbol] = self.drift.free_symbols | self.variance.free_symbols
        return free - {self.variable}

    @property
    def state_space(self) -> tuple[sp.Expr, sp.Expr]:
        """The ends of the open interval that [symbols] allows, or that the state symbol's own assumption gives."""
        w = self.variable
        named = self.domain.get(w)
        own = "positive" if w.is_nonnegative else "negative" if w.is_nonpositive else ""
        low, high = SIDES.get(named or own, (None, None))
        return (-sp.oo if low is None else sp.Integer(low), sp.oo if high is None else sp.Integer(high))

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> Diffusion:
        """The diffusion with parameters replaced; a new one."""
        return replace_fields(self, self.drift.subs(values), self.variance.subs(values))

    def require_one_dimension(self, question: str) -> sp.Symbol:
        return self.variable

    def point(self, at: object, field_name: str = "at") -> dict[sp.Symbol, sp.Expr]:
        """`at` as a table over the state symbol; a plain number is allowed."""
        return Chain(self.state, (self.variable,), Draw()).point(at, field_name)


def not_positive(variance: sp.Expr) -> InvalidInput:
    """The refusal of a variance that is 0 or negative wherever it is looked at."""
    return InvalidInput("model.variance", variance, "a variance that is positive somewhere: without noise no diffusion")


def replace_fields(diffusion: Diffusion, drift: sp.Expr, variance: sp.Expr) -> Diffusion:
    return Diffusion(drift, variance, diffusion.state, diffusion.domain)
