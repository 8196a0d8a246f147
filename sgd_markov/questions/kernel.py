"""The one-step transition kernel: the law of the next state, given the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import sympy as sp

from ..answer.answer import Answer, Hypothesis
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.draw import Scheme
from ..chain.mixture import Component, mixture
from ..chain.poles import NonZero, Poles
from ..effort import Effort
from ..engines.epoch_step import epoch_components
from ..engines.transition_kernel import transition_kernel
from ..errors import InvalidInput
from ..laws.normal import Normal
from ..numerics.case_signs import Signs
from ..numerics.exact_numbers import number
from ..numerics.kernel_latex import kernel_latex
from ..numerics.measures import Atom, Joint, Measure, Series
from .verb import verb

FIELDS = {"at": "point"}
WHAT = "the kernel"
FURTHER = ("atoms", "density", "support", "relation")

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
    (closed forms for polynomials times exponentials of quadratics, each proved when it is made), quadratic forms of
    normal variables have Bessel densities. Where no closed form is
    known, the density holds an `Integral`, which evaluates numerically; it may then be 0 in a part of its support.

    In several dimensions: atoms, joint densities and laws on curves or surfaces. Where independent noise drives every
    coordinate, `density` is the joint density in the symbols that `targets` names, `support` a box that holds it. Where
    the first coordinate determines the others, `density` is that of the first coordinate. `relation` lists the pieces of
    both kinds, each with `to`, the determined coordinates as expressions in `targets`, its own `density` and `support`.

    `at`: a state at which everything is evaluated.
    Where the step divides by 0 there is no kernel: `conditions` excludes such states, `at` one of them is refused.
    Errors: `HypothesisViolated` at such a state; `Inconclusive` where the law of the step is not known, or a map has no exact inverse.

    >>> from sgd_markov.laws.normal import Normal
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD((w - x) ** 2 / 2, [w], "1/2", data={x: Normal(0, 2)})
    >>> kernel(chain).density
    sqrt(2)*exp(-(-w/2 + w_next)**2/2)/(2*sqrt(pi))
    """
    targets, index = target_symbols(chain), free_name(chain, "k", integer=True, nonnegative=True)
    place = {} if at is None else finite_point(chain, at)
    defined = Poles(chain).conditions(place, index)
    components = next_state(chain, place, effort)
    effort.check()
    cases = transition_kernel(components, targets, index, effort, without_poles(defined))
    generic = [case for case in cases if not case[0].is_degenerate]
    return Answer(
        question="kernel",
        warrant=Warrant.EXACT,
        method=method_of(components, cases),
        hypotheses=what_was_checked(components, cases),
        digits=effort.digits,
        formula=kernel_latex(chain.state, cases, targets),
        extra={
            "atoms": [atom_table(chain, atom, effort) for atom in merged_atoms(generic)],
            "density": merged_density(generic, targets),
            "support": merged_support(generic, effort),
            "relation": relation(chain, generic, targets, effort),
            "target": str(targets[0]),
            "targets": [str(target) for target in targets],
            "atom_formula": [series_table(chain, series) for series in merged_series(generic)],
            "conditions": [*pole_conditions(defined), *conditions(cases)],
            "cases": [case_table(chain, case, targets, effort) for case in generic] if len(generic) > 1 else None,
            "degenerate": [case_table(chain, c, targets, effort) for c in cases if c[0].is_degenerate] or None,
        },
    )


def method_of(components: tuple[Component, ...], cases: Cases) -> str:
    """How the law was found, from what it is made of."""
    found = "exact enumeration of finite laws, change of variables over all monotone branches"
    if any(len(component.laws) > 1 for component in components):
        found += ", convolutions by antiderivatives that are differentiated again"
    if any(holds_integral(measure) for _, measure in cases):
        found += "; what has no known closed form is left as an integral or a sum"
    return found


def what_was_checked(components: tuple[Component, ...], cases: Cases) -> tuple[Hypothesis, ...]:
    """Of closed forms of convolutions with a normal density, which no transform proves as a whole."""
    kinds = [{type(law) for law in component.laws.values()} for component in components]
    if not any(Normal in kind and len(kind) > 1 for kind in kinds) or any(holds_integral(m) for _, m in cases):
        return ()
    return (
        Hypothesis("each antiderivative of a convolution, differentiated again, is its integrand; its terms decay at infinite ends"),
        Hypothesis("the pieces of a convolution are put together rightly: compared with direct integration at 3 random places", "assumed"),
    )  # fmt: skip


def holds_integral(measure: Measure) -> bool:
    formulas = [*(piece.formula for piece in measure.surfaces), *(a.probability for a in measure.atoms)]
    return any(formula.has(sp.Integral, sp.Sum) for formula in formulas)


def without_poles(defined: Sequence[NonZero]) -> Signs:
    """Nothing that the step divides by is 0."""
    return Signs().with_nonzero(fact.expr for fact in defined if fact.index is None)


def pole_conditions(defined: Sequence[NonZero]) -> list[str]:
    """The states from which the step is defined, in words."""
    endless = (f"{fact.expr} != 0 for {fact.index} = 0, 1, 2, ..." for fact in defined if fact.index is not None)
    return [*without_poles(defined).texts(), *endless]


def relation(
    chain: Chain, cases: Cases, targets: tuple[sp.Symbol, ...], effort: Effort
) -> list[Mapping[str, Any]] | None:
    """The surfaces that carry the densities in several dimensions."""
    if chain.dimension == 1:
        return None
    return [
        {
            "to": {str(symbol): place for symbol, place in zip(chain.state, piece.places, strict=True) if place is not None},
            "density": distinguished([(piece.everywhere(targets), signs), *zero_elsewhere(cases)]),
            "support": box(piece, effort),
        }
        for signs, measure in cases
        for piece in measure.surfaces
    ]


def box(piece: Joint, effort: Effort) -> list[list[Number]]:
    """One interval for each coordinate that has the density."""
    return [[number(low, effort, WHAT), number(high, effort, WHAT)] for low, high in piece.ranges]


def zero_elsewhere(cases: Cases) -> Sequence[tuple[sp.Expr, Signs]]:
    """What a density of one of several cases is in the others."""
    return [(sp.Integer(0), Signs())] if len(cases) > 1 else []


def finite_point(chain: Chain, at: object) -> Point:
    """The state to start from, as numbers or symbols."""
    point = chain.point(at)
    for symbol, value in point.items():
        if value.is_infinite:
            raise InvalidInput(f"at.{symbol}", value, "a finite number")
    return point


def next_state(chain: Chain, point: Point, effort: Effort) -> tuple[Component, ...]:
    """The law of the state after one step (under reshuffling and cyclic sampling: one epoch), from `point` if it has one."""
    if chain.draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) and chain.draw.data:
        return epoch_components(chain, tuple(point.get(symbol, symbol) for symbol in chain.state), effort)
    outer = tuple(expr.subs(point) for expr in chain.update)
    means = {mean: gradient.subs(point) for mean, gradient in zip(chain.means, chain.gradient, strict=True)}
    return mixture(outer, means, chain.draw)


def target_symbols(chain: Chain) -> tuple[sp.Symbol, ...]:
    """The arguments of densities, one for each state variable."""
    return tuple(free_name(chain, f"{symbol}_next") for symbol in chain.state)


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


def merged_density(cases: Cases, targets: tuple[sp.Symbol, ...]) -> sp.Expr | None:
    if not any(has_density(measure) for _, measure in cases):
        return None
    return distinguished([(measure.joint_density(targets), signs) for signs, measure in cases])


def has_density(measure: Measure) -> bool:
    """In several dimensions: of all coordinates, or of the first that determines the others; else `relation` has it."""
    pieces = measure.surfaces
    return bool(pieces) and (all(p.is_full for p in pieces) or all(p.is_curve for p in pieces))


def merged_support(cases: Cases, effort: Effort) -> list[list[Number]] | None:
    """The intervals (of a joint density: one for each coordinate), their ends case distinctions; None where the cases
    have different numbers of them."""
    supports = [measure.support for _, measure in cases]
    if any(support is None for support in supports) or len({len(support or ()) for support in supports}) > 1:
        return None
    known = [support for support in supports if support is not None]
    pairs = []
    for place in range(len(known[0])):
        pairs.append([
            number(distinguished([(s[place][end], signs) for s, (signs, _) in zip(known, cases, strict=True)]), effort, WHAT)
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


def case_table(
    chain: Chain, case: tuple[Signs, Measure], targets: tuple[sp.Symbol, ...], effort: Effort
) -> Mapping[str, Any]:
    signs, measure = case
    return {
        "condition": " & ".join(signs.texts()),
        "atoms": [atom_table(chain, atom, effort) for atom in measure.atoms],
        "density": merged_density([case], targets),
        "support": merged_support([case], effort),
        "relation": relation(chain, [case], targets, effort),
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
