"""Broken input by the thousand: random edits of good text, and a judge that a hang cannot stop."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection

TOKENS = [
    *"+-*/()<>,&|^%@=.[]{}:;'\"\\#!~ \n\t\x00",
    *("**", "//", "<=", ">=", "==", ":=", "1e9", "7", "10**9", "9**9**9", "1e-3", ".5", "0"),
    *("-1", "1/0", "nan", "inf", "oo"),
    *("sqrt(", "exp(", "log(", "sin(", "tan(", "asin(", "gamma(", "Abs(", "sign(", "floor(", "Max(", "Min(", "erfc("),
    *("Heaviside(", "Piecewise((", "True", "True)", "and", "not", "lambda", "__import__", "E", "pi", "I", "x", "w"),
    *("\u03bb", "\u2177", "\ud800", "\uff58", "\u00b2", "\U0001d465"),
]
"""What is inserted: the tokens of the grammar, its neighbours in Python, and letters that only look like ASCII."""


def mutate(text: str, rng: random.Random) -> str:
    """The text after one to four random edits.

    >>> mutate("x + 1", random.Random(2)) != "x + 1"
    True
    """
    for _ in range(rng.randint(1, 4)):
        text = rng.choice(EDITS)(text, rng)
    return text


def insert_token(text: str, rng: random.Random) -> str:
    place = rng.randint(0, len(text))
    return text[:place] + rng.choice(TOKENS) + text[place:]


def replace_character(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text) or 1)
    return text[:place] + chr(rng.randrange(1, 256)) + text[place + 1 :]


def delete_piece(text: str, rng: random.Random) -> str:
    start, end = piece(text, rng)
    return text[:start] + text[end:]


def repeat_piece(text: str, rng: random.Random) -> str:
    start, end = piece(text, rng)
    return text[:end] + text[start:end] * rng.choice([1, 2, 30]) + text[end:]


def move_piece(text: str, rng: random.Random) -> str:
    start, end = piece(text, rng)
    rest = text[:start] + text[end:]
    place = rng.randint(0, len(rest))
    return rest[:place] + text[start:end] + rest[place:]


def piece(text: str, rng: random.Random) -> tuple[int, int]:
    start = rng.randint(0, len(text))
    return start, min(len(text), start + rng.randint(1, 12))


EDITS = [insert_token, insert_token, replace_character, delete_piece, repeat_piece, move_piece]


def mutations(corpus: list[str], count: int, seed: int) -> list[str]:
    """`count` mutations of random texts of the corpus; the same for the same seed."""
    rng = random.Random(seed)
    return [mutate(rng.choice(corpus), rng) for _ in range(count)]


def failures(texts: Iterable[str], check: Callable[[str], None], seconds: float) -> list[tuple[str, str]]:
    """The texts on which `check` raises, dies, or takes longer than `seconds`, each with what happened.

    `check` must be importable: it runs in a worker process, which is killed when the time is over.
    """
    found = []
    worker = Worker(check)
    for text in texts:
        outcome = worker.judge(text, seconds)
        if outcome is not None:
            found.append((text, outcome))
            worker.stop()
            worker = Worker(check)
    worker.stop()
    return found


class Worker:
    """A process that checks one text after the other."""

    def __init__(self, check: Callable[[str], None]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=serve, args=(check, other), daemon=True)
        self.process.start()
        other.close()
        self.connection.recv()  # it has started: imports do not count

    def judge(self, text: str, seconds: float) -> str | None:
        self.connection.send_bytes(text.encode("utf-8", "surrogatepass"))
        if not self.connection.poll(seconds):
            return f"no answer within {seconds} s"
        try:
            return self.connection.recv()
        except EOFError:
            return "the process died"

    def stop(self) -> None:
        self.process.kill()
        self.process.join()


def serve(check: Callable[[str], None], connection: Connection) -> None:
    connection.send(None)
    while True:
        text = connection.recv_bytes().decode("utf-8", "surrogatepass")
        try:
            check(text)
        except BaseException as error:
            connection.send(repr(error))
        else:
            connection.send(None)
