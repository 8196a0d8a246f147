"""The command line. Nothing but argparse is imported until a command runs."""

from __future__ import annotations

import argparse
import os
import sys

from . import __version__
from .standard_error import PROGRAM, complain, refusal

TYPE_CHECKING = False  # as in typing, which costs a quarter of --help
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Subparsers = argparse._SubParsersAction[Any]

INTERRUPTED, PIPE_CLOSED = 130, 141
REPEATED: dict[str, Callable[[str], bool]] = {
    "--ask": str.isdigit,
    "--set": lambda token: "=" in token and not token.startswith("-"),
}
"""Options that take several values; after the first, a token is one more value if it looks like one."""
SIGNED = ("--start", "--budget", "--seed")
"""Options whose value may begin with a minus sign."""
LATER = {
    "diagram": "a phase diagram over two parameters (comes with a later version)",
    "report": "one self-contained page (comes with a later version)",
}


class Parser(argparse.ArgumentParser):
    """Refuses in one line on standard error, with status 2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_abbrev": False, "formatter_class": Help, **options})

    def error(self, message: str) -> None:  # type: ignore[override]
        complain(f"{message}; see {self.prog} --help")
        raise SystemExit(2)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        status = run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # the reader has gone: nothing to say, and nothing that the interpreter should flush at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    return status


def run(arguments: list[str]) -> int:
    """The status of a command; every error is one line on standard error."""
    try:
        chosen = parser().parse_args(spread(arguments))
        return int(chosen.command(chosen))
    except SystemExit as end:
        return int(end.code or 0)
    except BrokenPipeError:
        raise
    except Exception as error:
        status, line = refusal(error)
        complain(line)
        return status


def spread(arguments: list[str]) -> list[str]:
    """`--ask 1 2 --set a=1 b=-1/2` as one `--option=value` a token, so that values may be many or begin with a minus.

    >>> spread(["solve", "--ask", "1", "2", "p.toml", "--start", "-1/2"])
    ['solve', '--ask=1', '--ask=2', 'p.toml', '--start=-1/2']
    """
    result: list[str] = []
    rest = list(arguments)
    while rest:
        token = rest.pop(0)
        if token in (*REPEATED, *SIGNED) and rest:
            result.append(f"{token}={rest.pop(0)}")
            while token in REPEATED and rest and REPEATED[token](rest[0]):
                result.append(f"{token}={rest.pop(0)}")
        else:
            result.append(token)
    return result


class Help(argparse.HelpFormatter):
    """argparse imports shutil, with every archive format, to learn how wide the terminal is; this asks the system."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=max(terminal_width() - 2, 40))


def terminal_width() -> int:
    try:
        return int(os.environ.get("COLUMNS", "")) or os.get_terminal_size().columns
    except (OSError, ValueError):
        return 80


def parser() -> Parser:
    description = "Constant-step SGD as a Markov chain: answers with their warrant."
    top = Parser(prog=PROGRAM, description=description)
    top.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    add_registry_commands(commands)
    add_file_commands(commands)
    for name, help_text in LATER.items():
        later = commands.add_parser(name, help=help_text, add_help=False)
        later.add_argument("rest", nargs=argparse.REMAINDER)
        later.set_defaults(command=refuse_later, name=name)
    return top


def add_command(commands: Subparsers, module: str, name: str, help_text: str) -> argparse.ArgumentParser:
    """A command, run by the function of its name in a module of `commands`."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
    command.set_defaults(command=lambda chosen: run_command(module, name, chosen))
    return command


def run_command(module: str, name: str, chosen: argparse.Namespace) -> int:
    from importlib import import_module

    return int(getattr(import_module(f".commands.{module}", __package__), name)(chosen))


def add_registry_commands(commands: Subparsers) -> None:
    verify = add_command(commands, "registry", "verify", "check claims by independent routes; status 1 if one fails")
    verify.add_argument("claims", metavar="CLAIM", nargs="*", help="an id such as R02 or a slug; default: all")
    verify.add_argument("--quick", action="store_true", help="fewer chains and 15 digits")
    verify.add_argument("--json", metavar="FILE", help="write the verdicts to FILE (- is standard output)")
    verify.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the simulations (default 0)")
    add_executor(verify)
    add_budget(verify, "seconds for each claim (default 60)")
    claims = add_command(commands, "registry", "claims", "list the registry; one claim in full")
    claims.add_argument("claim", metavar="CLAIM", nargs="?", help="an id or a slug")
    claims.add_argument("--json", action="store_true", help="print JSON")


def add_file_commands(commands: Subparsers) -> None:
    solve = add_command(commands, "solving", "solve", "answer the questions of a problem file")
    add_file(solve)
    solve.add_argument("--ask", action="append", type=int, metavar="I", help="only these questions, counted from 1")
    solve.add_argument("--digits", type=int, metavar="N", help="digits of every answer, in place of the file's")
    solve.add_argument("--method", metavar="RUNG", help="exact, certified, estimated or sampled")
    simulate = add_command(commands, "solving", "simulate", "Monte Carlo of the problem's chain")
    add_file(simulate)
    simulate.add_argument("--start", metavar="S", help="a number, or w1=1,w2=0")
    simulate.add_argument("--chains", metavar="N", help="number of independent chains")
    simulate.add_argument("--steps", metavar="N", help="number of steps")
    simulate.add_argument("--seed", metavar="N", help="seed (default 0)")
    for command in (solve, simulate):
        command.add_argument("--json", action="store_true", help="print JSON")
        add_budget(command, "seconds for all questions together (default 60)")
    latex = add_command(
        commands, "documents", "latex", "the model, its kernel, the answers and the derivation as a LaTeX document"
    )
    latex.add_argument("file", metavar="FILE or CLAIM", help="a problem file, or a claim of the registry")
    latex.add_argument("--fragment", action="store_true", help="one formula only")
    latex.add_argument("-o", "--output", metavar="OUT.tex", help="where to write it (default: standard output)")
    add_values(latex)
    add_budget(latex, "seconds for all questions together (default 60)")
    cite = add_command(commands, "documents", "cite", "BibTeX of exactly what was used")
    cite.add_argument("file", metavar="FILE or CLAIM", help="a problem file, or a claim of the registry")
    add_values(cite)
    add_budget(cite, "seconds for all questions together (default 60)")


def add_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="a problem file (- is standard input)")
    add_values(command)


def add_values(command: argparse.ArgumentParser) -> None:
    command.add_argument("--set", action="append", metavar="NAME=EXPR", help="in place of an entry of [values]")


def add_budget(command: argparse.ArgumentParser, help_text: str) -> None:
    command.add_argument("--budget", metavar="SECONDS", default="60", help=help_text)


def add_executor(command: argparse.ArgumentParser) -> None:
    command.add_argument("--executor", metavar="E", default="serial", help="serial, process:N or dask:ADDRESS")


def refuse_later(chosen: argparse.Namespace) -> int:
    complain(f"{chosen.name} comes with a later version of sgd_markov")
    return 2


if __name__ == "__main__":
    sys.exit(main())
