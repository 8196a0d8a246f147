"""Stationary laws of finitely many affine contractions: uniform, sums of uniforms, Cantor and digit laws, overlaps."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import log, sqrt

import mpmath as mp
import pytest
import sympy as sp
from chain_samples import ALARM, assert_has_law, sample
from enclosures import assert_encloses
from flint import arb

import sgd_markov as sm
from sgd_markov.balls.precision import precision
from sgd_markov.effort import Effort
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput
from sgd_markov.expressions import parse
from sgd_markov.invariant import digit_law, overlapping, tiling, uniform_sum
from sgd_markov.invariant.catalogue import recognised_by, stationary_law
from sgd_markov.invariant.stationary_law import Kind, Place, StationaryLaw
from sgd_markov.numerics import self_similar_cdf
from sgd_markov.numerics.affine_frame import finite_steps, standard_form
from sgd_markov.numerics.contractions import Contraction, Contractions
from sgd_markov.numerics.golden_entropy import golden_entropy
from sgd_markov.numerics.pisot import is_garsia, is_pisot
from sgd_markov.proof import StepFailed, check_all

w, z, b, x, y = sp.symbols("w z b x y", real=True)
c = sp.Symbol("c", real=True)
k, s, lr, p = sp.symbols("k s lr p", positive=True)
R, half = sp.Rational, sp.Rational(1, 2)
golden = (sp.sqrt(5) - 1) / 2
OWN = ("forgetting", "tiling", "uniform_sum", "digit_law", "overlapping", "bernoulli_convolution")


def chain(step: sp.Expr, **noise: object) -> sm.Chain:
    return sm.RandomMap({w: step}, noise={sp.Symbol(name, real=True): law for name, law in noise.items()})


def law_of(problem: sm.Chain) -> StationaryLaw:
    return stationary_law(problem, Place(), Effort())


def digits(ratio: object, values: list[object], weights: list[object] | None = None) -> sm.Chain:
    return chain(sp.sympify(ratio) * w + z, z=sm.Finite(values, weights))


SIGNS = sm.Rademacher()
CANTOR = chain(w / 3 + z, z=SIGNS)
RECOGNISED = [
    # uniform
    (chain(w / 2 + z, z=SIGNS), "uniform", {"low": -2, "high": 2}),
    (chain(-w / 2 + z, z=SIGNS), "uniform", {"low": -2, "high": 2}),
    (chain(w / 2 + c * z + 3, z=sm.Bernoulli(half)), "uniform", {"low": 6 + c - sp.Abs(c), "high": 6 + c + sp.Abs(c)}),
    (sm.SGD(k * w**2 / 2 - s * w * z, [w], 1 / (2 * k), data={z: sm.TwoPoint(1, -1)}), "uniform", {"low": -s / k, "high": s / k}),
    (sm.SGD((w - x) ** 2 / 2, [w], R(9, 10), data={x: sm.Finite(range(10))}), "uniform", {"low": 0, "high": 9}),
    (chain(w / 4 + z + 2 * b, z=SIGNS, b=SIGNS), "uniform", {"low": -4, "high": 4}),
    (chain(b * w / 3 + (1 - b) * (1 - R(2, 3) * w), b=sm.Bernoulli(R(1, 3))), "uniform", {"low": 0, "high": 1}),
    (chain(b * golden * w + (1 - b) * (golden + golden**2 * w), b=sm.Bernoulli(golden)), "uniform", {"low": 0, "high": 1}),
    # sums of uniforms
    (chain(w / sp.sqrt(2) + z, z=SIGNS), "sum of uniforms", {"count": 2, "half_width": 2, "centre": 0}),
    (chain(-w / sp.sqrt(2) + s * z, z=SIGNS), "sum of uniforms", {"count": 2, "half_width": 2 * s}),
    (digits(2 ** R(-1, 3), [1, 2]), "sum of uniforms", {"count": 3, "half_width": 1}),
    (digits(-1 / sp.sqrt(3), [1, 2, 3]), "sum of uniforms", {"count": 2, "half_width": R(3, 2)}),
    (sm.SGD(k * w**2 / 2 + w * z, [w], (1 - sp.sqrt(2) / 2) / k, data={z: SIGNS}), "sum of uniforms", {"count": 2}),
    # without overlaps
    (CANTOR, "Cantor", {"low": -R(3, 2), "high": R(3, 2)}),
    (chain(-w / 3 + c * z + 3, z=SIGNS), "Cantor", {}),
    (sm.SGD(k * w**2 / 2 + s * w * z, [w], 2 / (3 * k), data={z: SIGNS}), "Cantor", {"low": -s / k, "high": s / k}),
    (sm.SGD((w - x) ** 2 / 2, [w], R(2, 3), data={x: sm.Finite([0, 1])}), "Cantor", {"low": 0, "high": 1}),
    (digits(R(2, 5), [-1, 1]), "Cantor type", {"low": -R(5, 3), "high": R(5, 3)}),
    (chain(b * w / 3 + (1 - b) * (1 - w / 2), b=sm.Bernoulli(R(2, 5))), "Cantor type", {}),
    (chain(w / 2 + z, z=sm.Bernoulli(p)), "self-similar on an interval", {"low": 0, "high": 2}),
    (digits(R(1, 10), list(range(10)), [R(1, 20)] * 9 + [R(11, 20)]), "self-similar on an interval", {}),
    # with overlaps
    (chain(golden * w + z, z=SIGNS), "Bernoulli convolution", {"ratio": golden}),
    (chain(-golden * w + s * z + 1, z=SIGNS), "Bernoulli convolution", {"ratio": -golden}),
    (chain(golden * w + z, z=sm.Bernoulli(R(1, 3))), "biased Bernoulli convolution", {}),
    (digits(R(2, 3), [-1, 1]), "Bernoulli convolution", {}),
    (chain(b * w * R(3, 5) + (1 - b) * (1 - R(7, 10) * w), b=sm.Bernoulli(half)), "self-similar with overlaps", {}),
    # a symbolic ratio
    (sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: SIGNS}), "Bernoulli convolution", {"ratio": 1 - k * lr}),
    (sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: SIGNS}, batch_size=2), "infinite convolution", {}),
    # steps that forget
    (sm.SGD(k * w**2 / 2 + s * w * z, [w], 1 / k, data={z: sm.Normal(0, 1)}), "normal", {}),
]  # fmt: skip


@pytest.mark.parametrize(("problem", "family", "parameters"), RECOGNISED)
def test_law_is_recognised_and_proved(problem: sm.Chain, family: str, parameters: dict[str, object]) -> None:
    law = law_of(problem)
    assert law.family == family and law.unique is True
    for name, value in parameters.items():
        assert sp.simplify(law.parameters[name] - value) == 0, name
    assert any(step.kind == "algebra" for step in law.proof)
    assert all(h.state in ("proved", "assumed") for h in law.hypotheses)


def test_a_scale_that_may_be_0_is_assumed_not_to_be() -> None:
    assert [h.state for h in law_of(chain(w / 2 + c * z, z=SIGNS)).hypotheses] == ["proved", "assumed"]


NEIGHBOURS = [
    chain(w + z, z=SIGNS),
    chain(w / 2 + z, z=sm.Normal(0, 1)),
    chain(w / 2 + z, z=sm.Uniform(0, 1)),
    chain(z * w + 1, z=sm.Finite([half, 2])),
    chain(w**2 / 4 + z / 8, z=SIGNS),
    chain(w / 2 + z, z=sm.Poisson(1)),
    chain(w / 2 + z + x, z=SIGNS, x=sm.Normal(0, 1)),
    sm.RandomMap({w: w / 2 + z, x: x / 2}, noise={z: SIGNS}),
]  # fmt: skip


@pytest.mark.parametrize("problem", NEIGHBOURS)
def test_other_chains_are_left_alone(problem: sm.Chain) -> None:
    assert [recognised_by(name, problem, Place(), Effort()) for name in OWN] == [None] * len(OWN)


NOT_UNIFORM = [
    digits(half, [-1, 1], [R(1, 3), R(2, 3)]),
    digits(R(1, 3), [0, 1, 3]),
    digits(R(1, 3), [0, 1, 2], [R(1, 2), R(1, 4), R(1, 4)]),
    chain(b * w / 3 + (1 - b) * (1 - R(2, 3) * w), b=sm.Bernoulli(half)),
]  # fmt: skip


@pytest.mark.parametrize("problem", NOT_UNIFORM)
def test_neighbours_of_the_uniform_law_have_no_density(problem: sm.Chain) -> None:
    assert recognised_by("tiling", problem, Place(), Effort()) is None
    law = law_of(problem)
    assert law.kind is not Kind.DENSITY


# ---- proofs with altered parameters


def steps_of(problem: sm.Chain) -> tuple[tuple[sp.Expr, sp.Expr, sp.Expr], ...]:
    found = finite_steps(law_of(problem).affine.pairs()) if hasattr(law_of(problem), "affine") else None
    if found is None:
        from sgd_markov.invariant.affine_form import affine_steps

        affine = affine_steps(problem, Effort())
        assert affine is not None
        found = finite_steps(affine.pairs())
    assert found is not None
    return found


def fails(steps: object) -> bool:
    try:
        check_all(steps)  # type: ignore[arg-type]
    except StepFailed:
        return True
    return False


def test_altered_uniform_law_fails() -> None:
    steps = steps_of(chain(w / 2 + s * z, z=SIGNS))
    assert not fails(tiling.invariance(steps, -2 * s, 2 * s))
    assert fails(tiling.invariance(steps, -2 * s, 3 * s)) and fails(tiling.invariance(steps, -s, s))


def test_altered_sum_of_uniforms_fails() -> None:
    law = law_of(chain(w / sp.sqrt(2) + z, z=SIGNS)).law
    good = (1 / sp.sqrt(2), sp.Integer(0), [sp.Integer(1), sp.Integer(-1)], sp.Integer(2))
    assert not fails(uniform_sum.invariance(law, *good))
    for other in (replace(law, half=sp.Integer(1)), replace(law, count=sp.Integer(3)), replace(law, centre=sp.Integer(1))):
        assert fails(uniform_sum.invariance(other, *good))


@pytest.mark.parametrize(("module", "problem"), [(digit_law, CANTOR), (overlapping, chain(golden * w + z, z=SIGNS))])
def test_altered_maps_fail(module: object, problem: sm.Chain) -> None:
    steps = steps_of(problem)
    form = standard_form(steps)
    assert form is not None
    assert not fails(module.invariance(steps, form))  # type: ignore[attr-defined]
    first, *rest = form.maps.maps
    moved = replace(form, maps=Contractions((replace(first, offset=first.offset + R(1, 7)), *rest)))
    heavier = replace(form, maps=Contractions((replace(first, probability=R(2, 3)), *rest)))
    shifted = replace(form, frame=replace(form.frame, origin=form.frame.origin + 1))
    for other in (moved, heavier, shifted):
        assert fails(module.invariance(steps, other))  # type: ignore[attr-defined]


# ---- numbers


@pytest.mark.parametrize(("at", "value"), [("1/3", "7/12"), ("-2", "0"), ("2", "1"), ("0", "1/2"), ("oo", "1")])
def test_the_uniform_law_of_half_and_signs(at: str, value: str) -> None:
    answer = sm.stationary(chain(w / 2 + z, z=SIGNS), cdf_at=at)
    assert answer.exact == sp.Rational(value) and answer.warrant.label == "exact"


def test_the_characteristic_function_of_r36() -> None:
    t = sp.Symbol("t", real=True)
    answer = sm.stationary(chain(w / 2 + z, z=SIGNS))
    assert answer.characteristic_function.xreplace({t: sp.Rational(3, 2)}).rewrite(sp.sin) == sp.sin(3) / 3
    assert abs(mp.mpf(str(sp.N(sp.sin(3) / 3, 30))) - mp.mpf("0.0470400026866224")) < mp.mpf("1e-16")


def ternary(place: Fraction, steps: int = 400) -> Fraction:
    """The Cantor function on [0, 1], digit by digit."""
    total, weight = Fraction(0), Fraction(1)
    for _ in range(steps):
        place *= 3
        weight /= 2
        digit = min(int(place), 2)
        if digit == 1:
            return total + weight
        total, place = total + weight * (digit // 2), place - digit
    return total


@pytest.mark.parametrize("text", ["1/4", "1/3", "2/3", "1/10", "3/13", "2/7", "1/1000", "22/23", "17/81"])
def test_the_cantor_function_is_exact_at_rationals(text: str) -> None:
    problem = sm.SGD((w - x) ** 2 / 2, [w], R(2, 3), data={x: sm.Finite([0, 1])})
    answer = sm.stationary(problem, cdf_at=text)
    assert answer.exact is not None and answer.exact.is_Rational
    assert abs(Fraction(int(answer.exact.p), int(answer.exact.q)) - ternary(Fraction(text))) <= Fraction(1, 2**400)


def test_the_cantor_function_of_an_irrational_place() -> None:
    problem = sm.SGD((w - x) ** 2 / 2, [w], R(2, 3), data={x: sm.Finite([0, 1])})
    with mp.workdps(80):
        place = Fraction(int(mp.floor(mp.mpf(3) ** 120 * (mp.e - mp.mpf(5) / 2))), 3**120)
    assert_encloses(sm.stationary(problem, cdf_at=sp.E - R(5, 2), digits=30), str(float(ternary(place))), 30)


def test_the_cantor_function_of_a_probability_next_to_0() -> None:
    rare = sp.sqrt(10**80 + 1) - 10**40  # 5e-41, by cancellation
    problem = chain(w / 3 + z, z=sm.Finite([R(2, 3), 0], [1 - rare, rare]))
    # sqrt(2)/10 = 0.010..., in base 3: the digit 1 of its third part lies in the gap, behind one more 0
    assert_encloses(sm.stationary(problem, cdf_at=sp.sqrt(2) / 10, digits=20), str(sp.N(rare**2, 30, maxn=200)), 20)


@pytest.mark.parametrize(("level", "place"), [("1/3", "1/4"), ("1/2", "1/3"), ("1/7", "1/13"), ("3/4", "7/9"), ("2/3", "3/4")])
def test_cantor_quantiles_are_the_smallest_places(level: str, place: str) -> None:
    problem = sm.SGD((w - x) ** 2 / 2, [w], R(2, 3), data={x: sm.Finite([0, 1])})
    assert sm.stationary(problem, quantile=level).exact == sp.Rational(place)
    assert sm.stationary(problem, cdf_at=place).exact == sp.Rational(level)


@pytest.mark.parametrize(
    ("problem", "dimension"),
    [
        (CANTOR, sp.log(2) / sp.log(3)),
        (digits(half, [0, 1], [R(1, 3), R(2, 3)]), (sp.log(3) - R(2, 3) * sp.log(2)) / sp.log(2)),
        (chain(w / 2 + z, z=SIGNS), sp.Integer(1)),
        (chain(w / sp.sqrt(2) + z, z=SIGNS), sp.Integer(1)),
    ],
)
def test_dimensions(problem: sm.Chain, dimension: sp.Expr) -> None:
    answer = sm.stationary(problem, dimension=True)
    assert sp.simplify(answer.exact - dimension) == 0
    assert parse(str(answer.to_dict()["exact"]), {}, "exact") == answer.exact


def test_digits_of_a_biased_coin_agree_with_the_sum_over_words() -> None:
    """P(w <= 2/3) of sum 2^-n b_n with P(b_n = 1) = 2/3, by 18 digits: the rest is less than one word's weight."""
    problem = digits(half, [0, 1], [R(1, 3), R(2, 3)])
    value = sm.stationary(problem, cdf_at="1/3").exact
    below = [word for word in product((0, 1), repeat=14) if sum(d / 2**n for n, d in enumerate(word)) < 1 / 3]
    total = sum((2 / 3) ** sum(word) * (1 / 3) ** (14 - sum(word)) for word in below)
    assert abs(total - float(value)) < 1e-3 and value.is_Rational


def test_symbols_in_the_probability() -> None:
    answer = sm.stationary(chain(w / 2 + z, z=sm.Bernoulli(p)), cdf_at=R(2, 3))
    assert sp.simplify(answer.exact - (1 - p) ** 2 / (1 - p + p**2)) == 0
    assert sp.simplify(sm.stationary(chain(w / 2 + z, z=sm.Bernoulli(p)), of=w).exact - 2 * p) == 0
    assert parse(str(answer.to_dict()["exact"]), {"p": p}, "exact") == answer.exact


def test_irrational_contractions_without_overlap() -> None:
    problem = chain(b * w / sp.sqrt(5) + (1 - b) * (1 - w / sp.pi), b=sm.Bernoulli(R(1, 3)))
    answer = sm.stationary(problem, cdf_at=R(1, 5), digits=40)
    assert_encloses(answer, str(float(answer.enclosure.middle)), 40)
    assert_has_law(problem, 0.5, ["1/10", "1/5", "1/2", "9/10"])


def test_sum_of_uniforms_by_quadrature() -> None:
    problem = chain(w / sp.sqrt(2) + z, z=SIGNS)
    with mp.workdps(60):
        root = mp.sqrt(2)
        inner = lambda u: min(max((mp.mpf(1) / 3 - u + root) / (2 * root), 0), 1)  # noqa: E731
        value = mp.quad(inner, [-2, mp.mpf(1) / 3 - root, mp.mpf(1) / 3 + root, 2]) / 4
        assert_encloses(sm.stationary(problem, cdf_at="1/3", digits=50), mp.nstr(value, 50), 50, "exact")
    assert sm.stationary(problem, of=w**4).exact == R(28, 3)
    assert_encloses(sm.stationary(problem, quantile="1/3"), "-0.667857370496938")


def test_golden_law_at_places_of_the_field() -> None:
    problem = chain(golden * w + z, z=SIGNS)
    exact = {"0": "1/2", "1": "3/4", "2": "15/16", "1/3": "2445/4108"}
    assert {at: str(sm.stationary(problem, cdf_at=at).exact) for at in exact} == exact
    assert sm.stationary(problem, cdf_at=golden).exact.is_Rational
    assert_encloses(sm.stationary(problem, cdf_at=sp.sqrt(2) / 2, digits=20), "0.68283", 20)
    assert sp.expand(sm.stationary(problem, of=w**2).exact - (1 + sp.sqrt(5)) / 2) == 0


def golden_block_entropy(length: int) -> float:
    """The entropy of sum eps_k phi^k, k < length, by counting in Z[phi]."""
    counts = {(0, 0): 1}
    for _ in range(length):
        following: dict[tuple[int, int], int] = {}
        for (rational, multiple), count in counts.items():
            for digit in (0, 1):
                key = (multiple + digit, rational + multiple)
                following[key] = following.get(key, 0) + count
        counts = following
    return -sum(count / 2**length * log(count / 2**length) for count in counts.values())


def test_dimension_of_the_golden_law() -> None:
    problem = chain(golden * w + z, z=SIGNS)
    published = "0.995713126685555"
    assert_encloses(sm.stationary(problem, dimension=True), published, 15, "certified")
    with precision(160):
        entropy = golden_entropy(25)
        assert entropy.rad() < arb(10) ** (-25)
    entropies = [golden_block_entropy(n) for n in (16, 17, 18)]
    assert entropies[2] / 18 > float(entropy) > (entropies[2] - log(5)) / 18
    assert abs(entropies[2] - entropies[1] - float(entropy)) < 2e-6


def test_types_of_overlapping_laws() -> None:
    assert law_of(chain(golden * w + z, z=SIGNS)).kind is Kind.SINGULAR
    assert law_of(digits(R(2, 3), [-1, 1])).kind is Kind.UNKNOWN
    assert law_of(digits(R(3, 5), [0, 1], [R(1, 10), R(9, 10)])).kind is Kind.SINGULAR
    garsia = sp.cbrt(2) ** 2 / 2  # 2^(-1/3) with three values keeps its type open
    assert law_of(digits(garsia, [0, 1, 2])).kind is Kind.UNKNOWN
    with pytest.raises(HypothesisViolated, match="singular"):
        sm.stationary(CANTOR, density_at=0)
    with pytest.raises(Inconclusive):
        sm.stationary(digits(R(2, 3), [-1, 1]), density_at=0)
    with pytest.raises(Inconclusive):
        sm.stationary(digits(R(2, 3), [-1, 1]), dimension=True)


def test_pisot_and_garsia_numbers() -> None:
    plastic = sp.cbrt(half + sp.sqrt(R(23, 108))) + sp.cbrt(half - sp.sqrt(R(23, 108)))
    assert is_pisot(1 + sp.sqrt(2)) and is_pisot(1 / golden) and is_pisot(plastic)
    assert not any(map(is_pisot, (sp.sqrt(2), R(5, 2), sp.pi, sp.sqrt(3), golden, (3 + sp.sqrt(13)) / 2 - 3)))
    assert is_garsia(sp.sqrt(2)) and not any(map(is_garsia, (sp.sqrt(3), R(3, 2), 1 / golden)))


def test_overlaps_give_what_was_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_similar_cdf, "MOST_BRANCHES", 3000)
    problem = digits(R(2, 3), [-1, 1])
    assert sm.stationary(problem, cdf_at=0).exact == half
    found, bound = sample(problem, 0.0), sqrt(log(2 / ALARM) / 12_000)
    assert abs((found <= 1 / 3).mean() - float(sm.stationary(problem, cdf_at=R(1, 3), digits=3).value)) <= bound
    with pytest.raises(Inconclusive) as caught:
        sm.stationary(problem, cdf_at=R(1, 3), digits=12)
    assert caught.value.enclosure is not None and caught.value.enclosure.width < Fraction(1, 10**3)


@pytest.mark.parametrize(
    "problem",
    [
        chain(w / 2 + z, z=SIGNS),
        CANTOR,
        chain(w / sp.sqrt(2) + z, z=SIGNS),
        digits(half, [0, 1], [R(1, 3), R(2, 3)]),
        chain(b * w / 3 + (1 - b) * (1 - w / 2), b=sm.Bernoulli(R(2, 5))),
        chain(-golden * w + z, z=SIGNS),
    ],
)
def test_simulation(problem: sm.Chain) -> None:
    assert_has_law(problem, 0.1, ["-1", "-1/3", "2/5", "1"])


def test_moments_by_the_symbolic_recursion() -> None:
    answer = sm.stationary(sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: SIGNS}), of=w**2)
    assert sp.simplify(answer.exact - lr * s**2 / (k * (2 - lr * k))) == 0
    fourth = sm.stationary(CANTOR, of=w**4).exact
    assert fourth == R(567, 320)
    with pytest.raises(InvalidInput, match="values"):
        sm.stationary(sm.SGD(k * w**2 / 2 + s * w * z, [w], lr, data={z: SIGNS}), cdf_at=1)


@pytest.mark.parametrize("entry", RECOGNISED, ids=lambda entry: "")
def test_latex_and_text_are_clean(entry: tuple[sm.Chain, str, dict[str, object]]) -> None:
    latex = sm.stationary(entry[0]).to_dict()["latex"]
    assert not any(junk in latex for junk in ("zoo", "nan", "Dummy", "_u", "\\mathtt"))
    assert latex and latex.count("{") == latex.count("}")


def test_the_hull_of_turning_maps() -> None:
    maps = Contractions((Contraction(-half, sp.Integer(1), half), Contraction(R(1, 4), sp.Integer(0), half)))
    low, high = maps.hull
    assert (low, high) == (0, 1) and not maps.is_symmetric
