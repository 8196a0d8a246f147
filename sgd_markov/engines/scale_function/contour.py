"""Laplace transforms inverted along a parabola, with a proved error.

A function f(t) = int exp(-l t) nu(dl) over l >= s has a transform F that is analytic off (-oo, -s], and

    f(t) = 1/pi int mu (1 + i y) exp(z t) F(z) dy,    z = -s + mu (1 + i y)^2,

over the real line [trefethen2014]. The sum over y = (k + 1/2) h differs from the integral by at most
I(1 - d)/(exp(2 pi d/h) - 1) + I(1 + e)/(exp(2 pi e/h) - 1), where I(beta) is the integral of the absolute value along the
parabola with beta in the place of 1. A bound of |F| by |z|/dist(z, (-oo, -s]) gives bounds of these integrals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, pi

from flint import acb, arb

WIDE = 4
"""beta of the parabola to the right of the path, where exp(z t) is largest but the sum is most accurate."""
REACH = 3
"""Where the path ends: exp(z t) has fallen as far as the other two errors have."""


@dataclass(frozen=True)
class Growth:
    """|F(z)| <= `mean` + `energy` |z|/dist + `mass`/dist, dist the distance of z from (-oo, -`shift`]."""

    mean: arb
    energy: arb
    mass: arb
    shift: arb


@dataclass(frozen=True)
class Parabola:
    """The path for times near `time`, accurate to about exp(-`nats`) beside exp(-shift t)."""

    time: arb
    growth: Growth
    nats: float

    @property
    def step(self) -> arb:
        return arb(2 * pi / self.nats)

    @property
    def opening(self) -> arb:
        """mu."""
        return (arb(self.nats) / 8 / self.time).mid()

    @property
    def nodes(self) -> int:
        """On the upper half; the lower half is its mirror image."""
        return ceil(REACH * self.nats / (2 * pi))

    def place(self, k: int) -> tuple[arb, acb]:
        """(y, z) of the node k."""
        y = self.step * (2 * k + 1) / 2
        return y, self.opening * acb(1, y) ** 2 - self.growth.shift

    @property
    def farthest(self) -> arb:
        """An upper bound of |z| at the nodes."""
        last = self.step * self.nodes
        return (self.growth.shift + self.opening * (1 + last**2)).upper()

    def steepness(self, y: arb) -> arb:
        """An upper bound of |z|/dist at the height y of the path."""
        return (1 + y + self.growth.shift / self.opening).upper()

    def inversion(self, transform: Callable[[arb, acb], acb]) -> Inversion:
        """f from F, which is called with (y, z) of the nodes."""
        terms = []
        for k in range(self.nodes):
            y, z = self.place(k)
            terms.append((z, acb(1, y) * transform(y, z)))
        return Inversion(self, tuple(terms))


@dataclass(frozen=True)
class Inversion:
    """f near the time of the path; `terms`: (z, (1 + i y) F(z)) at the nodes."""

    path: Parabola
    terms: tuple[tuple[acb, acb], ...]

    def at(self, time: arb) -> arb:
        """f(time)."""
        return self.rounded(time) + arb(0, self.error(time))

    def rounded(self, time: arb) -> arb:
        """The sum alone."""
        total = sum((((z * time).exp() * value).real for z, value in self.terms), arb(0))
        return 2 * self.path.step * self.path.opening * total / arb.pi()

    def error(self, time: arb) -> arb:
        """A bound of what the sum misses, between its nodes and beyond them."""
        narrow = arb(2 / self.path.nats)
        inner, outer = self.between(time, narrow, 1 - narrow), self.between(time, arb(WIDE), arb(WIDE - 1))
        return (inner + outer + self.beyond(time)).upper()

    def between(self, time: arb, beta: arb, distance: arb) -> arb:
        return self.along(time, beta) / ((2 * arb.pi() * distance / self.path.step).exp() - 1)

    def bounds(self, time: arb, beta: arb) -> tuple[arb, arb, arb]:
        """(c0, c1, front): the integrand is at most front (beta + |y|) (c0 + c1 |y|) exp(-mu t y^2) on the parabola.

        There dist >= mu beta^2 and |z|/dist <= 1 + |y|/beta + s/(mu beta^2).
        """
        growth, mu = self.path.growth, self.path.opening
        near = 1 / (mu * beta**2)
        c0 = growth.mean + growth.energy * (1 + growth.shift * near) + growth.mass * near
        front = mu / arb.pi() * ((mu * beta**2 - growth.shift) * time).exp()
        return c0, growth.energy / beta, front

    def along(self, time: arb, beta: arb) -> arb:
        """I(beta)."""
        c0, c1, front = self.bounds(time, beta)
        q = self.path.opening * time
        root = (arb.pi() / q).sqrt()
        return front * (beta * c0 * root + (c0 + beta * c1) / q + c1 * root / (2 * q))

    def beyond(self, time: arb) -> arb:
        """The nodes that are left out.

        Their sum is at most the integral from half a step before them on, where (1 + y) (c0 + c1 y) exp(-q y^2) falls for q y^2 > 1,
        and (1 + y) (c0 + c1 y) <= (y/far)^2 (1 + far) (c0 + c1 far).
        """
        c0, c1, front = self.bounds(time, arb(1))
        q, far = self.path.opening * time, self.path.step * (2 * self.path.nodes - 1) / 2
        if not q * far**2 > 1:
            return arb.pos_inf()
        tail = far * (-q * far**2).exp() / (2 * q) * (1 + 1 / (2 * q * far**2))
        return 2 * front * (1 + far) * (c0 + c1 * far) / far**2 * tail
