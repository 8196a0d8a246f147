"""Executors by name, and the alarm that ends what does not look at the clock."""

from __future__ import annotations

import math
import signal
import threading
import time

import pytest

from sgd_markov.alarm import alarm
from sgd_markov.errors import Inconclusive, InvalidInput
from sgd_markov.executors import executor


def test_serial_is_this_process() -> None:
    with executor("serial") as pool:
        assert pool is None


def test_processes() -> None:
    with executor("process:2") as pool:
        assert pool is not None
        assert list(pool.map(math.factorial, [3, 4])) == [6, 24]


@pytest.mark.parametrize(
    "text", ["", "process", "process:", "process:0", "process:-1", "process:two", "process:9999", "dask:"]
)
def test_other_names_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="serial, process:N"), executor(text):
        pass


def test_a_cluster_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput, match="dask"), executor("dask:tcp://127.0.0.1:1"):
        pass


def test_the_alarm_rings_until_it_is_heard() -> None:
    started = time.monotonic()
    with pytest.raises(Inconclusive), alarm(0.05):
        while True:
            try:
                time.sleep(1)
            except Inconclusive:
                if time.monotonic() - started > 0.6:
                    raise
    assert time.monotonic() - started < 3


def test_the_alarm_leaves_nothing_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with alarm(60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_the_alarm_is_silent_in_other_threads() -> None:
    seen: list[float] = []

    def body() -> None:
        with alarm(0.01):
            seen.append(signal.getitimer(signal.ITIMER_REAL)[0])

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert seen == [0.0]
