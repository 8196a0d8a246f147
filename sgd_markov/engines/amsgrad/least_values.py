"""Least values over ranges of places, by a table over ranges of lengths 1, 2, 4, ..."""

from __future__ import annotations

import numpy as np


class LeastValues:
    """`values`: shape (rows, places)."""

    def __init__(self, values: np.ndarray) -> None:
        self.levels = [values]
        while (half := 1 << (len(self.levels) - 1)) * 2 <= values.shape[1]:
            last = self.levels[-1]
            self.levels.append(np.minimum(last[:, :-half], last[:, half:]))

    def over(self, row: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """The least value of each row on the places first..last, both counted."""
        level = np.frexp(last - first + 1)[1] - 1
        result = np.empty(len(first), self.levels[0].dtype)
        for k, table in enumerate(self.levels):
            here = np.flatnonzero(level == k)
            at, left, right = row[here], first[here], last[here] + 1 - (1 << k)
            result[here] = np.minimum(table[at, left], table[at, right])
        return result
