"""All noise models in the order of their numbers."""

from __future__ import annotations

import re

from .additive import ADDITIVE
from .finite_data import FINITE_DATA
from .multiplicative import MULTIPLICATIVE
from .noise_model import NoiseModel


def place(model: NoiseModel) -> tuple[int, str]:
    number, letter = re.fullmatch(r"(\d+)(\w*)", model.label).groups()  # type: ignore[union-attr]
    return int(number), letter


NOISE_MODELS: dict[str, NoiseModel] = {
    model.label: model for model in sorted((*FINITE_DATA, *ADDITIVE, *MULTIPLICATIVE), key=place)
}
"""label -> model: 1 to 27, and 19b, 26b."""
