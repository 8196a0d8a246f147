"""A number and the CPU time that it took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


class NotInstalled(Exception):
    """The peer is not on this machine."""


@dataclass(frozen=True)
class Timed:
    value: float
    seconds: float


def timed(job: Callable[[], Any]) -> Timed:
    started = time.process_time()
    found = job()
    return Timed(float(found), time.process_time() - started)


def peer(name: str) -> Any:
    """A module of another tool."""
    try:
        return import_module(name)
    except ImportError as error:
        raise NotInstalled(name) from error
