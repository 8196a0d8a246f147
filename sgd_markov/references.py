"""The sources: entries of references.bib by their keys, as BibTeX and as one line of text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from .errors import InvalidInput

LETTERS = {r"{\o}": "ø", r"^\infty": "∞"}
"""LaTeX of whole letters -> the letter"""
ACCENTS = {"H": "\u030b", '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "c": "\u0327", "v": "\u030c"}


@dataclass(frozen=True)
class Reference:
    """One entry: `bibtex` is its text as it stands in the file."""

    key: str
    kind: str
    fields: dict[str, str]
    bibtex: str

    @property
    def text(self) -> str:
        """Author, title, where, year: one line, with LaTeX accents left as they are."""
        places = ("journal", "booktitle", "publisher", "note")
        where = next((self.fields[name] for name in places if name in self.fields), "")
        parts = [self.authors, self.fields.get("title", ""), where, self.number]
        return ". ".join(part for part in parts if part) + f" ({self.fields.get('year', 'no year')})."

    @property
    def authors(self) -> str:
        """First names first."""
        names = self.fields.get("author", "").split(" and ")
        return ", ".join(" ".join(reversed(name.split(", "))) for name in names)

    @property
    def number(self) -> str:
        if "eprint" in self.fields:
            return f"arXiv:{self.fields['eprint']}"
        return self.fields.get("volume", "")


@cache
def references() -> dict[str, Reference]:
    """All entries of references.bib, by key."""
    text = resources.files(__package__).joinpath("references.bib").read_text(encoding="utf-8")
    return {entry.key: entry for entry in map(parsed, re.split(r"\n(?=@)", text)) if entry is not None}


def parsed(block: str) -> Reference | None:
    """One @kind{key, name = {value}, ...} of the file; None for a block without one."""
    head = re.search(r"^@(\w+)\{([^,\s]+),", block, re.MULTILINE)
    if head is None:
        return None
    return Reference(head[2], head[1].lower(), dict(pairs(block[head.end() :])), block[head.start() :].strip())


def pairs(body: str) -> Iterable[tuple[str, str]]:
    """name, value of each field; braces of a value may be nested."""
    while match := re.search(r"(\w+)\s*=\s*", body):
        rest = body[match.end() :]
        if rest.startswith("{"):
            first, last = 1, closing(rest)
        elif rest.startswith('"'):
            first, last = 1, rest.index('"', 1)
        else:
            first, last = 0, re.search(r"[,}\s]|$", rest).start()  # type: ignore[union-attr]
        yield match[1].lower(), " ".join(rest[first:last].split())
        body = rest[last + 1 :]


def closing(text: str) -> int:
    """The place of the brace that closes the one at the beginning."""
    depth = 0
    for place, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth == 0:
            return place
    raise ValueError(f"a brace is not closed in references.bib: {text[:40]}")


def reference(key: str) -> Reference:
    """The entry of a key; refuses a key that is not in references.bib."""
    if key not in references():
        raise InvalidInput("cite", key, "a key of references.bib")
    return references()[key]


def reference_text(key: str) -> str:
    """The entry as one line, without the braces of BibTeX, accents as letters.

    >>> reference_text("ville1939")
    'Jean Ville. Étude critique de la notion de collectif. Gauthier-Villars (1939).'
    """
    text = reference(key).text
    for written, letter in LETTERS.items():
        text = text.replace(written, letter)
    accented = re.sub(r"\\([\"'`^~]|[cvH](?=\{))\{?(\w)\}?", combined, text)
    return re.sub(r"[{}$]", "", accented).replace("--", "-")


def combined(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match[2] + ACCENTS[match[1]])
