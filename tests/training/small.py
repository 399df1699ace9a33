"""A data set of a few rows, a model of a few weights, a recipe of a few steps."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

PEOPLE = ["Alice", "Bob", "Carol", "Dave", "Erin", "Frank"]
PLACES = ["Paris", "Rome", "Oslo", "Cairo", "Lima", "Delhi"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

RECIPE = """
base = "{base}"
tokenizer = "{tokenizer}"
start = "{start}"
teacher = "{teacher}"
teacher_weight = {teacher_weight}
teacher_null_weight = {teacher_weight}
untaught = {untaught}
device = "cpu"
workers = {workers}
seed = 7
minutes = 0
steps = {steps}
tokens_per_batch = 256
learning_rate = 1e-2
warmup = 0.1
weight_decay = 0.01
dropout = {dropout}
attention_dropout = 0.0
hidden_share = {dropout}
null_weight = 0.5
rival_share = 0.5
bfloat16 = "off"
checkpoint_minutes = {checkpoint_minutes}
evaluate_minutes = 100
average_last = 2
sources = ["towns"]
questions = []
watch_questions = []
negatives_from = ["towns"]
[reach]
[dev_groups]
towns = ["article-0"]
[[phases]]
until = 0.5
most_pieces = [40]
mixture = {{ towns = 3, removed = 1, elsewhere = 1, altered = 1 }}
[[phases]]
until = 1.0
most_pieces = [64]
mixture = {{ towns = 3, removed = 1, unanswerable = 1 }}
"""


def rows() -> list[dict[str, object]]:
    """Who lives where: 36 questions on 6 articles."""
    made: list[dict[str, object]] = []
    for number, place in enumerate(PLACES):
        people = PEOPLE[number:] + PEOPLE[:number]
        sentences = [f"The gardener {one} lives in {place} near house {at + 10}." for at, one in enumerate(people)]
        context = " ".join(sentences)
        for at, one in enumerate(people):
            answer = str(at + 10)
            text = {"text": answer, "start": context.index(f"house {answer}") + 6}
            question = f"Which house is the gardener {one} near ?"
            made.append(
                {
                    "id": f"{number}-{at}",
                    "question": question,
                    "context": context,
                    "answers": [text],
                    "group": f"article-{number}",
                }
            )
    return made


def write_data(folder: Path) -> Path:
    """The rows as a training file, `towns.jsonl.gz`."""
    folder.mkdir(exist_ok=True)
    with gzip.open(folder / "towns.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows())
    return folder


def words() -> list[str]:
    """Every word of the rows, some more."""
    known = {word for row in rows() for word in str(row["context"]).lower().replace(".", " . ").split()}
    return [*sorted(known), "which", "is", "?", "isn", "'", "t"]


def word_tokenizer(vocabulary: dict[str, int]) -> Tokenizer:
    """A tokenizer of whole words."""
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer


def write_base(folder: Path) -> Path:
    """An untrained BERT of two small layers, and a tokenizer of whole words, in Hugging Face form."""
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *words()])}
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer = word_tokenizer(vocabulary)
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def write_other_base(folder: Path) -> Path:
    """An untrained MPNet, and a tokenizer of the same words in the reverse order, with MPNet's special tokens."""
    names = ["<s>", "<pad>", "</s>", "<unk>", *reversed(words()), "[UNK]", "<mask>"]
    vocabulary = {word: number for number, word in enumerate(names)}
    torch.manual_seed(4)
    config = MPNetConfig(
        vocab_size=len(vocabulary), hidden_size=48, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    MPNetModel(config, add_pooling_layer=False).save_pretrained(folder)
    word_tokenizer(vocabulary).save(str(folder / "tokenizer.json"))
    return folder


def write_recipe(
    path: Path,
    base: Path,
    *,
    steps: int,
    checkpoint_minutes: float = 100,
    dropout: float = 0.0,
    start: str = "",
    tokenizer: Path | None = None,
    teacher: str = "",
    teacher_weight: float = 0.5,
    untaught: Sequence[str] = (),
    workers: int = 1,
) -> Path:
    """The recipe above; the tokenizer is that of the `base` if no other is named."""
    path.write_text(
        RECIPE.format(
            base=base,
            tokenizer=tokenizer or base,
            steps=steps,
            checkpoint_minutes=checkpoint_minutes,
            dropout=dropout,
            start=start,
            teacher=teacher,
            teacher_weight=teacher_weight,
            untaught=json.dumps(list(untaught)),
            workers=workers,
        )
    )
    return path
