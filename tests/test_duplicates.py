"""Near-duplicates: estimated likeness against the true one, and groups."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.duplicates import (
    HASHES,
    LONGEST,
    SHINGLE,
    groups,
    likeness,
    near_duplicates,
    pack,
    signature,
    unpack,
    words_of,
)

WORDS = [f"word{n}" for n in range(4000)]


def article(seed: int, length: int = 300) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def jaccard(one: list[str], other: list[str]) -> float:
    grams = [{tuple(words[n : n + SHINGLE]) for n in range(len(words) - SHINGLE + 1)} for words in (one, other)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


@given(st.lists(st.text(max_size=8), max_size=30))
def test_a_text_is_like_itself_and_its_signature_can_be_kept(words: list[str]) -> None:
    made = signature(words)
    assert made.shape == (HASHES,)
    assert likeness(made, signature(words)) == 1
    assert (unpack(pack(made)) == made).all()


@pytest.mark.parametrize("damaged", ["", "AAAA", "no base64 !", pack(signature(["a"]))[:-4]])
def test_what_is_no_signature_is_refused(damaged: str) -> None:
    with pytest.raises(ValueError):
        unpack(damaged)


def test_the_estimate_is_near_the_truth() -> None:
    base = article(1)
    for kept in (50, 150, 250, 290):
        other = base[:kept] + article(2)[kept:]
        assert abs(likeness(signature(base), signature(other)) - jaccard(base, other)) < 0.2


def test_case_punctuation_and_line_breaks_do_not_count() -> None:
    assert words_of("The  mayor\nof PARIS, 61, resigned.") == ["the", "mayor", "of", "paris", "61", "resigned"]
    assert len(words_of("word " * (LONGEST + 10))) == LONGEST


def test_the_same_report_in_two_papers_is_one_group() -> None:
    agency = article(1)
    edited = ["Our", "correspondent", "reports", *agency[:140], "he", "said", *agency[141:], "More", "to", "follow"]
    texts = {"a": agency, "b": edited, "c": article(3), "d": article(4), "e": list(article(4))}
    signatures = {name: signature(words) for name, words in texts.items()}
    assert groups(signatures) == [("a", "b"), ("d", "e")]
    assert near_duplicates(signatures) == {"a": ("b",), "b": ("a",), "d": ("e",), "e": ("d",)}


def test_groups_are_found_among_many_that_share_a_beginning() -> None:
    """The same standing head on every article must neither join them nor hide the two that are the same."""
    head = article(99, 60)
    texts = {str(n): signature([*head, *article(n)]) for n in range(60)}
    texts["x"] = texts["37"]
    assert groups(texts) == [("37", "x")]


def test_unlike_articles_form_no_group() -> None:
    assert groups({str(n): signature(article(n)) for n in range(40)}) == []
    assert groups({}) == []
