"""What torch's and optax's own optimizers do on 1,000 random gradients: python benchmarks/optimizer_traces.py

Writes tests/optimizers/traces/traces.json: versions, gradients, and for each run its numbers, the parameter after every
step and the memory after the last, in double precision as hexadecimal floats. The tests need neither library. Run it in
an environment of its own with torch and optax (`pip install torch optax`); it needs nothing of sgd_markov.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from math import exp, sin
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "tests" / "optimizers" / "traces" / "traces.json"
STEPS, SEED, START = 1000, 20261123, 0.5
LR, MOMENTUM, BETA1, BETA2, EPSILON, DECAY, CLIP = 2**-4, 7 / 8, 7 / 8, 127 / 128, 2**-20, 2**-6, 3 / 4
"""Powers of 2 and their sums: exact in doubles, so that what is compared is the arithmetic of the steps."""

Trace = tuple[list[float], dict[str, float]]
"""The parameter after each step, and the memory after the last one by the names that the chains give it."""


def random_gradients() -> list[float]:
    """Normal numbers whose size swells and fades, so that AMSGrad keeps old maxima; now and then exactly 0."""
    draw = random.Random(SEED)
    sizes = (exp(2 * sin(n / 70)) for n in range(STEPS))
    return [0.0 if n % 97 == 96 else size * draw.gauss(0, 1) for n, size in enumerate(sizes)]


def with_torch(make: Callable[[Any], Any], gradients: list[float], clip: float | None, names: dict[str, str]) -> Trace:
    """Steps of a torch optimizer on one parameter whose gradient is put in by hand."""
    import torch

    w = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer = make([w])
    path = []
    for g in gradients:
        w.grad = torch.tensor(g, dtype=torch.float64)
        if clip is not None:
            torch.nn.utils.clip_grad_value_([w], clip)
        optimizer.step()
        path.append(w.item())
    return path, {ours: float(optimizer.state[w][theirs]) for ours, theirs in names.items()}


def with_optax(transform: Any, gradients: list[float], memory: Callable[[Any], dict[str, float]]) -> Trace:
    """Steps of an optax transformation, operation by operation (compiled, operations may be fused)."""
    import jax.numpy as jnp
    import optax

    w = jnp.asarray(START, dtype=jnp.float64)
    state, path = transform.init(w), []
    for g in gradients:
        change, state = transform.update(jnp.asarray(g, dtype=jnp.float64), state, w)
        w = optax.apply_updates(w, change)
        path.append(float(w))
    return path, {name: float(value) for name, value in memory(state).items()}


def torch_runs(gradients: list[float]) -> Iterator[tuple[dict[str, Any], Trace]]:
    from torch.optim import SGD, Adam, RMSprop

    plain, adam = {"learning_rate": LR}, {"learning_rate": LR, "beta1": BETA1, "beta2": BETA2, "epsilon": EPSILON}
    moments = {"m": "exp_avg", "v": "exp_avg_sq", "step": "step"}
    maxima = moments | {"vhat": "max_exp_avg_sq"}
    pytorch = adam | {"variant": "pytorch"}
    momentum, rms = plain | {"momentum": MOMENTUM}, plain | {"beta2": BETA2, "epsilon": EPSILON}
    usual = {"learning_rate": 2**-10, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}

    def run(name: str, ours: dict[str, Any], make: Callable[[Any], Any], names: dict[str, str]) -> tuple[dict[str, Any], Trace]:
        return {"library": "torch", "name": name, "numbers": ours}, with_torch(make, gradients, ours.get("clip"), names)

    def sgd(ours: dict[str, Any], **own: Any) -> Callable[[Any], Any]:
        return lambda w: SGD(w, lr=ours["learning_rate"], weight_decay=ours.get("weight_decay", 0), foreach=False, **own)

    def of_adam(ours: dict[str, Any], amsgrad: bool) -> Callable[[Any], Any]:
        betas, decay = (ours["beta1"], ours["beta2"]), ours.get("weight_decay", 0)
        rate, epsilon = ours["learning_rate"], ours["epsilon"]
        return lambda w: Adam(w, rate, betas, epsilon, decay, amsgrad, foreach=False)

    def rmsprop(ours: dict[str, Any]) -> Callable[[Any], Any]:
        decay = ours.get("weight_decay", 0)
        return lambda w: RMSprop(w, ours["learning_rate"], ours["beta2"], ours["epsilon"], decay, foreach=False)

    for more in ({}, {"clip": CLIP}, {"clip": CLIP, "weight_decay": DECAY}):
        yield run("sgd", plain | more, sgd(plain | more), {})
    for more in ({}, {"clip": CLIP, "weight_decay": DECAY}):
        ours = momentum | more
        yield run("heavy-ball", ours, sgd(ours, momentum=MOMENTUM), {"m": "momentum_buffer"})
        yield run("nesterov", ours, sgd(ours, momentum=MOMENTUM, nesterov=True), {"m": "momentum_buffer"})
        yield run("rmsprop", rms | more, rmsprop(rms | more), {"v": "square_avg"})
        yield run("adam", adam | more, of_adam(adam | more, False), moments)
        yield run("amsgrad", pytorch | more, of_adam(pytorch | more, True), maxima)
    exact_root = pytorch | {"epsilon": 0}
    yield run("amsgrad", exact_root, of_adam(exact_root, True), maxima)
    yield run("adam", usual, of_adam(usual, False), moments)


def optax_runs(gradients: list[float]) -> Iterator[tuple[dict[str, Any], Trace]]:
    import optax

    plain, adam = {"learning_rate": LR}, {"learning_rate": LR, "beta1": BETA1, "beta2": BETA2, "epsilon": EPSILON}
    betas = {"b1": BETA1, "b2": BETA2, "eps": EPSILON}

    def run(name: str, ours: dict[str, Any], rule: Any, memory: Callable[[Any], dict[str, float]]) -> tuple[dict[str, Any], Trace]:
        before = [optax.clip(ours["clip"])] if "clip" in ours else []
        before += [optax.add_decayed_weights(ours["weight_decay"])] if "weight_decay" in ours else []
        transform = optax.chain(*before, rule, optax.scale(-ours["learning_rate"]))
        found = with_optax(transform, gradients, lambda state: memory(state[len(before)]))
        return {"library": "optax", "name": name, "numbers": ours}, found

    def moments(state: Any) -> dict[str, float]:
        return {"m": state.mu, "v": state.nu, "step": state.count}

    def uncounted(state: Any) -> dict[str, float]:
        return {"m": state.mu, "v": state.nu, "vhat": state.nu_max}

    decayed = {"clip": CLIP, "weight_decay": DECAY}
    reddi = optax.scale_by_amsgrad(**betas, bias_correction_mu=False, bias_correction_nu=False)
    rms = plain | {"beta2": BETA2, "epsilon": EPSILON}
    yield run("sign-sgd", plain, optax.scale_by_sign(), lambda state: {})
    yield run("ema-momentum", plain | {"beta1": BETA1}, optax.ema(BETA1, debias=False), lambda s: {"m": s.ema})
    yield run("heavy-ball", plain | {"momentum": MOMENTUM}, optax.trace(MOMENTUM), lambda s: {"m": s.trace})
    yield run("rmsprop", rms, optax.scale_by_rms(BETA2, EPSILON, eps_in_sqrt=False), lambda s: {"v": s.nu})
    yield run("adam", adam, optax.scale_by_adam(**betas), moments)
    for more in ({}, decayed):
        yield run("amsgrad", adam | {"variant": "reddi"} | more, reddi, uncounted)
        counted = adam | {"variant": "optax"} | more
        yield run("amsgrad", counted, optax.scale_by_amsgrad(**betas), lambda s: uncounted(s) | {"step": s.count})


def written(found: dict[str, Any], trace: Trace) -> dict[str, Any]:
    path, memory = trace
    return found | {
        "w": " ".join(value.hex() for value in path),
        "memory": {name: value.hex() for name, value in memory.items()},
    }


def main() -> None:
    import jax
    import optax
    import torch

    jax.config.update("jax_enable_x64", True)
    torch.set_num_threads(1)
    gradients = random_gradients()
    runs = [written(*run) for make in (torch_runs, optax_runs) for run in make(gradients)]
    document = {
        "made by": "benchmarks/optimizer_traces.py",
        "versions": {"torch": torch.__version__, "optax": optax.__version__, "jax": jax.__version__},
        "start": START,
        "gradients": " ".join(g.hex() for g in gradients),
        "runs": runs,
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(document, indent=1) + "\n")
    print(f"{TARGET}: {len(runs)} runs of {STEPS} steps, {TARGET.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
