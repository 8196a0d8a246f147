"""Problem files that several tests start from."""

from __future__ import annotations

EXAMPLE = """\
title = "SGD at a strict local maximum"

[model]
loss = "x*w**2/2"
parameters = ["w"]

[data]
x = { law = "two-point", values = ["a + 1", "a - 1"] }

[sampling]
batch_size = 1
scheme = "with-replacement"

[optimizer]
name = "sgd"
learning_rate = "lr"

[symbols]
lr = "positive"

[values]
a = "-1/5"

[[ask]]
question = "window"
at = { w = 0 }
parameter = "lr"
"""
"""The example of the interface."""

DATA = '{ law = "two-point", values = ["a + 1", "a - 1"] }'

SAMPLED = """
[[ask]]
question = "simulate"
start = { w = 1 }
steps = 4
chains = 50
"""
EXPONENT = """
[[ask]]
question = "lyapunov"
at = { w = 0 }
"""
QUESTIONS = """
[[ask]]
question = "kernel"

[[ask]]
question = "moment-exponent"
at = 0
order = 2

[[ask]]
question = "law"
start = 1
steps = 3
set = ["-1/2", "oo"]

[[ask]]
question = "moments"
order = 2
central = true
start = 1
steps = 5

[[ask]]
question = "tail-index"
digits = 5

[[ask]]
question = "critical-points"
within = [-3, 3]
"""
"""The questions that the other texts do not ask."""
RANDOM_MAP = """\
[model]
state = ["u", "v"]
map = { v = "b*z", u = "1/2*u + a*v" }

[data]
"a, b" = { law = "rows", rows = [["1/2", 1], [1, "1/3"]], probabilities = ["4/5", 0.2] }

[noise]
z = { law = "normal", mean = 0, std = "s" }

[symbols]
s = "positive"
"""


def changed(old: str, new: str, text: str = EXAMPLE) -> str:
    """The text with one passage replaced, which must be there."""
    assert old in text, old
    return text.replace(old, new)
