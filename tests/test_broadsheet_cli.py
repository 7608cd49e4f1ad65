"""The command line, as typed: what it prints, what it leaves, and how it says that something is wrong."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from broadsheet.newsroom import Newsroom
from pipeline.configuration.config import Config
from tests.command_line import call
from tests.loopback import Reply, Site, redirect, rss, serve


@pytest.fixture
def site() -> Iterator[Site]:
    with serve("127.0.0.1", {}) as one:
        yield one


def broadsheet(folder: Path, *words: str, code: int = 0) -> str:
    """What the command prints when it ends with `code`: after a failure what it complains of, if it does."""
    done = call(folder, *words)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return (code and done.stderr) or done.stdout


def test_from_an_empty_folder_to_a_search_hit(tmp_path: Path, newsroom: Newsroom) -> None:
    broadsheet(tmp_path, "init")
    path = tmp_path / "broadsheet.toml"
    text = path.read_text(encoding="utf-8").replace(
        "allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]'
    )
    text = text.replace("delay = 1.0", "delay = 0.0").replace("workers = 2", "workers = 1")
    path.write_text(text, encoding="utf-8")
    assert "2 sources added" in broadsheet(tmp_path, "add", newsroom.sites[0], newsroom.feeds[1])
    assert "already known" in broadsheet(tmp_path, "add", newsroom.feeds[0])
    listed = tmp_path / "list.txt"
    listed.write_text(f"# two more\n{newsroom.feeds[2]}\n\n{newsroom.sites[3]}\n", encoding="utf-8")
    assert "2 sources added" in broadsheet(tmp_path, "add", "--from", "list.txt")
    names = [row["source"] for row in json.loads(broadsheet(tmp_path, "sources", "--json"))]
    assert len(set(names)) == 4

    funnel = broadsheet(tmp_path, "run")
    for told in ("30 new, 0 seen", "robots", "http_status", "list_page", "no_article", "indexed"):
        assert told in funnel
    assert "0 new" in broadsheet(tmp_path, "run")

    hits = json.loads(broadsheet(tmp_path, "search", "关税", "--json"))
    assert hits["total"] == 1
    (hit,) = hits["hits"]
    assert "关税" in broadsheet(tmp_path, "search", "关税", "--sort", "newest", "--from", "2026-01-01")
    assert json.loads(broadsheet(tmp_path, "search", "关税", "--to", "2026-01-01", "--json"))["total"] == 0
    assert "\n  title:(\n" in broadsheet(tmp_path, "search", "title:(", code=1)
    for which in (hit["id"], hit["id"][:10], hit["url"], hit["url"] + "?utm_source=x"):
        assert hit["title"] in broadsheet(tmp_path, "show", which)
    assert json.loads(broadsheet(tmp_path, "show", hit["id"], "--json"))["source"] == hit["source"]
    steps = [step["step"] for step in json.loads(broadsheet(tmp_path, "explain", hit["url"], "--json"))]
    assert steps[:2] == ["discovered", "fetched"]
    assert "indexed" in steps

    counts = json.loads(broadsheet(tmp_path, "status", "--json"))
    lines = broadsheet(tmp_path, "export").splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert ids == sorted(ids)
    assert len(ids) == counts["index"]["documents"] == counts["captures"]["indexed"]
    found = [(json.loads(line)["extractor"], json.loads(line)["confidence"] < 0.7) for line in lines]
    assert counts["extractor"] == dict(Counter(name for name, _ in found if name))
    assert counts["low_confidence"] == dict(Counter(name for name, low in found if name and low))
    broadsheet(tmp_path, "export", "-o", "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines() == lines
    markdown = broadsheet(tmp_path, "show", hit["id"], "--markdown")
    assert f"\n# {hit['title']}\n" in markdown
    assert "choose one" in broadsheet(tmp_path, "show", hit["id"], "--markdown", "--json", code=1)
    broadsheet(tmp_path, "export", "--markdown", "-o", "notes/2026")
    broadsheet(tmp_path, "export", "--markdown", "-o", "notes/2026")
    written = sorted((tmp_path / "notes" / "2026").iterdir(), key=lambda path: path.stem.rpartition("-")[2])
    assert [path.stem.rpartition("-")[2] for path in written] == [each[:12] for each in ids]
    together = "\n".join(path.read_text(encoding="utf-8") for path in written) + "\n"
    assert markdown in together == broadsheet(tmp_path, "export", "--markdown")
    assert "PROBLEM" not in broadsheet(tmp_path, "doctor")
    assert "Rebuilt from 29 captures" in broadsheet(tmp_path, "rebuild")
    assert broadsheet(tmp_path, "export").splitlines() == lines

    broadsheet(tmp_path, "remove", names[0])
    assert names[0] not in broadsheet(tmp_path, "sources")


def test_check_shows_a_page_and_stores_nothing(config: Config, newsroom: Newsroom) -> None:
    folder = config.path.parent
    sample = newsroom.articles()[0]
    shown = broadsheet(folder, "check", sample.url)
    assert sample.title in shown
    assert re.search(r"^confidence 0\.[5-9]\d$", shown, re.MULTILINE)
    assert re.search(r"^found by +container$", shown, re.MULTILINE)
    text = config.path.read_text(encoding="utf-8")
    own = text.replace("[[sources]]\n", '[[sources]]\nextractor = "trafilatura"\n')
    common = text.replace('extractor = "auto"', 'extractor = "trafilatura"')
    for setting in (own, common):
        config.path.write_text(setting, encoding="utf-8")
        shown = broadsheet(folder, "check", sample.url)
        assert re.search(r"^found by +trafilatura$", shown, re.MULTILINE)
    assert "http_status" in call(folder, "check", f"{newsroom.sites[0]}nowhere").stdout
    assert sorted(p.name for p in folder.iterdir()) == ["broadsheet.toml"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run",), "names no source yet"),
        (("search", "x"), "broadsheet run"),
        (("search", "x", "--from", "yesterday"), "2026-11-23"),
        (("show", "https://nowhere.example/"), ""),
        (("status",), "broadsheet run"),
        (("remove", "nothing"), "`broadsheet sources`"),
        (("explain", "ftp://a.example/"), "ftp://a.example/"),
        (("add",), "--from"),
        (("add", "--from", "missing.txt"), "missing.txt"),
        (("init",), "already exists"),
        (("rebuild",), "no archive"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_message(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    broadsheet(tmp_path, "init")
    message = broadsheet(tmp_path, *words, code=1)
    assert message.startswith("broadsheet: ")
    assert told in message


def test_without_a_configuration_the_first_step_is_named(tmp_path: Path) -> None:
    assert "broadsheet init" in broadsheet(tmp_path, "run", code=1)


def test_an_extractor_is_tried_by_a_dry_run_alone(crawled: Config) -> None:
    folder = crawled.path.parent
    refused = broadsheet(folder, "reclean", "--extractor", "trafilatura", code=1)
    assert "broadsheet.toml" in refused
    assert 'extractor = "trafilatura"' in refused
    before = broadsheet(folder, "export")
    told = json.loads(broadsheet(folder, "reclean", "--dry-run", "--extractor", "trafilatura", "--json"))
    assert told["captures"] == 29
    assert told["changed"] > 0
    assert told["kinds"].keys() == told["examples"].keys()
    shown = broadsheet(folder, "reclean", "--dry-run", "--extractor", "trafilatura")
    assert f"{told['words_gained']} gained, {told['words_lost']} lost" in shown
    assert broadsheet(folder, "export") == before
    assert "0 would change" in broadsheet(folder, "reclean", "--dry-run", "--extractor", "auto")


@pytest.mark.parametrize("away", [True, False], ids=["away", "something else there"])
def test_what_the_ledger_knows_is_shown_while_the_index_cannot_be_asked(
    crawled: Config, site: Site, away: bool
) -> None:
    folder = crawled.path.parent
    counts = json.loads(broadsheet(folder, "status", "--json"))
    sources = broadsheet(folder, "sources", "--json")
    text = crawled.path.read_text(encoding="utf-8")
    text = text.replace("http://127.0.0.1:9200", "http://127.0.0.1:9" if away else site.url)
    crawled.path.write_text(
        text.replace('backend = "embedded"', 'backend = "elasticsearch"'), encoding="utf-8"
    )
    for words in (("status",), ("status", "--json")):
        done = call(folder, *words)
        assert done.returncode == 75
        assert done.stderr.startswith("broadsheet: ")
        assert done.stderr.count("\n") == 1
        assert ("Elasticsearch cannot be reached" if away else "not as Elasticsearch") in done.stderr
        if "--json" in words:
            assert json.loads(done.stdout) == {**counts, "index": {}, "extractor": {}, "low_confidence": {}}
        else:
            lines = [line.split() for line in done.stdout.splitlines()]
            assert ["captures", "indexed", str(counts["captures"]["indexed"])] in lines
            assert {line[0] for line in lines} == {"what", "urls", "captures"}
    assert broadsheet(folder, "sources", "--json") == sources


def test_the_demo_shows_all_it_promises(tmp_path: Path) -> None:
    shown = broadsheet(tmp_path, "demo", "here")
    for told in (
        "30 new, 0 seen",
        "0 new, 5 seen",
        "robots",
        "search '关税'",
        "alternate",
        "related",
        "mismatched",
        "add https://www.example.org/",
    ):
        assert told in shown, told
    assert "关税" in broadsheet(tmp_path / "here", "search", "关税")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious.txt").write_text("kept", encoding="utf-8")
    assert "not empty" in broadsheet(tmp_path, "demo", "mine", code=1)
    assert (tmp_path / "mine" / "precious.txt").exists()


def test_search_starts_without_ledger_scrapy_and_trafilatura(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom broadsheet.cli import app\n"
        "try:\n    app(['search', 'x'])\nexcept Exception:\n    pass\n"
        "sys.exit(str({'sqlalchemy', 'scrapy', 'trafilatura', 'elasticsearch'} & set(sys.modules)))"
    )
    broadsheet(tmp_path, "init")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr.strip().endswith("set()")


def test_a_run_names_the_feeds_that_failed(config: Config) -> None:
    folder = config.path.parent
    text = config.path.read_text(encoding="utf-8")
    config.path.write_text(
        text + '[[sources]]\nname = "bad"\nfeeds = ["notes", "ftp://example.org/feed"]\n', encoding="utf-8"
    )
    funnel = broadsheet(folder, "run", code=1)
    assert "feed of bad failed: notes: url: not a URL: 'notes'; give an absolute http(s) address\n" in funnel
    assert "feed of bad failed: ftp://example.org/feed: url: not an http(s) URL" in funnel
    assert "30 new" in funnel
    assert "bad: failing: 2 of its 2 lists fail; notes: url: not a URL" in funnel
    report = json.loads(broadsheet(folder, "run", "--json", code=1))
    failed = report["crawl"]["failed_feeds"]
    verdicts = {each["source"]: each["verdict"] for each in report["health"]["sources"]}
    assert verdicts == {"bad": "failing", **dict.fromkeys(("one", "two", "three", "four"), "unknown")}
    assert [(each["source"], each["url"]) for each in failed] == [
        ("bad", "notes"),
        ("bad", "ftp://example.org/feed"),
    ]
    (row,) = [row for row in json.loads(broadsheet(folder, "sources", "--json")) if row["url"] == "notes"]
    assert row["error"].startswith("url: not a URL")


def test_sources_shows_the_feeds_that_are_gone_or_moved(config: Config, site: Site) -> None:
    folder = config.path.parent
    site.routes |= {"/gone": Reply(status=410), "/old": redirect("/new"), "/new": rss("/a"), "/a": Reply()}
    urls = [f"{site.url}/gone", f"{site.url}/old"]
    section = f'[[sources]]\nname = "changed"\nfeeds = {json.dumps(urls)}\n'
    config.path.write_text(config.path.read_text(encoding="utf-8") + section, encoding="utf-8")
    broadsheet(folder, "run", "changed", code=2)
    found = json.loads(broadsheet(folder, "sources", "--json"))
    gone, old = (row for row in found if row["source"] == "changed")
    assert (gone["status"], gone["moved_to"]) == (410, "")
    assert gone["error"].startswith("gone: the server says that this feed has ended")
    asked = datetime.fromisoformat(gone["at"])
    assert datetime.fromisoformat(gone["due_at"]) == asked + timedelta(days=1)
    assert (old["error"], old["moved_to"], old["due_at"]) == ("", f"{site.url}/new", None)
    shown = broadsheet(folder, "sources", "--lists")
    moved = f"feed of changed: {site.url}/old has moved to {site.url}/new; change it in broadsheet.toml\n"
    assert shown.endswith(moved)
    assert "takeitoutofbroadsheet.toml" in "".join(shown.split())
