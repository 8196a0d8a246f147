"""The tail index of w' = A w + b in several dimensions: P(|w| > t) ~ t^-kappa."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

import sympy as sp

from ...answer.answer import Answer, Hypothesis
from ...answer.enclosure import Bound, Enclosure
from ...answer.warrant import Warrant
from ...chain.chain import Chain
from ...chain.mixture import mixture
from ...effort import Effort
from ...engines.affine_several import AffineSystem, affine_system
from ...engines.affine_several.growth import whole_order
from ...engines.kesten_root import Root, arithmetic_step, exceeds_one
from ...errors import HypothesisViolated, Inconclusive, InvalidInput
from ...products.exponents import top_of
from ...products.matrix_law import MatrixLaw
from ...products.reduction import irreducible_blocks
from .answers import matrix_answer
from .isotropic import isotropic_answer, isotropic_features
from .no_fixed_point import require_no_fixed_point

LARGEST_ORDER = 40
KESTEN = "A keeps no finite union of proper subspaces, and the largest eigenvalues of its products are simple and in no lattice"
TRIANGULAR = "A is triangular in some coordinates: of the norm, the least index of the numbers on the diagonal"
REACHED = "the noise reaches the coordinate of the least index"
LONGEST = 60
PRODUCTS = 4000
"""So many products of atoms are looked at for a norm in which all matrices contract."""


def of_several(chain: Chain, effort: Effort) -> Answer:
    """kappa with P(|w| > t) ~ t^-kappa for w' = A w + b, A random d x d matrices.

    Kesten: kappa > 0 with lim 1/n log E||A_n ... A_1||^kappa = 0, where the top exponent is negative, A keeps no finite
    union of proper subspaces, some product has a simple largest eigenvalue, the logarithms of these generate the line,
    and E|b|^kappa is finite.
    """
    if chain.parameters:
        names = ", ".join(sorted(map(str, chain.parameters)))
        raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}: the tail index of matrices has no formula")
    system = affine_system(chain)
    light = offset_is_light(system)
    fixed = require_no_fixed_point(system)
    features = isotropic_features(system)
    if features is not None and fixed.state == "proved":
        return isotropic_answer(features, light, effort)
    law = None if system.by_epochs else matrix_law(system)
    if light and (is_deterministic(system, effort) or contract(law, effort)):
        return all_moments(fixed, effort)
    if not light:
        raise Inconclusive("in several dimensions the tail index under heavy noise is not known here")
    return by_even_orders(system, law, fixed, effort)


def offset_is_light(system: AffineSystem) -> bool:
    """Have all coordinates of b, and all entries of A, all moments?"""
    used = system.offset.free_symbols | system.matrix.free_symbols
    table = [expr for variable, expr in (*system.means, *system.drawn) if variable in used]
    drawn = set().union(*(expr.free_symbols for expr in table))
    polynomial = all(expr.is_polynomial(*drawn) for expr in table)
    sources = [s for s in (*system.draw.data, *system.draw.noise) if s.finite is None and set(s.symbols) & drawn]
    return polynomial and all(source.law.moment_limit == sp.oo for source in sources)  # type: ignore[union-attr]


def matrix_law(system: AffineSystem) -> MatrixLaw | None:
    """The law of A where it can be written out."""
    entries = tuple(entry.xreplace(dict(system.drawn)) for entry in system.matrix)
    try:
        return MatrixLaw(mixture(entries, dict(system.means), system.draw), len(system.state))
    except Inconclusive:
        return None


def contract(law: MatrixLaw | None, effort: Effort) -> bool:
    """Do finitely many matrices contract in a common norm: are all products of some length shorter than 1 in one norm?"""
    if law is None or law.atoms is None or not all(e.is_Rational for _, m in law.atoms for e in m):
        return False
    matrices = [sp.Matrix(m) for _, m in law.atoms]
    words = matrices
    for _ in range(LONGEST):
        effort.check()
        if all(row_sums(word) < 1 for word in words):
            return True
        if len(words) * len(matrices) > PRODUCTS:
            return False
        words = [a * b for a, b in product(matrices, words)]
    return False


def row_sums(matrix: sp.Matrix) -> sp.Rational:
    """The norm of the matrix on the space with the largest-coordinate norm."""
    return max(sum(abs(e) for e in matrix.row(i)) for i in range(matrix.rows))


def all_moments(fixed: Hypothesis, effort: Effort) -> Answer:
    return Answer(
        question="tail-index",
        exact=sp.oo,
        enclosure=Enclosure.point(float("inf")),
        warrant=Warrant.EXACT,
        method="all products of some length contract and all moments of b exist, so all moments of w exist",
        hypotheses=(Hypothesis("the matrices contract in a common norm"), fixed),
        cite=("goldie1996",),
        digits=effort.digits,
        extra={"arithmetic": None, "constant": [None, None]},
    )


def is_deterministic(system: AffineSystem, effort: Effort) -> bool:
    """Is A not random, with a spectral radius below 1? Raises where the radius is not below 1."""
    if not system.fixed_matrix or system.by_epochs:
        return False
    sign = sign_of(whole_order(without_offset(system), 2, effort.with_digits(3)).enclosure)
    if sign is None:
        raise Inconclusive("the spectral radius of A is not told from 1")
    if sign >= 0:
        raise HypothesisViolated("the top exponent is negative", "the spectral radius of A is at least 1")
    return True


def without_offset(system: AffineSystem) -> AffineSystem:
    return replace(system, offset=sp.ImmutableMatrix(sp.zeros(len(system.state), 1)))


def sign_of(found: Enclosure | None) -> int | None:
    return None if found is None else found.sign


@dataclass
class EvenOrders:
    """Lambda(k) = lim 1/n log E||A_n ... A_1||^k for even k, each found once."""

    system: AffineSystem
    effort: Effort
    known: dict[int, Enclosure] = field(default_factory=dict)

    def at(self, order: int) -> Enclosure:
        if order not in self.known:
            found = whole_order(self.system, order, self.effort).enclosure
            assert found is not None
            self.known[order] = found
        return self.known[order]

    def first_not_negative(self) -> int:
        """The least even order at which the rate is not negative."""
        for order in range(2, LARGEST_ORDER + 1, 2):
            self.effort.check()
            if self.at(order).sign is None:
                raise Inconclusive(f"the sign of the moment exponent of order {order} is not decided", self.between(order))
            if self.at(order).sign != -1:
                return order
        raise Inconclusive(
            f"moments up to order {LARGEST_ORDER} are finite", Enclosure(Fraction(LARGEST_ORDER), float("inf"))
        )

    def between(self, order: int) -> Enclosure:
        return Enclosure(Fraction(order - 2), Fraction(order))

    def narrowed(self, order: int) -> Enclosure:
        """The root in (order - 2, order): Lambda lies below its chord there and above its other chords extended."""
        low: Bound = Fraction(order - 2)
        high: Bound = Fraction(order)
        right = self.at(order)
        if order > 2:
            left = self.at(order - 2)
            low += 2 * -left.upper / (right.upper - left.upper)
        rise = self.at(order + 2).upper - right.lower
        high -= 2 * right.lower / rise
        if order > 4:
            left, before = self.at(order - 2), self.at(order - 4)
            slope = (left.lower - before.upper) / 2
            if slope > 0:
                high = min(high, order - 2 + -left.lower / slope)
        return Enclosure(low, max(low, high))


def by_even_orders(system: AffineSystem, law: MatrixLaw | None, fixed: Hypothesis, effort: Effort) -> Answer:
    """The root of Lambda: exact at an even order, a scalar root where all blocks are numbers, else bounds."""
    orders = EvenOrders(without_offset(system), effort.with_digits(30))
    order = orders.first_not_negative()
    if order == 2:
        require_negative_exponent(law, effort)
    if orders.at(order).sign == 0:
        root = Root(sp.Integer(order), Enclosure.point(order))
        return matrix_answer(root, f"lim 1/n log E||A_n ... A_1||^{order} = 0 exactly", conditions(fixed), None, effort)
    bounds = orders.narrowed(order)
    blocks = [] if law is None else irreducible_blocks(law)
    if blocks and all(block.size == 1 for block in blocks):
        return matrix_answer(smallest_scalar_root(blocks, effort), TRIANGULAR, conditions(fixed, REACHED), None, effort)
    if len(blocks) == 1 and law is not None and law.size == 2 and law.atoms is not None:
        from ...engines.direction_cells.moment_cells import root_between

        bounds = root_between(law.atoms, bounds, effort)
        if bounds.reaches(effort.digits):
            how = "signs of the moment exponent, proved on cells of directions"
            return matrix_answer(Root(None, bounds), how, conditions(fixed), None, effort)
    raise Inconclusive(
        f"the moment exponent changes its sign between the orders {order - 2} and {order}; there bounds by convexity "
        "and on cells of directions are known",
        bounds,
    )


def smallest_scalar_root(blocks: list[MatrixLaw], effort: Effort) -> Root:
    """The least of the roots of E|M|^kappa = 1 of numbers on the diagonal; `Inconclusive` where two are not told apart."""
    from . import root_of

    roots: list[Root] = []
    for block in blocks:
        above = exceeds_one(block.components)
        if above is None:
            raise Inconclusive("whether P(|M| > 1) > 0 on the diagonal is not decided")
        if above:
            roots.append(root_of(block.components, sp.oo, arithmetic_step(block.components), effort))
    least = min(roots, key=lambda root: root.enclosure.upper)
    if any(root is not least and root.enclosure.meets(least.enclosure) for root in roots):
        raise Inconclusive("two diagonal blocks have the same index: the tail may carry a logarithm", least.enclosure)
    return least


def require_negative_exponent(law: MatrixLaw | None, effort: Effort) -> None:
    """The sign of the top exponent by the catalogue of products."""
    if law is None:
        raise Inconclusive("the law of A cannot be written out: the sign of the top exponent is not decided")
    sign = sign_of(top_exponent(law, effort))
    if sign is None:
        raise Inconclusive("the sign of the top exponent is not decided", Enclosure(Fraction(0), Fraction(2)))
    if sign >= 0:
        raise HypothesisViolated("the top exponent is negative", "it is proved not to be")


def top_exponent(law: MatrixLaw, effort: Effort) -> Enclosure | None:
    """The sign is enough: two digits are asked for."""
    try:
        return top_of(law, effort.with_digits(2)).enclosure
    except Inconclusive as refusal:
        effort.check()
        return refusal.enclosure


def conditions(fixed: Hypothesis, condition: str = KESTEN) -> tuple[Hypothesis, ...]:
    """What Kesten's theorem asks for: shown here but for the last."""
    return (
        Hypothesis("the top exponent is negative"),
        Hypothesis("all moments of A and b exist"),
        fixed,
        Hypothesis(condition, "assumed"),
    )
