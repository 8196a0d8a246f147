"""What four theories say of the same chain, beside one another, and where they disagree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import sympy as sp

from ..answer.answer import Answer, Hypothesis
from ..answer.number import Number
from ..answer.text import expression_latex
from ..answer.warrant import Warrant
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.linearisation import require_fixed
from ..chain.one_sided import derivative_at
from ..effort import Effort
from ..engines.small_step_gibbs import bias_expansion, gibbs_density
from ..errors import HypothesisViolated, Inconclusive, InvalidInput, SGDMarkovError
from ..expressions import exact
from ..numerics.exact_numbers import number
from ..numerics.signs_of_symbols import known_sign
from ..numerics.step_moments import multiplier_moments, step_moments
from ..numerics.tidy import tidy
from ..proof.radicals import is_zero
from .registry import verb_of
from .verb import verb

FIELDS = {"at": "point", "inside": "region", "start": "point"}
FURTHER = ("rows", "disagree", "small_step")
THEORIES = ("sgd", "gradient-descent", "langevin", "sde")
LATER = "escape times come with the question exit-time of a later version"


@dataclass(frozen=True)
class Slopes:
    """The chain near a point: mean and variance of the multiplier M of one step; `variance` None where noise persists."""

    mean: sp.Expr
    variance: sp.Expr | None


@verb
def compare(chain: Chain, at: object = None, inside: object = None, start: object = None, *, effort: Effort) -> Answer:
    """One row a theory: its exponent at a critical point, where it ends, its stationary law; and where they disagree.

    Exponents are per step. With M the multiplier of one step at the point (M = 1 - lr l'' for SGD):
    `sgd` E log|M|, the chain itself; `gradient-descent` log|E M|, its mean step; `langevin` E M - 1 = -lr L'', the
    gradient flow that isotropic noise of constant size leaves unchanged to first order; `sde` E M - 1 - Var(M)/2, the
    equation with the covariance of the step, dw = E[w' - w] dn + sqrt(Var(w' - w)) dB.
    Where the noise persists at the point, `sgd` and `sde` have no exponent there (null, with a note).
    `ends`: the critical points (those in `inside` if it is given) with a negative exponent, where they are known;
    `stationary`: its stationary law, or why there is none; `escape_time`: null for now. `disagree`: pairs of theories
    with exponents of opposite sign, of which one says that the point attracts and the other that it does not.
    `small_step`: the corrected Gibbs density and the bias, expansions without a bound of their errors.

    Hypotheses: one dimension; the mean step vanishes at the point. Errors: `HypothesisViolated` where it does not.

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
    slopes = None if point is None else slopes_at(chain, point)
    rows = [row(theory, chain, point, slopes, inside, start, effort) for theory in THEORIES]
    return Answer(
        question="compare",
        warrant=min((r.warrant for r in rows if r.warrant is not None), default=Warrant.EXACT),
        method="each theory from the same mean and variance of one step",
        hypotheses=() if point is None else (Hypothesis("the mean step vanishes at the point"),),
        cite=tuple(dict.fromkeys(key for r in rows for key in r.cite)),
        digits=effort.digits,
        formula=formula(rows),
        extra={
            "rows": [r.table(inside is not None) for r in rows],
            "disagree": disagreements(rows),
            "small_step": small_step(chain, point),
        },
    )


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
class Row:
    """What one theory says."""

    theory: str
    exponent: Number | None
    ends: list[dict[str, Any]] | None
    stationary: Mapping[str, Any]
    warrant: Warrant | None
    cite: tuple[str, ...]
    note: str | None

    @property
    def sign(self) -> int | None:
        """The proved sign of the exponent."""
        if self.exponent is None:
            return None
        if self.exponent.enclosure is None:
            return None if self.exponent.exact is None else known_sign(self.exponent.exact)
        return self.exponent.enclosure.sign if self.warrant != Warrant.SAMPLED else None

    @property
    def attracts(self) -> bool | None:
        """True where the exponent is proved negative, False where it is proved not to be."""
        return None if self.sign is None else self.sign < 0

    def table(self, asks_for_times: bool) -> dict[str, Any]:
        notes = [note for note in (self.note, LATER if asks_for_times else None) if note]
        return {
            "theory": self.theory,
            "exponent": self.exponent,
            "attracts": self.attracts,
            "ends": self.ends,
            "stationary": self.stationary,
            "escape_time": None,
            "note": "; ".join(notes) or None,
        }


def row(
    theory: str, chain: Chain, point: Point | None, slopes: Slopes | None, inside: Any, start: object, effort: Effort
) -> Row:
    exponent, warrant, cite, note = NOTHING
    if point is not None and slopes is not None:
        exponent, warrant, cite, note = EXPONENTS[theory](chain, point, slopes, effort)
    stationary = stationary_of(theory, chain, start, effort)
    ends, missing = ends_of(theory, chain, inside, effort)
    return Row(theory, exponent, ends, stationary, warrant, cite, note or missing)


# ---- exponents


def slopes_at(chain: Chain, point: Point) -> Slopes:
    """Mean and variance of the multiplier; raises `HypothesisViolated` where the mean step does not vanish."""
    w = chain.state[0]
    try:
        require_fixed(chain, point)
    except HypothesisViolated:
        drift, _ = step_moments(chain)
        pull = drift.subs(point)
        if not is_zero(pull):
            raise HypothesisViolated(
                f"the mean step vanishes at {w} = {point[w]}", f"it is {sp.simplify(pull)}"
            ) from None
        return Slopes(sp.expand(1 + derivative_at(drift, w, point[w])), None)
    first, second = multiplier_moments(chain, point)
    return Slopes(first, sp.factor(sp.expand(second - first**2)))


Found = tuple[Number | None, Warrant | None, tuple[str, ...], str | None]
NOTHING: Found = (None, None, (), None)
PERSISTS = "the noise persists at the point: nearby paths do not settle there"


def exponent_of_sgd(chain: Chain, point: Point, slopes: Slopes, effort: Effort) -> Found:
    if slopes.variance is None:
        return None, None, (), PERSISTS
    try:
        answer = verb_of("lyapunov")(chain, at=point, effort=effort)
    except (Inconclusive, HypothesisViolated) as error:
        return None, None, (), str(error)
    return Number(answer.exact, answer.enclosure, effort.digits), answer.warrant, answer.cite, None


def exponent_of_descent(chain: Chain, point: Point, slopes: Slopes, effort: Effort) -> Found:
    value = -sp.oo if is_zero(slopes.mean) else sp.log(sp.Abs(sp.factor(slopes.mean)))
    return number(value, effort, "the exponent of gradient descent"), Warrant.EXACT, (), None


def exponent_of_langevin(chain: Chain, point: Point, slopes: Slopes, effort: Effort) -> Found:
    return number(tidied(slopes.mean - 1), effort, "the exponent of the gradient flow"), Warrant.EXACT, (), None


def exponent_of_sde(chain: Chain, point: Point, slopes: Slopes, effort: Effort) -> Found:
    if slopes.variance is None:
        return None, None, (), PERSISTS
    value = tidied(slopes.mean - 1 - slopes.variance / 2)
    return number(value, effort, "the exponent of the equation"), Warrant.EXACT, ("ito1951",), None


def tidied(value: sp.Expr) -> sp.Expr:
    return tidy(sp.expand(value)) if value.free_symbols else sp.expand(value)


EXPONENTS: dict[str, Callable[[Chain, Point, Slopes, Effort], Found]] = {
    "sgd": exponent_of_sgd,
    "gradient-descent": exponent_of_descent,
    "langevin": exponent_of_langevin,
    "sde": exponent_of_sde,
}


SAID = {-1: "attracts", 1: "does not attract"}
"""By the sign of the exponent; one of 0 says nothing of a loss that is not quadratic."""


def disagreements(rows: list[Row]) -> list[dict[str, str]]:
    """Pairs with exponents of opposite sign: one proves that the point attracts and the other that it does not."""
    return [
        {first.theory: SAID[first.sign], second.theory: SAID[second.sign]}
        for first, second in combinations(rows, 2)
        if first.sign and second.sign and first.sign != second.sign
    ]


# ---- where it ends


def ends_of(theory: str, chain: Chain, inside: Any, effort: Effort) -> tuple[list[dict[str, Any]] | None, str | None]:
    """The critical points with a negative exponent of this theory, and a note where they are not known."""
    if theory == "langevin":
        return [], "the exponent is that of its drift; isotropic noise never settles at a point"
    if chain.loss is None:
        return None, "where it ends is known for chains of a loss"
    try:
        points = verb_of("critical-points")(chain, within=inside, effort=effort).points
    except SGDMarkovError as error:
        return None, f"the critical points are not known: {error}"
    ends, w = [], chain.state[0]
    kinks = [found for found in points if found["hessian"] is None]
    for found in [found for found in points if found["hessian"] is not None]:
        place = found["at"][str(w)]
        if place.exact is None:
            return None, "a critical point is known as an enclosure only"
        try:
            here = {w: place.exact}
            near = slopes_at(chain, here)
            exponent, warrant, _, _ = EXPONENTS[theory](chain, here, near, effort)
        except SGDMarkovError as error:
            return None, f"at {w} = {place}: {error}"
        if exponent is None and near.variance is None:
            continue  # the noise persists: nothing settles there
        verdict = Row(theory, exponent, None, {}, warrant, (), None).attracts
        if verdict is None:
            return None, f"whether {w} = {place} attracts is not decided"
        if verdict:
            ends.append({"at": found["at"], "kind": found["kind"], "exponent": exponent})
    return ends, "kinks of the loss are left out of `ends`" if kinks else None


# ---- stationary laws


def stationary_of(theory: str, chain: Chain, start: object, effort: Effort) -> Mapping[str, Any]:
    """Family and density of the theory's stationary law, or the reason why there is none (or none is known)."""
    if theory == "gradient-descent":
        return law_table(reason="without noise every path ends at a point of `ends`, in a cycle, or nowhere")
    try:
        model = chain if theory == "sgd" else diffusion_of(theory, chain)
        place = {} if start is None else {"start": start}
        answer = verb_of("stationary")(model, **place, effort=effort)
    except (Inconclusive, HypothesisViolated, InvalidInput) as error:
        return law_table(reason=str(error))
    assumed = [h.statement for h in answer.hypotheses if h.state != "proved"]
    return law_table(answer.family, answer.density, answer.parameters, assumed)


def law_table(
    family: str | None = None,
    density: sp.Expr | None = None,
    parameters: Mapping[str, Number] | None = None,
    assumed: list[str] | None = None,
    reason: str | None = None,
) -> Mapping[str, Any]:
    """`assumed`: what it rests on unproved; `reason`: why there is none, or none known."""
    known = {"family": family, "density": density, "parameters": parameters or None}
    return {**known, "assumed": assumed or None, "reason": reason}


def diffusion_of(theory: str, chain: Chain) -> Diffusion:
    """The equation of the theory with the time counted in steps.

    Langevin's noise is that of the chain where it is constant; else its variance is a free symbol.
    """
    w = chain.state[0]
    drift, noise = step_moments(chain)
    if theory == "langevin" and w in noise.free_symbols:
        noise = sp.Symbol("V", positive=True)
    if noise == 0:
        raise HypothesisViolated("the steps are random", "the variance of a step is 0")
    return Diffusion(drift, noise, w, chain.domain)


def small_step(chain: Chain, point: Point | None) -> Mapping[str, Any]:
    """The expansions in the learning rate, each null where its hypotheses fail."""
    found: dict[str, Any] = {"log_density": None, "bias": None, "warrant": None}
    with suppress(SGDMarkovError):
        gibbs = gibbs_density(chain)
        found |= {"log_density": gibbs.log_density, "warrant": gibbs.warrant.label}
    if point is not None:
        with suppress(SGDMarkovError):
            found |= {"bias": bias_expansion(chain, point).bias, "warrant": found["warrant"] or Warrant.ESTIMATED.label}
    return found


def formula(rows: list[Row]) -> str:
    """A table of the theories with their exponents."""
    said = [rf"\text{{{SAID[r.sign]}}}" if r.sign else "" for r in rows]
    lines = [rf"\text{{{r.theory}}} & {shown(r.exponent)} & {verdict}" for r, verdict in zip(rows, said, strict=True)]
    return r"\begin{array}{lll}" + r" \\ ".join(lines) + r"\end{array}"


def shown(exponent: Number | None) -> str:
    if exponent is None:
        return r"\text{none}"
    if exponent.enclosure is None or (exponent.exact is not None and exponent.exact.is_Rational):
        return expression_latex(exponent.exact)
    return str(exponent.value).replace("oo", r"\infty")
