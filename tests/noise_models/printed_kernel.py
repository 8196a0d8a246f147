"""Masses of intervals under a printed kernel: atoms, series, and the density integrated numerically."""

import numpy as np
import sympy as sp

TARGET = sp.Symbol("w_next", real=True)
LEVELS = 60
"""Terms of a series on both sides of 0."""


class PrintedKernel:
    """The answer of `kernel`, in double precision, for arrays of numbers in place of its symbols."""

    def __init__(self, answer, symbols):
        self.symbols = symbols
        self.atoms = [(self.function(a["to"]["w"].exact), self.function(a["probability"].exact)) for a in answer.atoms]
        for series in answer.atom_formula:
            (index,) = [s for s in series["to"]["w"].free_symbols if s.name == series["index"]]
            low, high = (int(sp.Max(-LEVELS, sp.Min(LEVELS, end))) for end in (series["from"], series["until"]))
            place, probability = (self.function(part, index) for part in (series["to"]["w"], series["probability"]))
            self.atoms += [(at_level(place, k), at_level(probability, k)) for k in range(low, high + 1)]
        self.density = None if answer.density is None else self.function(answer.density, TARGET)
        self.cuts = [] if answer.density is None else [self.function(cut) for cut in cuts_of(answer.density)]

    def function(self, expr, *more):
        return sp.lambdify([*self.symbols, *more], expr, ["scipy", "numpy"], cse=True)

    def mass(self, low, high, values):
        """(P(low < w' <= high), what the quadrature says of its own error), arrays."""
        total = np.zeros(low.shape)
        with np.errstate(all="ignore"):
            for place, probability in self.atoms:
                where = np.broadcast_to(place(*values), low.shape)
                inside = (low < where) & (where <= high)
                total += np.where(inside, probability(*values), 0)
            if self.density is None:
                return total, np.zeros(low.shape)
            coarse, fine = (self.continuous(low, high, values, step) for step in (1 / 8, 1 / 16))
        return total + fine, np.abs(fine - coarse)

    def continuous(self, low, high, values, step):
        """Between any two cuts by a double exponential substitution, which bears singular ends and infinite ones."""
        columns = [np.clip(np.nan_to_num(np.broadcast_to(cut(*values), low.shape), nan=0), low, high) for cut in self.cuts]
        middle = np.clip(values[0], low, high)
        edges = np.sort(np.stack([low, *columns, middle, high]), axis=0)
        s = np.arange(-4.6, 4.6, step)
        total = 0
        for left, right in zip(edges, edges[1:], strict=False):
            nodes, weights = substitution(left[:, None], right[:, None], s[None, :])
            heights = self.density(*(value[:, None] for value in values), nodes)
            terms = np.where(weights > 0, np.nan_to_num(heights * weights, nan=0, posinf=0), 0)
            total = total + terms.sum(axis=1) * step
        return total


def at_level(function, k):
    return lambda *values: function(*values, float(k))


def substitution(left, right, s):
    """x(s) and dx/ds: tanh-sinh on a bounded interval, exp-sinh on a half-line."""
    inner = np.pi / 2 * np.sinh(s)
    slope = np.pi / 2 * np.cosh(s)
    half = (right - left) / 2
    bounded = (left + right) / 2 + half * np.tanh(inner), half * slope / np.cosh(inner) ** 2
    upward = left + np.exp(inner), slope * np.exp(inner)
    downward = right - np.exp(inner), slope * np.exp(inner)
    chosen = np.isinf(left).astype(int) * 2 + np.isinf(right)
    nodes, weights = (np.choose(chosen, [b, u, d, b * 0]) for b, u, d in zip(bounded, upward, downward, strict=True))
    inside = (nodes > left) & (nodes < right)
    return np.where(inside, nodes, np.nan), np.where(inside, weights, 0)


def cuts_of(density):
    """Where the density may jump, have a kink or be infinite."""
    tests = [rel.lhs - rel.rhs for rel in density.atoms(sp.Rel)] + [modulus.args[0] for modulus in density.atoms(sp.Abs)]
    found = {root for test in tests if TARGET in test.free_symbols for root in sp.solve(test, TARGET)}
    return sorted(found, key=sp.default_sort_key)
