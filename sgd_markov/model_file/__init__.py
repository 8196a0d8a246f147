"""The model part of a problem file: TOML -> checked tables -> names and numbers -> a chain.

toml_text.py   a file or a text -> the TOML table; sizes, encodings and syntax errors
tables.py      which keys a section has and what each holds; unknown keys are refused
scope.py       which names an expression may use, and the numbers put in for some of them
model.py       the sections -> Model, which builds the chain
"""

from .model import Model, read_model
from .scope import Scope
from .toml_text import read_source

__all__ = ["Model", "Scope", "read_model", "read_source"]
