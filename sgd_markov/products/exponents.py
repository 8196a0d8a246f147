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

__all__ = ["exponents", "finding"]

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
        top, listed = of_blocks(irreducible_blocks(epoch_law(chain, point, effort)), every, effort)
        return per_update(top, updates), [per_update(found, updates) for found in listed]
    return of_blocks(blocks, every, effort)


def of_blocks(blocks: list[MatrixLaw], every: bool, effort: Effort) -> tuple[Finding, list[Finding]]:
    """The exponents of a block-triangular law from those of its diagonal blocks."""
    if every:
        listed = [found for block in blocks for found in all_of_block(block, effort)]
        return largest(listed, [], effort), ordered(listed)
    attempts = [attempt(block, effort) for block in blocks]
    found = [one for one in attempts if isinstance(one, Finding)]
    top = largest(found, [one for one in attempts if isinstance(one, Inconclusive)], effort)
    return top, [top]


def all_of_block(block: MatrixLaw, effort: Effort) -> list[Finding]:
    if in_closed_form(block, effort):
        return [scalar(block, effort)]
    try:
        return catalogue.spectrum(block, effort)
    except (Inconclusive, InvalidInput):
        if block.size > LARGEST or effort.method is Warrant.SAMPLED:
            raise
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


def attempt(block: MatrixLaw, effort: Effort) -> Finding | Inconclusive:
    """The block's top exponent, or why it is not known well enough: another block may outdo it."""
    try:
        return scalar(block, effort) if in_closed_form(block, effort) else catalogue.top(block, effort)
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
    parts = [*(one.enclosure for one in found), *(one.enclosure for one in refused)]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        raise refused[0]
    whole = Enclosure(max(part.lower for part in known), max(part.upper for part in known))
    if refused and (not found or not whole.reaches(effort.digits)):
        raise Inconclusive(refused[0].reason, whole)
    leading = max(found, key=lambda one: (one.enclosure.upper, one.enclosure.lower))  # type: ignore[union-attr]
    return replace(leading, enclosure=whole, warrant=min(one.warrant for one in found))


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
    enclosure = None if known is None else Enclosure(known.lower / updates, known.upper / updates)
    return replace(found, exact=exact, enclosure=enclosure)
