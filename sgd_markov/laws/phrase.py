"""Words that stand in a message where a value would."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrase:
    """Printed without quotes, unlike a text that the user wrote.

    >>> from sgd_markov.errors import InvalidInput
    >>> str(InvalidInput("data.x.shape", Phrase("nothing"), "a value"))
    'data.x.shape: nothing is not allowed; use a value'
    """

    words: str

    def __str__(self) -> str:
        return self.words
