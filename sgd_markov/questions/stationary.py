"""The stationary law of a chain: its family, and one number of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy as sp

from ..answer.answer import Answer, Hypothesis
from ..answer.number import Number
from ..answer.text import expression_latex
from ..answer.warrant import Warrant
from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..errors import HypothesisViolated, Inconclusive, InvalidInput
from ..expressions import exact
from ..invariant.catalogue import stationary_law
from ..invariant.diffusions import diffusion_law
from ..invariant.elementary import require_level
from ..invariant.stationary_law import Place, StationaryLaw
from ..laws.law import Law
from ..laws.ranges import open_ranges
from ..laws.signs import sign
from ..numerics.exact_numbers import number
from .verb import verb

FIELDS = {
    "of": "expression", "central": "flag", "set": "set", "cdf_at": "number", "density_at": "number",
    "quantile": "number", "dimension": "flag", "start": "point", "within": "interval",
}  # fmt: skip
FURTHER = ("family", "density", "support", "parameters", "unique", "kind", "atoms", "characteristic_function", "proof")
CHOICES = ("of", "set", "cdf_at", "density_at", "quantile", "dimension")


@verb
def stationary(
    chain: Chain | Diffusion,
    of: object = None,
    central: bool = False,
    set: object = None,  # noqa: A002 - the contract's name
    cdf_at: object = None,
    density_at: object = None,
    quantile: object = None,
    dimension: bool = False,
    start: object = None,
    within: Any = None,
    *,
    effort: Effort,
) -> Answer:
    """The stationary law pi = pi K, and one number of it: E of(w), P(w in set), P(w <= cdf_at), the density at a
    point, a quantile, or the Hausdorff dimension; without any of them the law alone.

    `of`: an expression in the state; with `central` every state symbol in it stands for its difference from its mean.
    `set`: a closed interval [low, high]. `start`, `within`: which law is meant where there are several.
    `family`, `parameters`, `density`, `support`, `kind`, `unique`: what is known of the law; `atoms` of an atomic
    one; `proof`: the steps, each checked when the law was returned, that show its invariance.
    Hypotheses: those of the family, in the answer with their state.
    Errors: `HypothesisViolated` where there is no stationary law, no density, no such moment; `Inconclusive` where
    the law is not known in closed form.

    >>> from sgd_markov.laws.normal import Normal
    >>> from sgd_markov.optimizers.sgd import SGD
    >>> w, z = sp.symbols("w z", real=True)
    >>> k, lr = sp.symbols("k lr", positive=True)
    >>> stationary(SGD((k * w**2 + 2 * w * z) / 2, [w], lr, data={z: Normal(0, 1)}), of=w**2).exact
    lr/(k*(-k*lr + 2))
    """
    given = {"of": of, "set": set, "cdf_at": cdf_at, "density_at": density_at, "quantile": quantile}
    asked = [name for name, value in given.items() if value is not None] + (["dimension"] if dimension else [])
    if len(asked) > 1:
        raise InvalidInput(asked[1], "given beside " + asked[0], "one of " + ", ".join(CHOICES))
    if central and of is None:
        raise InvalidInput("central", "true", "`of` beside it: the expression whose central moment is meant")
    place = place_of(chain, start, within)
    if effort.method is Warrant.SAMPLED:
        return sampled(chain, place, {name: given[name] for name in asked if name in given}, central, effort)
    law = diffusion_law(chain, place, effort) if isinstance(chain, Diffusion) else stationary_law(chain, place, effort)
    require_declared_states(chain, law)
    require_mass_within(law, place)
    target = None if of is None else observable(chain, of)
    readers: dict[str, Callable[[], Number]] = {
        "of": lambda: mean(law, chain, target, central, effort),
        "set": lambda: probability(law, chain, set, effort),
        "cdf_at": lambda: law.cdf(extended(cdf_at, "cdf_at", chain), effort),
        "density_at": lambda: law.density_at(extended(density_at, "density_at", chain), effort),
        "quantile": lambda: law.quantile(extended(quantile, "quantile", chain), effort),
        "dimension": lambda: law.dimension(effort),
    }
    if not asked:
        require_existence(law)
    value = readers[asked[0]]() if asked else None
    conditions = () if target is None else conditions_of(law, target, effort)
    if quantile is not None and exact(quantile, "quantile").free_symbols:
        conditions = (Hypothesis(f"0 < {exact(quantile, 'quantile')} < 1", "assumed"),)
    return answer(replace(law, hypotheses=together(law.hypotheses, conditions, ranges(chain))), value, effort)


def together(*parts: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    """All hypotheses, the same statement once."""
    found: dict[str, Hypothesis] = {}
    for hypothesis in (h for part in parts for h in part):
        found.setdefault(hypothesis.statement, hypothesis)
    return tuple(found.values())


def ranges(chain: Chain | Diffusion) -> tuple[Hypothesis, ...]:
    """What the laws of data and noise ask of parameters that are symbols."""
    found: list[str] = []
    for source in (*chain.draw.data, *chain.draw.noise):
        if isinstance(source.law, Law):
            found += open_ranges(source.law)
        for _, probability in source.finite or ():
            found += [f"{probability} >= 0"] if probability.is_nonnegative is None else []
    return tuple(Hypothesis(statement, "assumed") for statement in dict.fromkeys(found))


def require_existence(law: StationaryLaw) -> None:
    """Refuse to name a law of which only moments would be known and whose existence is not proved."""
    open_ = [hypothesis.statement for hypothesis in law.hypotheses if hypothesis.state == "undecided"]
    if open_ and law.unique is None and not law.proof:
        raise Inconclusive(f"whether a stationary law exists is not decided: {open_[0]}")


def conditions_of(law: StationaryLaw, of: sp.Expr, effort: Effort) -> tuple[Hypothesis, ...]:
    """What the mean of a polynomial rests on."""
    return law.conditions_of(of, effort) if of.is_polynomial(*law.state) else ()


def place_of(chain: Chain | Diffusion, start: object, within: Any) -> Place:
    """Which law is meant."""
    if within is not None:
        chain.require_one_dimension("`within`")
        within = tuple(exact(end, "within") for end in within)
    return Place(None if start is None else chain.point(start, "start"), within)


def require_mass_within(law: StationaryLaw, place: Place) -> None:
    """Refuse a region that the law does not meet."""
    spans = law.support or [(to[0], to[0]) for to, _ in law.atoms if len(to) == 1]
    if place.within is None or not spans:
        return
    low, high = place.within
    if all(sp.Lt(end, low) == sp.true or sp.Gt(start, high) == sp.true for start, end in spans):
        found = ", ".join(f"[{start}, {end}]" for start, end in spans[:3])
        raise HypothesisViolated(f"a stationary law on [{low}, {high}]", f"the law is the {law.family} law on {found}")


def require_declared_states(chain: Chain | Diffusion, law: StationaryLaw) -> None:
    """Refuse a state declared positive or negative that the map makes leave: its only stationary law then has mass
    beyond 0."""
    declared = chain.domain.get(chain.state[0], "real")
    side = {"positive": 1, "nonnegative": 1, "negative": -1}.get(declared)
    if side is None or not law.unique or chain.dimension > 1:
        return
    ends = [end for pair in law.support or () for end in pair] or [to[0] for to, _ in law.atoms]
    for end in ends:
        if sign(side * end) == -1:
            raise HypothesisViolated(
                f"every step keeps {chain.state[0]} {declared}, as it is declared",
                f"the only stationary law has {end} in its support",
            )
    if declared != "nonnegative" and any(sign(to[0]) == 0 for to, _ in law.atoms):
        raise HypothesisViolated(f"a stationary law on {declared} {chain.state[0]}", "the only stationary law has mass at 0")


def mean(law: StationaryLaw, chain: Chain | Diffusion, of: sp.Expr, central: bool, effort: Effort) -> Number:
    """E of(w), about the mean if `central`."""
    return law.mean_of(centred(law, chain, of, effort) if central else of, effort)


def observable(chain: Chain | Diffusion, of: object) -> sp.Expr:
    """An expression in the state and the parameters."""
    found = exact(of, "of")
    if found.free_symbols - {*chain.state, *chain.parameters}:
        raise InvalidInput("of", found, "an expression in the state " + ", ".join(map(str, chain.state)))
    return found


def centred(law: StationaryLaw, chain: Chain | Diffusion, of: sp.Expr, effort: Effort) -> sp.Expr:
    """`of` with every state symbol less its mean."""
    centres = {}
    for symbol in sorted(of.free_symbols & {*chain.state}, key=str):
        centre = law.mean_of(symbol, effort).exact
        if centre is None:
            raise InvalidInput("central", "true", f"false: the mean of {symbol} is not known exactly here")
        centres[symbol] = symbol - centre
    of = of.subs(centres, simultaneous=True)
    return sp.expand(of) if of.is_polynomial(*chain.state) else of


def probability(law: StationaryLaw, chain: Chain | Diffusion, region: Any, effort: Effort) -> Number:
    low, high = ends_of(chain, region)
    if low == high:
        return law.mass_at(low, effort)
    return law.probability(low, high, effort)


def ends_of(chain: Chain | Diffusion, region: Any) -> tuple[sp.Expr, sp.Expr]:
    """[low, high], in order."""
    chain.require_one_dimension("`set`")
    low, high = (extended(end, "set", chain) for end in region)
    if (high - low).is_negative:
        raise InvalidInput("set", f"[{low}, {high}]", "low <= high")
    return low, high


def extended(value: object, field: str, chain: Chain | Diffusion) -> sp.Expr:
    """A number, an expression in parameters, or an infinite end."""
    chain.require_one_dimension(f"`{field}`")
    if value in ("oo", "-oo", sp.oo, -sp.oo):
        return sp.oo if str(value) == "oo" else -sp.oo
    found = exact(value, field)
    if found.free_symbols & {*chain.state}:
        raise InvalidInput(field, found, "a number or an expression in the parameters")
    return found


def sampled(chain: Chain | Diffusion, place: Place, asked: dict[str, Any], central: bool, effort: Effort) -> Answer:
    """The number from independent chains; what is known of the law beside it, and refused where none exists."""
    from ..engines.monte_carlo.stationary_sample import stationary_sample  # late: numpy is slow to import

    if isinstance(chain, Diffusion) or not asked.keys() <= {"of", "set", "cdf_at", "quantile"} or not asked:
        what = "diffusions" if isinstance(chain, Diffusion) else "the law itself, its density and its dimension"
        raise Inconclusive(f"stationary: no sampled route to {what}; of, set, cdf_at and quantile of a chain have one")
    law = known_law(chain, place, asked, central, effort)
    observe, read = reading(chain, law, asked, central, effort)
    start = place.start_of(chain)
    found = stationary_sample(chain, start, observe, read, effort)
    shown = ", ".join(f"{symbol} = {value}" for symbol, value in start.items())
    settled = f"after {found.steps} steps the start ({shown}, and the farthest state of a first sample) no longer shows"
    assumed = [Hypothesis(settled, "assumed")]
    if law is None:
        assumed.insert(0, Hypothesis("a stationary law exists, and the chain reaches it from this start", "assumed"))
    if "of" in asked:
        assumed.append(Hypothesis(f"{observe} has a finite variance", "assumed"))
    base = answer(law, None, effort) if law is not None else Answer("stationary", extra=dict.fromkeys(FURTHER))
    return replace(
        base,
        enclosure=found.enclosure,
        warrant=Warrant.SAMPLED,
        method="Monte Carlo: independent chains after a burn-in, from two starts; 99.9 % intervals, their hull",
        hypotheses=(*base.hypotheses, *assumed),
        cite=(*base.cite, "blackman2021"),
        formula=None,
    )


def known_law(
    chain: Chain, place: Place, asked: dict[str, Any], central: bool, effort: Effort
) -> StationaryLaw | None:
    """The law where it is known; None where it is not. Refuses a mean that is infinite."""
    try:
        law = stationary_law(chain, place, effort)
        require_declared_states(chain, law)
        require_mass_within(law, place)
    except Inconclusive:
        effort.check()
        return None
    try:
        if "of" in asked:
            mean(law, chain, observable(chain, asked["of"]), central, effort.with_digits(1))
    except Inconclusive:
        effort.check()
    return law


def reading(
    chain: Chain, law: StationaryLaw | None, asked: dict[str, Any], central: bool, effort: Effort
) -> tuple[sp.Expr, Any]:
    """What is observed of the chains, and how its values are read."""
    from ..engines.monte_carlo import stationary_sample as sample  # late: numpy is slow to import

    ((name, given),) = asked.items()
    if name == "of":
        of = observable(chain, given)
        if central and law is None:
            raise Inconclusive("stationary: central moments have no sampled route where the mean is not known exactly")
        return centred(law, chain, of, effort) if central and law is not None else of, sample.mean_of
    w = chain.require_one_dimension(f"`{name}`")
    if name == "quantile":
        level = extended(given, name, chain)
        require_level(level)
        return w, sample.level_quantile(float(level))
    low, high = ends_of(chain, given) if name == "set" else (-sp.oo, extended(given, name, chain))
    return w, sample.mass_between(float(low), float(high))


def answer(law: StationaryLaw, value: Number | None, effort: Effort) -> Answer:
    density = law.density()
    closed = value is None or value.exact is not None
    return Answer(
        question="stationary",
        exact=None if value is None else value.exact,
        enclosure=None if value is None else value.enclosure,
        warrant=Warrant.EXACT if closed else Warrant.CERTIFIED,
        method=f"{law.family} law, its invariance checked in {len(law.proof)} steps" if law.proof else law.family,
        hypotheses=law.hypotheses or (Hypothesis("the law is invariant under one step"),),
        cite=law.cite,
        digits=effort.digits,
        formula=formula(law, density) if value is None else None,
        extra={
            "family": law.family,
            "density": density,
            "support": None if law.support is None else [[number(e, effort, "the support") for e in s] for s in law.support],
            "parameters": {name: number(entry, effort, f"the parameter {name}") for name, entry in law.parameters.items()},
            "unique": law.unique,
            "kind": str(law.kind),
            "atoms": [atom(law, to, probability, effort) for to, probability in law.atoms] or None,
            "characteristic_function": law.characteristic_function(sp.Symbol("t", real=True)),
            "proof": [{"why": step.why, "formula": step.latex, "kind": step.kind} for step in law.proof],
        },
    )


def atom(law: StationaryLaw, to: tuple[sp.Expr, ...], probability: sp.Expr, effort: Effort) -> dict[str, Any]:
    places = {str(s): number(value, effort, "an atom") for s, value in zip(law.state, to, strict=True)}
    return {"to": places, "probability": number(probability, effort, "the mass of an atom")}


def formula(law: StationaryLaw, density: sp.Expr | None) -> str:
    """The law as LaTeX: its density, its atoms, or the family's own description."""
    if density is not None:
        names = ", ".join(expression_latex(s) for s in law.state)
        return rf"\pi\left({names}\right) = {expression_latex(density)}"
    if law.atoms:
        terms = (
            rf"{expression_latex(p)}\,\delta_{{{', '.join(expression_latex(v) for v in to)}}}" for to, p in law.atoms[:12]
        )
        return r"\pi = " + " + ".join(terms) + (r" + \ldots" if len(law.atoms) > 12 else "")
    return law.description() or rf"\pi = \text{{{law.family}}}"
