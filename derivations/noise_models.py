"""The noise models of SGD in one parameter: kernel and stationary law of each, found by the package when this runs.

`python derivations/noise_models.py` writes notes/noise_models.md.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sympy as sp

import sgd_markov as sm
from sgd_markov.noise_models import INSTANCES, NOISE_MODELS, NoiseModel

W = sp.Symbol("w", real=True)
SHORT = 220
"""Characters of a formula that fits into the table."""

INTRODUCTION = r"""# Noise models

One step of SGD with the learning rate $\lambda$ in one parameter, for any loss $h(w)$ with the derivative $h'(w)$, under each noise model.
**Kernel**: the law of the next state $w'$ given $w$, as the question `kernel` answers it; $\delta_v(dw')$ is a unit mass at $v$, and what
stands before $dw'$ is a density. **Stationary law**: as the question `stationary` answers it, for the loss that is named with it and under the
hypotheses that stand below; "not known" means that the package has no closed form, and says so. Long formulas stand under their numbers.
The models are data, `sgd_markov.noise_models`; the tests compare each kernel with direct integration at 200 random points.
"""


IN_NUMBERS = """# The same in numbers

One problem for each model that has a stationary law which the package knows, exactly or by its moments. The invariance of every law is proved when
it is asked for; *steps checked* counts the steps that algebra or ball arithmetic checks. The tests compare each law with simulation. Under 18, 19b
and 27 no closed form is known: the clipped and the quantised recursions are not affine, and their laws are in no family of this package."""


@dataclass(frozen=True)
class Entry:
    """A model with what the package answers about it."""

    model: NoiseModel

    @cached_property
    def kernel(self) -> str:
        return in_symbols(sm.kernel(self.model.general).latex())

    @cached_property
    def conditions(self) -> list[str]:
        return sm.kernel(self.model.general).conditions

    @cached_property
    def stationary(self) -> tuple[str, str]:
        """(the law in a few words, formula and hypotheses)."""
        try:
            answer = sm.stationary(self.model.with_loss(self.model.settled))
        except sm.HypothesisViolated as error:
            return "none", str(error)
        except (sm.Inconclusive, sm.InvalidInput) as error:
            return "not known", str(error).replace("inconclusive: ", "")
        stated = "; ".join(f"`{hypothesis.statement}` ({hypothesis.state})" for hypothesis in answer.hypotheses)
        return answer.extra["family"], f"${in_symbols(answer.latex())}$. Hypotheses: {stated or 'none'}."

    @property
    def row(self) -> str:
        kernel = f"${self.kernel}$" if len(self.kernel) <= SHORT else f"see [{self.model.label}](#{self.anchor})"
        cells = (self.model.label, self.model.name, kernel, self.stationary[0])
        return "| " + " | ".join(cell.replace("|", r"\vert ") for cell in cells) + " |"

    @property
    def anchor(self) -> str:
        return f"model-{self.model.label}"

    @property
    def section(self) -> str:
        outside = f"\n\nHere `{'`, `'.join(self.conditions)}`." if self.conditions else ""
        loss = str(self.model.settled)
        return (
            f'<a id="{self.anchor}"></a>\n\n## {self.model.label}. {self.model.name}\n\n$$\n{self.kernel}\n$$'
            f"{outside}\n\nStationary law ($h$ = `{loss}`): {self.stationary[0]}. {self.stationary[1]}"
        )


def in_numbers(label: str) -> str:
    """The row of the second table: one problem in numbers, its law, and two numbers of it."""
    instance = INSTANCES[label]
    place = {} if instance.start is None else {"start": instance.start}
    answer = sm.stationary(instance.chain, **place)
    proved = sum(step["kind"] in ("algebra", "certified") for step in answer.proof)
    second = told(lambda: shown(sm.stationary(instance.chain, of=W**2, **place)))
    below = told(lambda: shown(sm.stationary(instance.chain, cdf_at="1/3", **place)))
    cells = (label, instance.words, answer.family, answer.kind, str(proved), second, below)
    return "| " + " | ".join(cells) + " |"


def shown(answer: sm.Answer) -> str:
    """The fraction where it is one, else the decimal."""
    rational = answer.exact is not None and answer.exact.is_Rational
    return str(answer.exact) if rational else str(answer.value)


def told(ask) -> str:
    """A number, or why there is none."""
    try:
        return ask()
    except sm.HypothesisViolated:
        return "infinite"
    except (sm.Inconclusive, sm.InvalidInput):
        return "not known"


def in_symbols(formula: str) -> str:
    """With the letters of the text."""
    return formula.replace(r"\operatorname{h'}", "h'").replace(r"\mathrm{lr}", r"\lambda")


if __name__ == "__main__":
    entries = [Entry(model) for model in NOISE_MODELS.values()]
    table = ["| # | model | kernel | stationary law |", "|---|---|---|---|", *(entry.row for entry in entries)]
    numbers = [
        "| # | problem | stationary law | type | steps checked | $E w^2$ | $P(w \\le 1/3)$ |",
        "|---|---|---|---|---|---|---|",
        *(in_numbers(label) for label in INSTANCES),
    ]
    parts = ["\n".join(table), IN_NUMBERS, "\n".join(numbers), *(entry.section for entry in entries)]
    text = "\n\n".join([INTRODUCTION, *parts]) + "\n"
    Path(__file__).parent.parent.joinpath("notes", "noise_models.md").write_text(text, encoding="utf-8")
