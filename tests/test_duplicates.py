"""Near-duplicates: estimated likeness against the true one, and groups."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from qa.duplicates import SHINGLE, groups, likeness, of_texts, signature

WORDS = [f"word{n}" for n in range(4000)]


def article(seed: int, length: int = 300) -> list[str]:
    return random.Random(seed).choices(WORDS, k=length)


def jaccard(one: list[str], other: list[str]) -> float:
    grams = [{tuple(words[n : n + SHINGLE]) for n in range(len(words) - SHINGLE + 1)} for words in (one, other)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


@given(st.lists(st.text(max_size=8), max_size=30))
def test_a_text_is_like_itself(words: list[str]) -> None:
    assert likeness(signature(words), signature(words)) == 1


def test_the_estimate_is_near_the_truth() -> None:
    base = article(1)
    for kept in (50, 150, 250, 290):
        other = base[:kept] + article(2)[kept:]
        assert abs(likeness(signature(base), signature(other)) - jaccard(base, other)) < 0.2


def test_the_same_report_in_two_papers_is_one_group() -> None:
    agency = article(1)
    edited = ["Our", "correspondent", "reports", *agency[:140], "he", "said", *agency[141:], "More", "to", "follow"]
    texts = {"a": agency, "b": edited, "c": article(3), "d": article(4), "e": list(article(4))}
    assert groups(of_texts(texts.items())) == [("a", "b"), ("d", "e")]


def test_unlike_articles_form_no_group() -> None:
    assert groups(of_texts((str(n), article(n)) for n in range(40))) == []
    assert groups({}) == []
