"""RMSProp, Adam and AMSGrad: their maps, their memory, the step at 0/0, problem files and bad input."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
import sympy as sp

import sgd_markov as sm

w, x, z, w1, w2 = sp.symbols("w x z w1 w2", real=True)
lr = sp.Symbol("lr", positive=True)
R = sp.Rational
LOSS = x * w**2 / 2
DATA = {x: sm.TwoPoint("4/5", "-6/5")}


def amsgrad(variant: str = "reddi", beta1: object = "1/2", beta2: object = "3/4", epsilon: object = "1/8", **more) -> sm.Chain:
    return sm.AMSGrad(LOSS, [w], "1/10", beta1, beta2, epsilon, data=DATA, variant=variant, **more)


def after(chain: sm.Chain, place: dict[str, object], **drawn: object) -> dict[str, sp.Expr]:
    """The next state from `place` with the draws given."""
    values = {s: sp.sympify(place[str(s)]) for s in chain.state} | {x: R(drawn.get("x", 0)), z: R(drawn.get("z", 0))}
    return {str(s): expr.subs(values) for s, expr in zip(chain.state, chain.one_sample_map, strict=True)}


# ---- the maps, written out once more in floats


def by_hand(variant: str, gradients: list[float], beta1: float, beta2: float, epsilon: float, rate: float) -> list[float]:
    """w after each step of AMSGrad on the gradients given, from w = 0."""
    m = v = vhat = place = 0.0
    path = []
    for t, g in enumerate(gradients, start=1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        first, second = (1.0, 1.0) if variant == "reddi" else (1 - beta1**t, 1 - beta2**t)
        if variant == "optax":
            vhat = max(vhat, v / second)
            below = sqrt(vhat) + epsilon
        else:
            vhat = max(vhat, v)
            below = sqrt(vhat) / sqrt(second) + epsilon
        place -= rate * m / first / below
        path.append(place)
    return path


@pytest.mark.parametrize("variant", ["reddi", "pytorch", "optax"])
def test_the_variants_of_amsgrad(variant):
    gradients = [R(3), R(-1), R(1, 2), R(4), R(-1, 8)]
    chain = sm.AMSGrad(x * w, [w], "1/10", "1/2", "3/4", "1/8", data={x: sm.Normal(0, 1)}, variant=variant)
    state = dict.fromkeys(map(str, chain.state), R(0))
    for g, expected in zip(gradients, by_hand(variant, list(map(float, gradients)), 0.5, 0.75, 0.125, 0.1), strict=True):
        state = after(chain, state, x=g)
        assert float(state["w"]) == pytest.approx(expected, rel=1e-14)
    assert state.get("step", 5) == 5


def test_without_averages_and_epsilon_all_are_sign_steps():
    sign = sm.SignSGD(LOSS, [w], "1/10", data=DATA)
    expected = {atom["to"]["w"].exact for atom in sm.kernel(sign, at=3).atoms}
    chains = (
        sm.RMSProp(LOSS, [w], "1/10", 0, 0, data=DATA),
        sm.Adam(LOSS, [w], "1/10", 0, 0, 0, data=DATA),
        *(amsgrad(v, 0, 0, 0) for v in ("reddi", "pytorch", "optax")),
    )
    for chain in chains:
        assert {atom["to"]["w"].exact for atom in sm.kernel(chain, at=3).atoms} == expected == {R(29, 10), R(31, 10)}


def test_the_second_moment_of_amsgrad_never_falls():
    chain = amsgrad("reddi", 0, "3/4", 0)
    state = {"w": R(1), "m": R(0), "v": R(4), "vhat": R(5)}
    assert after(chain, state, x="4/5")["vhat"] == 5
    assert after(chain, state, x=20)["vhat"] == 3 + R(400, 4)


def test_names_and_order_of_the_memory():
    two = {"loss": w1**2 + w2**2, "parameters": [w1, w2], "learning_rate": lr}
    names = {
        "rms": [str(s) for s in sm.RMSProp(**two, beta2="1/2", epsilon=1).state],
        "adam": [str(s) for s in sm.Adam(**two, beta1="1/2", beta2="1/2", epsilon=1).state],
        "reddi": [str(s) for s in amsgrad().state],
        "optax": [str(s) for s in amsgrad("optax").state],
    }
    assert names == {
        "rms": ["w1", "w2", "v_w1", "v_w2"],
        "adam": ["w1", "w2", "m_w1", "m_w2", "v_w1", "v_w2", "step"],
        "reddi": ["w", "m", "v", "vhat"],
        "optax": ["w", "m", "v", "vhat", "step"],
    }


def test_every_parameter_has_a_second_moment_of_its_own():
    chain = sm.Adam(w1**2 / 2 + 3 * w2**2 / 2, [w1, w2], 1, 0, 0, 1)
    one = sm.kernel(chain, at={"w1": 1, "w2": 1}).atoms[0]["to"]
    assert (one["w1"].exact, one["w2"].exact, one["step"].exact) == (R(1, 2), R(1, 4), 1)


# ---- epsilon = 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: sm.RMSProp(LOSS, [w], lr, "1/2", 0, data=DATA), lambda: sm.Adam(LOSS, [w], lr, "1/2", "1/2", 0, data=DATA),
        *(lambda v=v: sm.AMSGrad(LOSS, [w], lr, "1/2", "1/2", 0, data=DATA, variant=v) for v in ("reddi", "pytorch", "optax")),
    ],
)  # fmt: skip
def test_nothing_moves_at_a_gradient_of_0(make):
    chain = make().subs({lr: R(4, 5)})
    (atom,) = sm.kernel(chain, at=0).atoms
    assert all(value.exact == (1 if name == "step" else 0) for name, value in atom["to"].items())
    run = sm.simulate(chain, start=0, steps=20, chains=100, of=w)
    assert run.zeros == 100 and run.overflows == 0 and float(run.value) == 0


def test_after_gradients_of_0_the_first_other_one_is_a_full_step():
    chain = sm.RMSProp(x * w, [w], 1, "3/4", 0, data={x: sm.Normal(0, 1)})
    still = after(chain, {"w": 5, "v": 0}, x=0)
    assert still == {"w": 5, "v": 0}
    assert after(chain, still, x=7)["w"] == 5 - 2


# ---- options act in their order


def test_options_act_in_their_order():
    chain = amsgrad(clip=1, weight_decay="1/2", noise={z: sm.Constant(2)}, add=z, project=[-1, 3], round_to="1/4")
    found = after(chain, {"w": 2, "m": 0, "v": 0, "vhat": 0}, x=9, z=2)
    g = R(1) + R(2) / 2
    assert found["m"] == g / 2 and found["v"] == g**2 / 4 == found["vhat"]
    assert found["w"] == R(3)  # 2 - 1/10 of 1/(1 + 1/8) + 2 is above 3
    free = after(amsgrad(clip=1, weight_decay="1/2"), {"w": 2, "m": 0, "v": 0, "vhat": 0}, x=9)
    assert free["w"] == 2 - R(1, 10) / (1 + R(1, 8))


def test_the_mean_over_a_batch_is_taken_first():
    chain = sm.RMSProp(x * w, [w], 1, 0, 0, data={x: sm.TwoPoint(3, -1)}, batch_size=2)
    masses = {(atom["to"]["w"].exact, atom["to"]["v"].exact): atom["probability"].exact for atom in sm.kernel(chain, at=0).atoms}
    assert masses == {(-1, 9): R(1, 4), (-1, 1): R(1, 2), (1, 1): R(1, 4)}


def test_critical_points_are_those_of_the_loss():
    loss = LOSS + w**4 / 4
    plain = sm.critical_points(sm.SGD(loss, [w], lr, data=DATA)).points
    for chain in (sm.AMSGrad(loss, [w], lr, "1/2", "1/2", 0, data=DATA), sm.Adam(loss, [w], lr, 0, 0, 0, data=DATA)):
        found = sm.critical_points(chain).points
        assert [(p["at"]["w"].exact, p["kind"], p["noise"]) for p in found] == [
            (p["at"]["w"].exact, p["kind"], p["noise"]) for p in plain
        ]


# ---- simulation


def test_simulate_agrees_with_the_reduced_chain():
    """theory.md A.4: with beta1 = 0, s = |w|/sqrt(vhat), rho = v/vhat and the effective rate move by themselves."""
    rate, beta2, steps, chains = 1.0, 0.9, 40, 4000
    chain = sm.AMSGrad(LOSS, [w], 1, 0, "9/10", 0, data=DATA)
    mine = sm.simulate(chain, start={"w": "9/20"}, steps=steps, chains=20_000, of="1/sqrt(vhat)", seed=5)
    draw = np.random.default_rng(6)
    x0 = draw.choice([0.8, -1.2], chains)
    size = np.abs(x0) * 0.45 * sqrt(1 - beta2)
    effective = rate / size
    s, rho = 0.45 * np.abs(1 - effective * x0) / size, np.ones(chains)
    for _ in range(steps - 1):
        data = draw.choice([0.8, -1.2], chains)
        q = beta2 * rho + (1 - beta2) * data**2 * s**2
        record = np.maximum(1, q)
        effective = effective / np.sqrt(record)
        s, rho = s * np.abs(1 - data * effective) / np.sqrt(record), q / record
    spread = 5.5 * effective.std() / sqrt(chains)
    assert float(mine.lower) - spread < effective.mean() < float(mine.upper) + spread
    assert float(mine.upper - mine.lower) < 0.2 * effective.mean()


def test_the_answer_does_not_depend_on_the_executor_or_the_units():
    """(w, lr) -> (2 w, 2 lr) doubles w and m exactly: powers of 2 change no bit."""
    one, two = (sm.AMSGrad(LOSS, [w], rate, "1/2", "3/4", 0, data=DATA, variant="optax") for rate in (1, 2))
    small = sm.simulate(one, start="1/2", steps=30, chains=50, of=w, seed=3)
    large = sm.simulate(two, start=1, steps=30, chains=50, of=w, seed=3)
    assert large.enclosure.lower == 2 * small.enclosure.lower and small.enclosure.lower < small.enclosure.upper


# ---- bad input


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: amsgrad(beta1=1), "optimizer.beta1"), (lambda: amsgrad(beta1="-1/10"), "optimizer.beta1"),
        (lambda: amsgrad(beta2=1), "optimizer.beta2"), (lambda: amsgrad(beta2="1.5"), "optimizer.beta2"),
        (lambda: amsgrad(epsilon=-1), "optimizer.epsilon"), (lambda: amsgrad("keras"), r"optimizer.variant: .keras.*reddi, pytorch, optax"),
        (lambda: amsgrad(3), "optimizer.variant"), (lambda: amsgrad(beta1=sp.sqrt(2)), "optimizer.beta1"),
        (lambda: sm.RMSProp(LOSS, [w], 1, 1, 0), "optimizer.beta2"), (lambda: sm.RMSProp(LOSS, [w], 1, 0, "-1/3"), "optimizer.epsilon"),
        (lambda: sm.Adam(LOSS, [w], 1, 2, 0, 0), "optimizer.beta1"), (lambda: sm.Adam(LOSS, [w], 1, 0, -lr, 0), "optimizer.beta2"),
        (lambda: sm.HeavyBall(LOSS, [w], 1, 1), "optimizer.momentum"), (lambda: sm.HeavyBall(LOSS, [w], 1, "-1/2"), "optimizer.momentum"),
        (lambda: sm.Nesterov(LOSS, [w], 1, "11/10"), "optimizer.momentum"), (lambda: sm.EMAMomentum(LOSS, [w], 1, 1), "optimizer.beta1"),
        (lambda: amsgrad(beta1=0.9), "optimizer.beta1"), (lambda: amsgrad(epsilon=sp.oo), "optimizer.epsilon"),
    ],
)  # fmt: skip
def test_numbers_out_of_range(make, field):
    with pytest.raises(sm.InvalidInput, match=field):
        make()


V, M, STEP = sp.symbols("v m step", real=True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sm.RMSProp(V**2, [V], 1, 0, 0), "optimizer: .v. is not allowed.*rename"),
        (lambda: sm.HeavyBall(x * M**2, [M], 1, 0, data={x: sm.Rademacher()}), 'rename "m" to "m_"'),
        (lambda: sm.Adam(V * w, [w], 1, 0, 0, 0, data={V: sm.Normal(0, 1)}), 'rename "v" to "v_"'),
        (lambda: sm.RMSProp(x * w, [w], 1, 0, 0, data={x: sm.Normal(0, V)}), 'rename "v" to "v_"'),
        (lambda: sm.Adam(w**2, [w], STEP, 0, 0, 0), 'rename "step" to "step_"'),
        (lambda: sm.AMSGrad(w**2, [w], 1, M, 0, 0), "optimizer.beta1"),
        (lambda: sm.RMSProp(w**2, [w], 1, 0, 0, weight_decay=V), 'rename "v" to "v_"'),
        (lambda: sm.Nesterov(w**2, [w], 1, "1/2", noise={M: sm.Normal(0, 1)}, add=M), 'rename "m" to "m_"'),
    ],
)  # fmt: skip
def test_the_names_of_the_memory_are_taken(make, message):
    with pytest.raises(sm.InvalidInput, match=message):
        make()


def test_names_of_other_memory_are_free():
    assert sm.RMSProp(M**2, [M], 1, 0, 1).state == (M, V)
    assert sm.HeavyBall(w**2, [w], 1, V).parameters == {V}
    assert sm.Adam(M**2 + w**2, [M, w], 1, 0, 0, 1).dimension == 7


@pytest.mark.parametrize("start", [{"w": 1, "v": -1}, {"w": 1, "vhat": "-1/2"}, {"w": 1, "step": -1}])
def test_a_start_with_negative_memory(start):
    with pytest.raises(sm.InvalidInput, match=r"start\."):
        sm.simulate(amsgrad("optax"), start=start, steps=1, chains=10)


TEXT = """\
[model]
loss = "x*w**2/2"
parameters = ["w"]

[data]
x = { law = "two-point", values = ["4/5", "-6/5"] }

[optimizer]
name = "amsgrad"
learning_rate = "lr"
beta1 = 0
beta2 = 0.99
epsilon = 0
variant = "optax"

[symbols]
lr = "positive"

[values]
lr = 0.8

[[ask]]
question = "simulate"
start = { w = "9/20", step = 0 }
steps = 10
chains = 100
of = "vhat - v + step"

[[ask]]
question = "window"
at = { w = 0, vhat = 4 }
parameter = "lr"
"""


def test_a_problem_file():
    simulated, window = sm.load(TEXT).solve()
    assert simulated.status == "answered" and simulated.lower >= 10
    assert [[end.exact for end in span] for span in window.intervals] == [[R(5, 6), R(10, 3)]]
    default = sm.load(TEXT.replace('variant = "optax"\n', "").replace(", step = 0", "").replace(" + step", ""))
    assert default.solve()[0].status == "answered"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('variant = "optax"', 'variant = "tensorflow"', r"optimizer\.variant"),
        ('variant = "optax"', "variant = 1", r"optimizer\.variant.*text"),
        ("beta2 = 0.99", "beta2 = 1.01", r"optimizer\.beta2.*below 1"),
        ("beta2 = 0.99", "", r"optimizer\.beta2"),
        ("epsilon = 0", 'epsilon = "-1e-8"', r"optimizer\.epsilon"),
        ("epsilon = 0", "momentum = 0", r"optimizer\.momentum"),
        ("lr = 0.8", "lr = 0.8\nvhat = 3", r'values\.vhat.*rename "vhat" to "vhat_"'),
        ("lr = 0.8", "lr = 0.8\nstep = 3", r"values\.step.*taken"),
        ("[data]\nx =", "[data]\nv =", r"data\.v.*taken"),
        ('variant = "optax"', 'variant = "reddi"', "step"),
    ],
)
def test_what_a_problem_file_may_not_say(old, new, message):
    assert old in TEXT
    with pytest.raises(sm.InvalidInput, match=message):
        sm.load(TEXT.replace(old, new)).solve()
