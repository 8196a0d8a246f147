"""`latex` and `cite`: what is written about a problem or a claim."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ..alarm import alarm
from ..errors import InvalidInput
from ..supervision import Outcome
from .arguments import overrides, seconds, source_of
from .output import write
from .solving import loaded, status_of

if TYPE_CHECKING:
    from ..answer.answer import Answer
    from ..problem import Problem
    from ..theorems.claim import Claim
    from ..verdict import Verdict


def latex(chosen: Namespace) -> int:
    """A problem with its answers, or a claim with its proof, as LaTeX."""
    from ..export.latex import document, fragment

    claim = claim_of(chosen)
    if claim is None:
        problem, answers = solved(chosen)
        text = fragment(problem, answers) if chosen.fragment else document(problem, answers)
        status = answers_status(answers)
    else:
        text = fragment(claim) if chosen.fragment else document(claim, verdict=quick_verdict(chosen, claim))
        status = 0
    text = text.rstrip("\n") + "\n"
    if chosen.output is None:
        print(text, end="")
    else:
        write(Path(chosen.output), text)
    return status


def cite(chosen: Namespace) -> int:
    """BibTeX of what the answers, or the claim, rest on."""
    from ..export.cite import bibtex

    claim = claim_of(chosen)
    if claim is not None:
        print(bibtex(claim), end="")
        return 0
    problem, answers = solved(chosen)
    print(bibtex(problem, answers), end="")
    return answers_status(answers)


def answers_status(answers: list[Answer]) -> int:
    return status_of([Outcome(answer.question, answer.exit_status, answer.message, {}, []) for answer in answers])


def solved(chosen: Namespace) -> tuple[Problem, list[Answer]]:
    """The problem of the file, and its answers."""
    from ..effort import Effort

    budget = seconds(chosen.budget)
    with alarm(budget):
        problem = loaded(source_of(chosen.file), overrides(chosen.set or []))
    return problem, list(problem.answers(problem.chosen(None), Effort.within(budget), guard=alarm))


def quick_verdict(chosen: Namespace, claim: Claim) -> Verdict:
    from ..verdict import verify_claims

    budget = seconds(chosen.budget)
    with alarm(budget):
        return verify_claims([claim.id], quick=True, budget=budget)[0]


def claim_of(chosen: Namespace) -> Claim | None:
    """The claim that is named; None for a problem file."""
    claim = claim_named(chosen.file)
    if claim is not None and chosen.set:
        raise InvalidInput("--set", chosen.set[0], "no --set beside a claim")
    return claim


def claim_named(name: str) -> Claim | None:
    """The claim of that name; None for a problem file, which a name with a dot or a slash in it always means."""
    from ..theorems.registry import claim

    if name == "-" or re.search(r"[./\\]", name) or Path(name).exists():
        return None
    return claim(name)
