"""Sign SGD and other chains that move one step up or down on a lattice: pi_(j+1)/pi_j = P(up from j)/P(down from j+1).

Exact where the chances are rational (or symbolic) and constant far out; else certified, the tails bounded by
geometric series whose ratio is proved.
"""

from __future__ import annotations

import sympy as sp

from ..answer.answer import Hypothesis
from ..chain.chain import Chain
from ..effort import Effort
from ..errors import Inconclusive
from ..proof import Cited, Identity, Positive, Step
from .atomic_steps import AtomicSteps
from .lattice_law import LatticeLaw
from .sign_steps import Edge, SignSteps, V, sign_steps
from .sign_tails import verdict
from .sign_walk import Segment, Walk, carrier, lattice_walk, whole_line
from .stationary_law import Place, StationaryLaw


def recognise(chain: Chain, place: Place, effort: Effort) -> StationaryLaw | None:
    """The reversible law of w' = w +- d by the sign of a random function of w, on start + d Z.

    Hypotheses: the sum of the masses converges, proved from the limits of P(up) and P(down); `HypothesisViolated`
    where it diverges. Proof: detailed balance, which gives pi K = pi; the chances against the kernel of the chain.
    """
    steps = sign_steps(chain)
    if steps is None:
        return None
    start = None if place.start is None else sp.sympify(place.start[chain.state[0]])
    walk = lattice_walk(steps, start)
    symbols = chain.parameters | walk.origin.free_symbols
    segment, verdicts = carrier(walk) if not symbols or decides_itself(steps) else whole_line(walk)
    hypotheses = [Hypothesis("the sum of the masses converges")]
    hypotheses += [Hypothesis(text, "assumed") for text in dict.fromkeys(v.assumed for v in verdicts) if text]
    if any(edge.probability.free_symbols for edge in steps.edges):
        hypotheses.append(Hypothesis("every probability written is positive", "assumed"))
    return LatticeLaw(
        family="birth-death",
        state=chain.state,
        walk=walk,
        segment=segment,
        parameters={"step": steps.unit, "start": sp.expand(walk.origin * steps.unit)},
        hypotheses=tuple(hypotheses),
        unique=False if others_exist(walk) else None,
        proof=proof(chain, walk, segment, effort),
        cite=("karlin1957",),
    )


def decides_itself(steps: SignSteps) -> bool:
    """In units of the step, do thresholds hold no free symbol, so that the class of the start can be found?"""
    return all(e.slope.free_symbols <= {V} and e.offset.free_symbols <= {V} and not law_symbols(e) for e in steps.edges)


def law_symbols(edge: Edge) -> set[sp.Symbol]:
    return set() if edge.law is None else edge.law.free_symbols


def others_exist(walk: Walk) -> bool:
    """Do other lattices carry laws too, because both tails are summable, or empty, wherever the lattice begins?"""
    return all(side.tail.ends or verdict(side.tail).holds is True for side in (walk, walk.mirrored))


def proof(chain: Chain, walk: Walk, segment: Segment, effort: Effort) -> tuple[Step, ...]:
    pi, p, q, before, after = (sp.Symbol(name, positive=True) for name in ("pi_j", "p_j", "q_j", "p_i", "q_k"))
    balance = Identity(
        "Detailed balance keeps the masses: what arrives at j from i = j - 1, from k = j + 1 and from j itself is pi_j",
        (pi * q / before) * before + (pi * p / after) * after + pi * (1 - p - q),
        pi,
    )
    return (
        *walk.steps.checks,
        *(kernel_checks(chain, walk, segment, effort)),
        *(check for side in (walk, walk.mirrored) for check in side.tail.checks),
        *(falls(side, end) for side, end in ((walk, segment.high), (walk.mirrored, segment.low)) if end is None),
        balance,
        Cited(
            "A birth-death chain whose masses have a finite sum has one stationary law on its class",
            r"\frac{\pi_{j+1}}{\pi_j}=\frac{p_j}{q_{j+1}},\quad \sum_j\pi_j<\infty",
            "karlin1957",
        ),
    )


def kernel_checks(chain: Chain, walk: Walk, segment: Segment, effort: Effort) -> list[Step]:
    """At some states of the class: the chances are those of the chain's kernel, which is derived by other means."""
    if walk.origin.free_symbols or chain.parameters:
        return []
    atomic, unit = AtomicSteps(chain, effort), walk.steps.unit
    found: list[Step] = []
    for k in sorted({segment.nearest(k) for k in (-3, 0, 1, 4)}):
        at = sp.expand(unit * walk.place(k))
        images = atomic.images((at,))
        if images is None:
            raise Inconclusive("the kernel of the chain is not atomic")
        for move in (1, -1):
            arriving = images.get((sp.expand(at + move * unit),), sp.Integer(0))
            found.append(Identity(f"The kernel at {at}: the chance of {move:+d} step", arriving, walk.chance(move, k)))
    return found


def falls(side: Walk, end: int | None) -> Step:
    """The limit of the ratio of neighbouring masses is below 1."""
    up, down = side.tail.limit_of(1), side.tail.limit_of(-1)
    if (down - up).free_symbols:
        return Identity(
            "Far out the ratio of the masses tends to p/q, taken to be below 1", up / down, sp.cancel(up / down)
        )
    return Positive("Far out a step inwards is more likely than one outwards", down - up, {})
