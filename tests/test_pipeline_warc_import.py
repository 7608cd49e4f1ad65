"""WARC files that others wrote, imported: every record accounted for, whatever is killed, cut or imported before."""

import gzip
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.errors import ConfigError, LockedError, WarcError
from articles.model import Article
from index.embedded.local_reader import EmbeddedReader
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.importing import sorting
from pipeline.importing.imported import ImportReport, sums
from pipeline.importing.naming import naming
from pipeline.importing.sorting import PassedOver, RecordFate, WantedPages
from pipeline.importing.warc_files import ImportOptions, count_files, import_files
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.rebuild import rebuild
from pipeline.run import now
from pipeline.status import status
from store.archive.foreign import ReadingPlace, records
from store.ledger import url_table
from store.ledger.database import Ledger
from store.lock import RunLock
from tests.patience import until
from tests.warcs import NOON, address, html, http, members, record, story

ALL = ImportOptions()
HOUR = timedelta(hours=1)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configured(tmp_path / "collection")


def configured(folder: Path) -> Config:
    folder.mkdir()
    path = folder / "broadsheet.toml"
    path.write_text(template().replace("workers = 2", "workers = 1"), encoding="utf-8")
    add_sources(path, [SourceSection(name="harbour", feeds=("https://www.harbour.example/rss",))])
    return load(path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "news.warc.gz"


def articles(config: Config) -> dict[str, Article]:
    return {article.url: article for article in EmbeddedReader(config.index_folder).all()}


def lasting(config: Config) -> dict[str, Article]:
    return {url: replace(article, archive="") for url, article in articles(config).items()}


def captures(config: Config) -> list[tuple[Any, ...]]:
    """What the ledger has of every capture and its URL, in order, but the times of loading and the places in the archive."""
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        rows = conn.exec_driver_sql(
            "SELECT c.url, c.fetched_at, c.source, c.outcome, c.content_hash, u.state "
            "FROM captures c JOIN urls u ON u.url = c.url ORDER BY c.id"
        )
        return [tuple(row) for row in rows]


def sound(config: Config) -> bool:
    findings = [finding for finding in examine(config) if not finding.ok]
    assert not findings, findings
    return True


EVERYTHING = {
    "imported": [
        story(1),
        record(http(html(2), "200 OK", "text/html", "Content-Encoding: br"), address(2)),
        record(
            http(gzip.compress(html(3)), "200 OK", "text/html", "Content-Encoding: gzip"), f"<{address(3)}>"
        ),
        record(
            http(brotli.compress(html(4)), "200 OK", "text/html", "Content-Encoding: br"),
            address(4),
            "2025-03-02T12:00:00.123456789Z",
        ),
        record(
            http(b"2000\r\n%b\r\n0\r\n\r\n" % html(5).ljust(0x2000), "200", "", "Transfer-Encoding: chunked"),
            address(5),
        ),
        record(http(html(6), "200 OK", "text/html", "Content-Length: 3"), address(6)),
    ],
    "known": [story(1)],
    "not_html": [
        record(http(b"\x89PNG....", "200 OK", "image/png"), address(10)),
        record(http(b"%PDF-1.7", "200 OK", "text/html"), address(11)),
        record(http(b"\x89PNG" * 6_000_000, "200 OK", "image/png"), address(12)),
    ],
    "not_200": [
        record(http(b"gone", "404 Not Found"), address(20)),
        record(http(b"", "301 Moved", "text/html", "Location: /"), address(21)),
    ],
    "other_scheme": [
        record(b"20250302 harbour.example", "dns:harbour.example"),
        record(http(b""), "whois://x/"),
    ],
    "too_large": [record(http(b"<html>" + b"x" * 12_000_000), address(30))],
    "unreadable": [
        record(
            http(gzip.compress(html(40))[:-40], "200 OK", "text/html", "Content-Encoding: gzip"), address(40)
        ),
        record(b"<html>no HTTP at all", address(41)),
        record(http(html(42)), address(42), "last Tuesday"),
        record(http(html(43)), address(43), "2999-01-01T00:00:00Z"),
        record(http(html(44)), address(44), NOON, "response", "WARC-Truncated: length"),
        b"WARC/1.0\r\nWARC-Type: response\r\n\r\n",
        b"nothing of the kind",
    ],
    "warcinfo": [record(b"software: x\r\n", kind="warcinfo")],
    "request": [record(b"GET / HTTP/1.1\r\n\r\n", kind="request")],
    "metadata": [record(b"via: x\r\n", kind="metadata")],
    "revisit": [record(http(b""), kind="revisit")],
    "other_record": [
        record(b"x", kind="resource"),
        record(b"text", kind="conversion"),
        record(b"", kind="new"),
    ],
}


def test_every_record_is_accounted_for(config: Config, file: Path) -> None:
    file.write_bytes(members(one for kind in EVERYTHING.values() for one in kind))
    wanted = {fate: len(each) for fate, each in EVERYTHING.items()}
    assert count_files(config, [file], ALL).counts == wanted
    assert not config.folder.exists()
    report = import_files(config, (file,), ALL)
    assert report.counts == wanted
    assert sums(report)[-1][1] == sum(wanted.values())
    assert report.outcomes == {"indexed": 6}
    found = articles(config)
    assert found.keys() == {address(n) for n in range(1, 7)}
    assert found[address(1)].fetched_at == found[address(1)].first_seen_at == NOON + timedelta(minutes=1)
    assert found[address(4)].fetched_at == NOON.replace(microsecond=123456)
    assert {article.source for article in found.values()} == {"harbour"}
    assert status(config)["captures"]["indexed"] == 6
    assert sound(config)

    again = import_files(config, (file,), ALL)
    assert (again.counts, again.outcomes) == (wanted, {})
    fresh = import_files(config, (file,), ImportOptions(source="harbour"))
    assert (fresh.counts["imported"], fresh.counts["known"], fresh.outcomes) == (0, 7, {})
    rebuilt = rebuild(config)
    assert (rebuilt.outcomes, rebuilt.carried_over) == ({"indexed": 6}, True)
    remembered = import_files(config, (file,), ALL)
    assert (remembered.counts, remembered.outcomes) == (wanted, {})
    config.ledger.unlink()
    rebuilt = rebuild(config)
    assert (rebuilt.outcomes, rebuilt.carried_over) == ({"indexed": 6}, False)
    assert import_files(config, (file,), ALL).counts["imported"] == 0


@pytest.mark.parametrize("way", ["one member", "plain"])
def test_other_packings_give_the_same(way: str, config: Config, tmp_path: Path) -> None:
    data = b"".join(story(n) for n in range(20))
    file = tmp_path / ("news.warc.gz" if way == "one member" else "news.warc")
    file.write_bytes(gzip.compress(data) if way == "one member" else data)
    assert import_files(config, (file,), ALL).counts == {"imported": 20}
    assert articles(config).keys() == {address(n) for n in range(20)}


def test_a_cut_file_gives_what_is_before_the_cut(config: Config, file: Path) -> None:
    file.write_bytes(members(story(n) for n in range(4))[:-200])
    report = import_files(config, (file,), ALL)
    assert report.counts == {"imported": 3, "unreadable": 1}
    assert "the file ends within it" in report.details[0]


def test_filters(config: Config, file: Path) -> None:
    day = timedelta(days=1)
    file.write_bytes(
        members(
            [
                story(1),
                story(2, "sport.harbour.example"),
                story(3, "otherharbour.example"),
                story(4, language="de-AT"),
                record(http(html(5)), address(5), NOON + 9 * day),
                record(http(html(6).replace(b' lang="en"', b"")), address(6)),
                record(http(b"gone", "404 Not Found"), address(7, "otherharbour.example")),
            ]
        )
    )

    def counted(**fields: Any) -> dict[str, int]:
        return dict(count_files(config, [file], ImportOptions(**fields)).counts)

    assert counted(hosts=("harbour.example",)) == {"imported": 5, "other_host": 2}
    assert counted(hosts=("sport.harbour.example", "otherharbour.example")) == {
        "imported": 2,
        "not_200": 1,
        "other_host": 4,
    }
    assert counted(languages=("de",)) == {"imported": 1, "other_language": 5, "not_200": 1}
    assert counted(since=NOON + day) == {"imported": 1, "other_date": 6}
    assert counted(until=NOON + day) == {"imported": 5, "not_200": 1, "other_date": 1}
    first = import_files(config, (file,), ImportOptions(languages=("de",)))
    assert first.outcomes == {"indexed": 1}
    rest = import_files(config, (file,), ALL)
    assert rest.counts == {"imported": 5, "known": 1, "not_200": 1}


@pytest.mark.parametrize(
    ("headers", "body", "code"),
    [
        ((), b"<html><head></head>", ""),
        ((), b'<html class="x" lang=de>', "de"),
        ((), b"<html xml:lang='pt-BR'>", "pt"),
        ((), b'<html><meta property="og:locale" content="fr_FR">', "fr"),
        ((("content-language", "es, en"),), b"<html>", "es"),
        ((("content-language", "es"),), b'<html lang="EN">', "en"),
    ],
)
def test_the_language_that_a_page_states(
    headers: tuple[tuple[str, str], ...], body: bytes, code: str
) -> None:
    assert sorting.language(headers, body) == code


def test_the_source_is_that_of_the_host_or_of_the_site_or_named_after_it(config: Config) -> None:
    add_sources(
        config.path,
        [
            SourceSection(name="org", feeds=("https://feeds.example.org/rss",)),
            SourceSection(name="sport", feeds=("https://sport.example.org/feed",)),
            SourceSection(name="local", feeds=("http://127.0.1.1:8000/feed", "not a url")),
        ],
    )
    source_of = naming(load(config.path))
    assert source_of(address(1)) == "harbour"
    assert source_of("https://www.example.org/") == "org"
    assert source_of("https://sport.example.org/") == "sport"
    assert source_of("https://www.example.co.uk/") == "example.co.uk"
    assert source_of("http://127.0.1.1/x") == "local"
    assert source_of("http://localhost:8000/x") == "localhost"


def test_a_source_must_be_in_the_configuration(config: Config, file: Path) -> None:
    file.write_bytes(members([story(1)]))
    with pytest.raises(ConfigError, match="no source `habour`"):
        import_files(config, (file,), ImportOptions(source="habour"))
    import_files(config, (file,), ImportOptions(source="harbour", hosts=("harbour.example",)))
    assert articles(config)[address(1)].source == "harbour"


def test_what_cannot_be_read_is_named(config: Config, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.warc", tmp_path):
        with pytest.raises(WarcError, match=f"{path} cannot be read"):
            import_files(config, (path,), ALL)
    (tmp_path / "a.warc").write_bytes(story(1))
    config.folder.mkdir()
    with RunLock(config.folder), pytest.raises(LockedError):
        import_files(config, (tmp_path / "a.warc",), ALL)


def edition(number: int, hours: int, text: str, status: str = "200 OK") -> bytes:
    return record(http(html(number, edition=text), status), address(number), NOON + hours * HOUR)


def test_an_older_capture_does_not_supersede_what_is_known_and_moves_back_when_it_was_first_seen(
    config: Config, tmp_path: Path
) -> None:
    new, old = tmp_path / "new.warc", tmp_path / "old.warc"
    new.write_bytes(edition(1, 10, "second edition") + edition(2, 10, "second edition"))
    old.write_bytes(
        edition(1, 0, "first edition") + edition(2, 5, "second edition") + edition(2, 12, "second edition")
    )
    import_files(config, (new,), ALL)
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        before = url_table.get(conn, address(1))
    report = import_files(config, (old,), ALL)
    assert report.outcomes == {"superseded": 2, "unchanged": 1}
    found = articles(config)
    assert "second edition" in " ".join(found[address(1)].body)
    assert found[address(1)].fetched_at == NOON + 10 * HOUR
    assert found[address(1)].first_seen_at == NOON
    assert found[address(2)].first_seen_at == NOON + 5 * HOUR
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        assert url_table.get(conn, address(1)) == before
    assert sound(config)
    known = found[address(1)]
    rebuild(config)
    assert articles(config)[address(1)].first_seen_at == known.first_seen_at


def test_a_newer_capture_supersedes(config: Config, tmp_path: Path) -> None:
    for name, hours, text in (("a.warc", 0, "first edition"), ("b.warc", 3, "second edition")):
        (tmp_path / name).write_bytes(edition(1, hours, text))
        import_files(config, (tmp_path / name,), ALL)
    assert "second edition" in " ".join(articles(config)[address(1)].body)
    assert status(config)["captures"]["superseded"] == 1


def test_a_page_of_the_past_leads_to_no_fetch(config: Config, file: Path) -> None:
    page, original = "https://www.example.org/news/1", "https://www.example.org/news/2"
    canonical = f'<link rel="canonical" href="{original}"></head>'.encode()
    file.write_bytes(members([record(http(html(1).replace(b"</head>", canonical)), page)]))
    import_files(config, (file,), ALL)
    assert articles(config)[page].canonical_url == original
    assert status(config)["urls"]["due"] == 0


def many(count: int) -> bytes:
    """Pages, some in two editions, with other records in between, and some damage."""
    found = []
    for number in range(count):
        found.append(gzip.compress(story(number), 1, mtime=0))
        if number % 7 == 0:
            found.append(gzip.compress(edition(number, 2000, "again"), 1, mtime=0))
        if number % 5 == 0:
            found.append(gzip.compress(record(http(b"gone", "404 Not Found"), address(number)), 1, mtime=0))
        if number % 50 == 9:
            found.append(gzip.compress(story(10_000 + number), 1, mtime=0)[:-30])
    return b"".join(found)


@pytest.mark.long
def test_two_kills_in_the_middle_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "news.warc.gz"
    file.write_bytes(many(520))
    undisturbed = configured(tmp_path / "undisturbed")
    report = import_files(undisturbed, (file,), ALL)
    assert report.counts == {"imported": 595, "not_200": 104, "unreadable": 11}

    killed = configured(tmp_path / "killed")
    draw = random.Random(20261126)
    for share in (draw.uniform(0.1, 0.4), draw.uniform(0.5, 0.9)):
        kill_when(killed, file, int(595 * share))
    last = import_files(killed, (file,), ALL)
    assert last.counts == report.counts
    assert captures(killed) == captures(undisturbed)
    assert lasting(killed) == lasting(undisturbed)
    assert sound(killed)
    again = import_files(killed, (file,), ALL)
    assert (again.counts, again.outcomes, again.judged.articles) == (report.counts, {}, 0)


def kill_when(config: Config, file: Path, settled: int) -> None:
    """Start an import, and kill it when so many captures have an outcome."""
    process = subprocess.Popen(
        [sys.executable, "-m", "broadsheet", "-c", str(config.path), "import", str(file)],
        stdout=subprocess.DEVNULL,
    )

    def reached() -> bool:
        assert process.poll() is None, "it was over before it could be killed"
        if not config.ledger.exists():
            return False
        counts = status(config)["captures"]
        return sum(counts.values()) - counts["pending"] >= settled

    until(reached)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_kill_between_archive_and_ledger_takes_no_page_twice(config: Config, file: Path) -> None:
    file.write_bytes(many(30))
    report = import_files(config, (file,), ALL)
    shutil.copy(config.ledger, config.folder / "copy")
    (segment,) = config.archive.glob("segment-*")
    with segment.open("ab") as grown:
        grown.write(segment.read_bytes()[:5000])
    assert import_files(config, (file,), ALL).counts == report.counts
    assert sound(config)


@settings(max_examples=40)
@given(
    packed=st.booleans(),
    damages=st.lists(
        st.tuples(st.integers(0, 20_000), st.binary(max_size=20), st.integers(0, 20)), max_size=5
    ),
)
def test_no_damage_raises_and_the_sums_add_up(
    tmp_path_factory: pytest.TempPathFactory, packed: bool, damages: list[tuple[int, bytes, int]]
) -> None:
    parts = [one for kind in EVERYTHING.values() for one in kind if len(one) < 100_000]
    data = bytearray(members(parts) if packed else b"".join(parts))
    for offset, inserted, removed in damages:
        data[offset : offset + removed] = inserted
    path = tmp_path_factory.mktemp("damaged") / "news.warc"
    path.write_bytes(data)
    wanted = WantedPages(latest=now(), limit=100_000, source_of=lambda _: "harbour")
    report = ImportReport(files=[])
    counts: Counter[str] = Counter()
    with path.open("rb") as file:
        found = list(records(file, 200_000, ReadingPlace()))
    for one, _ in found:
        page = sorting.sort(one, wanted)
        counts[page.fate if isinstance(page, PassedOver) else RecordFate.IMPORTED] += 1
    assert counts.total() == len(found)
    assert not report.details
