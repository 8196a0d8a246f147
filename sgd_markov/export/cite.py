"""BibTeX of exactly what was used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..proof import Cited
from ..references import reference
from ..theorems.claim import Claim

if TYPE_CHECKING:
    from ..answer.answer import Answer
    from ..problem import Problem


def bibtex(subject: Problem | Claim, answers: Sequence[Answer] | None = None) -> str:
    """The entries of references.bib that a claim and its proof cite, or that the answers of a problem used.

    `answers`: those of the problem if they are known already; else it is solved.
    """
    return "".join(reference(key).bibtex + "\n\n" for key in keys_of(subject, answers)).rstrip("\n") + "\n"


def keys_of(subject: Problem | Claim, answers: Sequence[Answer] | None = None) -> list[str]:
    """The keys in the order of first use, each once."""
    if isinstance(subject, Claim):
        steps = (step.key for step in subject.proof() if isinstance(step, Cited))
        return distinct((*subject.cite, *steps))
    found = subject.solve() if answers is None else answers
    return distinct(key for answer in found for key in answer.cite)


def distinct(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))
