"""A window as an answer."""

from __future__ import annotations

import sympy as sp

from ...answer.answer import Answer, Hypothesis
from ...answer.number import Number
from ...answer.warrant import Warrant
from ...effort import Effort
from ...engines.parametric_window import Case, Landscape, Quotient, parametric_window
from ...errors import Inconclusive, InvalidInput
from ...numerics.parameter_range import parameter_domain
from ...numerics.window_latex import cases_latex, window_latex
from ...numerics.windows import Window
from .scalar import Domain


def symbolic_window(
    quotients: list[Quotient], parameter: sp.Symbol, others: set[sp.Symbol], domain: Domain, effort: Effort
) -> Answer:
    """The case distinction over one free symbol: where |N| < |D| for all of the quotients N/D."""
    names = ", ".join(sorted(map(str, others)))
    if len(others) > 1:
        raise InvalidInput("values", f"free symbols {names}", f"numbers for all but one of {names}")
    (symbol,) = others
    if not all(part.is_rational_function(parameter, symbol) for pair in quotients for part in pair):
        raise InvalidInput("values", f"the free symbol {names}", f"a number for {names}")
    cases = parametric_window(Landscape(tuple(quotients), parameter, symbol, domain, effort), parameter_domain(symbol, None))
    return symbolic_answer(cases, parameter, symbol, effort)


def symbolic_answer(cases: tuple[Case, ...], parameter: sp.Symbol, symbol: sp.Symbol, effort: Effort) -> Answer:
    table = [
        {
            "condition": case.condition(symbol),
            "intervals": [[Number(e, None) for e in span] for span in case.intervals],
            "superstable": [Number(e, None) for e in case.superstable],
        }
        for case in cases
    ]
    only = table[0] if len(table) == 1 else None
    return Answer(
        question="window",
        warrant=Warrant.EXACT,
        method="case distinction by exact algebra: the picture is constant between critical values of " + str(symbol),
        hypotheses=(Hypothesis("the map fixes the point almost surely"),),
        cite=("ziyin2022",),
        digits=effort.digits,
        formula=cases_latex((case.condition(symbol), case.intervals) for case in cases),
        extra={
            "intervals": None if only is None else only["intervals"],
            "superstable": None if only is None else only["superstable"],
            "undecided": [],
            "cases": table,
        },
    )


def answer_of(found: Window, effort: Effort) -> Answer:
    if not found.intervals and found.undecided and not found.superstable and len(found.undecided) > 100:
        raise Inconclusive("the sign of the exponent is not proved anywhere")
    return Answer(
        question="window",
        warrant=Warrant.EXACT if found.exact else Warrant.CERTIFIED,
        method=found.method,
        hypotheses=(
            Hypothesis("the map fixes the point almost surely"), *(Hypothesis(text, "assumed") for text in found.assumed)
        ),
        cite=("ziyin2022", *found.cite),
        digits=effort.digits,
        formula=window_latex(found),
        extra={
            "intervals": [list(span) for span in found.intervals],
            "superstable": list(found.superstable),
            "undecided": [list(span) for span in found.undecided],
            "polynomials": list(found.polynomials),
        },
        message=found.message,
    )
