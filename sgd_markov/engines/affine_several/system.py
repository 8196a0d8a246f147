"""An affine chain w' = A w + b as polynomials: linear in the state, the randomness reduced to a few variables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import sympy as sp

from ...chain.batch import data_set
from ...chain.chain import Chain
from ...chain.draw import Draw, Scheme
from ...errors import HypothesisViolated, Inconclusive


@dataclass(frozen=True)
class AffineSystem:
    """w' = A w + b with `matrix` A and `offset` b, expressions in parameters and in the variables below.

    `means`: (variable, per-sample expression whose mean over the batch it stands for).
    `drawn`: (variable, expression in what a step draws once). A and b are polynomials in these variables.
    `draw`: the laws. Steps are independent, except under reshuffling and cyclic order within an epoch.
    """

    state: tuple[sp.Symbol, ...]
    matrix: sp.ImmutableMatrix
    offset: sp.ImmutableMatrix
    means: tuple[tuple[sp.Symbol, sp.Expr], ...]
    drawn: tuple[tuple[sp.Symbol, sp.Expr], ...]
    draw: Draw

    @cached_property
    def variables(self) -> tuple[sp.Symbol, ...]:
        """All variables that are random."""
        return (*(v for v, _ in self.means), *(v for v, _ in self.drawn))

    @cached_property
    def images(self) -> tuple[sp.Expr, ...]:
        """w' as polynomials in the state and the variables."""
        column = self.matrix * sp.Matrix(self.state) + self.offset
        return tuple(sp.expand(entry) for entry in column)

    @property
    def fixed_matrix(self) -> bool:
        """Is A not random?"""
        return not self.matrix.free_symbols & set(self.variables)

    @property
    def by_epochs(self) -> bool:
        """Do the batches of an epoch depend on one another, so that only epochs are independent?"""
        return self.draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) and data_set(self.draw) is not None

    def coordinates(self, wanted: set[sp.Symbol]) -> tuple[sp.Symbol, ...]:
        """The least set of coordinates that holds `wanted` and moves by itself, in the order of the state."""
        closed: set[sp.Symbol] = set()
        waiting = set(wanted)
        while waiting:
            closed |= waiting
            rows = [row for row, symbol in enumerate(self.state) if symbol in waiting]
            feeding = {self.state[j] for i in rows for j in range(len(self.state)) if self.matrix[i, j] != 0}
            waiting = feeding - closed
        return tuple(symbol for symbol in self.state if symbol in closed)

    def restricted(self, coordinates: tuple[sp.Symbol, ...]) -> AffineSystem:
        """The chain of coordinates that move by themselves, with the randomness that enters it."""
        rows = [row for row, symbol in enumerate(self.state) if symbol in coordinates]
        matrix, offset = self.matrix.extract(rows, rows), self.offset.extract(rows, [0])
        used = matrix.free_symbols | offset.free_symbols
        return AffineSystem(
            tuple(self.state[row] for row in rows),
            matrix,
            offset,
            tuple(pair for pair in self.means if pair[0] in used),
            tuple(pair for pair in self.drawn if pair[0] in used),
            self.draw,
        )


def affine_system(chain: Chain) -> AffineSystem:
    """The chain as w' = A w + b; raises `HypothesisViolated` where the map is not affine in the state.

    >>> from sgd_markov.chain.random_map import RandomMap
    >>> from sgd_markov.laws.normal import Normal
    >>> u, v, z = sp.symbols("u v z", real=True)
    >>> affine_system(RandomMap({u: u / 2 + v, v: v / 3 + z}, noise={z: Normal(0, 1)})).matrix
    Matrix([
    [1/2,   1],
    [  0, 1/3]])
    """
    chain = without_certain_draws(chain)
    epochs = chain.draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) and data_set(chain.draw) is not None
    if not chain.means:
        return system_of(chain, chain.update, {}, Draw(noise=(*chain.draw.data, *chain.draw.noise)))
    if chain.draw.batch_size == 1 and not epochs:
        return system_of(chain, chain.one_sample_map, {}, Draw(noise=(*chain.draw.data, *chain.draw.noise)))
    stand_ins: dict[sp.Expr, sp.Symbol] = {}
    table = {
        mean: batch_mean(chain, gradient, stand_ins) for mean, gradient in zip(chain.means, chain.gradient, strict=True)
    }
    return system_of(chain, tuple(expr.xreplace(table) for expr in chain.update), stand_ins, chain.draw)


def without_certain_draws(chain: Chain) -> Chain:
    """What is drawn from a single atom is not random: its value is written out."""
    certain: dict[sp.Symbol, sp.Expr] = {}
    for source in (*chain.draw.data, *chain.draw.noise):
        if source.finite is not None and len(source.finite) == 1:
            certain |= dict(zip(source.symbols, source.finite[0][0], strict=True))
    update, gradient = (tuple(e.xreplace(certain) for e in exprs) for exprs in (chain.update, chain.gradient))
    return replace(chain, update=update, gradient=gradient) if certain else chain


def batch_mean(chain: Chain, gradient: sp.Expr, stand_ins: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """The batch mean of an affine gradient, in stand-ins for the batch means of its data-dependent factors."""
    slopes, constant = split(gradient, chain.state, gradient)
    averaged = [in_statistics(part, set(chain.draw.data_symbols), stand_ins) for part in (*slopes, constant)]
    return sp.Add(*(part * symbol for part, symbol in zip(averaged, (*chain.state, sp.Integer(1)), strict=True)))


def in_statistics(expr: sp.Expr, drawn: set[sp.Symbol], stand_ins: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """expr = sum of factor * statistic, each statistic replaced by its stand-in."""
    terms = []
    for term in sp.Add.make_args(sp.expand(expr)):
        factor, statistic = term.as_independent(*drawn, as_Add=False)
        if statistic != 1:
            factor *= stand_ins.setdefault(statistic, sp.Dummy(f"mean_{len(stand_ins)}", real=True))
        terms.append(factor)
    return sp.Add(*terms)


def system_of(
    chain: Chain, update: tuple[sp.Expr, ...], stand_ins: dict[sp.Expr, sp.Symbol], draw: Draw
) -> AffineSystem:
    drawn = {symbol for source in draw.noise for symbol in source.symbols}
    bases: dict[sp.Expr, sp.Symbol] = {}
    rows, offsets = [], []
    for symbol, expr in zip(chain.state, update, strict=True):
        slopes, constant = split(expr, chain.state, f"{symbol}' = {expr}")
        rows.append([in_variables(slope, drawn, bases) for slope in slopes])
        offsets.append(in_variables(constant, drawn, bases))
    entries = [entry for row in (*rows, offsets) for entry in row]
    if not all(entry.is_polynomial(*stand_ins.values()) for entry in entries):
        raise Inconclusive("the exact moments of a nonlinear function of a batch mean; ask with batch_size = 1")
    used = set().union(*(entry.free_symbols for entry in entries))
    return AffineSystem(
        chain.state,
        sp.ImmutableMatrix(rows),
        sp.ImmutableMatrix(len(offsets), 1, offsets),
        tuple((variable, statistic) for statistic, variable in stand_ins.items() if variable in used),
        tuple((variable, base) for base, variable in bases.items()),
        draw,
    )


def split(expr: sp.Expr, state: tuple[sp.Symbol, ...], shown: object) -> tuple[list[sp.Expr], sp.Expr]:
    """The slopes in each state symbol, and the constant term."""
    expanded = sp.expand(expr)
    if not expanded.free_symbols & set(state):
        return [sp.Integer(0)] * len(state), expanded
    if not expanded.is_polynomial(*state):
        raise HypothesisViolated("the map is affine in the state", str(shown))
    poly = sp.Poly(expanded, *state)
    if poly.total_degree() > 1:
        raise HypothesisViolated("the map is affine in the state", str(shown))
    return [poly.coeff_monomial(symbol) for symbol in state], poly.coeff_monomial(1)


def in_variables(expr: sp.Expr, drawn: set[sp.Symbol], bases: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    """The expression as a polynomial in one variable for each drawn factor: x, exp(x), 1/x, Max(x, 0), ..."""
    terms = []
    for term in sp.Add.make_args(sp.expand(expr)):
        replaced = sp.Integer(1)
        for factor in sp.Mul.make_args(term):
            if not factor.free_symbols & drawn:
                replaced *= factor
                continue
            base, power = factor.as_base_exp()
            if not (power.is_Integer and power > 0):
                base, power = factor, sp.Integer(1)
            replaced *= bases.setdefault(base, sp.Dummy(f"drawn_{len(bases)}", real=True)) ** power
        terms.append(replaced)
    return sp.Add(*terms)
