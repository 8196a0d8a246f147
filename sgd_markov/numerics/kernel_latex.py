"""A kernel as one LaTeX formula: K(w, dw') = atoms + series + densities, case by case."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from ..answer.text import expression_latex
from .case_signs import Signs
from .case_signs import relation as relation_of
from .measures import Joint, Measure

SHOWN = 12
"""Atoms, and terms of the density, that the formula writes out."""


def kernel_latex(
    state: tuple[sp.Symbol, ...], cases: Sequence[tuple[Signs, Measure]], targets: tuple[sp.Symbol, ...]
) -> str:
    """K(w, dw') as LaTeX.

    >>> from .measures import Atom
    >>> w = sp.Symbol("w", real=True)
    >>> kernel_latex((w,), [(Signs(), Measure((Atom((w / 2,), sp.Integer(1)),)))], (sp.Symbol("w_next"),))
    "K\\\\left(w;\\\\, dw'\\\\right) = \\\\delta_{\\\\frac{w}{2}}\\\\left(dw'\\\\right)"
    """
    names = [f"{expression_latex(symbol)}'" for symbol in state]
    primes = {target: sp.Symbol(name, real=True) for target, name in zip(targets, names, strict=True)}
    primed = rf"\left({', '.join(names)}\right)" if len(names) > 1 else names[0]
    head = rf"K\left({', '.join(map(expression_latex, state))};\, d{primed}\right) = "
    if len(cases) == 1:
        return head + measure_latex(cases[0][1], primes, primed)
    rows = [
        rf"{measure_latex(measure, primes, primed)} & \text{{for }} {condition_latex(signs)}" for signs, measure in cases
    ]
    return head + r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def condition_latex(signs: Signs) -> str:
    return r" \wedge ".join(expression_latex(relation_of(fact, known)) for fact, known in signs.independent)


Primes = dict[sp.Symbol, sp.Symbol]
"""The arguments of densities, as they are printed."""


def measure_latex(measure: Measure, primes: Primes, primed: str) -> str:
    terms = [delta(atom.to, atom.probability, primed) for atom in measure.atoms[:SHOWN]]
    terms += [r"\ldots"] if len(measure.atoms) > SHOWN else []
    for series in measure.series:
        bounds = rf"_{{{series.index} = {expression_latex(series.start)}}}^{{{expression_latex(series.stop)}}}"
        terms.append(rf"\sum{bounds} {delta((series.to,), series.probability, primed)}")
    terms += [joint_latex(piece, primes) for piece in measure.surfaces if len(piece.places) > 1]
    if len(primes) == 1 and measure.densities:
        (target,) = primes
        listed = sp.Add.make_args(measure.density(target))
        body = expression_latex(sp.Add(*listed[:SHOWN]).xreplace(primes)) + (r" + \ldots" if len(listed) > SHOWN else "")
        terms.append((rf"\left({body}\right)" if len(listed) > 1 else body) + rf"\, d{primed}")
    return " + ".join(terms) or "0"


def joint_latex(joint: Joint, primes: Primes) -> str:
    """A density of some coordinates times a unit mass at the others."""
    targets = tuple(primes)
    body = expression_latex(joint.everywhere(targets).xreplace(primes))
    differentials = r"\, ".join(f"d{primes[target]}" for target in joint.free(targets))
    place = ",\\, ".join(expression_latex(p.xreplace(primes)) for p in joint.places if p is not None)
    return rf"\left({body}\right) {differentials}" + (rf"\, \delta_{{{place}}}" if place else "")


def delta(to: tuple[sp.Expr, ...], probability: sp.Expr, primed: str) -> str:
    place = ",\\, ".join(expression_latex(value) for value in to)
    mass = expression_latex(probability)
    weight = "" if probability == 1 else rf"\left({mass}\right) " if probability.is_Add else mass + r"\, "
    return rf"{weight}\delta_{{{place}}}\left(d{primed}\right)"
