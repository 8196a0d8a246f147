"""Where AMSGrad ends on a quadratic loss: at the critical point, at a learning rate that is frozen, or never."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from sys import float_info
from typing import TYPE_CHECKING, Any

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..errors import Inconclusive
from ..numerics.amsgrad_form import AMSGradForm, amsgrad_form
from ..numerics.exact_numbers import number
from .method import Method

if TYPE_CHECKING:
    from ..engines.amsgrad.curvature_law import CurvatureLaw
    from ..engines.amsgrad.solution import Ending, Start

WHOLE = Enclosure(Fraction(0), Fraction(1))
MOST_VALUES = 10
LISTED = 8
EXACT_DIGITS = 40
LARGEST = Fraction(10**100)
"""Doubles hold the squares of sizes up to this, and of their inverses."""
REACHABLE = 3
"""For more digits the finest bounds would not do either: they are not tried."""
CITE = ("reddi2018", "ville1939", "ziyin2022")


@dataclass(frozen=True)
class Way:
    """How an answer was found, and what was proved for it."""

    warrant: Warrant
    words: str
    proved: tuple[str, ...]


MERGED = Way(
    Warrant.CERTIFIED,
    "paths from record to record, those with equal counts of draws merged; a table over rates for light paths",
    (
        "the pair lr/sqrt(vhat), |w|/sqrt(vhat) is a Markov chain; the rate never rises (scaling by w, lr -> c w, c lr)",
        "where w -> 0 the rate freezes after finitely many steps, at a value with E log|1 - rate x| < 0",
        "off that event vhat has no last record: it grows without bound, unless the rate tends to an end of its window",
    ),
)
AVERAGED = Way(
    Warrant.CERTIFIED,
    "boxes of rate, scaled weight and scaled average of squares, those of which most is open followed first",
    (
        "lr/sqrt(vhat), |w|/sqrt(vhat), v/vhat are a Markov chain; the rate never rises, and freezes where w -> 0",
        "while max|x| |w| <= sqrt(vhat) no average of squares exceeds vhat: Ville's inequality bounds the chance that this ends",
    ),
)
REPELLED = Way(
    Warrant.EXACT,
    "the sign of E log|1 - rate x| at all rates",
    ("E log|1 - rate x| > 0 at every rate that can be met, so that no frozen rate lets w tend to 0",),
)


REPELLED_WITH_MOMENTUM = Way(
    Warrant.CERTIFIED,
    "the sign of the top exponent of the frozen steps of (w, m), on cells of directions for whole intervals of rates",
    (
        "the top exponent of (w, m) at a frozen rate is positive at every rate that can be met",
        "x takes two values other than 0: the frozen matrices have no line in common, and (w, m) grows from every start",
    ),
)


class EndOfAMSGrad(Method):
    """P(w -> 0) for gradients x w with finitely many values of x and epsilon = 0.

    Without momentum to about 3 digits, with beta2 > 0 to about one. With beta1 > 0 the frozen chain is a product of
    matrices: 0 where these are proved to repel at all rates, and nothing is said otherwise. Extra: `frozen`, rates of
    large mass with their probabilities (beta1 = beta2 = 0).
    """

    def limit(self, model: Chain | Diffusion, start: Point, effort: Effort) -> Finding | None:
        if not isinstance(model, Chain) or any(place.free_symbols for place in start.values()):
            return None
        form = amsgrad_form(model)
        weight = None if form is None else start[model.weights[0]]
        if form is None or weight == 0 or not 1 <= len(form.curvatures) <= MOST_VALUES:
            return None
        memory = {str(symbol): start[symbol] for symbol in model.memory}
        require_in_range("curvatures", form.curvatures)
        law = law_of(form)
        highest = highest_rate(form, weight, memory)
        if form.beta1 != 0:
            return with_momentum(model, form, highest, effort)
        if highest is not None and repelled_for_ever(form, law, highest):
            return finding(model, Number(sp.Integer(0), Enclosure.point(0), effort.digits), [], REPELLED)
        if len(form.curvatures) == 1:
            return None  # |1 - rate x| is constant
        require_doubles(form, weight, memory)
        if form.beta2 != 0:
            return averaged(model, form, law, weight, memory, effort)
        return enclosed(model, form, law, start_of(form, weight, memory["vhat"]), effort)


def law_of(form: AMSGradForm) -> CurvatureLaw:
    from ..engines.amsgrad.curvature_law import CurvatureLaw

    return CurvatureLaw(tuple(map(enclosure_of, form.curvatures)), tuple(map(enclosure_of, form.weights)))


def enclosure_of(value: sp.Expr) -> Enclosure:
    found = number(value, Effort(digits=EXACT_DIGITS), "a number of the chain").enclosure
    assert found is not None
    return found


def start_of(form: AMSGradForm, weight: sp.Expr, vhat: sp.Expr) -> Start:
    """The start on the scale of vhat, or of lr where vhat = 0."""
    from ..engines.amsgrad.solution import Start

    if not vhat.is_positive:
        return Start(None, enclosure_of(sp.Abs(weight) / form.rate))
    return Start(enclosure_of(form.rate / sp.sqrt(vhat)), enclosure_of(sp.Abs(weight) / sp.sqrt(vhat)))


def highest_rate(form: AMSGradForm, weight: sp.Expr, memory: dict[str, sp.Expr]) -> Fraction | None:
    """At least every rate lr/sqrt(vhat) from the first step on; None where it has no bound below LARGEST."""
    left = form.beta2 * memory["v"]  # after a draw of x = 0 too
    squares = [left] if left != 0 else [(1 - form.beta2) * (x * weight) ** 2 for x in form.curvatures]
    least = min(Fraction(enclosure_of(sp.Max(memory["vhat"], square)).lower) for square in squares)
    if least <= 0:
        return None
    root = Fraction(enclosure_of(form.rate / sp.sqrt(sp.Rational(least.numerator, least.denominator))).upper)
    return root if root <= LARGEST else None


def repelled_for_ever(form: AMSGradForm, law: CurvatureLaw, highest: Fraction) -> bool:
    """Is E log|1 - rate x| > 0 proved for all rates up to the highest?"""
    from ..engines.amsgrad.exponents import first_attracting

    ceiling = max(float(highest) * (1 + 2.0**-50), float_info.min)
    return first_attracting(law, ceiling) >= ceiling


def with_momentum(model: Chain, form: AMSGradForm, highest: Fraction | None, effort: Effort) -> Finding:
    """beta1 > 0: 0 where the frozen chain is proved to repel at every rate, and nothing else is known."""
    from ..engines.direction_cells.frozen_momentum import repels

    if highest is None or form.rests or not repels(form.curvatures, form.weights, form.beta1, highest, effort):
        raise Inconclusive(
            "with beta1 > 0 only 0 is told, where all rates are proved to repel: here they are not", WHOLE
        )
    none = Number(sp.Integer(0), Enclosure.point(0), effort.digits)
    return replace(finding(model, none, [], REPELLED_WITH_MOMENTUM), cite=("reddi2018", "furstenberg1960"))


def require_doubles(form: AMSGradForm, weight: sp.Expr, memory: dict[str, sp.Expr]) -> None:
    """The bounds of the probability are made of doubles."""
    v, vhat = memory["v"], memory["vhat"]
    known = vhat.is_positive
    scale = sp.sqrt(vhat) if known else form.rate
    ratios = [weight / scale, form.rate / scale, *([v / vhat] if known and v.is_positive else [])]
    require_in_range("lr/sqrt(vhat), w/sqrt(vhat), w/lr or v/vhat", ratios)


def require_in_range(names: str, sizes: Iterable[sp.Expr]) -> None:
    for size in sizes:
        if not 1 / LARGEST <= enclosure_of(sp.Abs(size)).middle <= LARGEST:
            raise Inconclusive(f"{names} above 1e100 or below 1e-100 are not followed", WHOLE)


def enclosed(model: Chain, form: AMSGradForm, law: CurvatureLaw, start: Start, effort: Effort) -> Finding:
    """beta2 = 0: with the rates that freeze."""
    from ..engines.amsgrad.solution import endings

    last: list[Ending] = []

    def attempts() -> Iterator[Enclosure]:
        for ending in endings(law, start, effort):
            last[:] = [ending]
            yield ending.probability

    probability = narrow_enough(attempts(), effort)
    return finding(model, probability, frozen(last[0], form, effort), MERGED)


def averaged(
    model: Chain, form: AMSGradForm, law: CurvatureLaw, weight: sp.Expr, memory: dict[str, sp.Expr], effort: Effort
) -> Finding:
    """beta2 > 0: by paths that do not merge."""
    from ..engines.amsgrad.moving_average import bounds

    vhat, v = memory["vhat"], memory["v"]
    if form.rests or (v if not vhat.is_positive else v.is_negative):
        raise Inconclusive("beta2 > 0 with draws of x = 0, or with v but no vhat, is not known here", WHOLE)
    ratio = enclosure_of(v / vhat) if vhat.is_positive else Enclosure.point(1)
    attempts = bounds(law, enclosure_of(form.beta2), start_of(form, weight, vhat), ratio, effort)
    return finding(model, narrow_enough(attempts, effort), [], AVERAGED)


def narrow_enough(attempts: Iterator[Enclosure], effort: Effort) -> Number:
    """The first enclosure of the probability that is narrow enough; the narrowest in the refusal where none is."""
    best = WHOLE
    try:
        for number_of_attempt, found in enumerate(attempts):
            best = best.intersection(found)
            if best.width <= Fraction(1, 10**effort.digits):
                return Number(None, best, effort.digits)
            if effort.digits > REACHABLE and number_of_attempt == 1:
                break
    except Inconclusive as ended:
        raise Inconclusive(ended.reason, best) from None
    raise Inconclusive(
        f"the probability that w -> 0 is enclosed to {float(best.width):.1e}; ask for fewer digits", best
    )


def frozen(ending: Ending, form: AMSGradForm, effort: Effort) -> list[dict[str, Any]]:
    """The rates at which much mass freezes, and the second moments that belong to them."""
    entries = []
    for entry in ending.heaviest(LISTED):
        low, high = entry.rate.lower, entry.rate.upper
        square = enclosure_of(form.rate**2)
        vhat = Enclosure(square.lower / high**2, square.upper / low**2)
        numbers = {"learning_rate": entry.rate, "vhat": vhat, "probability": entry.probability}
        entries.append({name: Number(None, value, effort.digits) for name, value in numbers.items()})
    return entries


def finding(model: Chain, probability: Number, rates: list[dict[str, Any]], way: Way) -> Finding:
    at = {str(model.weights[0]): Number(sp.Integer(0), Enclosure.point(0), probability.digits)}
    return Finding(
        way.warrant,
        way.words,
        hypotheses=tuple(Hypothesis(text) for text in way.proved),
        cite=CITE,
        extra={"masses": [{"at": at, "probability": probability}], "frozen": rates},
    )


METHOD = EndOfAMSGrad()
