"""Write ``qa/assets/minilm.onnx``: all-MiniLM-L6-v2 as a graph without weights, for asking without loading torch.

    python -m qa.training.embedder_graph

The weights stay where they are: the graph's tensors point into the packaged ``model.safetensors`` by offset, which
ONNX calls external data. The arithmetic is that of ``transformers.BertModel`` (Devlin et al., 2018), then the mean over
the tokens and the length 1, as sentence-transformers does it; a test holds the two together.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from onnx import ModelProto, TensorProto, helper

from qa.embedding import GRAPH, packaged_model

LAYERS, HEADS, WIDTH, EPSILON = 6, 12, 384, 1e-12
TYPES = {"F32": TensorProto.FLOAT}


class _Graph:
    def __init__(self, weights: Path) -> None:
        with weights.open("rb") as stream:
            length = struct.unpack("<Q", stream.read(8))[0]
            self._header: dict[str, Any] = json.loads(stream.read(length))
        self._base = 8 + length
        self._file = weights.name
        self.nodes: list[Any] = []
        self.tensors: dict[str, Any] = {}

    def weight(self, name: str) -> str:
        """A tensor that lies in the weights file."""
        if name not in self.tensors:
            found = self._header[name]
            begin, end = found["data_offsets"]
            tensor = TensorProto(name=name, data_type=TYPES[found["dtype"]], dims=found["shape"])
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", self._file), ("offset", self._base + begin), ("length", end - begin)):
                tensor.external_data.add(key=key, value=str(value))
            self.tensors[name] = tensor
        return name

    def constant(self, name: str, kind: int, values: list[Any], dims: list[int] | None = None) -> str:
        """A small tensor inside the graph."""
        self.tensors[name] = helper.make_tensor(name, kind, [len(values)] if dims is None else dims, values)
        return name

    def node(self, operation: str, *inputs: str, out: str, **attributes: Any) -> str:
        """One operation."""
        self.nodes.append(helper.make_node(operation, list(inputs), [out], name=out, **attributes))
        return out

    def linear(self, x: str, name: str) -> str:
        """x W^T + b on rows."""
        weight, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("Gemm", x, weight, bias, out=f"{name}.out", transB=1)

    def norm(self, x: str, name: str) -> str:
        """Layer normalisation."""
        weight, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("LayerNormalization", x, weight, bias, out=f"{name}.out", epsilon=EPSILON)


def build(weights: Path) -> ModelProto:
    """The graph over ``weights``: ids and mask, shape (texts, tokens), to unit vectors, shape (texts, 384)."""
    g = _Graph(weights)
    integers = {"zero": [0], "one": [1], "two": [2], "heads": [HEADS, WIDTH // HEADS], "rows": [-1, WIDTH]}
    for name, values in integers.items():
        g.constant(name, TensorProto.INT64, values)
    g.constant("width", TensorProto.INT64, [WIDTH])
    g.constant("scale", TensorProto.FLOAT, [(WIDTH // HEADS) ** -0.5], [])
    g.constant("unit", TensorProto.FLOAT, [1.0], [])
    g.constant("never", TensorProto.FLOAT, [-1e9], [])
    g.constant("tiny", TensorProto.FLOAT, [1e-12], [])

    shape = g.node("Shape", "ids", out="shape")
    tokens = g.node("Slice", shape, "one", "two", out="tokens")
    split = g.node("Concat", shape, "heads", out="split", axis=0)
    joined = g.node("Concat", shape, "width", out="joined", axis=0)
    present = g.node("Cast", "mask", out="present", to=TensorProto.FLOAT)
    absent = g.node("Sub", "unit", present, out="absent")
    g.constant("middle", TensorProto.INT64, [1, 2])
    bias = g.node("Unsqueeze", g.node("Mul", absent, "never", out="penalty"), "middle", out="bias")

    words = g.node("Gather", g.weight("embeddings.word_embeddings.weight"), "ids", out="words")
    places = g.node("Slice", g.weight("embeddings.position_embeddings.weight"), "zero", tokens, "zero", out="places")
    kind = g.node("Slice", g.weight("embeddings.token_type_embeddings.weight"), "zero", "one", "zero", out="kind")
    summed = g.node("Add", g.node("Add", words, places, out="words.places"), kind, out="words.places.kind")
    x = g.node("Reshape", g.norm(summed, "embeddings.LayerNorm"), "rows", out="x")

    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        parts = {}
        for part, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
            flat = g.linear(x, f"{layer}.attention.self.{part}")
            apart = g.node("Reshape", flat, split, out=f"{flat}.split")
            parts[part] = g.node("Transpose", apart, out=f"{flat}.heads", perm=order)
        raw = g.node("MatMul", parts["query"], parts["key"], out=f"{layer}.raw")
        scores = g.node("Add", g.node("Mul", raw, "scale", out=f"{layer}.scaled"), bias, out=f"{layer}.scores")
        attention = g.node("Softmax", scores, out=f"{layer}.weights", axis=-1)
        mixed = g.node("MatMul", attention, parts["value"], out=f"{layer}.mixed")
        together = g.node("Transpose", mixed, out=f"{layer}.together", perm=[0, 2, 1, 3])
        flat = g.node("Reshape", together, "rows", out=f"{layer}.flat")
        attended = g.linear(flat, f"{layer}.attention.output.dense")
        x = g.norm(g.node("Add", attended, x, out=f"{layer}.sum1"), f"{layer}.attention.output.LayerNorm")
        wide = g.node("Gelu", g.linear(x, f"{layer}.intermediate.dense"), out=f"{layer}.gelu")
        x = g.norm(
            g.node("Add", g.linear(wide, f"{layer}.output.dense"), x, out=f"{layer}.sum2"), f"{layer}.output.LayerNorm"
        )

    x = g.node("Reshape", x, joined, out="tokens.out")
    g.constant("last", TensorProto.INT64, [-1])
    weight = g.node("Unsqueeze", present, "last", out="weight")
    total = g.node("ReduceSum", g.node("Mul", x, weight, out="kept"), "one", out="total", keepdims=0)
    count = g.node("ReduceSum", present, "one", out="count", keepdims=1)
    mean = g.node("Div", total, count, out="mean")
    length = g.node("ReduceL2", mean, "one", out="length", keepdims=1)
    g.node("Div", mean, g.node("Max", length, "tiny", out="safe"), out="vectors")

    texts_tokens = ["texts", "tokens"]
    graph = helper.make_graph(
        g.nodes,
        "all-MiniLM-L6-v2",
        [helper.make_tensor_value_info(name, TensorProto.INT64, texts_tokens) for name in ("ids", "mask")],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", WIDTH])],
        list(g.tensors.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], producer_name="citespan")
    model.ir_version = 9
    return model


def main() -> None:
    """Write the graph into the package."""
    model = build(packaged_model() / "model.safetensors")
    GRAPH.parent.mkdir(exist_ok=True)
    GRAPH.write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
