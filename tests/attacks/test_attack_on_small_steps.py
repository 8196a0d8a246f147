"""Small steps of chains without noise, and of chains at the edge of contraction."""

from __future__ import annotations

import pytest
import sympy as sp

import sgd_markov as sm

w, x, z = sp.symbols("w x z", real=True)


@pytest.mark.parametrize(
    "chain",
    [
        sm.SGD(w**2 / 2, [w], 1),
        sm.SGD(x * w**2 / 2, [w], "1/2", data={x: sm.Finite([1, 2, -4])}, batch_size=3, scheme="without-replacement"),
        sm.SGD(w**2 / 2, [w], 2),
    ],
)
def test_compare_without_noise(chain: object) -> None:
    """The proof of a density of variance 0 failed, and came out as a traceback of `StepFailed`."""
    found = sm.compare(chain, at=0)
    assert found.small_step["log_density"] is None
    assert [row["theory"] for row in found.rows] == ["sgd", "gradient-descent", "langevin", "sde"]


@pytest.mark.parametrize("chain", [sm.SGD((w**2 + 2 * w * z) / 2, [w], 2, data={z: sm.Normal(0, 1)}),
                                   sm.SGD(w * z, [w], 2, data={z: sm.Normal(0, 1)})])  # fmt: skip
def test_no_density_without_contraction(chain: object) -> None:
    with pytest.raises(sm.HypothesisViolated, match="contracts"):
        sm.gibbs_density(chain)
