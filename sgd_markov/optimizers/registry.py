"""The optimizers by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from importlib import import_module
from inspect import Parameter, signature
from typing import Any

from ..errors import InvalidInput
from .options import Options

OPTIMIZERS: dict[str, tuple[str, str]] = {
    "sgd": ("sgd", "SGD"),
    "heavy-ball": ("heavy_ball", "HeavyBall"),
    "nesterov": ("nesterov", "Nesterov"),
    "ema-momentum": ("ema_momentum", "EMAMomentum"),
    "sign-sgd": ("sign_sgd", "SignSGD"),
    "langevin": ("langevin", "Langevin"),
    "rmsprop": ("rmsprop", "RMSProp"),
    "adam": ("adam", "Adam"),
    "amsgrad": ("amsgrad", "AMSGrad"),
}
"""name -> (module of this folder, its function); a module is imported when its optimizer is asked for."""
MEMORY: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("heavy-ball", "nesterov", "ema-momentum"), ("m",)),
    "rmsprop": ("v",),
    "adam": ("m", "v", "step"),
    "amsgrad": ("m", "v", "vhat", "step"),
}
"""The kinds of memory that an optimizer keeps beside each parameter; the step is one for all."""
REDDI = "reddi"
"""The variant of AMSGrad without bias corrections, which counts no steps."""
SHARED = ("loss", "parameters", "learning_rate", "data", "noise", "batch_size", "scheme", "domain", "options")
"""What every optimizer takes besides numbers of its own."""

def optimizer(name: object) -> Any:
    """The function that makes a chain of a loss.

    >>> optimizer("sgd").__name__
    'SGD'
    """
    if not isinstance(name, str) or name not in OPTIMIZERS:
        raise InvalidInput("optimizer.name", name, "one of " + ", ".join(OPTIMIZERS))
    module, function = OPTIMIZERS[name]
    return getattr(import_module(f".{module}", __package__), function)


def option_names() -> tuple[str, ...]:
    """What every optimizer takes beside its own rule."""
    return tuple(entry.name for entry in fields(Options))


def own_numbers(name: object) -> tuple[str, ...]:
    """The numbers that an optimizer takes besides the learning rate and the options of all.

    >>> own_numbers("heavy-ball")
    ('momentum',)
    """
    return tuple(field for field in own_fields(name) if field not in own_texts(name))


def own_texts(name: object) -> tuple[str, ...]:
    """The words that an optimizer takes; they may be left out.

    >>> own_texts("amsgrad")
    ('variant',)
    """
    return tuple(field for field, entry in own_fields(name).items() if isinstance(entry.default, str))


def own_fields(name: object) -> dict[str, Parameter]:
    return {field: entry for field, entry in signature(optimizer(name)).parameters.items() if field not in SHARED}


def memory_kinds(name: object, variant: object = None) -> tuple[str, ...]:
    """What an optimizer remembers.

    >>> memory_kinds("amsgrad"), memory_kinds("amsgrad", "optax")
    (('m', 'v', 'vhat'), ('m', 'v', 'vhat', 'step'))
    """
    kinds = MEMORY.get(name, ()) if isinstance(name, str) else ()
    return tuple(kind for kind in kinds if kind != "step") if name == "amsgrad" and variant in (None, REDDI) else kinds


def memory_name(kind: str, parameter: str, alone: bool) -> str:
    """The name of the memory of a kind beside a parameter, which may be the only one.

    >>> memory_name("v", "w1", alone=False), memory_name("step", "w1", alone=False)
    ('v_w1', 'step')
    """
    return kind if alone or kind == "step" else f"{kind}_{parameter}"


def memory_names(name: object, parameters: Sequence[str], variant: object = None) -> tuple[str, ...]:
    """The names of the memory that an optimizer keeps, in the order of the state; they are part of it, and taken.

    >>> memory_names("heavy-ball", ["w"]), memory_names("adam", ["w1", "w2"])
    (('m',), ('m_w1', 'm_w2', 'v_w1', 'v_w2', 'step'))
    """
    alone = len(parameters) == 1
    kinds = memory_kinds(name, variant)
    return tuple(dict.fromkeys(memory_name(kind, w, alone) for kind in kinds for w in parameters))
