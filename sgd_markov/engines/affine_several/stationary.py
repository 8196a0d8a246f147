"""Moments of the stationary law of an affine chain: finite, with their values, or proved to be infinite."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import sympy as sp
from flint import fmpz_poly

from ...answer.answer import Hypothesis
from ...chain.chain import Chain
from ...effort import Effort
from ...errors import HypothesisViolated, Inconclusive, InvalidInput
from ...numerics.exact_matrix import expressions, rational_matrix
from ...numerics.expectation import Exponents
from ...numerics.linear_recurrence import row_annihilator
from ...numerics.spectral_radius import Radius, irreducible_factors, spectral_radius
from .limit import paired, solved
from .nondegenerate import fills_space
from .recursion import MomentRecursion, moment_recursion
from .stability import Stability, oriented, stability
from .system import AffineSystem, affine_system


@dataclass(frozen=True)
class StationaryMoment:
    """The value and what it rests on."""

    value: sp.Expr
    hypotheses: tuple[Hypothesis, ...]


def stationary_moments(chain: Chain, polynomial: sp.Expr, effort: Effort) -> StationaryMoment:
    """E polynomial(w) under the stationary law of w' = A w + b, exact.

    For the coordinates that enter, with k the degree rounded up to an even number: if the spectral radius of
    E A^(tensor k) is below 1 and E|b|^k is finite, the stationary law is unique, has all moments up to order k, and
    they solve m = L m. Where the radius is 1 or more and the polynomial has the leading part of a power of one linear
    form v, its moment is infinite if E of that form's power under A_1 ... A_n does not vanish and the stationary law,
    if there is one, lies in no hyperplane. Under reshuffling and cyclic order: the law at the ends of epochs.
    Raises `HypothesisViolated` where the moment is proved infinite or one of the noise does not exist, `Inconclusive`
    where neither is decided.

    >>> from sgd_markov.chain.random_map import RandomMap
    >>> from sgd_markov.laws.normal import Normal
    >>> u, v, z = sp.symbols("u v z", real=True)
    >>> chain = RandomMap({u: u / 2 + v, v: v / 3 + z}, noise={z: Normal(0, 1)})
    >>> stationary_moments(chain, u * v, Effort()).value
    9/20
    """
    system = affine_system(chain)
    if not polynomial.is_polynomial(*system.state):
        raise InvalidInput("of", polynomial, "a polynomial in " + ", ".join(map(str, system.state)))
    terms = dict(sp.Poly(polynomial, *system.state).terms())
    if not any(map(sum, terms)):
        return StationaryMoment(sp.expand(polynomial), ())
    moving = system.coordinates({s for i, s in enumerate(system.state) if any(e[i] for e in terms)})
    own = system.restricted(moving)
    places = [system.state.index(symbol) for symbol in moving]
    wanted = {tuple(e[i] for i in places): c for e, c in terms.items()}
    order = max(map(sum, wanted))
    found = finite_moments(own, wanted, order + order % 2, effort)
    if found is not None and found[1].stable:
        recursion, known = found
        value = paired(recursion.row_of(wanted), solved(recursion, effort))
        return StationaryMoment(oriented(value, known.positive), known.hypotheses)
    below = order - order % 2
    radius = proved_infinite(own, wanted, below, effort) if below else None
    if radius is not None:
        raise HypothesisViolated(
            f"E|{polynomial}| is finite under the stationary law: the spectral radius of E A^(tensor {below}) is below 1",
            f"spectral radius {radius}: the moment of order {below} is infinite",
        )
    raise Inconclusive(
        f"whether {polynomial} has a mean under the stationary law is undecided: E A^(tensor {order + order % 2}) "
        "is not proved to have a spectral radius below 1"
    )


def finite_moments(
    system: AffineSystem, wanted: dict[Exponents, sp.Expr], even: int, effort: Effort
) -> tuple[MomentRecursion, Stability] | None:
    """The recursion with a pure power of every coordinate, and its stability; None where the noise has no such moment."""
    size = len(system.state)
    powers = {tuple(even * (i == j) for j in range(size)) for i in range(size)}
    try:
        recursion = moment_recursion(system, {*powers, *wanted}, effort)
    except HypothesisViolated:
        if even == max(map(sum, wanted)):
            raise
        return None
    return recursion, stability(recursion, effort)


def conditions_of_moments(system: AffineSystem, wanted: set[Exponents], effort: Effort) -> set[str] | None:
    """What has to be assumed for the stationary law to have the moments of the order of these monomials.

    The empty set where they are proved to be finite, None where neither is known.
    """
    moving = system.coordinates({s for i, s in enumerate(system.state) if any(e[i] for e in wanted)})
    own = system.restricted(moving)
    places = [system.state.index(symbol) for symbol in moving]
    order = max(map(sum, wanted), default=0)
    reduced = dict.fromkeys((tuple(e[i] for i in places) for e in wanted), sp.Integer(1))
    try:
        found = finite_moments(own, reduced, order + order % 2, effort)
    except (HypothesisViolated, Inconclusive):
        effort.check()
        return None
    if found is None or not found[1].stable:
        return None
    return {h.statement for h in found[1].hypotheses if h.state != "proved"}


def proved_infinite(
    system: AffineSystem, wanted: dict[Exponents, sp.Expr], order: int, effort: Effort
) -> Radius | None:
    """The radius that proves E|polynomial| infinite; None where nothing is proved.

    For rational chains, and polynomials in one linear form v of degree `order` or one more.

    Two copies of the stationary chain driven by the same (A, b) approach one another (Bougerol and Picard 1992: no
    invariant hyperplane and a stationary law make the exponent negative). If E|v w|^k were finite, E|v D_n|^k of their
    difference would vanish; it is at least c times the largest value on the unit ball of the form E (v A_1 ... A_n x)^k,
    with c > 0 as the law lies in no hyperplane. A form that does not vanish contradicts that.
    """
    form = linear_form(system, wanted)
    if form is None or system.by_epochs:
        return None
    powers = homogeneous(form, order)
    try:
        recursion = moment_recursion(system, powers, effort)
    except (HypothesisViolated, Inconclusive):
        return None
    if not recursion.rational or not all(c.is_Rational for c in powers.values()):
        return None
    block = [place for place, e in enumerate(recursion.monomials) if sum(e) == order]
    matrix = recursion.matrix.extract(block, block)
    left = rational_matrix([[powers.get(recursion.monomials[place], sp.Integer(0)) for place in block]])
    annihilator = row_annihilator(left, rational_matrix(expressions(matrix)))
    radius = spectral_radius(irreducible_factors(fmpz_poly(annihilator.numer())))
    return radius if radius.side >= 0 and fills_space(system) else None


def linear_form(system: AffineSystem, wanted: dict[Exponents, sp.Expr]) -> list[sp.Expr] | None:
    """v, where the polynomial is one in the single linear form v w; else None."""
    degree = max(map(sum, wanted))
    form = None
    for order in range(degree, 0, -1):
        part = sp.Add(
            *(
                c * sp.Mul(*(s**p for s, p in zip(system.state, e, strict=True)))
                for e, c in wanted.items()
                if sum(e) == order
            )
        )
        if part == 0:
            continue
        _, factors = sp.factor_list(part, *system.state)
        if len(factors) != 1 or factors[0][1] != order or form not in (None, factors[0][0]):
            return None
        form = factors[0][0]
    return [sp.Poly(form, *system.state).coeff_monomial(symbol) for symbol in system.state]


def homogeneous(form: list[sp.Expr], order: int) -> dict[Exponents, sp.Expr]:
    """v^order, by monomials."""
    size = len(form)
    found: dict[Exponents, sp.Expr] = {}
    for chosen in combinations_with_replacement(range(size), order):
        exponents = tuple(chosen.count(i) for i in range(size))
        ways = sp.multinomial_coefficients(size, order)[exponents]
        weight = ways * sp.Mul(*(c**p for c, p in zip(form, exponents, strict=True)))
        if weight != 0:
            found[exponents] = weight
    return found
