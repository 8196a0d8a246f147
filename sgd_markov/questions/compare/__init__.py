"""What four theories say of the same chain, beside one another, and where they disagree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ...answer.answer import Answer, Hypothesis
from ...answer.number import Number
from ...answer.text import expression_latex
from ...answer.warrant import Warrant
from ...chain.chain import Chain, Point
from ...effort import Effort
from ...errors import InvalidInput
from ..verb import verb
from .escape import Escape, escape
from .laws import small_step, stationary_of
from .region import Places, ends_of, places, region
from .theories import THEORIES, Exponent, exponent, slopes_at

FIELDS = {"at": "point", "inside": "region", "start": "point"}
FURTHER = ("rows", "disagree", "small_step")


@verb
def compare(chain: Chain, at: object = None, inside: object = None, start: object = None, *, effort: Effort) -> Answer:
    """One row a theory: its exponent at a critical point, where it ends, its stationary law; and where they disagree.

    Exponents are per step. With M the multiplier of one step at the point (M = 1 - lr l'' for SGD):
    `sgd` E log|M|, the chain itself; `gradient-descent` log|E M|, its mean step; `langevin` E M - 1 = -lr L'', the
    gradient flow that isotropic noise of constant size leaves unchanged to first order; `sde` E M - 1 - Var(M)/2, the
    equation with the covariance of the step, dw = E[w' - w] dn + sqrt(Var(w' - w)) dB.
    Where the noise persists at the point, `sgd` and `sde` have no exponent there (null, with a note).
    `ends`: the critical points (those in `inside` if it is given) with a negative exponent, where they are known;
    `points`: with `inside`, every critical point in it with the exponent of the theory there, symbols included;
    `stationary`: its stationary law, or why there is none; `escape_time`: with `inside` and `start`, the mean number of
    steps until first outside, oo where that is proved, null with a note else. `disagree`: pairs of theories with exponents
    of opposite sign, of which one says that the point attracts and the other that it does not; without `at` those at every
    critical point, each with its place.
    `small_step`: the corrected Gibbs density and the bias, expansions without a bound of their errors.

    Hypotheses: one dimension; the mean step vanishes at the point. Errors: `HypothesisViolated` where it does not.

    >>> import sympy as sp
    >>> from sgd_markov.laws.two_point import TwoPoint
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, x = sp.symbols("w x", real=True)
    >>> chain = SGD(x * w**2 / 2, [w], 1, data={x: TwoPoint("5/3", "-5/4")})
    >>> [(row["theory"], row["exponent"].value) for row in compare(chain, at=0).rows]  # doctest: +NORMALIZE_WHITESPACE
    [('sgd', '0.20273255405408219'), ('gradient-descent', '-0.23361485118150516'),
     ('langevin', '-0.20833333333333333'), ('sde', '-1.2717013888888889')]
    """
    if at is None and inside is None:
        raise InvalidInput("at", "nothing", "a critical point of the expected loss, or a region `inside`")
    chain.require_one_dimension("compare")
    inside = region(chain, inside, start)
    point = None if at is None else chain.point(at)
    said = exponents_at(chain, point, effort)
    known = places(chain, inside, effort)
    rows = [row(theory, said[theory], chain, known, start, inside, effort) for theory in THEORIES]
    return Answer(
        question="compare",
        warrant=min((warrant for r in rows for warrant in r.warrants), default=Warrant.EXACT),
        method="each theory from the same mean and variance of one step",
        hypotheses=() if point is None else (Hypothesis("the mean step vanishes at the point"),),
        cite=tuple(dict.fromkeys(key for r in rows for key in r.said.cite)),
        digits=effort.digits,
        formula=formula(rows),
        extra={
            "rows": [r.table(inside is not None) for r in rows],
            "disagree": disagreements(said) if point is not None else disagreements_within(known),
            "small_step": small_step(chain, point),
        },
    )


def exponents_at(chain: Chain, point: Point | None, effort: Effort) -> Mapping[str, Exponent]:
    """What each theory says at the point; nothing without one."""
    if point is None:
        return dict.fromkeys(THEORIES, Exponent())
    slopes = slopes_at(chain, point)
    return {theory: exponent(theory, chain, point, slopes, effort) for theory in THEORIES}


@dataclass(frozen=True)
class Row:
    """What one theory says: at the point asked for, at all critical points, and in the long run."""

    theory: str
    said: Exponent
    points: list[dict[str, Any]] | None
    ends: list[dict[str, Any]] | None
    stationary: Mapping[str, Any]
    note: str | None
    escape: Escape

    @property
    def warrants(self) -> list[Warrant]:
        """Those of its numbers."""
        return [warrant for warrant in (self.said.warrant, self.escape.warrant) if warrant is not None]

    def table(self, has_region: bool) -> dict[str, Any]:
        notes = [note for note in (self.note, self.escape.note) if note]
        return {
            "theory": self.theory,
            "exponent": self.said.number,
            "attracts": self.said.attracts,
            "points": self.points if has_region else None,
            "ends": self.ends,
            "stationary": self.stationary,
            "escape_time": self.escape.time,
            "note": "; ".join(notes) or None,
        }


def row(theory: str, said: Exponent, chain: Chain, known: Places, start: object, inside: Any, effort: Effort) -> Row:
    ends, missing = ends_of(theory, known)
    points = None if known.listed is None else [place.table(theory) for place in known.listed]
    law, stay = stationary_of(theory, chain, start, effort), escape(theory, chain, start, inside, effort)
    return Row(theory, said, points, ends, law, said.note or missing, stay)


SAID = {-1: "attracts", 1: "does not attract"}
"""By the sign of the exponent; one of 0 says nothing of a loss that is not quadratic."""


def disagreements(said: Mapping[str, Exponent]) -> list[dict[str, str]]:
    """Pairs with exponents of opposite sign: one proves that the point attracts and the other that it does not."""
    return [
        {first: SAID[said[first].sign], second: SAID[said[second].sign]}  # type: ignore[index]
        for first, second in combinations(THEORIES, 2)
        if said[first].sign and said[second].sign and said[first].sign != said[second].sign
    ]


def disagreements_within(known: Places) -> list[dict[str, str]]:
    """The same at every critical point, each with its place under `at`."""
    return [{"at": place.name, **pair} for place in known.listed or () for pair in disagreements(place.said)]


def formula(rows: list[Row]) -> str:
    """A table of the theories with their exponents."""
    said = [rf"\text{{{SAID[r.said.sign]}}}" if r.said.sign else "" for r in rows]
    lines = [
        rf"\text{{{r.theory}}} & {shown(r.said.number)} & {verdict}" for r, verdict in zip(rows, said, strict=True)
    ]
    return r"\begin{array}{lll}" + r" \\ ".join(lines) + r"\end{array}"


def shown(exponent: Number | None) -> str:
    if exponent is None:
        return r"\text{none}"
    if exponent.enclosure is None or (exponent.exact is not None and exponent.exact.is_Rational):
        return expression_latex(exponent.exact)
    return str(exponent.value).replace("oo", r"\infty")
