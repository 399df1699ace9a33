from __future__ import annotations

import ast
import gzip
import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from qa.errors import SettingsError
from qa.training.alterations import Surroundings, alter
from qa.training.config import Phase, read_config
from qa.training.dataset import check_names
from qa.training.load import Row, TrainingDataError, hold_out, join_sentences, read_rows, stem
from qa.training.negatives import add_rivals, alter_questions, look_elsewhere, remove_answer
from qa.training.questions import question_files
from tests.training.small import write_data, write_recipe


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    return read_rows(write_data(tmp_path_factory.mktemp("data")) / "towns.jsonl.gz")


def write(path: Path, *rows: object) -> Path:
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


GOOD = {"id": "a", "question": "who?", "context": "Bob ran.", "answers": [{"text": "Bob", "start": 0}], "group": "g"}


def test_rows_are_read_and_unsure_answers_set_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "set.jsonl.gz", GOOD, GOOD | {"n_agree": 1}, GOOD | {"answers": []})
    sure, unsure, none = read_rows(path)
    assert (sure.source, unsure.source) == ("set", "set_unsure")
    assert sure.context[slice(*sure.answers[0])] == "Bob" and none.answers == ()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (GOOD | {"answers": [{"text": "Rob", "start": 0}]}, r"set\.jsonl\.gz:2: .*'Rob'.*'Bob'"),
        ({"id": "b"}, r"gz:2: .*KeyError"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path, row: object, message: str) -> None:
    path = write(tmp_path / "set.jsonl.gz", GOOD, row)
    with pytest.raises(TrainingDataError, match=message):
        read_rows(path)
    with pytest.raises(TrainingDataError, match="no such training file"):
        read_rows(tmp_path / "gone.jsonl.gz")


def test_sentences_of_a_document_are_joined_and_answers_move_along() -> None:
    sentences = ["Alice sang.", "Bob ran.", "Carol slept."]
    rows = [
        Row(f"doc:7:{at}_x", "who?", text, ((0, text.index(" ")),), "qamr", "doc:7")
        for at, text in enumerate(sentences)
    ]
    joined = join_sentences(rows, {"qamr": 2}, random.Random(4))
    assert {row.context for row in joined} != set(sentences)
    for row, original in zip(joined, rows, strict=True):
        assert original.context in row.context and row.context in " ".join(sentences)
        (start, end), (was, to) = row.answers[0], original.answers[0]
        assert row.context[start:end] == original.context[was:to]
    assert join_sentences(rows, {}, random.Random(4)) == rows


def test_held_out_groups_leave_no_context_behind(rows: list[Row]) -> None:
    copy = Row("copy", "where?", rows[0].context, (), "other", "elsewhere")
    train, dev = hold_out([*rows, copy], {"towns": ["article-0"]})
    assert {row.group for row in dev} == {"article-0"} and len(dev) == 6
    assert not {row.context for row in dev} & {row.context for row in train}


def test_removed_and_elsewhere_passages_lack_the_answer(rows: list[Row]) -> None:
    removed = remove_answer(rows)
    assert len(removed) == len(rows)
    for original, negative in zip(rows, removed, strict=True):
        start, end = original.answers[0]
        assert original.context[start:end] not in negative.context.split() and negative.answers == ()
        assert set(negative.context.split()) <= set(original.context.split())
    lone = [
        Row(str(at), "Who was it then ?", f"{name} did it.", ((0, len(name)),), "s", name)
        for at, name in enumerate("ABC")
    ]
    for negative in look_elsewhere(lone, random.Random(0)):
        original = lone[int(negative.id)]
        assert original.context != negative.context and negative.answers == ()


def test_rivals_lack_the_answer_and_those_of_the_same_document_come_first(rows: list[Row]) -> None:
    here = Row("a", "Who was it that won the race ?", "Ann won the race.", ((0, 3),), "s", "races")
    near = Row("b", "Who came second in the race ?", "Bo came second in the race.", ((0, 2),), "s", "races")
    same = Row("c", "Who ran in the very first race ?", "Ann ran in the first race.", ((0, 3),), "s", "races")
    far = Row("d", "Who lost the other race then ?", "Cy lost the race that Bo won.", ((0, 2),), "s", "elsewhere")
    short = Row("e", "who ?", "Ann won.", ((0, 3),), "s", "races")
    found = {row.id: row.rivals for row in add_rivals([here, near, same, far, short])}
    assert found["a"] == (near.context, far.context)
    assert found["b"][:2] in {(here.context, same.context), (same.context, here.context)}
    assert found["e"] == ()
    assert not any(row.rivals for row in add_rivals(rows))  # every article of the towns has a house of every number


def test_altered_questions_differ_in_what_they_name(rows: list[Row]) -> None:
    negatives = alter_questions(rows, random.Random(0))
    assert negatives
    originals = {row.id: row for row in rows}
    for negative in negatives:
        assert negative.question != originals[negative.id].question
        assert negative.context == originals[negative.id].context and negative.answers == ()


CONTEXT = "Marie Curie moved to Paris in 1891. Pierre Dupont was born in Lyon in 1859, before the first prize."


@pytest.mark.parametrize("seed", range(20))
def test_an_alteration_never_asks_for_the_answer(seed: int) -> None:
    near = Surroundings.of([CONTEXT])
    asked = "Where did Marie Curie move in 1891?"
    altered = alter(asked, CONTEXT, ["Paris"], near, random.Random(seed))
    assert altered is not None and altered != asked and "Paris" not in altered


def test_nothing_to_alter_gives_nothing() -> None:
    assert alter("who?", "x", ["x"], Surroundings((), (), ()), random.Random(0)) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("seed = 7", "missing"),
        ("speed = 9\nseed = 7", "unknown setting"),
        ("seed = 7\n[", "TOML"),
    ],
)
def test_a_wrong_recipe_says_what_is_wrong(tmp_path: Path, change: str, message: str) -> None:
    path = write_recipe(tmp_path / "recipe.toml", tmp_path, steps=3)
    assert read_config(path).steps == 3
    text = path.read_text()
    path.write_text(text.replace("seed = 7", change if message != "missing" else ""))
    with pytest.raises(SettingsError, match=message):
        read_config(path)


def test_a_recipe_needs_one_budget_and_phases_to_the_end(tmp_path: Path) -> None:
    path = write_recipe(tmp_path / "recipe.toml", tmp_path, steps=3)
    text = path.read_text()
    for change in (
        ("minutes = 0", "minutes = 5"),
        ("until = 1.0", "until = 0.9"),
        ('"off"', '"maybe"'),
        ("towns = 3", "towns = -3"),
    ):
        path.write_text(text.replace(*change))
        with pytest.raises(SettingsError):
            read_config(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('device = "cpu"', 'device = "gpu"'), r"device is auto, cpu or cuda; found 'gpu'"),
        (("teacher_weight = 0.5", "teacher_weight = 1.5"), r"teacher_weight is 0 to 1; found 1\.5"),
        (("teacher_weight = 0.5", "teacher_weight = -0.1"), r"teacher_weight is 0 to 1"),
        (("teacher_weight = 0.5", 'teacher_weight = "half"'), r"teacher_weight is of the kind float; found 'half'"),
        (("teacher_null_weight = 0.5", "teacher_null_weight = 2"), r"teacher_null_weight is 0 to 1; found 2"),
        (("\nquestions = []", "\nquestions = [1]"), r"(?<!watch_)questions is a list of file names; found \[1\]"),
        (
            ("watch_questions = []", 'watch_questions = "own"'),
            r"watch_questions is a list of file names",
        ),
        (("untaught = []", 'untaught = "towns"'), r"untaught is a list of names; found 'towns'"),
        (("workers = 1", "workers = 0"), r"workers is a whole number from 1; found 0"),
        (("workers = 1", "workers = 1.5"), r"workers is of the kind int; found 1\.5"),
        (("seed = 7", "seed = []"), r"seed is of the kind int; found \[\]"),
        (('teacher = ""', "teacher = 3"), r"teacher is of the kind str; found 3"),
        (('sources = ["towns"]', 'sources = "towns"'), r"sources is a list of names; found 'towns'"),
        (('sources = ["towns"]', "sources = [3]"), r"sources is a list of names; found \[3\]"),
        (("most_pieces = [64]", "most_pieces = 64"), r"a phase has .* list of whole numbers most_pieces"),
        (("most_pieces = [64]", "most_pieces = []"), r"most_pieces are 16 or more; found \[\]"),
        (("most_pieces = [64]", "most_pieces = [8, 64]"), r"most_pieces are 16 or more; found \[8, 64\]"),
        (("[reach]", '[reach]\ntowns = "far"'), r"reach is a table of numbers of sentences, by source; found"),
        (('towns = ["article-0"]', 'towns = "article-0"'), r"dev_groups is a table of lists of groups"),
        (("towns = 3", 'towns = "many"'), r"a phase has .* table of numbers mixture"),
        (("towns = 3", 'towns = "3"'), r"a phase has .* found .*'towns': '3'"),
        (("towns = 3", "towns = nan"), r"a phase has"),
        (("towns = 3", "towns = true"), r"a phase has"),
        (("most_pieces = [64]", "most_pieces = [inf]"), r"a phase has"),
        (("most_pieces = [64]", "most_pieces = [64.7]"), r"a phase has"),
        (("most_pieces = [64]", "most_pieces = [64]\nspeed = 9"), r"a phase has .* nothing else; found .*'speed': 9"),
    ],
)
def test_a_setting_out_of_range_is_named(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = write_recipe(tmp_path / "recipe.toml", tmp_path, steps=3)
    text = path.read_text()
    assert change[0] in text
    path.write_text(text.replace(*change))
    with pytest.raises(SettingsError, match=f"recipe.toml: .*{message}"):
        read_config(path)


def test_a_recipe_inherits_what_it_does_not_say(tmp_path: Path) -> None:
    first = read_config(write_recipe(tmp_path / "first.toml", tmp_path, steps=3))
    (tmp_path / "second.toml").write_text('inherit = "first.toml"\nsteps = 5\nseed = 8\n[reach]\ntowns = 2\n')
    (tmp_path / "third.toml").write_text(
        'inherit = "second.toml"\nseed = 9\n[[phases]]\nuntil = 1.0\nmost_pieces = [96]\nmixture = { towns = 1 }\n'
    )
    assert read_config(tmp_path / "second.toml") == replace(first, steps=5, seed=8, reach={"towns": 2})
    phases = (Phase(1.0, (96,), {"towns": 1}),)
    assert read_config(tmp_path / "third.toml") == replace(first, steps=5, seed=9, reach={"towns": 2}, phases=phases)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('inherit = "first.toml"\nspeed = 9\n', r"second\.toml: unknown setting \['speed'\]"),
        ('inherit = "none.toml"\n', r"none\.toml: expected a TOML recipe"),
        ("inherit = 4\n", r"4: expected a TOML recipe"),
        ('inherit = "second.toml"\n', r"second\.toml: inherits from itself, by way of second\.toml"),
        ('inherit = "third.toml"\n', r"second\.toml: inherits from itself, by way of third\.toml"),
    ],
)
def test_an_inheritance_that_leads_nowhere_is_refused(tmp_path: Path, text: str, message: str) -> None:
    write_recipe(tmp_path / "first.toml", tmp_path, steps=3)
    (tmp_path / "second.toml").write_text(text)
    (tmp_path / "third.toml").write_text('inherit = "second.toml"\n')
    with pytest.raises(SettingsError, match=message):
        read_config(tmp_path / "second.toml")


def test_a_share_of_what_is_not_read_is_named(tmp_path: Path) -> None:
    config = read_config(write_recipe(tmp_path / "recipe.toml", tmp_path, steps=3))
    check_names(config)
    check_names(replace(config, phases=(Phase(1.0, (64,), {"towns_unsure": 1}),)))
    with pytest.raises(SettingsError, match=r"expected shares of sources .* found \['town'\]"):
        check_names(replace(config, phases=(*config.phases, Phase(1.0, (64,), {"towns": 1, "town": 1}))))
    check_names(replace(config, untaught=("towns", "removed")))
    with pytest.raises(SettingsError, match=r"untaught: expected names that a mixture may have, found \['town'\]"):
        check_names(replace(config, untaught=("town", "towns")))
    with pytest.raises(SettingsError, match=r"negatives_from: .* found \['town'\]"):
        check_names(replace(config, negatives_from=("town",)))


@pytest.mark.parametrize("name", ["recipe.toml", "teacher.toml", "refusals.toml", "written.toml"])
def test_the_shipped_recipes_are_valid(name: str) -> None:
    import qa.training

    folder = Path(qa.training.__file__).parent
    config = read_config(folder / name)
    check_names(config)
    named = {source for phase in config.phases for source in phase.mixture}
    # Only the reader's first run draws from all it reads; the questions of our own are drawn where they are named.
    assert name != "recipe.toml" or set(config.sources) <= named
    assert all(path.is_file() for path in question_files([*config.questions, *config.watch_questions]))
    own = {stem(path) for path in question_files(config.questions)}
    assert own <= named and set(config.untaught) <= own
    assert set(config.negatives_from) <= {*config.sources, *own}
    student = read_config(folder / "recipe.toml")
    assert config.tokenizer == student.tokenizer == student.base and config.sources == student.sources
    assert (config.teacher == "") == (name == "teacher.toml")


def test_the_cache_s_name_knows_all_the_code_that_makes_rows() -> None:
    import qa.training
    from qa.training import dataset

    folder = Path(qa.training.__file__).parent

    def used(module: str) -> set[str]:
        tree = ast.parse((folder / f"{module}.py").read_text(encoding="utf-8"))
        lines = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        lines = [re.sub(r"^from qa\.training import ", "import qa.training.", line) for line in lines]
        return {name for line in lines for name in re.findall(r"qa\.training\.(\w+)", line)}

    found, new = set[str](), {"dataset"}
    while new:
        found |= new
        new = {name for module in new for name in used(module)} - found
    # The settings that decide on rows are in the name themselves.
    assert found - {"config"} == dataset._MAKERS
