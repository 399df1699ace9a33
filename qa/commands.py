"""One function per subcommand: options in, exit code out. Results go to standard output, all else to standard error."""

from __future__ import annotations

import contextlib
import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import InputError
from qa.records import Filter
from qa.settings import Settings, load_settings
from qa.terminal import printable, progress_bar, render_reply, render_view
from qa.uploads import forget
from qa.wire import citation_view_json, compact_json, index_json, reply_json, sources_json

if TYPE_CHECKING:
    from qa.pipeline import Citespan

DEFAULT_PATHS = ("seeds/",)
DEFAULT_STORE = ".citespan"


def settings_of(options: Namespace) -> Settings:
    """The settings that the command line and the environment give."""
    given = {each.name: getattr(options, each.name) for each in fields(Settings) if hasattr(options, each.name)}
    return load_settings(**given)


@contextlib.contextmanager
def engine_of(options: Namespace, *, create: bool = False) -> Iterator[Citespan]:
    """The pipeline on the chosen store, closed afterwards. What libraries print goes to standard error."""
    with contextlib.redirect_stdout(sys.stderr):
        from qa.factory import open_citespan

        engine = open_citespan(settings_of(options), create=create)
        try:
            yield engine
        finally:
            engine.close()


def emit(result: Any) -> None:
    """One JSON document on standard output. To be called after the engine is closed: until then prints are diverted."""
    print(json.dumps(result, ensure_ascii=False, indent=2))


def run_index(options: Namespace) -> int:
    """Add or update articles; 2 if any file failed."""
    with engine_of(options, create=True) as engine, progress_bar() as progress:
        report = engine.index(options.paths or DEFAULT_PATHS, prune=options.prune, progress=progress)
    for failure in report.failed:
        print(f"citespan: {printable(failure.path)}: {printable(failure.error)}", file=sys.stderr)
    if options.json:
        emit(index_json(report))
    else:
        print(
            f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {report.removed} removed, "
            f"{len(report.failed)} failed; {report.documents} articles in {report.passages} passages "
            f"({report.seconds:.1f} s)"
        )
    return InputError.exit_code if report.failed else 0


def filter_of(options: Namespace) -> Filter:
    """The articles that the command line admits. Raises InputError when the range of dates is empty."""
    if options.since is not None and options.until is not None and options.since > options.until:
        raise InputError(f"expected --since on or before --until, found {options.since} and {options.until}; swap them")
    return Filter(tuple(options.source), options.since, options.until)


def run_ask(options: Namespace) -> int:
    """One answer, or a refusal: both are results."""
    where = filter_of(options)
    with engine_of(options) as engine:
        reply = engine.answer(" ".join(options.question), where=where)
    if options.json:
        emit(reply_json(reply))
    else:
        print(render_reply(reply))
    return 0


def run_chat(options: Namespace) -> int:
    """A conversation until end of file or an empty line; follow-up questions lean on what was said before.

    ``!`` asks the last question again as it was typed.
    """
    from qa.conversation import Turn, stand_alone, turn_of

    history: list[Turn] = []
    where = filter_of(options)
    output = sys.stdout
    with engine_of(options) as engine:
        print("Ask a question; an empty line ends the conversation.", file=sys.stderr)
        while question := _next_question():
            undone = question == "!" and history
            question = history.pop().question if undone else question
            understood = stand_alone(question, () if undone else history)
            if understood.changed:
                print(f"(Understood as: {printable(understood.text)}; ! asks it as typed)", file=output)
            try:
                reply = engine.answer(understood.text, where=where)
            except InputError as error:
                print(f"citespan: {error}", file=sys.stderr)
                continue
            print(render_reply(reply), end="\n\n", file=output, flush=True)
            history.append(turn_of(reply, question, understood.text))
    return 0


def _next_question() -> str:
    if sys.stdin.isatty():
        print("> ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def run_cite(options: Namespace) -> int:
    """The article around a cited span."""
    with engine_of(options) as engine:
        view = engine.cite(options.id)
    if options.json:
        emit(citation_view_json(view))
    else:
        print(render_view(view))
    return 0


def run_show(options: Namespace) -> int:
    """The stored text of an article, unchanged."""
    with engine_of(options) as engine:
        document = engine.show(options.source)
        summary = next(each for each in engine.sources() if each.document_id == document.id)
    if options.json:
        emit(sources_json([summary])[0] | {"text": document.text})
    else:
        sys.stdout.write(printable(document.text) if sys.stdout.isatty() else document.text)
    return 0


def run_sources(options: Namespace) -> int:
    """What is indexed."""
    with engine_of(options) as engine:
        summaries = engine.sources()
    if options.json:
        emit(sources_json(summaries))
    else:
        for each in summaries:
            day = "" if each.published is None else f", {each.published.isoformat()}"
            also = f"; near-duplicate of {', '.join(each.duplicates)}" if each.duplicates else ""
            size = f"{each.passages} passages, {each.characters} characters{day}"
            print(printable(f"{each.source}: {each.title} ({size}){also}"))
    return 0


def run_remove(options: Namespace) -> int:
    """Take an article out."""
    with engine_of(options) as engine:
        removed = engine.remove(options.source)
        forget(local_folder(settings_of(options)), removed.source, (each.source for each in engine.sources()))
    if options.json:
        emit({"removed": removed.source, "passages": removed.passages})
    else:
        print(f"removed {printable(removed.source)} ({removed.passages} passages)")
    return 0


def run_compact(options: Namespace) -> int:
    """Make the words of removed articles unreadable in the store's files."""
    with engine_of(options) as engine:
        report = engine.compact()
    if options.json:
        emit(compact_json(report))
    else:
        print(
            f"compacted: {report.before:,} bytes before, {report.after:,} now ({report.seconds:.1f} s); the words of "
            "removed articles are no longer in the store's files"
        )
    return 0


def run_check(options: Namespace) -> int:
    """Verify every invariant of the store; 1 and a list if anything is off."""
    with engine_of(options) as engine:
        problems = engine.check()
        documents = len(engine.sources())
    if options.json:
        emit(
            {
                "ok": not problems,
                "documents": documents,
                "problems": [{"where": each.where, "what": each.what} for each in problems],
            }
        )
    elif problems:
        for each in problems:
            print(printable(f"{each.where}: {each.what}"))
    else:
        print(f"all is well: {documents} articles")
    return 1 if problems else 0


def run_eval(options: Namespace) -> int:
    """Evaluate against a question set."""
    from eval.command import run

    return run(options)


def run_serve(options: Namespace) -> int:
    """Serve the chat until interrupted."""
    with engine_of(options) as engine:
        from ui.app import serve

        serve(
            engine,
            host=options.host,
            port=options.port,
            auth=options.auth,
            folder=local_folder(settings_of(options)),
            read_only=options.read_only,
            mcp=options.mcp,
            allowed_hosts=settings_of(options).allowed_hosts,
        )
    return 0


def run_feedback(options: Namespace) -> int:
    """What people said about answers, as JSON Lines in the evaluation format. Nothing to export is no error."""
    from qa.feedback import FILE, count, export

    folder = local_folder(settings_of(options))
    rows = list(export(folder))
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    if not rows:
        file, judged = folder / FILE, count(folder)
        why = (
            f"expected a judgement in {file} that tells the right answer, found none among {judged}; judge answers as "
            "right, or quote the right one in the comment on a wrong one"
            if judged
            else f"expected judgements in {file}, found none; judge answers in the chat (`citespan serve`), "
            "or name its --store"
        )
        print(printable(f"citespan: nothing to export: {why}"), file=sys.stderr)
    return 0


def local_folder(settings: Settings) -> Path:
    """Where the chat keeps uploads and feedback: in the store's folder; for a server, in ``.citespan`` here."""
    return Path(DEFAULT_STORE if "://" in settings.store else settings.store)
