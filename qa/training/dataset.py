"""Dataset: the files named by the recipe to encoded rows by source, negatives included, kept in a cache file.

The cache's name is a hash of the files, the recipe's data settings and the code that makes it.
"""

import hashlib
import json
import pickle
import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tokenizers import Tokenizer

from qa.errors import SettingsError
from qa.training.config import Config
from qa.training.features import EncodedRow, Encoder
from qa.training.load import UNSURE, Row, hold_out, join_sentences, read_rows, sha256
from qa.training.negatives import ALTERED, ELSEWHERE, REMOVED, add_rivals, make_negatives
from qa.training.questions import question_files, read_questions, stem

UNANSWERABLE = "unanswerable"
"""The source of what people wrote to look answerable. For each file NAME of questions of our own, NAME_unanswerable."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Encoded training rows by source, development rows as text, and the SHA-256 of each file read."""

    train: Mapping[str, Sequence[EncodedRow]]
    dev: tuple[Row, ...]
    files: Mapping[str, str]


def build(data: Path, config: Config, tokenizer: Path, cache: Path) -> tuple[Dataset, Encoder]:
    """Read, join, hold out, make negatives, encode. The second call with the same input reads the cache."""
    encoder = Encoder(Tokenizer.from_file(str(tokenizer)))
    check_mixtures(config)
    paths = [*(data / f"{source}.jsonl.gz" for source in config.sources), *question_files(config.questions)]
    files = {stem(path): sha256(path) for path in paths}
    path = cache / f"dataset-{_key(files, config, tokenizer)}.pickle"
    if path.is_file():
        # The file is our own, of this run's folder: nothing from elsewhere is unpickled.
        with path.open("rb") as file:
            dataset: Dataset = pickle.load(file)
        return dataset, encoder
    dataset = _make(data, config, encoder, files)
    cache.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".tmp")
    with beside.open("wb") as file:
        pickle.dump(dataset, file, protocol=pickle.HIGHEST_PROTOCOL)
    beside.replace(path)
    return dataset, encoder


def check_mixtures(config: Config) -> None:
    """Raises SettingsError for a share of what is not read: a misspelt name would be left out without a word."""
    known = {*config.sources, *(f"{source}{UNSURE}" for source in config.sources)}
    known |= {UNANSWERABLE, REMOVED, ELSEWHERE, ALTERED}
    known |= {
        name for path in question_files(config.questions) for name in (stem(path), f"{stem(path)}_{UNANSWERABLE}")
    }
    for phase in config.phases:
        if unknown := sorted(set(phase.mixture) - known):
            raise SettingsError(
                f"phases: expected shares of sources (NAME or NAME{UNSURE}) and of {UNANSWERABLE}, {REMOVED}, "
                f"{ELSEWHERE}, {ALTERED}, found {unknown} in the one until {phase.until}; add to `sources` or correct "
                "what is wrong."
            )


def _make(data: Path, config: Config, encoder: Encoder, files: Mapping[str, str]) -> Dataset:
    rng = random.Random(config.seed)
    rows = [row for source in config.sources for row in read_rows(data / f"{source}.jsonl.gz")]
    own = [row for path in question_files(config.questions) for row in read_questions(path, rows)]
    train, dev = hold_out([*rows, *own], config.dev_groups)
    train = join_sentences(train, config.reach, rng)
    train = [_apart(row, {stem(path) for path in question_files(config.questions)}) for row in train]
    seeds = [row for row in train if row.source in config.negatives_from]
    train = [row for row in train if row.source not in config.negatives_from] + add_rivals(seeds)
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in [*train, *make_negatives(seeds, rng)]:
        by_source[row.source].append(row)
    return Dataset({source: encoder.encode(found) for source, found in sorted(by_source.items())}, tuple(dev), files)


def _apart(row: Row, own: Collection[str]) -> Row:
    """An unanswerable row under a source of its own."""
    if row.answers:
        return row
    return replace(row, source=f"{row.source}_{UNANSWERABLE}" if row.source in own else UNANSWERABLE)


def _key(files: Mapping[str, str], config: Config, tokenizer: Path) -> str:
    code = [sha256(path) for path in sorted(Path(__file__).parent.glob("*.py")) if path.stem in _MAKERS]
    settings = [config.seed, config.reach, config.dev_groups, config.sources, config.negatives_from]
    told = json.dumps([files, settings, code, sha256(tokenizer)], sort_keys=True, default=list)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


_MAKERS = frozenset({"load", "features", "negatives", "alterations", "dataset", "questions"})
