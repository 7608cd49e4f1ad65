"""`broadsheet import` as typed: files, URLs, sums, errors."""

import json
from pathlib import Path

import pytest

from tests.loopback import Reply, serve
from tests.test_broadsheet_cli import broadsheet
from tests.warcs import address, html, http, members, record, story


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    broadsheet(tmp_path, "init")
    path = tmp_path / "broadsheet.toml"
    text = path.read_text(encoding="utf-8").replace("workers = 2", "workers = 1")
    path.write_text(
        text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]'), encoding="utf-8"
    )
    return tmp_path


DATA = members([story(1), story(2), story(2), record(http(html(3), "404 Not Found"), address(3)), b"odd"])


def test_a_file_is_counted_imported_and_found(folder: Path) -> None:
    (folder / "news.warc.gz").write_bytes(DATA)
    counted = broadsheet(folder, "import", "news.warc.gz", "--dry-run")
    assert "Nothing was imported" in counted
    assert not (folder / "data").exists()
    printed = broadsheet(folder, "import", "news.warc.gz")
    for line in ("imported 2", "known 1", "not 200 1", "unreadable 1", "records 5"):
        assert line in " ".join(printed.split())
        assert line in " ".join(counted.split())
    assert "searchable articles" in printed
    assert "unreadable: news.warc.gz: the record at byte" in printed
    again = json.loads(broadsheet(folder, "import", "news.warc.gz", "--json"))
    assert again["records"] == {"imported": 2, "known": 1, "not_200": 1, "unreadable": 1}
    assert (again["outcomes"], again["files"][0]["read"]) == ({}, len(DATA))
    shown = json.loads(broadsheet(folder, "show", address(1), "--json"))
    assert (shown["fetched_at"], shown["source"]) == ("2025-03-02T12:01:00Z", "www.harbour.example")
    explained = " ".join(broadsheet(folder, "explain", address(1)).split())
    assert "an import or by hand, source www.harbour.example" in explained
    assert "PROBLEM" not in broadsheet(folder, "doctor")


def test_options_narrow_it_down(folder: Path) -> None:
    (folder / "news.warc.gz").write_bytes(
        members([story(1), story(2, "b.example", "de"), story(3, "b.example")])
    )
    options = (
        "--host",
        "b.example",
        "--language",
        "de",
        "--from",
        "2025-03-01",
        "--to",
        "2025-03-02",
        "--json",
    )
    found = json.loads(broadsheet(folder, "import", "news.warc.gz", *options))
    assert found["records"] == {"imported": 1, "other_host": 1, "other_language": 1}


def test_a_url_is_downloaded_once(folder: Path) -> None:
    with serve("127.0.0.1", {"/crawl/news.warc.gz": Reply(DATA)}) as site:
        url = f"{site.url}/crawl/news.warc.gz"
        for _ in range(2):
            found = json.loads(broadsheet(folder, "import", url, "--json"))
            assert found["records"]["imported"] == 2
        assert site.paths() == ["/crawl/news.warc.gz"]
        (kept,) = (folder / "data" / "imports").glob("*.warc.gz")
        assert kept.read_bytes() == DATA
        assert "HTTP status 404" in broadsheet(folder, "import", f"{site.url}/other", code=1)


def test_errors_name_the_file(folder: Path) -> None:
    (folder / "page.html").write_text("<html>", encoding="utf-8")
    assert "nowhere.warc cannot be read" in broadsheet(folder, "import", "nowhere.warc", code=1)
    assert "page.html: no WARC record was found" in broadsheet(folder, "import", "page.html", code=1)
    assert "There is no source `x`" in broadsheet(folder, "import", "page.html", "--source", "x", code=1)
    assert "--from x: not a date" in broadsheet(folder, "import", "page.html", "--from", "x", code=1)
