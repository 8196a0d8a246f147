"""The top Lyapunov exponent of finitely many 2 x 2 matrices that lead arcs of the projective line strictly into arcs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from math import ceil, log10

from flint import arb

from ...answer.enclosure import Enclosure
from ...balls.precision import enclosure, precision
from ...effort import Effort
from ...errors import Inconclusive
from .log_arc import LogArc, LogTransition, log_arc, log_transitions
from .one_arc import Matrix, invariant_arc, invariant_pair
from .poisson import Bracket, ellipse, poisson_bracket
from .several_arcs import invariant_arcs
from .transitions import Basis, Entries, Transition, transitions

ROUNDS = 5
"""So often more digits are tried; a value that is not told from 0 by then is left undecided."""

STRETCHES = (1.0, 1.2, 1.5, 2.0)
"""The logarithmic arc may be longer than needed: then it lies where the ellipse is wide."""

Atoms = Callable[[], Sequence[tuple[arb, Entries]]]
"""(probability, matrix) of a finite law as balls at the current precision."""


def proved_arcs(atoms: Atoms) -> list[Basis] | None:
    """Arcs that every matrix is proved to lead strictly inside arcs; None where none are found."""
    with precision(128):
        law = atoms()
        matrices = [in_doubles(matrix) for _, matrix in law]
        if any(matrix is None for matrix in matrices):
            return None
        for search in (one_arc, invariant_arcs):
            bases = candidate(search, matrices)  # type: ignore[arg-type]
            if bases is not None and transitions(law, bases) is not None:
                return bases
    return None


Search = Callable[[Sequence[Matrix]], list[Basis] | None]


def candidate(search: Search, matrices: Sequence[Matrix]) -> list[Basis] | None:
    """What the search in doubles finds; nothing where an arc is too small or too large for them."""
    try:
        return search(matrices)
    except (ZeroDivisionError, OverflowError):
        return None


def one_arc(matrices: Sequence[Matrix]) -> list[Basis] | None:
    found = invariant_arc(matrices)
    return None if found is None else [found]


def in_doubles(matrix: Entries) -> Matrix | None:
    """Divided by its largest entry; None for 0."""
    size = max((abs(entry.mid()) for entry in matrix), key=lambda entry: entry.abs_upper())
    if size.is_zero() or not size.is_finite():
        return None
    a, b, c, d = (float((entry / size).mid()) for entry in matrix)
    return a, b, c, d


def exponent_on_arcs(atoms: Atoms, bases: Sequence[Basis], effort: Effort) -> Enclosure:
    """lim 1/n log ||M_n ... M_1||, almost surely and in the mean, to `effort.digits`.

    A vector inside the cone over an arc dominates, up to a constant, every vector of norm 1 in the plane in the order of
    that cone, and the matrices keep the orders of the cones up to sign: so it grows like the norm of the product.
    """

    def build() -> Sequence[Transition]:
        found = transitions(atoms(), bases)
        if found is None:
            raise Inconclusive("the precision does not prove that the arcs are kept")
        return found

    def bracket(digits: int) -> Bracket:
        try:
            return poisson_bracket(build, len(bases), digits, effort)
        except Inconclusive:
            arc = logarithmic(atoms) if len(bases) == 1 else None
            if arc is None:
                raise
            return poisson_bracket(partial(log_steps, atoms, arc), 1, digits, effort)

    return narrowed(bracket, effort)


def logarithmic(atoms: Atoms) -> LogArc | None:
    """An arc in a logarithmic coordinate, where the plain one is too close to the repeller."""
    with precision(64):
        law = atoms()
        matrices = [matrix for _, entries in law if (matrix := in_doubles(entries)) is not None]
        pair = invariant_pair(matrices)
        if pair is None:
            return None
        arcs = [log_arc(*pair, stretch) for stretch in STRETCHES]
        rated = [(rho, arc) for arc in arcs if (rho := rate(log_transitions(law, arc))) > 1]
        return max(rated, key=lambda one: one[0])[1] if rated else None


def rate(steps: Sequence[LogTransition] | None) -> float:
    """The rho at which collocation converges; 1 where it is not seen to."""
    try:
        return 1.0 if steps is None else ellipse(steps)
    except Inconclusive:
        return 1.0


def log_steps(atoms: Atoms, arc: LogArc) -> Sequence[LogTransition]:
    found = log_transitions(atoms(), arc)
    if found is None:
        raise Inconclusive("the precision does not prove that the arc is kept")
    return found


def narrowed(bracket: Callable[[int], Bracket], effort: Effort) -> Enclosure:
    """The bracket at rising absolute accuracy until it reaches the relative digits."""
    digits, best = effort.digits + 1, Enclosure.everything()
    for _ in range(ROUNDS):
        effort.check()
        try:
            found = bracket(digits)
        except Inconclusive as refusal:
            best = best if refusal.enclosure is None else best.intersection(refusal.enclosure)
            if best.reaches(effort.digits):
                return best
            raise Inconclusive(refusal.reason, None if best == Enclosure.everything() else best) from None
        with precision(int(4 * digits) + 64):
            best = best.intersection(enclosure(found.ball()))
        if best.reaches(effort.digits):
            return best
        digits += missing_digits(best, effort.digits, digits)
    raise Inconclusive("the exponent is too close to 0 for relative digits", best)


def missing_digits(known: Enclosure, wanted: int, tried: int) -> int:
    """By how much the relative width misses; as much again as was tried where not even the sign is known."""
    if known.sign is None or known.width == 0 or known == Enclosure.everything():
        return max(tried, 10)
    smallest = min(abs(Fraction(known.lower)), abs(Fraction(known.upper)))
    return max(2, ceil(log10(float(known.width / smallest)) + wanted) + 1)


__all__ = ["exponent_on_arcs", "narrowed", "proved_arcs"]
