"""AMSGrad: Adam whose second moment never falls, in the three variants that are in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from ..errors import InvalidInput
from .adaptive import Adaptive, After, Now, adaptive_chain, averaged, correction
from .ranges import not_negative, share
from .registry import REDDI

PYTORCH, OPTAX = "pytorch", "optax"
VARIANTS = (REDDI, PYTORCH, OPTAX)


def AMSGrad(  # noqa: N802 - optimizers are named like the laws, in CamelCase
    loss: object,
    parameters: Sequence[sp.Symbol],
    learning_rate: object,
    beta1: object,
    beta2: object,
    epsilon: object,
    data: Mapping[Any, Any] | None = None,
    noise: Mapping[Any, Any] | None = None,
    batch_size: object = 1,
    scheme: Any = "with-replacement",
    domain: Mapping[sp.Symbol, str] | None = None,
    variant: str = REDDI,
    **options: Any,
) -> Chain:
    """The chain with g the mean over the batch of grad l(w; x),

    m' = beta1 m + (1 - beta1) g,  v' = beta2 v + (1 - beta2) g^2,

    and, with t = step + 1 and step' = t where there is a correction for the start, by `variant`

    - `reddi` (Reddi, Kale and Kumar): vhat' = max(vhat, v'), w' = w - lr m'/(sqrt(vhat') + epsilon);
    - `pytorch` (`torch.optim.Adam(amsgrad=True)`): vhat' = max(vhat, v'),
      w' = w - lr (m'/(1 - beta1^t)) / (sqrt(vhat'/(1 - beta2^t)) + epsilon);
    - `optax` (`optax.amsgrad`): vhat' = max(vhat, v'/(1 - beta2^t)), w' = w - lr (m'/(1 - beta1^t)) / (sqrt(vhat') + epsilon).

    The state is (w, m, v, vhat), and `step` but for `reddi`; with several parameters `m_<parameter>` and so on. All memory
    starts at 0. Where the denominator is 0 nothing moves.
    `loss`, `data`, `noise`, `options`: as for `SGD`. Hypotheses: betas in [0, 1), epsilon >= 0. Raises `InvalidInput`
    that names the field.

    >>> w = sp.Symbol("w", real=True)
    >>> chain = AMSGrad(w, [w], 1, 0, 0, 1)
    >>> chain.state, chain.one_sample_map
    ((w, m, v, vhat), (w - 1/(sqrt(Max(1, vhat)) + 1), 1, 1, Max(1, vhat)))
    """
    if variant not in VARIANTS:
        raise InvalidInput("optimizer.variant", variant, "one of " + ", ".join(VARIANTS))
    first, second = share(beta1, "optimizer.beta1", "amsgrad"), share(beta2, "optimizer.beta2", "amsgrad")
    counted = variant != REDDI

    def after(g: sp.Expr, now: Now) -> After:
        moment = averaged(now["v"], g**2, second)
        count = {"step": now["step"] + 1} if counted else {}
        candidate = moment / correction(second, count["step"]) if variant == OPTAX else moment
        largest = sp.Max(now["vhat"], candidate)
        return {"m": averaged(now["m"], g, first), "v": moment, "vhat": largest, **count}

    def fraction(g: sp.Expr, after: After) -> tuple[sp.Expr, sp.Expr]:
        if not counted:
            return after["m"], after["vhat"]
        top = after["m"] / correction(first, after["step"])
        return top, after["vhat"] if variant == OPTAX else after["vhat"] / correction(second, after["step"])

    chosen = Adaptive(after, fraction, not_negative(epsilon, "optimizer.epsilon", "amsgrad"))
    return adaptive_chain(
        "amsgrad", variant, chosen, loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options
    )
