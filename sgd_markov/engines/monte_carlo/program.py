"""A tape bound to buffers of one width: expressions as a function of arrays, without allocation per call."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from .tape import Call, Slot, Tape


class Program:
    """Expressions in the inputs, evaluated elementwise over arrays of `width` (or numbers).

    The results live in buffers of the program: they hold until the next call. Invalid operations give nan, as in
    numpy; the caller holds `np.errstate(all="ignore")`.

    >>> x, y = sp.symbols("x y", real=True)
    >>> [(hypotenuse)] = Program([x, y], [sp.sqrt(x**2 + y**2)], 2)(np.array([3.0, 5.0]), np.array([4.0, 12.0]))
    >>> hypotenuse.tolist()
    [5.0, 13.0]
    """

    def __init__(self, inputs: Sequence[sp.Symbol], expressions: Sequence[sp.Basic], width: int) -> None:
        tape = Tape(inputs)
        results = [tape.result(expr) for expr in expressions]
        places, buffers = placed(tape, results)
        self._slots: list[Any] = [None] * len(inputs)
        self._slots += [np.array(value) for value in tape.constants.values()]
        self._slots += [np.empty(width, dtype) for dtype in buffers]
        self._inputs = len(inputs)
        self._code = [
            (call.function, itemgetter(*(places[slot] for slot in (*call.operands, call.result))))
            for call in tape.calls
        ]
        self._results = [places[slot] for slot in results]

    def __call__(self, *inputs: object) -> list[NDArray[Any]]:
        slots = self._slots
        slots[: self._inputs] = inputs
        for function, operands in self._code:
            function(*operands(slots))
        return [slots[place] for place in self._results]


def placed(tape: Tape, results: Sequence[Slot]) -> tuple[dict[Slot, int], list[type]]:
    """Where each slot lives, and the types of the buffers: inputs, then constants, then buffers used again and again.

    A buffer is free after the last call that reads it, so the working set stays small enough for the cache.
    """
    fixed = [*range(len(tape.inputs)), *tape.constants]
    places = {slot: place for place, slot in enumerate(fixed)}
    last = {slot: time for time, call in enumerate(tape.calls) for slot in call.operands}
    last |= {slot: len(tape.calls) for slot in results}
    buffers: list[type] = []
    free: dict[type, list[int]] = {float: [], bool: []}
    for time, call in enumerate(tape.calls):
        dead = released(tape, call, time, last)
        kinds = {slot: buffers[places[slot] - len(fixed)] for slot in dead}
        if not call.apart:
            for slot in dead:
                free[kinds[slot]].append(places[slot])
        kind = bool if call.boolean else float
        if not free[kind]:
            free[kind].append(len(fixed) + len(buffers))
            buffers.append(kind)
        places[call.result] = free[kind].pop()
        if call.apart:
            for slot in dead:
                free[kinds[slot]].append(places[slot])
    return places, buffers


def released(tape: Tape, call: Call, time: int, last: dict[Slot, int]) -> list[Slot]:
    """The operands that no later call reads and that live in buffers."""
    fixed = len(tape.inputs)
    return [s for s in dict.fromkeys(call.operands) if last[s] == time and s >= fixed and s not in tape.constants]
