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

from qa.calibration import Calibration
from qa.training.evaluate import Limits
from qa.training.load import sha256
from qa.training.model import SpanReader

FP32, INT8, TOKENIZER, DESCRIPTION = "model-fp32.onnx", "model.onnx", "tokenizer.json", "reader.json"
_OPSET = 18
_OUTPUTS = ["start_logits", "end_logits", "null_logits"]


def export_fp32(model: SpanReader, path: Path) -> None:
    """Write `model` as ONNX with free batch and length; inputs and outputs have the names that Hugging Face uses."""
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
    """Write the int8 form: weights as signed bytes per output channel, activations as bytes, scaled as they come.

    Seven of the eight bits are used for weights (`reduce_range`): on processors with AVX2 but without VNNI the sum of
    two products of full bytes overflows its sixteen bits, and the answers would depend on the machine.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(fp32)
    # The exporter's shapes of inner values contradict the weights that the quantizer transposes.
    del model.graph.value_info[:]
    # It also advises, by a warning to the root logger, a preparation that these shapes do not survive.
    logging.disable(logging.WARNING)
    try:
        quantize_dynamic(model, int8, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)
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
