"""From one start, the heaviest records first: the mass is followed to exact rates, and light parts of it are left to a table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...effort import Effort
from .beams import Beams, after_record
from .curvature_law import CurvatureLaw
from .excursions import LOST, SAFE, Patience, Walk
from .exponents import Powers

BATCH = 512


@dataclass(frozen=True)
class Nodes:
    """Masses right after a record by x[value] at rates in [a, b]; `slack` as in `Beams`."""

    value: np.ndarray
    a: np.ndarray
    b: np.ndarray
    slack: np.ndarray
    mass: np.ndarray

    def part(self, which: np.ndarray | slice) -> Nodes:
        return Nodes(self.value[which], self.a[which], self.b[which], self.slack[which], self.mass[which])

    def with_more(self, other: Nodes) -> Nodes:
        return Nodes(
            *(np.concatenate([getattr(self, name), getattr(other, name)]) for name in self.__dataclass_fields__)
        )

    @classmethod
    def none(cls) -> Nodes:
        return cls(np.zeros(0, int), *(np.zeros(0) for _ in range(4)))


@dataclass
class Descent:
    """What has been followed: masses frozen at rates in [a, b], masses that meet a record at some rate below b, the mass
    `fallen` below `lowest`, the first attracting rate; and the nodes that are still open."""

    law: CurvatureLaw
    known: Powers
    lowest: float
    patience: Patience
    open: Nodes = field(default_factory=Nodes.none)
    beams: list[tuple[np.ndarray, ...]] = field(default_factory=list)
    fallen: float = 0.0

    def follow(self, rounds: int, effort: Effort) -> None:
        """Expand the heaviest nodes, `BATCH` of them in a round."""
        for _ in range(rounds):
            effort.check()
            if not len(self.open.mass):
                return
            order = np.argsort(-self.open.mass, kind="stable")
            heaviest, self.open = self.open.part(order[:BATCH]), self.open.part(order[BATCH:])
            beams = after_record(self.law, heaviest.value, heaviest.a, heaviest.b, heaviest.slack)
            self.expand(beams, heaviest.mass)

    def expand(self, beams: Beams, mass: np.ndarray) -> None:
        """Follow beams of given masses to their next records."""
        found = Walk(self.law, beams, self.known, self.patience).run()
        self.beams.append((beams.a, beams.b, found.frozen * mass * SAFE, found.returning * mass * SAFE))
        met = found.records
        self.add(Nodes(met.value, met.low, met.high, met.slack, met.mass * mass[met.beam] * SAFE))

    def add(self, nodes: Nodes) -> None:
        below = nodes.b < self.lowest
        self.fallen += float(np.sum(nodes.mass[below])) * SAFE
        self.open = self.open.with_more(nodes.part(~below & (nodes.slack < LOST)))

    def add_node(self, value: int, a: float, b: float, mass: float) -> None:
        self.add(Nodes(np.array([value]), *(np.array([number]) for number in (a, b, 0.0, mass))))

    def add_frozen(self, a: float, b: float, mass: float) -> None:
        """Mass that is at 0."""
        self.beams.append(tuple(np.array([number]) for number in (a, b, mass, 0.0)))

    def followed(self) -> list[np.ndarray]:
        """a, b, frozen, returning."""
        return [np.concatenate(column) for column in zip(*self.beams, strict=True)] if self.beams else [np.zeros(0)] * 4
