"""Where the chain ends: the limiting measure as masses on attracting points and sets."""

from __future__ import annotations

from ..answer.answer import Answer
from ..chain.chain import Chain
from ..effort import Effort
from ..passage import problems
from .verb import verb

FIELDS = {"start": "point"}
FURTHER = ("masses", "frozen")


@verb
def limit(chain: Chain, start: object = None, *, effort: Effort) -> Answer:
    """The limiting measure from `start`: `masses`, a list of {at or set, probability}.

    `at`: an attracting point (negative exponent), probability: P(w_n -> at). `set`: an interval that keeps the chain.
    Probabilities are enclosures; what is not proved to end anywhere is missing from their sum.
    Errors: `Inconclusive` where nothing is proved.
    """
    return problems.limit(chain, chain.point(start, "start"), effort).answer("limit", effort.digits)
