"""A problem with its answers, or a claim with its proof, as a LaTeX document that compiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from ..answer.answer import Answer, decimal_latex
from ..answer.number import Number
from ..answer.text import expression_latex
from ..chain.chain import Chain
from ..chain.diffusion import Diffusion
from ..effort import Effort
from ..errors import SGDMarkovError
from ..problem import Problem
from ..proof import KINDS, Cited, Step
from ..questions.registry import verb_of
from ..references import reference
from ..theorems.claim import Claim
from ..verdict import RouteReport, Verdict
from .cite import keys_of
from .law_text import draw_text, map_text
from .tex import PREAMBLE, broken_words, display, escaped, inline, itemized, latex_text, mixed, section

TRI_STATE = ("attracts", "kind", "noise", "hessian")
"""Keys of a table for which nothing means that it is not decided; other keys without a meaning are left out."""
KERNEL_BUDGET = 10
"""Seconds for the kernel, which the document shows but does not depend on."""


def document(subject: Problem | Claim, answers: Sequence[Answer] | None = None, verdict: Verdict | None = None) -> str:
    """The whole document of a problem (solved here unless `answers` are given) or of a claim (with the numbers of its
    routes if a `verdict` is given)."""
    if isinstance(subject, Claim):
        title, parts = mixed(f"{subject.id}: {subject.title}"), claim_parts(subject, verdict)
        keys = keys_of(subject)
    else:
        answers = subject.solve() if answers is None else answers
        title, parts = escaped(subject.title or "A stochastic gradient chain"), problem_parts(subject, answers)
        keys = keys_of(subject, answers)
    head = [f"\\title{{{title}}}\n\\author{{}}\n\\date{{}}", "\\begin{document}\n\\maketitle"]
    body = "\n".join([*head, *parts, bibliography(keys)])
    return f"{PREAMBLE}{body}\\end{{document}}\n"


def fragment(subject: Answer | Claim | Problem, answers: Sequence[Answer] | None = None) -> str:
    """One formula without dollar signs: an answer's, or the first answer's of a problem. Of a claim: its statement,
    which is text with formulas between dollar signs."""
    if isinstance(subject, Claim):
        return latex_text(subject.statement)
    if isinstance(subject, Problem):
        return fragment((subject.solve([1]) if answers is None else answers)[0])
    return subject.latex()


def problem_parts(problem: Problem, answers: Sequence[Answer]) -> list[str]:
    named = problem.model.sections.get("optimizer", {}).get("name")
    return [
        section("Model", *model_text(problem.chain, named)),
        kernel_section(problem.chain),
        section("Hypotheses", hypotheses_text(answers)),
        section("Answers", *(answer_text(answer) for answer in answers)),
    ]


def model_text(chain: Chain | Diffusion, optimizer: str | None = None) -> list[str]:
    """Loss, law of the data, optimizer, map; of a diffusion its equation."""
    if isinstance(chain, Diffusion):
        return [r"The state follows the stochastic differential equation (in It\^o's sense)", equation_text(chain), domain_text(chain)]
    blocks = []
    if chain.loss is not None:
        arguments = ", ".join(expression_latex(symbol) for symbol in chain.weights)
        drawn = ", ".join(expression_latex(symbol) for symbol in chain.draw.data_symbols)
        head = rf"\ell({arguments};\, {drawn})" if drawn else rf"\ell({arguments})"
        blocks += ["The loss of one sample is", display(f"{head} = {expression_latex(chain.loss)}.")]
    blocks += draw_text(chain.draw)
    if optimizer is not None and chain.learning_rate is not None:
        rate = inline(expression_latex(chain.learning_rate))
        blocks.append(f"The optimizer is \\texttt{{{escaped(optimizer)}}} with the learning rate {rate}.")
    return [*blocks, "One step is the random map", map_text(chain), domain_text(chain)]


def equation_text(diffusion: Diffusion) -> str:
    w, drift, variance = (expression_latex(e) for e in (diffusion.variable, diffusion.drift, diffusion.variance))
    return display(rf"d{w} = \left({drift}\right)dt + \sqrt{{{variance}}}\,dB_t.")


def domain_text(chain: Chain | Diffusion) -> str:
    kept = [f"{inline(expression_latex(symbol))} stays {escaped(kind)}" for symbol, kind in chain.domain.items()]
    return f"State space: {', '.join(kept)}." if kept else ""


def kernel_section(chain: Chain | Diffusion) -> str:
    """A diffusion has no step."""
    return "" if isinstance(chain, Diffusion) else section("One-step kernel", kernel_text(chain))


def kernel_text(chain: Chain) -> str:
    """The answer of the question `kernel`, or why there is none."""
    try:
        answer = verb_of("kernel")(chain, effort=Effort.within(KERNEL_BUDGET))
    except SGDMarkovError as error:
        return f"Not available: {escaped(str(error))}.\n"
    return answer_formula(answer) or extra_text(answer)


def hypotheses_text(answers: Sequence[Answer]) -> str:
    stated = {(h.statement, h.state): None for answer in answers for h in answer.hypotheses}
    return itemized(f"{mixed(statement)} ({escaped(state)})" for statement, state in stated)


def answer_text(answer: Answer) -> str:
    """One answer: closed form, value, enclosure, warrant, method, and its own fields."""
    heading = f"\\subsection*{{{escaped(answer.question)}}}\n"
    if answer.status != "answered":
        heading += f"Status: {escaped(answer.status)}. {escaped(answer.message or '')}\n\n"
    table = answer.to_dict()
    facts = []
    if table["value"] is not None:
        facts.append(f"value {broken_words(inline(decimal_latex(table['value'])))}")
    if table["lower"] is not None:
        ends = (broken_words(inline(decimal_latex(table[end]))) for end in ("lower", "upper"))
        facts.append("enclosed by {} and {}".format(*ends))
    facts += [f"{key}: {escaped(str(table[key]))}" for key in ("warrant", "method") if table[key] is not None]
    cited = f"See \\cite{{{','.join(answer.cite)}}}.\n" if answer.cite else ""
    return heading + answer_formula(answer) + itemized(facts) + extra_text(answer) + cited


def answer_formula(answer: Answer) -> str:
    if answer.formula is None and answer.exact is None:
        return ""
    return display(answer.latex())


def extra_text(answer: Answer) -> str:
    """The fields that only this question has."""
    shown = [(key, entry) for key, entry in answer.extra.items() if entry is not None]
    return itemized(f"{escaped(key.replace('_', ' '))}: {entry_text(entry, key)}" for key, entry in shown)


def entry_text(entry: Any, key: str = "") -> str:
    """A field of an answer: numbers as formulas, pairs of intervals as intervals, lists and tables of them in a row."""
    if entry is None or isinstance(entry, bool):
        return {True: "yes", False: "no", None: "undecided"}[entry]
    if isinstance(entry, Number):
        return number_text(entry)
    if isinstance(entry, sp.Basic):
        return inline(expression_latex(entry))
    if isinstance(entry, Mapping):
        kept = {name: value for name, value in entry.items() if value is not None or name in TRI_STATE}
        return ", ".join(f"{spelled(str(name))} {entry_text(value, str(name))}" for name, value in kept.items()) or "none"
    if isinstance(entry, list | tuple):
        return sequence_text(entry, key)
    return escaped(str(entry))


def spelled(key: str) -> str:
    """The name of a field in words."""
    return escaped(key.replace("_", " "))


def sequence_text(entries: Sequence[Any], key: str) -> str:
    if not entries:
        return "none"
    if key == "hessian":
        return matrix_text(entries)
    if all(isinstance(entry, list | tuple) and len(entry) == 2 for entry in entries):
        return "; ".join("from {} to {}".format(*map(entry_text, entry)) for entry in entries)
    shown = [entry_text(entry) for entry in entries[:20]]
    return "; ".join([*shown, "\\ldots"] if len(entries) > 20 else shown)


def matrix_text(rows: Sequence[Sequence[Number]]) -> str:
    """Closed forms where they are known, else decimals."""
    shown = [[decimal_latex(str(x.value)) if x.exact is None else expression_latex(x.exact) for x in row] for row in rows]
    return inline(r"\begin{pmatrix}" + r" \\ ".join(" & ".join(row) for row in shown) + r"\end{pmatrix}")


def number_text(number: Number) -> str:
    """The closed form if it is short, and the decimal."""
    closed = None if number.exact is None else expression_latex(number.exact)
    decimal = None if number.value is None else decimal_latex(number.value)
    if closed is None or len(closed) > 120:
        return inline(decimal or closed or r"\text{undecided}")
    if decimal is None or (number.exact is not None and number.exact.is_Integer) or decimal == closed:
        return inline(closed)
    return inline(rf"{closed} \approx {decimal}")


def claim_parts(claim: Claim, verdict: Verdict | None) -> list[str]:
    cited = f"See \\cite{{{','.join(claim.cite)}}}.\n" if claim.cite else ""
    steps = "\n".join(step_text(step) for step in claim.proof())
    return [
        f"\\begin{{claim}}\n{latex_text(claim.statement)}\n\\end{{claim}}\n{cited}",
        section("Hypotheses", itemized(mixed(hypothesis) for hypothesis in claim.hypotheses)),
        section("Example", mixed(claim.example)),
        section("Model", *model_text(claim.problem())),
        kernel_section(claim.problem()),
        section("Proof", f"\\begin{{enumerate}}\n{steps}\n\\end{{enumerate}}" if steps else ""),
        section("Negative control", escaped(claim.control.what) + "."),
        routes_text(verdict) if verdict is not None else "",
    ]


def step_text(step: Step) -> str:
    kind = KINDS[step.kind] + (f": \\cite{{{step.key}}}" if isinstance(step, Cited) else "")
    return f"\\item {mixed(step.why)} \\emph{{({kind})}}\n{display(step.latex)}"


def routes_text(verdict: Verdict) -> str:
    """What each route found."""
    heading = f"Verdict: {escaped(verdict.verdict)}."
    return section("Independent routes", heading, itemized(map(route_text, verdict.routes)))


def route_text(route: RouteReport) -> str:
    found = route.to_dict()
    if found["value"] is None:
        return f"{escaped(route.name)}: no number"
    value, lower, upper = (broken_words(inline(decimal_latex(found[key]))) for key in ("value", "lower", "upper"))
    return f"{escaped(route.name)} ({escaped(found['warrant'])}): {value}, enclosed by {lower} and {upper}"


def bibliography(keys: Sequence[str]) -> str:
    """The sources by their keys, in the order of first use."""
    if not keys:
        return ""
    items = "\n".join(f"\\bibitem{{{key}}} {reference_latex(key)}" for key in keys)
    return f"\\begin{{thebibliography}}{{99}}\n{items}\n\\end{{thebibliography}}\n"


def reference_latex(key: str) -> str:
    """A BibTeX field is LaTeX already, but for signs that only BibTeX allows."""
    return latex_text(reference(key).text).replace("&", r"\&").replace(r"\\&", r"\&")
