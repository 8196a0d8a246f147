"""xewma.arl of the R package spc: the chart Z' = (1 - l) Z + l X, X standard normal, until |Z| > c sqrt(l/(2 - l)).

With l = 1/10 and w = s Z/l it is the ladder: c = (l/s)/sqrt(l/(2 - l)).
"""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from functools import lru_cache
from math import sqrt

from .timing import NotInstalled, Timed

LEVEL = 0.1
SCRIPT = """
suppressMessages(library(spc))
answer <- function(c, r) {
  k <- 1
  repeat {
    before <- proc.time()
    for (i in 1:k) v <- xewma.arl(0.1, c, 0, sided = "two", r = r)
    spent <- sum((proc.time() - before)[1:2])
    if (spent > 0.05) break
    k <- 4 * k
  }
  cat(sprintf("%.17g %.9g\\n", v, spent / k)); flush(stdout())
}
cat(sprintf("spc %s, %s\\n", packageVersion("spc"), R.version.string)); flush(stdout())
"""


@lru_cache(maxsize=1)
def session() -> tuple[subprocess.Popen[str], str]:
    """One R for all questions, and what it says about itself."""
    if shutil.which("R") is None:
        raise NotInstalled("R")
    found = subprocess.Popen(["R", "--no-echo", "--vanilla"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = ask(found, SCRIPT)
    if not said.startswith("spc"):
        raise NotInstalled("spc")
    return found, said


def ask(r: subprocess.Popen[str], text: str) -> str:
    assert r.stdin is not None and r.stdout is not None
    r.stdin.write(text + "\n")
    r.stdin.flush()
    return r.stdout.readline().strip()


def spc(s: Fraction, count: int) -> Timed:
    """R's own CPU clock ticks in milliseconds, so that it repeats short jobs."""
    limit = LEVEL / float(s) / sqrt(LEVEL / (2 - LEVEL))
    value, seconds = ask(session()[0], f"answer({limit!r}, {count})").split()
    return Timed(float(value), float(seconds))


def spc_version() -> str:
    return session()[1]
