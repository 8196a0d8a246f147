"""The loss of a small fully connected network, written out: for Python and to paste into a problem file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sympy as sp

from .answer.text import expression_text
from .errors import InvalidInput
from .expressions import exact

Activation = Callable[[sp.Expr], sp.Expr]


def linear(z: sp.Expr) -> sp.Expr:
    return z


def relu(z: sp.Expr) -> sp.Expr:
    return sp.Max(0, z)


def swish(z: sp.Expr) -> sp.Expr:
    return z / (1 + sp.exp(-z))


def gelu(z: sp.Expr) -> sp.Expr:
    return z * (1 + sp.erf(z / sp.sqrt(2))) / 2


def sigmoid(z: sp.Expr) -> sp.Expr:
    return 1 / (1 + sp.exp(-z))


def softplus(z: sp.Expr) -> sp.Expr:
    return sp.log(1 + sp.exp(z))


ACTIVATIONS: Mapping[str, Activation] = {
    "linear": linear,
    "tanh": sp.tanh,
    "relu": relu,
    "swish": swish,
    "gelu": gelu,
    "sigmoid": sigmoid,
    "softplus": softplus,
}
"""By name. At 0 all but `sigmoid` and `softplus` are 0: with these two the origin is not a critical point."""


@dataclass(frozen=True)
class NetworkLoss:
    """The loss of one sample with what it is made of; `loss, parameters = network_loss(...)` unpacks the first two.

    `weights[l][i][j]`: from unit j of layer l to unit i of the next. `biases[l][i]`: empty without biases.
    `outputs`: the network's f(x), one expression for each of `targets`.
    """

    loss: sp.Expr
    parameters: tuple[sp.Symbol, ...]
    inputs: tuple[sp.Symbol, ...]
    targets: tuple[sp.Symbol, ...]
    outputs: tuple[sp.Expr, ...]
    weights: tuple[tuple[tuple[sp.Symbol, ...], ...], ...]
    biases: tuple[tuple[sp.Symbol, ...], ...]

    def __iter__(self) -> Iterator[sp.Expr | list[sp.Symbol]]:
        return iter((self.loss, list(self.parameters)))

    @property
    def origin(self) -> dict[sp.Symbol, sp.Expr]:
        """The point at which all parameters are 0."""
        return dict.fromkeys(self.parameters, sp.Integer(0))

    def model_text(self) -> str:
        """The [model] table of a problem file.

        >>> print(network_loss([1, 1, 1], "tanh").model_text())
        [model]
        loss = "(w2*tanh(w1*x) - y)**2/2"
        parameters = ["w1", "w2"]
        """
        names = ", ".join(f'"{parameter}"' for parameter in self.parameters)
        return f'[model]\nloss = "{expression_text(self.loss)}"\nparameters = [{names}]'


def network_loss(
    widths: Sequence[int],
    activation: str | Activation = "linear",
    *,
    biases: bool = False,
    scale: object = 1,
    weight_decay: object = 0,
    inputs: Sequence[sp.Symbol] | None = None,
    targets: Sequence[sp.Symbol] | None = None,
) -> NetworkLoss:
    """scale/2 |f(x) - y|^2 + weight_decay/2 |w|^2 for f(x) = W_L act(... act(W_1 x + b_1) ...) + b_L.

    `widths`: the number of inputs, the widths of the hidden layers, the number of outputs; [1, 1, 1] is w2 act(w1 x).
    `activation`: linear, tanh, relu, swish, gelu, sigmoid, softplus, or a function of a sympy expression; it acts on
    the hidden layers. `biases`: with b_l (the last layer too). `weight_decay` counts every parameter, biases too.
    `inputs`, `targets`: symbols for the data; x and y, or x1, x2, ... and y1, y2, ... where there are several.

    Parameters are named by layer, then unit, then the unit that it listens to; a number is left out where there is one
    unit only: w1, w2 for [1, 1, 1]; w1_1_1, w1_1_2, w1_2_1, w1_2_2, w2_1, w2_2 for [2, 2, 1]; biases b1_1, b1_2, b2.

    With act(0) = 0 and no biases the origin is a critical point at which the noise vanishes; with two layers its
    linearisation is I + lr scale act'(0) x y [[0, 1], [1, 0]] on every pair of weights. Errors: `InvalidInput`.

    >>> loss, parameters = network_loss([1, 2, 1], "gelu", weight_decay="1/10")
    >>> parameters
    [w1_1, w1_2, w2_1, w2_2]
    >>> network_loss([2, 1], biases=True).outputs
    (b1 + w1_1*x1 + w1_2*x2,)
    """
    sizes = checked_widths(widths)
    act = checked_activation(activation)
    x = symbols_of(inputs, "x", sizes[0], "inputs")
    y = symbols_of(targets, "y", sizes[-1], "targets")
    weights = tuple(layer_weights(layer, *pair) for layer, pair in enumerate(pairwise(sizes), start=1))
    offsets = tuple(layer_biases(layer, size) for layer, size in enumerate(sizes[1:], start=1)) if biases else ()
    outputs = forward(x, weights, offsets, act)
    parameters = tuple(
        w for layer, rows in enumerate(weights) for w in in_order(rows, offsets[layer] if biases else ())
    )
    require_apart(parameters, (*x, *y))
    loss = exact(scale, "scale") * sp.Add(*((f - target) ** 2 for f, target in zip(outputs, y, strict=True))) / 2
    decay = exact(weight_decay, "weight_decay") * sp.Add(*(w**2 for w in parameters)) / 2
    return NetworkLoss(loss + decay, parameters, x, y, outputs, weights, offsets)


def in_order(rows: tuple[tuple[sp.Symbol, ...], ...], offsets: tuple[sp.Symbol, ...]) -> list[sp.Symbol]:
    """The weights of a layer, then its biases."""
    return [*(w for row in rows for w in row), *offsets]


def forward(
    x: tuple[sp.Symbol, ...],
    weights: tuple[tuple[tuple[sp.Symbol, ...], ...], ...],
    offsets: tuple[tuple[sp.Symbol, ...], ...],
    act: Activation,
) -> tuple[sp.Expr, ...]:
    """The outputs; the activation stands between the layers."""
    values: tuple[sp.Expr, ...] = x
    for layer, rows in enumerate(weights):
        values = values if layer == 0 else tuple(act(value) for value in values)
        bias = offsets[layer] if offsets else (sp.Integer(0),) * len(rows)
        values = tuple(
            sp.Add(*(w * v for w, v in zip(row, values, strict=True)), b) for row, b in zip(rows, bias, strict=True)
        )
    return values


def layer_weights(layer: int, before: int, after: int) -> tuple[tuple[sp.Symbol, ...], ...]:
    return tuple(
        tuple(named(f"w{layer}", (i, after), (j, before)) for j in range(1, before + 1)) for i in range(1, after + 1)
    )


def layer_biases(layer: int, size: int) -> tuple[sp.Symbol, ...]:
    return tuple(named(f"b{layer}", (i, size)) for i in range(1, size + 1))


def named(stem: str, *places: tuple[int, int]) -> sp.Symbol:
    """stem_i_j; (place, of how many) is left out where there is one."""
    return sp.Symbol("_".join([stem, *(str(place) for place, count in places if count > 1)]), real=True)


def checked_widths(widths: Sequence[int]) -> tuple[int, ...]:
    whole = isinstance(widths, Sequence) and not isinstance(widths, str)
    if not whole or len(widths) < 2 or any(isinstance(w, bool) or not isinstance(w, int) or w < 1 for w in widths):
        raise InvalidInput("widths", widths, "at least two positive integers: inputs, hidden layers, outputs")
    return tuple(widths)


def checked_activation(activation: str | Activation) -> Activation:
    if not isinstance(activation, str):
        return activation
    if activation not in ACTIVATIONS:
        raise InvalidInput("activation", activation, "one of " + ", ".join(ACTIVATIONS))
    return ACTIVATIONS[activation]


def symbols_of(given: Sequence[sp.Symbol] | None, stem: str, size: int, field: str) -> tuple[sp.Symbol, ...]:
    if given is None:
        names = [stem] if size == 1 else [f"{stem}{place}" for place in range(1, size + 1)]
        return tuple(sp.Symbol(name, real=True) for name in names)
    found = tuple(given) if isinstance(given, Sequence) else (given,)
    if len(set(found)) != size or not all(isinstance(symbol, sp.Symbol) for symbol in found):
        raise InvalidInput(field, given, f"{size} different symbols")
    return found


def require_apart(parameters: tuple[sp.Symbol, ...], data: tuple[sp.Symbol, ...]) -> None:
    taken = {str(parameter) for parameter in parameters}
    for symbol in data:
        if str(symbol) in taken or sum(str(other) == str(symbol) for other in data) > 1:
            raise InvalidInput("inputs", symbol, "names that no parameter and no other symbol of the data has")
