"""Exit times and hitting probabilities of diffusions against closed forms and nested quadrature in mpmath."""

from __future__ import annotations

import random
from functools import cache

import mpmath as mp
import pytest
import sympy as sp
from enclosures import assert_encloses

import sgd_markov as sm

w = sp.Symbol("w", real=True)
R = sp.Rational
DIGITS = 40


@cache
def gauss(count: int) -> list[tuple[mp.mpf, mp.mpf]]:
    """Nodes and weights on [-1, 1], by Newton's method."""
    found = []
    for k in range(count):
        x = mp.cos(mp.pi * (k + mp.mpf(3) / 4) / (count + mp.mpf(1) / 2))
        for _ in range(8):
            value = mp.legendre(count, x)
            slope = count * (x * value - mp.legendre(count - 1, x)) / (x * x - 1)
            x -= value / slope
        slope = count * (x * mp.legendre(count, x) - mp.legendre(count - 1, x)) / (x * x - 1)
        found.append((x, 2 / ((1 - x * x) * slope**2)))
    return found


def reference(phi, variance, places: list[sp.Rational], panels: int = 5, count: int = 24) -> tuple[str, str]:
    """(E tau, P(high first)) from F(x) = int_low^x s int_low^y m dz dy: E tau = P F(high) - F(start)."""
    with mp.workdps(DIGITS):
        low, start, high = (mp.mpf(int(p.p)) / int(p.q) for p in places)
        speed = lambda y: 2 * mp.exp(phi(y)) / variance(y)  # noqa: E731
        scale_at, double_at, mass = {}, {}, mp.mpf(0)
        scale = double = mp.mpf(0)
        cuts = [low + (start - low) * mp.mpf(k) / panels for k in range(panels)]
        cuts += [start + (high - start) * mp.mpf(k) / panels for k in range(panels + 1)]
        for left, right in zip(cuts, cuts[1:], strict=False):
            scale_at[left], double_at[left] = scale, double
            half = (right - left) / 2
            for t, weight in gauss(count):
                y = left + half * (1 + t)
                inner = sum(wz * speed(left + (y - left) * (1 + z) / 2) for z, wz in gauss(count)) * (y - left) / 2
                scale += half * weight * mp.exp(-phi(y))
                double += half * weight * mp.exp(-phi(y)) * (mass + inner)
            mass += half * sum(weight * speed(left + half * (1 + t)) for t, weight in gauss(count))
        share = scale_at[start] / scale
        return mp.nstr(share * double - double_at[start], 18), mp.nstr(share, 18)


def drawn(seed: int) -> tuple[sp.Expr, sp.Expr, list[sp.Rational]]:
    """A drift of degree up to 5, a variance that is constant or 1 + w^2/k, and low < start < high."""
    source = random.Random(seed)
    drift = sum(R(source.randint(-20, 20), 10) * w**k for k in range(source.randint(1, 6)))
    variance = R(1, source.randint(1, 8)) * (1 if seed % 3 else 1 + w**2 / source.randint(1, 3))
    places = sorted(source.sample(range(-30, 31), 3))
    return sp.sympify(drift), sp.sympify(variance), [R(p, 20) for p in places]


REFERENCES = (
    # seed, E tau, P(high first): `reference` with 70 digits, 12 panels and 30 nodes, the same to 16 digits with 9 panels
    (0, "0.150898759657085357", "0.338290811876081444"),
    (1, "0.980620733930288987", "0.999999999999709849"),
    (2, "0.433160026053345861", "0.000120912055805213319"),
    (3, "0.354307871865480072", "0.991617100633860594"),
    (4, "1.80743425216160147", "0.982030419096815498"),
    (5, "43.2820409843686371", "0.999999936278670747"),
    (6, "0.255634619304235401", "0.00682862199097217927"),
    (7, "0.879606064648527615", "0.00598868438184561286"),
    (8, "1.70306971422456683", "0.301513975165604961"),
    (9, "0.29795811357801128", "0.999994223619847488"),
    (10, "0.057805242201808667", "0.0000435173887661777951"),
    (11, "0.408293383522807465", "0.999963634923020478"),
    (12, "0.375553682709851306", "0.0620392020174909557"),
    (13, "4.38399348149218645", "0.00755315502760920573"),
    (14, "0.40795633588579284", "0.532333573021294449"),
    (15, "0.23171903567059609", "0.00121334210391421858"),
    (16, "1.25352428585982304", "0.583200542588945584"),
    (17, "22.0109640760195624", "0.319187729461312079"),
    (18, "0.610250019933900906", "0.0000175289951161605898"),
    (19, "0.344254787076850526", "0.0220843222814885933"),
    (20, "0.787238357209034929", "0.301135219474476741"),
    (21, "0.128846964525446154", "0.999993707494598191"),
    (22, "38574.2537965543778", "0.112245450709959498"),
    (23, "0.124553126509123972", "0.0142055901765726902"),
    (24, "0.132553223003289148", "0.994094073024221217"),
    (25, "0.449166332666131718", "0.77503605738731606"),
    (26, "0.0957783583843985608", "0.226470336379889411"),
    (27, "0.073322241555589286", "0.95313078358020696"),
    (28, "0.249898438198994341", "0.0000761713507542445221"),
    (29, "0.316942881622015537", "0.0233381317019187409"),
    (30, "0.0777016238651180186", "0.0192451556059608636"),
    (31, "1.07128043129036592", "0.959630990405315859"),
    (32, "1.60955914781495553", "0.0648992613313321726"),
    (33, "0.0502994647921397595", "0.997088876461284081"),
    (34, "6.2582989902965819", "1.25416537895497814e-21"),
    (35, "2.82292503755529042", "0.999999999443308282"),
    (36, "0.846292480707804704", "0.0508205133992263598"),
    (37, "0.423943789999036502", "0.994243995035800675"),
    (38, "0.360896475087021206", "0.999148152773674221"),
    (39, "0.44520802918847823", "0.218725230951337756"),
    (40, "0.0546072365053035367", "0.999999988444193936"),
    (41, "1.00955414295992313", "0.538998648154860694"),
    (42, "0.225775914076195289", "0.0000543083413862761463"),
    (43, "0.532186695620022443", "0.20375016934315317"),
    (44, "0.625556614936490848", "0.449298235717837737"),
    (45, "0.0932064288482418694", "0.0436882135936389332"),
    (46, "0.0385668854685066532", "0.967666781825529817"),
    (47, "0.163125993917460153", "5.24212673871332634e-9"),
    (48, "6.54349637169169761", "0.941828259932505818"),
    (49, "7.65117817248326851", "0.838552167114097577"),
    (50, "57.4082797562973992", "0.999991098460231495"),
    (51, "0.0186031269480221512", "0.999999543628718301"),
    (52, "0.63093427626315961", "8.20467718181127976e-8"),
    (53, "109.257283124952121", "0.0200270664042255404"),
    (54, "0.756527024019798423", "0.933560650229143849"),
    (55, "1.24699217936922842", "0.23670956264977486"),
    (56, "1.40880471159511537", "1.70031605446570307e-16"),
    (57, "0.0464019115048373929", "0.85653428908575203"),
    (58, "0.228471361683394464", "4.34183929282598194e-45"),
    (59, "0.270639723009226414", "0.00514835224377218244"),
)


@pytest.mark.parametrize(("seed", "time", "share"), REFERENCES)
def test_random_polynomial_drifts(seed: int, time: str, share: str) -> None:
    drift, variance, (low, start, high) = drawn(seed)
    diffusion = sm.Diffusion(drift, variance, w)
    assert_encloses(sm.exit_time(diffusion, start, [low, high]), time, 15)
    assert_encloses(sm.hitting(diffusion, start, [high, "oo"], ["-oo", low]), share, 15)


@pytest.mark.parametrize("seed", [4, 8])
def test_the_references_come_from_nested_quadrature(seed: int) -> None:
    drift, variance, places = drawn(seed)
    phi = sp.lambdify(w, sp.integrate(sp.apart(2 * drift / variance, w), w), "mpmath")
    time, share = reference(phi, sp.lambdify(w, variance, "mpmath"), places)
    assert (time[:14], share[:14]) == (REFERENCES[seed][1][:14], REFERENCES[seed][2][:14])


def exit_time(drift: object, variance: object, start: object, inside: list, **effort: object) -> sm.Answer:
    return sm.exit_time(sm.Diffusion(drift, variance, w), start, inside, **effort)


def hitting(drift: object, variance: object, start: object, target: list, avoid: object = None) -> sm.Answer:
    return sm.hitting(sm.Diffusion(drift, variance, w), start, target, avoid)


def certified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the closed forms away, so that the integrals have to find the same."""
    from sgd_markov.passage.diffusion_formulas import METHOD

    monkeypatch.setattr(type(METHOD), "exit_time", lambda *arguments: None)
    monkeypatch.setattr(type(METHOD), "hitting", lambda *arguments: None)


CLOSED = (
    # drift, variance, start, inside
    (0, 1, 0, [-1, sp.sqrt(2)]),
    (R(3, 2), 2, R(1, 3), [-1, 2]),
    (R(3, 2), 2, R(1, 3), ["-oo", 2]),
    (-R(3, 2), 2, R(1, 3), [-1, "oo"]),
    (-w, 2, R(1, 2), [-1, 2]),
    (-2 * w + 1, R(1, 3), 0, ["-oo", 1]),
    (1 - 2 * w, R(1, 3), 0, [R(-1, 2), "oo"]),
    (w - R(1, 5), 1, 0, [-1, 2]),
    (w, w**2, 1, [R(1, 2), 2]),
    (w, w**2, 1, [0, 2]),
    (-w, w**2, 1, [R(1, 4), "oo"]),
    (w / 2, w**2, 1, [R(1, 2), 2]),
    (1 / w, 1, 1, [0, 2]),
    (1 / (2 * w), 1, 1, [0, 2]),
    (1 / (4 * w), 1, 1, [R(1, 2), 2]),
    (-1 / w, 3, -1, [-2, R(-1, 3)]),
)


@pytest.mark.parametrize(("drift", "variance", "start", "inside"), CLOSED)
def test_closed_forms_and_integrals_agree(drift, variance, start, inside, monkeypatch) -> None:
    exact = exit_time(drift, variance, start, inside)
    certified(monkeypatch)
    integral = exit_time(drift, variance, start, inside)
    expected = "certified" if inside != [-2, R(-1, 3)] else exact.warrant.label
    assert integral.warrant.label == expected
    assert exact.enclosure.meets(integral.enclosure) and integral.enclosure.reaches(15)


HITS = (
    (R(1, 2), 1, 0, ["-oo", -1], None, "exp(-1)"),
    (R(1, 2), 1, 0, [1, 2], None, "1"),
    (w, 2, 0, [1, "oo"], None, "1/(1 + erf(sqrt(2)/2))"),
    (-w, 2, R(1, 2), [1, 2], [-3, -2], "(erfi(sqrt(2)/4) + erfi(sqrt(2)))/(erfi(sqrt(2)/2) + erfi(sqrt(2)))"),
    (1 / w, 1, 1, [R(1, 4), R(1, 2)], None, "1/2"),
    (1 / (2 * w), 1, 1, [R(1, 4), R(1, 2)], None, "1"),
    (w / 4, w**2, 1, [2, 3], None, "sqrt(2)/2"),
    (0, w, 1, [-1, 0], None, "1"),
    (0, w, 1, [-1, 0], [2, 3], "1/2"),
    (-w, w**2, 1, [-1, 0], [2, 3], "0"),
    (-w, w**2, 1, [2, 3], None, "1/8"),
    (1 / (4 * w), 1, 1, [-1, 0], [4, 5], "1/2"),
    (R(1, 4), w, 1, [-1, 0], [4, 5], "1/2"),
    (R(1, 2), w, 1, [-1, 0], [4, 5], "0"),
    (1, w, 1, [-1, 0], [4, 5], "0"),
)


@pytest.mark.parametrize(("drift", "variance", "start", "target", "avoid", "value"), HITS)
def test_hitting_by_formula_and_by_integrals(drift, variance, start, target, avoid, value, monkeypatch) -> None:
    known = str(sp.N(sp.sympify(value), 25)) if "(" in value else value
    assert_encloses(hitting(drift, variance, start, target, avoid), known)
    certified(monkeypatch)
    assert_encloses(hitting(drift, variance, start, target, avoid), known)


def test_formulas_in_symbols() -> None:
    x, b, k, s = sp.symbols("x b k s", positive=True)
    assert sp.simplify(exit_time(0, s**2, x, [0, b]).exact - x * (b - x) / s**2) == 0
    assert exit_time(k, s**2, x, ["-oo", b]).exact.equals((b - x) / k)
    assert sp.simplify(exit_time(k / w, 2 * k, x, [0, b]).exact - (b**2 - x**2) / (4 * k)) == 0
    ruin = hitting(k, s**2, x, ["-oo", -b])
    assert ruin.exact.equals(sp.exp(-2 * k * (x + b) / s**2)) and ruin.warrant.label == "exact"
    with pytest.raises(sm.InvalidInput, match="numbers for k"):
        exit_time(-k * w**3, 1, 0, [-1, 1])


@pytest.mark.parametrize("k", [R(1, 3), 2, -1])
def test_the_series_of_the_linear_drift_solves_its_equation(k) -> None:
    """b p' + C p''/2 = -1 term by term for p = -z^2/C 2F2(1, 1; 3/2, 2; k z^2/C)."""
    from sgd_markov.engines.scale_function.closed_forms import solutions

    found = solutions(sm.Diffusion(-k * w, 3, w)).particular
    z = sp.Symbol("z")
    function = found.atoms(sp.hyper).pop()
    top, bottom = function.ap, function.bq
    series = sum(
        sp.prod(sp.rf(a, n) for a in top) / sp.prod(sp.rf(b, n) for b in bottom) / sp.factorial(n) * z**n
        for n in range(12)
    )
    p = sp.expand(found.subs(function, series.subs(z, function.argument)))
    assert sp.series(-k * w * p.diff(w) + R(3, 2) * p.diff(w, 2) + 1, w, 0, 20).removeO() == 0


def test_kinks_are_cut() -> None:
    """b = -sign w, C = 1 from 0 inside [-a, c]: m = 2 exp(-2|w|), s = exp(2|w|)."""

    def one_side(a: int) -> tuple[mp.mpf, mp.mpf]:
        scale = (mp.e ** (2 * a) - 1) / 2
        return scale, scale - a  # int_0^a s int_0^y m = int (exp(2 y) - 1) dy

    with mp.workdps(30):
        (s1, t1), (s2, t2) = one_side(3), one_side(4)
        value = mp.nstr((s1 * t2 + s2 * t1) / (s1 + s2), 22)
    assert_encloses(exit_time(-sp.sign(w), 1, 0, [-3, 4]), value, 15, "certified")


def test_the_interval_of_the_jacobi_diffusion() -> None:
    """b = -w, C = 1 - w^2 never leaves [-1, 1]; E tau to 1/2 from 0 is 2 log 2 (m = 2, s = 1/(1 - w^2))."""
    assert_encloses(exit_time(-w, 1 - w**2, 0, [-1, R(1, 2)]), str(sp.N(2 * sp.log(2), 25)), 15, "certified")
    with pytest.raises(sm.HypothesisViolated, match="left"):
        exit_time(-w, 1 - w**2, 0, [-1, 1])


def test_heavy_tails_outside_the_region() -> None:
    """b = -w, C = 1 + w^2: m = 2/(1 + w^2)^2, s = 1 + w^2."""
    with mp.workdps(30):
        mass = lambda y: 2 * (mp.pi / 4 + (y / (1 + y * y) + mp.atan(y)) / 2)  # noqa: E731
        value = mp.nstr(mp.quad(lambda y: (1 + y * y) * mass(y), [0, 1, 2, 3]), 22)
    assert_encloses(exit_time(-w, 1 + w**2, 0, ["-oo", 3]), value, 15, "certified")


def test_times_beyond_all_floats(monkeypatch) -> None:
    """The harmonic escape from [-30, 30], the series against the integrals."""
    exact = exit_time(-w, 2, 0, [-30, 30], digits=30)
    certified(monkeypatch)
    found = exit_time(-w, 2, 0, [-30, 30], digits=30)
    assert found.enclosure.meets(exact.enclosure) and found.enclosure.reaches(30) and found.enclosure.lower > 10**190
    double = exit_time(w - w**3, R(1, 500), -1, [-2, 0], digits=30)
    assert double.warrant.label == "certified" and double.value.startswith("8.335073232731714247363423447")
    assert double.value.endswith("e108")


REFUSED = (
    (w / 4, w**2, 1, [0, 2], "converges to 0"),
    (w / 2, w**2, 1, [0, 2], "infinite"),
    (0, w, 1, [0, 2], "converges to 0"),
    (0, 1, 0, ["-oo", 1], "infinite"),
    (-1, 1, 0, ["-oo", 1], "runs away to -oo"),
    (w**3, 1, 0, [-1, "oo"], "runs away to oo"),
    (w, w**2, 0, [-1, 1], "vanish at 0"),
    (w / 4, 1 + w**2, 0, ["-oo", 3], None),
    (w / 2, 1 + w**2, 0, ["-oo", 3], "infinite"),
)


@pytest.mark.parametrize(("drift", "variance", "start", "inside", "why"), REFUSED)
def test_infinite_means_are_violated_hypotheses(drift, variance, start, inside, why) -> None:
    if why is None:
        assert exit_time(drift, variance, start, inside).enclosure.reaches(15)
        return
    with pytest.raises(sm.HypothesisViolated, match=why):
        exit_time(drift, variance, start, inside)


def test_what_the_equation_does_not_say_is_not_answered() -> None:
    for drift, variance in ((1 / (4 * w), 1), (-R(1, 2), w)):
        with pytest.raises(sm.Inconclusive, match="does not say"):
            exit_time(drift, variance, 1, [0, 2])
    with pytest.raises(sm.Inconclusive, match="variance"):
        exit_time(sp.sqrt(sp.Abs(w)), 1, R(1, 2), [-1, 1])


def test_the_budget_ends_with_the_status_for_it() -> None:
    with pytest.raises(sm.Inconclusive, match="budget"):
        exit_time(w - w**3, R(1, 10**5), -1, [-2, 0], budget=0.3)


def test_kramers_beside_the_exact_time() -> None:
    """T = 0.03: the gap is 0.949 of the formula, 1.0820428076331e-4; from the top half of the paths return."""
    found = exit_time(w - w**3, R(6, 100), -1, [-2, 0])
    assert_encloses(found.kramers["time"], str(sp.N(sp.pi / sp.sqrt(2) * sp.exp(R(25, 3)), 20)))
    assert 1.05 < float(found.kramers["ratio"].value) < 1.06
    beyond = exit_time(w - w**3, R(6, 100), -1, ["-oo", R(1, 2)])
    assert 1.04 < float(beyond.kramers["ratio"].value) < 1.06
    for inside in ([-2, 2], [-2, R(-1, 2)], [R(-11, 10), 0]):
        assert "kramers" not in exit_time(w - w**3, R(6, 100), -1, inside).extra


def test_a_branch_point_beside_the_region_is_not_overlooked() -> None:
    """Arb's asin of a ball around 1 is finite, though asin is not analytic there: no bound on a disc would show it."""
    with pytest.raises(sm.Inconclusive, match="asin"):
        exit_time(sp.asin(w), 1, 0, [R(-9, 10), R(9, 10)])


def test_a_probability_of_one_half_is_not_taken_for_a_certain_event(monkeypatch) -> None:
    certified(monkeypatch)
    assert_encloses(hitting(0, 1, 0, [1, 2], [-2, -1]), "1/2", 15)
