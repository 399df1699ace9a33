"""Our reader's weights as a folder that Hugging Face's ``AutoModelForQuestionAnswering`` loads: WEIGHTS.pt BASE OUT.

Encoder and span head go over as they are. The head for "no answer" has no counterpart there: Haystack does not use
one either, it reckons with the product of the spans' doubts.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoConfig, BertForQuestionAnswering


def convert(weights: Path, base: Path, out: Path) -> None:
    """``weights``: a state of ``qa.training.model.SpanReader``; ``base``: the Hugging Face folder it grew from."""
    state = torch.load(weights, map_location="cpu", weights_only=True)
    state = state.get("model", state)
    renamed = {
        name.replace("encoder.", "bert.", 1)
        if name.startswith("encoder.")
        else name.replace("span.", "qa_outputs.", 1): value
        for name, value in state.items()
        if name.startswith(("encoder.", "span."))
    }
    model = BertForQuestionAnswering(AutoConfig.from_pretrained(base))
    missing, unexpected = model.load_state_dict(renamed, strict=False)
    if unexpected or any("position_ids" not in name for name in missing):
        raise SystemExit(f"{weights}: expected the weights of a reader, found {missing=} {unexpected=}")
    out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(out)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        if (base / name).is_file():
            shutil.copyfile(base / name, out / name)


if __name__ == "__main__":
    convert(*map(Path, sys.argv[1:4]))
