"""What all finite laws share: everything is a finite sum."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import sympy as sp

from .convolution import mean_of_copies
from .law import Law, Support
from .signs import is_zero, sign
from .support import Finite as Atoms
from .weights import Entries, merged

if TYPE_CHECKING:
    from .law import Reals


@dataclass(frozen=True)
class Atomic(Law):
    """A law of finitely many outcomes; `entries` is the list as written, `support.atoms` the distinct values."""

    @property
    @abstractmethod
    def entries(self) -> Entries:
        """Pairs (value, probability) as written: repeated values stay repeated (they count in batches)."""

    @cached_property
    def _atoms(self) -> Atoms:
        return Atoms(merged(self.entries))

    @property
    def support(self) -> Support:
        return self._atoms

    def moment(self, order: int) -> sp.Expr:
        return sp.expand(sp.Add(*(weight * value**order for value, weight in self._atoms.atoms)))

    def cdf(self, x: sp.Expr) -> sp.Expr:
        """The sum of the weights at or below x; a case distinction for each value that cannot be compared with x."""
        return sp.Add(*(weight * _step(x - value) for value, weight in self._atoms.atoms))

    def characteristic_function(self, t: sp.Expr) -> sp.Expr:
        return sp.Add(*(weight * sp.exp(sp.I * t * value) for value, weight in self._atoms.atoms))

    def log_affine(self, shift: sp.Expr, factor: sp.Expr) -> sp.Expr:
        """sum_i p_i log|shift + factor v_i|; -oo where an atom is hit exactly."""
        images = [(shift + factor * value, weight) for value, weight in self._atoms.atoms]
        if any(is_zero(image) for image, _ in images):
            return sp.S.NegativeInfinity
        return sp.Add(*(weight * sp.log(sp.Abs(image)) for image, weight in images))

    def power_affine(self, shift: sp.Expr, factor: sp.Expr, order: sp.Expr) -> sp.Expr:
        """sum_i p_i |shift + factor v_i|^order."""
        images = ((shift + factor * value, weight) for value, weight in self._atoms.atoms)
        return sp.Add(*(weight * sp.Abs(image) ** order for image, weight in images if not is_zero(image)))

    def affine(self, shift: sp.Expr, factor: sp.Expr) -> Law:
        return self._from_entries(tuple((shift + factor * value, weight) for value, weight in self.entries))

    def batch_mean(self, size: int) -> Law | None:
        """The binomial or multinomial law of the mean; None beyond 20000 atoms."""
        if size == 1:
            return self
        atoms = mean_of_copies(self._atoms.atoms, size)
        return None if atoms is None else self._from_entries(atoms)

    def square(self) -> Law:
        return self._from_entries(merged(tuple((value**2, weight) for value, weight in self._atoms.atoms)))

    @staticmethod
    def _from_entries(entries: Entries) -> Law:
        from .constant import Constant
        from .finite import Finite

        if len(entries) == 1:
            return Constant(entries[0][0])
        return Finite(tuple(value for value, _ in entries), tuple(weight for _, weight in entries))

    def from_uniforms(self, u: Reals) -> Reals:
        import numpy as np

        values = np.array([float(value) for value, _ in self._atoms.atoms])
        levels = np.cumsum([float(weight) for _, weight in self._atoms.atoms])[:-1]
        samples: Reals = values[np.searchsorted(levels, u[0], side="right")]
        return samples


def _step(distance: sp.Expr) -> sp.Expr:
    known = sign(distance)
    if known is None:
        return sp.Piecewise((sp.Integer(1), distance >= 0), (sp.Integer(0), True))
    return sp.Integer(1 if known >= 0 else 0)
