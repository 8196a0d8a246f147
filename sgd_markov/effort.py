"""How hard to try: handed down from the caller to every engine, never global."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .errors import Inconclusive

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from .answer.warrant import Warrant


@dataclass(frozen=True)
class Effort:
    """Digits asked for, the deadline, the rung of the warrant that is wanted, the seed.

    `digits`: the enclosure is to be no wider than 10^-digits relative to the value (absolute where it is 0).
    `deadline`: in seconds of `time.monotonic()`; None is no deadline.
    `method`: the warrant asked for; None is the strongest that reaches `digits`.
    `seed`: an int, a numpy SeedSequence or Generator; only sampled routes read it.
    """

    digits: int = 15
    deadline: float | None = None
    method: Warrant | None = None
    seed: object = 0
    executor: Executor | None = None
    progress: Callable[[float], None] | None = None

    @classmethod
    def within(cls, seconds: float | None, **fields: object) -> Effort:
        """An effort that ends `seconds` from now."""
        deadline = None if seconds is None else time.monotonic() + seconds
        return cls(deadline=deadline, **fields)  # type: ignore[arg-type]

    def with_digits(self, digits: int) -> Effort:
        return replace(self, digits=digits)

    def check(self) -> None:
        """Raise `Inconclusive` once the deadline has passed; engines call it in every long loop."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise Inconclusive("the budget of time ended first; allow more with --budget")
