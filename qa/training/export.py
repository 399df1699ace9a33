"""Export: the torch model to fp32 ONNX, to int8 ONNX, and to the folder that the product reads."""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from transformers import PreTrainedModel

from qa.calibration import Calibration
from qa.errors import ModelError
from qa.training.evaluate import Limits
from qa.training.load import sha256
from qa.training.model import SpanReader

FP32, INT8, TOKENIZER, DESCRIPTION = "model-fp32.onnx", "model.onnx", "tokenizer.json", "reader.json"
_OPSET = 18
_BLOCK = 128
"""Weights that share a scale."""
_INT8_SUMS = 4
"""ONNX Runtime's accuracy level for products of bytes."""
_OUTPUTS = ["start_logits", "end_logits", "null_logits"]


def export_fp32(model: SpanReader, path: Path) -> None:
    """Write `model` as ONNX with free batch and length; inputs and outputs have the names that Hugging Face uses.

    Raises ModelError for a teacher with a body of another kind.
    """
    if not isinstance(model.encoder, PreTrainedModel):
        raise ModelError(
            "expected a reader of BERT's shape, found one with translated pieces; end the run of a teacher with "
            "--only-train"
        )
    model.eval()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    example = torch.ones((2, 16), dtype=torch.long)
    # Attention in plain steps: the fused kernel brings guards against empty rows that cost time and say nothing here.
    model.encoder.set_attn_implementation("eager")
    sizes = {name: {0: "rows", 1: "tokens"} for name in [*names, *_OUTPUTS[:2]]} | {_OUTPUTS[2]: {0: "rows"}}
    with warnings.catch_warnings():
        # The tracing exporter is on its way out, but ten times as fast as its successor, and the graph is as good.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (example, example, example),
            str(path),
            input_names=names,
            output_names=_OUTPUTS,
            dynamic_axes=sizes,
            opset_version=_OPSET,
            dynamo=False,
        )


def quantize(fp32: Path, int8: Path) -> None:
    """Write the int8 form: weights as bytes with a scale for each 128, word embeddings as bytes with one scale.

    The activations become bytes in the same blocks, each piece on its own, so that what the model says of a passage
    does not depend on those that are read together with it. One scale for a whole batch takes two thirds of the time,
    but moved the scores three times as far from those of fp32.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

    model = onnx.load(fp32)
    # The exporter's shapes of inner values contradict the weights that the quantizer transposes.
    del model.graph.value_info[:]
    blocks = DefaultWeightOnlyQuantConfig(block_size=_BLOCK, is_symmetric=True, accuracy_level=_INT8_SUMS, bits=8)
    # It also advises, by a warning to the root logger, a preparation that these shapes do not survive.
    logging.disable(logging.WARNING)
    try:
        quantizer = MatMulNBitsQuantizer(model, algo_config=blocks)
        quantizer.process()
        quantize_dynamic(
            quantizer.model.model, int8, per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"]
        )
    finally:
        logging.disable(logging.NOTSET)


def write_reader(folder: Path, int8: Path, tokenizer: Path, *, name: str, limits: Limits) -> None:
    """Lay out the folder that `qa.reader.model.OnnxReader` loads, with a calibration that is still to be fitted."""
    folder.mkdir(parents=True, exist_ok=True)
    if int8.resolve() != (folder / INT8).resolve():
        shutil.copyfile(int8, folder / INT8)
    shutil.copyfile(tokenizer, folder / TOKENIZER)
    told = {
        "format": 1,
        "name": name,
        "model": INT8,
        "tokenizer": TOKENIZER,
        "sha256": {file: sha256(folder / file) for file in (INT8, TOKENIZER)},
        **asdict(limits),
        "pad_id": 0,
        "calibration": asdict(Calibration()),
    }
    _write(folder, told)


def describe(folder: Path, *, calibration: Calibration) -> None:
    """Put a calibration into the folder's reader.json."""
    told = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    _write(folder, told | {"calibration": asdict(calibration)})


def _write(folder: Path, told: Mapping[str, object]) -> None:
    (folder / DESCRIPTION).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
