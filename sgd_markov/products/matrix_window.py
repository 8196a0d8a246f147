"""The values of a parameter at which a product of random 2x2 matrices contracts: signs proved on whole intervals."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp

from ..answer.enclosure import Bound, Enclosure
from ..answer.number import Number
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.exact_numbers import end_number
from ..numerics.windows import Span, Window
from .matrix_law import MatrixLaw

METHOD_NAME = "sub- and super-solutions on cells of the projective line, for whole intervals of the parameter"
COARSEST_DIGITS = 3
"""Ends are enclosed to so many digits at most: every further one takes ten times as long."""


def matrix_window(law: MatrixLaw, parameter: sp.Symbol, domain: tuple[Bound, Bound], effort: Effort) -> Window:
    """The open set of t in `domain` = (low, high) at which the top exponent of the family M(t) is negative.

    `law`: finitely many 2x2 matrices, entries polynomials in `parameter` with exact numbers as coefficients,
    probabilities free of it. The domain starts at a number (0 for a learning rate) and may end at oo.
    `intervals`: an end beside a part that is proved to have a positive exponent is enclosed, and lies in the enclosure;
    an end beside another undecided part is the exact place up to which the sign is proved. `undecided` lists every part
    without a proof, those of the enclosed ends among them; everywhere else the exponent is proved to be positive.
    Where the time ends first, the rest is undecided.
    Errors: `Inconclusive` for other laws, or where nothing is proved.
    Source: theory.md B.3 and F; near 0 the cone |m| <= K lr |w| of momentum, near oo the growth of N in M(t) = t^d N(1/t).

    >>> t, half = sp.Symbol("t", positive=True), sp.Rational(1, 2)
    >>> law = MatrixLaw.finite([(half, sp.Matrix([[1 - t*x, -t*half/5], [x, half/5]])) for x in (1, sp.Rational(1, 2))])
    >>> window = matrix_window(law, t, (Fraction(0), float("inf")), Effort(digits=2))
    >>> [(low.exact, str(high)) for low, high in window.intervals]
    [(0, '3.4')]
    """
    found = signs(law, parameter, domain, effort)
    if all(sign is None for _, _, sign in found):
        raise Inconclusive("the sign of the exponent is proved for no value of the parameter")
    intervals = [interval(found, place, effort) for place, part in enumerate(found) if part[2] == -1]
    undecided = tuple((end_number(low, effort), end_number(high, effort)) for low, high, sign in found if sign is None)
    return Window(tuple(intervals), undecided=undecided, method=METHOD_NAME, cite=("furstenberg1960",))


def proved_closed(
    law: MatrixLaw, parameter: sp.Symbol, effort: Effort, domain: tuple[Bound, Bound] | None = None
) -> bool:
    """Is the top exponent proved to be positive at every value of the parameter in `domain` (default: all t > 0)?

    False where it is negative somewhere, or not proved. Arguments and errors as in `matrix_window`.
    """
    found = signs(law, parameter, domain or (Fraction(0), float("inf")), effort)
    return all(sign == 1 for _, _, sign in found)


def signs(
    law: MatrixLaw, parameter: sp.Symbol, domain: tuple[Bound, Bound], effort: Effort
) -> list[tuple[Bound, Bound, int | None]]:
    """(low, high, sign or None) all over the domain, in order."""
    if law.size != 2 or law.atoms is None or law.parameters != {parameter}:
        raise Inconclusive("windows by cells need finitely many 2x2 matrices without further symbols")
    if domain[0] == -float("inf"):
        raise Inconclusive("windows of products of matrices need a range that is bounded below: set `within`")
    from ..engines.direction_cells.family import Family  # late: numpy is slow to import
    from ..engines.direction_cells.parameter_signs import parts

    family = Family.of([(p, sp.Matrix(matrix)) for p, matrix in law.atoms], parameter)
    if family is None:
        raise Inconclusive(f"windows by cells need matrices that are polynomials in {parameter}")
    resolution = Fraction(1, 10 ** min(effort.digits, COARSEST_DIGITS))
    return [(part.low, part.high, part.sign) for part in parts(family, *domain, effort, resolution)]


def interval(found: list[tuple[Bound, Bound, int | None]], place: int, effort: Effort) -> Span:
    """A part with negative exponent, with the ends that are known of it."""
    low, high, _ = found[place]
    return end(found[:place][::-1], low, effort), end(found[place + 1 :], high, effort)


def end(beyond: list[tuple[Bound, Bound, int | None]], proved: Bound, effort: Effort) -> Number:
    """The end at `proved`, given the parts beyond it, the nearest first: undecided, and then of the opposite sign or not."""
    if len(beyond) >= 2 and beyond[1][2] == 1:
        gap = beyond[0]
        return Number(None, Enclosure(gap[0], gap[1]), effort.digits)
    return end_number(proved, effort)
