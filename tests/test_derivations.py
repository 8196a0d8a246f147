"""Every checked step of the derivations fails when its formula is altered; the notes are what a run writes."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest
import sympy as sp

import sgd_markov as sm

ROOT = Path(__file__).parent.parent
NAMES = (
    "two_point_window", "slow_escape", "small_step_gibbs", "stationary_laws", "laplace_exit", "golden_walks", "kramers", "sharp_over_flat", "basin_probability",
    "certified_escape", "network_collapse", "matrix_products", "amsgrad_local_maximum", "adaptive_optimizers", "momentum_window", "closed_forms_of_products",
)  # fmt: skip


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "derivations" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECKED = [
    pytest.param(step, id=f"{name}-{number}")
    for name in NAMES
    for number, step in enumerate(loaded(name).DERIVATION.steps, start=1)
    if step.kind in ("algebra", "certified")
]


def alterations(step: sm.Step) -> Iterator[tuple[str, sm.Step]]:
    """The step with one part of its formula altered, in every way that makes it false."""
    if isinstance(step, sm.Identity):
        yield "left + 1", replace(step, left=step.left + 1)
        yield "right + 1", replace(step, right=step.right + 1)
        yield "right with a part altered", replace(step, right=with_one_part_altered(step.right))
    elif isinstance(step, sm.Roots):
        yield "expr + 1", replace(step, expr=step.expr + 1)
        yield "a root left out", replace(step, roots=step.roots[1:])
        for index, root in enumerate(step.roots):
            moved = (*step.roots[:index], root + 1, *step.roots[index + 1 :])
            yield f"root {index} + 1", replace(step, roots=moved)
    elif isinstance(step, sm.Limit):
        yield "expr doubled", replace(step, expr=2 * step.expr + 1)
        yield "value + 1", replace(step, value=step.value + 1)
    elif isinstance(step, sm.Positive | sm.Negative):
        yield "the other sign", replace(step, expr=-step.expr)
        yield "times 0", replace(step, expr=sp.Integer(0))
        yield from altered_regions(step)
    elif isinstance(step, sm.Value):
        yield "expr + 1/1000", replace(step, expr=step.expr + sp.Rational(1, 1000))
        yield "the last digit", replace(step, decimal=other_digit(step.decimal, len(step.decimal) - 1))
        yield "the first digit", replace(step, decimal=other_digit(step.decimal, step.decimal.index(".") + 1))
    elif isinstance(step, sm.Enclosed):
        yield "expr + 1", replace(step, expr=step.expr + 1)
        yield "lower end", replace(step, lower=step.upper + Fraction(1, 10**12), upper=step.upper + 1)
        yield "width", replace(step, lower=step.lower - max(1, step.width))


def altered_regions(step: sm.Positive | sm.Negative) -> Iterator[tuple[str, sm.Step]]:
    """Every finite end moved outwards: the regions are as large as they can be."""
    for symbol, (low, high) in step.region.items():
        for side, end in enumerate((low, high)):
            if not sp.sympify(end).is_infinite:
                moved = end - sp.Rational(1, 100) if side == 0 else end + sp.Rational(1, 100)
                ends = (moved, high) if side == 0 else (low, moved)
                yield f"end {side} of {symbol}", replace(step, region={**step.region, symbol: ends})


def with_one_part_altered(expr: sp.Expr) -> sp.Expr:
    """The expression with 1 added to its first symbol, or to itself if it has none."""
    symbols = sorted(expr.free_symbols, key=str)
    return expr.subs(symbols[0], symbols[0] + 1) if symbols else expr + sp.Rational(1, 10**6)


def other_digit(decimal: str, place: int) -> str:
    return decimal[:place] + str((int(decimal[place]) + 1) % 10) + decimal[place + 1 :]


@pytest.mark.parametrize("step", CHECKED)
def test_a_checked_step_holds_and_fails_when_altered(step: sm.Step) -> None:
    step.check()
    tried = list(alterations(step))
    assert len(tried) >= 2
    for what, altered in tried:
        try:
            altered.check()
        except sm.StepFailed:
            continue
        pytest.fail(f"{step.why} still holds after: {what}: {altered.latex}")


@pytest.mark.parametrize("name", NAMES)
def test_a_run_writes_the_committed_note(name: str) -> None:
    note = ROOT / "notes" / f"{name}.md"
    committed = note.read_bytes()
    try:
        subprocess.run([sys.executable, str(ROOT / "derivations" / f"{name}.py")], check=True, cwd=ROOT)
        assert note.read_bytes() == committed
    finally:
        note.write_bytes(committed)


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_step_is_named_in_the_note(name: str) -> None:
    derivation = loaded(name).DERIVATION
    text = derivation.markdown()
    assert all(step.why in text and step.latex in text for step in derivation.steps)
    assert {step.kind for step in derivation.steps} == {"algebra", "certified", "cited", "argued", "definition"}
