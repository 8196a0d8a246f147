"""Survival of finite noise on cells: against all paths, exact lattices, other discretisations, simulation, and what must be refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import cos, pi

import mpmath
import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.chain.chain import Chain
from sgd_markov.chain.region import Region
from sgd_markov.effort import Effort
from sgd_markov.engines.cells import decay, fan, survival
from sgd_markov.engines.cells.bounds import Cells
from sgd_markov.engines.cells.decay import ROUND, Anchor, Iterates, power
from sgd_markov.engines.cells.setting import Setting
from sgd_markov.engines.cells.single_maps import largest_fixing_weight
from sgd_markov.engines.cells.survival import Asked, survival_probability, survival_quantile
from sgd_markov.engines.cells.survival_factor import Lane, dominant, lanes_of, survival_factor
from sgd_markov.numerics.finite_family import FiniteFamily, finite_family
from sgd_markov.passage.followed_paths import METHOD as EVERY_PATH
from sgd_markov.passage.followed_paths import too_many

w, x, z = sp.symbols("w x z", real=True)
R = sp.Rational
FALSE_ALARM = 4.9
"""Standard errors at a false-alarm level of 10^-6, two-sided."""

WELL = w - (w**3 - w) / 20 + z / 10
QUARTIC_MAXIMUM = w - R(4, 5) * ((z - R(1, 5)) * w + w**3)
STEADY = w * R(9, 10) + z * R(3, 10)


def chain_of(step: sp.Expr, law: object | None = None) -> Chain:
    return sm.RandomMap({w: step}, noise={z: law or sm.Rademacher()})


def family(step: sp.Expr, law: object | None = None) -> FiniteFamily:
    found = finite_family(chain_of(step, law))
    assert found is not None
    return found


def reached(ask: Callable[[], Enclosure]) -> Enclosure:
    """The enclosure, of a refusal too."""
    try:
        return ask()
    except sm.Inconclusive as refusal:
        assert refusal.enclosure is not None
        return refusal.enclosure


@pytest.fixture
def cells_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No path is followed: everything is for the cells to say."""
    monkeypatch.setattr(survival, "FEW", 1)
    monkeypatch.setattr(survival, "MANY", 1)
    monkeypatch.setattr(fan, "EXACT_STATES", 0)


# ---- all paths


@pytest.mark.parametrize(
    ("step", "start", "inside", "steps"),
    [(WELL, R(1), (R(1, 2), R(7, 5)), 13), (w - R(4, 5) * sp.sin(w) + z / 2, R(1, 5), (R(-7, 10), R(3, 5)), 12)],
)
def test_few_steps_are_counted(step: sp.Expr, start: sp.Expr, inside: tuple[sp.Expr, sp.Expr], steps: int) -> None:
    """All 2^n paths in 40 digits."""
    maps = [sp.lambdify(w, step.subs(z, s), "mpmath") for s in (-1, 1)]
    states = [mpmath.mpf(start.p) / start.q]
    with mpmath.workdps(40):
        low, high = (mpmath.mpf(end.p) / end.q for end in inside)
        for _ in range(steps):
            states = [image for at in states for f in maps if low <= (image := f(at)) <= high]
    found = survival_probability(family(step), start, inside, steps, Effort())
    assert found == Enclosure.point(Fraction(len(states), 2**steps))
    assert 0 < found.lower < 1


def test_uneven_and_irrational_probabilities() -> None:
    three = family(w * R(9, 10) + z / 3 - w**3 / 10, sm.Finite([1, -1, 0], [R(1, 5), R(1, 5), R(3, 5)]))
    expected = EVERY_PATH.survival(
        chain_of(w * R(9, 10) + z / 3 - w**3 / 10, sm.Finite([1, -1, 0], [R(1, 5), R(1, 5), R(3, 5)])),
        {w: R(0)}, Region({w: (R(-1), R(1))}), 6, Effort(),
    )  # fmt: skip
    assert expected is not None and survival_probability(three, R(0), (R(-1), R(1)), 6, Effort()) == expected.enclosure
    irrational = family(w + z, sm.TwoPoint(1, -1, 1 / sp.sqrt(2)))
    found = survival_probability(irrational, R(0), (R(-6, 5), R(6, 5)), 2, Effort(digits=9))
    assert found.reaches(9) and float(found.lower) <= 2 * (2**-0.5) * (1 - 2**-0.5) <= float(found.upper)


# ---- cells


MERGED = [
    (w * (R(13, 10) + z * R(4, 5)), R(1, 2), (R(-1), R(1)), 5e-2),  # 0 is inside, and repels
    (w * (R(11, 10) + z * R(4, 5)), R(1, 2), (R(-1), R(1)), 2e-2),  # 0 attracts
    (w * (1 + z / 2), R(3, 7), (R(1, 10), R(1)), 0.4),  # every step is as wide on the scale of log w: errors add up
]


@pytest.mark.parametrize(("step", "start", "inside", "width"), MERGED)
def test_cells_hold_what_merging_paths_give(
    cells_only: None, step: sp.Expr, start: sp.Expr, inside: tuple[sp.Expr, sp.Expr], width: float
) -> None:
    for steps in (12, 60):
        exact = EVERY_PATH.survival(chain_of(step), {w: start}, Region({w: inside}), steps, Effort())
        found = reached(partial(survival_probability, family(step), start, inside, steps, Effort(digits=2)))
        assert exact is not None and exact.enclosure is not None and not found.is_point
        assert exact.enclosure.lower in found
        assert found.width <= width * found.upper


@pytest.mark.parametrize("steps", [30, 1000, 100_000])
def test_the_bounds_of_many_steps_hold_the_exact_ones_of_a_lattice(cells_only: None, steps: int) -> None:
    """A walk on 7 places, its eigenvectors sin(pi j k/8); the upper bound meets it on the coarsest cells already."""
    with mpmath.workdps(30):
        exact = mpmath.fsum(
            mpmath.cos(mpmath.pi * j / 8) ** steps * mpmath.sin(mpmath.pi * j / 2) / 4
            * mpmath.fsum(mpmath.sin(mpmath.pi * j * k / 8) for k in range(1, 8))
            for j in range(1, 8)
        )  # fmt: skip
        lower, upper = survival.lanes_of(family(w + z / 3), R(0), (R(-1), R(1)), steps, Effort())
        asked = Asked(steps)
        bounds = [lane.at(lane.curve(asked.remaining(lane), Effort()), steps) for lane in (lower, upper)]
        below, above = (mpmath.mpf(bound.numerator) / bound.denominator for bound in bounds)
        assert below <= exact * (1 + mpmath.mpf(10) ** -25) and exact <= above * (1 + mpmath.mpf(10) ** -25)
        assert above / exact < 1 + 1e-9 + 1e-13 * steps


SIMULATED = [
    (WELL, R(1), (R(0), R(2)), (40, 400), 1),
    (QUARTIC_MAXIMUM, R(1, 2), (R(-1), R(1)), (30, 300), 2),
    (sp.Abs(w - R(1, 2)) - R(3, 5) + z / 3 + w**2 / 50, R(-3, 14), (R(-7, 10), R(3, 5)), (25,), 1),
    (w * R(11, 10) + z / 3, sp.sqrt(2) / 4, (-sp.sqrt(2), sp.sqrt(3)), (25,), 2),
    (w * R(9, 10) + z / 3, R(0), (-sp.oo, R(1)), (25, 60), 2),
]


@pytest.mark.parametrize(("step", "start", "inside", "counts", "digits"), SIMULATED)
def test_survival_holds_what_simulation_finds(
    step: sp.Expr, start: sp.Expr, inside: tuple[sp.Expr, sp.Expr], counts: tuple[int, ...], digits: int
) -> None:
    chains = 20_000
    generator, state = np.random.default_rng(11), np.full(chains, float(start))
    maps, (low, high) = [sp.lambdify(w, step.subs(z, s), "numpy") for s in (-1, 1)], map(float, inside)
    for n in range(1, max(counts) + 1):
        state = np.where(generator.random(len(state)) < 0.5, *(f(state) for f in maps))
        state = state[(low <= state) & (state <= high)]
        if n not in counts:
            continue
        found = survival_probability(family(step), start, inside, n, Effort(digits=digits))
        share = len(state) / chains
        error = FALSE_ALARM * max(1e-3, (share * (1 - share) / chains) ** 0.5)
        assert found.reaches(digits)
        assert float(found.lower) - error <= share <= float(found.upper) + error


def test_an_infinite_end_that_no_step_passes_is_no_way_out(cells_only: None) -> None:
    """P(tau > 20000) is about 10^-190; where the far end counted as unknown, it would be bounded by what a step leaves open."""
    asked = Asked(20_000)
    bounds = []
    for low in (-sp.oo, R(-4)):
        _, upper = survival.lanes_of(family(w * R(9, 10) + z / 3), R(0), (low, R(1)), 20_000, Effort())
        bounds.append(upper.at(upper.curve(asked.remaining(upper), Effort(digits=2)), 20_000))
    assert all(Fraction(1, 10**220) < bound < Fraction(1, 10**150) for bound in bounds)
    _, growing = survival.lanes_of(family(w * R(11, 10) + z / 3), R(0), (-sp.oo, R(1)), 50, Effort())
    assert growing.given["left"] == survival.UNKNOWN


def test_survival_where_the_chain_stays() -> None:
    keeps = family(w / 2 + sp.sin(w) / 10 + z)
    assert survival_probability(keeps, R(0), (R(-4), R(4)), 10**9, Effort()) == Enclosure.point(1)
    fixes = family(w * (1 + z / 2))
    assert survival_probability(fixes, R(0), (R(-1), R(1)), 10**9, Effort()) == Enclosure.point(1)


@pytest.mark.parametrize("inside", [(R(-1), R(0)), (R(-1), R(1))])
def test_paths_that_meet_a_repelling_point_exactly_stay(inside: tuple[sp.Expr, sp.Expr]) -> None:
    """From -1 both steps lead to 0, which repels; from -1/2 one of them leads to -1, the other is followed."""
    repels = family(w * (3 + z) * (1 + w))
    for steps in (1, 2, 50, 10**6):
        assert survival_probability(repels, R(-1), inside, steps, Effort()) == Enclosure.point(1)
    assert reached(partial(survival_probability, repels, R(-1, 2), inside, 60, Effort())).lower >= Fraction(1, 2)
    with pytest.raises(sm.HypothesisViolated, match="never left"):
        survival_quantile(repels, R(-1), inside, R(1, 2), Effort())


# ---- quantiles


@pytest.mark.parametrize(
    ("step", "start", "level", "expected"),
    [(STEADY, R(0), R(1, 2), 16), (STEADY, R(0), R(9, 10), 48), (w * (R(13, 10) + z * R(4, 5)), R(1, 2), R(9, 10), 50)],
)
def test_quantiles_are_the_first_steps_at_which_enough_have_left(
    step: sp.Expr, start: sp.Expr, level: sp.Expr, expected: int
) -> None:
    maps, inside = family(step), (R(-1), R(1))
    assert survival_quantile(maps, start, inside, level, Effort()) == Enclosure.point(expected)
    counts = (expected - 1, expected)
    before, after = (reached(partial(survival_probability, maps, start, inside, k, Effort(digits=2))) for k in counts)
    assert after.upper <= 1 - Fraction(int(level.p), int(level.q)) < before.lower


def test_a_quantile_that_is_not_told_is_enclosed() -> None:
    found = reached(lambda: survival_quantile(family(WELL), R(1), (R(0), R(2)), R(1, 2), Effort(digits=5)))
    assert not found.is_point and found.width < 15
    finer = survival_quantile(family(WELL), R(1), (R(0), R(2)), R(1, 2), Effort(digits=1))
    assert finer.meets(found) and finer.reaches(1)


@pytest.mark.parametrize("step", [QUARTIC_MAXIMUM, w * (R(11, 10) + z * R(4, 5))])
def test_a_level_that_is_never_reached_is_refused(step: sp.Expr) -> None:
    with pytest.raises(sm.HypothesisViolated, match="never left") as refusal:
        survival_quantile(family(step), R(1, 2), (R(-1), R(1)), R(9, 10), Effort(digits=2))
    claimed = float(str(refusal.value).split("at least ")[1].split()[0])
    later = survival_probability(family(step), R(1, 2), (R(-1), R(1)), 300, Effort(digits=2))
    assert 0.4 < claimed <= later.upper
    with pytest.raises(sm.HypothesisViolated, match="fixes the start"):
        survival_quantile(family(step), R(0), (R(-1), R(1)), R(9, 10), Effort(digits=2))


# ---- the survival factor


def ulam(step: sp.Expr, inside: tuple[float, float], cells: int) -> float:
    """The factor of another discretisation, not certified: mass is shared linearly between neighbouring nodes."""
    nodes = np.linspace(*inside, cells)
    values = np.ones(cells)
    images = [sp.lambdify(w, step.subs(z, s), "numpy")(nodes) for s in (-1, 1)]
    held = [(inside[0] <= image) & (image <= inside[1]) for image in images]
    growth = 1.0
    for _ in range(600):
        values = sum(np.where(h, np.interp(image, nodes, values), 0.0) for image, h in zip(images, held, strict=True)) / 2
        growth, values = values.max(), values / values.max()
    return float(growth)


@pytest.mark.parametrize(("step", "inside", "digits"), [(STEADY, (R(-1), R(1)), 2), (WELL, (R(0), R(2)), 1)])
def test_the_factor_holds_that_of_another_discretisation(step: sp.Expr, inside: tuple[sp.Expr, sp.Expr], digits: int) -> None:
    found = survival_factor(family(step), inside, Fraction(0), Effort(digits=digits))
    other = 1 / (1 - ulam(step, (float(inside[0]), float(inside[1])), 8001))
    assert found.everywhere and found.theta.reaches(digits) and found.mean_time.reaches(digits)
    assert float(found.mean_time.lower) * 0.998 <= other <= float(found.mean_time.upper) * 1.002


def test_the_factor_of_a_rare_exit_is_told_from_1() -> None:
    """1 - theta is 4e-7, known within a factor of 2; exit times from the middle agree."""
    step = w - (w**3 - w) / 20 + z / 20
    found = reached(lambda: survival_factor(family(step), (R(0), R(2)), Fraction(0), Effort(digits=1)).theta)
    assert 1 < float((1 - Fraction(found.lower)) / (1 - Fraction(found.upper))) < 2
    assert 1e-7 < float(1 - Fraction(found.upper)) < 1e-6


def golden() -> Chain:
    return sm.SGD(loss=x * w**2 / 2, parameters=[w], learning_rate=R(7, 8), data={x: sm.TwoPoint(R(6, 7), R(-8, 7))})


def test_the_slowest_of_several_classes_counts() -> None:
    """w is doubled or divided by 4: from 1 four states are in the region, theta^3 = 1/4; from 3/10 three, theta = 1/2."""
    answer = sm.quasi_stationary(golden(), inside=["1/10", 1], digits=9)
    expected = Fraction(2 ** (1 / 3) / 2)
    assert abs(answer.enclosure.middle - expected) < Fraction(1, 10**12) and answer.enclosure.reaches(9)
    assert answer.warrant.label == "certified" and "slowest starts" in str(answer.hypotheses)
    assert answer.extra["mean_time"].enclosure.reaches(9) and answer.extra["density"] is None
    # cells alone tell the slower class from above only: wherever the classes meet, lower bounds are those of the other
    lower, upper = lanes_of(family(w * z, sm.TwoPoint(2, R(1, 4))), (R(1, 10), R(1)), Effort())
    for lane in (lower, upper):
        lane.improve(Effort())
    assert Fraction(49, 100) < lower.factor <= Fraction(1, 2) < expected <= upper.factor < expected + Fraction(1, 100)


def test_a_walk_on_a_lattice_has_a_cosine() -> None:
    answer = sm.quasi_stationary(chain_of(w + z / 3), inside=[-1, 1], digits=4)
    assert answer.enclosure.reaches(4) and Fraction(cos(pi / 8)) - Fraction(1, 10**15) <= answer.enclosure.upper
    assert answer.enclosure.lower <= Fraction(cos(pi / 8)) + Fraction(1, 10**15)


def test_a_region_that_all_paths_leave_at_once() -> None:
    answer = sm.quasi_stationary(chain_of(w + 3 * z), inside=[-1, 1])
    assert answer.exact == 0 and answer.extra["mean_time"].enclosure == Enclosure.point(1)


@pytest.mark.parametrize(
    ("step", "inside", "why"),
    [
        (w * (R(11, 10) + z * R(4, 5)), [-1, 1], "fixes 0"),
        (w * (R(13, 10) + z * R(4, 5)), [0, 1], "fixes 0"),
        (w / 2 + sp.sin(w) / 10 + z, [-4, 4], "no step leads out of"),
        (sp.Piecewise((w / 2 + z / 4, sp.Abs(w) <= 1), (2 * w, True)), [-3, 3], "no step leads out|never left"),
    ],
)
def test_a_region_that_some_starts_never_leave_has_no_factor(step: sp.Expr, inside: list[int], why: str) -> None:
    with pytest.raises(sm.HypothesisViolated, match=why):
        sm.quasi_stationary(chain_of(step), inside=inside, digits=2)


@pytest.mark.parametrize(
    ("step", "law", "inside", "weight"),
    [
        (2 * w + z, sm.Rademacher(), (R(-2), R(2)), 0.5),
        (w + 2 * z * sp.cos(w) / 3 + 17 * sp.sin(2 * w) / 12, sm.TwoPoint(R(3, 2), -1), (R(-9, 10), R(7, 5)), 0.5),
        (w + z * sp.cos(w) / 2 + sp.sin(2 * w), sm.TwoPoint(1, R(-1, 2), R(1, 3)), (R(-11, 10), R(11, 10)), 2 / 3),
    ],
)
def test_a_point_that_one_map_fixes_is_left_no_faster(
    step: sp.Expr, law: object, inside: tuple[sp.Expr, sp.Expr], weight: float
) -> None:
    """Elsewhere the maps expand: paths that stay are unique, and only the repelled points themselves stay that long."""
    found = reached(lambda: survival_factor(family(step, law), inside, Fraction(0), Effort(digits=0)).theta)
    assert weight * (1 - 1e-12) <= found.lower <= weight <= found.upper <= 1.5 * weight


def test_a_map_without_a_fixed_point_proves_nothing() -> None:
    for step, ends in ((w + 1 + z / 2, (-3.0, 3.0)), (sp.Piecewise((w + 1 + z / 9, w < 0), (w - 1 + z / 9, True)), (-3.0, 3.0))):
        assert largest_fixing_weight(Cells.of(Setting(family(step), *ends), Effort())) == 0


def test_all_starts_count_also_between_the_doubles_around_an_end() -> None:
    steep = w * R(4, 5) + z * (w**2 + 1) * R(7, 24)
    found = survival_factor(family(steep), (R(-7, 10), R(11, 10)), Fraction(0), Effort(digits=2))
    assert found.everywhere and found.mean_time.reaches(2)
    other = 1 / (1 - ulam(steep, (-0.7, 1.1), 4001))
    assert float(found.mean_time.lower) * 0.996 <= other <= float(found.mean_time.upper) * 1.004


def test_an_unbounded_region_is_refused() -> None:
    with pytest.raises(sm.Inconclusive, match="unbounded") as refusal:
        sm.quasi_stationary(chain_of(w / 2 + z), inside=["-oo", 1])
    assert refusal.value.enclosure == Enclosure(Fraction(0), Fraction(1))


# ---- the questions


def test_the_questions_answer_and_refuse_with_bounds() -> None:
    well = chain_of(WELL)
    counted = sm.survival(well, start=1, inside=[0, 2], steps=18)
    assert counted.exact == R(261525, 262144) and counted.warrant.label == "certified"
    answer = sm.survival(well, start=1, inside=[0, 2], steps=40, digits=2)
    with pytest.raises(sm.Inconclusive) as refusal:
        sm.survival(well, start=1, inside=[0, 2], steps=40)
    assert answer.enclosure.reaches(2) and refusal.value.enclosure.meets(answer.enclosure)
    middle = sm.survival(chain_of(STEADY), start=0, inside=[-1, 1], quantile="1/2")
    assert middle.exact == 16 and middle.value == "16"


def test_a_budget_that_ends_leaves_bounds() -> None:
    for ask in (
        lambda: sm.survival(chain_of(WELL), start=1, inside=[0, 2], steps=1000, budget=1e-3),
        lambda: sm.quasi_stationary(chain_of(WELL), inside=[0, 2], budget=1e-3),
    ):
        with pytest.raises(sm.Inconclusive) as refusal:
            ask()
        assert refusal.value.enclosure is None or refusal.value.enclosure.upper <= 1


# ---- parts


@pytest.mark.parametrize("upper", [True, False])
def test_a_round_bounds_all_later_iterates(upper: bool) -> None:
    operator = Cells.of(Setting(family(STEADY), -1.0, 1.0), Effort()).coarsest
    iterates, seen = Iterates(operator, np.zeros(operator.grid.size + 2), upper), []
    for _ in range(60 + 2 * ROUND):
        seen.append(iterates.values)
        iterates.step()
    early = Iterates(operator, iterates.given, upper, 60 + ROUND)
    early.values = seen[60 + ROUND]
    anchor = Anchor(60, seen[60], 0)
    pairs = [(early.factor(anchor), seen[60:])] if upper else list(early.rounds_below(anchor))
    for factor, parts in pairs:
        bounds = [part * float(factor) for part in parts[:ROUND]]
        later = seen[60 + ROUND : 60 + 2 * ROUND]
        for true, bound in zip(later, bounds, strict=True):
            assert (true <= bound * (1 + 1e-9)).all() if upper else (true >= bound * (1 - 1e-9)).all()
    assert any(Fraction(1, 3) < factor < Fraction(2, 3) for factor, _ in pairs)


def test_powers_are_rounded_to_their_side() -> None:
    third = Fraction(1, 3)
    assert power(third, 50, False) <= third**50 <= power(third, 50, True)
    assert power(third, 10**9, False) == 0 < power(third, 10**9, True) == Fraction(1, 2**decay.TINY)
    assert power(Fraction(1), 10**30, True) == 1


def test_sets_kept_in_a_larger_region_prove_no_factor() -> None:
    """Between the region and the doubles around it a set may be kept: then nothing but 1 bounds the factor."""
    cells = Cells.of(Setting(family(STEADY), -1.0, 1.0), Effort())
    lane = Lane.of(cells, True)
    lane.improve(Effort(digits=2))
    assert lane.factor < 1
    blocks = tuple(b if k else survival.Block(b.low, b.high, survival.Kind.FIXED, "kept") for k, b in enumerate(cells.blocks))
    kept = Lane.of(Cells(cells.setting, blocks, cells.tables), True)
    kept.improve(Effort(digits=2))
    assert kept.factor == 1 and not kept.dies_out()


def test_noda_finds_the_dominant_eigenvector() -> None:
    matrix = np.array([[0.5, 0.5, 0.0], [0.25, 0.25, 1e-6], [0.0, 1e-7, 0.9]])
    found = dominant(matrix)
    assert np.allclose(matrix @ found, 0.9 * found, atol=1e-5) and (found > 0).all()


def test_paths_that_never_meet_are_given_up_early_and_others_not() -> None:
    """8 maps, 2^18 states after 6 steps; a walk on a lattice keeps 2 n + 1."""
    spread = chain_of(w * R(9, 10) + z / 50, sm.Finite([1, 2, 4, 8, 16, -9, -5, -3]))
    inside = Region({w: (R(-9), R(9))})
    assert EVERY_PATH.survival(spread, {w: R(0)}, inside, 3, Effort()) is not None
    assert EVERY_PATH.survival(spread, {w: R(0)}, inside, 9, Effort()) is None
    walk = EVERY_PATH.survival(chain_of(w + z / 7), {w: R(0)}, inside, 70, Effort())
    assert walk is not None and walk.exact is not None and 0 < walk.exact < 1
    assert not too_many(70, 90, 10, 1000) and too_many(70, 140, 10, 1000) and not too_many(32, 64, 100, 1000)
