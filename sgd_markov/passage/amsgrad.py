"""Where AMSGrad ends on a quadratic loss: at the critical point, at a learning rate that is frozen, or never."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
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
REACHABLE = 3
"""For more digits the finest bounds would not do either: they are not tried."""
CITE = ("reddi2018", "ville1939", "ziyin2022")
WORDS = "paths from record to record, those with equal counts of draws merged; a table over rates for light paths"
REDUCED = (
    "the pair lr/sqrt(vhat), |w|/sqrt(vhat) is a Markov chain; the rate never rises (scaling by w, lr -> c w, c lr)",
    "where w -> 0 the rate freezes after finitely many steps, at a value with E log|1 - rate x| < 0",
    "off that event vhat has no last record: it grows without bound, unless the rate tends to an end of its window",
)
REPELLED = "E log|1 - rate x| > 0 at every rate that can be met, so that no frozen rate lets w tend to 0"


class EndOfAMSGrad(Method):
    """P(w -> 0) for gradients x w with finitely many values of x, beta1 = beta2 = 0 and epsilon = 0, to about 3 digits.

    With beta2 > 0 only where no rate that can be met attracts (then it is 0). With beta1 > 0 the frozen chain is a
    product of matrices; [0, 1] is all that is said. Extra: `frozen`, rates of large mass with their probabilities.
    """

    def limit(self, model: Chain | Diffusion, start: Point, effort: Effort) -> Finding | None:
        if not isinstance(model, Chain) or any(place.free_symbols for place in start.values()):
            return None
        form = amsgrad_form(model)
        weight = None if form is None else start[model.weights[0]]
        if form is None or weight == 0 or not 2 <= len(form.curvatures) <= MOST_VALUES:
            return None
        memory = {str(symbol): start[symbol] for symbol in model.memory}
        law = law_of(form)
        if form.beta1 != 0:
            raise Inconclusive(
                "with beta1 > 0 the frozen steps are products of matrices, whose exponents are not asked here", WHOLE
            )
        if repelled_for_ever(form, law, weight, memory):
            return finding(
                model, Number(sp.Integer(0), Enclosure.point(0), effort.digits), [], Warrant.EXACT, (REPELLED,)
            )
        if form.beta2 != 0:
            raise Inconclusive(
                "with beta2 > 0 the rate is not constant between records of g^2, and no bounds are known here", WHOLE
            )
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


def repelled_for_ever(form: AMSGradForm, law: CurvatureLaw, weight: sp.Expr, memory: dict[str, sp.Expr]) -> bool:
    """Is E log|1 - rate x| > 0 proved for all rates from the first step on?"""
    from ..engines.amsgrad.exponents import first_attracting

    left = form.beta2 * memory["v"]  # after a draw of x = 0 too
    squares = [left] if left != 0 else [(1 - form.beta2) * (x * weight) ** 2 for x in form.curvatures]
    least = [Fraction(enclosure_of(sp.Max(memory["vhat"], square)).lower) for square in squares]
    if min(least) <= 0:
        return False
    root = enclosure_of(form.rate / sp.sqrt(sp.Rational(min(least).numerator, min(least).denominator)))
    highest = float(root.upper) * (1 + 2.0**-50)
    return isfinite(highest) and first_attracting(law, highest) >= highest


def enclosed(model: Chain, form: AMSGradForm, law: CurvatureLaw, start: Start, effort: Effort) -> Finding:
    """The first enclosure that is narrow enough; the narrowest in the refusal where none is."""
    from ..engines.amsgrad.solution import endings

    best = WHOLE
    try:
        for attempt, ending in enumerate(endings(law, start, effort)):
            best = best.intersection(ending.probability)
            if best.width <= Fraction(1, 10**effort.digits):
                probability = Number(None, best, effort.digits)
                return finding(model, probability, frozen(ending, form, effort), Warrant.CERTIFIED, REDUCED)
            if effort.digits > REACHABLE and attempt == 1:
                break
    except Inconclusive as ended:
        raise Inconclusive(ended.reason, best) from None
    width = f"{float(best.width):.1e}"
    raise Inconclusive(f"the probability that w -> 0 is enclosed to {width}; ask for fewer digits", best)


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


def finding(
    model: Chain, probability: Number, rates: list[dict[str, Any]], warrant: Warrant, proved: tuple[str, ...]
) -> Finding:
    at = {str(model.weights[0]): Number(sp.Integer(0), Enclosure.point(0), probability.digits)}
    return Finding(
        warrant, WORDS if warrant is Warrant.CERTIFIED else "the sign of E log|1 - rate x| at all rates",
        hypotheses=tuple(Hypothesis(text) for text in proved),
        cite=CITE,
        extra={"masses": [{"at": at, "probability": probability}], "frozen": rates},
    )  # fmt: skip


METHOD = EndOfAMSGrad()
