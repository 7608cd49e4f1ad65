"""Telling: each trouble once, to each target, and when it is over; and no secret anywhere."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, ClassVar

import pytest

from articles.errors import ConfigError
from pipeline.configuration.config import Config, parse
from pipeline.configuration.quiet_hours import is_quiet
from pipeline.health.checkup import Condition, Health, examine
from pipeline.health.diagnosis import Verdict
from pipeline.health.run_record import recorded
from pipeline.health.verdicts import SourceHealth
from pipeline.maintenance.doctor import examine as look
from pipeline.telling import delivery, sender
from pipeline.telling.digest import message
from pipeline.telling.tell import announce, lately, tell, try_out
from pipeline.telling.troubles import news, situation
from store.ledger.database import Ledger
from store.ledger.watch import run_table
from store.ledger.watch.run_table import RunEnd
from store.ledger.watch.told_table import Told
from tests.patience import PATIENCE

if TYPE_CHECKING:
    from store.ledger.watch.told_table import Telling

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
APPEND = ["/bin/sh", "-c", "cat >> heard; echo >> heard"]


def source(name: str, verdict: Verdict = Verdict.WELL, **fields: object) -> SourceHealth:
    return replace(
        SourceHealth(source=name, verdict=verdict, since=NOON - HOUR, evidence="HTTP 503, 3 times in a row"),
        **fields,  # type: ignore[arg-type]
    )


def health(*sources: SourceHealth, **codes: int) -> Health:
    conditions = tuple(Condition(part=part, text="is not well", code=code) for part, code in codes.items())
    return Health(conditions=conditions, sources=sources)


def told(*subjects: str, rank: int = 5) -> dict[str, Told]:
    return {each: Told(target="DESK", subject=each, at=NOON, text=each, rank=rank) for each in subjects}


WELL = health(source("gazette"))
FAILING = health(source("gazette", Verdict.FAILING))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A folder with a ledger, a source that was never crawled, and a command that writes down what it is told."""
    config = configured(tmp_path, f"command = {json.dumps(APPEND)}")
    Ledger.open(config.ledger).close()
    return config


def configured(folder: Path, notify: str, more: str = "") -> Config:
    text = f'[notify]\n{notify}\n{more}\n[[sources]]\nname = "gazette"\nfeeds = ["https://gazette.example/feed"]\n'
    return parse(text, folder / "broadsheet.toml")


def at(config: Config, present: Health, moment: datetime = NOON) -> "list[Telling]":
    return tell(config, health=present, clock=lambda: moment)


def heard(config: Config) -> list[dict[str, object]]:
    """What the command was told, message by message."""
    path = config.path.parent / "heard"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_a_trouble_is_told_once_and_so_is_its_end(config: Config) -> None:
    for hour, present in enumerate((WELL, FAILING, FAILING, FAILING, WELL, WELL)):
        at(config, present, NOON + hour * HOUR)
    first, last = heard(config)
    assert first["title"] == f"Broadsheet {config.path.parent.name}: gazette: failing"
    assert first["text"] == "gazette: failing since 2026-11-24 11:00 UTC: HTTP 503, 3 times in a row"
    assert [each["subject"] for each in first["troubles"]] == ["source gazette"]  # type: ignore[attr-defined]
    assert last["well"] == ["source gazette"]
    assert [(each.at, each.text) for each in lately(config, NOON + 6 * HOUR)] == [
        (NOON + HOUR, "gazette: failing"),
        (NOON + 4 * HOUR, "gazette: well again"),
    ]
    at(config, FAILING, NOON + 7 * HOUR)
    assert len(heard(config)) == 3, "the same trouble, again"


def test_a_graver_trouble_of_the_same_source_is_told_and_a_lesser_one_is_not() -> None:
    now = situation(health(source("gazette", Verdict.BLOCKED)), ())
    (trouble,) = news(now, {}).troubles
    assert not news(now, told("source gazette", rank=trouble.rank)).troubles
    assert not news(now, told("source gazette", rank=trouble.rank - 1)).troubles
    assert news(now, told("source gazette", rank=trouble.rank + 1)).troubles == (trouble,)


def test_of_what_nobody_knows_or_looks_at_nothing_is_told() -> None:
    unread = situation(health(source("gazette", Verdict.UNKNOWN)), ())
    assert news(unread, told("source gazette")) == news(unread, {})
    quiet, failing = (
        situation(health(source("gazette", verdict)), ()).troubles[0].rank
        for verdict in (Verdict.QUIET, Verdict.FAILING)
    )
    young = situation(health(source("gazette", Verdict.UNKNOWN, asked_at=NOON)), ())
    assert not news(young, told("source gazette", rank=quiet)).well
    assert news(young, told("source gazette", rank=failing)).well == ("source gazette",)
    removed = news(situation(health(source("gazette")), ()), told("source mast", "index"))
    assert (removed.well, removed.gone) == (("index",), ("source mast",))
    assert not news(situation(health(contact=0), ()), {}).troubles, "a remark"


def test_a_run_that_fails_for_the_index_is_not_told_beside_it() -> None:
    both = situation(health(index=2, run=1), ())
    assert [each.subject for each in news(both, {}).troubles] == ["index"]
    assert not news(both, told("run", "index", rank=0)).well
    for others in ({}, {"schedule": 2}, {"disk": 1}):
        apart = news(situation(health(run=1, **others), ()), {}).troubles
        assert "run" in [each.subject for each in apart]


def test_what_a_target_did_not_take_is_no_news_to_itself_but_to_others() -> None:
    failed = situation(Health(conditions=(Condition(part="notify DESK", text="HTTP 500"),), sources=()), ())
    assert not news(failed, {}, "DESK").troubles
    assert news(failed, {}, "command").troubles


def test_many_at_once_are_one_short_message_the_worst_first() -> None:
    many = [source(f"s{n:03}", Verdict.QUIET if n % 2 else Verdict.FAILING) for n in range(166)]
    present = situation(health(*many, index=2, loading=1), ())
    found = message(news(present, told("disk")), "Broadsheet news", NOON)
    lines = found.text.splitlines()
    assert found.title == "Broadsheet news: 168 in trouble, 1 well again"
    assert len(lines) == 20
    assert lines[0].startswith("index: ")
    assert lines[1].startswith("loading: ")
    assert lines[2].startswith("s000: failing")
    assert lines[-1] == "... and 150 more: broadsheet health"
    assert len(found.troubles) == 168, "programs get all"


def test_a_long_line_of_a_page_is_cut_and_none_breaks_the_message() -> None:
    evil = source(
        "gazette", Verdict.FAILING, evidence="x\n\x1b[31m\ud800 http://a:word@b.example/ " + "y" * 999
    )
    found = message(news(situation(health(evil), ()), {}), "news", NOON)
    assert len(found.text) == 300
    assert "\x1b" not in found.text
    assert "word" not in found.text
    found.as_json().encode()


def test_a_canary_is_told_first_at_its_first_failure_and_as_our_own_fault() -> None:
    canary = source("canary", Verdict.WELL, failures=1)
    present = situation(health(canary, source("gazette", Verdict.FAILING), index=2), {"canary"})
    found = news(present, {})
    assert [each.subject for each in found.troubles] == ["source canary", "index", "source gazette"]
    assert "likely our own fault" in found.troubles[0].text.lower()
    assert [each.subject for each in news(present, {}, quiet=True).troubles] == ["source canary"]
    assert not news(situation(health(canary), ()), {}).troubles, "no canary"


@pytest.mark.parametrize(
    ("hours", "quiet"),
    [
        ("22:00-07:00", [*range(7), 22, 23]),
        ("12:00-14:00", [12, 13]),
        ("", []),
    ],
)
def test_quiet_hours_are_those_of_the_time_zone(hours: str, quiet: list[int]) -> None:
    midnight = datetime(2026, 7, 1, 15, tzinfo=UTC)  # in Tokyo
    found = [n for n in range(24) if is_quiet(hours, midnight + n * HOUR, "Asia/Tokyo")]
    assert found == quiet


def test_what_still_holds_is_told_when_the_quiet_hours_end(config: Config) -> None:
    notify = config.notify.model_copy(update={"quiet": "22:00-07:00"})
    still = config.model_copy(update={"notify": notify})
    night = NOON.replace(hour=23)
    mast = source("mast", Verdict.FAILING)
    at(still, health(source("gazette"), mast), NOON)
    at(still, health(source("gazette", Verdict.FAILING), source("mast")), night)
    at(still, health(source("gazette", Verdict.FAILING), source("mast")), night + 7 * HOUR)
    assert len(heard(still)) == 1
    at(still, health(source("gazette", Verdict.FAILING), source("mast")), night + 8 * HOUR)
    morning = heard(still)[1]
    assert [each["subject"] for each in morning["troubles"]] == ["source gazette"]  # type: ignore[attr-defined]
    assert morning["well"] == ["source mast"]


def test_what_was_not_delivered_is_named_and_told_next_time(config: Config) -> None:
    broken = config.model_copy(
        update={"notify": config.notify.model_copy(update={"command": ("/nowhere/page",)})}
    )
    (failed,) = at(broken, FAILING)
    assert failed.error == "it cannot be started: No such file or directory"
    named = [each for each in examine(broken, (), NOON).conditions if each.part == "notify command"]
    assert [each.code for each in named] == [1]
    assert "it cannot be started" in named[0].text
    assert [each.ok for each in look(broken) if each.part == "notify command"] == [False]
    assert at(config, FAILING, NOON + HOUR)
    assert len(heard(config)) == 1
    assert not [each for each in examine(config, (), NOON).conditions if each.part == "notify command"]


def test_a_kill_between_delivery_and_note_tells_again_and_loses_nothing(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("store.ledger.watch.told_table.note", killed)
        with pytest.raises(Killed):
            at(config, FAILING)
    at(config, FAILING, NOON + HOUR)
    at(config, FAILING, NOON + 2 * HOUR)
    assert len(heard(config)) == 2


def test_two_that_tell_at_once_tell_it_once(config: Config) -> None:
    threads = [Thread(target=at, args=(config, FAILING)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard(config)) == 1


def test_a_command_that_hangs_is_killed_and_one_that_fails_is_no_secret(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SECONDS", 0.2)
    hangs = ("/bin/sh", "-c", "sleep 600 & sleep 600")
    fails = ("/bin/sh", "-c", "echo s3cr3t >&2; exit 3")
    for command, error in ((hangs, "it took longer than 0 s"), (fails, "it ended with exit code 3")):
        broken = config.model_copy(update={"notify": config.notify.model_copy(update={"command": command})})
        assert [each.error for each in at(broken, FAILING)] == [error]


def test_a_ledger_that_cannot_be_used_is_told_and_stops_nothing(config: Config) -> None:
    config.ledger.write_bytes(b"no ledger" * 100)
    said: list[str] = []
    announce(config, good=True, say=said.append, clock=lambda: NOON)
    assert said == ["command: told"]
    assert "broadsheet rebuild" in str(heard(config)[0]["text"])


def test_a_failed_run_is_told_until_one_ends_well_and_a_crash_by_the_next(config: Config) -> None:
    def run(error: Exception | None = None) -> list[str]:
        with Ledger.open(config.ledger) as ledger, pytest.MonkeyPatch.context():
            try:
                with recorded(ledger, lambda: NOON):
                    if error:
                        raise error
            except OSError:
                pass
        return [each.text for each in examine(config, (), NOON).conditions if each.part == "run"]

    assert run() == []
    assert run(OSError("http://a:word@b.example/ is away\nits last words")) == [
        "the run of 2026-11-24 12:00 UTC failed: http://***@b.example/ is away"
    ]
    assert run() == []
    with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
        run_table.begin(conn, NOON - HOUR)
    assert "11:00 UTC was ended from outside" in run()[0]
    assert run() == []
    with (
        Ledger.open(config.ledger) as ledger,
        pytest.raises(KeyboardInterrupt),
        recorded(ledger, lambda: NOON),
    ):
        raise KeyboardInterrupt
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        ends = [each.end for each in run_table.latest(conn, 6)]
    assert ends == [RunEnd.STOPPED, RunEnd.DONE, RunEnd.DONE, RunEnd.CRASHED, RunEnd.DONE, RunEnd.FAILED]


@pytest.mark.parametrize(
    ("notify", "error"),
    [
        (
            'urls = ["https://hooks.example/s3cr3t"]',
            "`notify.urls.0`: give the name of an environment variable",
        ),
        ('urls = ["DESK", "DESK"]', "`notify.urls`: names a variable twice"),
        ('heartbeat = "https://beat.example/s3cr3t"', "`notify.heartbeat`: give the name of an environment"),
        ('command = "page s3cr3t"', "`notify.command`: must be a list: a program and its arguments"),
        ('command = [""]', "`notify.command`: names no program"),
        ('quiet = "22-7"', '`notify.quiet`: must be two times of day, such as "22:00-07:00"'),
        ('quiet = "07:00-07:00"', "`notify.quiet`: begins and ends at the same time"),
    ],
)
def test_a_wrong_setting_is_one_line_without_its_secret(tmp_path: Path, notify: str, error: str) -> None:
    with pytest.raises(ConfigError) as raised:
        configured(tmp_path, notify)
    assert error in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "s3cr3t" not in str(raised.value)


def test_who_has_nobody_to_tell_is_told_so(tmp_path: Path) -> None:
    config = configured(tmp_path, "")
    announce(config, good=True)
    for asked in (try_out, tell):
        with pytest.raises(ConfigError, match="names nobody to tell"):
            asked(config)


class _Receiver(BaseHTTPRequestHandler):
    """Answers with the status that its path ends with, and keeps what it was sent."""

    got: ClassVar[list[tuple[str, bytes]]] = []

    def do_GET(self) -> None:
        self.got.append((self.path, self.rfile.read(int(self.headers["Content-Length"] or 0))))
        self.send_response(int(self.path[-3:]))
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A service on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def received() -> list[tuple[str, bytes]]:
    _Receiver.got.clear()
    return _Receiver.got


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of modules that Apprise imports
def test_a_service_says_whether_it_took_a_message_and_never_its_url(
    port: int,
    received: list[tuple[str, bytes]],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(0)
    sent = [
        sender.send(url, "news: gazette", "<b> & more", "warning")
        for url in (
            f"json://desk:s3cr3t@127.0.0.1:{port}/s3cr3t/200",
            f"json://desk:s3cr3t@127.0.0.1:{port}/s3cr3t/403",
            f"json://127.0.0.1:{closed_port()}/s3cr3t/200",
            "nowhere://s3cr3t/",
            "s3cr3t",
        )
    ]
    unknown = "its URL is none of a service that Apprise knows"
    assert sent == ["", "it answered HTTP 403", "it cannot be reached", unknown, unknown]
    assert [path for path, _ in received] == ["/s3cr3t/200", "/s3cr3t/403"]
    body = json.loads(received[0][1])
    assert (body["title"], body["message"], body["type"]) == ("news: gazette", "<b> & more", "warning")
    captured = capfd.readouterr()
    assert "s3cr3t" not in captured.out + captured.err


def test_a_heartbeat_is_a_get_and_says_nothing_of_its_url(
    port: int, received: list[tuple[str, bytes]]
) -> None:
    urls = (
        f"http://127.0.0.1:{port}/s3cr3t/200",
        f"http://127.0.0.1:{port}/s3cr3t/500",
        f"http://127.0.0.1:{closed_port()}/s3cr3t",
        "ftp://s3cr3t.example/",
        "s3cr3t",
    )
    scheme = "its URL is none of http or https"
    answers = ["", "it answered HTTP 500", "it cannot be reached", scheme, scheme]
    assert [sender.ask(url) for url in urls] == answers
    assert [path for path, _ in received] == ["/s3cr3t/200", "/s3cr3t/500"]


def test_no_secret_gets_anywhere(
    tmp_path: Path,
    port: int,
    received: list[tuple[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Two services, of which one is away, and a heartbeat that fails: told by a process of its own, and nothing leaks."""
    caplog.set_level(0)
    monkeypatch.setattr(delivery, "SECONDS", PATIENCE)
    notify = 'urls = ["DESK", "AWAY", "UNSET"]\nheartbeat = "BEAT"'
    config = configured(tmp_path, notify)
    Ledger.open(config.ledger).close()
    monkeypatch.setenv("DESK", f"json://desk:s3cr3t@127.0.0.1:{port}/s3cr3t/200")
    monkeypatch.setenv("AWAY", f"json://127.0.0.1:{closed_port()}/s3cr3t/200")
    monkeypatch.setenv("BEAT", f"http://127.0.0.1:{port}/s3cr3t/404")
    monkeypatch.delenv("UNSET", raising=False)
    said: list[str] = []
    announce(config, good=True, health=FAILING, say=said.append, clock=lambda: NOON)
    assert said == [
        "DESK: told",
        "AWAY: not told: it cannot be reached",
        "UNSET: not told: the environment variable UNSET is not set",
        "heartbeat: it answered HTTP 404",
    ]
    assert [path for path, _ in received] == ["/s3cr3t/200", "/s3cr3t/404"]
    conditions = examine(config, (), NOON).conditions
    assert {"notify AWAY", "notify UNSET", "notify heartbeat"} <= {each.part for each in conditions}
    captured = capfd.readouterr()
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    texts = (
        captured.out,
        captured.err,
        caplog.text,
        repr(config),
        repr(conditions),
        repr(look(config)),
        *said,
    )
    assert b"s3cr3t" not in b"".join((*kept, *(text.encode() for text in texts)))


def test_the_heartbeat_is_asked_after_a_good_run_alone(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[Config] = []
    monkeypatch.setattr("pipeline.telling.tell.beat", lambda config: beats.append(config) or "")
    alive = config.model_copy(update={"notify": config.notify.model_copy(update={"heartbeat": "BEAT"})})
    announce(alive, health=WELL)
    assert not beats
    announce(alive, health=WELL, good=True)
    assert len(beats) == 1


def test_a_test_message_reaches_everybody_and_asks_no_heartbeat(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BEAT", raising=False)
    tested = config.model_copy(update={"notify": config.notify.model_copy(update={"heartbeat": "BEAT"})})
    done = try_out(tested)
    assert [(each.target, each.error) for each in done] == [
        ("command", ""),
        ("heartbeat", "the environment variable BEAT is not set"),
    ]
    (message,) = heard(tested)
    assert message["test"] is True
    monkeypatch.setenv("BEAT", "http://127.0.0.1/")
    assert [(each.target, each.error) for each in try_out(tested)] == [("command", ""), ("heartbeat", "")]


def test_apprise_is_imported_by_the_process_that_sends_alone() -> None:
    """It costs half a second of CPU."""
    folder = Path(sender.__file__).parent
    naming = {
        path.name: path.read_text("utf-8")
        for path in folder.rglob("*.py")
        if "import apprise" in path.read_text("utf-8")
    }
    assert naming.keys() == {"sender.py"}
    assert "\nimport apprise" not in naming["sender.py"]
