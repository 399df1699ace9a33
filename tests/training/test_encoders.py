"""Base weights of two kinds under one reader."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import MPNetModel

from qa.errors import ModelError
from qa.training.encoders import FeatureDropout, TranslatedEncoder, span_reader
from qa.training.model import SpanReader
from qa.training.train import average
from tests.training.small import SPECIAL, word_tokenizer, words, write_base, write_other_base

QUESTION, PASSAGE = "which house ?", "bob lives near house 12 ."


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bases")
    write_base(folder / "bert")
    write_other_base(folder / "mpnet")
    return folder


@pytest.fixture(scope="module")
def teacher(place: Path) -> SpanReader:
    return span_reader(place / "mpnet", place / "bert" / "tokenizer.json").eval()


def numbers(reader: SpanReader) -> list[int]:
    assert isinstance(reader.encoder, TranslatedEncoder)
    told: list[int] = reader.encoder.numbers.tolist()
    return told


def asked(place: Path, padding: int) -> tuple[Tensor, Tensor, Tensor]:
    """One pair as the reader has it, with some padding."""
    found = Tokenizer.from_file(str(place / "bert" / "tokenizer.json")).encode(QUESTION, PASSAGE)
    parts = (found.ids, found.attention_mask, found.type_ids)
    ids, mask, segments = (torch.tensor([[*part, *[0] * padding]]) for part in parts)
    return ids, mask, segments


def test_each_piece_is_read_by_the_teacher_s_number_of_it(place: Path, teacher: SpanReader) -> None:
    ours, theirs = (Tokenizer.from_file(str(place / kind / "tokenizer.json")).get_vocab() for kind in ("bert", "mpnet"))
    translated = numbers(teacher)
    assert len(translated) == len(ours)
    for word in [*words(), "[UNK]"]:
        assert translated[ours[word]] == theirs[word] != ours[word]
    roles = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[MASK]": "<mask>"}
    for role, name in roles.items():
        assert translated[ours[role]] == theirs[name]


def test_scores_stand_at_the_same_places(place: Path, teacher: SpanReader) -> None:
    theirs = Tokenizer.from_file(str(place / "mpnet" / "tokenizer.json"))
    ids, mask, segments = asked(place, padding=3)
    cut, end = [theirs.token_to_id("<s>")], [theirs.token_to_id("</s>")]
    own = torch.tensor([[*cut, *theirs.encode(QUESTION).ids, *end, *theirs.encode(PASSAGE).ids, *end]])
    body = MPNetModel.from_pretrained(place / "mpnet", add_pooling_layer=False)  # not in training
    with torch.inference_mode():
        start, stop, _ = teacher(ids, mask, segments)
        wanted = teacher.span(body(input_ids=own).last_hidden_state)
    passage = segments[0] == 1
    assert start.shape == stop.shape == ids.shape and passage.sum() == own.shape[1] - passage.int().argmax()
    inside = passage[: own.shape[1]]
    assert torch.allclose(start[0][passage], wanted[0, inside, 0], atol=1e-5)
    assert torch.allclose(stop[0][passage], wanted[0, inside, 1], atol=1e-5)
    assert (start[0][~passage] == -1e4).all()


def test_a_piece_that_the_teacher_lacks_is_a_stranger_to_it(place: Path, tmp_path: Path) -> None:
    many = [f"word{number}" for number in range(300)]
    for folder, names in (("ours", [*SPECIAL, *many]), ("theirs", ["<s>", "</s>", "<pad>", "<mask>", "<unk>", *many])):
        (tmp_path / folder).mkdir()
        kept = [name for name in names if folder == "ours" or name not in ("word7", "word8")]
        word_tokenizer({name: at for at, name in enumerate(kept)}).save(str(tmp_path / folder / "tokenizer.json"))
    for file in ("config.json", "model.safetensors"):
        shutil.copyfile(place / "mpnet" / file, tmp_path / "theirs" / file)
    translated = numbers(span_reader(tmp_path / "theirs", tmp_path / "ours" / "tokenizer.json"))
    # [PAD] [UNK] [CLS] [SEP] [MASK], then words: from word9 on, each stands two places further up.
    assert translated[:5] == [2, 4, 0, 1, 3]
    assert translated[11:15] == [11, 4, 4, 12]


def test_other_word_pieces_are_refused(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "mpnet", tmp_path / "base")
    other = {name: at for at, name in enumerate(["<s>", "<pad>", "</s>", "[UNK]", "<mask>", *words()[3:]])}
    word_tokenizer(other).save(str(tmp_path / "base" / "tokenizer.json"))
    with pytest.raises(ModelError, match=r"base/tokenizer\.json: .* found 3 of \d+ missing"):
        span_reader(tmp_path / "base", place / "bert" / "tokenizer.json")


def test_another_kind_of_model_is_refused(place: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="bert or mpnet, found None"):
        span_reader(tmp_path, place / "bert" / "tokenizer.json")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "t5"}))
    with pytest.raises(ModelError, match="bert or mpnet, found 't5'"):
        span_reader(tmp_path, place / "bert" / "tokenizer.json")


def test_dropout_is_as_asked_for(place: Path) -> None:
    tokenizer = place / "bert" / "tokenizer.json"
    bert, mpnet = (
        span_reader(place / kind, tokenizer, dropout=0.3, attention_dropout=0.2) for kind in ("bert", "mpnet")
    )
    shares = [part.share for part in bert.modules() if isinstance(part, FeatureDropout)]
    assert shares == [0.3] * 5  # behind the embeddings, and behind both halves of each of the two layers
    for reader, plain in ((bert, {0.2}), (mpnet, {0.3, 0.2})):
        assert {part.p for part in reader.modules() if isinstance(part, torch.nn.Dropout)} == plain


def test_a_mean_of_weights_leaves_the_numbers_of_pieces_as_they_are(teacher: SpanReader) -> None:
    state = teacher.state_dict()
    other = {name: weight + 1 if weight.is_floating_point() else weight for name, weight in state.items()}
    mean = average([state, state, other])
    assert torch.equal(mean["encoder.numbers"], state["encoder.numbers"])
    assert torch.allclose(mean["span.bias"], state["span.bias"] + 1 / 3)
