"""Pages made due again by hand: which are, which never are, and what the command says of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from articles.errors import ConfigError, LedgerError
from articles.model import FeedEntry, Page
from broadsheet.cli import app
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.explain import explain
from pipeline.maintenance.due_again import Retried, dead_letters, retry
from store.ledger import capture_table, host_table, miss_table, segment_table, url_table
from store.ledger.database import Ledger
from store.ledger.host_table import LeftAlone
from store.ledger.queries import soundness
from store.ledger.queries.second_chances import Chosen
from store.records import ArchiveRef, FetchReason, Miss, Outcome, Settled

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SEGMENT = "segment-000001.warc.gz"
ANSWERS = {"there": 200, "lost": 404, "forbidden": 400, "shy": 403, "empty": 200, "front": 200}
REJECTIONS = {"lost": "http_status", "shy": "http_status", "empty": "no_article", "front": "list_page"}
MISSES = {
    "large": FetchReason.TOO_LARGE,
    "late": FetchReason.TIMEOUT,
    "busy": FetchReason.RETRY_AFTER,
    "robots": FetchReason.ROBOTS,
    "private": FetchReason.ADDRESS,
}
ALL = {
    "http_status": ["forbidden", "lost", "shy"],
    "no_article": ["empty"],
    "list_page": ["front"],
    "too_large": ["large"],
    "timeout": ["late"],
    "retry_after": ["busy"],
}


def address(name: str) -> str:
    return f"https://harbour.example/{name}"


@pytest.fixture
def kept(tmp_path: Path) -> Config:
    """A data folder with a page for each fate, fetched at noon (the rejections settled then), and one not fetched yet."""
    path = tmp_path / "broadsheet.toml"
    path.write_text(template(), encoding="utf-8")
    add_sources(
        path,
        [SourceSection(name=name, feeds=(f"https://{name}.example/feed",)) for name in ("harbour", "mast")],
    )
    config = load(path)
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        segment_table.commit(conn, {SEGMENT: 10_000})
        new = [FeedEntry(url=address(name), source="harbour") for name in (*MISSES, "new")]
        url_table.discover(conn, new, NOON)
        for number, (name, status) in enumerate(ANSWERS.items()):
            page = Page(
                url=address(name),
                final_url=address(f"{name}/at"),
                status=status,
                headers=(),
                body=b"",
                fetched_at=NOON,
                entry=FeedEntry(url=address(name), source="mast" if name == "front" else "harbour"),
            )
            capture_table.add(conn, [(page, ArchiveRef(segment=SEGMENT, offset=number, length=1))])
        for one in capture_table.pending(conn, 99):
            if reason := REJECTIONS.get(one.url.rpartition("/")[2]):
                settled = Settled(capture_id=one.id, outcome=Outcome.REJECTED, at=NOON, reason=reason)
                capture_table.settle(conn, [settled])
        for name, reason in MISSES.items():
            miss = Miss(
                url=address(name), at=NOON - 9 * DAY * (name == "large"), state=reason.state, reason=reason
            )
            miss_table.record_misses(conn, [miss])
    return config


def due(config: Config, now: datetime = NOON) -> set[str]:
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        assert soundness.problems(conn) == []
        return {each.url.rpartition("/")[2] for each in url_table.due(conn, ["harbour", "mast"], now)}


def counted(*reasons: str) -> dict[str, int]:
    return {reason: len(ALL[reason]) for reason in reasons}


def test_all_that_is_missing_is_due_again_but_what_a_rule_refuses(kept: Config) -> None:
    assert due(kept) == {"new"}
    assert retry(kept, Chosen(), NOON) == Retried(counted(*ALL))
    assert due(kept) == {"new", *(name for names in ALL.values() for name in names)}
    assert retry(kept, Chosen(), NOON) == Retried(), "it is due already"


def test_a_dry_run_changes_nothing(kept: Config) -> None:
    assert retry(kept, Chosen(), NOON, dry_run=True) == Retried(counted(*ALL))
    assert due(kept) == {"new"}


@pytest.mark.parametrize(
    ("which", "names"),
    [
        (Chosen(sources=("mast",)), {"front"}),
        (Chosen(reasons=("no_article", "timeout")), {"empty", "late"}),
        (Chosen(reasons=("too_large",), since=NOON - DAY), set()),
        (Chosen(reasons=("too_large",), since=NOON - 9 * DAY), {"large"}),
        (Chosen(urls=(address("lost") + "#comments", address("front/at"))), {"lost", "front"}),
        (Chosen(urls=(address("lost"), address("late")), reasons=("timeout",)), {"late"}),
    ],
)
def test_pages_are_chosen(kept: Config, which: Chosen, names: set[str]) -> None:
    retry(kept, which, NOON)
    assert due(kept) == {"new", *names}


def test_what_stays_as_it_is_is_said(kept: Config) -> None:
    named = tuple(map(address, ("robots", "private", "there")))
    assert retry(kept, Chosen(urls=named), NOON).left == (
        f"{address('robots')} stays refused (robots)",
        f"{address('private')} stays refused (address)",
        f"{address('there')} stays fetched",
    )
    assert due(kept) == {"new"}


def test_what_is_due_again_has_all_its_chances(kept: Config) -> None:
    retry(kept, Chosen(urls=(address("shy"),)), NOON)
    assert due(kept) == {"new", "shy"}
    with Ledger.open(kept.ledger) as ledger, ledger.reading() as conn:
        known = url_table.get(conn, address("shy"))
    assert known is not None
    assert (known.attempts, known.last_error) == (0, "HTTP 403")


def left_alone(config: Config) -> list[str]:
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        return [each.host for each in host_table.left_alone(conn, NOON)]


def test_the_host_of_a_page_that_is_due_again_is_asked_again(kept: Config) -> None:
    until = datetime.now(UTC) + DAY
    alone = [
        LeftAlone(host=host, until=until, why="HTTP 429") for host in ("harbour.example", "mast.example")
    ]
    with Ledger.open(kept.ledger) as ledger, ledger.transaction() as conn:
        for each in alone:
            host_table.leave_alone(conn, each)
    assert retry(kept, Chosen(urls=(address("there"),)), NOON).reopened == ()
    assert retry(kept, Chosen(urls=(address("busy"),)), NOON, dry_run=True).reopened == ()
    assert left_alone(kept) == ["harbour.example", "mast.example"]
    done = CliRunner().invoke(app, ["--config", str(kept.path), "retry", address("lost")])
    assert f"harbour.example is asked again, though it asked to be left alone until {until:%Y-%m-%d}" in (
        " ".join(done.output.split())
    )
    assert left_alone(kept) == ["mast.example"]


def test_what_cannot_be_chosen_is_named(kept: Config, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="never discovered"):
        retry(kept, Chosen(urls=(address("unheard-of"),)), NOON)
    for word in ("robots", "address", "lunch"):
        with pytest.raises(ConfigError, match=f"`{word}` is not a reason.*no_article"):
            retry(kept, Chosen(reasons=(word,)), NOON)
    kept.ledger.unlink()
    with pytest.raises(LedgerError, match="broadsheet run"):
        retry(kept, Chosen(), NOON)


def test_the_command_counts_by_reason(kept: Config) -> None:
    def call(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["--config", str(kept.path), "retry", *words], env={"COLUMNS": "200"})
        assert done.exit_code == code, done.output
        return done.output

    told = call("--reason", "http_status", "--reason", "list_page", "--dry-run")
    assert [line.split() for line in told.splitlines() if line.startswith(("http_status", "list_page"))] == [
        ["http_status", "2"],
        ["list_page", "1"],
    ]
    assert "3 pages would be due again." in told, "one is due by itself by now"
    assert "0 pages are due again" in call("--since", "1d"), "noon was long ago"
    assert "1 page is due again" in call(address("lost"), "--source", "harbour")
    assert f"{address('robots')} stays refused" in call(address("robots"))
    with pytest.raises(ConfigError, match="--since yesterday: must be a number"):
        CliRunner().invoke(
            app, ["--config", str(kept.path), "retry", "--since", "yesterday"], catch_exceptions=False
        )


def test_explain_says_that_it_is_due_and_why_it_was_not(kept: Config) -> None:
    retry(kept, Chosen(urls=(address("late"),)), NOON)
    assert explain(kept, address("late"))[-1].what == (
        f"{address('late')} is due (timeout), next fetch 2026-05-04 12:00 UTC"
    )


def settled_anew(config: Config, name: str, outcome: Outcome, reason: str) -> None:
    """What became of a page's capture, as if the loader had said so."""
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        (capture,) = capture_table.of_url(conn, address(name))
        one = Settled(capture_id=capture.id, outcome=outcome, at=NOON, reason=reason, detail="why")
        capture_table.settle(conn, [one])


def test_what_was_given_up_is_listed_with_how_often_it_was_tried(kept: Config) -> None:
    """What waits for another attempt, is gone, refused or a page of another kind, is not given up."""
    settled_anew(kept, "there", Outcome.DEAD_LETTER, "index")
    settled_anew(kept, "front", Outcome.REJECTED, "cleaner_failed")
    found = {one.url.rpartition("/")[2]: one for one in dead_letters(kept, Chosen())}
    assert {name: one.reason for name, one in found.items()} == {
        "there": "dead_letter",
        "front": "cleaner_failed",
        "large": "too_large",
        "forbidden": "http_status",
    }
    assert {(one.since, one.tries) for one in found.values()} == {(NOON, 1), (NOON - 9 * DAY, 1)}
    assert found["there"].detail == "why"
    assert [one.url for one in dead_letters(kept, Chosen(reasons=("too_large",)))] == [address("large")]
    assert [one.url for one in dead_letters(kept, Chosen(sources=("mast",)))] == [address("front")]
    with pytest.raises(ConfigError, match="`lost` is not a reason"):
        dead_letters(kept, Chosen(reasons=("lost",)))


def test_what_failed_with_us_is_loaded_again_and_not_fetched(kept: Config) -> None:
    settled_anew(kept, "there", Outcome.DEAD_LETTER, "index")
    settled_anew(kept, "front", Outcome.REJECTED, "cleaner_failed")
    done = retry(kept, Chosen(reasons=("dead_letter", "cleaner_failed", "too_large")), NOON)
    assert (done.pages, done.loaded) == ({"dead_letter": 1, "cleaner_failed": 1, "too_large": 1}, 2)
    assert due(kept) == {"new", "large"}
    with Ledger.open(kept.ledger) as ledger, ledger.reading() as conn:
        waiting = {one.url for one in capture_table.pending(conn, 99)}
    assert waiting >= {address("there"), address("front")}
    assert [one.url for one in dead_letters(kept, Chosen())] == [address("forbidden")]


def test_the_command_dead_letters(kept: Config) -> None:
    def said(*words: str) -> str:
        result = CliRunner().invoke(app, ["--config", str(kept.path), "dead-letters", *words])
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "2 pages given up" in said()
    (one,) = json.loads(said("--reason", "too_large", "--retry", "--json"))
    assert (one["url"], one["again"], one["retried"]) == (address("large"), "fetch", True)
    assert "large" in due(kept, datetime.now(UTC))
    assert "1 page given up" in said()
    assert "1 page is due again" in said("--retry")
    assert "No page was given up" in said("--retry")
