"""Sites that give no article for a time, by a clock that is passed in: what is fetched when, and that it ends up in the index."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from index.embedded.local_reader import EmbeddedReader
from pipeline.configuration.config import Config, load
from pipeline.configuration.config_file import add_sources, template
from pipeline.configuration.sections import SourceSection
from pipeline.run import run
from store.ledger import url_table
from store.ledger.database import Ledger
from tests.loopback import Hit, Reply, rss, serve
from tests.ticks import START, in_process

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PROSE = (
    "The harbour commission voted on Monday to keep the old crane, which has stood at the quay since 1912, "
    "and to open it to visitors in the summer. Two members wanted it sold, and said so at length."
)
TITLE = "<html><title>The crane stays</title>"
STORY = Reply(f"{TITLE}<article><h1>The crane stays</h1>{f'<p>{PROSE}</p>' * 4}</article>".encode())
SHELL = Reply(
    f"{TITLE}<noscript>Enable JavaScript to run this app.</noscript><div id=root></div><script src=/app.js></script>".encode()
)

Routes = dict[str, Reply | Callable[[Hit], Reply]]


def hours(hit: Hit) -> float:
    """Since START, as the request says."""
    return (parsedate_to_datetime(hit.headers["Date"]) - START) / HOUR


def walled(until: float, behind: Reply = STORY) -> Callable[[Hit], Reply]:
    """Forbidden for so many hours."""
    return lambda hit: behind if hours(hit) >= until else Reply(status=403)


def run_at(config: Config, due: Sequence[float], last: float) -> None:
    """Runs at these hours after START, just before each, and at last."""
    moments = sorted({*due, *(hour - 0.01 for hour in due if hour), last})
    in_process("tests.moments", str(config.path), *map(str, moments))


def configured(folder: Path, **feeds: str) -> Config:
    path = folder / "broadsheet.toml"
    text = template().replace("delay = 1.0", "delay = 0.0").replace("workers = 2", "workers = 1")
    path.write_text(text.replace("allow_addresses = []", 'allow_addresses = ["127.0.0.0/8"]'), "utf-8")
    add_sources(path, [SourceSection(name=name, feeds=(feed,)) for name, feed in feeds.items()])
    return load(path)


def indexed(config: Config) -> set[str]:
    return {article.url for article in EmbeddedReader(config.index_folder).all()}


def test_a_run_goes_by_the_clock_that_it_is_given(tmp_path: Path) -> None:
    """A page that is forbidden for an hour is fetched by the first run after that."""
    now = START

    def page(_: Hit) -> Reply:
        return STORY if now >= START + HOUR else Reply(status=403)

    with serve("127.0.12.1", {"/feed": rss("/crane"), "/crane": page}) as site:
        config = configured(tmp_path, harbour=f"{site.url}/feed")
        run(config, clock=lambda: now)
        now += HOUR + MINUTE
        run(config, clock=lambda: now)
        assert len(site.times("/crane")) == 2
        assert indexed(config) == {f"{site.url}/crane"}
    (article,) = EmbeddedReader(config.index_folder).all()
    assert timedelta(0) <= article.fetched_at - now < HOUR


def listed_once(hit: Hit) -> Reply:
    """The feed soon forgets what was not to be had."""
    return rss("/crane") if hours(hit) < 0.5 else rss("/tide")


def shell(hit: Hit) -> Reply:
    """Scripts instead of text for a day. Whatever it says, it calls the same."""
    if hit.headers["If-None-Match"]:
        return Reply(status=304)
    return replace(STORY if hours(hit) >= 24 else SHELL, headers=(*SHELL.headers, ("ETag", '"app"')))


def test_what_is_hidden_for_a_time_is_fetched_by_the_rule_and_indexed(tmp_path: Path) -> None:
    """Due again after 1 h, 6 h, 24 h and 3 days: as few requests as these are made, and what comes back in time is found."""
    listed = rss("/crane")
    sites: dict[str, Routes] = {
        "hour": {"/feed": listed_once, "/crane": walled(1), "/tide": STORY},
        "days": {"/feed": listed, "/crane": walled(100)},
        "shut": {"/feed": walled(1, listed), "/crane": walled(1), "/robots.txt": walled(1, Reply())},
        "shell": {"/feed": listed, "/crane": shell},
        "never": {"/feed": listed, "/crane": Reply(status=403)},
    }
    with ExitStack() as stack:
        up = {
            name: stack.enter_context(serve(f"127.0.12.{number}", routes))
            for number, (name, routes) in enumerate(sites.items(), 2)
        }
        config = configured(tmp_path, **{name: f"{site.url}/feed" for name, site in up.items()})
        run_at(config, (0, 1, 7, 31, 103), 600)
    asked = {name: [hours(hit) for hit in site.hits if hit.path == "/crane"] for name, site in up.items()}
    assert asked == {
        "hour": [0, 1],
        "days": [0, 1, 7, 31, 103],
        "shut": [1],
        "shell": [0, 1, 7, 31],
        "never": [0, 1, 7, 31, 103],
    }
    back = {f"{site.url}/crane" for name, site in up.items() if name != "never"}
    assert indexed(config) == back | {f"{up['hour'].url}/tide"}
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        assert url_table.counts(conn) == {"due": 0, "fetched": 5, "refused": 0, "gone": 0, "failed": 1}
