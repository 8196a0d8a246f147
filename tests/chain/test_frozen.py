"""Exponents, windows and moment exponents of optimizers whose neutral memory is held at a fixed point."""

from __future__ import annotations

import mpmath
import pytest
import sympy as sp

import sgd_markov as sm
from sgd_markov.chain.frozen import frozen, held_at, without_idle_momentum

w, x, m, v, vhat, step = sp.symbols("w x m v vhat step", real=True)
lr, epsilon = sp.symbols("lr epsilon", positive=True)
R = sp.Rational
LOSS = x * w**2 / 2
DATA = {x: sm.TwoPoint("4/5", "-6/5")}
VARIANTS = ("reddi", "pytorch", "optax")


def amsgrad(variant: str, rate: object = "4/5", beta1: object = 0, eps: object = 0, **more) -> sm.Chain:
    return sm.AMSGrad(LOSS, [w], rate, beta1, "9/10", eps, data=DATA, variant=variant, **more)


def plain(rate: object) -> sp.Expr:
    """E log|1 - rate x|, written out."""
    rate = sp.sympify(rate)
    return (sp.log(sp.Abs(1 - R(4, 5) * rate)) + sp.log(sp.Abs(1 + R(6, 5) * rate))) / 2


def same(answer: sm.Answer, value: sp.Expr) -> bool:
    """The exponent is exact, and equal to the value to 30 digits by mpmath."""
    with mpmath.workdps(40):
        close = abs(sp.N(answer.exact, 40) - sp.N(value, 40)) < sp.Float("1e-30", 40)
    return bool(close) and answer.warrant.label == "exact" and float(answer.upper - answer.lower) < 1e-14


# ---- the frozen chains


@pytest.mark.parametrize("variant", VARIANTS)
def test_all_variants_share_the_limit(variant):
    """theory.md A.4: momentum SGD with the learning rate lr/(sqrt(vhat) + epsilon)."""
    chain, point = held_at(amsgrad(variant, lr, "1/3", "1/2"), {"w": 0, "vhat": 4})
    average = sm.EMAMomentum(LOSS, [w], lr / R(5, 2), "1/3", data=DATA)
    assert chain.state == (w, m) and point == {w: 0, m: 0} and chain.neutral == ()
    assert all(sp.expand(ours - theirs) == 0 for ours, theirs in zip(chain.one_sample_map, average.one_sample_map, strict=True))


def test_a_given_step_keeps_its_bias_corrections():
    """The step from `step` = 2 is update number 3."""
    chain, _ = held_at(amsgrad("pytorch", lr, "1/2"), {"w": 0, "vhat": 1, "step": 2})
    second = 1 - R(9, 10) ** 3
    expected = w - lr * (m / 2 + x * w / 2) / (1 - R(1, 8)) * sp.sqrt(second)
    assert sp.expand(chain.one_sample_map[0] - expected) == 0
    late, _ = held_at(amsgrad("optax", lr, "1/2"), {"w": 0, "vhat": 1, "step": "oo"})
    assert sp.expand(late.one_sample_map[0] - (w - lr * (m / 2 + x * w / 2))) == 0


def test_several_parameters_have_rates_of_their_own():
    a, b = sp.symbols("w1 w2", real=True)
    chain = sm.RMSProp(a**2 / 2 + b**2 / 2, [a, b], 1, "1/2", 0)
    answer = sm.lyapunov(chain, at={"w1": 0, "w2": 0, "v_w1": 16, "v_w2": 4}, spectrum=True)
    assert [e.exact for e in answer.exponents] == [sp.log(R(3, 4)), -sp.log(2)]


def test_options_stay_in_the_held_step():
    chain, _ = held_at(amsgrad("reddi", 1, weight_decay="1/2", clip=3), {"w": 0, "vhat": 4})
    assert sm.lyapunov(amsgrad("reddi", 1, weight_decay="1/2", clip=3), at={"w": 0, "vhat": 4}).exact is not None
    slope = sp.diff(chain.one_sample_map[0].subs(sp.Max(-3, sp.Min(3, x * w)), x * w), w)
    assert sp.expand(slope - (1 - (x + R(1, 2)) / 2)) == 0


def test_parameters_are_put_into_the_held_step():
    chain = sm.AMSGrad(LOSS, [w], lr, 0, "9/10", epsilon, data=DATA).subs({lr: R(6, 5), epsilon: R(1, 2)})
    assert same(sm.lyapunov(chain, at={"w": 0, "vhat": 1}), plain(R(4, 5)))


def test_momentum_that_does_not_act_is_left_out():
    chain, point = without_idle_momentum(*held_at(amsgrad("reddi"), {"w": 0, "vhat": 1}))
    assert chain.state == (w,) and point == {w: 0} and chain.memory == ()
    kept, _ = without_idle_momentum(*held_at(amsgrad("reddi", beta1="1/2"), {"w": 0, "vhat": 1}))
    assert kept.state == (w, m)


def test_chains_without_neutral_memory_stay_as_they_are():
    chain = sm.HeavyBall(LOSS, [w], 1, "1/2", data=DATA)
    assert frozen(chain, {w: R(0), m: R(0)}) == (chain, {w: 0, m: 0})


# ---- exponents


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_exponent_of_amsgrad(variant):
    answer = sm.lyapunov(amsgrad(variant, "8/5"), at={"w": 0, "vhat": 4}, spectrum=True)
    assert same(answer, plain(R(4, 5))) and answer.attracts is True
    assert any(h.statement.startswith("held: vhat = 4") for h in answer.hypotheses)
    assert answer.value.startswith("-0.1743533871447") and answer.exponents[1].exact == -sp.oo
    outside = sm.lyapunov(amsgrad(variant, "3/10"), at={"w": 0, "vhat": 1})
    assert same(outside, plain(R(3, 10))) and outside.attracts is False


@pytest.mark.parametrize("rate", ["1/5", "4/5", "2"])
def test_near_0_the_rate_is_lr_over_epsilon(rate):
    """theory.md A.4: with epsilon > 0, RMSProp and Adam at v = 0 attract iff the exponent at lr/epsilon is negative."""
    expected = plain(R(rate))
    chains = (
        sm.RMSProp(LOSS, [w], R(rate) / 8, "9/10", "1/8", data=DATA),
        sm.Adam(LOSS, [w], R(rate) / 8, 0, "9/10", "1/8", data=DATA),
    )
    for chain in chains:
        answer = sm.lyapunov(chain, at={"w": 0})
        assert same(answer, expected) and answer.attracts is bool(sp.N(expected) < 0)


def test_with_momentum_the_product_of_matrices_is_asked():
    ours = sm.lyapunov(amsgrad("pytorch", "8/5", "3/10"), at={"w": 0, "vhat": 4}, digits=2)
    ema = sm.lyapunov(sm.EMAMomentum(LOSS, [w], "4/5", "3/10", data=DATA), at=0, digits=2)
    assert ours.attracts is True and ours.enclosure == ema.enclosure and ours.warrant.label == "certified"


def test_symbolic_epsilon():
    answer = sm.lyapunov(sm.RMSProp(LOSS, [w], lr, "9/10", epsilon, data=DATA), at={"w": 0})
    assert sp.simplify(sp.exp(2 * answer.exact) - sp.Abs((1 - R(4, 5) * lr / epsilon) * (1 + R(6, 5) * lr / epsilon))) == 0


def test_the_true_chain_grows_at_the_exponent():
    """No freezing: the path of RMSProp itself far inside, where v is far below epsilon^2."""
    chain = sm.RMSProp(LOSS, [w], "1/10", "9/10", "1/8", data=DATA)
    run = sm.simulate(chain, start="1e-90", steps=100, chains=20_000, of=sp.log(sp.Abs(w)), seed=2)
    low, high = (float(end + 90 * sp.log(10)) / 100 for end in (run.lower, run.upper))
    middle, reach = (low + high) / 2, (high - low) / 2 * 5.5 / 3.3
    assert abs(middle - float(plain(R(4, 5)))) < reach < 0.01


def test_held_memory_that_moves_does_not_tell_what_attracts():
    """v of RMSProp decays near 0: R26 says that the chain never converges there, whatever the exponent at v = 1."""
    answer = sm.lyapunov(sm.RMSProp(LOSS, [w], "4/5", "9/10", 0, data=DATA), at={"w": 0, "v": 1})
    assert same(answer, plain(R(4, 5))) and answer.attracts is None
    told = [h.statement for h in answer.hypotheses]
    assert "held: v = 1" in told and any("v = 1 is held although" in text for text in told)
    early = sm.lyapunov(amsgrad("pytorch"), at={"w": 0, "vhat": 1, "step": 0})
    assert same(early, plain(R(4, 5) * sp.sqrt(R(1, 10)))) and early.attracts is None
    above = sm.lyapunov(amsgrad("reddi"), at={"w": 0, "vhat": 1, "v": 2})
    assert above.attracts is None
    below = sm.lyapunov(amsgrad("reddi"), at={"w": 0, "vhat": 1, "v": 1})
    assert below.attracts is True


def test_batches():
    data = {x: sm.Finite(["4/5", "-6/5"])}
    chain = sm.AMSGrad(LOSS, [w], "4/5", 0, "9/10", 0, data=data, batch_size=2)
    ours = sm.lyapunov(chain, at={"w": 0, "vhat": 1}).exact
    sgd = sm.lyapunov(sm.SGD(LOSS, [w], "4/5", data=data, batch_size=2), at=0).exact
    assert sp.simplify(ours - sgd) == 0


def test_windows_and_moment_exponents():
    chain = amsgrad("optax", lr)
    window = sm.window(chain, at={"w": 0, "vhat": 4}, parameter=lr)
    assert [[end.exact for end in span] for span in window.intervals] == [[R(5, 6), R(10, 3)]]
    assert [s.exact for s in window.superstable] == [R(5, 2)]
    over = sm.window(sm.RMSProp(LOSS, [w], "4/5", "9/10", epsilon, data=DATA), at={"w": 0}, parameter=epsilon)
    assert [[end.exact for end in span] for span in over.intervals] == [[R(12, 25), R(48, 25)]]
    moment = sm.moment_exponent(amsgrad("reddi"), at={"w": 0, "vhat": 1}, order=2)
    assert sp.simplify(moment.exact - sp.log(R(1241, 625))) == 0


# ---- refusals


@pytest.mark.parametrize(
    ("chain", "at", "error", "message"),
    [
        (amsgrad("reddi"), {"w": 0}, sm.HypothesisViolated, "learning rate is finite.*vhat = 0 and epsilon = 0"),
        (sm.RMSProp(LOSS, [w], 1, "1/2", 0, data=DATA), 0, sm.HypothesisViolated, "v = 0 and epsilon = 0"),
        (sm.Adam(LOSS, [w], 1, 0, "1/2", 0, data=DATA), 0, sm.HypothesisViolated, "learning rate is finite"),
        (amsgrad("reddi"), {"w": 0, "vhat": 1, "m": 1}, sm.HypothesisViolated, "fixes w = 0, m = 1"),
        (amsgrad("reddi"), {"w": 1, "vhat": 1}, sm.HypothesisViolated, "fixes w = 1"),
        (amsgrad("reddi"), {"w": 0, "vhat": -1}, sm.InvalidInput, r"at\.vhat"),
        (amsgrad("reddi"), {"w": 0, "vhat": "oo"}, sm.InvalidInput, r"at\.vhat"),
        (amsgrad("reddi"), {"w": 0, "step": 1}, sm.InvalidInput, r"at\.step"),
    ],
)  # fmt: skip
def test_what_is_refused(chain, at, error, message):
    with pytest.raises(error, match=message):
        sm.lyapunov(chain, at=at)


TEXT = """\
[model]
loss = "x*w**2/2"
parameters = ["w"]
[data]
x = { law = "two-point", values = ["4/5", "-6/5"] }
[optimizer]
name = "amsgrad"
learning_rate = "4/5"
beta1 = 0
beta2 = "9/10"
epsilon = 0
variant = "pytorch"
[[ask]]
question = "lyapunov"
at = { w = 0, vhat = 1 }
"""


@pytest.mark.parametrize(("given", "rate"), [("", 1), (', step = "oo"', 1), (", step = 0", sp.sqrt(R(1, 10))), (", v = 0", 1)])
def test_the_step_of_a_problem_file_is_at_its_limit_unless_given(given, rate):
    (answer,) = sm.load(TEXT.replace("vhat = 1", "vhat = 1" + given)).solve()
    assert same(answer, plain(R(4, 5) * rate))


@pytest.mark.parametrize("given", ['vhat = "oo"', 'vhat = 1, m = "oo"', 'v = "oo"'])
def test_nothing_else_may_be_infinite(given):
    with pytest.raises(sm.InvalidInput, match=r"at\."):
        sm.load(TEXT.replace("vhat = 1", given)).solve()


def test_a_kernel_needs_a_finite_step():
    with pytest.raises(sm.InvalidInput, match=r"at\.step.*finite"):
        sm.kernel(amsgrad("optax"), at={"w": 1, "step": "oo"})
