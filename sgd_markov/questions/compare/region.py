"""What the theories say at every critical point of a region, and so where each of them ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ...chain.chain import Chain
from ...effort import Effort
from ...errors import InvalidInput, SGDMarkovError
from ...expressions import exact
from ...numerics.signs_of_symbols import known_sign
from ..registry import verb_of
from .theories import THEORIES, Exponent, Slopes, exponent, slopes_at

DRIFT_ONLY = "the exponent is that of its drift; isotropic noise never settles at a point"
KINKS = "kinks of the loss are left out of `ends`"


def region(chain: Chain, inside: Any, start: object) -> Any:
    """`inside` as [low, high], a table over the state too; a `start` outside it is refused."""
    if isinstance(inside, Mapping) and len(inside) == 1:
        (inside,) = inside.values()
    if start is None or not isinstance(inside, tuple | list) or len(inside) != 2:
        return inside
    at = chain.point(start, "start")[chain.state[0]]
    low, high = (exact(end, "inside") for end in inside)
    if known_sign(at - low) == -1 or known_sign(high - at) == -1:
        raise InvalidInput("start", at, f"a start inside [{low}, {high}]")
    return inside


@dataclass(frozen=True)
class Place:
    """A critical point: as listed, what the chain does near it (None with a note where that is not known), and what
    each theory says of it."""

    found: Mapping[str, Any]
    slopes: Slopes | None
    said: Mapping[str, Exponent]
    note: str | None = None

    @property
    def name(self) -> str:
        return ", ".join(f"{name} = {place}" for name, place in self.found["at"].items())

    def table(self, theory: str) -> dict[str, Any]:
        known = self.said[theory]
        return {"at": self.found["at"], "kind": self.found["kind"], "exponent": known.number, "attracts": known.attracts}


@dataclass(frozen=True)
class Places:
    """All critical points; None with a `note` where they are not known. `kinks`: were some left out?"""

    listed: tuple[Place, ...] | None
    note: str | None = None
    kinks: bool = False


def places(chain: Chain, inside: Any, effort: Effort) -> Places:
    """The smooth critical points of the expected loss in the region, or in the whole state space."""
    if chain.loss is None:
        return Places(None, "where it ends is known for chains of a loss")
    try:
        points = verb_of("critical-points")(chain, within=inside, effort=effort).points
    except SGDMarkovError as error:
        return Places(None, f"the critical points are not known: {error}")
    smooth = [found for found in points if found["hessian"] is not None]
    return Places(tuple(place_of(chain, found, effort) for found in smooth), kinks=len(smooth) < len(points))


def place_of(chain: Chain, found: Mapping[str, Any], effort: Effort) -> Place:
    w = chain.state[0]
    nothing = dict.fromkeys(THEORIES, Exponent())
    at = found["at"][str(w)]
    if at.exact is None:
        return Place(found, None, nothing, "a critical point is known as an enclosure only")
    here: dict[sp.Symbol, sp.Expr] = {w: at.exact}
    try:
        slopes = slopes_at(chain, here)
        said = {theory: exponent(theory, chain, here, slopes, effort) for theory in THEORIES}
    except SGDMarkovError as error:
        return Place(found, None, nothing, f"at {w} = {at}: {error}")
    return Place(found, slopes, said)


def ends_of(theory: str, known: Places) -> tuple[list[dict[str, Any]] | None, str | None]:
    """The critical points with a negative exponent of this theory, and a note where they are not known."""
    if theory == "langevin":
        return [], DRIFT_ONLY
    if known.listed is None:
        return None, known.note
    ends = []
    for place in known.listed:
        if place.slopes is None:
            return None, place.note
        said = place.said[theory]
        if said.number is None and place.slopes.variance is None:
            continue  # the noise persists: nothing settles there
        if said.attracts is None:
            return None, f"whether {place.name} attracts is not decided"
        if said.attracts:
            ends.append({"at": place.found["at"], "kind": place.found["kind"], "exponent": said.number})
    return ends, KINKS if known.kinks else None
