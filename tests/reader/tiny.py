"""A tokenizer of a few words, and ONNX models small enough to be worked by hand."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "alice", "met", "bob", "in", "paris", ".", "who", "where", "?"]


def tiny_tokenizer() -> Tokenizer:
    """Whole words, BERT's special tokens and segments."""
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def write_onnx(
    path: Path, *, null: float | None, favourite: str = "bob", outputs: tuple[str, str] = ("start_logits", "end_logits")
) -> None:
    """A model that gives the word ``favourite`` the logit 5, all else 0. ``null``: its null logit, if it has a head."""
    import onnx
    from onnx import TensorProto, helper

    wanted = helper.make_tensor("wanted", TensorProto.INT64, [], [WORDS.index(favourite)])
    five = helper.make_tensor("five", TensorProto.FLOAT, [], [5.0])
    nodes = [
        helper.make_node("Equal", ["input_ids", "wanted"], ["hit"]),
        helper.make_node("Cast", ["hit"], ["number"], to=TensorProto.FLOAT),
        *(helper.make_node("Mul", ["number", "five"], [name]) for name in outputs),
    ]
    constants = [wanted, five]
    shaped = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", "tokens"]) for name in outputs]
    if null is not None:
        constants += [
            helper.make_tensor("null_value", TensorProto.FLOAT, [], [null]),
            helper.make_tensor("none", TensorProto.FLOAT, [], [0.0]),
            helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
        ]
        nodes += [
            helper.make_node("Mul", ["number", "none"], ["nothing"]),
            helper.make_node("ReduceSum", ["nothing", "axis"], ["empty"], keepdims=0),
            helper.make_node("Add", ["empty", "null_value"], ["null_logits"]),
        ]
        shaped.append(helper.make_tensor_value_info("null_logits", TensorProto.FLOAT, ["rows"]))
    inputs = [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["rows", "tokens"])]
    graph = helper.make_graph(nodes, "tiny", inputs, shaped, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def write_reader(folder: Path, *, null: float | None = -2.0) -> Path:
    """A complete reader's folder of our own format."""
    write_onnx(folder / "model.onnx", null=null)
    tiny_tokenizer().save(str(folder / "tokenizer.json"))
    digests = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")
    }
    told = {
        "format": 1, "name": "tiny", "model": "model.onnx", "tokenizer": "tokenizer.json", "sha256": digests,
        "most_tokens": 16, "stride": 4, "most_question": 6, "most_answer": 5, "pad_id": 0,
        "null_weight": 2.0, "lead": 0.5, "consensus": 1.5, "missing_weight": 3.0,
        "calibration": {"bias": 0.5, "margin": 2.0},
    }  # fmt: skip
    (folder / "reader.json").write_text(json.dumps(told))
    return folder
