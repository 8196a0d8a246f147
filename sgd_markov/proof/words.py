"""Steps that no machine checks, and that say so."""

from __future__ import annotations

from dataclasses import dataclass

from .step import Step


@dataclass(frozen=True)
class Cited(Step):
    """A statement taken from the literature, not proved here: `statement` is LaTeX, `key` a BibTeX key."""

    statement: str
    key: str

    def check(self) -> None:
        if not self.key:
            raise self.fail("a cited step needs its source")

    @property
    def latex(self) -> str:
        return self.statement

    @property
    def kind(self) -> str:
        return "cited"


@dataclass(frozen=True)
class Argued(Step):
    """A short argument in words with its formula, checked by no machine and marked so; `statement` is LaTeX."""

    statement: str

    def check(self) -> None:
        if not self.statement:
            raise self.fail("an argued step needs its statement")

    @property
    def latex(self) -> str:
        return self.statement

    @property
    def kind(self) -> str:
        return "argued"
