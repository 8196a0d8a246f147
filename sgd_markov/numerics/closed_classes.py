"""The closed communicating classes of a finite directed graph: where a finite chain ends."""

from __future__ import annotations

from collections.abc import Sequence


def closed_classes(following: Sequence[Sequence[int]]) -> list[list[int]]:
    """The strongly connected components that no edge leaves, each in increasing order of its states.

    >>> closed_classes([[1, 2], [1], [3], [2]])
    [[1], [2, 3]]
    """
    component = components(following)
    members: dict[int, list[int]] = {}
    for state, name in enumerate(component):
        members.setdefault(name, []).append(state)
    left = {component[i] for i, row in enumerate(following) for j in row if component[i] != component[j]}
    return sorted(states for name, states in members.items() if name not in left)


def components(following: Sequence[Sequence[int]]) -> list[int]:
    """A name for the strongly connected component of each state (Tarjan 1972, without recursion)."""
    order: list[int | None] = [None] * len(following)
    low = [0] * len(following)
    component = [-1] * len(following)
    stack: list[int] = []
    count = 0
    for root in range(len(following)):
        if order[root] is not None:
            continue
        path = [(root, 0)]
        while path:
            state, position = path.pop()
            if order[state] is None:
                order[state] = low[state] = count
                count += 1
                stack.append(state)
            descended = False
            for index in range(position, len(following[state])):
                target = following[state][index]
                if order[target] is None:
                    path += [(state, index), (target, 0)]
                    descended = True
                    break
                if component[target] < 0:
                    low[state] = min(low[state], low[target])
            if not descended and low[state] == order[state]:
                close(state, stack, component)
    return component


def close(root: int, stack: list[int], component: list[int]) -> None:
    """Everything above the root of a component on the stack belongs to it."""
    while True:
        state = stack.pop()
        component[state] = root
        if state == root:
            return
