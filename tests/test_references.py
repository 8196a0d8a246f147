"""Every key that is cited is in references.bib, with what a reader needs to find the source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sgd_markov.references import reference, reference_text, references

PACKAGE = Path(__file__).parent.parent / "sgd_markov"
CITED = sorted(
    {
        key
        for file in PACKAGE.rglob("*.py")
        for key in re.findall(r'"([a-z]+(?:19|20)\d\d)"', file.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("key", CITED)
def test_a_cited_key_is_an_entry(key: str) -> None:
    assert reference(key).key == key


@pytest.mark.parametrize("key", sorted(references()))
def test_an_entry_is_complete(key: str) -> None:
    entry = reference(key)
    assert {"author", "title", "year"} <= entry.fields.keys()
    assert {"journal", "booktitle", "publisher", "eprint", "note"} & entry.fields.keys()
    assert entry.bibtex.startswith("@") and entry.bibtex.endswith("}")
    assert not re.search(r"[{}\\]", reference_text(key))
