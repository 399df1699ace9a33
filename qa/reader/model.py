"""The reader run by ONNX Runtime: our own packaged weights, or any extractive-QA model in Hugging Face form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.calibration import Calibration
from qa.errors import ModelError
from qa.reader.extractive import ExtractiveReader, Forward, Logits
from qa.reader.folder import ReaderFiles, find_reader
from qa.reader.inputs import Batch, Windowing
from qa.records import Passage, Reading

_START, _END, _NULL = "start_logits", "end_logits", "null_logits"
_QUIET = 3  # ONNX Runtime's log level for errors only


def packaged_reader() -> Path:
    """The folder of the reader that comes with Citespan."""
    return Path(__file__).parent / "weights"


class OnnxReader:
    """See Reader. ``path``: a folder with reader.json, a Hugging Face extractive-QA folder, or an ONNX file.

    Raises ModelError when it is missing, damaged (hashes are checked) or of the wrong kind.
    """

    def __init__(self, path: Path, *, threads: int = 2) -> None:
        files = find_reader(path)
        self._reader = ExtractiveReader(
            files.name,
            _forward(files, threads),
            Windowing(
                _tokenizer(files.tokenizer),
                most_tokens=files.most_tokens,
                stride=files.stride,
                most_question=files.most_question,
            ),
            files.calibration,
            most_answer=files.most_answer,
            null_weight=files.null_weight,
            lead=files.lead,
            consensus=files.consensus,
            missing_weight=files.missing_weight,
            pad_id=files.pad_id,
        )

    @property
    def name(self) -> str:
        """See Reader."""
        return self._reader.name

    @property
    def calibration(self) -> Calibration:
        """See Reader."""
        return self._reader.calibration

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """See Reader."""
        return self._reader.read(question, passages)

    def read_pairs(self, pairs: Sequence[tuple[str, Passage]]) -> list[Reading]:
        """Many questions at once, each with its passage: one reading per pair, in the order given."""
        return self._reader.read_pairs(pairs)


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:
        raise ModelError(f"{path}: expected a fast tokenizer, found {error}; check --reader") from error


def _forward(files: ReaderFiles, threads: int) -> Forward:
    if files.model.is_dir():
        from qa.reader.torch_model import torch_forward

        return torch_forward(files.model, threads)
    return onnx_forward(files.model, threads)


def onnx_forward(path: Path, threads: int) -> Forward:
    """Run an extractive-QA ONNX file, with or without a null head. Raises ModelError if it is none."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = _QUIET
    # Lengths differ from batch to batch: planned memory would be kept for each of them.
    options.enable_mem_pattern = False
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(f"{path}: expected an ONNX model, found {error}; check --reader") from error
    inputs = {one.name for one in session.get_inputs()}
    outputs = [one.name for one in session.get_outputs()]
    known = {"input_ids", "attention_mask", "token_type_ids"}
    if "input_ids" not in inputs or inputs - known or _START not in outputs or _END not in outputs:
        raise ModelError(
            f"{path}: expected an extractive-QA model (inputs among {sorted(known)}, outputs {_START} and {_END}), "
            f"found inputs {sorted(inputs)} and outputs {outputs}; check --reader"
        )
    wanted = [_START, _END, *([_NULL] if _NULL in outputs else [])]

    def forward(batch: Batch) -> Logits:
        given = {"input_ids": batch.ids, "attention_mask": batch.mask, "token_type_ids": batch.segments}
        found = session.run(wanted, {name: given[name] for name in inputs})
        start, end, *null = (np.asarray(values, dtype=np.float32) for values in found)
        return Logits(start, end, null[0] if null else None)

    return forward
