"""The Lyapunov exponents of a chain at a fixed point: its linearisation reduced to blocks, each by the best method."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import inf

import sympy as sp

from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.warrant import Warrant
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain, Point
from ..effort import Effort
from ..engines.log_potential import expected_log
from ..errors import Inconclusive, InvalidInput
from . import catalogue
from .determinant import finding
from .epoch import epoch_law
from .exterior import exterior_power
from .matrix_law import MatrixLaw
from .reduction import irreducible_blocks

__all__ = ["exponents", "finding", "top_of"]

CITE = ("furstenberg1960",)

LARGEST = 5
"""Of larger blocks the exterior powers are too large."""


def exponents(chain: Chain, point: Point, every: bool, effort: Effort) -> tuple[Finding, list[Finding]]:
    """The top exponent, and with `every` the list of all d, largest first (else of the top alone); per update.

    Errors: `Inconclusive` with the enclosure of the top exponent that was reached.
    """
    blocks = irreducible_blocks(MatrixLaw.at(chain, point))
    updates = updates_per_epoch(chain.draw)
    if updates > 1 and any(block.size > 1 for block in blocks):
        # an update depends on what the epoch has left: matrices that do not commute need the whole epoch
        return of_epochs(irreducible_blocks(epoch_law(chain, point, effort)), updates, every, effort)
    return of_blocks(blocks, every, effort)


def of_epochs(blocks: list[MatrixLaw], updates: int, every: bool, effort: Effort) -> tuple[Finding, list[Finding]]:
    """From the exponents of whole epochs to those of updates, in a refusal too."""
    try:
        top, listed = of_blocks(blocks, every, effort)
    except Inconclusive as refusal:
        known = refusal.enclosure
        raise Inconclusive(refusal.reason, None if known is None else shared(known, updates)) from None
    return per_update(top, updates), [per_update(found, updates) for found in listed]


def of_blocks(blocks: list[MatrixLaw], every: bool, effort: Effort) -> tuple[Finding, list[Finding]]:
    """The exponents of a block-triangular law from those of its diagonal blocks."""
    attempts = [attempt(block, every, effort) for block in blocks]
    found = [finding for part in attempts if isinstance(part, list) for finding in part]
    refused = [part for part in attempts if isinstance(part, Inconclusive)]
    if every and refused:
        raise Inconclusive(refused[0].reason, bracket(found, refused))
    top = largest(found, refused, effort)
    return top, ordered(found) if every else [top]


def all_of_block(block: MatrixLaw, effort: Effort) -> list[Finding]:
    """All exponents of one block; a refusal carries the enclosure of the top one, or none."""
    try:
        return catalogue.spectrum(block, effort)
    except InvalidInput:
        if block.size > LARGEST or effort.method is Warrant.SAMPLED:
            raise
    except Inconclusive as refusal:
        if block.size > LARGEST or effort.method is Warrant.SAMPLED:
            raise Inconclusive(refusal.reason) from None
    return by_partial_sums(block, effort)


def by_partial_sums(block: MatrixLaw, effort: Effort) -> list[Finding]:
    """Each exponent as what the sum of the largest k gains over that of k - 1; the last sum is E log|det M|."""
    powers = [exterior_power(block, order) for order in range(1, block.size + 1)]
    listed = gains(powers, effort)
    lost = max(lost_digits(listed[0], found, effort.digits) for found in listed)
    if lost:
        # what cancels in a difference is asked for beyond the digits
        listed = gains(powers, effort.with_digits(effort.digits + 1 + lost))
    coarse = next((found for found in listed if not found.reaches(effort.digits)), None)
    if coarse is not None and effort.method is not Warrant.ESTIMATED:
        raise Inconclusive(f"a lower exponent: {coarse.method}", listed[0].enclosure)
    return listed


def gains(powers: list[MatrixLaw], effort: Effort) -> list[Finding]:
    """The top exponent of the first power, and the differences; a refusal carries no sum in its place."""
    top = top_of(powers[0], effort)
    try:
        sums = [top, *(top_of(power, effort) for power in powers[1:])]
    except Inconclusive as refusal:
        raise Inconclusive(f"a lower exponent: {refusal.reason}", top.enclosure) from None
    return [top, *(rest(fewer, more) for fewer, more in pairwise(sums))]


def top_of(law: MatrixLaw, effort: Effort) -> Finding:
    """The top exponent of a law, reduced first."""
    return of_blocks(irreducible_blocks(law), False, effort)[0]


def rest(fewer: Finding, more: Finding) -> Finding:
    """The exponent by which a sum of one more is larger; -oo where that sum is."""
    exact = None if fewer.exact is None or more.exact is None else more.exact - fewer.exact
    enclosure = None
    if more.enclosure is not None and more.enclosure.upper == -inf:
        exact, enclosure = -sp.oo, Enclosure.point(-inf)
    elif fewer.enclosure is not None and more.enclosure is not None:
        enclosure = Enclosure(more.enclosure.lower - fewer.enclosure.upper, more.enclosure.upper - fewer.enclosure.lower)
    assumed = tuple(dict.fromkeys((*fewer.hypotheses, *more.hypotheses)))
    method = "differences of the top exponents of exterior powers, the last of them E log|det M|"
    return Finding(min(fewer.warrant, more.warrant), method, exact, enclosure, assumed, fewer.cite)


def lost_digits(top: Finding, found: Finding, digits: int) -> int:
    """By how many digits more the sums have to be known; 0 where the difference is good as it is, or may be 0 itself."""
    known = found.enclosure
    if found.reaches(digits) or known is None or top.enclosure is None or known.sign is None or known.lower == -inf:
        return 0
    small = min(abs(Fraction(known.lower)), abs(Fraction(known.upper)))
    return len(str(int(abs(top.enclosure.middle) / small)))


def attempt(block: MatrixLaw, every: bool, effort: Effort) -> list[Finding] | Inconclusive:
    """The block's top exponent, or all, or why the top one is not known well enough: another block may outdo it."""
    try:
        if in_closed_form(block, effort):
            return [scalar(block, effort)]
        return all_of_block(block, effort) if every else [catalogue.top(block, effort)]
    except Inconclusive as refusal:
        return refusal


def in_closed_form(block: MatrixLaw, effort: Effort) -> bool:
    """Is the block a number, whose exponent is E log|M|? A sample is taken of numbers as of matrices."""
    return block.size == 1 and effort.method is not Warrant.SAMPLED


def scalar(block: MatrixLaw, effort: Effort) -> Finding:
    """E log|M| of one dimension."""
    return finding(expected_log(block.components, effort))


def largest(found: list[Finding], refused: list[Inconclusive], effort: Effort) -> Finding:
    """The largest of the exponents, some of which may be known too coarsely; their maximum where symbols are free."""
    if len(found) == 1 and not refused:
        return found[0]
    if not refused and any(one.enclosure is None for one in found):
        return largest_formula(found)
    whole = bracket(found, refused)
    if refused and (not found or whole is None or not whole.reaches(effort.digits)):
        raise Inconclusive(refused[0].reason, whole)
    assert whole is not None
    leading = max(found, key=lambda one: (one.enclosure.upper, one.enclosure.lower))  # type: ignore[union-attr]
    exact = formula_of(found, refused)
    warrant = min(one.warrant for one in found)
    return replace(
        leading, enclosure=whole, exact=exact, warrant=min(warrant, Warrant.CERTIFIED) if exact is None else warrant
    )


def bracket(found: list[Finding], refused: list[Inconclusive]) -> Enclosure | None:
    """What is known of the largest of all; None if that is nothing."""
    known = [*(one.enclosure for one in found), *(one.enclosure for one in refused)]
    parts = [Enclosure.everything() if part is None else part for part in known]
    whole = Enclosure(max(part.lower for part in parts), max(part.upper for part in parts))
    return None if whole == Enclosure.everything() else whole


def formula_of(found: list[Finding], refused: list[Inconclusive]) -> sp.Expr | None:
    """The formula of the largest exponent: the maximum of all that are not proved to be smaller than another."""
    known = [*(one.enclosure for one in refused), *(one.enclosure for one in found if one.exact is None)]
    least = max(one.enclosure.lower for one in found)  # type: ignore[union-attr]
    if any(part is None or part.upper > least for part in known):
        return None
    rivals = {one.exact for one in found if one.exact is not None and one.enclosure.upper >= least}  # type: ignore[union-attr]
    return sp.Max(*rivals) if rivals else None


def largest_formula(found: list[Finding]) -> Finding:
    forms = [one.exact for one in found]
    formula = None if any(form is None for form in forms) else sp.Max(*forms)
    return Finding(Warrant.EXACT, "closed form", formula, cite=CITE)


def ordered(found: list[Finding]) -> list[Finding]:
    """Largest first where they are numbers; formulas stay in the order of the blocks."""
    if any(one.enclosure is None for one in found):
        return found
    return sorted(found, key=lambda one: (one.enclosure.upper, one.enclosure.lower), reverse=True)  # type: ignore[union-attr]


def per_update(found: Finding, updates: int) -> Finding:
    """An exponent of epochs as one of updates."""
    exact = None if found.exact is None else found.exact / updates
    known = found.enclosure
    return replace(found, exact=exact, enclosure=None if known is None else shared(known, updates))


def shared(whole: Enclosure, parts: int) -> Enclosure:
    return Enclosure(whole.lower / parts, whole.upper / parts)
