"""Windows in several dimensions: where all exponents are negative, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import sympy as sp

from ...answer.answer import Answer
from ...answer.finding import Finding
from ...balls.adaptive import proved_sign
from ...chain.batch import updates_per_epoch
from ...chain.chain import Chain, Point
from ...chain.linearised import linearised
from ...effort import Effort
from ...engines.log_potential import decomposed
from ...engines.parametric_window import Quotient
from ...engines.polynomial_window import polynomial_window
from ...errors import HypothesisViolated, Inconclusive, InvalidInput
from ...numerics.exact_numbers import end_number
from ...numerics.windows import Window
from ...products import catalogue
from ...products.cauchy import contraction_conditions, invariants
from ...products.determinant import determinant, log_determinant
from ...products.equal_moduli import why_equal
from ...products.matrix_law import MatrixLaw
from ...products.reduction import irreducible_blocks
from .answers import answer_of, symbolic_window
from .scalar import Domain, LogMeanInParameter, number_window

ALWAYS, NEVER = (sp.Integer(1), sp.Integer(2)), (sp.Integer(2), sp.Integer(1))
"""Conditions |N| < |D| that do not depend on anything."""


@dataclass(frozen=True)
class Block:
    """A diagonal block: its exponents are negative where those of `mean` are, or where |N| < |D| for all `quotients`.

    Blocks of which neither is known are `matrices`.
    """

    mean: LogMeanInParameter | None = None
    quotients: tuple[Quotient, ...] | None = None
    matrices: MatrixLaw | None = None

    @property
    def others(self) -> set[sp.Symbol]:
        """Free symbols besides the parameter."""
        if self.mean is not None:
            return self.mean.others
        free = set() if self.matrices is None else set(self.matrices.parameters)
        return free.union(*(part.free_symbols for pair in self.quotients or () for part in pair))

    @property
    def conditions(self) -> list[Quotient]:
        if self.matrices is not None:
            names = ", ".join(sorted(map(str, self.others)))
            raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}")
        return [self.mean.symbolic_quotient] if self.mean is not None else list(self.quotients or ())

    def window(self, parameter: sp.Symbol, domain: Domain, effort: Effort) -> Window:
        if self.mean is not None:
            return number_window(self.mean, domain, effort)
        if self.matrices is not None:
            return window_of_matrices(self.matrices, parameter, domain, effort)
        parts = [window_of_quotient(pair, parameter, domain, effort) for pair in self.quotients or ()]
        return reduce(Window.meet, parts)


def windows_of_blocks(chain: Chain, point: Point, parameter: sp.Symbol, domain: Domain, effort: Effort) -> Answer:
    """Where the top exponent is negative: the intersection of the windows of the diagonal blocks."""
    law = MatrixLaw.at(chain, point)
    if parameter not in law.parameters:
        raise InvalidInput("parameter", parameter, "a symbol on which the linearisation at the point depends")
    blocks = irreducible_blocks(law)
    if updates_per_epoch(chain.draw) > 1 and any(block.size > 1 for block in blocks):
        raise Inconclusive(f"windows of matrices that do not commute are not known under {chain.draw.scheme} sampling")
    read = [found for block in blocks if (found := read_block(block, parameter, domain, effort)) is not None]
    if not read:
        raise HypothesisViolated("the exponent is not -oo for every value", "all products vanish throughout")
    others = set().union(*(block.others for block in read)) - {parameter}
    if others:
        return symbolic_window([pair for block in read for pair in block.conditions], parameter, others, domain, effort)
    windows = [block.window(parameter, domain, effort) for block in read]
    return answer_of(reduce(Window.meet, windows), effort)


def read_block(block: MatrixLaw, parameter: sp.Symbol, domain: Domain, effort: Effort) -> Block | None:
    """What decides the sign of the block's exponents; None where they are -oo for every value."""
    if not block.parameters:
        return constant_block(block, effort)
    if block.size == 1:
        return read_mean(block, parameter, domain)
    if block.size == 2 and block.atoms is not None and len(block.atoms) == 1:
        return Block(quotients=jury_conditions(block.matrices[0]))
    known = invariants(block)
    if known is not None and not any(parameter in law.free_symbols for c in block.components for law in c.laws.values()):
        return Block(quotients=contraction_conditions(known))
    if why_equal(block) is not None:
        return read_mean(block.mapped(determinant), parameter, domain)
    return Block(matrices=block)


def read_mean(block: MatrixLaw, parameter: sp.Symbol, domain: Domain) -> Block | None:
    if parameter not in block.parameters:
        formula, open_terms = decomposed(block.components)
        return None if formula == -sp.oo else Block(mean=LogMeanInParameter(block.components, parameter, formula, open_terms))
    try:
        return Block(mean=LogMeanInParameter.of(block.components, parameter, domain))
    except HypothesisViolated as refusal:
        if "-oo" in refusal.hypothesis:
            return None
        raise


def constant_block(block: MatrixLaw, effort: Effort) -> Block | None:
    """A block without free symbols: its sign holds for all values of the parameter."""
    found = top_of(block, effort)
    if found.enclosure is None or found.enclosure.sign is None:
        raise Inconclusive("the sign of an exponent that does not depend on the parameter is not proved")
    if found.enclosure.upper == -float("inf"):
        return None
    return Block(quotients=(ALWAYS if found.enclosure.sign < 0 else NEVER,))


def top_of(block: MatrixLaw, effort: Effort) -> Finding:
    return log_determinant(block, effort) if block.size == 1 else catalogue.top(block, effort)


def jury_conditions(matrix: sp.ImmutableMatrix) -> tuple[Quotient, ...]:
    """A 2 x 2 matrix has spectral radius below 1 iff |det| < 1 and |trace| < 1 + det (Jury)."""
    trace, det = matrix.trace(), sp.expand(matrix.det())
    return tuple(sp.fraction(sp.together(pair)) for pair in (det, trace / (1 + det)))


def window_of_quotient(pair: Quotient, parameter: sp.Symbol, domain: Domain, effort: Effort) -> Window:
    """Where |N| < |D|; everywhere or nowhere for constants."""
    if not pair[0].free_symbols and not pair[1].free_symbols:
        sign = proved_sign(sp.Abs(pair[0]) - sp.Abs(pair[1]), effort)
        if sign is None:
            raise Inconclusive("the sign of an exponent that does not depend on the parameter is not proved")
        whole = ((end_number(domain[0], effort), end_number(domain[1], effort)),)
        return Window(whole if sign < 0 else (), method="constant exponents by their sign", exact=True)
    numerator, denominator = (sp.Poly(part, parameter) for part in pair)
    if not all(c.is_Rational for part in (numerator, denominator) for c in part.all_coeffs()):
        raise Inconclusive("windows of a matrix without randomness are known for rational entries")
    return polynomial_window(numerator, denominator, domain, effort)


def window_of_matrices(law: MatrixLaw, parameter: sp.Symbol, domain: Domain, effort: Effort) -> Window:
    from ...products.matrix_window import matrix_window  # late: numpy is slow to import

    return matrix_window(law, parameter, domain, effort)


def matrix_order_window(
    chain: Chain, point: Point, parameter: sp.Symbol, order: sp.Expr, domain: Domain, effort: Effort
) -> Answer:
    """Where E||M_n ... M_1||^order decreases, for even orders: the spectral radius of E Sym^order(M) is below 1."""
    from ...engines.affine_several.recursion import moment_recursion  # late: numpy is slow to import
    from ...engines.affine_several.system import affine_system
    from ...engines.radius_window import radius_window
    from ...numerics.expectation import exponents_up_to
    from ...numerics.perron_value import block_polynomials

    if order.is_positive is not True or not order.is_number:
        raise InvalidInput("order", order, "a positive number")
    if not order.is_Integer or order % 2:
        raise Inconclusive("in several dimensions windows of moment exponents are known for even orders")
    system = affine_system(linearised(chain, point))
    wanted = {e for e in exponents_up_to(len(system.state), int(order)) if sum(e) == order}
    recursion = moment_recursion(system, wanted, effort)
    blocks = [block for block in recursion.blocks if sum(recursion.monomials[block[0]]) == order]
    polynomials = block_polynomials(recursion.matrix, blocks)
    coefficients = [c for polynomial in polynomials for c in polynomial]
    if not any(parameter in c.free_symbols for c in coefficients):
        raise InvalidInput("parameter", parameter, "a symbol on which the linearisation at the point depends")
    free = set().union(*(c.free_symbols for c in coefficients)) - {parameter}
    if free:
        names = ", ".join(sorted(map(str, free)))
        raise InvalidInput("values", f"free symbols {names}", f"numbers for {names}")
    if not all(is_rational(c, parameter) for c in coefficients):
        raise Inconclusive("windows of moment exponents in several dimensions are known for rational moments")
    return answer_of(radius_window(polynomials, parameter, domain, effort), effort)


def is_rational(value: sp.Expr, parameter: sp.Symbol) -> bool:
    """A quotient of polynomials in the parameter with rational coefficients."""
    if not value.is_rational_function(parameter):
        return False
    parts = (sp.Poly(part, parameter) for part in sp.fraction(sp.together(value)))
    return all(c.is_Rational for part in parts for c in part.all_coeffs())
