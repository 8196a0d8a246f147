"""The law of the next state from one state, where it has finitely many atoms and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from math import floor

import sympy as sp

from ..balls.adaptive import proved_sign
from ..chain.batch import data_entries, data_set, updates_per_epoch
from ..chain.chain import Chain
from ..chain.mixture import Component, mixture
from ..chain.poles import Poles
from ..effort import Effort
from ..engines.finite_law import one_epoch
from ..engines.transition_kernel import transition_kernel
from ..errors import Inconclusive
from ..laws.law import Interval, Law
from ..laws.uniform import Uniform
from ..numerics.piecewise_linear import hat, mean, piecewise_linear, positive_somewhere
from ..numerics.rational_maps import NotRational, RationalMap, rational_map

State = tuple[sp.Expr, ...]
Images = dict[State, sp.Expr]
Rule = Callable[[list[Fraction]], list[tuple[tuple[Fraction, ...], sp.Expr]]]
"""What one component of the step's randomness does to a rational state: (image, probability given the component)."""
RADICAL_LIMIT = 30
"""Up to so many operations roots of roots are simplified."""


class AtomicSteps:
    """The atoms of one step (of one epoch under reshuffling and cyclic order) from any state."""

    def __init__(self, chain: Chain, effort: Effort) -> None:
        self.chain, self.effort = chain, effort

    @cached_property
    def poles(self) -> Poles:
        return Poles(self.chain)

    @cached_property
    def by_epochs(self) -> bool:
        return updates_per_epoch(self.chain.draw) > 1

    @cached_property
    def components(self) -> tuple[Component, ...]:
        return self.chain.components

    @cached_property
    def rules(self) -> list[tuple[sp.Expr, Rule]] | None:
        """One rule for each component; None where some component is not a map between rational numbers."""
        if self.by_epochs:
            return None
        try:
            return [(c.probability, rule_of(c, self.chain.state)) for c in self.components if c.probability != 0]
        except NotRational:
            return None

    def images(self, place: State) -> Images | None:
        """{next state: probability}, positive probabilities only; None where the next state has a density.

        Raises `HypothesisViolated` where the step divides by 0 with positive probability.
        """
        self.poles.require_none_at(dict(zip(self.chain.state, place, strict=True)))
        if self.by_epochs:
            return collected(self.epoch(place).items())
        if self.rules is not None and all(value.is_Rational for value in place):
            return self.rational_images(place, self.rules)
        return self.general_images(place)

    def law_after(self, start: State, steps: int, limit: int) -> Images | None:
        """The law after `steps` steps (epochs); None where some next state has a density.

        Raises `Inconclusive` beyond `limit` states.
        """
        law: Images = {start: sp.Integer(1)}
        for _ in range(steps):
            following: Images = {}
            for place, weight in law.items():
                self.effort.check()
                images = self.images(place)
                if images is None:
                    return None
                for image, p in images.items():
                    following[image] = following.get(image, sp.Integer(0)) + weight * p
            if len(following) > limit:
                raise Inconclusive(f"the law has more than {limit} atoms")
            law = following
        return law

    def epoch(self, place: State) -> Images:
        dataset = data_set(self.chain.draw)
        assert dataset is not None
        return one_epoch(self.chain, {place: sp.Integer(1)}, len(data_entries(dataset)), self.effort)

    def rational_images(self, place: State, rules: list[tuple[sp.Expr, Rule]]) -> Images:
        values = [Fraction(int(value.p), int(value.q)) for value in place]
        found: dict[tuple[Fraction, ...], sp.Expr] = {}
        try:
            for weight, rule in rules:
                for image, probability in rule(values):
                    found[image] = found.get(image, sp.Integer(0)) + weight * probability
        except ZeroDivisionError:
            raise Inconclusive(f"the map is not defined at {place}") from None
        return {tuple(rational(v) for v in image): p for image, p in found.items() if p != 0}

    def general_images(self, place: State) -> Images | None:
        """As drawn for finite randomness; else by the kernel at the place, whose conditions are then decided exactly."""
        chain = self.chain
        at = dict(zip(chain.state, place, strict=True))
        means = {mean: gradient.xreplace(at) for mean, gradient in chain.averaged.items()}
        components = mixture(tuple(expr.xreplace(at) for expr in chain.update), means, chain.draw)
        if not any(component.laws for component in components) and all(is_point(c.values) for c in components):
            return collected((component.values, component.probability) for component in components)
        if len(place) > 1:
            return None
        targets = (sp.Dummy("y", real=True),) * len(place)
        cases = transition_kernel(components, targets, sp.Dummy("k", integer=True), self.effort)
        if len(cases) != 1 or cases[0][1].densities or cases[0][1].series or cases[0][1].joints:
            return None
        return collected((atom.to, atom.probability) for atom in cases[0][1].atoms)


def is_point(values: State) -> bool:
    return not any(value.has(sp.nan, sp.zoo, sp.oo) for value in values)


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def collected(atoms: object) -> Images:
    """Equal places together, those of probability 0 left out; a probability that may be 0 is refused."""
    found: Images = {}
    for to, probability in atoms:  # type: ignore[attr-defined]
        key = tuple(canonical(value) for value in to)
        found[key] = found.get(key, sp.Integer(0)) + probability
    return {to: p for to, p in found.items() if is_positive(p)}


def canonical(value: sp.Expr) -> sp.Expr:
    """One spelling for each state, so that equal states merge."""
    if value.is_Rational:
        return value
    if has_nested_roots(value):  # to simplify them would take hours
        return sp.Integer(0) if not value.free_symbols and proved_sign(value) == 0 else value
    written = sp.expand(value)
    return written if written.is_Rational or written.free_symbols else sp.expand(sp.radsimp(written))


def has_nested_roots(value: sp.Expr) -> bool:
    """Is it a long expression with a root of a root, and with roots below a fraction bar?"""
    below = [power for power in value.atoms(sp.Pow) if power.exp.is_negative]
    return sp.count_ops(value) > RADICAL_LIMIT and root_depth(value) > 1 and any(root_depth(power) for power in below)


def root_depth(value: sp.Expr) -> int:
    """How deep roots stand inside one another."""
    inside = max((root_depth(argument) for argument in value.args), default=0)
    return inside + (value.is_Pow and not value.exp.is_Integer)


def is_positive(probability: sp.Expr) -> bool:
    """Is a probability positive? With free symbols it is taken to be, unless it is 0 as written."""
    if probability.free_symbols:
        return bool(sp.expand(probability) != 0)
    sign = proved_sign(probability)
    if sign is None:
        raise Inconclusive(f"whether the probability {probability} is positive is not decided")
    return sign > 0


def rule_of(component: Component, state: tuple[sp.Symbol, ...]) -> Rule:
    """Finite randomness: one image. One coordinate c floor(u + g(w)) + d with u uniform on (0, 1): two neighbours."""
    if not component.laws:
        maps = [rational_map(value, state) for value in component.values]
        return lambda values: [(tuple(image(values) for image in maps), sp.Integer(1))]
    form = rounded(component.values[0], component.laws) if len(component.values) == 1 else None
    if form is None:
        raise NotRational(component.values)
    others = {x: law for x, law in component.laws.items() if x in form[2].free_symbols}
    if others:
        return rule_of_noise(form, others, state)
    scale, shift, inside = (rational_map(expr, state) for expr in form)
    return lambda values: neighbours(scale(values), shift(values), inside, values)


def rule_of_noise(
    form: tuple[sp.Expr, sp.Expr, sp.Expr], laws: Mapping[sp.Symbol, Law], state: tuple[sp.Symbol, ...]
) -> Rule:
    """c floor(u + g(w, X)) + d with g bounded, piecewise linear in X: E max(0, 1 - |g - k|) for every whole k."""
    scale, shift, inside = form
    if len(laws) != 1 or not (scale.is_Rational and shift.is_Rational):
        raise NotRational(form)
    ((x, law),) = laws.items()
    support = law.support
    if law.free_symbols or not isinstance(support, Interval):
        raise NotRational(law)
    if not all(end.is_infinite or end.is_Rational for end in (support.low, support.high)):
        raise NotRational(law)

    def rule(values: list[Fraction]) -> list[tuple[tuple[Fraction, ...], sp.Expr]]:
        at = {symbol: rational(value) for symbol, value in zip(state, values, strict=True)}
        function = piecewise_linear(inside.xreplace(at), x)
        ends = function.range()
        if ends is None:
            raise Inconclusive("rounded noise without bounds leads to infinitely many states")
        found: list[tuple[tuple[Fraction, ...], sp.Expr]] = []
        for k in range(floor(ends[0]), floor(ends[1]) + 2):
            chance = hat(function, k)
            if positive_somewhere(chance, law):
                probability = mean(chance, law)
                if probability is None:
                    raise Inconclusive(f"no closed form of the chances of rounded {law.name} noise")
                found.append(((fraction(scale) * k + fraction(shift),), probability))
        return found

    return rule


def fraction(value: sp.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def neighbours(
    scale: Fraction, shift: Fraction, inside: RationalMap, values: list[Fraction]
) -> list[tuple[tuple[Fraction, ...], sp.Expr]]:
    """scale floor(u + g) + shift: floor(g) with probability 1 - frac(g), the next one with frac(g)."""
    at = inside(values)
    below = floor(at)
    above = rational(at - below)
    atoms = [((scale * below + shift,), 1 - above), ((scale * (below + 1) + shift,), above)]
    return [(image, p) for image, p in atoms if p != 0]


def rounded(value: sp.Expr, laws: Mapping[sp.Symbol, Law]) -> tuple[sp.Expr, sp.Expr, sp.Expr] | None:
    """(c, d, g) with value = c floor(u + g) + d for a coin u, uniform on (0, 1), that occurs nowhere else; else None."""
    coins = [x for x, law in laws.items() if law == Uniform(0, 1)]
    floors = sorted(value.atoms(sp.floor), key=sp.default_sort_key)
    for coin, node in ((c, n) for c in coins for n in floors if c in n.free_symbols):
        stand_in = sp.Dummy("k")
        outer, inside = value.xreplace({node: stand_in}), sp.expand(node.args[0] - coin)
        if coin in outer.free_symbols | inside.free_symbols or set(laws) & outer.free_symbols:
            continue
        if outer.is_polynomial(stand_in) and sp.degree(outer, stand_in) == 1:
            poly = sp.Poly(outer, stand_in)
            return poly.nth(1), poly.nth(0), node.args[0] - coin
    return None
