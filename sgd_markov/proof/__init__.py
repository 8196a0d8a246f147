"""The steps of a proof that a machine checks: algebra symbolically, analysis by certified numbers, the rest cited."""

from .algebraic import Identity, Limit, Roots
from .means import MeanLog
from .signs import Negative, Positive
from .step import KINDS, Definition, Step, StepFailed, check_all
from .values import Enclosed, Value
from .words import Argued, Cited

__all__ = [
    "KINDS",
    "Argued",
    "Cited",
    "Definition",
    "Enclosed",
    "Identity",
    "Limit",
    "MeanLog",
    "Negative",
    "Positive",
    "Roots",
    "Step",
    "StepFailed",
    "Value",
    "check_all",
]
