"""The packaged embedder against sentence-transformers itself, its limits, and models that are not there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from qa import embedding
from qa.embedding import (
    PACKAGED_SHA256,
    SentenceTransformerEmbedder,
    bfloat16_is_fast,
    file_sha256,
    packaged_model,
)
from qa.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS = [
    "Who won the race?",
    "The mayor of Paris resigned on Tuesday after months of protests.",
    "",
    "word " * 400,
    "Ünïcode, 東京 and 🙂: the U.N. paid $1,500.",
    "x" * 3000,
    "A line\nbreak\tand a tab.",
]


@pytest.fixture(scope="module")
def packaged() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(threads=2)


@pytest.fixture(scope="module")
def reference() -> SentenceTransformerEmbedder:
    """The same weights through sentence-transformers: a model named by its folder."""
    return SentenceTransformerEmbedder(str(packaged_model()), threads=2)


def test_the_weights_are_the_published_ones() -> None:
    assert file_sha256(packaged_model() / "model.safetensors") == PACKAGED_SHA256


def test_the_vectors_are_those_of_sentence_transformers(
    packaged: SentenceTransformerEmbedder, reference: SentenceTransformerEmbedder
) -> None:
    ours, theirs = packaged.embed_passages(TEXTS), reference.embed_passages(TEXTS)
    assert ours.shape == theirs.shape == (len(TEXTS), 384)
    assert ours.dtype == np.float32
    assert (ours * theirs).sum(axis=1).min() > 0.99999
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    queries = np.stack([packaged.embed_query(text) for text in TEXTS])
    assert (queries * np.stack([reference.embed_query(text) for text in TEXTS])).sum(axis=1).min() > 0.99999
    assert packaged.count_tokens(TEXTS) == reference.count_tokens(TEXTS)
    assert packaged.max_tokens == reference.max_tokens == 256
    assert packaged.dimension == reference.dimension == 384
    assert packaged.fingerprint != reference.fingerprint


def test_the_company_in_a_batch_does_not_matter(packaged: SentenceTransformerEmbedder) -> None:
    together = packaged.embed_passages(TEXTS * 6)
    alone = np.concatenate([packaged.embed_passages([text]) for text in TEXTS] * 6)
    assert np.abs(together - alone).max() < 1e-5


@pytest.mark.skipif(not bfloat16_is_fast(), reason="this processor has no instructions for bfloat16")
def test_in_bulk_the_vectors_are_nearly_the_same(
    packaged: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = packaged.embed_passages(TEXTS)
    monkeypatch.setattr("qa.embedding.BULK", 1)
    bulk = packaged.embed_passages(TEXTS)
    assert (exact * bulk).sum(axis=1).min() > 0.999
    assert np.allclose(np.linalg.norm(bulk, axis=1), 1, atol=1e-3)


@pytest.mark.skipif(not bfloat16_is_fast(), reason="this processor has no instructions for bfloat16")
def test_in_bulk_the_order_is_kept_and_the_last_batch_filled_up(
    packaged: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        f"{name} has {count} {'very ' * count}long arms." for count in range(5) for name in ("Ann", "Bob", "Cy", "Di")
    ]
    exact = packaged.embed_passages(texts)
    monkeypatch.setattr("qa.embedding.BULK", 1)
    bulk = packaged.embed_passages(texts)
    assert (exact @ bulk.T).argmax(axis=1).tolist() == list(range(len(texts)))


@pytest.mark.skipif(not bfloat16_is_fast(), reason="this processor has no instructions for bfloat16")
def test_the_last_few_of_many_need_no_second_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.embedding.BULK", 3)
    fresh = SentenceTransformerEmbedder(threads=2)
    many = fresh.embed_passages(TEXTS)
    assert np.abs(fresh.embed_passages(TEXTS[:2]) - many[:2]).max() < 1e-2
    assert "_graph" not in vars(fresh)
    query = fresh.embed_query(TEXTS[0])
    assert np.abs(query - SentenceTransformerEmbedder(threads=2).embed_query(TEXTS[0])).max() < 1e-6


def test_in_bulk_batches_have_few_shapes() -> None:
    """Each new shape costs memory for good."""
    import torch

    shapes = set()

    def model(features: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        lengths = features["attention_mask"].sum(1)
        shapes.add(tuple(features["input_ids"].shape))
        places = torch.nn.functional.one_hot(lengths, embedding.PACKAGED_DIMENSION)
        return {"sentence_embedding": places.float()}

    for count in (1, 5, 1000):
        sizes = [1 + 37 * number % 256 for number in range(count)]
        vectors = embedding._in_bulk(cast("SentenceTransformer", model), [[1] * size for size in sizes])
        assert vectors.argmax(axis=1).tolist() == sizes
    assert {rows for rows, _ in shapes} == {embedding.BULK_BATCH}
    assert {width for _, width in shapes} == set(range(embedding.BULK_STEP, 257, embedding.BULK_STEP))


def test_nothing_to_embed(packaged: SentenceTransformerEmbedder) -> None:
    assert packaged.embed_passages([]).shape == (0, 384)
    assert packaged.count_tokens([]) == []


def test_what_is_clipped_is_what_the_count_says(packaged: SentenceTransformerEmbedder) -> None:
    short, exact, over = "word " * 253, "word " * 254, "word " * 255
    assert packaged.count_tokens([short, exact, over]) == [255, 256, 257]
    vectors = packaged.embed_passages([short, exact, over])
    assert np.abs(vectors[1] - vectors[2]).max() < 1e-6
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-6


def test_asking_loads_no_torch() -> None:
    code = (
        "import sys\n"
        "from qa.embedding import SentenceTransformerEmbedder\n"
        "SentenceTransformerEmbedder().embed_query('Who?')\n"
        "print('torch' in sys.modules, 'sentence_transformers' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("name", ["/nowhere/at/all", "no-such-model-of-anybody"])
def test_a_model_that_is_not_there(name: str) -> None:
    with pytest.raises(ModelError, match="set --embedder"):
        SentenceTransformerEmbedder(name).embed_query("x")


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no weights"):
        _ = SentenceTransformerEmbedder(str(tmp_path)).fingerprint


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for path in packaged_model().iterdir():
        if path.is_file() and path.name != "model.safetensors":
            shutil.copy(path, folder)
    (folder / "model.safetensors").write_bytes(os.urandom(1000))
    monkeypatch.setattr("qa.embedding.packaged_model", lambda: folder)
    with pytest.raises(ModelError, match="SHA-256"):
        SentenceTransformerEmbedder().embed_query("x")


def test_the_fingerprint_follows_the_weights(tmp_path: Path) -> None:
    for number in (1, 2):
        folder = tmp_path / str(number) / "model"
        folder.mkdir(parents=True)
        (folder / "model.safetensors").write_bytes(bytes([number]) * 10)
        (folder / "config.json").write_text(json.dumps({}))
    prints = {SentenceTransformerEmbedder(str(tmp_path / str(number) / "model")).fingerprint for number in (1, 2)}
    assert len(prints) == 2


def test_the_graph_is_the_one_its_maker_writes() -> None:
    onnx = pytest.importorskip("onnx")
    from qa.embedding import GRAPH
    from qa.training.embedder_graph import build

    assert build(packaged_model() / "model.safetensors") == onnx.load(str(GRAPH), load_external_data=False)
