from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from qa.errors import ModelError
from qa.reader.model import OnnxReader, packaged_reader
from qa.records import Passage
from tests.reader.tiny import tiny_tokenizer, write_onnx, write_reader

TEXT = "Alice met Bob in Paris."
LONG = "Alice met Alice in Paris. " * 8 + TEXT


def passage(text: str, number: int = 0) -> Passage:
    return Passage(str(number), "d", 0, len(text), text)


def test_our_own_reader_finds_the_span_and_its_score(tmp_path: Path) -> None:
    reader = OnnxReader(write_reader(tmp_path))
    (reading,) = reader.read("who?", [passage(TEXT)])
    best = reading.candidates[0]
    assert best.text == "Bob" and best.passage is reading.passage
    # Logits 5 and 5, and twice the log of the null head's probabilities.
    assert best.score == pytest.approx(5 + 5 - 2 * math.log1p(math.exp(-2.0)), abs=1e-5)
    assert reading.null_score == pytest.approx(-2 * math.log1p(math.exp(2.0)), abs=1e-5)
    assert reader.name.startswith("tiny ") and reader.calibration.margin == 2.0


def test_a_name_that_the_sentence_lacks_speaks_against_it(tmp_path: Path) -> None:
    reader = OnnxReader(write_reader(tmp_path))
    (known,) = reader.read("who met in Paris?", [passage(TEXT)])
    (strange,) = reader.read("who met in Oslo?", [passage(TEXT)])
    assert strange.candidates[0].text == known.candidates[0].text == "Bob"
    assert strange.null_score == pytest.approx(known.null_score + 3.0, abs=1e-5)
    assert (known.lacking, strange.lacking) == (0.0, 3.0)


def test_readings_come_in_the_order_asked_and_do_not_depend_on_company(tmp_path: Path) -> None:
    reader = OnnxReader(write_reader(tmp_path))
    passages = [passage(LONG, 0), passage(TEXT, 1), passage("Paris.", 2), passage("", 3), passage(LONG + LONG, 4)]
    together = reader.read("who?", passages)
    assert [reading.passage.id for reading in together] == ["0", "1", "2", "3", "4"]
    for one, reading in zip(passages, together, strict=True):
        (alone,) = reader.read("who?", [one])
        assert [found.span for found in alone.candidates] == [found.span for found in reading.candidates]
        assert alone.null_score == pytest.approx(reading.null_score, abs=1e-4)
    assert together[0].candidates[0].text == "Bob" and together[0].candidates[0].start == LONG.index("Bob")
    assert together[3].candidates == ()
    assert reader.read("who?", []) == []


def test_an_onnx_file_without_null_head_uses_its_first_token(tmp_path: Path) -> None:
    write_onnx(tmp_path / "any.onnx", null=None)
    tiny_tokenizer().save(str(tmp_path / "tokenizer.json"))
    (reading,) = OnnxReader(tmp_path / "any.onnx").read("who?", [passage(TEXT)])
    best = reading.candidates[0]
    assert best.text == "Bob"
    assert best.score - reading.null_score == pytest.approx(10.0, abs=1e-4)  # 5 + 5, and [CLS] has 0 + 0


def test_a_hugging_face_folder_of_an_onnx_model(tmp_path: Path) -> None:
    (tmp_path / "onnx").mkdir()
    write_onnx(tmp_path / "onnx" / "model.onnx", null=None)
    tiny_tokenizer().save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "config.json").write_text(json.dumps({"max_position_embeddings": 66, "pad_token_id": 0}))
    (reading,) = OnnxReader(tmp_path).read("who?", [passage(LONG + " " + LONG)])
    assert reading.candidates[0].text == "Bob"


def test_a_hugging_face_folder_with_torch_weights(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.BertConfig(
        vocab_size=13, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    transformers.BertForQuestionAnswering(config).save_pretrained(tmp_path)
    tiny_tokenizer().save(str(tmp_path / "tokenizer.json"))
    (reading,) = OnnxReader(tmp_path).read("who?", [passage(TEXT)])
    assert reading.candidates and all(one.text in TEXT for one in reading.candidates)


def test_a_changed_file_is_named_with_both_hashes(tmp_path: Path) -> None:
    write_reader(tmp_path)
    model = tmp_path / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match=r"model\.onnx: expected SHA-256 .* found"):
        OnnxReader(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 9}, "format 1, found 9"),
        ({"most_tokens": None}, "wanting"),
        ({"sha256": {}}, r"wanting \(no 'model\.onnx'\); reinstall it"),
        ({"sha256": {"gone.bin": "00"}}, "gone.bin"),
        ({"calibration": {"charm": 1.0}}, "charm"),
    ],
)
def test_a_wrong_description_says_what_is_wrong(tmp_path: Path, change: dict[str, object], message: str) -> None:
    write_reader(tmp_path)
    path = tmp_path / "reader.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError, match=message):
        OnnxReader(tmp_path)


def test_what_is_no_reader_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="found none"):
        OnnxReader(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="found none of them"):
        OnnxReader(tmp_path)
    write_onnx(tmp_path / "model.onnx", null=None, outputs=("logits", "other"))
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        OnnxReader(tmp_path)
    tiny_tokenizer().save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ModelError, match="extractive-QA model"):
        OnnxReader(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="expected an ONNX model"):
        OnnxReader(tmp_path)
    write_onnx(tmp_path / "model.onnx", null=None)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(ModelError, match="fast tokenizer"):
        OnnxReader(tmp_path)


def test_the_packaged_reader_says_the_same_of_a_passage_whatever_is_read_with_it() -> None:
    """With one scale for the activations of a whole batch, the scores moved by half a point with the company."""
    reader = OnnxReader(packaged_reader(), threads=1)
    question = "Who negotiated the ceasefire?"
    plain = passage("The ceasefire was negotiated by Turkey and Russia on Monday. It held for two days.", 0)
    company = [
        passage("1,234.5 $$$ !!! " * 20, 1),
        passage("Zzyzx qwxv. " * 5, 2),
        passage("Rain fell in Oslo. " * 9, 3),
    ]
    one, other = (reader.read(question, [plain, *beside])[0] for beside in (company[:1], company[1:]))
    assert one.candidates[0].text == "Turkey and Russia"
    assert [each.text for each in one.candidates] == [each.text for each in other.candidates]
    for candidate, same in zip(one.candidates, other.candidates, strict=True):
        assert candidate.score == pytest.approx(same.score, abs=1e-3)
    assert one.null_score == pytest.approx(other.null_score, abs=1e-3)
