"""All tests of laws compute with 30 digits."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath as mp
import pytest


@pytest.fixture(autouse=True)
def thirty_digits() -> Iterator[None]:
    with mp.workdps(30):
        yield
