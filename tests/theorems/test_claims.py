"""Every claim of the registry: its verdict, its routes, its control, and each step of its proof."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from functools import cache

import pytest
from altered import UNCHECKED, altered

from sgd_markov.answer.enclosure import Enclosure
from sgd_markov.answer.warrant import Warrant
from sgd_markov.chain.chain import Chain
from sgd_markov.chain.diffusion import Diffusion
from sgd_markov.effort import Effort
from sgd_markov.errors import Inconclusive
from sgd_markov.proof import StepFailed
from sgd_markov.references import references
from sgd_markov.theorems.claim import Claim, Reading
from sgd_markov.theorems.landscapes import is_certain, is_strictly_between
from sgd_markov.theorems.registry import all_claims
from sgd_markov.verdict import QUICK_DIGITS, Verdict, around, check, is_proof, narrow

IDS = [
    "A1", "A1-loc", *(f"R{n:02d}" for n in range(1, 19)), "R31", "R32", "R51", "R53",
    "R44", "R45",  # Laplace steps on a flat loss
    "R46", "R49",  # autoregression, the double well
    "R40", "R41",  # closed forms of products
    "S77",  # first passage of log|w|
    "R19", "R20", "R21", "R22",  # where SGD ends, on cells
    "R27", "R28", "R29", "R30",  # networks
    "S81", "R54",  # certified escape, intermittency
    "R34", "R35", "R47", "R48", "R50", "R52",  # small-step limits
    *(f"S{n}" for n in range(61, 67)),  # diffusions
    *(f"S{n}" for n in range(41, 46)),  # lattice chains and maps
    "R42", "S91",  # products of matrices on cells
    "R36", "R39", *(f"S{n:02d}" for n in range(1, 12)),  # fixed multipliers, finitely many contractions
    "R24", "R26",  # AMSGrad's scaling, RMSProp without epsilon
    "R43",  # products of random matrices
    "R33", "R37", "R38", *(f"S{n}" for n in range(21, 29)),  # random multipliers, fractions, maps in |w|
    "R23", "R25",  # AMSGrad
]  # fmt: skip

claims = pytest.mark.parametrize("entry", all_claims(), ids=lambda entry: entry.id)
steps = pytest.mark.parametrize(
    "step", [pytest.param(s, id=f"{c.id}-{n}") for c in all_claims() for n, s in enumerate(c.proof(), 1)]
)


@cache
def quick_verdict(identity: str) -> Verdict:
    (entry,) = (entry for entry in all_claims() if entry.id == identity)
    return check(entry, quick=True, seed=20)


def test_registry_holds_the_claims_of_the_issue():
    assert sorted(entry.id for entry in all_claims()) == sorted(IDS)
    assert len({entry.slug for entry in all_claims()}) == len(IDS)


def test_registry_is_read_without_sympy_numpy_or_flint():
    code = (
        "import sys; from sgd_markov.theorems.registry import all_claims; [c.to_dict() for c in all_claims()];"
        "print([m for m in ('sympy', 'numpy', 'flint', 'scipy') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@claims
def test_metadata_is_complete(entry: Claim):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.slug)
    assert entry.statement.count("$") % 2 == 0 and "$" in entry.statement
    assert all(text.count("$") % 2 == 0 for text in (*entry.hypotheses, entry.example))
    assert entry.hypotheses and entry.cite and entry.example
    assert set(entry.cite) <= set(references())
    assert isinstance(entry.problem(), Chain | Diffusion)


@claims
def test_claim_holds(entry: Claim):
    verdict = quick_verdict(entry.id)
    assert (verdict.verdict, verdict.message) == ("holds" if entry.is_theorem else "supported", None)
    assert verdict.failed_as_it_must


@claims
def test_every_quantity_has_a_proof_and_a_simulation(entry: Claim):
    for quantity in entry.quantities:
        readings = [route.read(Effort(digits=QUICK_DIGITS, seed=7), quick=True) for route in quantity.routes]
        assert any(is_proof(reading) for reading in readings)
        assert any(reading.warrant is Warrant.SAMPLED for reading in readings)
        assert len({route.name for route in quantity.routes}) == len(readings) >= 2


@claims
def test_enclosures_are_narrow_and_hold_the_expected_value(entry: Claim):
    for quantity in entry.quantities:
        stated = around(quantity.expected)
        for route in quantity.routes:
            reading = route.read(Effort(digits=QUICK_DIGITS, seed=11), quick=True)
            assert reading.enclosure.meets(stated), (quantity.what, route.name)
            if is_proof(reading) and not route.bounds:
                assert narrow(reading, QUICK_DIGITS), (quantity.what, route.name)
            else:
                assert reading.enclosure.width <= max(abs(stated.middle), 1), (quantity.what, route.name)


@claims
def test_control_fails_for_each_of_its_values_and_the_example_holds(entry: Claim):
    effort = Effort(digits=QUICK_DIGITS)
    assert entry.control.holds_at_example(effort) is True
    for values in entry.control.values:
        assert values.keys() == entry.control.example.keys()
        assert entry.control.predicate(effort, **values) is False


@claims
def test_proof_has_checked_steps_and_known_sources(entry: Claim):
    kinds = [step.kind for step in entry.proof()]
    assert sum(kind in ("algebra", "certified") for kind in kinds) >= 3
    assert {step.key for step in entry.proof() if step.kind == "cited"} <= set(references())


@steps
def test_step_holds(step):
    step.check()


@steps
def test_altered_step_fails(step):
    if isinstance(step, UNCHECKED):
        pytest.skip("nothing that a machine checks")
    with pytest.raises(StepFailed):
        altered(step).check()


def test_controls_by_limit_do_not_take_an_open_enclosure_for_a_no() -> None:
    def between(low: str, high: str) -> Reading:
        return Reading(Enclosure(Fraction(low), Fraction(high)), Warrant.CERTIFIED)

    assert is_certain(between("1", "1")) and not is_certain(between("0", "1/2"))
    assert is_strictly_between(between("1/3", "1/2")) and not is_strictly_between(between("0", "0"))
    for judge, open_one in ((is_certain, between("1/2", "1")), (is_strictly_between, between("0", "1/2"))):
        with pytest.raises(Inconclusive):
            judge(open_one)
