"""The sentence that stands for a passage under a refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.snippets import closest_sentence
from tests.examples import document, hits, passage

ARTICLE = document(
    "Battle of Aleppo ends\n\nSupporters of the president celebrate in the streets of Aleppo. "
    "It is the end of it. (Omar Sanadiki/Reuters)\n\nThe ceasefire was negotiated on Monday. Nobody knew of it.",
)
(WHOLE,) = hits([passage(ARTICLE, ARTICLE.text)])


@pytest.mark.parametrize(
    ("question", "closest"),
    [
        ("What is the capital of Australia?", "The ceasefire was negotiated on Monday."),
        ("Who filled the streets of Aleppo?", "Supporters of the president celebrate in the streets of Aleppo."),
        ("Whose battle was it?", "Battle of Aleppo ends"),
    ],
)
def test_headlines_and_captions_are_shown_only_when_they_are_closer(question: str, closest: str) -> None:
    assert closest_sentence(question, WHOLE, ARTICLE).quote == closest


def test_stop_words_bring_no_sentence_closer() -> None:
    # Without them "It is the end of it." would share most words with the question.
    assert closest_sentence("What is it that the ceasefire is of?", WHOLE, ARTICLE).quote.startswith("The ceasefire")


@given(question=st.text(max_size=30), text=st.text(min_size=1, max_size=80), data=st.data())
def test_whatever_the_text_the_snippet_is_cut_from_it_where_the_passage_lies(
    question: str, text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = document(text)
    (hit,) = hits([passage(article, text[start:end])])
    found = closest_sentence(question, hit, article)
    assert article.text[found.start : found.end] == found.quote
    assert found.start < hit.passage.end
    assert found.end > hit.passage.start
