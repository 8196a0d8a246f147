"""What one step of the chain draws: a batch of samples, and noise that is never averaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import sympy as sp

from ..laws.law import Law
from ..laws.rows import Rows


class Scheme(StrEnum):
    """How a batch is drawn from the data set (interface, section 2)."""

    WITH_REPLACEMENT = "with-replacement"
    WITHOUT_REPLACEMENT = "without-replacement"
    RESHUFFLING = "reshuffling"
    CYCLIC = "cyclic"
    POISSON = "poisson"


@dataclass(frozen=True)
class Importance:
    """Sampling with replacement where entry i of the data set has its own probability."""

    probabilities: tuple[object, ...]


@dataclass(frozen=True)
class Source:
    """Symbols and the law from which they are drawn together; different sources are independent."""

    symbols: tuple[sp.Symbol, ...]
    law: Law | Rows

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> Source:
        return Source(self.symbols, self.law.subs(values))

    @property
    def finite(self) -> tuple[tuple[tuple[sp.Expr, ...], sp.Expr], ...] | None:
        """Atoms as (values of the symbols, probability) for a finite law, else None."""
        if self.law.atoms is None:
            return None
        if isinstance(self.law, Rows):
            return tuple(self.law.atoms)
        return tuple(((value,), probability) for value, probability in self.law.atoms)


@dataclass(frozen=True)
class Draw:
    """One step's randomness: `batch_size` samples from `data` under `scheme`, and one draw of `noise`.

    A sample is a joint draw of all sources of `data`. Outside with-replacement the data set is the one source
    that is `Rows` or a finite law with equal probabilities; its entries count as often as they stand.
    Importance and Poisson sampling occur while a chain is built only (`chain.written_out_sampling`).
    """

    data: tuple[Source, ...] = ()
    noise: tuple[Source, ...] = ()
    batch_size: int = 1
    scheme: Scheme = Scheme.WITH_REPLACEMENT
    importance: Importance | None = None

    @property
    def data_symbols(self) -> tuple[sp.Symbol, ...]:
        return tuple(symbol for source in self.data for symbol in source.symbols)

    @property
    def noise_symbols(self) -> tuple[sp.Symbol, ...]:
        return tuple(symbol for source in self.noise for symbol in source.symbols)

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        return set().union(*(source.law.free_symbols for source in (*self.data, *self.noise)))

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> Draw:
        return Draw(
            tuple(source.subs(values) for source in self.data),
            tuple(source.subs(values) for source in self.noise),
            self.batch_size,
            self.scheme,
        )
