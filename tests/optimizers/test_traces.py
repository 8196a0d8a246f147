"""Our maps beside torch's and optax's own optimizers on the same 1,000 random gradients, step by step.

The traces are made by benchmarks/optimizer_traces.py, which says what the runs are.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

import sgd_markov as sm
from sgd_markov.engines.monte_carlo.program import Program
from sgd_markov.optimizers.registry import OPTIMIZERS, optimizer

TRACES = json.loads((Path(__file__).parent / "traces" / "traces.json").read_text())
RUNS = TRACES["runs"]
ROUNDING = 1e-14
"""Of the largest |w|: 1,000 steps that add the same terms in another order (4e-15 is the worst that was seen)."""
SAME_ARITHMETIC = {"sgd": ("clip",), "sign-sgd": (), "amsgrad": ("variant", "clip", "weight_decay")}
"""Optimizers that are equal bit by bit, with these options at most; of amsgrad the variant reddi."""

w, x = sp.symbols("w x", real=True)


def values(text: str) -> NDArray[np.float64]:
    return np.array([float.fromhex(part) for part in text.split()])


def identity(run: dict[str, Any]) -> str:
    told = [f"{key}={run['numbers'][key]}" for key in ("variant", "clip", "weight_decay") if key in run["numbers"]]
    return "-".join([run["library"], run["name"], *told, str(run["numbers"].get("epsilon", ""))])


def chain_of(run: dict[str, Any], **changed: Any) -> sm.Chain:
    """The optimizer of the run on l = x w, whose gradient is the data x."""
    numbers = {k: v if isinstance(v, str) else sp.Rational(repr(v)) for k, v in (run["numbers"] | changed).items()}
    chain: sm.Chain = optimizer(run["name"])(x * w, [w], data={x: sm.Normal(0, 1)}, **numbers)
    return chain


def driven(chain: sm.Chain) -> tuple[NDArray[np.float64], dict[str, float]]:
    """The path of w and the last state, the gradients put in one after another."""
    step = Program((*chain.state, x), chain.one_sample_map, 1)
    state = [np.array([TRACES["start"] if symbol == w else 0.0]) for symbol in chain.state]
    path = []
    with np.errstate(all="ignore"):
        for gradient in values(TRACES["gradients"]):
            state = [entry.copy() for entry in step(*state, np.array([gradient]))]
            path.append(state[0][0])
    return np.array(path), {str(symbol): float(entry[0]) for symbol, entry in zip(chain.state, state, strict=True)}


def error(run: dict[str, Any], path: NDArray[np.float64]) -> float:
    theirs = values(run["w"])
    assert len(theirs) == len(path) == 1000
    return float(np.max(np.abs(path - theirs)) / np.max(np.abs(theirs)))


@pytest.mark.parametrize("run", RUNS, ids=identity)
def test_every_step_is_the_librarys(run):
    path, last = driven(chain_of(run))
    assert error(run, path) <= ROUNDING
    for name, text in run["memory"].items():
        assert last[name] == pytest.approx(float.fromhex(text), rel=ROUNDING, abs=1e-300), name


def in_the_same_order(run: dict[str, Any]) -> bool:
    options = set(run["numbers"]) - {"learning_rate", "beta1", "beta2", "epsilon"}
    known = run["name"] in SAME_ARITHMETIC and options <= set(SAME_ARITHMETIC[run["name"]])
    return known and run["numbers"].get("variant", "reddi") == "reddi"


@pytest.mark.parametrize("run", list(filter(in_the_same_order, RUNS)), ids=identity)
def test_where_the_arithmetic_is_the_same_so_is_every_bit(run):
    path, last = driven(chain_of(run))
    assert (path == values(run["w"])).all()
    assert all(last[name] == float.fromhex(text) for name, text in run["memory"].items())


def test_the_runs_cover_every_optimizer_that_a_library_has():
    assert {run["name"] for run in RUNS} == set(OPTIMIZERS) - {"langevin"}
    assert {run["numbers"]["variant"] for run in RUNS if run["name"] == "amsgrad"} == {"reddi", "pytorch", "optax"}
    assert set(TRACES["versions"]) == {"torch", "optax", "jax"}


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("amsgrad", {"variant": "pytorch"}), ("amsgrad", {"variant": "reddi"}), ("amsgrad", {"beta1": 0.75}),
        ("adam", {"epsilon": 2**-12}), ("heavy-ball", {"momentum": 0.75}), ("rmsprop", {"beta2": 0.75}),
    ],
)  # fmt: skip
def test_another_rule_is_told_apart(name, changed):
    """The control: a trace does not fit a chain with one number or the variant changed."""
    run = next(r for r in RUNS if r["library"] == "optax" and r["name"] == name and r["numbers"].get("variant", "optax") == "optax")
    assert error(run, driven(chain_of(run, **changed))[0]) > 1e-5


def test_nesterov_is_not_heavy_ball():
    run = next(r for r in RUNS if r["name"] == "nesterov")
    assert error(run, driven(chain_of(run | {"name": "heavy-ball"}))[0]) > 1e-3


def test_a_whole_trace_through_simulate():
    """The public way to the same end: the gradients as a data set in cyclic order, one epoch of 1,000 updates."""
    run = next(r for r in RUNS if r["numbers"].get("variant") == "optax" and "clip" not in r["numbers"])
    numbers = {k: v if isinstance(v, str) else sp.Rational(repr(v)) for k, v in run["numbers"].items()}
    entries = [[sp.Rational(*float(g).as_integer_ratio())] for g in values(TRACES["gradients"])]
    chain = sm.AMSGrad(x * w, [w], data={(x,): sm.Rows(entries)}, scheme="cyclic", **numbers)
    found = sm.simulate(chain, start=sp.Rational(TRACES["start"]), steps=1000, chains=2, of=w)
    assert float(found.lower) == pytest.approx(values(run["w"])[-1], rel=1e-13)
