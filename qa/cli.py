"""The ``citespan`` command: arguments in, exit code out. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import traceback
from collections.abc import Sequence
from datetime import date

from qa.errors import CitespanError
from qa.reasons import in_words
from qa.version import VERSION

DONE, FOUND, BAD, INTERRUPTED, TROUBLE = 0, 1, 2, 130, 3
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a check found something, 2 bad input, 3 store trouble."""
    from qa import commands

    options = build_parser().parse_args(arguments)
    run = getattr(commands, f"run_{options.command}")
    try:
        code = int(run(options))
        sys.stdout.flush()
    except CitespanError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted; what was finished is kept", INTERRUPTED)
    except BrokenPipeError:
        _leave_output()
        return DONE
    except OSError as error:
        return _no_room(error) if error.errno in NO_ROOM else _denied(error)
    except Exception as error:  # noqa: BLE001 - the last resort: no stack trace reaches a user
        return _unforeseen(error)
    return code


def _leave_output() -> None:
    """Nobody takes what is printed; Python would try again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _no_room(error: OSError) -> int:
    if error.filename is None:
        _leave_output()
    what = f"{error.filename or 'the output'} cannot be written: {error.strerror}"
    return _fail(f"{what}; make room or send it elsewhere", BAD)


def _denied(error: OSError) -> int:
    """The system refuses a file: more often the user's than a bug of ours."""
    if error.filename is None:
        return _unforeseen(error)
    if os.environ.get("CITESPAN_DEBUG"):
        traceback.print_exc()
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
    what = f"{name}: expected a file or folder that can be used, found {in_words(error)}"
    return _fail(f"{what}; check the path and its permissions", BAD)


def _unforeseen(error: Exception) -> int:
    if os.environ.get("CITESPAN_DEBUG"):
        traceback.print_exc()
    kind = type(error).__name__
    return _fail(f"internal error, {kind}: {error}; set CITESPAN_DEBUG=1 to see where, and report it", TROUBLE)


def _fail(message: str, code: int) -> int:
    print(f"citespan: {' '.join(message.split())}", file=sys.stderr)
    return code


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="citespan",
        description="Ask questions of news articles. Every answer is a verbatim, exactly cited span of one of them.",
    )
    parser.add_argument("--version", action="version", version=f"citespan {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    index = _command(commands, "index", "add or update articles", json=True)
    index.add_argument("paths", nargs="*", metavar="PATH", default=[], help="file, folder or glob (default: seeds/)")
    index.add_argument("--prune", action="store_true", help="also remove articles of these folders that are gone")
    index.add_argument("--passage-tokens", type=int, metavar="N", help="budget of a passage in tokens (default 160)")

    ask = _command(commands, "ask", "ask one question", json=True)
    ask.add_argument("question", nargs="+", metavar="QUESTION")
    _filters(ask)
    _reading(ask)

    chat = _command(commands, "chat", "a conversation in the terminal")
    _filters(chat)
    _reading(chat)

    cite = _command(commands, "cite", "look a citation up", json=True)
    cite.epilog = (
        "Where the article has changed so that other words stand there now, that is a result: the exit code is 0, and "
        'with --json "current" is false and the words are empty. An article that is gone, or an id that is none: 2.'
    )
    cite.add_argument("id", metavar="ID", help="as printed with an answer")

    show = _command(commands, "show", "print the stored text of an article", json=True)
    show.add_argument("source", metavar="SOURCE")

    _command(commands, "sources", "list what is indexed", json=True)

    remove = _command(commands, "remove", "take an article out", json=True)
    remove.add_argument("source", metavar="SOURCE")

    _command(commands, "check", "verify the whole store", json=True)

    _command(commands, "compact", "make the words of removed articles unreadable in the store's files", json=True)

    evaluate = _command(commands, "eval", "evaluate against a question set", json=True)
    _evaluation(evaluate)

    serve = _command(commands, "serve", "serve the chat in the browser")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, default=7860, help="port to listen on (default 7860)")
    serve.add_argument("--auth", metavar="USER:PASSWORD", help="ask for this name and password")
    serve.add_argument("--allowed-hosts", metavar="NAMES", help="names it answers to besides its own, with commas")
    serve.add_argument("--read-only", action="store_true", help="nobody may add or remove articles in the chat")
    serve.add_argument("--mcp", action="store_true", help="also offer ask, cite and sources as MCP tools")
    _reading(serve)

    feedback = _command(commands, "feedback", "what people said about answers in the chat")
    feedback.add_argument("action", choices=("export",), help="print it as questions for `citespan eval`")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, meaning: str, *, json: bool = False
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=meaning, description=meaning[0].upper() + meaning[1:] + ".")
    command.add_argument("--store", metavar="DIR_OR_URL", help="the store (CITESPAN_STORE; default .citespan)")
    command.add_argument("--tenant", metavar="NAME", help="on a Chroma server (CITESPAN_TENANT)")
    command.add_argument("--database", metavar="NAME", help="on a Chroma server (CITESPAN_DATABASE)")
    command.add_argument("--embedder", metavar="MODEL", help="a sentence-transformers model (default: packaged)")
    if json:
        command.add_argument("--json", action="store_true", help="print one JSON document")
    return command


def _filters(command: argparse.ArgumentParser) -> None:
    command.add_argument("--source", action="append", default=[], metavar="S", help="only this article (repeatable)")
    command.add_argument("--since", type=_date, metavar="DATE", help="only articles published on this day or later")
    command.add_argument("--until", type=_date, metavar="DATE", help="only articles published on this day or earlier")


def _reading(command: argparse.ArgumentParser) -> None:
    command.add_argument("--top-k", type=int, metavar="N", help="passages that may be read (default 8)")
    command.add_argument("--reader", metavar="READER", help="'packaged', 'baseline', or a model folder or file")
    command.add_argument(
        "--threshold", type=float, metavar="P", help="refuse below this confidence, 0 to 1 (default: the reader's own)"
    )


def _evaluation(command: argparse.ArgumentParser) -> None:
    command.add_argument("dataset", metavar="DATASET", help="question set; or the word compare, tune or new")
    command.add_argument("more", nargs="*", metavar="...", help="compare: RUN RUN; tune: DATASET; new: QUESTIONS")
    command.add_argument("--mode", default="open", help="open, reader, retrieval, conversation; several with commas")
    command.add_argument("--out", metavar="DIR", help="where predictions, metrics and the report go")
    command.add_argument("--limit", type=int, metavar="N", help="only the first N questions")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="not 0: --limit takes a random sample")
    command.add_argument("--skip-bad", action="store_true", help="leave bad rows out instead of refusing the set")
    command.add_argument("--fail-under", action="append", metavar="F1=0.85", help="compare: exit 1 below (repeatable)")
    command.add_argument("--grid", action="append", metavar="NAME=A,B", help="tune: what to try (repeatable)")
    _reading(command)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a date such as 2016-12-13, found {text!r}") from None


if __name__ == "__main__":
    sys.exit(main())
