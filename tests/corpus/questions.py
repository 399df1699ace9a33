"""Hostile questions, through the real pipeline: retrieval, the packaged reader, selection, citations, rendering."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from qa.conversation import stand_alone, turn_of
from qa.errors import InputError
from qa.factory import open_citespan
from qa.pipeline import Citespan
from qa.records import Answer, Citation, Document, Filter, Reply
from qa.settings import Settings
from qa.terminal import render_reply, render_view
from qa.wire import citation_view_json, reply_json
from tests.corpus.hostile import WORDS, prose
from ui.markup import isolated

ROOT = Path(__file__).parents[2]
LONGEST = 100_000
CONTROLS = "".join(
    map(chr, [*range(32), *range(0x7F, 0xA0), 0xAD, 0x200B, 0x200E, 0x202A, 0x202E, 0x2066, 0xFEFF, 0xFFFF])
)
LETTERS = "אבגד العربية हिन्दी ไทย 漢字かな Ελλάδα Ёлки ǅ ß ﬁ ① ½ 🙂 👩‍👩‍👧 🇺🇳 e\u0301\u0323\u0301"


class Asker:
    """The seeds in a store, and what was asked of them so far."""

    def __init__(self, engine: Citespan) -> None:
        self.engine = engine
        self.documents: dict[str, Document] = {each.document_id: engine.show(each.source) for each in engine.sources()}
        self.sentences = [
            sentence for each in self.documents.values() for sentence in each.text.split(". ") if sentence.strip()
        ]
        lines = (ROOT / "eval/questions/seeds.jsonl").read_text("utf-8").splitlines()
        self.sound = [str(json.loads(line)["question"]) for line in lines if line.strip()]

    def one(self, rng: random.Random) -> str:
        """What came of a hostile question: "answer", "refusal", "input error"; raises what goes wrong."""
        asked = self.question(rng)
        where = Filter(sources=(self.question(rng)[:200],)) if rng.random() < 0.03 else Filter()
        for look_up in (self.engine.cite, self.engine.show):
            with suppress(InputError):  # and its kind NotFoundError
                look_up(asked)
        try:
            reply = self.engine.answer(asked, where=where)
        except InputError as error:
            said = str(error)
            assert said.splitlines() == [said], said
            said.encode()
            return "input error"
        self.examine(reply)
        again = stand_alone(self.question(rng), [turn_of(reply, asked, asked)])
        assert again.text or not again.changed
        return "answer" if isinstance(reply, Answer) else "refusal"

    def question(self, rng: random.Random) -> str:
        """Of a random kind, from sound to nonsense, from empty to 100,000 characters."""
        kind = rng.randrange(12)
        if kind == 0:
            return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.choice((1, 5, 60))))
        if kind == 1:
            return "".join(rng.choice(CONTROLS) for _ in range(rng.choice((1, 5, 60))))
        if kind == 2:
            return rng.choice(
                ("", " ", "\n\t", "\0", "?", "\u2028", "\ud800", "." * 50, "'\"`;--", "../../etc", "%s{}\\N")
            )
        if kind == 3:
            again: str = rng.choice([*WORDS, *LETTERS, "who ", "? "])
            return again * rng.choice((3, 300, LONGEST // 7))
        if kind == 4:
            return prose(rng, 30)
        if kind == 5:
            return "".join(rng.choice(LETTERS) for _ in range(rng.choice((3, 40, 2000))))
        if kind == 6:
            return rng.choice(self.sentences) * rng.choice((1, 1, 40))
        return self.damaged(rng, rng.choice(self.sound))

    def damaged(self, rng: random.Random, sound: str) -> str:
        """A sound question after a few changes."""
        for _ in range(rng.randint(0, 4)):
            at = rng.randint(0, len(sound))
            put = rng.choice(
                (rng.choice(CONTROLS), rng.choice(WORDS), chr(rng.randrange(0x110000)), sound[at : at + 9])
            )
            sound = sound[:at] + put + sound[at + rng.choice((0, 0, 1, 3)) :]
        return sound

    def examine(self, reply: Reply) -> None:
        """Raises AssertionError where a promise is broken, UnicodeError where it could not be sent or printed."""
        assert 0 <= reply.confidence <= 1
        json.dumps(reply_json(reply), ensure_ascii=False, allow_nan=False).encode()
        render_reply(reply).encode()
        isolated(reply.question).encode()
        if isinstance(reply, Answer):
            assert reply.citations
            assert reply.text == reply.citations[0].quote
            for each in (*reply.citations, *(other.citation for other in reply.alternatives)):
                self._examine(each)
        else:
            assert reply.reason
            for each in reply.closest:
                self._examine(each)

    def _examine(self, citation: Citation) -> None:
        text = self.documents[citation.document_id].text
        assert 0 <= citation.sentence_start <= citation.start < citation.end <= citation.sentence_end <= len(text)
        assert text[citation.start : citation.end] == citation.quote
        assert text[citation.sentence_start : citation.sentence_end] == citation.sentence
        view = self.engine.cite(citation.id)
        assert (view.current, view.quote) == (True, citation.quote)
        json.dumps(citation_view_json(view), ensure_ascii=False).encode()
        render_view(view).encode()


@contextmanager
def asker() -> Iterator[Asker]:
    """On a store of the seeds made for this; questions may be as long as the settings let them."""
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        engine = open_citespan(Settings(store=folder, max_question=LONGEST, threads=1), create=True)
        os.chdir(ROOT)
        try:
            engine.index(["seeds/"])
            engine.answer("Who?")  # loads the models, which is not an input's time
            yield Asker(engine)
        finally:
            os.chdir(before)
            engine.close()
