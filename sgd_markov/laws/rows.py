"""A joint finite law of several symbols: a data set, or weighted rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Self

import sympy as sp

from ..errors import InvalidInput
from ..expressions import exact
from .finite import Finite
from .law import real
from .phrase import Phrase
from .weights import checked_weights

if TYPE_CHECKING:
    from .law import Reals

Row = tuple[sp.Expr, ...]


@dataclass(frozen=True, init=False)
class Rows:
    """The row i with probabilities[i] (equal if not given); each row gives one value to each of k symbols.

    Repeated rows stay in `rows`, which is the data set that batches are drawn from.

    >>> law = Rows([[1, 2], [1, -1], [1, 2]])
    >>> law.size, law.width, law.column(1).moment(1), len(law.atoms)
    (3, 2, 1, 2)
    """

    name: ClassVar[str] = "rows"

    rows: tuple[Row, ...]
    probabilities: tuple[sp.Expr, ...]

    def __init__(self, rows: Sequence[Sequence[object]], probabilities: Sequence[object] | None = None) -> None:
        object.__setattr__(self, "rows", _exact_rows(rows))
        weights = checked_weights(probabilities, len(self.rows), f"{self.name}.probabilities")
        object.__setattr__(self, "probabilities", weights)

    @property
    def size(self) -> int:
        """The number of rows as written."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """The number of symbols."""
        return len(self.rows[0])

    @property
    def equal(self) -> bool:
        """Are all probabilities as written equal? Then the law is a data set."""
        return len(set(self.probabilities)) == 1

    @property
    def entries(self) -> tuple[tuple[Row, sp.Expr], ...]:
        """Pairs (row, probability) as written."""
        return tuple(zip(self.rows, self.probabilities, strict=True))

    @cached_property
    def atoms(self) -> tuple[tuple[Row, sp.Expr], ...]:
        """Distinct rows with the sum of their probabilities; rows of probability 0 dropped."""
        totals: dict[Row, list[sp.Expr]] = {}
        written: dict[Row, Row] = {}
        for row, weight in self.entries:
            if weight != 0:
                key = tuple(sp.expand(value) for value in row)
                written.setdefault(key, row)
                totals.setdefault(key, []).append(weight)
        return tuple((written[key], sp.Add(*weights)) for key, weights in totals.items())

    def column(self, i: int) -> Finite:
        """The law of the i-th symbol alone."""
        return Finite(tuple(row[i] for row in self.rows), self.probabilities)

    def moment(self, orders: Sequence[int]) -> sp.Expr:
        """E prod_i X_i^orders[i].

        >>> Rows([[1, 2], [3, 5]]).moment([1, 1])
        17/2
        """
        products = (
            weight * sp.Mul(*(value**order for value, order in zip(row, orders, strict=True)))
            for row, weight in self.entries
        )
        return sp.expand(sp.Add(*products))

    uniforms: ClassVar[int] = 1

    def from_uniforms(self, u: Reals) -> Reals:
        """Samples of shape (width, ...) from uniforms of shape (1, ...)."""
        import numpy as np

        table = np.array([[float(value) for value in row] for row in self.rows])
        levels = np.cumsum([float(weight) for weight in self.probabilities])[:-1]
        return np.moveaxis(table[np.searchsorted(levels, u[0], side="right")], -1, 0)

    def subs(self, values: Mapping[sp.Symbol, sp.Expr]) -> Self:
        rows = tuple(tuple(value.subs(values) for value in row) for row in self.rows)
        return type(self)(rows, tuple(weight.subs(values) for weight in self.probabilities))

    @property
    def free_symbols(self) -> set[sp.Symbol]:
        entries = (*self.probabilities, *(value for row in self.rows for value in row))
        return set().union(*(entry.free_symbols for entry in entries))


def _exact_rows(rows: Sequence[Sequence[object]]) -> tuple[Row, ...]:
    if isinstance(rows, str) or not isinstance(rows, Sequence) or not rows:
        raise InvalidInput("rows.rows", rows, "a list of rows, at least one")
    exact_rows = []
    for number, row in enumerate(rows, start=1):
        field = f"rows.rows[{number}]"
        if isinstance(row, str) or not isinstance(row, Sequence) or not row:
            raise InvalidInput(field, row, "a list of values, one for each symbol")
        if len(row) != len(rows[0]):
            raise InvalidInput(
                field, Phrase(f"a row of {len(row)}"), f"as many values as in the first row, {len(rows[0])}"
            )
        exact_rows.append(tuple(real(exact(value, field), field) for value in row))
    return tuple(exact_rows)
