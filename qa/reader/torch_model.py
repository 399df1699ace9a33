"""A Hugging Face extractive-QA model that has only PyTorch weights, run by transformers: slower than ONNX."""

from __future__ import annotations

from pathlib import Path

from qa.errors import ModelError
from qa.reader.extractive import Forward, Logits
from qa.reader.inputs import Batch


def torch_forward(folder: Path, threads: int) -> Forward:
    """The model in ``folder``. Raises ModelError if it is no extractive-QA model. No code from the folder is run."""
    import torch
    from transformers import AutoConfig, AutoModelForQuestionAnswering

    torch.set_num_threads(threads)
    try:
        kinds = AutoConfig.from_pretrained(folder, local_files_only=True).architectures or []
        model = AutoModelForQuestionAnswering.from_pretrained(folder, local_files_only=True).eval()
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(f"{folder}: expected an extractive-QA model, found {error}; check --reader") from error
    if not any(kind.endswith("ForQuestionAnswering") for kind in kinds):
        raise ModelError(f"{folder}: expected a model trained for question answering, found {kinds}; check --reader")
    takes_segments = getattr(model.config, "type_vocab_size", 0) > 1

    def forward(batch: Batch) -> Logits:
        given = {"input_ids": torch.from_numpy(batch.ids), "attention_mask": torch.from_numpy(batch.mask)}
        if takes_segments:
            given["token_type_ids"] = torch.from_numpy(batch.segments)
        with torch.inference_mode():
            found = model(**given)
        return Logits(found.start_logits.float().numpy(), found.end_logits.float().numpy(), None)

    return forward
