"""The files of a reader: which model, which tokenizer, which limits. Hashes are checked before anything is loaded.

Our own readers are folders with ``reader.json``. Any Hugging Face folder of an extractive-QA model, or an ONNX file
with its ``tokenizer.json`` beside it or one folder up, is taken as well, with limits read from its ``config.json``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.calibration import Calibration, calibration_from
from qa.errors import ModelError
from qa.reasons import in_words

MANIFEST = "reader.json"
FORMAT = 1
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_ONNX = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")


@dataclass(frozen=True, slots=True)
class ReaderFiles:
    """A reader on disk. ``model`` is an ONNX file, or a folder with PyTorch weights. Limits count word pieces.

    ``null_weight``, ``lead``, ``consensus``: see ``qa.reader.decoding``. ``missing_weight``: see
    ``qa.reader.evidence``.
    """

    name: str
    model: Path
    tokenizer: Path
    calibration: Calibration
    most_tokens: int = 384
    stride: int = 128
    most_question: int = 64
    most_answer: int = 30
    null_weight: float = 1.0
    lead: float = 0.0
    consensus: float = 0.0
    missing_weight: float = 0.0
    pad_id: int = 0


def find_reader(path: Path) -> ReaderFiles:
    """The reader at ``path``. Raises ModelError that says what is missing or damaged."""
    path = path.expanduser()
    if (path / MANIFEST).is_file():
        return _own(path)
    if path.is_file() and path.suffix == ".onnx":
        return _foreign(path, path.parent)
    if not path.is_dir():
        raise ModelError(f"{path}: expected a reader's folder or ONNX file, found none; check --reader")
    for name in _ONNX:
        if (path / name).is_file():
            return _foreign(path / name, path)
    if any((path / name).is_file() for name in _WEIGHTS):
        return _foreign(path, path)
    raise ModelError(
        f"{path}: expected {MANIFEST}, an ONNX file ({', '.join(_ONNX)}) or PyTorch weights ({', '.join(_WEIGHTS)}), "
        "found none of them; check --reader"
    )


def _own(folder: Path) -> ReaderFiles:
    where = folder / MANIFEST
    told = _json(where)
    if told.get("format") != FORMAT:
        raise ModelError(
            f"{where}: expected format {FORMAT}, found {told.get('format')!r}; get a reader made for this version"
        )
    try:
        for name, wanted in told["sha256"].items():
            _verify(folder / name, wanted)
        return ReaderFiles(
            name=f"{told['name']} {told['sha256'][told['model']][:8]}",
            model=folder / told["model"],
            tokenizer=folder / told["tokenizer"],
            calibration=calibration_from(told.get("calibration", {}), str(where)),
            null_weight=float(told["null_weight"]),
            lead=float(told["lead"]),
            consensus=float(told["consensus"]),
            missing_weight=float(told["missing_weight"]),
            **{
                limit: int(told[limit]) for limit in ("most_tokens", "stride", "most_question", "most_answer", "pad_id")
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{where}: expected a complete reader description, found it wanting ({in_words(error)}); reinstall it"
        ) from error


def _verify(path: Path, wanted: str) -> None:
    if not path.is_file():
        raise ModelError(f"{path}: expected this file of the reader, found none; reinstall it")
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != wanted:
        raise ModelError(
            f"{path}: expected SHA-256 {wanted}, found {found}: the file is damaged or changed; reinstall it"
        )


def _foreign(model: Path, folder: Path) -> ReaderFiles:
    candidates = [folder / "tokenizer.json", folder.parent / "tokenizer.json"]
    tokenizer = next((path for path in candidates if path.is_file()), None)
    if tokenizer is None:
        raise ModelError(
            f"{model}: expected tokenizer.json (a fast tokenizer) beside it, found none; save it there with "
            "AutoTokenizer.from_pretrained(...).save_pretrained(...)"
        )
    config = tokenizer.with_name("config.json")
    told = _json(config) if config.is_file() else {}
    positions, pad_id = told.get("max_position_embeddings"), told.get("pad_token_id")
    # RoBERTa's positions begin after the padding id, so two of them are not for text.
    most = 384 if not isinstance(positions, int) else max(32, min(384, positions - 2))
    return ReaderFiles(
        name=str(told.get("_name_or_path") or folder.resolve().name),
        model=model,
        tokenizer=tokenizer,
        calibration=Calibration(),
        most_tokens=most,
        stride=most // 3,
        most_question=most // 4,
        pad_id=pad_id if isinstance(pad_id, int) else 0,
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: expected JSON, found {in_words(error)}; reinstall the reader") from error
    if not isinstance(told, dict):
        raise ModelError(f"{path}: expected a JSON object, found {type(told).__name__}; reinstall the reader")
    return told
