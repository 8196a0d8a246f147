"""Stationary laws of finite noise without a closed form: against known distribution functions, lattices and samples."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import exp, log, sqrt

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.effort import Effort
from sgd_markov.engines.cells.exact_interval import is_kept
from sgd_markov.engines.cells.kept_interval import KeptInterval
from sgd_markov.engines.cells.stationary import StationaryOnCells
from sgd_markov.engines.cells.stationary_quantiles import Quantile
from sgd_markov.engines.cells.step_solution import Best, largest_mean
from sgd_markov.invariant import finite_noise
from sgd_markov.invariant.stationary_law import Place
from sgd_markov.numerics.finite_family import FiniteFamily

w = sp.Symbol("w", real=True)
v = sp.Symbol("v", positive=True)
z, x = sp.symbols("z x", real=True)
R, HALF = sp.Rational, sp.Rational(1, 2)
FEW = Effort(digits=3)


def laws(maps, hull, weights=None):
    weights = weights or (sp.Rational(1, len(maps)),) * len(maps)
    return StationaryOnCells.of(FiniteFamily(w, tuple(weights), tuple(maps)), hull, Effort())


def holds(found, value, width):
    """An enclosure of the value, up to 1e-9 for values in doubles, that is narrow enough."""
    return float(found.lower) - 1e-9 <= value <= float(found.upper) + 1e-9 and float(found.width) <= width


@dataclass(frozen=True)
class Limited(Effort):
    """A budget of so many looks at the clock."""

    left: list[int] = field(default_factory=lambda: [120])

    def check(self):
        self.left[0] -= 1
        if self.left[0] < 0:
            raise sm.Inconclusive("the budget of time ended first")


def double_well(scale):
    return sm.RandomMap({w: w - (w**3 - w) / 20 + scale * z}, noise={z: sm.Rademacher()})


# ---- known laws


@pytest.mark.parametrize(("at", "value"), [(R(1, 4), 1 / 3), (HALF, 0.5), (R(1, 10), 0.2), (R(9, 10), 0.8)])
def test_cantor_distribution_function(at, value):
    assert holds(laws((w / 3, (w + 2) / 3), (0.0, 1.0)).below(at, Effort(digits=4)), value, 1e-3)


def test_cantor_moments_and_quantile():
    cantor = laws((w / 3, (w + 2) / 3), (0.0, 1.0))
    assert cantor.exists and cantor.only_one(FEW) is not None and cantor.are_all
    assert holds(cantor.mean(w, Effort(digits=9)), 0.5, 1e-9)
    assert holds(cantor.mean(w**2, Effort(digits=8)), 3 / 8, 1e-8)
    assert holds(Quantile(cantor, Enclosure.point(Fraction(1, 3)), FEW).enclosed(), 0.25, 1e-3)


@pytest.mark.parametrize(
    ("of", "mean", "digits"),
    [
        (sp.exp(w), exp(1) - 1, 8),
        (sp.Abs(w - R(1, 3)), 5 / 18, 4),
        (sp.Max(w**2, R(1, 4)), 1 / 8 + 7 / 24, 4),
        (sp.sqrt(w + R(1, 10)), (1.1**1.5 - 0.1**1.5) * 2 / 3, 6),
        (sp.sign(w - R(1, 3)), 1 / 3, 3),
        (sp.Piecewise((w, w < R(2, 7)), (1, True)), 2 / 49 + 5 / 7, 3),
    ],
)
def test_means_under_the_uniform_law(of, mean, digits):
    """Of smooth functions, kinks between doubles, and jumps."""
    found = laws((w / 3, (w + 1) / 3, (w + 2) / 3), (0.0, 1.0)).mean(of, Effort(digits=digits))
    assert found.reaches(digits) and holds(found, mean, 10.0**-digits * 2)


def geometric_chain():
    """log v is x / 2 + 0 or x / 2 + 1/2: uniform on [0, 1]."""
    return sm.RandomMap({v: sp.sqrt(v) * sp.exp(z)}, noise={z: sm.TwoPoint(0, HALF)})


def test_logarithm_is_uniform():
    law = finite_noise.recognise(geometric_chain(), Place(start={v: sp.Integer(2)}), FEW)
    assert holds(law.cdf(sp.Integer(2), FEW).enclosure, log(2), 1e-3)
    assert holds(law.mean_of(v, Effort(digits=5)).enclosure, exp(1) - 1, 1e-4)
    assert holds(law.probability(R(3, 2), sp.Integer(2), FEW).enclosure, log(4 / 3), 1e-3)
    assert holds(law.quantile(R(1, 3), FEW).enclosure, exp(1 / 3), 2e-3)
    assert law.cdf(sp.oo, FEW).exact == 1 and law.cdf(-sp.oo, FEW).exact == 0


@pytest.mark.parametrize("ratio", [R(3, 10), R(9, 20), HALF, (sp.sqrt(5) - 1) / 2])
def test_laws_of_two_affine_maps(ratio):
    """Against the digits, and for the golden ratio the finite orbits, of the law in closed form."""
    draw = np.random.default_rng(int(100 * ratio))
    chance = R(int(draw.integers(3, 8)), 10)
    chain = sm.RandomMap({w: ratio * w + z}, noise={z: sm.TwoPoint(0, 1 - ratio, probability=chance)})
    mine = laws((ratio * w, ratio * w + 1 - ratio), (0.0, 1.0), (chance, 1 - chance))
    for at in draw.integers(1, 99, size=2):
        known = sm.stationary(chain, cdf_at=R(int(at), 100), digits=5)
        found = mine.below(R(int(at), 100), FEW)
        assert found.lower <= known.upper and known.lower <= found.upper
        assert float(found.width) < 1e-2


def atoms():
    """1 with 1/3, 1/4 with 2/9, 0 with 4/9."""
    return laws((sp.Min(1, w / 2 + R(5, 4)), sp.Max(0, w / 2 - R(1, 4))), (0.0, 1.0), (R(1, 3), R(2, 3)))


def test_barriers_hold_their_masses():
    law = atoms()
    assert law.exists and law.only_one(FEW) and law.are_all
    assert holds(law.below(sp.Integer(0), Effort(digits=6)), 4 / 9, 1e-6)
    assert holds(law.below(sp.Integer(0), Effort(digits=6), strict=True), 0, 0)
    assert holds(law.below(HALF, Effort(digits=6)), 6 / 9, 1e-6)
    assert holds(law.between(sp.Integer(1), sp.Integer(1), Effort(digits=6)), 1 / 3, 1e-6)
    assert holds(law.mean(w, Effort(digits=6)), 1 / 3 + 1 / 18, 1e-6)
    assert Quantile(law, Enclosure.point(Fraction(2, 5)), FEW).enclosed() == Enclosure.point(0)
    # the mass of a point that is no barrier is not told from that beside it
    inner = law.below(R(1, 4), FEW)
    assert inner.lower <= Fraction(4, 9) and Fraction(6, 9) <= inner.upper + Fraction(1, 10**9)


def test_barriers_at_thirds_hold_their_mass_exactly():
    """The same in another unit: places that are no doubles."""
    maps = (sp.Min(R(1, 3), w / 2 + R(5, 12)), sp.Max(0, w / 2 - R(1, 12)))
    law = laws(maps, (0.0, 1 / 3), (R(1, 3), R(2, 3)))
    assert holds(law.between(R(1, 3), R(1, 3), Effort(digits=6)), 1 / 3, 1e-6)
    assert Quantile(law, Enclosure.point(Fraction(9, 10)), FEW).enclosed() == Enclosure.point(Fraction(1, 3))


# ---- double wells


def test_double_well_that_communicates():
    found = sm.stationary(double_well(R(1, 10)), of=w**2, digits=3)
    assert found.warrant.label == "certified" and found.extra["unique"] is None
    draw = np.random.default_rng(5)
    at = draw.choice([-1.0, 1.0], size=20_000)
    for _ in range(600):
        at = at - (at**3 - at) / 20 + draw.choice([-0.1, 0.1], size=at.shape)
    error = 4.9 * (at**2).std() / sqrt(len(at))  # a false alarm once in 10^6
    assert float(found.upper - found.lower) < 1e-3
    assert float(found.lower) - error < (at**2).mean() < float(found.upper) + error
    assert "one stationary law only on it" in found.hypotheses[1].statement
    below = sm.stationary(double_well(R(1, 10)), cdf_at=1, digits=2)
    share = (at <= 1).mean()
    assert float(below.lower) - 4.9 * 0.5 / sqrt(len(at)) < share < float(below.upper) + 4.9 * 0.5 / sqrt(len(at))


def test_wells_that_do_not_communicate_are_two_laws():
    with pytest.raises(sm.HypothesisViolated, match="give start or within"):
        sm.stationary(double_well(R(1, 100)), cdf_at=1)
    with pytest.raises(sm.HypothesisViolated, match="each carries one"):
        finite_noise.recognise(double_well(R(1, 100)), Place(), FEW)
    right = finite_noise.recognise(double_well(R(1, 100)), Place(within=(sp.Integer(0), sp.Integer(2))), FEW)
    assert right.unique is False and right.laws.span[0] > 0
    assert holds(right.mean_of(w, Effort(digits=6)).enclosure, 0.99920779433, 1e-6)


def test_contracting_maps_have_a_distribution_function_beside_their_means():
    """The median of a law of two maps with disjoint images: between them the mass is 1/2."""
    quartic = sm.SGD((w**2 - x) ** 2 / 4 + w * x / 3, [w], R(1, 4), data={x: sm.TwoPoint(1, 2)})
    assert holds(sm.stationary(quartic, cdf_at=R(-4, 3), start=-1, digits=9).enclosure, 0.5, 1e-9)


# ---- quartic losses, clips, projections


def test_quartic_loss_with_a_clip_and_a_projection():
    clipped = sm.SGD((w - x) ** 4 / 4, [w], HALF, clip=HALF, data={x: sm.TwoPoint(1, -1)})
    projected = sm.SGD((w - x) ** 4 / 4, [w], R(1, 20), project=[R(-1, 3), R(1, 3)], data={x: sm.TwoPoint(1, -1)})
    draw, at, other = np.random.default_rng(6), np.zeros(50_000), np.zeros(50_000)
    for _ in range(200):
        sign = draw.choice([-1.0, 1.0], size=at.shape)
        at = at - np.clip((at - sign) ** 3, -0.5, 0.5) / 2
        other = np.clip(other - (other - sign) ** 3 / 20, -1 / 3, 1 / 3)
    for chain, sample, place in ((clipped, at, HALF), (projected, other, R(1, 8))):
        found = sm.stationary(chain, of=w**2, digits=2)
        error = 4.9 * (sample**2).std() / sqrt(len(sample))
        assert float(found.lower) - error < (sample**2).mean() < float(found.upper) + error
        below = sm.stationary(chain, cdf_at=place, digits=2)
        error = 4.9 * 0.5 / sqrt(len(sample))
        assert float(below.lower) - error < (sample <= float(place)).mean() < float(below.upper) + error
    assert sm.stationary(projected, of=w**2, digits=2).extra["unique"] is True


def test_exponent_along_the_orbit():
    """log|f'| = -log 2 - log(v)/2 + z, of mean -log 2."""
    chain = geometric_chain()
    law = finite_noise.recognise(chain, Place(start={v: sp.Integer(2)}), FEW)
    slope = sum(sp.log(sp.diff(sp.sqrt(v) * sp.exp(step), v)) / 2 for step in (0, HALF))
    assert holds(law.mean_of(slope, Effort(digits=5)).enclosure, -log(2), 1e-5)
    assert holds(sm.lyapunov(double_well(R(1, 10)), along="stationary", digits=3).enclosure, -0.086009, 1e-4)
    kinked = sm.RandomMap({w: sp.Max(-1, sp.Min(1, w / 2 + sp.sin(w) / 5 + z))}, noise={z: sm.TwoPoint(HALF, R(-3, 4))})
    with pytest.raises(sm.Inconclusive, match="barrier"):
        sm.lyapunov(kinked, along="stationary", digits=3)


# ---- how many laws there are


def test_uniqueness_is_never_claimed_where_point_masses_are_stationary():
    """-1, 0 and 1 are fixed by both maps: the numbers hold for every mixture."""
    several = laws((w + w * (1 - w**2) / 4, w + w * (1 - w**2) / 2), (-1.1, 1.1))
    assert several.exists and several.only_one(FEW) is None and not several.are_all
    with pytest.raises(sm.Inconclusive, match="budget") as refusal:
        several.below(-HALF, Limited(digits=3))
    assert (refusal.value.enclosure.lower, refusal.value.enclosure.upper) == (0, 1)


def test_wells_without_splitting_are_not_one():
    cubic = w - (w**3 - w) / 20
    wells = laws((cubic + R(1, 100), cubic - R(1, 100)), (-1.2, 1.2))
    assert wells.only_one(FEW) is None


def test_wells_that_are_exchanged_in_every_step():
    """A chain of period 2: no start is forgotten, and every stationary law has half its mass on each side."""
    turned = -(w - (w**3 - w) / 20)
    both = laws((turned + R(1, 100), turned - R(1, 100)), (-1.1, 1.1))
    assert both.only_one(FEW) is None
    assert holds(both.below(sp.Integer(0), FEW), 0.5, 1e-3)


def test_a_map_of_probability_0_proves_nothing():
    noise = {z: sm.Finite(values=[R(1, 100), R(1, 2)], probabilities=[1, 0])}
    chain = sm.RandomMap({w: w - (w**3 - w) / 20 + z}, noise=noise)
    law = finite_noise.recognise(chain, Place(start={w: sp.Integer(1)}), FEW)
    assert law is None or law.laws.span[0] > 0.9


def test_a_weighted_length_is_shortened_where_no_constant_is_below_1():
    """sup|f'| > 1 for both maps, which are not monotone, but slopes are large only where a step leads to small ones."""
    bump = lambda a: a * w * (1 - w)  # noqa: E731
    laws_ = laws((bump(R(3, 2)), bump(R(8, 5))), (0.3, 0.4))
    assert laws_.only_one(FEW) is not None
    wide = laws((R(19, 10) * w * (1 - w), R(18, 10) * w * (1 - w)), (0.25, 0.6))
    assert wide.only_one(FEW) is not None


def test_unproved_uniqueness_is_said():
    chain = sm.RandomMap({w: z * w * (1 - w)}, noise={z: sm.TwoPoint(R(39, 10), R(19, 5))})
    law = finite_noise.recognise(chain, Place(start={w: HALF}), FEW)
    assert law.unique is None and law.hypotheses[-1].state == "undecided"


def test_an_interval_that_images_touch_is_kept_exactly():
    """E w^2 is 1 under the law on the corners -1 and 1, and about 0.128 under another: both are in the enclosure."""
    maps = (w - (w - 1) ** 3 / 4, w - (w + 1) ** 3 / 4)
    touched = laws(maps, (-0.9, 0.9))
    assert touched.span == (-1, 1) and touched.is_trimmed and not touched.are_all
    assert touched.exists and touched.only_one(FEW) is None
    operator, _ = touched.laid(touched.kept, 16, FEW)
    nodes = operator.grid.nodes
    least, most = np.minimum(nodes[:-1] ** 2, nodes[1:] ** 2), np.maximum(nodes[:-1] ** 2, nodes[1:] ** 2)
    least = np.where(nodes[:-1] * nodes[1:] < 0, 0.0, least)
    found = touched.on_grid(touched.kept, 16, lambda grid: (least, most), None, 1e-3, Effort())
    assert found.lower < 0.1281 and found.upper >= 1


@pytest.mark.parametrize(
    ("formula", "low", "high", "kept"),
    [
        (4 * w * (1 - w), 0, 1, True),
        (4 * w * (1 - w) + R(1, 10**30), 0, 1, False),
        (1 / (1 + w), 0, 1, True),
        (1 / (1 - 2 * w) ** 2 / 10**9, 0, 1, False),
        (sp.sqrt(2) * w / 2, 0, 1, False),
    ],
)
def test_exact_signs(formula, low, high, kept):
    assert is_kept(formula, w, sp.Integer(low), sp.Integer(high)) is kept


# ---- what must be refused


@pytest.mark.parametrize(
    "formula",
    [
        w / 2 + sp.sign(w) / 4 + z / 2,  # jumps
        w / 2 + (1 - sp.sign(w) ** 2) / 4 + z / 8,  # a value of its own at 0, which no piece shows
        w / 2 + sp.sign(w**2) / 4 + z / 2,
        sp.sqrt(w + HALF) / 2 - HALF + z / 16,  # leaves the states where it is real
        sp.floor(w) / 4 + w / 8 + z / 8,
    ],
)
def test_maps_that_are_not_continuous_or_not_real(formula):
    chain = sm.RandomMap({w: formula}, noise={z: sm.Rademacher()})
    assert finite_noise.recognise(chain, Place(), FEW) is None


def test_continuous_maps_with_cases_are_taken():
    """w |w| written with a sign, and a Piecewise that fits."""
    cased = sp.Piecewise((w / 2, w < 0), (w / 4, True))
    chain = sm.RandomMap({w: cased + w**2 * sp.sign(w) / 8 + z / 4}, noise={z: sm.Rademacher()})
    law = finite_noise.recognise(chain, Place(), FEW)
    assert law is not None and law.hypotheses[0].state == "proved"


@pytest.mark.parametrize(
    "chain",
    [
        sm.RandomMap({w: w / 2 + z}, noise={z: sm.Rademacher()}),
        sm.RandomMap({w: w / 2 + z}, noise={z: sm.Normal(0, 1)}),
        sm.RandomMap({w: w + w**3 + z}, noise={z: sm.Rademacher()}),
    ],
)
def test_chains_of_others_are_left_alone(chain):
    assert finite_noise.recognise(chain, Place(), FEW) is None


def test_budget_ends_with_the_best_enclosure():
    cantor = laws((w / 3, (w + 2) / 3), (0.0, 1.0))
    with pytest.raises(sm.Inconclusive, match="budget") as refusal:
        cantor.below(R(1, 4), Limited(digits=14))
    assert refusal.value.enclosure is not None and float(refusal.value.enclosure.width) < 0.2
    with pytest.raises(sm.Inconclusive, match="digits are not reached") as refusal:
        laws_ = finite_noise.recognise(geometric_chain(), Place(start={v: sp.Integer(2)}), FEW)
        laws_.cdf(sp.Integer(2), Effort(digits=15))
    assert refusal.value.enclosure is not None and float(refusal.value.enclosure.width) < 1e-3


# ---- the inequalities themselves


def test_the_bound_belongs_to_the_function_that_gives_it():
    """The slack for rounding is that of the best h: looked at again, no h gives a bound below its own."""
    cantor = laws((w / 3, (w + 2) / 3), (0.0, 1.0))
    operator, mass = cantor.laid(cantor.kept, 4, FEW)
    f = np.asarray(operator.grid.nodes[:-1] < 0.3, float)
    bound, h = largest_mean(operator, f, mass, np.zeros(operator.grid.size + 2), 1e-12, Effort())
    again = Best(operator, f, mass)
    again.look(h)
    assert again.bound == bound >= 3 / 8  # of the thirds of [0, 1/3] all but one belong


@pytest.mark.parametrize("seed", range(3))
def test_slopes_and_images_hold_random_values(seed):
    draw = np.random.default_rng(seed)
    formula = sp.Max(R(-1, 2), sp.Min(R(2, 3), sp.sin(3 * w) / 2 + sp.Abs(w - R(1, 3)) / 4))
    kept = KeptInterval.of(FiniteFamily(w, (sp.Integer(1),), (formula,)), (-1.0, 1.0), (), Effort())
    grid = kept.grid(4)
    ((low, high),), ((least, most),) = kept.images(grid, grid.nodes[:-1], grid.nodes[1:]), kept.slopes(grid)
    step = sp.lambdify(w, formula)
    points = draw.uniform(-1, 1, 300)
    cells = grid.locate(points) - 1
    inside = (grid.nodes[cells] < points - 1e-7) & (points + 1e-7 < grid.nodes[cells + 1])
    for at, cell in zip(points[inside], cells[inside], strict=True):
        assert low[cell] <= step(at) <= high[cell]
        assert least[cell] - 1e-5 <= (step(at + 1e-7) - step(at - 1e-7)) / 2e-7 <= most[cell] + 1e-5
