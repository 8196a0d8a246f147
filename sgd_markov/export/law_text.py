"""A law in words and as a formula, from what every law states of itself: a new law needs nothing here."""

from __future__ import annotations

from dataclasses import fields

import sympy as sp

from ..answer.text import expression_latex
from ..chain.chain import Chain
from ..chain.draw import Draw, Scheme, Source
from ..laws.law import Law
from ..laws.rows import Rows
from ..laws.support import HalfLattice, Interval
from .tex import display, escaped, inline

SHOWN = 12
"""Atoms of a law, or rows of a data set, that are printed."""


def source_text(source: Source) -> str:
    """One sentence and one formula for the law of one source."""
    names = ", ".join(expression_latex(symbol) for symbol in source.symbols)
    if isinstance(source.law, Rows):
        return rows_text(names, source.law)
    return f"${names}$ follows the law {escaped(source.law.name)}{parameters(source.law)}:\n" + law_formula(
        source.symbols[0], source.law
    )


def parameters(law: Law) -> str:
    given = {entry.name: getattr(law, entry.name) for entry in fields(law)}
    shown = {name: expression_latex(value) for name, value in given.items() if isinstance(value, sp.Expr)}
    pairs = [f"{escaped(name)} {inline(formula)}" for name, formula in shown.items()]
    return f" ({', '.join(pairs)})" if pairs else ""


def law_formula(symbol: sp.Symbol, law: Law) -> str:
    """The probabilities of the atoms, the density on its support, or the probabilities on a lattice."""
    x = expression_latex(symbol)
    if law.atoms is not None:
        return display(r",\quad ".join(atom_parts(x, [((value,), p) for value, p in law.atoms])))
    if isinstance(law.support, Interval):
        density = law.density(symbol)
        ends = rf"{x} \in \left({expression_latex(law.support.low)},\ {expression_latex(law.support.high)}\right)"
        return display(rf"p({x}) = {expression_latex(density)}, \quad {ends}" if density is not None else ends)
    return lattice_formula(x, law, law.support)


def lattice_formula(x: str, law: Law, support: object) -> str:
    assert isinstance(support, HalfLattice)
    k = sp.Symbol("k", integer=True, nonnegative=True)
    probability = law.probability(k)
    value = expression_latex(support.offset + support.step * k)
    mass = "p_k" if probability is None else expression_latex(probability)
    return display(rf"P\left({x} = {value}\right) = {mass}, \quad k = 0, 1, 2, \ldots")


def atom_parts(names: str, atoms: list[tuple[tuple[sp.Expr, ...], sp.Expr]]) -> list[str]:
    """P(x = v) = p for the first atoms; dots for the others."""
    parts = []
    for values, probability in atoms[:SHOWN]:
        listed = ", ".join(expression_latex(value) for value in values)
        place = listed if len(values) == 1 else rf"\left({listed}\right)"
        parts.append(rf"P\left({names} = {place}\right) = {expression_latex(probability)}")
    return [*parts, r"\ldots"] if len(atoms) > SHOWN else parts


def rows_text(names: str, law: Rows) -> str:
    """A data set: all its rows if they are few, else its size and the first of them."""
    weights = "each with the same probability" if law.equal else "with the probabilities given"
    sentence = f"$({names})$ is one of {law.size} rows, {weights}:\n"
    return sentence + display(r",\quad ".join(atom_parts(f"({names})", list(law.entries))))


def draw_text(draw: Draw) -> list[str]:
    """The laws of all sources, and how a batch is drawn."""
    blocks = [source_text(source) for source in draw.data]
    if draw.noise:
        blocks += ["Drawn once a step:", *(source_text(source) for source in draw.noise)]
    if draw.data:
        blocks.append(batch_text(draw))
    return blocks


def batch_text(draw: Draw) -> str:
    if draw.batch_size == 1 and draw.scheme is Scheme.WITH_REPLACEMENT:
        return "Each step draws one sample, independent of all others."
    scheme = str(draw.scheme).replace("-", " ")
    return f"Each step draws a batch of {draw.batch_size} samples ({scheme}) and uses the mean of their gradients."


def map_text(chain: Chain) -> str:
    """The random map, with the mean gradient named where there is one."""
    primed = [(rf"{expression_latex(symbol)}'", expr) for symbol, expr in zip(chain.state, chain.update, strict=True)]
    blocks = [display(rf"{name} = {expression_latex(expr)}") for name, expr in primed]
    if chain.means:
        mean = "" if chain.draw.batch_size == 1 else " (the mean over the batch is taken)"
        blocks.append(f"where, for one sample{mean},")
        pairs = zip(chain.means, chain.gradient, strict=True)
        blocks += [display(rf"{expression_latex(mean)} = {expression_latex(expr)}") for mean, expr in pairs]
    return "\n".join(blocks)
