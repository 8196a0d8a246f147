"""The proof: the residual of Poisson's equation bounded over all directions, arc by arc."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from math import ceil, log

from flint import acb, acb_poly, arb

from ...answer.enclosure import Enclosure
from ...balls.evaluate import evaluate
from ...balls.precision import enclosure
from ...balls.quadrature import symmetric
from ...effort import Effort
from ...errors import Inconclusive
from .family import Family
from .panels import RADIUS, RHO, Matrix, Panel, Source, beyond, entries, roots_of

FIRST_ARCS = 16
DEEPEST_ARC = 40
DEEPEST_PANEL = 130
MOST_SPLIT = 40
"""Panels of one arc that are split: rather the arc is."""
SHORT, MOST_SPLIT_OF_SHORT = 1e-3, 200
"""Next to the kernel of a singular matrix shorter arcs do not spare the short panels."""
WORK = 1_500_000
"""Values of h in one proof; each takes about 10 microseconds."""

Vector = tuple[arb, arb]


@dataclass(frozen=True, eq=False)
class Arc:
    """Directions f + s g, -1 <= s <= 1, between the vectors f - g and f + g."""

    middle: Vector
    reach: Vector
    moving: bool = False
    """Do the nodes of the rules move with s? That costs a density for each value, but allows longer arcs."""
    drifts: dict[Source, arb] = field(default_factory=dict)
    """How fast the nodes of each source move, found once."""

    @cached_property
    def halves(self) -> tuple[Arc, Arc]:
        (f1, f2), (g1, g2) = self.middle, self.reach
        half = (g1 / 2, g2 / 2)
        return Arc((f1 - half[0], f2 - half[1]), half), Arc((f1 + half[0], f2 + half[1]), half)


def image(matrix: Matrix, vector: Vector) -> Vector:
    a, b, c, d = matrix
    return a * vector[0] + b * vector[1], c * vector[0] + d * vector[1]


def length(vector: Vector) -> arb:
    return (vector[0] * vector[0] + vector[1] * vector[1]).sqrt()


def cross(u: Vector, v: Vector) -> arb:
    return u[0] * v[1] - u[1] * v[0]


def drift(arc: Arc, panel: Panel) -> arb:
    """The speed k: the node x moves to x + k s with the direction f + s g, so that M e hardly turns where it turns fastest.

    That is where |M f| is least, at x with (M f) . (D f) = 0: there M f x (M g + k D f) = 0. No speed, where it would
    be more than a width of the law, or the density is not analytic on the whole line.
    """
    if not (arc.moving and panel.source.movable):
        return arb(0)
    key = panel.source
    if key not in arc.drifts:
        arc.drifts[key] = speed_of(arc, key)
    return arc.drifts[key]


def speed_of(arc: Arc, source: Source) -> arb:
    constant, slope = image(source.constant, arc.middle), image(source.slope, arc.middle)
    steep = slope[0] * slope[0] + slope[1] * slope[1]
    if not steep > 0:
        return arb(0)
    place = float((-(constant[0] * slope[0] + constant[1] * slope[1]) / steep).mid())
    reach = 4 * source.width
    matrix = source.matrix(arb(min(max(place, source.centre - reach), source.centre + reach)))
    moved = image(matrix, arc.middle)
    speed = (-cross(moved, image(matrix, arc.reach)) / cross(moved, slope)).mid()
    return speed if speed.is_finite() and abs(speed) <= source.width else arb(0)


def variation(arc: Arc, panel: Panel, along_arc: arb, along_panel: arb) -> tuple[Vector, list[tuple[arb, Vector]]]:
    """M f at the centre of the panel, and how M (f + s g) changes for |s| and |x - centre| up to the radii."""
    slope, speed = panel.source.slope, drift(arc, panel)
    straight, bent = image(slope, arc.middle), image(slope, arc.reach)
    turned = image(panel.at_centre, arc.reach)
    changes = [
        (along_arc, (turned[0] + speed * straight[0], turned[1] + speed * straight[1])),
        (along_panel, straight),
        (along_arc * along_panel, bent),
        (along_arc * along_arc * abs(speed), bent),
    ]
    return image(panel.at_centre, arc.middle), changes


@dataclass(frozen=True)
class PlannedArc:
    """An arc, the panels for its directions, and a bound of all errors."""

    arc: Arc
    panels: list[Panel]
    error: arb


class TooCoarse(Exception):
    """The arc is too long for the bounds."""


class Residual:
    """R over arcs, for h = Re sum c_k zeta^k, at the current precision; `tolerance` is shared among all errors."""

    def __init__(self, family: Family, coefficients: list[acb], tolerance: float, effort: Effort) -> None:
        self.tolerance, self.effort = tolerance, effort
        self.poly = acb_poly([acb(0), *coefficients])
        self.sizes = acb_poly([acb(0), *(abs(c).upper() for c in coefficients)])
        self.largest = self.sizes(acb(1)).real + 1  # of |h| and of |log|e|| on the chords
        digits = log(1 / tolerance)
        self.points = ceil(digits / (2 * log(RHO))) + 4
        self.directions = ceil(digits / log(RHO)) + 5
        self.nodes = [(arb(2 * i + 1) / (2 * self.directions)).cos_pi() for i in range(self.directions)]
        self.atoms = [(evaluate(p.probability), entries(p.constant)) for p in family if p.law is None]
        self.roots: list[Panel] = []
        self.missing = arb(0)
        for part in family:
            if part.law is not None:
                self.add_source(Source(part, self.points))

    def add_source(self, source: Source) -> None:
        cut = 8 * arb(source.width)
        while not (lost := beyond(source, cut, self.largest)) < self.tolerance / 20:
            cut *= 2
            if cut > arb(2) ** 200:
                raise Inconclusive(f"the tail of the {source.law.name} law is too heavy for the residual")
        self.missing += lost
        # nodes move by at most a width: then the panels still reach beyond the cut
        self.roots += roots_of(source, cut + source.width if source.movable else cut)

    def planned(self, arc: Arc) -> PlannedArc:
        """The panels for an arc with the errors of both rules; raises `TooCoarse`."""
        panels, lost = self.plan(arc)
        error = self.interpolation_error(arc, panels)
        if not error < self.tolerance:
            raise TooCoarse
        return PlannedArc(arc, panels, error + lost + self.missing)

    def planned_either_way(self, arc: Arc) -> PlannedArc:
        """With fixed nodes if possible, else with moving ones."""
        try:
            return self.planned(arc)
        except TooCoarse:
            if not any(panel.source.movable for panel in self.roots):
                raise
            return self.planned(replace(arc, moving=True, drifts={}))

    def over(self, planned: PlannedArc, exponent: arb) -> arb:
        """A ball that holds R over the arc: at n Chebyshev points within d of a number, everywhere within L d of it,
        L = 1 + (2/pi) log n, but for the errors."""
        values = self.values(planned.arc, planned.panels, self.nodes)
        worst = arb(0)
        for value in values:
            worst = worst.max(abs(value - exponent).upper())
        lebesgue = 1 + 2 * arb(self.directions).log() / arb.pi()
        return exponent + symmetric(lebesgue * worst + planned.error)

    def at_direction(self, vector: Vector) -> arb:
        """R at one direction."""
        arc = Arc(vector, (arb(0), arb(0)))
        panels, lost = self.plan(arc)
        (value,) = self.values(arc, panels, [arb(0)])
        return value + symmetric(lost + self.missing)

    # ---- the mean over x

    def plan(self, arc: Arc) -> tuple[list[Panel], arb]:
        """Panels on which the Gauss rule is good for all directions of the arc, and the sum of their errors."""
        kept: list[Panel] = []
        lost, visited = arb(0), 0
        waiting = [(panel, 0) for panel in self.roots]
        small = self.tolerance / 64
        while waiting:
            panel, depth = waiting.pop()
            dropped = self.left_out(arc, panel)
            if dropped < small / 8:
                lost += dropped
                continue
            error = self.rule_error(arc, panel)
            if error < small:
                kept.append(panel)
                lost += error
                continue
            visited += 1
            if depth > DEEPEST_PANEL or visited > (MOST_SPLIT if length(arc.reach) > SHORT else MOST_SPLIT_OF_SHORT):
                raise TooCoarse
            waiting += [(half, depth + 1) for half in panel.halves]
        if not lost < 4 * self.tolerance:
            raise TooCoarse
        return kept, lost

    def left_out(self, arc: Arc, panel: Panel) -> arb:
        """A bound of what a panel adds, if it is left out: by the least |M e| over all unit vectors, or over the arc."""
        mass, logs = panel.shifted(abs(drift(arc, panel))) if arc.moving else panel.dropped
        plain = logs + mass * self.largest
        if plain.is_finite():
            return plain
        flat = panel.flat_bound(abs(drift(arc, panel)))
        return flat * (self.largest + self.mean_log(arc, panel))

    def mean_log(self, arc: Arc, panel: Panel) -> arb:
        """A bound of the mean of |log|M e|| over the panel, where M may be singular in it.

        |M e| >= c |x - x_0| with c the least |D e| of the arc and x_0 depending on e; over an interval of half-length r
        the mean of the positive part of -log(c |x - x_0|) is at most 1 + max(0, -log(c r)).
        """
        centre, changes = variation(arc, panel, arb(1), panel.half)
        most = length(centre) + sum((r * length(change) for r, change in changes), arb(0))
        least = length(image(panel.source.slope, arc.middle)) - length(image(panel.source.slope, arc.reach))
        if not least > 0:
            return arb.pos_inf()
        return most.log().max(arb(0)) + 1 + (-(least * panel.half).log()).max(arb(0))

    def rule_error(self, arc: Arc, panel: Panel) -> arb:
        """Of the Gauss rule, for all directions of the arc."""
        shift = abs(drift(arc, panel))
        density = panel.on_ellipse if shift.is_zero() else panel.density_bound(panel.half * RADIUS + shift)
        bound = density * self.integrand_bound(*variation(arc, panel, arb(1), RADIUS * panel.half))
        return arb(64) / 15 * bound * panel.half * arb(RHO) ** (-2 * self.points) / (1 - arb(RHO) ** -2)

    def integrand_bound(self, centre: Vector, changes: list[tuple[arb, Vector]]) -> arb:
        """Of |log|v| + h(v)| for v = centre + sum z_i change_i with complex |z_i| <= r_i, (r_i, change_i) given.

        v_1 + i v_2 = P (1 + a) and v_1 - i v_2 = P' (1 + b), P' the conjugate of P, with |a|, |b| <= ratio; and
        |a - b| <= 2 sum r_i |centre x change_i|/|P|^2, as the terms of b are conjugate to those of a up to z_i. So
        |zeta|, |1/zeta| <= 1 + |a - b|/(1 - ratio).
        """
        size = length(centre)
        ratio = sum((r * length(change) for r, change in changes), arb(0)) / size
        if not ratio < 1:
            return arb.pos_inf()
        turn = sum((r * abs(cross(centre, change)) for r, change in changes), arb(0)) / (size * size)
        growth = (1 + 2 * turn / (1 - ratio)).upper()
        return abs(size.log()) - (1 - ratio).log() + self.sizes(acb(growth)).real

    # ---- the interpolation over the arc

    def interpolation_error(self, arc: Arc, panels: list[Panel]) -> arb:
        """4 B rho^(1 - n)/(rho - 1) for n Chebyshev points, B a bound of R on the ellipse of the arc.

        All nodes of a panel together: x within half of its centre.
        """
        bound = self.integrand_bound(arc.middle, [(RADIUS, arc.reach)])
        for panel in panels:
            shift = abs(drift(arc, panel)) * RADIUS
            weight = panel.weight if shift.is_zero() else 2 * panel.half * panel.density_bound(panel.half + shift)
            bound += weight * self.integrand_bound(*variation(arc, panel, RADIUS, panel.half))
        for probability, matrix in self.atoms:
            bound += probability * self.integrand_bound(image(matrix, arc.middle), [(RADIUS, image(matrix, arc.reach))])
        return 4 * bound * arb(RHO) ** (1 - self.directions) / (RHO - 1)

    # ---- the values

    def values(self, arc: Arc, panels: list[Panel], nodes: list[arb]) -> list[arb]:
        """R at some points of the arc, but for the errors of the rules."""
        totals = [-self.at(complex_of(arc.middle) + s * complex_of(arc.reach)) for s in nodes]
        for panel in panels:
            speed = drift(arc, panel)
            if speed.is_zero():
                self.add_fixed(panel.rule, arc, nodes, totals)
            else:
                self.add_moving(panel, speed, arc, nodes, totals)
        self.add_fixed(self.atoms, arc, nodes, totals)
        self.effort.check()
        return totals

    def add_fixed(self, rule: list[tuple[arb, Matrix]], arc: Arc, nodes: list[arb], totals: list[arb]) -> None:
        for weight, matrix in rule:
            start, slope = complex_of(image(matrix, arc.middle)), complex_of(image(matrix, arc.reach))
            for place, s in enumerate(nodes):
                totals[place] += weight * self.at(start + s * slope)

    def add_moving(self, panel: Panel, speed: arb, arc: Arc, nodes: list[arb], totals: list[arb]) -> None:
        """M(x + k s) (f + s g) = M f + s (M g + k D f) + s^2 k D g, weighted by the density at x + k s."""
        source = panel.source
        straight, bent = (speed * complex_of(image(source.slope, vector)) for vector in (arc.middle, arc.reach))
        for weight, x, matrix in panel.places:
            start, slope = complex_of(image(matrix, arc.middle)), complex_of(image(matrix, arc.reach)) + straight
            for place, s in enumerate(nodes):
                totals[place] += weight * source.density(x + speed * s) * self.at(start + s * (slope + s * bent))

    def at(self, vector: acb) -> arb:
        """log|v| + h(v) for v = v_1 + i v_2."""
        square = vector.real * vector.real + vector.imag * vector.imag
        return square.log() / 2 + self.poly(vector * vector / square).real


def complex_of(vector: Vector) -> acb:
    return acb(*vector)


def bounded(residual: Residual, exponent: arb) -> Enclosure:
    """The hull of R over all directions, which holds Lambda; `Inconclusive` where too much work would be needed."""
    plans = all_arcs(residual)
    hull: arb | None = None
    for planned in plans:
        residual.effort.check()
        found = residual.over(planned, exponent)
        hull = found if hull is None else hull.union(found)
    assert hull is not None
    return enclosure(hull)


def all_arcs(residual: Residual) -> list[PlannedArc]:
    """Arcs that cover all directions, short enough for the bounds."""
    waiting = [(arc, 0) for arc in first_arcs()]
    plans: list[PlannedArc] = []
    work = 0
    while waiting:
        residual.effort.check()
        arc, depth = waiting.pop()
        try:
            plans.append(residual.planned_either_way(arc))
        except TooCoarse:
            if depth > DEEPEST_ARC:
                raise Inconclusive("the residual of Poisson's equation is not smooth enough to be bounded") from None
            waiting += [(half, depth + 1) for half in arc.halves]
            continue
        work += residual.directions * (residual.points * len(plans[-1].panels) + len(residual.atoms))
        if work > WORK:
            raise Inconclusive(f"bounding the residual of Poisson's equation needs more than {WORK} values")
    return plans


def first_arcs() -> list[Arc]:
    """Between neighbouring binary vectors, from (1, 0) to (-1, 0): all directions."""
    corners = [((arb(k) / FIRST_ARCS).cos_pi().mid(), (arb(k) / FIRST_ARCS).sin_pi().mid()) for k in range(FIRST_ARCS)]
    corners.append((-corners[0][0], -corners[0][1]))
    return [
        Arc(((a + c) / 2, (b + d) / 2), ((c - a) / 2, (d - b) / 2))
        for (a, b), (c, d) in pairwise(corners)
    ]


