"""The optimizers by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from importlib import import_module
from inspect import signature
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
}
"""name -> (module of this folder, its function); a module is imported when its optimizer is asked for."""
WITH_MOMENTUM = ("heavy-ball", "nesterov", "ema-momentum")
SHARED = ("loss", "parameters", "learning_rate", "data", "noise", "batch_size", "scheme", "domain", "options")
"""What every optimizer takes besides numbers of its own."""
LATER = ("rmsprop", "adam", "amsgrad")


def optimizer(name: object) -> Any:
    """The function that makes a chain of a loss.

    >>> optimizer("sgd").__name__
    'SGD'
    """
    if name in LATER:
        here = ", ".join(OPTIMIZERS)
        raise InvalidInput("optimizer.name", name, f"one that this version has: {here}; {name} comes with a later one")
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
    return tuple(field for field in signature(optimizer(name)).parameters if field not in SHARED)


def memory_names(name: object, parameters: Sequence[str]) -> tuple[str, ...]:
    """The names of the memory that an optimizer keeps; they are part of the state, and taken.

    >>> memory_names("heavy-ball", ["w"]), memory_names("sgd", ["w"])
    (('m',), ())
    """
    if name not in WITH_MOMENTUM:
        return ()
    return ("m",) if len(parameters) == 1 else tuple(f"m_{parameter}" for parameter in parameters)
