"""The packaged all-MiniLM-L6-v2 in bulk: a BERT encoder (Devlin et al., 2019) in bfloat16, on torch alone.

sentence-transformers computes the same, but loads 230 MiB more, and each new shape of a batch leaves compiled code and
odd pieces of memory behind. Here every batch has one of few shapes, so memory is the same after a thousand texts and
after a million: widths are multiples of ``STEP``, the last batch is filled up.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    Vectors = NDArray[np.float32]

LAYERS = 6
HEADS = 12
EPSILON = 1e-12
BATCH = 16
STEP = 8


class MiniLM:
    """The model on torch. ``weights``: its safetensors file."""

    def __init__(self, weights: Path) -> None:
        import torch
        from safetensors.torch import load_file

        loaded = load_file(weights)
        self._norms = {name: each for name, each in loaded.items() if "LayerNorm" in name}
        self._words = loaded["embeddings.word_embeddings.weight"]
        self._places = (
            loaded["embeddings.position_embeddings.weight"] + loaded["embeddings.token_type_embeddings.weight"][0]
        )
        self._linear: dict[str, tuple[Tensor, Tensor]] = {}
        for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
            for name, parts in {
                "attention.self": ("attention.self.query", "attention.self.key", "attention.self.value"),
                "attention.output": ("attention.output.dense",),
                "intermediate": ("intermediate.dense",),
                "output": ("output.dense",),
            }.items():
                weight, bias = (
                    torch.cat([loaded[f"{layer}.{part}.{kind}"] for part in parts]).bfloat16()
                    for kind in ("weight", "bias")
                )
                self._linear[f"{layer}.{name}"] = weight, bias

    def embed(self, texts: Sequence[Sequence[int]]) -> Vectors:
        """The unit vectors of tokenized texts, in the order given; batches hold texts of like length."""
        import numpy as np
        import torch

        vectors = np.empty((len(texts), self._words.shape[1]), np.float32)
        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
        with torch.inference_mode():
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                filled = batch + batch[-1:] * (BATCH - len(batch))
                width = -(-len(texts[batch[0]]) // STEP) * STEP
                ids = np.zeros((BATCH, width), np.int64)
                for row, number in enumerate(filled):
                    ids[row, : len(texts[number])] = texts[number]
                lengths = torch.tensor([len(texts[number]) for number in filled])
                vectors[batch] = self._forward(torch.from_numpy(ids), lengths)[: len(batch)].numpy()
        return vectors

    def _forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Unit vectors, shape (rows, dimension); ``ids``: shape (rows, width), the first ``lengths`` of a row count."""
        import torch
        from torch.nn import functional

        rows, width = ids.shape
        inside = torch.arange(width) < lengths[:, None]
        states = self._normed(functional.embedding(ids, self._words) + self._places[:width], "embeddings.LayerNorm")
        for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
            heads = self._times(states, f"{layer}.attention.self").view(rows, width, 3, HEADS, -1)
            query, key, value = heads.permute(2, 0, 3, 1, 4)
            seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=inside[:, None, None, :])
            seen = self._times(seen.transpose(1, 2).reshape(rows, width, -1), f"{layer}.attention.output")
            states = self._normed(states + seen, f"{layer}.attention.output.LayerNorm")
            wide = functional.gelu(self._times(states, f"{layer}.intermediate"))
            states = self._normed(states + self._times(wide, f"{layer}.output"), f"{layer}.output.LayerNorm")
        mean = (states * inside[:, :, None]).sum(1) / lengths[:, None]
        return functional.normalize(mean, dim=1)

    def _times(self, states: Tensor, name: str) -> Tensor:
        from torch.nn import functional

        return functional.linear(states.bfloat16(), *self._linear[name])

    def _normed(self, states: Tensor, name: str) -> Tensor:
        from torch.nn import functional

        weight, bias = self._norms[f"{name}.weight"], self._norms[f"{name}.bias"]
        return functional.layer_norm(states, weight.shape, weight, bias, EPSILON)
