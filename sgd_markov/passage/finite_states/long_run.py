"""The survival factor and the quasi-stationary law of a grid, and where a finite chain ends."""

from __future__ import annotations

from typing import Any

import sympy as sp

from ...answer.answer import Hypothesis
from ...answer.enclosure import Enclosure
from ...answer.finding import Finding
from ...answer.number import Number
from ...answer.warrant import Warrant
from ...chain.chain import Chain
from ...chain.diffusion import Diffusion
from ...effort import Effort
from ...engines.absorbing_chain import AbsorbingChain
from ...engines.perron_root import PerronRoot, left_vector, perron_root
from ...engines.reached_states import Reached, State
from ...errors import HypothesisViolated, Inconclusive
from ...numerics.closed_classes import closed_classes
from ...numerics.exact_numbers import number
from .findings import CITE, hypotheses, named
from .states import absorbing

TARGET = "target"


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
