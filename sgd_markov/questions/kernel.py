"""The one-step transition kernel: the law of the next state, given the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy as sp

from ..answer.answer import Answer
from ..answer.number import Number
from ..answer.text import expression_latex
from ..answer.warrant import Warrant
from ..chain.chain import Chain
from ..chain.draw import Scheme
from ..chain.mixture import Component, mixture
from ..effort import Effort
from ..engines.epoch_step import epoch_components
from ..engines.transition_kernel import transition_kernel
from ..numerics.case_signs import Signs
from ..numerics.case_signs import relation as relation_of
from ..numerics.exact_numbers import number
from ..numerics.measures import Atom, Density, Measure, Series
from .verb import verb

FIELDS = {"at": "point"}
WHAT = "the kernel"
FURTHER = ("atoms", "density", "support", "relation")
SHOWN = 12
"""Atoms, and terms of the density, that the formula writes out."""

Cases = list[tuple[Signs, Measure]]


@verb
def kernel(chain: Chain, at: object = None, *, effort: Effort) -> Answer:
    """The one-step kernel K(w, dw') = sum_i p_i delta_(a_i)(dw') + k(w, w') dw'.

    `atoms`: the a_i with their p_i; `density`: k as an expression in the state symbol (unless `at`) and in the symbol
    that `target` names, `w_next`; it carries its support (0 outside), which `support` lists as intervals.
    `atom_formula`: infinitely many atoms as a formula in an integer index (Poisson, geometric, rounding).
    Where free symbols leave signs open the fields are case distinctions: `conditions` says where they hold, `cases`
    lists the cases, `degenerate` those that hold on an equation only (the noise vanishes and the step is certain).

    Under reshuffling and cyclic sampling one step of the chain is one epoch.

    Functions of one continuous variable are inverted exactly, branch by branch. Sums of independent parts are convolved
    (closed forms for polynomials times exponentials of quadratics, each checked against direct integration), quadratic
    forms of normal variables have Bessel densities (checked by their characteristic functions). Where no closed form is
    known, the density holds an `Integral`, which evaluates numerically; it may then be 0 in a part of its support.

    In several dimensions: atoms; and laws on curves, where the first coordinate determines the others. `density` is then
    that of the first coordinate, and `relation` lists the curves, each with `to`, the other coordinates as expressions
    in `target`, and its own `density` and `support`.

    `at`: a state at which everything is evaluated.
    Errors: `Inconclusive` where the law of the step is not known, or a map has no exact inverse.

    >>> from sgd_markov.laws.normal import Normal
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD((w - x) ** 2 / 2, [w], "1/2", data={x: Normal(0, 2)})
    >>> kernel(chain).density
    sqrt(2)*exp(-(-w/2 + w_next)**2/2)/(2*sqrt(pi))
    """
    target, index = free_name(chain, target_name(chain)), free_name(chain, "k", integer=True, nonnegative=True)
    components = next_state(chain, at, effort)
    effort.check()
    cases = transition_kernel(components, target, index, effort)
    generic = [case for case in cases if not case[0].is_degenerate]
    return Answer(
        question="kernel",
        warrant=Warrant.EXACT,
        method=method_of(cases),
        digits=effort.digits,
        formula=formula(chain, cases, target),
        extra={
            "atoms": [atom_table(chain, atom, effort) for atom in merged_atoms(generic)],
            "density": merged_density(generic, target),
            "support": merged_support(generic, effort),
            "relation": relation(chain, generic, target, effort),
            "target": str(target),
            "atom_formula": [series_table(chain, series) for series in merged_series(generic)],
            "conditions": conditions(cases),
            "cases": [case_table(chain, case, target, effort) for case in generic] if len(generic) > 1 else None,
            "degenerate": [case_table(chain, c, target, effort) for c in cases if c[0].is_degenerate] or None,
        },
    )


def method_of(cases: Cases) -> str:
    """How the law was found, from what it is made of."""
    found = "exact enumeration of finite laws, change of variables over all monotone branches"
    if any(holds_integral(measure) for _, measure in cases):
        found += "; what has no known closed form is left as an integral or a sum"
    return found


def holds_integral(measure: Measure) -> bool:
    formulas = [*(d.formula for d in measure.densities), *(a.probability for a in measure.atoms)]
    return any(formula.has(sp.Integral, sp.Sum) for formula in formulas)


def relation(chain: Chain, cases: Cases, target: sp.Symbol, effort: Effort) -> list[Mapping[str, Any]] | None:
    """The curves that carry the densities in several dimensions."""
    if chain.dimension == 1:
        return None
    return [
        {
            "to": dict(zip(map(str, chain.state[1:]), density.others, strict=True)),
            "density": distinguished([(density.everywhere(target), signs), *zero_elsewhere(cases)]),
            "support": [[number(density.low, effort, WHAT), number(density.high, effort, WHAT)]],
        }
        for signs, measure in cases
        for density in measure.densities
    ]


def zero_elsewhere(cases: Cases) -> Sequence[tuple[sp.Expr, Signs]]:
    """What a density of one of several cases is in the others."""
    return [(sp.Integer(0), Signs())] if len(cases) > 1 else []


def next_state(chain: Chain, at: object, effort: Effort) -> tuple[Component, ...]:
    """The law of the state after one step (under reshuffling and cyclic sampling: one epoch), symbolic or from `at`."""
    point = {} if at is None else chain.point(at)
    if chain.draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) and chain.draw.data:
        return epoch_components(chain, tuple(point.get(symbol, symbol) for symbol in chain.state), effort)
    outer = tuple(expr.subs(point) for expr in chain.update)
    means = {mean: gradient.subs(point) for mean, gradient in zip(chain.means, chain.gradient, strict=True)}
    return mixture(outer, means, chain.draw)


def target_name(chain: Chain) -> str:
    return f"{chain.state[0]}_next"


def free_name(chain: Chain, name: str, **assumptions: bool) -> sp.Symbol:
    """A symbol whose name nothing in the chain has."""
    taken = {str(s) for s in (*chain.state, *chain.parameters, *chain.draw.data_symbols, *chain.draw.noise_symbols)}
    while name in taken:
        name += "_"
    return sp.Symbol(name, **(assumptions or {"real": True}))


def merged_atoms(cases: Cases) -> list[Atom]:
    """The atoms with their mass in each case: a case distinction where the cases differ."""
    if len(cases) == 1:
        return in_order(cases[0][1].atoms)
    places = dict.fromkeys(atom.to for _, measure in cases for atom in measure.atoms)
    return [Atom(to, distinguished([(mass_at(measure, to), signs) for signs, measure in cases])) for to in places]


def in_order(atoms: Sequence[Atom]) -> list[Atom]:
    """By their places, where those are rational."""
    if not all(value.is_Rational for atom in atoms for value in atom.to):
        return list(atoms)
    return sorted(atoms, key=lambda atom: tuple(Fraction(int(value.p), int(value.q)) for value in atom.to))


def mass_at(measure: Measure, to: tuple[sp.Expr, ...]) -> sp.Expr:
    return next((atom.probability for atom in measure.atoms if atom.to == to), sp.Integer(0))


def merged_series(cases: Cases) -> list[Series]:
    """The series, with mass 0 outside their cases."""
    if len(cases) == 1:
        return list(cases[0][1].series)
    return [
        replace(series, probability=sp.Piecewise((series.probability, signs.condition), (0, True)))
        for signs, measure in cases
        for series in measure.series
    ]


def merged_density(cases: Cases, target: sp.Symbol) -> sp.Expr | None:
    if not any(measure.densities for _, measure in cases):
        return None
    return distinguished([(measure.density(target), signs) for signs, measure in cases])


def merged_support(cases: Cases, effort: Effort) -> list[list[Number]] | None:
    """The intervals, their ends case distinctions; None where the cases have different numbers of intervals."""
    supports = [measure.support for _, measure in cases]
    if len({len(support) for support in supports}) > 1:
        return None
    pairs = []
    for place in range(len(supports[0])):
        pairs.append([
            number(distinguished([(s[place][end], signs) for s, (signs, _) in zip(supports, cases, strict=True)]), effort, WHAT)
            for end in (0, 1)
        ])  # fmt: skip
    return pairs


def distinguished(values: Sequence[tuple[sp.Expr, Signs]]) -> sp.Expr:
    """One value, or a Piecewise over the cases, the last of which is what the others leave (see `conditions`)."""
    if len({value for value, _ in values}) == 1:
        return values[0][0]
    *first, last = values
    return sp.Piecewise(*((value, signs.condition) for value, signs in first), (last[0], True))


def conditions(cases: Cases) -> list[str]:
    """Where the fields hold: outside the equations of the degenerate cases."""
    equations = {text: None for signs, _ in cases if signs.is_degenerate for text in signs.texts() if " = " in text}
    return [text.replace(" = ", " != ") for text in equations] if len(cases) > 1 else []


def case_table(chain: Chain, case: tuple[Signs, Measure], target: sp.Symbol, effort: Effort) -> Mapping[str, Any]:
    signs, measure = case
    return {
        "condition": " & ".join(signs.texts()),
        "atoms": [atom_table(chain, atom, effort) for atom in measure.atoms],
        "density": measure.density(target) if measure.densities else None,
        "support": [[number(low, effort, WHAT), number(high, effort, WHAT)] for low, high in measure.support],
    }


def atom_table(chain: Chain, atom: Atom, effort: Effort) -> Mapping[str, Any]:
    to = {str(symbol): number(value, effort, WHAT) for symbol, value in zip(chain.state, atom.to, strict=True)}
    mass = atom.probability
    if mass.has(sp.Integral, sp.Sum):  # no certified value: the expression itself
        return {"to": to, "probability": Number(mass, None, effort.digits)}
    return {"to": to, "probability": number(mass, effort, WHAT)}


def series_table(chain: Chain, series: Series) -> Mapping[str, Any]:
    return {
        "to": {str(chain.state[0]): series.to},
        "probability": series.probability,
        "index": str(series.index),
        "from": series.start,
        "until": series.stop,
    }


def formula(chain: Chain, cases: Cases, target: sp.Symbol) -> str:
    """K(w, dw') as LaTeX."""
    state = ", ".join(expression_latex(symbol) for symbol in chain.state)
    names = [f"{expression_latex(symbol)}'" for symbol in chain.state]
    primed = rf"\left({', '.join(names)}\right)" if len(names) > 1 else names[0]
    head = rf"K\left({state};\, d{primed}\right) = "
    if len(cases) == 1:
        return head + measure_latex(cases[0][1], target, primed)
    rows = [
        rf"{measure_latex(measure, target, primed)} & \text{{for }} {condition_latex(signs)}"
        for signs, measure in cases
    ]
    return head + r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def condition_latex(signs: Signs) -> str:
    return r" \wedge ".join(expression_latex(relation_of(fact, known)) for fact, known in signs.independent)


def measure_latex(measure: Measure, target: sp.Symbol, primed: str) -> str:
    terms = [delta(atom.to, atom.probability, primed) for atom in measure.atoms[:SHOWN]]
    terms += [r"\ldots"] if len(measure.atoms) > SHOWN else []
    for series in measure.series:
        bounds = rf"_{{{series.index} = {expression_latex(series.start)}}}^{{{expression_latex(series.stop)}}}"
        terms.append(rf"\sum{bounds} {delta((series.to,), series.probability, primed)}")
    terms += [curve_latex(density, target) for density in measure.densities if density.others]
    if any(not density.others for density in measure.densities):
        listed = sp.Add.make_args(measure.density(target))
        shown = sp.Add(*listed[:SHOWN]).xreplace({target: sp.Symbol(primed, real=True)})
        body = expression_latex(shown) + (r" + \ldots" if len(listed) > SHOWN else "")
        terms.append((rf"\left({body}\right)" if len(listed) > 1 else body) + rf"\, d{primed}")
    return " + ".join(terms) or "0"


def curve_latex(density: Density, target: sp.Symbol) -> str:
    """A density of the first coordinate times a unit mass at the others."""
    first = str(target).removesuffix("_next").rstrip("_")
    shown = {target: sp.Symbol(f"{expression_latex(sp.Symbol(first))}'", real=True)}
    place = ",\\, ".join(expression_latex(other.xreplace(shown)) for other in density.others)
    body = expression_latex(density.everywhere(target).xreplace(shown))
    return rf"\left({body}\right) d{shown[target]}\, \delta_{{{place}}}"


def delta(to: tuple[sp.Expr, ...], probability: sp.Expr, primed: str) -> str:
    place = ",\\, ".join(expression_latex(value) for value in to)
    mass = expression_latex(probability)
    weight = "" if probability == 1 else rf"\left({mass}\right) " if probability.is_Add else mass + r"\, "
    return rf"{weight}\delta_{{{place}}}\left(d{primed}\right)"
