"""A whole problem file: the model and its questions, checked; `solve()` answers them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .answer.answer import Answer, Hypothesis
from .chain.chain import Chain
from .chain.diffusion import Diffusion
from .effort import Effort
from .errors import HypothesisViolated, Inconclusive, InvalidInput
from .model_file import Model, Scope, read_model, read_source
from .questions.fields import Reader
from .questions.registry import COMMON, check_field_names, checked_question, fields_of, further_keys, verb_of
from .questions.verb import checked_digits, rung

if TYPE_CHECKING:
    from concurrent.futures import Executor

BUDGET, KEPT = 60, 3
"""Seconds for all questions of a file, and those kept for each of the later ones."""

Guard = Callable[[float], AbstractContextManager[object]]
"""guard(seconds) raises `Inconclusive` in its body once they have passed, also where no engine looks at the clock."""


def unguarded(seconds: float) -> AbstractContextManager[object]:
    """No guard: only the engines look at the clock."""
    return nullcontext()


@dataclass(frozen=True)
class Question:
    """One [[ask]] table; `place` counts from 1."""

    place: int
    name: str
    table: Mapping[str, Any]

    @property
    def field(self) -> str:
        return f"ask[{self.place}]"


@dataclass(frozen=True)
class Problem:
    """A model and its questions."""

    model: Model
    questions: tuple[Question, ...]

    @property
    def title(self) -> str | None:
        return self.model.title

    @property
    def chain(self) -> Chain | Diffusion:
        """The chain (or the diffusion), with the numbers of [values] put in."""
        return self.model.chain

    def solve(
        self,
        ask: Iterable[int] | None = None,
        *,
        digits: int | None = None,
        method: str | None = None,
        budget: float | None = BUDGET,
        seed: object = 0,
        executor: Executor | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> list[Answer]:
        """The answers to the questions, in the order of the file.

        `ask`: which questions, counted from 1; all by default. `digits`, `method`: in place of the file's.
        `budget`: seconds for all of them together; a question may use what is left but for
        3 s (or an equal share, if that is more) for each question after it.
        A violated hypothesis or an inconclusive question is an answer with that status and its message;
        `InvalidInput` is raised before anything is computed where the fields show it.

        >>> text = '''[model]
        ... loss = "x*w**2/2"
        ... parameters = ["w"]
        ... [data]
        ... x = { law = "two-point", values = ["4/5", "-6/5"] }
        ... [optimizer]
        ... name = "sgd"
        ... learning_rate = 0.8
        ... [[ask]]
        ... question = "lyapunov"
        ... at = 0
        ... '''
        >>> [answer.value for answer in load(text).solve()]
        ['-0.17435338714477775']
        """
        effort = Effort.within(budget, seed=seed, executor=executor, progress=progress)
        return list(self.answers(self.chosen(ask), effort, digits=digits, method=method))

    def answers(
        self,
        asked: Sequence[Question],
        effort: Effort,
        *,
        digits: int | None = None,
        method: str | None = None,
        guard: Guard = unguarded,
    ) -> Iterator[Answer]:
        """The same, one after the other as they are found."""
        with guard(remaining(effort)):
            jobs = [self.job(question, digits, method) for question in asked]
        for done, job in enumerate(jobs):
            yield job.answer(replace(effort, deadline=share(effort.deadline, len(jobs) - done)), guard)

    def simulations(self, given: Mapping[str, Any]) -> Problem:
        """The `simulate` questions only, with these fields in place of theirs; one of its own where there is none."""
        own = [question for question in self.questions if question.name == "simulate"]
        for name, what in (("start", "a start"), ("steps", "a number of steps")):
            if not own and name not in given:
                raise InvalidInput(f"--{name}", "nothing", f"{what}, as the file has no simulate question")
        asked = own or [Question(1, "simulate", {})]
        return replace(self, questions=tuple(replace(one, table={**one.table, **given}) for one in asked))

    def chosen(self, ask: Iterable[int] | None) -> Sequence[Question]:
        if not self.questions:
            raise InvalidInput("ask", "nothing", "at least one [[ask]] with a question")
        if ask is None:
            return self.questions
        places, last = list(ask), len(self.questions)
        for place in places:
            if isinstance(place, bool) or not isinstance(place, int) or not 1 <= place <= last:
                raise InvalidInput("--ask", place, f"a number from 1 to {last}, the questions of the file")
        return [self.questions[place - 1] for place in places]

    def job(self, question: Question, digits: int | None, method: str | None) -> Job:
        """The question with its fields read, ready to be answered."""
        kinds = fields_of(question.name)
        withheld = [v for f, v in question.table.items() if kinds[f] == "symbol" and isinstance(v, str)]
        chain, scope = self.model.leaving_free(withheld)
        require_fields(question)
        fields = read_fields(question, kinds, Reader(chain, scope))
        own = {name: fields.pop(name) for name in COMMON if name in fields}
        wanted = {"digits": digits, "method": method}
        own |= {name: value for name, value in wanted.items() if value is not None}
        try:
            if "digits" in own:
                own["digits"] = checked_digits(own["digits"])
            if "method" in own:
                own["method"] = rung(own["method"])
        except InvalidInput as error:
            raise located(error, question) from None
        return Job(question, chain, fields, own)


@dataclass(frozen=True)
class Job:
    """A question whose fields are read."""

    question: Question
    chain: Chain | Diffusion
    fields: Mapping[str, Any]
    effort: Mapping[str, Any]

    def answer(self, effort: Effort, guard: Guard = unguarded) -> Answer:
        """The answer; a violated hypothesis and an inconclusive search are answers too."""
        effort = replace(effort, **self.effort)
        started = time.perf_counter()
        try:
            with guard(remaining(effort)):
                return verb_of(self.question.name)(self.chain, **self.fields, effort=effort)
        except InvalidInput as error:
            raise located(error, self.question) from error
        except HypothesisViolated as error:
            failed = self.failed("violated", error, effort)
            failed = replace(failed, hypotheses=(Hypothesis(error.hypothesis, "violated"),))
        except Inconclusive as error:
            failed = self.failed("inconclusive", error, effort)
            failed = replace(failed, enclosure=error.enclosure, extra={**failed.extra, **error.known})
        return failed.timed(round(time.perf_counter() - started, 6))

    def failed(self, status: str, error: Exception, effort: Effort) -> Answer:
        empty = dict.fromkeys(further_keys(self.question.name))
        return Answer(self.question.name, status, message=str(error), digits=effort.digits, extra=empty)


def remaining(effort: Effort) -> float:
    return float("inf") if effort.deadline is None else effort.deadline - time.monotonic()


def share(deadline: float | None, left: int) -> float | None:
    """The deadline of the next of `left` questions: most are quick, so each later one is kept `KEPT` seconds or its share."""
    if deadline is None:
        return None
    now = time.monotonic()
    time_left = deadline - now
    return now + max(time_left / left, time_left - KEPT * (left - 1))


def require_fields(question: Question) -> None:
    """Refuse a question without a field that its verb cannot do without."""
    parameters = signature(verb_of(question.name)).parameters
    for name, kind in fields_of(question.name).items():
        needed = name in parameters and parameters[name].default is Parameter.empty
        if needed and name not in question.table:
            raise InvalidInput(f"{question.field}.{name}", "nothing", f"{with_article(kind)}: {question.name} needs {name}")


def with_article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeio" else f"a {noun}"


def read_fields(question: Question, kinds: Mapping[str, str], reader: Reader) -> dict[str, Any]:
    return {name: reader.read(kinds[name], value, f"{question.field}.{name}") for name, value in question.table.items()}


def located(error: InvalidInput, question: Question) -> InvalidInput:
    """The error with the place of the question in the file."""
    if error.field.startswith(question.field):
        return error
    own = error.field.replace("[", ".").split(".")[0] in fields_of(question.name)
    place = f"{question.field}.{error.field}" if own else f"{question.field} ({question.name}), {error.field}"
    return InvalidInput(place, error.value, error.allowed)


def load(source: str | bytes | Path, overrides: Mapping[str, str] | None = None) -> Problem:
    """The problem of a TOML file; bytes, or a text of several lines, are the problem itself.

    `overrides`: name -> expression, in place of entries of [values].
    Raises `InvalidInput` that names the field, the value and what is allowed.
    """
    table, folder = read_source(source)
    model = read_model(table, folder, overrides)
    model.chain  # noqa: B018 - builds it, so that every error of the model shows here
    return Problem(model, questions_of(model.sections))


def questions_of(sections: Mapping[str, Any]) -> tuple[Question, ...]:
    questions = []
    for place, table in enumerate(sections.get("ask", []), start=1):
        rest = dict(table)
        question = Question(place, checked_question(rest.pop("question", None), f"ask[{place}].question"), rest)
        check_field_names(question.name, rest, question.field)
        questions.append(question)
    return tuple(questions)


__all__ = ["Answer", "Problem", "Question", "Scope", "load"]
