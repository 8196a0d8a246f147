"""Where long work runs: in this process, in several, or on a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from .errors import InvalidInput

ALLOWED = "serial, process:N (N from 1 to 256) or dask:ADDRESS"
MOST = 256


@contextmanager
def executor(text: str) -> Iterator[Executor | None]:
    """The executor that the text names, shut down at the end; None is this process.

    >>> with executor("serial") as one:
    ...     one is None
    True
    """
    kind, _, rest = text.partition(":")
    if text == "serial":
        yield None
    elif kind == "process":
        with processes(rest, text) as pool:
            yield pool
    elif kind == "dask" and rest:
        with dask_client(rest) as pool:
            yield pool
    else:
        raise InvalidInput("--executor", text, ALLOWED)


@contextmanager
def processes(count: str, text: str) -> Iterator[Executor]:
    if not (count.isascii() and count.isdigit() and len(count) < 6 and 1 <= int(count) <= MOST):
        raise InvalidInput("--executor", text, ALLOWED)
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(int(count))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def dask_client(address: str) -> Iterator[Executor]:
    try:
        from dask.distributed import Client  # type: ignore[import-not-found]
    except ImportError:
        raise InvalidInput(
            "--executor", f"dask:{address}", "serial or process:N, or install dask[distributed]"
        ) from None
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise InvalidInput("--executor", f"dask:{address}", f"the address of a running scheduler ({error})") from None
    with client:
        yield client.get_executor()
