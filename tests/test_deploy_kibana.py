"""Kibana's saved objects: well formed, over fields that there are, and answered by a real Elasticsearch."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests import elastic
from tests.kibana_objects import JOURNAL, mapped, problems, unpacked, view_of
from tests.kibana_panels import Kibana, Row
from tests.kibana_seeds import SEEDS, seeded, seeded_journal

FOLDER = Path(__file__).parent.parent / "deploy" / "kibana"
FILE = FOLDER / "broadsheet.ndjson"
OBJECTS: list[Any] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
PLACES = [(each["type"], each["id"]) for each in OBJECTS]

# The rows of each panel over the seeds: keys of buckets, then metrics.
PANELS: dict[str, list[Row]] = {
    "broadsheet-articles-count": [(5,)],
    "broadsheet-sources": [(3,)],
    "broadsheet-newest": [("2026-11-22T07:00:00+00:00",)],
    "broadsheet-words": [(150.0,)],
    "broadsheet-by-day": [
        ("2026-11-19", "southern", 1),
        ("2026-11-20", "norland", 2),
        ("2026-11-21", "southern", 1),
        ("2026-11-22", "island-times", 1),
    ],
    "broadsheet-languages": [("en", 2), ("de", 1), ("zh", 1)],
    "broadsheet-sections": [("World News", 2), ("Money", 1)],
    "broadsheet-authors": [("Ada O'Neill", 2), ("Ben Émile", 1), ("李明", 1)],
    "broadsheet-tags": [("Trade", 2), ("Climate Change", 1)],
    "broadsheet-per-source": [
        ("norland", 2, "2026-11-20T20:00:00+00:00", "2026-11-20T21:00:00+00:00", 250.0),
        ("southern", 2, "2026-11-21T00:00:00+00:00", "2026-11-21T01:00:00+00:00", 225.0),
        ("island-times", 1, "2026-11-22T06:00:00+00:00", "2026-11-22T07:00:00+00:00", 90.0),
    ],
    "broadsheet-no-author": [(2,)],
    "broadsheet-no-lead": [(2,)],
    "broadsheet-no-date": [(1,)],
    "broadsheet-wrong-caption": [(1,)],
    # articles; without author, lead, date, language; a caption does not fit; under 100 words
    "broadsheet-gaps-per-source": [
        ("norland", 2, 1, 1, 0, 0, 1, 1),
        ("southern", 2, 1, 0, 1, 1, 0, 0),
        ("island-times", 1, 0, 1, 0, 0, 0, 1),
    ],
    # articles; median confidence; under .7; by trafilatura
    "broadsheet-confidence": [
        ("norland", 2, 0.8125, 0, 0),
        ("southern", 2, 0.5, 1, 1),
        ("island-times", 1, 0.75, 0, 0),
    ],
    "broadsheet-rules": [("newsletter", 2), ("read_also", 1), ("related", 1)],
    "broadsheet-cut-by-day": [
        ("2026-11-20", "newsletter", 2),
        ("2026-11-20", "related", 1),
        ("2026-11-21", "read_also", 1),
    ],
    "broadsheet-captions": [("credit_only", 1), ("matched", 1), ("mismatched", 1)],
    "broadsheet-versions": [(2, 4), (1, 1)],
    "broadsheet-quiet": [
        ("norland", "2026-11-20T21:00:00+00:00"),
        ("southern", "2026-11-21T01:00:00+00:00"),
        ("island-times", "2026-11-22T07:00:00+00:00"),
    ],
    "broadsheet-troubled": [(1,)],
    "broadsheet-last-run": [("2026-11-21T09:00:00+00:00",)],
    "broadsheet-failed-runs": [(1,)],
    "broadsheet-indexed": [(7.0,)],
    "broadsheet-verdicts": [
        ("2026-11-20", "quiet", 1),
        ("2026-11-20", "unknown", 1),
        ("2026-11-20", "well", 1),
        ("2026-11-21", "failing", 1),
        ("2026-11-21", "unknown", 1),
        ("2026-11-21", "well", 1),
    ],
    "broadsheet-runs-by-day": [("2026-11-20", 7.0), ("2026-11-21", 0.0)],
    # the gravest; now: the verdict, since, failures, share rejected
    "broadsheet-worst": [
        ("norland", 9.0, "failing", "2026-11-20T10:00:00.000Z", 2, 0.5),
        ("island-times", 4.0, "well", "2026-11-01T08:00:00.000Z", 0, 0.0),
        ("southern", 2.0, "unknown", None, 0, 0.0),
    ],
    # last new; of the last run: new in a week, in a usual one
    "broadsheet-silent": [
        ("southern", None, 0, None),
        ("norland", "2026-11-20T08:00:00+00:00", 33, 42.0),
        ("island-times", "2026-11-21T08:00:00+00:00", 1, None),
    ],
}
SEARCHES = {
    "broadsheet-latest": ["chinese", "ferry", "cars", "steel", "jets"],
    "broadsheet-gaps": ["chinese", "cars", "jets"],
    "broadsheet-cut": ["ferry", "cars", "steel"],
    "broadsheet-runs": ["run-20261121T080000.000000Z", "run-20261120T080000.000000Z"],
    "broadsheet-troubles": [
        "source-20261121T080000.000000Z-norland",
        "source-20261120T080000.000000Z-island-times",
    ],
}
OPTIONS = {
    "source": ["island-times", "norland", "southern"],
    "section": ["Money", "World News"],
    "language": ["de", "en", "zh"],
    "broadsheet.source": ["island-times", "norland", "southern"],
    "broadsheet.verdict": ["failing", "quiet", "unknown", "well"],
}
# What kbn-es-query makes of a query, by hand.
KQL: list[tuple[str, Any]] = [
    ("", {"match_all": {}}),
    ("source: norland", {"term": {"source": {"value": "norland"}}}),
    ("title: steel tariffs", {"match": {"title": "steel tariffs"}}),
    ('title: "steel tariffs"', {"match_phrase": {"title": "steel tariffs"}}),
    ("authors: *", {"exists": {"field": "authors"}}),
    ("authors: Ada*", {"wildcard": {"authors": {"value": "Ada*"}}}),
    ("title: tarif*", {"query_string": {"fields": ["title"], "query": "tarif*"}}),
    ('@timestamp: "2026-11-20"', {"range": {"@timestamp": {"gte": "2026-11-20", "lte": "2026-11-20"}}}),
    ("word_count < 100", {"range": {"word_count": {"lt": "100"}}}),
]


def of(kind: str) -> list[Any]:
    return [each for each in OBJECTS if each["type"] == kind]


@pytest.fixture(scope="module")
def kibana(elasticsearch_server: elastic.Server) -> Iterator[Kibana]:
    with seeded(elasticsearch_server) as opened:
        yield opened


@pytest.fixture(scope="module")
def views(elasticsearch_server: elastic.Server, kibana: Kibana) -> Iterator[dict[str, Kibana]]:
    """The data views by their ids."""
    with seeded_journal(elasticsearch_server) as opened:
        yield {"broadsheet-articles": kibana, JOURNAL: opened}


# The file


def test_the_file_is_what_build_writes() -> None:
    code = "import build, sys; sys.stdout.buffer.write(build.text().encode())"
    built = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, check=True, capture_output=True)
    assert built.stdout == FILE.read_bytes(), "run: python deploy/kibana/build.py"


def test_the_objects_are_sound() -> None:
    assert problems(OBJECTS) == []


def test_there_are_the_objects_that_are_promised() -> None:
    assert [each["attributes"]["title"] for each in of("dashboard")] == [
        "What was collected",
        "What went wrong",
        "How the sources are",
    ]
    assert [each["attributes"]["title"] for each in of("index-pattern")] == [
        "articles",
        "articles-versions",
        "articles-health",
    ]
    shown = {one["id"] for each in of("dashboard") for one in each["references"] if one["type"] == "lens"}
    assert shown == {each["id"] for each in of("lens")} == set(PANELS)
    assert {each["id"] for each in of("search")} == set(SEARCHES)


def lens(name: str, change: Callable[[Any], None]) -> Callable[[list[Any]], None]:
    def layer(objects: list[Any]) -> None:
        panel = objects[PLACES.index(("lens", name))]["attributes"]["state"]
        change(panel["datasourceStates"]["formBased"]["layers"]["l1"])

    return layer


def packed(kind: str, name: str, path: str, change: Callable[[Any], None]) -> Callable[[list[Any]], None]:
    def inside(objects: list[Any]) -> None:
        holder = objects[PLACES.index((kind, name))]["attributes"]
        *above, last = path.split(".")
        for key in above:
            holder = holder[key]
        value = json.loads(holder[last])
        change(value)
        holder[last] = json.dumps(value)

    return inside


SOURCE = "kibanaSavedObjectMeta.searchSourceJSON"
FAULTS: dict[str, Callable[[list[Any]], None]] = {
    "there are two": lambda objects: objects.append(objects[0]),
    "too many or missing": lambda objects: objects[0].update(version="WzI4"),
    "pinned version": lambda objects: objects[-1].update(typeMigrationVersion="10.3.0"),
    "managed": lambda objects: objects[0].update(managed=True),
    "a string of JSON": lambda objects: objects[0]["attributes"].update(fieldFormatMap={}),
    "JSONDecodeError": lambda objects: objects[-1]["attributes"].update(panelsJSON="[{"),
    "which is not in the file": lambda objects: objects.pop(PLACES.index(("lens", "broadsheet-rules"))),
    "unused or missing": lambda objects: objects[-1]["references"].pop(),
    "shows byline": lambda objects: objects[PLACES.index(("search", "broadsheet-latest"))]["attributes"][
        "columns"
    ].append("byline"),
    "has no columns": lambda objects: objects[PLACES.index(("search", "broadsheet-latest"))][
        "attributes"
    ].update(columns=[]),
    "sorted by title": lambda objects: objects[PLACES.index(("search", "broadsheet-latest"))][
        "attributes"
    ].update(sort=[["title", "asc"]]),
    "no date": lambda objects: objects[0]["attributes"].update(timeFieldName="date"),
    "asks for rule": packed(
        "search", "broadsheet-cut", SOURCE, lambda source: source["query"].update(query="rule: *")
    ),
    "asks for summary": packed(
        "search",
        "broadsheet-gaps",
        SOURCE,
        lambda source: source["query"].update(query="title:x OR summary:?*"),
    ),
    "formats link": packed(
        "index-pattern", "broadsheet-articles", "fieldFormatMap", lambda formats: formats.update(link={})
    ),
    "columnOrder": lens("broadsheet-rules", lambda layer: layer["columnOrder"].pop()),
    "behind a metric": lens("broadsheet-rules", lambda layer: layer["columnOrder"].reverse()),
    "shows the columns": lens(
        "broadsheet-rules", lambda layer: layer["columns"].update(z=layer["columns"]["n"])
    ),
    "title cannot be aggregated": lens(
        "broadsheet-rules", lambda layer: layer["columns"]["x"].update(sourceField="title")
    ),
    "is no string": lens(
        "broadsheet-rules", lambda layer: layer["columns"]["x"].update(sourceField="word_count")
    ),
    "ordered by m": lens(
        "broadsheet-rules", lambda layer: layer["columns"]["x"]["params"]["orderBy"].update(columnId="m")
    ),
    "instead of records": lens(
        "broadsheet-rules", lambda layer: layer["columns"]["n"].update(sourceField="id")
    ),
    "overlap": packed(
        "dashboard", "broadsheet-wrong", "panelsJSON", lambda panels: panels[1]["gridData"].update(x=6)
    ),
    "outside the grid": packed(
        "dashboard", "broadsheet-wrong", "panelsJSON", lambda panels: panels[3]["gridData"].update(w=13)
    ),
    "reference differ": packed(
        "dashboard", "broadsheet-wrong", "panelsJSON", lambda panels: panels[0].update(panelIndex="q")
    ),
    "is no keyword": packed(
        "dashboard",
        "broadsheet-wrong",
        "controlGroupInput.panelsJSON",
        lambda controls: controls["section"]["explicitInput"].update(fieldName="title"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    objects = copy.deepcopy(OBJECTS)
    FAULTS[fault](objects)
    assert any(fault in problem for problem in problems(objects)), problems(objects)


# Asked of Elasticsearch


@pytest.mark.parametrize("panel", of("lens"), ids=lambda each: each["id"])
def test_a_panel_shows(views: dict[str, Kibana], panel: Any) -> None:
    assert views[view_of(panel)].panel(panel["attributes"]) == PANELS[panel["id"]]


@pytest.mark.parametrize("search", of("search"), ids=lambda each: each["id"])
def test_a_saved_search_lists(views: dict[str, Kibana], search: Any) -> None:
    assert views[view_of(search)].saved_search(search["attributes"]) == SEARCHES[search["id"]]


@pytest.mark.parametrize("dashboard", of("dashboard"), ids=lambda each: each["id"])
def test_the_controls_offer(views: dict[str, Kibana], dashboard: Any) -> None:
    kibana, all_of_it = views[view_of(dashboard)], len(SEEDS) if view_of(dashboard) != JOURNAL else 8
    attributes = unpacked(dashboard["attributes"])
    query = attributes["kibanaSavedObjectMeta"]["searchSourceJSON"]["query"]
    assert len(kibana.hits(query)) == all_of_it
    controls = attributes["controlGroupInput"]["panelsJSON"]
    fields = [control["explicitInput"]["fieldName"] for control in controls.values()]
    assert {field: kibana.options(field) for field in fields} == {field: OPTIONS[field] for field in fields}


def test_no_list_of_sources_ends_early_or_forgets_the_silent() -> None:
    tables = [each for each in of("lens") if each["attributes"]["visualizationType"] == "lnsDatatable"]
    for each in tables:
        (layer,) = each["attributes"]["state"]["datasourceStates"]["formBased"]["layers"].values()
        assert layer["columns"]["s"]["params"]["size"] == 1000, each["id"]
    wrong = next(each for each in of("dashboard") if each["id"] == "broadsheet-wrong")
    names = {one["id"]: one["name"].partition(":")[0] for one in wrong["references"]}
    panels = {one["panelIndex"]: one for one in json.loads(wrong["attributes"]["panelsJSON"])}
    assert panels[names["broadsheet-quiet"]]["embeddableConfig"]["timeRange"]["from"] == "now-20y"


def test_every_field_is_of_one_type_on_the_server(kibana: Kibana) -> None:
    found = kibana.client.field_caps(index=kibana.alias, fields="*")["fields"]
    for name, kind in mapped().items():
        ((there, can),) = found[name].items()
        assert (there, can["searchable"]) == (kind, True), name
        assert can["aggregatable"] == (kind != "text"), name


@pytest.mark.parametrize(("text", "compiled"), KQL, ids=[text for text, _ in KQL])
def test_kql_is_compiled_as_kibana_does(text: str, compiled: Any) -> None:
    found = Kibana(None, "", mapped()).ask({"query": text, "language": "kuery"})  # type: ignore[arg-type]
    one = compiled if not text else {"bool": {"should": [compiled], "minimum_should_match": 1}}
    assert found == one


# The import


@contextmanager
def answering(status: int, body: str) -> Iterator[tuple[str, list[Any]]]:
    """A server that says this to every request; its URL, and the requests it got."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, dict(self.headers), content))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()


def run_import(url: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    plain = {"PATH": os.environ["PATH"], "KIBANA_URL": url, "no_proxy": "127.0.0.1"}
    return subprocess.run(
        [FOLDER / "import.sh"], env=plain | (environment or {}), capture_output=True, text=True, check=False
    )


def test_the_import_sends_the_file_with_the_credentials() -> None:
    taken = json.dumps({"successCount": len(OBJECTS), "success": True, "warnings": []})
    with answering(200, taken) as (url, got):
        done = run_import(url + "/s/news/", {"KIBANA_USERNAME": "reader", "KIBANA_PASSWORD": 'a"b\\c:d'})
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{len(OBJECTS)} objects are in Kibana" in done.stdout
    ((path, headers, content),) = got
    assert path == "/s/news/api/saved_objects/_import?overwrite=true"
    assert headers["kbn-xsrf"]
    assert headers["Authorization"] == "Basic cmVhZGVyOmEiYlxjOmQ="
    assert FILE.read_bytes() in content
    assert b'filename="broadsheet.ndjson"' in content


def test_the_import_sends_an_api_key() -> None:
    with answering(200, json.dumps({"successCount": len(OBJECTS), "success": True})) as (url, got):
        assert run_import(url, {"KIBANA_API_KEY": "a2V5"}).returncode == 0
    assert got[0][1]["Authorization"] == "ApiKey a2V5"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            200,
            '{"successCount":25,"success":false,"errors":[{"id":"x"}]}',
            'only 25 of 40 objects were taken: {"succ',
        ),
        (200, '{"successCount":25,"success":true}', "only 25 of 40"),
        (200, "<html>a proxy</html>", "only 0 of 40 objects were taken: <html>"),
        (401, "{}", "other credentials"),
        (403, "{}", "every Kibana privilege"),
        (422, '{"message":"belongs to a more recent version"}', "answered 422"),
        (503, "Kibana server is not ready yet", "not ready"),
    ],
)
def test_the_import_says_what_failed(status: int, body: str, said: str) -> None:
    with answering(status, body) as (url, _):
        done = run_import(url)
    assert done.returncode == 1
    assert said in done.stderr


def test_the_import_names_a_kibana_that_is_not_there() -> None:
    done = run_import("http://127.0.0.1:9")
    assert done.returncode == 1
    assert "Kibana at http://127.0.0.1:9 could not be asked" in done.stderr
