"""The verdict of `verify`: what makes a claim hold, fail, stay open; its JSON; the executor changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.warrant import Warrant
from sgd_markov.errors import HypothesisViolated, Inconclusive, InvalidInput
from sgd_markov.proof import Identity
from sgd_markov.theorems.claim import Claim, Control, Quantity, Reading, Route
from sgd_markov.theorems.registry import claim
from sgd_markov.verdict import Verdict, around, check, summary, verify, verify_claims

NAMES = ["R03", "slow-escape", "A1"]


def proved(low: str, high: str | None = None) -> Reading:
    return Reading(Enclosure(Fraction(low), Fraction(high or low)), Warrant.EXACT)


def sampled(low: str, high: str) -> Reading:
    return Reading(Enclosure(Fraction(low), Fraction(high)), Warrant.SAMPLED)


def toy(*readings: Reading, **changes: object) -> Claim:
    """A claim that some number is 1/2, with routes that say what they are told."""
    routes = tuple(Route(f"route {n}", lambda effort, r=reading: r) for n, reading in enumerate(readings))
    return replace(
        claim("R03"),
        quantities=(Quantity("number", "0.50000", routes, "here"),),
        control=Control("1 is not 0", lambda effort, value: value == "0", {"value": "0"}, ({"value": "1"},)),
        proof=lambda: (Identity("one", sp.Integer(1), sp.Integer(1)),),
        **changes,  # type: ignore[arg-type]
    )


def raising(error: Exception) -> Route:
    def run(effort: object) -> Reading:
        raise error

    return Route("broken", run)


GOOD = (proved("1/2"), sampled("0.4", "0.6"))


def test_agreeing_routes_hold():
    assert check(toy(*GOOD)).verdict == "holds"


@pytest.mark.parametrize(
    "readings",
    [
        (proved("1/2"), sampled("0.51", "0.6")),
        (proved("0.51"), sampled("0.4", "0.6")),
        (proved("1/2"), proved("501/1000")),
    ],
)
def test_routes_that_do_not_meet_each_other_or_the_decimal_fail(readings):
    assert check(toy(*readings)).verdict == "fails"


def test_without_a_proof_a_claim_is_only_supported():
    assert check(toy(sampled("0.4", "0.6"))).verdict == "supported"
    assert check(toy(*GOOD, kind="heuristic")).verdict == "supported"


def test_a_wide_proof_is_inconclusive():
    verdict = check(toy(proved("0", "1"), sampled("0.4", "0.6")))
    assert (verdict.verdict, "wider than" in (verdict.message or "")) == ("inconclusive", True)


def test_a_control_that_holds_fails_the_claim():
    entry = toy(*GOOD)
    same = replace(entry, control=replace(entry.control, values=({"value": "0"},)))
    assert check(same).verdict == "fails" and not check(same).failed_as_it_must


def test_a_vacuous_control_fails_the_claim():
    entry = toy(*GOOD)
    vacuous = replace(entry, control=replace(entry.control, example={"value": "1"}))
    assert check(vacuous).verdict == "fails"


def test_a_broken_proof_fails_the_claim():
    entry = replace(toy(*GOOD), proof=lambda: (Identity("wrong", sp.Integer(1), sp.Integer(2)),))
    assert check(entry).verdict == "fails"


@pytest.mark.parametrize(
    ("error", "verdict"), [(Inconclusive("too hard"), "inconclusive"), (HypothesisViolated("x", "y"), "fails")]
)
def test_errors_of_a_route_decide_the_verdict(error, verdict):
    entry = toy(*GOOD)
    routes = (*entry.quantities[0].routes, raising(error))
    found = check(replace(entry, quantities=(replace(entry.quantities[0], routes=routes),)))
    assert found.verdict == verdict
    assert found.to_dict()["routes"][-1]["value"] is None


def test_a_budget_of_nothing_is_inconclusive():
    assert verify("R02", budget=0).verdict == "inconclusive"


def test_json_has_the_keys_of_the_interface():
    document = json.loads(json.dumps(summary(verify_claims(["local-maximum"], quick=True))))
    (entry,) = document["claims"]
    assert {"id", "slug", "title", "verdict", "routes", "control"} <= entry.keys()
    assert entry["control"]["failed_as_it_must"] is True and entry["control"]["what"]
    for route in entry["routes"]:
        assert route.keys() == {"name", "warrant", "value", "lower", "upper", "seconds"}
        assert Fraction(route["lower"]) < Fraction(route["upper"])
        assert abs(Fraction(route["value"]) + Fraction("0.174353387144778")) < Fraction("0.05")


def test_names_are_ids_or_slugs_each_claim_once():
    found = verify_claims(["r03", "superstable-point", "R03"], quick=True)
    assert [verdict.id for verdict in found] == ["R03"]
    with pytest.raises(InvalidInput, match=r'claim: "local-maximun".*"local-maximum"'):
        verify("local-maximun")
    with pytest.raises(InvalidInput):
        verify_claims("R03")


def told(verdict: Verdict) -> tuple[object, ...]:
    """Everything but the clock."""
    return verdict.verdict, verdict.message, verdict.failed_as_it_must, [(r.name, r.reading) for r in verdict.routes]


def test_an_executor_changes_nothing():
    here = verify_claims(NAMES, quick=True, seed=5)
    with ProcessPoolExecutor(2) as pool:
        there = verify_claims(NAMES, quick=True, seed=5, executor=pool)
    assert list(map(told, here)) == list(map(told, there))


def test_seeds_change_the_samples_and_nothing_else():
    one, two, again = (verify("R02", quick=True, seed=seed) for seed in (1, 2, 1))
    assert told(one) == told(again) != told(two)
    assert two.verdict == "holds"


def test_progress_ends_at_one():
    seen: list[float] = []
    verify_claims(NAMES, quick=True, progress=seen.append)
    assert seen == [1 / 3, 2 / 3, 1.0]


def test_public_name():
    assert sm.verify("local-maximum", quick=True).verdict == "holds"


@pytest.mark.parametrize(("decimal", "low", "high"), [("0.25", "0.24", "0.26"), ("0", "0", "0"), ("-1.5", "-1.6", "-1.4")])
def test_around_gives_one_unit_of_the_last_place(decimal, low, high):
    assert around(decimal) == Enclosure(Fraction(low), Fraction(high))


def test_the_seconds_of_the_first_claim_are_its_own() -> None:
    """The clock of a claim starts after the imports that all claims share."""
    code = """
import sys, time
from sgd_markov import verdict
clock, first = time.perf_counter, []
def watched():
    first.append({"sympy", "numpy", "flint", "sgd_markov.questions.window"} <= set(sys.modules))
    return clock()
verdict.time.perf_counter = watched
verdict.verify("R01", quick=True)
print(first[0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
