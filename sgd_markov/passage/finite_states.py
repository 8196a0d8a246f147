"""Chains that meet finitely many states before they stop: sign steps, stochastic rounding, lattices, dropout."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp

from ..answer.answer import Hypothesis
from ..answer.enclosure import Enclosure
from ..answer.finding import Finding
from ..answer.number import Number
from ..answer.warrant import Warrant
from ..balls.adaptive import refine_expression
from ..chain.batch import updates_per_epoch
from ..chain.chain import Chain, Point
from ..chain.diffusion import Diffusion
from ..chain.region import Region
from ..effort import Effort
from ..engines.absorbing_chain import AbsorbingChain
from ..engines.perron_root import PerronRoot, left_vector, perron_root
from ..engines.reached_states import SMOOTH_LIMIT, Open, Reached, State, reached_states
from ..errors import HypothesisViolated, Inconclusive
from ..invariant.atomic_steps import AtomicSteps, Images
from ..invariant.finite_class import kinked, smooth_affine
from ..numerics.closed_classes import closed_classes
from ..numerics.exact_numbers import number
from ..numerics.rounding_grid import rounding_grid
from .method import Method

BOUNDED_LIMIT, UNBOUNDED_LIMIT, KERNEL_LIMIT, NAMED = 20_000, 2000, 300, 6
"""So many states are tried inside a bounded region, where nothing bounds them, and where each costs a kernel; so many
are named in a message."""
OUTSIDE, TARGET, AVOID = "outside", "target", "avoid"
CITE = ("norris1997",)


class FiniteStates(Method):
    """The states reached from the start are listed, then linear equations are solved exactly.

    Without symbols up to 2000 states in rational numbers, more of them (and irrational chances) in balls, by elimination
    without subtractions; symbols may stand in the probabilities.
    """

    def exit_time(self, model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Finding | None:
        reached = leaving(model, start, inside, effort)
        if reached is None:
            return None
        chain = absorbing(reached)
        require_no_trap(chain, reached)
        return finding(scaled(chain.mean_time(effort), updates(model)), reached, "E tau = 1 + Q E tau")

    def survival(
        self, model: Chain | Diffusion, start: Point, inside: Region, steps: int, effort: Effort
    ) -> Finding | None:
        reached = leaving(model, start, inside, effort)
        if reached is None:
            return None
        return finding(absorbing(reached).survival(steps // updates(model), effort), reached, "mass left by Q^n")

    def quantile(
        self, model: Chain | Diffusion, start: Point, inside: Region, level: object, effort: Effort
    ) -> Finding | None:
        reached = leaving(model, start, inside, effort)
        if reached is None:
            return None
        if reached.symbols:
            raise Inconclusive("a quantile needs numbers for all symbols")
        chain, asked = absorbing(reached), sp.sympify(level)
        require_below(asked, chain.chance(OUTSIDE, effort), chain, effort)
        count = chain.quantile(asked, effort) * updates(model)
        found = Number(sp.Integer(count), Enclosure.point(count))
        return finding(found, reached, "first n at which Q^n leaves so little", integer=True)

    def hitting(
        self, model: Chain | Diffusion, start: Point, target: Region, avoid: Region | None, effort: Effort
    ) -> Finding | None:
        def label(at: dict[sp.Symbol, sp.Expr]) -> str | None:
            if decided(target, at):
                return TARGET
            return AVOID if avoid is not None and decided(avoid, at) else None

        reached = listed(model, start, label, UNBOUNDED_LIMIT, effort)
        if reached is None:
            return None
        return finding(absorbing(reached).chance(TARGET, effort), reached, "least solution of h = r + Q h")

    def quasi_stationary(self, model: Chain | Diffusion, inside: Region, effort: Effort) -> Finding | None:
        """Where rounding makes the states of the region a grid; elsewhere the states depend on the start."""
        if not isinstance(model, Chain) or updates(model) > 1 or not quick_look(model):
            return None
        grid = rounding_grid(model)
        if grid is None:
            return None
        within = [state for state in grid if decided(inside, at_state(model, state))]
        if not within:
            raise HypothesisViolated("some states of the chain are in the region", f"none of its grid is in {inside}")
        reached = enumerated(model, within, leaves(inside), BOUNDED_LIMIT, effort)
        return None if reached is None else survival_factor(model, reached, effort)

    def limit(self, model: Chain | Diffusion, start: Point, effort: Effort) -> Finding | None:
        reached = listed(model, start, lambda at: None, UNBOUNDED_LIMIT, effort)
        return None if reached is None else limiting_measure(model, reached, effort)


# ---- the states


def leaving(model: Chain | Diffusion, start: Point, inside: Region, effort: Effort) -> Reached | None:
    """The states inside the region."""
    bounded = isinstance(model, Chain) and all(
        end.is_finite for symbol in model.state for end in inside.interval(symbol)
    )
    return listed(model, start, leaves(inside), BOUNDED_LIMIT if bounded else UNBOUNDED_LIMIT, effort)


def leaves(inside: Region) -> Callable[[dict[sp.Symbol, sp.Expr]], str | None]:
    return lambda at: None if decided(inside, at) else OUTSIDE


def decided(region: Region, at: Point) -> bool:
    """Is the state in the region? Raises `Open` where that is not decided."""
    within = region.contains(at)
    if within is None:
        raise Open("whether a state is in the region is not decided")
    return within


def listed(
    model: Chain | Diffusion,
    start: Point,
    label: Callable[[dict[sp.Symbol, sp.Expr]], str | None],
    limit: int,
    effort: Effort,
) -> Reached | None:
    """The states that follow the start; None for models that do not close."""
    if not isinstance(model, Chain) or not quick_look(model):
        return None
    state = tuple(sp.sympify(start[symbol]) for symbol in model.state)
    if any(value.free_symbols for value in state):
        return None
    return enumerated(model, [state], label, limit, effort)


def enumerated(
    chain: Chain,
    starts: list[State],
    label: Callable[[dict[sp.Symbol, sp.Expr]], str | None],
    limit: int,
    effort: Effort,
) -> Reached | None:
    steps = AtomicSteps(chain, effort)
    allowed = limit if kinked(chain) or smooth_affine(chain) else SMOOTH_LIMIT
    if steps.rules is None:
        allowed = min(allowed, KERNEL_LIMIT)

    def images(state: State) -> Images | None:
        return steps.images(state)

    try:
        return reached_states(starts, images, lambda state: label(at_state(chain, state)), allowed, effort)
    except Open:
        return None
    except Inconclusive:
        effort.check()
        return None


def at_state(chain: Chain, state: State) -> dict[sp.Symbol, sp.Expr]:
    return dict(zip(chain.state, state, strict=True))


def quick_look(chain: Chain) -> bool:
    """May one step have finitely many outcomes: only finite laws, or a floor or a sign around the others?"""
    continuous = {
        s
        for source in (*chain.draw.data, *chain.draw.noise)
        if source.finite is None
        for s in source.symbols
    }
    return all(not bare(expr, continuous) for expr in chain.one_sample_map)


def bare(expr: sp.Expr, symbols: set[sp.Symbol]) -> bool:
    """Does one of the symbols stand outside of every floor, sign and condition?"""
    if isinstance(expr, sp.floor | sp.sign | sp.Heaviside):
        return False
    if isinstance(expr, sp.Piecewise):
        return any(bare(value, symbols) for value, _ in expr.args)
    return expr in symbols or any(bare(argument, symbols) for argument in expr.args)


def updates(model: Chain | Diffusion) -> int:
    """Updates in one step of the chain: under reshuffling and cyclic order it is observed at the ends of epochs."""
    assert isinstance(model, Chain)
    return updates_per_epoch(model.draw)


def absorbing(reached: Reached) -> AbsorbingChain:
    return AbsorbingChain(reached.rows, reached.ends)


# ---- what is found


def finding(found: Number, reached: Reached, equation: str, integer: bool = False) -> Finding:
    return Finding(
        Warrant.CERTIFIED if found.exact is None else Warrant.EXACT,
        f"{len(reached.states)} states reached, exact linear algebra: {equation}",
        found.exact,
        found.enclosure,
        hypotheses=hypotheses(reached),
        cite=CITE,
        integer=integer,
    )


def hypotheses(reached: Reached) -> tuple[Hypothesis, ...]:
    listed = (Hypothesis(f"the states that follow one another from the start are {len(reached.states)} in number"),)
    return (*listed, Hypothesis("every probability written is positive", "assumed")) if reached.symbols else listed


def scaled(found: Number, factor: int) -> Number:
    if factor == 1:
        return found
    ends = None if found.enclosure is None else (found.enclosure.lower * factor, found.enclosure.upper * factor)
    return Number(
        None if found.exact is None else factor * found.exact, None if ends is None else Enclosure(*ends)
    )


def require_no_trap(chain: AbsorbingChain, reached: Reached) -> None:
    if chain.trap is not None:
        raise HypothesisViolated(
            "the region is left with probability 1",
            f"with positive probability the chain comes to {named(reached, chain.trap)}, which it never leaves: "
            "the mean time is infinite",
        )


def named(reached: Reached, members: list[int]) -> str:
    shown = [reached.states[i][0] if len(reached.states[i]) == 1 else reached.states[i] for i in members]
    shown = sorted(shown, key=sp.default_sort_key)
    return "{" + ", ".join(map(str, shown[:NAMED])) + (", ..." if len(shown) > NAMED else "") + "}"


def require_below(level: sp.Expr, chance: Number, chain: AbsorbingChain, effort: Effort) -> None:
    """P(tau <= n) reaches every level below P(tau < oo), and that level itself only where no state repeats."""
    assert chance.enclosure is not None
    if chain.trap is None:
        return
    known = level_enclosure(level, effort)
    if known.upper < chance.enclosure.lower:
        return
    if known.lower < chance.enclosure.upper:
        raise Inconclusive("whether so many paths leave the region at all is not decided")
    if known.lower > chance.enclosure.upper:
        raise HypothesisViolated(
            "the quantile is finite", f"the region is left with probability {number_text(chance)} only"
        )
    raise Inconclusive("the level is the probability of leaving the region at all")


def level_enclosure(level: sp.Expr, effort: Effort) -> Enclosure:
    if level.is_Rational:
        return Enclosure.point(Fraction(int(level.p), int(level.q)))
    return refine_expression(level, effort, "the level")


def number_text(found: Number) -> str:
    if found.exact is not None:
        return str(found.exact)
    assert found.enclosure is not None
    return f"{float(found.enclosure.middle):.6g}"


def survival_factor(model: Chain, reached: Reached, effort: Effort) -> Finding:
    """theta on all states of the grid inside, with the class structure."""
    if reached.symbols:
        raise Inconclusive("the survival factor needs numbers for all symbols")
    chain = absorbing(reached)
    if len(chain.stopping) < len(reached.states):
        kept = [i for i in range(len(reached.states)) if i not in chain.stopping]
        raise HypothesisViolated("the region is left from every state", f"it is never left from {named(reached, kept)}")
    root = perron_root(reached.rows, effort)
    return Finding(
        Warrant.CERTIFIED if root.exact is None else Warrant.EXACT,
        f"largest eigenvalue of a matrix of {len(reached.states)} states",
        root.exact,
        root.theta,
        hypotheses=(Hypothesis(class_structure(reached, root)),),
        cite=CITE,
        extra={"mean_time": mean_time(root, effort), "density": masses_of(model, reached, root, effort)},
    )


def masses_of(model: Chain, reached: Reached, root: PerronRoot, effort: Effort) -> list[dict[str, Any]] | None:
    """The quasi-stationary law, where all states inside lead to one another."""
    if len(root.classes) != 1 or len(root.classes[0]) < len(reached.states):
        return None
    masses = left_vector(reached.rows, root.theta, effort)
    if masses is None:
        return None
    rows = []
    for state, mass in zip(reached.states, masses, strict=True):
        at = place(model, state, effort)
        rows.append({"at": at if len(at) > 1 else next(iter(at.values())), "mass": Number(None, mass, effort.digits)})
    return rows


def mean_time(root: PerronRoot, effort: Effort) -> Number:
    exact = None if root.exact is None else sp.radsimp(1 / (1 - root.exact))
    return Number(exact, Enclosure(1 / root.gap.upper, 1 / root.gap.lower), effort.digits)


def class_structure(reached: Reached, root: PerronRoot) -> str:
    if not root.classes:
        return "no state inside is met twice"
    if len(root.classes) == 1 and len(root.classes[0]) == len(reached.states):
        return f"all {len(reached.states)} states inside lead to one another"
    return f"the states inside hold {len(root.classes)} classes that lead back to themselves; the slowest to leave counts"


def limiting_measure(model: Chain | Diffusion, reached: Reached, effort: Effort) -> Finding:
    """P(the chain ends in the class) for every closed class; a class of one state is a point."""
    assert isinstance(model, Chain)
    classes = closed_classes([list(row) for row in reached.rows])
    masses: list[dict[str, Any]] = []
    for members in classes:
        found = ends_in(reached, members, effort)
        where: dict[str, object] = {"set": hull(model, reached, members, effort)}
        if len(members) == 1:
            where = {"at": place(model, reached.states[members[0]], effort)}
        masses.append({**where, "probability": Number(found.exact, found.enclosure, effort.digits)})
    return Finding(
        Warrant.EXACT if all(m["probability"].exact is not None for m in masses) else Warrant.CERTIFIED,
        f"{len(reached.states)} states reached; the chain ends in one of their closed classes",
        hypotheses=hypotheses(reached),
        cite=CITE,
        extra={"masses": masses},
    )


def place(chain: Chain, state: State, effort: Effort) -> dict[str, Number]:
    return {str(symbol): number(value, effort, "a state") for symbol, value in zip(chain.state, state, strict=True)}


def hull(chain: Chain, reached: Reached, members: list[int], effort: Effort) -> object:
    """The least interval that holds the class; in several dimensions a table of them."""
    axes = {
        str(symbol): [number(end(reached.states[i][k] for i in members), effort, "a state") for end in (min, max)]
        for k, symbol in enumerate(chain.state)
    }
    return axes if len(axes) > 1 else next(iter(axes.values()))


def ends_in(reached: Reached, members: list[int], effort: Effort) -> Number:
    inner = set(members)
    rows = [{} if i in inner else {j: p for j, p in row.items() if j not in inner} for i, row in enumerate(reached.rows)]
    ends = [
        {TARGET: sp.Add(*(p for j, p in row.items() if j in inner))} if i not in inner and inner & set(row) else {}
        for i, row in enumerate(reached.rows)
    ]
    if 0 in inner:
        return Number(sp.Integer(1), Enclosure.point(1))
    return AbsorbingChain(rows, ends).chance(TARGET, effort)


METHOD = FiniteStates()
