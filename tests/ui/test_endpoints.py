"""The three public endpoints, as programs call them over HTTP; and what the page's own events take from a stranger."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.ui.conftest import seeds_engine
from tests.ui.serving import basic, call, served
from ui.app import build
from ui.server import Names

if TYPE_CHECKING:
    from tests.ui.tiny_engine import TinyEngine

pytestmark = pytest.mark.usefixtures("run")


def test_exactly_three_endpoints_are_public(engine: TinyEngine, tmp_path: Path) -> None:
    info = build(engine, folder=tmp_path).get_api_info(all_endpoints=True)
    assert sorted(info["named_endpoints"]) == ["/ask", "/cite", "/sources"]
    assert not info["unnamed_endpoints"]


@dataclass
class Visitor:
    """Calls what the page calls, without being the page."""

    client: httpx.Client
    config: Any

    def component(self, name: str) -> int:
        ids: dict[str | None, int] = {each["props"].get("elem_id"): each["id"] for each in self.config["components"]}
        return ids[name]

    def trigger(self, target: str, event: str, outputs: str, data: list[Any]) -> Any:
        """The last message about that event, whose first output is ``outputs``."""
        wanted = [[self.component(target), event]]
        found = [each for each in self.config["dependencies"] if wanted == each["targets"] and each["backend_fn"]]
        (dependency,) = [each for each in found if each["outputs"][0] == self.component(outputs)]
        told = {"data": data, "event_data": None, "fn_index": dependency["id"], "trigger_id": None, "session_hash": "s"}
        assert self.client.post("/gradio_api/queue/join", json=told).status_code == 200
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "s"}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line else {}
                if message.get("msg") == "process_completed":
                    return message
        return None


def test_only_an_uploaded_file_can_be_added(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The harbour's key is under the mat.", "utf-8")
    with served(seeds_engine(), tmp_path / "store") as site, httpx.Client(base_url=site.url, timeout=300) as client:
        caller = Visitor(client, client.get("/config").json())
        for path in (secret, "/etc/hostname", Path("README.md").resolve(), "http://127.0.0.1:9/x.txt"):
            named = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
            assert caller.trigger("files", "upload", "told", [[named]])["success"] is False, path
        assert len(site.engine.sources()) == 2
        (sent,) = client.post("/gradio_api/upload", files={"files": ("bridge.txt", b"The bridge is closed.")}).json()
        named = {"path": sent, "orig_name": "bridge.txt", "meta": {"_type": "gradio.FileData"}}
        assert caller.trigger("files", "upload", "told", [[named]])["success"] is True
        assert len(site.engine.sources()) == 3


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(seeds_engine(), tmp_path_factory.mktemp("store")) as site:
        yield site.url


def test_ask_returns_the_json_of_the_contract(url: str, engine: TinyEngine) -> None:
    event, (reply,) = call(url, "ask", "Who negotiated the ceasefire?")
    assert event == "complete"
    assert set(reply) == {
        "question", "answer", "confidence", "abstained", "reason", "citations", "alternatives", "timings_ms"
    }  # fmt: skip
    (citation,) = reply["citations"]
    assert engine.show(citation["source"]).text[citation["start"] : citation["end"]] == reply["answer"]
    event, (view,) = call(url, "cite", citation["id"])
    assert (event, view["quote"], view["current"]) == ("complete", "Turkey and Russia", True)


def test_ask_takes_filters(url: str) -> None:
    _, (inside,) = call(url, "ask", "Who is Rupert Colville?", ["seeds/000_973add20a1fe39af.txt"], None, None)
    assert {each["source"] for each in inside["citations"]} == {"seeds/000_973add20a1fe39af.txt"}
    assert inside["alternatives"] == []


def test_sources_lists_what_is_indexed(url: str) -> None:
    _, (rows,) = call(url, "sources")
    assert [set(row) for row in rows] == [{"source", "title", "url", "published", "passages", "characters"}] * 2


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("ask", ["  "], "expected a question, found an empty one"),
        ("ask", ["Who?", None, "yesterday", None], "since: expected a date such as 2016-12-13, found 'yesterday'"),
        ("ask", ["Who?", None, None, "2016-12-13x"], "until: expected a date such as 2016-12-13, found '2016-12-13x'"),
        ("ask", ["Who?", None, "2020-01-02", "2020-01-01"], "since 2020-01-02 after until 2020-01-01"),
        ("cite", ["nonsense"], "expected a citation id"),
        ("ask", [2016], "question: expected a string, found 2016"),
        ("ask", ["Who?", None, 2016, None], "since: expected a string, found 2016"),
        ("ask", ["Who?", {"a": 1}, None, None], "sources: expected a list of source names"),
        ("ask", ["Who?", [7], None, None], "sources: expected a string, found 7"),
        ("cite", [["x"]], "id: expected a string"),
    ],
)
def test_an_error_is_one_clear_line(url: str, name: str, arguments: list[Any], message: str) -> None:
    event, data = call(url, name, *arguments)
    assert event == "error"
    said = json.dumps(data, ensure_ascii=False)
    assert message in said
    assert "Traceback" not in said


def test_filters_may_be_left_out(url: str) -> None:
    event, (reply,) = call(url, "ask", "Who negotiated the ceasefire?")
    assert (event, reply["answer"]) == ("complete", "Turkey and Russia")
    event, (reply,) = call(url, "ask", "Who negotiated the ceasefire?", [])
    assert (event, reply["answer"]) == ("complete", "Turkey and Russia")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_gradio_client_calls_the_three_endpoints(url: str) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]

    client = Client(url, verbose=False, analytics_enabled=False)
    reply = client.predict("Who negotiated the ceasefire?", api_name="/ask")
    assert reply["answer"] == "Turkey and Russia"
    assert client.predict(reply["citations"][0]["id"], api_name="/cite")["current"] is True
    assert len(client.predict(api_name="/sources")) == 2
    narrowed = client.predict("Who negotiated the ceasefire?", sources=["nowhere.txt"], api_name="/ask")
    assert narrowed["abstained"] is True
    del client
    gc.collect()  # what it left open complains here, and in no other test


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_programs_pass_the_gate_of_a_guarded_loopback_server(tmp_path: Path) -> None:
    from gradio_client import Client

    with served(seeds_engine(), tmp_path, auth="bob:secret", names=Names.of("127.0.0.1", "")) as site:
        client = Client(site.url, verbose=False, analytics_enabled=False, headers=basic("bob:secret"))
        assert client.predict("Who negotiated the ceasefire?", api_name="/ask")["answer"] == "Turkey and Russia"
        del client
        gc.collect()
        post = partial(httpx.post, f"{site.url}/gradio_api/call/sources", json={"data": []}, auth=("bob", "secret"))
        assert "event_id" in post().json()
        rebound = post(headers={"Host": "evil.example"})
        assert (rebound.status_code, "--allowed-hosts" in rebound.text) == (421, True)
