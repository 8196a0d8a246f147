"""The conditions of a law on its parameters that symbols leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .law import Law
from .signs import sign

if TYPE_CHECKING:
    import sympy as sp


def open_ranges(law: Law) -> tuple[str, ...]:
    """What `check` of the law asks of its parameters and symbols leave open, one statement each.

    >>> import sympy as sp
    >>> from .bernoulli import Bernoulli
    >>> from .normal import Normal
    >>> r, s = sp.Symbol("r", real=True), sp.Symbol("s", positive=True)
    >>> open_ranges(Bernoulli(1 - r)), open_ranges(Normal(r, s))
    (('1 - r >= 0', 'r >= 0'), ())
    """
    asked: Any = object.__new__(type("Asked", (Asked, type(law)), {}))
    asked.__dict__.update(vars(law), found=[])
    asked.check()
    return tuple(dict.fromkeys(asked.found))


class Asked:
    """A law that notes what it requires instead of refusing what is false; what is false was refused when it was made."""

    found: list[str]

    def note(self, value: sp.Expr, relation: str) -> None:
        decided = sign(value) is not None or (relation == ">=" and value.is_nonnegative)
        if value.free_symbols and not decided:
            self.found.append(f"{value} {relation} 0")

    def require_positive(self, *names: str) -> None:
        for name in names:
            self.note(getattr(self, name), ">")

    def require_order(self, low: str, high: str) -> None:
        self.note(getattr(self, high) - getattr(self, low), ">")

    def require_probability(self, name: str, *, inside: bool = False) -> None:
        value = getattr(self, name)
        self.note(value, ">" if inside else ">=")
        self.note(1 - value, ">" if inside else ">=")
