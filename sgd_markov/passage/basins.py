"""Where finitely many maps in one dimension end: masses on attracting points and on sets that keep the chain."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..numerics.finite_family import FiniteFamily, finite_family
from .method import Method

if TYPE_CHECKING:
    from ..engines.cells.limits import Ends, Mass
    from ..numerics.local_attraction import Attraction

WORDS = "bounds on cells, absorbed where convergence is proved"
CERTAIN = (
    "an interval keeps the chain, and from everywhere in it one of these ends is reached with a probability bounded "
    "below: the masses sum to 1"
)


class Basins(Method):
    """Attraction beside the fixed points that all maps share (A1-loc), cells between them, Levy's 0-1 law (A1-abs).

    Each mass is enclosed to 10^-digits, relative to the whole mass 1.
    """

    warrants = (Warrant.CERTIFIED,)

    def limit(self, model: Chain | Diffusion, start: Point, effort: Effort) -> Finding | None:
        family = finite_family(model)
        if family is None or start[family.symbol].free_symbols:
            return None
        place = start[family.symbol]
        from ..engines.cells.exceptional import limiting_masses
        from ..numerics.local_attraction import fixed

        if all(fixed(f, family.symbol, place) for f in family.maps):
            return None  # the chain stays where it is: a matter of finitely many states

        return finding(limiting_masses(family, place, effort), family, effort)


def finding(found: Ends, family: FiniteFamily, effort: Effort) -> Finding:
    """The masses as the answer lists them, with what was proved on the way."""
    masses = [entry(mass, family, effort) for mass in found.masses]
    return Finding(
        Warrant.CERTIFIED, WORDS, hypotheses=tuple(proved(found, family)), cite=("chemnitz2024", "ville1939"),
        extra={"masses": masses},
    )


def entry(mass: Mass, family: FiniteFamily, effort: Effort) -> dict[str, Any]:
    probability = mass.probability
    exact = sp.Integer(1) if probability.is_point and probability.lower == 1 else None
    return place_of(mass, family, effort) | {"probability": Number(exact, probability, effort.digits)}


def place_of(mass: Mass, family: FiniteFamily, effort: Effort) -> dict[str, Any]:
    from ..engines.cells.setting import Special

    if isinstance(mass.end, Special):
        return {"at": {str(family.symbol): point_number(mass.end.point, effort)}}
    parts = [[point_number(sp.Rational(end), effort) for end in pair] for pair in mass.end.intervals]
    return {"set": parts[0] if len(parts) == 1 else parts}


def point_number(place: sp.Expr, effort: Effort) -> Number:
    from ..numerics.exact_numbers import number

    return number(place, effort, "a point")


def proved(found: Ends, family: FiniteFamily) -> list[Hypothesis]:
    """A line for each thing that the masses rest on."""
    from ..engines.cells.setting import Special
    from ..numerics.local_attraction import Attraction

    lines = [Hypothesis(CERTAIN)] if found.certain else []
    for mass in found.masses:
        if isinstance(mass.end, Special) and isinstance(mass.end.near, Attraction):
            lines.append(Hypothesis(attraction_text(mass.end.near, family)))
    return lines + [Hypothesis(f"the chain never meets {point} exactly") for point in found.avoided]


def attraction_text(near: Attraction, family: FiniteFamily) -> str:
    """What A1-loc says about the neighbourhood."""
    distance, delta = f"|{family.symbol} - ({near.point})|", rounded_down(near.delta)
    if near.kappa is None:
        return f"every step contracts {distance} where it is at most {delta}"
    kappa = rounded_down(near.kappa)
    return f"from {distance} = r <= {delta} it converges with a probability of at least 1 - (r/{delta})^{kappa}"


def rounded_down(value: Fraction) -> str:
    """A decimal that is not above: a smaller radius and a smaller power only weaken the bound."""
    places = 6 if value >= Fraction(1, 100) else 6 + len(str(int(1 / value)))
    return f"{Decimal(int(value * 10**places)).scaleb(-places):f}"


METHOD = Basins()
