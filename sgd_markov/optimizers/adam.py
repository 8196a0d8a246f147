"""Adam: a moving average of gradients divided by the root of one of their squares, both corrected for their start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..chain.chain import Chain
from .adaptive import Adaptive, After, Now, adaptive_chain, averaged, correction
from .ranges import not_negative, share


def Adam(  # noqa: N802 - optimizers are named like the laws, in CamelCase
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
    **options: Any,
) -> Chain:
    """The chain of Kingma and Ba, with g the mean over the batch of grad l(w; x) and t = step + 1:

    m' = beta1 m + (1 - beta1) g,  v' = beta2 v + (1 - beta2) g^2,  step' = t,
    w' = w - lr (m'/(1 - beta1^t)) / (sqrt(v'/(1 - beta2^t)) + epsilon).

    This is `torch.optim.Adam` and `optax.adam`. The state is (w, m, v, step), with `m`, `v` beside one parameter and
    `m_<parameter>`, `v_<parameter>` beside several; all memory starts at 0. Where the denominator is 0 nothing moves.
    `loss`, `data`, `noise`, `options`: as for `SGD`; `weight_decay` adds to g, it is not that of AdamW.
    Hypotheses: betas in [0, 1), epsilon >= 0. Raises `InvalidInput` that names the field.

    >>> w = sp.Symbol("w", real=True)
    >>> chain = Adam(w, [w], 1, 0, 0, 1)
    >>> chain.state, chain.one_sample_map
    ((w, m, v, step), (w - 1/2, 1, 1, step + 1))
    """
    first, second = share(beta1, "optimizer.beta1", "adam"), share(beta2, "optimizer.beta2", "adam")

    def after(g: sp.Expr, now: Now) -> After:
        return {
            "m": averaged(now["m"], g, first),
            "v": averaged(now["v"], g**2, second),
            "step": now["step"] + 1,
        }

    def fraction(g: sp.Expr, after: After) -> tuple[sp.Expr, sp.Expr]:
        t = after["step"]
        return after["m"] / correction(first, t), after["v"] / correction(second, t)

    chosen = Adaptive(after, fraction, not_negative(epsilon, "optimizer.epsilon", "adam"))
    return adaptive_chain(
        "adam", None, chosen, loss, parameters, learning_rate, data, noise, batch_size, scheme, domain, options
    )
