"""The optimizers by name."""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from typing import Any

from ..errors import InvalidInput
from .options import Options

OPTIMIZERS: dict[str, tuple[str, str]] = {
    "sgd": ("sgd", "SGD"),
}
"""name -> (module of this folder, its function); a module is imported when its optimizer is asked for."""
LATER = ("heavy-ball", "nesterov", "ema-momentum", "rmsprop", "adam", "amsgrad", "sign-sgd", "langevin")


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
