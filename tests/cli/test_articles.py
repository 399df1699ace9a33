"""``citespan index``, ``show``, ``sources``, ``remove``, ``compact`` and ``check``: what is in the store."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import CEASEFIRE, ROOT, Run


def test_show_prints_the_stored_text_unchanged(run: Run, seeds_store: Path) -> None:
    name = "004_b8f2ff7c7e3e8278.txt"
    assert run("show", name, "--store", seeds_store).out == (ROOT / "seeds" / name).read_bytes().decode("utf-8")


def test_sources_and_remove(run: Run, own_store: Path) -> None:
    listed = run("sources", "--store", own_store, "--json").json
    assert [each["source"] for each in listed] == ["seeds/000_973add20a1fe39af.txt", "seeds/004_b8f2ff7c7e3e8278.txt"]
    assert set(listed[0]) == {"source", "title", "url", "published", "passages", "characters"}
    assert (
        run("remove", "000_973add20a1fe39af", "--store", own_store, "--json").json["passages"] == listed[0]["passages"]
    )
    assert len(run("sources", "--store", own_store, "--json").json) == 1
    assert "000_973add20a1fe39af" not in run("sources", "--store", own_store).out


def test_indexing_again_changes_nothing(run: Run, own_store: Path) -> None:
    report = run("index", "seeds/", "--store", own_store, "--json").json
    assert (report["added"], report["updated"], report["unchanged"], report["removed"]) == (0, 0, 2, 0)
    assert report["failed"] == []
    assert report["documents"] == 2


def test_one_bad_file_never_stops_the_others(run: Run, own_store: Path, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("A good article. It has two sentences.")
    (tmp_path / "empty.txt").write_text("")
    result = run("index", tmp_path / "good.txt", tmp_path / "empty.txt", "--store", own_store, "--json")
    assert result.code == 2
    assert result.json["added"] == 1
    assert [Path(each["path"]).name for each in result.json["failed"]] == ["empty.txt"]
    assert "empty.txt" in result.err


def test_check_is_content_with_a_good_store(run: Run, seeds_store: Path) -> None:
    result = run("check", "--store", seeds_store, "--json")
    assert (result.code, result.json["ok"], result.json["problems"]) == (0, True, [])


def test_the_same_report_in_two_papers_is_shown_as_such(run: Run, own_store: Path, tmp_path: Path) -> None:
    report = (
        "The river Yare burst its banks on Monday after a week of rain. Forty homes were emptied by the fire brigade.\n"
        "Councillor Jane Howe opened the school as a shelter. It can take two hundred people for a night.\n\n"
        "Engineers closed the bridge at Carrow until the water falls, and trains to Norwich end at Diss.\n"
    )
    courier, gazette = tmp_path / "courier.txt", tmp_path / "gazette.txt"
    courier.write_text(f"Flood in Norwich\n\n{report}")
    gazette.write_text(f"Norwich flooded (Agency)\n\n{report.replace('by the fire', 'by the' + chr(10) + 'fire')}")
    assert run("index", courier, gazette, "--store", own_store).code == 0

    listed = {Path(each["source"]).name: each for each in run("sources", "--store", own_store, "--json").json}
    assert listed["courier.txt"]["duplicates"] == [listed["gazette.txt"]["source"]]
    assert listed["gazette.txt"]["duplicates"] == [listed["courier.txt"]["source"]]
    assert "duplicates" not in listed["004_b8f2ff7c7e3e8278.txt"]
    assert "; near-duplicate of " in run("sources", "--store", own_store).out

    asking = ("ask", "Which river burst its banks?", "--threshold", "0", "--store", own_store)
    citations = run(*asking, "--json").json["citations"]
    assert {Path(each["source"]).name for each in citations} == {"courier.txt", "gazette.txt"}
    assert "duplicate_of" not in citations[0]
    assert citations[1]["duplicate_of"] == citations[0]["source"]
    for each in citations:
        assert Path("/", each["source"]).read_text()[each["start"] : each["end"]] == each["quote"]
    assert ", near-duplicate of " in run(*asking).out
    alone = run(*asking, "--source", courier, "--json").json
    assert {Path(each["source"]).name for each in alone["citations"]} == {"courier.txt"}

    assert run("remove", courier, "--store", own_store).code == 0
    left = run(*asking, "--json").json["citations"]
    assert {Path(each["source"]).name for each in left} == {"gazette.txt"}
    assert run("show", gazette, "--store", own_store).out == gazette.read_text()
    assert run("check", "--store", own_store, "--json").json["ok"]


def test_compact_makes_removed_words_unreadable(run: Run, own_store: Path, tmp_path: Path) -> None:
    secret = "zorbaquux"
    article = own_store / "uploads" / f"{secret}.txt"  # as the chat would keep it
    article.parent.mkdir()
    article.write_text(f"The {secret} in Norwich\n\nThe {secret} spoke to the council on Monday. Nobody heard it.\n")
    assert run("index", article, "--store", own_store).code == 0
    asked = run("ask", f"Who heard the {secret}?", "--threshold", "0", "--store", own_store, "--json")
    assert secret in asked.out

    def readable() -> list[Path]:
        return [path for path in own_store.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]

    assert run("remove", article, "--store", own_store).code == 0
    assert not article.exists()
    assert readable(), "there was nothing to make unreadable"
    report = run("compact", "--store", own_store, "--json")
    assert report.code == 0
    assert list(report.json) == ["bytes_before", "bytes_after", "seconds"]
    assert report.json["bytes_after"] > 0
    assert readable() == []
    assert run("compact", "--store", own_store).out.startswith("compacted: ")
    assert run("check", "--store", own_store, "--json").json["ok"]
    again = run("ask", CEASEFIRE, "--store", own_store, "--json")
    assert again.json["answer"] == "Turkey and Russia"
