"""Text and formulas made safe for LaTeX: everything compiles with Debian's texlive-latex-recommended."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[a4paper,margin=27mm]{geometry}
\usepackage{amsmath,amssymb,amsthm,graphicx}
\newtheorem*{claim}{Theorem}
\newsavebox{\formula}
\newcommand{\fitted}[1]{\sbox{\formula}{$\displaystyle #1$}%
  \ifdim\wd\formula>\linewidth\resizebox{\linewidth}{!}{\usebox{\formula}}\else\usebox{\formula}\fi}
\allowdisplaybreaks
\setlength{\emergencystretch}{3em}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5em}
"""

LONGEST = 2500
"""Characters of a formula beyond which it is not printed: a box that TeX cannot measure, or nobody can read."""

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "`": r"\textquoteleft{}",
}  # fmt: skip

GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lamda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
)
NAMED = {
    unicodedata.lookup(f"GREEK SMALL LETTER {name}".upper()): name.replace("lamda", "lambda") for name in GREEK.split()
}
SIGNS = {
    "\N{EN DASH}": "--", "\N{EM DASH}": "---", "\N{MINUS SIGN}": "$-$", "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{INFINITY}": r"$\infty$", "\N{LESS-THAN OR EQUAL TO}": r"$\le$", "\N{GREATER-THAN OR EQUAL TO}": r"$\ge$",
    "\N{PLUS-MINUS SIGN}": r"$\pm$", "\N{SQUARE ROOT}": r"$\surd$", "\N{RIGHTWARDS ARROW}": r"$\to$",
    "\N{LEFT SINGLE QUOTATION MARK}": "`", "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``", "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
}  # fmt: skip
ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~",
    "\u0308": '"', "\u030a": "r", "\u030c": "v", "\u0327": "c",
}  # fmt: skip


def escaped(text: str) -> str:
    r"""Plain text as LaTeX; letters that LaTeX cannot print become their nearest ASCII, or a question mark.

    >>> escaped("50 % of w_1 & more")
    '50 \\% of w\\_1 \\& more'
    """
    return "".join(map(letter, text))


def letter(sign: str) -> str:
    if sign in SPECIAL:
        return SPECIAL[sign]
    if sign.isascii():
        return sign if sign.isprintable() or sign in "\n\t" else " "
    if sign in NAMED:
        return rf"$\{NAMED[sign]}$"
    return SIGNS[sign] if sign in SIGNS else decomposed(sign)


def decomposed(sign: str) -> str:
    """An accented letter as its LaTeX accent; else its ASCII part; else a question mark."""
    parts = unicodedata.normalize("NFKD", sign)
    base, marks = parts[0], parts[1:]
    if len(marks) == 1 and marks[0] in ACCENTS and base.isascii():
        return rf"\{ACCENTS[marks[0]]}{{{base}}}"
    return "".join(SPECIAL.get(part, part) for part in parts if part.isascii()) or "?"


def mixed(text: str) -> str:
    r"""Text with formulas between dollar signs: the formulas stay, the text between them is escaped.

    >>> mixed("for $a_1 < 0$, 50 %")
    'for $a_1 < 0$, 50 \\%'
    """
    if text.count("$") % 2:
        return escaped(text)
    parts = text.split("$")
    return "$".join(ascii_math(part) if place % 2 else escaped(part) for place, part in enumerate(parts))


def latex_text(text: str) -> str:
    """Text that is LaTeX already: only letters beyond ASCII are replaced."""
    return "".join(sign if sign.isascii() else letter(sign) for sign in text)


def ascii_math(formula: str) -> str:
    r"""A formula with Greek letters as commands and other letters beyond ASCII left out."""
    return "".join(s if s.isascii() else rf"\{NAMED[s]} " if s in NAMED else r"\square " for s in formula)


def display(formula: str) -> str:
    """The formula on its own line, made smaller where it is wider than the page."""
    formula = " ".join(ascii_math(formula).split())
    if len(formula) > LONGEST:
        return f"(The formula has {len(formula)} characters and is left out; \\texttt{{solve -{{}}-json}} prints it.)\n"
    return f"\\[\n\\fitted{{{formula}}}\n\\]\n"


def inline(formula: str) -> str:
    return f"${' '.join(ascii_math(formula).split())}$" if len(formula) <= LONGEST else "(a long formula, left out)"


def itemized(items: Iterable[str]) -> str:
    listed = "\n".join(f"  \\item {item}" for item in items)
    return f"\\begin{{itemize}}\n{listed}\n\\end{{itemize}}\n" if listed else ""


def section(heading: str, *blocks: str) -> str:
    body = "\n".join(block for block in blocks if block)
    return f"\\section*{{{escaped(heading)}}}\n{body}\n" if body else ""


def broken_words(text: str) -> str:
    """Long runs of digits may be broken across lines."""
    return re.sub(r"(\d{30})(?=\d)", r"\1\\allowbreak{}", text)
