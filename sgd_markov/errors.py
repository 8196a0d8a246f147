"""The three ways in which a question has no answer, each with its exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .answer.enclosure import Enclosure


class SGDMarkovError(Exception):
    """Base of every error that this package raises on purpose; `status` is the command line's exit status."""

    status = 1


class InvalidInput(SGDMarkovError):
    """The input is invalid: names the field, the value, and what is allowed.

    >>> raise InvalidInput("batch_size", 0, "an integer of at least 1")
    Traceback (most recent call last):
        ...
    sgd_markov.errors.InvalidInput: batch_size: 0 is not allowed; use an integer of at least 1
    """

    status = 2

    def __init__(self, field: str, value: object, allowed: str) -> None:
        super().__init__(field, value, allowed)
        self.field, self.value, self.allowed = field, value, allowed

    def __str__(self) -> str:
        return one_line(f"{self.field}: {shortened(self.value)} is not allowed; use {self.allowed}")


class HypothesisViolated(SGDMarkovError):
    """There is no such object, and no precision will help: names the hypothesis and what breaks it.

    >>> raise HypothesisViolated("E|x|^2 < oo", "x has infinite variance")
    Traceback (most recent call last):
        ...
    sgd_markov.errors.HypothesisViolated: hypothesis violated: E|x|^2 < oo; found: x has infinite variance
    """

    status = 3

    def __init__(self, hypothesis: str, found: str) -> None:
        super().__init__(hypothesis, found)
        self.hypothesis, self.found = hypothesis, found

    def __str__(self) -> str:
        return one_line(f"hypothesis violated: {self.hypothesis}; found: {self.found}")


class Inconclusive(SGDMarkovError):
    """The precision, the budget or the method ended first: more of it may help.

    `enclosure` is the best enclosure reached (or None), `bits` the working precision reached. `known`: what is proved
    all the same of the question's further fields, such as the sign of an exponent.
    """

    status = 4

    def __init__(self, reason: str, enclosure: Enclosure | None = None, bits: int | None = None) -> None:
        super().__init__(reason, enclosure, bits)
        self.reason, self.enclosure, self.bits = reason, enclosure, bits
        self.known: dict[str, object] = {}

    def __str__(self) -> str:
        return one_line(f"inconclusive: {self.reason}")


def shortened(value: object, limit: int = 80) -> str:
    """The value as a message shows it: text in quotes, at most `limit` characters."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def one_line(text: str) -> str:
    return " ".join(text.split())
