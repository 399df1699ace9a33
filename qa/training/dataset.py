"""Dataset: the files named by the recipe to encoded rows by source, negatives included, kept in a cache file.

The cache's name is a hash of the files, the recipe's data settings and the code that makes it.
"""

import hashlib
import json
import pickle
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tokenizers import Tokenizer

from qa.errors import SettingsError
from qa.training.config import Config
from qa.training.features import EncodedRow, Encoder
from qa.training.load import ENDING, UNSURE, Row, check_files, hold_out, join_sentences, read_rows, sha256, stem
from qa.training.negatives import ALTERED, ELSEWHERE, REMOVED, add_rivals, make_negatives
from qa.training.questions import question_files, training_questions

UNANSWERABLE = "unanswerable"
"""The source of what people wrote to look answerable. For each file NAME of questions of our own, NAME_unanswerable."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Encoded training rows by source, development rows as text, and the SHA-256 of each file read."""

    train: Mapping[str, Sequence[EncodedRow]]
    dev: tuple[Row, ...]
    files: Mapping[str, str]


def build(data: Path, config: Config, tokenizer: Path, cache: Path) -> tuple[Dataset, Encoder]:
    """Read, join, hold out, make negatives, encode. The second call with the same input reads the cache.

    Raises SettingsError or TrainingDataError naming what is missing or wrong.
    """
    encoder = Encoder(Tokenizer.from_file(str(tokenizer)))
    check_names(config)
    paths = [*(data / f"{source}{ENDING}" for source in config.sources), *question_files(config.questions)]
    check_files(paths)
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


def check_names(config: Config) -> None:
    """Raises SettingsError for a name of what is not read, since a misspelt one would be left out without a word, for a
    name that means two things, and for questions that are both trained on and watched.
    """
    made = {UNANSWERABLE, REMOVED, ELSEWHERE, ALTERED}
    own = [stem(path) for path in question_files(config.questions)]
    apart = {f"{name}_{UNANSWERABLE}" for name in own}
    read = [*config.sources, *own, *made, *apart]
    if repeated := sorted({name for name in read if read.count(name) > 1}):
        raise SettingsError(
            f"sources, questions: expected different names, and none of {sorted(made)}, found {repeated} twice; rename "
            "a file"
        )
    if both := sorted(set(question_files(config.questions)) & set(question_files(config.watch_questions))):
        raise SettingsError(
            f"questions, watch_questions: expected different files, found {both[0]} in both; what is trained on cannot "
            "be measured with"
        )
    known = {*read, *(f"{source}{UNSURE}" for source in config.sources)}
    for name, listed in (("untaught", config.untaught), ("negatives_from", config.negatives_from)):
        if unknown := sorted(set(listed) - known):
            raise SettingsError(
                f"{name}: expected names that a mixture may have, found {unknown}; add to `sources` or `questions`, or "
                "correct what is wrong"
            )
    for phase in config.phases:
        if unknown := sorted(set(phase.mixture) - known):
            raise SettingsError(
                f"phases: expected shares of sources (NAME or NAME{UNSURE}), of questions (NAME or "
                f"NAME_{UNANSWERABLE}) and of {UNANSWERABLE}, {REMOVED}, {ELSEWHERE}, {ALTERED}, found {unknown} in "
                f"the one until {phase.until}; add to `sources` or `questions`, or correct what is wrong."
            )


def _make(data: Path, config: Config, encoder: Encoder, files: Mapping[str, str]) -> Dataset:
    rng = random.Random(config.seed)
    rows = [row for source in config.sources for row in read_rows(data / f"{source}{ENDING}")]
    train, dev = hold_out(rows, config.dev_groups)
    held_out = {row.context for row in dev}
    train = join_sentences(train, config.reach, rng)
    train = [row if row.answers else replace(row, source=UNANSWERABLE) for row in train]
    for path in question_files(config.questions):
        for row in training_questions(path, rows, held_out):
            train.append(row if row.answers else replace(row, source=f"{row.source}_{UNANSWERABLE}"))
    seeds = [row for row in train if row.source in config.negatives_from]
    train = [row for row in train if row.source not in config.negatives_from] + add_rivals(seeds)
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in [*train, *make_negatives(seeds, rng)]:
        by_source[row.source].append(row)
    return Dataset({source: encoder.encode(found) for source, found in sorted(by_source.items())}, tuple(dev), files)


def _key(files: Mapping[str, str], config: Config, tokenizer: Path) -> str:
    code = [sha256(path) for path in sorted(Path(__file__).parent.glob("*.py")) if path.stem in _MAKERS]
    settings = [config.seed, config.reach, config.dev_groups, config.sources, config.negatives_from]
    told = json.dumps([files, settings, code, sha256(tokenizer)], sort_keys=True, default=list)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


_MAKERS = frozenset({"load", "features", "negatives", "alterations", "dataset", "questions"})
