"""Kernels of adaptive optimizers under a continuous law: masses and means against integrals over the data."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm

w, x = sp.symbols("w x", real=True)
LAW = {x: sm.Normal("-1/5", 1)}
MADE = {
    "rmsprop": lambda epsilon: sm.RMSProp(x * w**2 / 2, [w], "4/5", "9/10", epsilon, data=LAW),
    "adam": lambda epsilon: sm.Adam(x * w**2 / 2, [w], "4/5", "1/2", "9/10", epsilon, data=LAW),
    "reddi": lambda epsilon: sm.AMSGrad(x * w**2 / 2, [w], "4/5", "1/2", "9/10", epsilon, data=LAW),
    "optax": lambda epsilon: sm.AMSGrad(x * w**2 / 2, [w], "4/5", 0, "9/10", epsilon, data=LAW, variant="optax"),
}
PLACES = ({"w": 1}, {"w": "-1/2", "v": "1/3"}, {"w": "3/2", "m": "1/5", "v": "1/4", "vhat": "1/3", "step": 2})


def nodes(low: float, high: float, count: int = 20_001) -> tuple[np.ndarray, np.ndarray]:
    """Places and weights; dense at finite ends, where densities may have the singularity of a root."""
    share = (np.arange(count) + 0.5) / count
    if np.isfinite(low) and np.isfinite(high):
        angle, half = np.pi * share, (high - low) / 2
        return low + half * (1 - np.cos(angle)), half * np.sin(angle) * np.pi / count
    if np.isfinite(low):
        return low + (6 * share) ** 2, 72 * share / count
    return 18 * share - 9, np.full(count, 18 / count)


def against(expr: sp.Expr, symbol: sp.Symbol, at: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.broadcast_to(sp.lambdify(symbol, expr, "numpy")(at), at.shape)


def by_kernel(answer: sm.Answer) -> np.ndarray:
    """Mass, E w' and E cos(3 w')."""
    total = np.zeros(3)
    for piece in answer.relation:
        (free,) = (name for name in answer.targets if name.removesuffix("_next") not in piece["to"])
        target = sp.Symbol(free, real=True)
        low, high = (float(end.exact) for end in piece["support"][0])
        at, width = nodes(low, high)
        density = against(piece["density"], target, at) * width
        moved = against(piece["to"].get("w", target), target, at)
        total += [np.nansum(density), np.nansum(density * moved), np.nansum(density * np.cos(3 * moved))]
    return total


def by_data(chain: sm.Chain, place: dict[str, object]) -> np.ndarray:
    at, width = nodes(-np.inf, np.inf)
    start = chain.point(place)
    moved = against(chain.one_sample_map[0].subs(start), x, at)
    density = np.exp(-((at + 0.2) ** 2) / 2) / np.sqrt(2 * np.pi) * width
    return np.array([density.sum(), (density * moved).sum(), (density * np.cos(3 * moved)).sum()])


@pytest.mark.parametrize(
    ("name", "epsilon"), [("rmsprop", 0), ("rmsprop", "1/10"), ("adam", 0), ("reddi", "1/10"), ("optax", 0)]
)
def test_mass_and_means(name, epsilon):
    chain = MADE[name](epsilon)
    for place in PLACES:
        known = {key: value for key, value in place.items() if key in map(str, chain.state)}
        answer = sm.kernel(chain, at=known)
        assert not answer.atoms
        assert by_kernel(answer) == pytest.approx(by_data(chain, known), abs=1e-3)  # w' may jump at x = 0


def test_a_first_coordinate_without_an_inverse():
    """From v = 0 RMSProp steps by lr/sqrt(1 - beta2) either way: w' has two values, and v' has the density."""
    answer = sm.kernel(MADE["rmsprop"](0), at=1)
    assert answer.density is None and len(answer.relation) == 2
    places = sorted(float(piece["to"]["w"].subs(sp.Symbol("v_next", real=True), 3)) for piece in answer.relation)
    assert places == pytest.approx([1 - 0.8 * np.sqrt(10), 1 + 0.8 * np.sqrt(10)])


def test_the_current_state_may_stay_symbolic():
    answer = sm.kernel(MADE["reddi"](0))
    numbers = {"w": 1, "m": sp.Rational(1, 5), "v": sp.Rational(1, 4), "vhat": sp.Rational(1, 3)}
    at = {sp.Symbol(name, real=True): value for name, value in numbers.items()}
    expected = by_data(MADE["reddi"](0), numbers)
    total = np.zeros(2)
    target = sp.Symbol("m_next", real=True)
    places, width = nodes(-np.inf, np.inf)
    for piece in answer.relation:
        density = against(piece["density"].subs(at), target, places) * width
        moved = against(piece["to"]["w"].subs(at), target, places)
        total += [np.nansum(density), np.nansum(density * moved)]
    assert total == pytest.approx(expected[:2], abs=1e-3)


def test_a_symbolic_kernel_without_an_inverse_does_not_recurse():
    """A coefficient that is 0 in one case left the polynomial 0 again and again: a RecursionError."""
    answer = sm.kernel(sm.Adam(x * w**2 / 2, [w], "4/5", 0, "9/10", 0, data=LAW))
    assert answer.relation


@pytest.mark.parametrize("name", MADE)
def test_what_an_optimizer_divides_by_is_no_condition(name):
    """1 - beta^(step + 1) and sqrt(v) + epsilon are positive."""
    data = {x: sm.TwoPoint("4/5", "-6/5")}
    chain = {
        "rmsprop": lambda: sm.RMSProp(x * w**2 / 2, [w], "4/5", "9/10", "1/10", data=data),
        "adam": lambda: sm.Adam(x * w**2 / 2, [w], "4/5", "1/2", "9/10", "1/10", data=data),
        "reddi": lambda: sm.AMSGrad(x * w**2 / 2, [w], "4/5", "1/2", "9/10", 0, data=data),
        "optax": lambda: sm.AMSGrad(x * w**2 / 2, [w], "4/5", 0, "9/10", "1/10", data=data, variant="optax"),
    }[name]()
    answer = sm.kernel(chain)
    assert answer.conditions == [] and len(answer.atoms) == 2


def test_a_pole_of_the_loss_stays_a_condition():
    chain = sm.RMSProp(x * sp.log(w**2), [w], "4/5", "9/10", "1/10", data={x: sm.Rademacher()})
    assert any("w" in text for text in sm.kernel(chain).conditions)
    with pytest.raises(sm.HypothesisViolated, match="divides by 0"):
        sm.kernel(chain, at=0)
