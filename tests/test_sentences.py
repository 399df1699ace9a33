"""Sentences: hand-worked news English, and properties on any text."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa.records import Span
from qa.sentences import sentence_around, split_sentences

# Split by hand: each list is the sentences, joined with the separator that stands between them.
EXAMPLES = {
    "full stops": ["The siege ended on Tuesday.", "Rebels left the city."],
    "titles and initials": ["Mr. Smith met Gen. Joseph Votel, J. K. Rowling and John F. Kennedy.", "They spoke."],
    "acronyms": [
        "Russian U.N. Ambassador Vitaly Churkin met the U.S. envoy.",
        "The ceasefire came without U.S. involvement.",
    ],
    "acronym at the end": ["Prices rose in the U.S.", "The dollar fell."],
    "times": ["It opened at 5 p.m. Tuesday and closed at 9 a.m.", "Police came."],
    "numbers": ["He was No. 5 and got $3.5 million, up 4.5 percent, on Jan. 17.", "She was No. 1 in 2016.", "82 died."],
    "companies": ["Acme Inc. Chief Executive Tim Cook left.", "Apple Inc.", "The shares fell."],
    "states": ["He died in Wilmington, Del. Route 24 was shut.", "So it stays."],
    "ellipsis inside": [
        '"We were steadfast ... but nobody stood with us," he said.',
        "Your air strikes … it is your noose.",
    ],
    "ellipsis at the end": ["Wait...", "Then it went."],
    "ellipsis at the start": ["And so it ends.", "...And begins again."],
    "comma quote": ["“They are going to leave the city,” he said.", "It could happen “within hours,” he said."],
    "exclaiming quote": ["“Get out!” he said.", "“Why now?” Colville asked.", "“Never!”", "The crowd left."],
    "quote over sentences": [
        "“Are you incapable of shame?",
        "Is there nothing you will not lie about?",
        "It is,” she said.",
    ],
    "straight quotes": [
        'It accused them of "slaughter."',
        '"There could be many more."',
        "The 'siege.'",
        "It went on.",
    ],
    "brackets": ["He left (see below) at once.", "[They are] then shot.", "(Omar Sanadiki/Reuters)"],
    "footnotes": ["The war ended.[12]", "Peace came.[a]", "All rested."],
    "list numbers": ["1. Go to the bank.", "2. Ask for Mr. Jones."],
    "addresses": ["See www.Example.Com or http://a.org/B.Html?Q.Done for it.", "Write to John.Doe@News.Org today."],
    "capitals inside a small word": ["He left.", "iPhone sales rose.", "al-Qaeda said so."],
    "symbols": ["It cost a lot.", "$5 was the price.", "#Aleppo was the tag."],
    "other scripts": ["战争结束了。", "他们走了！"],
}


@pytest.mark.parametrize("separator", [" ", "  ", "\n\n", "\r\n\r\n"], ids=["space", "spaces", "blank", "crlf"])
@pytest.mark.parametrize("sentences", EXAMPLES.values(), ids=EXAMPLES)
def test_news_english(sentences: list[str], separator: str) -> None:
    assert cut(separator.join(sentences)) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("He saw the end.Next he left.", ["He saw the end.", "Next he left."]),
        ("That was 2016.The next year went well.", ["That was 2016.", "The next year went well."]),
        ('She said "no."The rest is known.', ['She said "no."', "The rest is known."]),
        ("Node.js and U.S.A. and Amazon.com and ASP.Net", ["Node.js and U.S.A. and Amazon.com and ASP.Net"]),
        ("here: • one thing • another thing", ["here:", "• one thing", "• another thing"]),
        ("", []),
        (" \n\t ", []),
        ("...", ["..."]),
    ],
)
def test_without_spaces_and_at_the_edges(text: str, sentences: list[str]) -> None:
    assert cut(text) == sentences


def test_headlines_captions_and_bylines_end_without_a_full_stop() -> None:
    text = (
        "War far from over\n\nBy Jane Doe\nPublished Jan. 5, 2020\n\n5 years ago\nDuration 0:55\nSyrians flee in "
        'bitter weather amid what the UN calls a "complete meltdown of humanity" 0:55\n\nALEPPO (AP) — It ended.\n'
    )
    assert cut(text) == [
        "War far from over",
        "By Jane Doe",
        "Published Jan. 5, 2020",
        "5 years ago",
        "Duration 0:55",
        'Syrians flee in bitter weather amid what the UN calls a "complete meltdown of humanity" 0:55',
        "ALEPPO (AP) — It ended.",
    ]


def test_hard_wrapped_lines_are_one_sentence() -> None:
    text = (
        "One day the king went into the forest with his huntsmen and they all\n"
        "followed a white stag until they reached a castle which belonged to\n"
        "King Arthur. He was glad to see them. Then the lady of the house came\n"
        "out and said no.\n"
    )
    assert [sentence.replace("\n", " ") for sentence in cut(text)] == [
        "One day the king went into the forest with his huntsmen and they all followed a white stag until they reached "
        "a castle which belonged to King Arthur.",
        "He was glad to see them.",
        "Then the lady of the house came out and said no.",
    ]


def test_wrapping_next_to_a_capital_and_after_an_abbreviation() -> None:
    text = (
        "USDA reports that the current risk to animals and people in the United\nStates remains low.\n\n"
        "These attacks threaten the well-being of Saudi, International, and U.S.\ncitizens in the Kingdom.\n\n"
        "Battle for Aleppo ended in 'uncompromising military victory' for Assad\nBy Jane Doe\nRebels left the city."
    )
    assert [sentence.replace("\n", " ") for sentence in cut(text)] == [
        "USDA reports that the current risk to animals and people in the United States remains low.",
        "These attacks threaten the well-being of Saudi, International, and U.S. citizens in the Kingdom.",
        "Battle for Aleppo ended in 'uncompromising military victory' for Assad",
        "By Jane Doe",
        "Rebels left the city.",
    ]


def test_lists_and_long_one_line_paragraphs_break_at_the_line() -> None:
    long = (
        "The council met on Monday to speak of the budget, the roads, the schools and all that "
        + "and more " * 8
        + "today"
    )
    assert cut(f"{long}\n{long}") == [long, long]
    assert cut("- one item\n- another item\n* a third") == ["- one item", "- another item", "* a third"]


texts = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="aB. ?!\n\r\t\"'”’)…U.S12,—•\u2029\x0c", max_size=120),
    st.lists(
        st.sampled_from(
            ["Mr. ", "U.S. ", "He left. ", "“No!” ", "said ", "\n\n", "\n", "\r\n", "...", "x.Y", "5. ", "a "]
        )
    ).map("".join),
)


@given(texts)
@example("a\r\n\r\nb")
@example(". . . .a")
def test_sentences_are_ordered_trimmed_and_cover_everything(text: str) -> None:
    end = 0
    for span in split_sentences(text):
        assert end <= span.start < span.end <= len(text)
        assert not text[end : span.start].strip()
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        end = span.end
    assert not text[end:].strip()


@given(texts, st.data())
def test_the_sentence_around_a_span_is_that_of_the_full_split(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    touched = [s for s in split_sentences(text) if s.start < max(end, start + 1) and s.end > start]
    low = min([start, *(s.start for s in touched)])
    high = max([end, *(s.end for s in touched)])
    assert sentence_around(text, start, end) == Span(low, high)


def test_the_sentence_around_a_span_over_paragraphs_and_a_bad_one() -> None:
    text = "A headline\n\nHe came. He saw. He won.\n\nThe end."
    assert sentence_around(text, 15, 19) == Span(12, 20)
    assert sentence_around(text, 4, 14) == Span(0, 20)
    assert sentence_around("x", 0, 1) == Span(0, 1)
    with pytest.raises(ValueError, match="expected 0 <= start <= end <= 1, found 0 and 2"):
        sentence_around("x", 0, 2)


def test_a_megabyte_is_split_in_linear_time_and_looked_into_at_once() -> None:
    article = "He met the U.S. envoy on Jan. 5. “Why now?” he asked.\n\nA headline\n\n" * 15_000
    # Processor time: a busy machine is no slow program.
    began = time.process_time()
    for place in range(0, len(article), len(article) // 100):
        sentence_around(article, place, place + 1)
    assert time.process_time() - began < 0.5
    for hostile in (". ", "\n ", '."', "a.A", " ", "- a\n", "a.\n"):
        began = time.process_time()
        split_sentences("\n" + hostile * 50_000)
        assert time.process_time() - began < 2


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]
