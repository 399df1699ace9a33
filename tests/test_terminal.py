"""What a terminal shows."""

from __future__ import annotations

import io

from qa.calibration import Calibration
from qa.records import Answer, NoAnswer
from qa.selection import Selector
from qa.terminal import printable, progress_bar, render_reply
from qa.wire import reply_json
from tests.examples import document, hits, passage, reading

DOCUMENT = document("Nobody came.\nA \x1b[31mred\x07 flag was raised on Monday at the gate.", "odd.txt", "A flag")
PASSAGE = passage(DOCUMENT, DOCUMENT.text)


def test_an_answer_shows_the_marked_sentence_the_confidence_and_the_id() -> None:
    selector = Selector(Calibration(margin=1), 0.5)
    reply = selector.select(
        "When?", hits([PASSAGE]), [reading(PASSAGE, {"Monday": 5, "gate": 1})], {DOCUMENT.id: DOCUMENT}
    )
    assert isinstance(reply, Answer)
    shown = render_reply(reply)
    assert shown.startswith("Monday\n\nVery likely right (99%)\n\n[1] A flag (odd.txt)\n")
    assert "flag was raised on >>Monday<< at the gate." in shown
    assert reply.citations[0].id in shown
    assert "Other possible answers:\n  - gate (73%)" in shown


def test_no_control_character_of_an_article_reaches_the_terminal() -> None:
    selector = Selector(Calibration(margin=1), 1.0)
    reply = selector.select("When?", hits([PASSAGE]), [reading(PASSAGE, {"Monday": 0})], {DOCUMENT.id: DOCUMENT})
    assert isinstance(reply, NoAnswer)
    shown = render_reply(reply)
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "No answer: the articles do not answer this clearly enough" in shown
    assert printable("a\u202eb\n\tc") == "a\ufffdb\n\tc"


def test_spaces_of_every_width_are_no_control_characters() -> None:
    assert printable("said.\u00a0There\u2009could") == "said.\u00a0There\u2009could"


def test_no_progress_bar_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    with progress_bar(stream) as progress:
        assert progress is None
    assert stream.getvalue() == ""


def test_a_progress_bar_on_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with progress_bar(stream) as progress:
        assert progress is not None
        progress("embedding", 3, 10)
        progress("embedding", 10, 10)
    assert "embedding" in stream.getvalue()
    assert "10/10" in stream.getvalue()


def test_the_json_of_a_refusal_and_of_an_answer_has_the_keys_of_the_contract() -> None:
    documents = {DOCUMENT.id: DOCUMENT}
    readings = [reading(PASSAGE, {"Monday": 5, "gate": 4.5})]
    answered = reply_json(Selector(Calibration(margin=1), 0.5).select("When?", hits([PASSAGE]), readings, documents))
    refused = reply_json(Selector(Calibration(margin=1), 1.0).select("When?", hits([PASSAGE]), readings, documents))
    keys = ["question", "answer", "confidence", "abstained", "reason", "citations", "alternatives", "timings_ms"]
    assert list(answered) == list(refused) == keys
    assert list(answered["citations"][0]) == ["id", "source", "title", "start", "end", "quote", "sentence"]
    assert list(answered["alternatives"][0]) == ["answer", "confidence", "citation"]
    assert (answered["abstained"], answered["reason"], answered["answer"]) == (False, None, "Monday")
    assert (refused["abstained"], refused["answer"], refused["citations"], refused["alternatives"]) == (
        True,
        None,
        [],
        [],
    )
    assert refused["reason"]
