"""The exact law of w_n for finite randomness: states merged as they coincide, probabilities exact."""

from __future__ import annotations

from itertools import combinations
from math import comb

import sympy as sp

from ..balls.adaptive import proved_sign
from ..chain.batch import data_entries, data_set, updates_per_epoch
from ..chain.chain import Chain
from ..chain.draw import Draw, Scheme, Source
from ..chain.mixture import Component, one_draw
from ..chain.poles import Poles
from ..effort import Effort
from ..errors import Inconclusive, InvalidInput
from ..laws.rows import Rows

State = tuple[sp.Expr, ...]
Distribution = dict[State, sp.Expr]

STATE_LIMIT = 200_000
SHORT = 12
"""Operations in a state that is still quick to compute with."""


def law_after(chain: Chain, start: State, steps: int, effort: Effort) -> Distribution:
    """The distribution of the state after `steps` updates from `start`; raises `Inconclusive` past the limits.

    `HypothesisViolated` where a state is reached from which the step divides by 0.
    """
    if steps == 0:
        return {start: sp.Integer(1)}
    if chain.draw.scheme in (Scheme.RESHUFFLING, Scheme.CYCLIC) and data_set(chain.draw) is not None:
        return epoch_law(chain, start, steps, effort)
    components, poles = step_components(chain), Poles(chain)
    distribution: Distribution = {start: sp.Integer(1)}
    for _ in range(steps):
        for place in distribution:
            poles.require_none_at(dict(zip(chain.state, place, strict=True)))
        distribution = advanced(distribution, components, chain.state, effort)
    return distribution


def law_of_short_states(chain: Chain, start: State, steps: int, effort: Effort) -> tuple[Distribution, int]:
    """The exact law after as many of the steps as leave states that are quick to compute with, and the steps that remain.

    Rational states stay short; roots of roots double in length with every step. Of independent steps between numbers.
    """
    components, poles = step_components(chain), Poles(chain)
    distribution: Distribution = {start: sp.Integer(1)}
    for left in range(steps, 0, -1):
        if any(not value.is_Rational and value.count_ops() > SHORT for state in distribution for value in state):
            return distribution, left
        for place in distribution:
            poles.require_none_at(dict(zip(chain.state, place, strict=True)))
        distribution = advanced(distribution, components, chain.state, effort)
    return distribution, 0


def step_components(chain: Chain) -> tuple[Component, ...]:
    """One step as a finite mixture of maps; refused where a variable is not finite."""
    components = chain.components
    require_finite(components)
    return components


def require_finite(components: tuple[Component, ...]) -> None:
    names = sorted({law.name for component in components for law in component.laws.values()})
    if names:
        raise Inconclusive("the exact law after several steps needs finite randomness; here: " + ", ".join(names))


def advanced(
    distribution: Distribution, components: tuple[Component, ...], state: tuple[sp.Symbol, ...], effort: Effort
) -> Distribution:
    result: Distribution = {}
    for count, (place, weight) in enumerate(distribution.items()):
        if count % 64 == 0:
            effort.check()
        at = dict(zip(state, place, strict=True))
        for component in components:
            image = tuple(canonical(value.xreplace(at)) for value in component.values)
            result[image] = result.get(image, sp.Integer(0)) + weight * component.probability
        if len(result) > STATE_LIMIT:
            raise Inconclusive(f"the law has more than {STATE_LIMIT} atoms")
    return result


def canonical(value: sp.Expr) -> sp.Expr:
    """One spelling for each state, so that equal states merge."""
    return value if value.is_Rational else sp.expand(value)


def epoch_law(chain: Chain, start: State, steps: int, effort: Effort) -> Distribution:
    """Reshuffling and cyclic order: the remaining part of the data set belongs to the state inside an epoch."""
    dataset = data_set(chain.draw)
    assert dataset is not None
    size, batch = len(data_entries(dataset)), chain.draw.batch_size
    if steps % (size // batch):
        raise InvalidInput("steps", steps, f"a multiple of {size // batch}, the updates of an epoch")
    distribution: Distribution = {start: sp.Integer(1)}
    for _ in range(steps * batch // size):
        distribution = one_epoch(chain, distribution, size, effort)
    return distribution


def one_epoch(chain: Chain, distribution: Distribution, size: int, effort: Effort) -> Distribution:
    batch = chain.draw.batch_size
    inside: dict[tuple[frozenset[int], State], sp.Expr] = {
        (frozenset(range(size)), place): weight for place, weight in distribution.items()
    }
    for _ in range(size // batch):
        following: dict[tuple[frozenset[int], State], sp.Expr] = {}
        for (remaining, place), weight in inside.items():
            effort.check()
            for chosen in choices(remaining, batch, chain.draw.scheme):
                share = weight if chain.draw.scheme is Scheme.CYCLIC else weight / comb(len(remaining), batch)
                for image, p in batch_images(chain, place, chosen).items():
                    key = (remaining - set(chosen), image)
                    following[key] = following.get(key, sp.Integer(0)) + share * p
            if len(following) > STATE_LIMIT:
                raise Inconclusive(f"the law inside an epoch has more than {STATE_LIMIT} atoms")
        inside = following
    result: Distribution = {}
    for (_, place), weight in inside.items():
        result[place] = result.get(place, sp.Integer(0)) + weight
    return result


def independent_steps(chain: Chain, effort: Effort) -> tuple[Chain, int]:
    """An affine chain in one dimension whose steps are independent, and the updates in each of its steps.

    Under reshuffling and cyclic order a step is an epoch, w' = M w + B with the exact law of (M, B) over all orders.
    """
    updates = updates_per_epoch(chain.draw)
    if updates == 1:
        return chain, 1
    (w,) = chain.state
    images = law_after(chain, (w,), updates, effort)
    slope, constant = sp.Dummy("M", real=True), sp.Dummy("B", real=True)
    rows = [[sp.diff(image, w), image.subs(w, 0)] for (image,) in images]
    law = Rows(rows, [sp.expand(weight) for weight in images.values()])
    step = slope * w + (constant if any(offset != 0 for _, offset in rows) else 0)
    return Chain((w,), (step,), Draw(noise=(Source((slope, constant), law),)), domain=chain.domain), updates


def choices(remaining: frozenset[int], batch: int, scheme: Scheme) -> list[tuple[int, ...]]:
    ordered = sorted(remaining)
    return [tuple(ordered[:batch])] if scheme is Scheme.CYCLIC else list(combinations(ordered, batch))


def batch_images(chain: Chain, place: State, chosen: tuple[int, ...]) -> Distribution:
    """Where one state goes with a given batch, over the noise that remains."""
    dataset = data_set(chain.draw)
    assert dataset is not None
    entries = data_entries(dataset)
    tables = [dict(zip(dataset.symbols, entries[index], strict=True)) for index in chosen]
    at = dict(zip(chain.state, place, strict=True))
    if len(chain.draw.data) > 1:
        raise Inconclusive("the exact law of an epoch needs the data set as the only source of data")
    means = {m: sp.Add(*(g.xreplace(t) for t in tables)) / len(tables) for m, g in zip(chain.means, chain.gradient, strict=True)}
    components = one_draw(tuple(expr.xreplace(means).xreplace(at) for expr in chain.update), chain.draw.noise)
    require_finite(components)
    result: Distribution = {}
    for component in components:
        image = tuple(canonical(value) for value in component.values)
        result[image] = result.get(image, sp.Integer(0)) + component.probability
    return result


def probability_inside(distribution: Distribution, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """P(low <= w <= high) in one dimension; every comparison decided exactly."""
    return sp.Add(*(p for (value,), p in distribution.items() if inside(value, low, high)))


def inside(value: sp.Expr, low: sp.Expr, high: sp.Expr) -> bool:
    return at_most(low, value) and at_most(value, high)


def at_most(first: sp.Expr, second: sp.Expr) -> bool:
    if first == -sp.oo or second == sp.oo:
        return True
    difference = second - first
    if difference.free_symbols:
        raise InvalidInput("values", f"the state {second}", "numbers for all symbols")
    sign = proved_sign(difference)
    if sign is None:
        raise Inconclusive(f"the order of {first} and {second} is undecided")
    return sign >= 0
