"""Tell each target what it does not know yet, and note that in the ledger: told and not noted is told again, never the other way round."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta

from articles.errors import BroadsheetError, ConfigError, LockedError
from crawlers.clock import now
from pipeline.configuration.config import Config
from pipeline.configuration.quiet_hours import is_quiet
from pipeline.configuration.sections import HEARTBEAT
from pipeline.health.checkup import Health, examine
from pipeline.telling.delivery import beat, deliver
from pipeline.telling.digest import alarm, message, trial
from pipeline.telling.troubles import News, name_of, news, situation
from store.ledger.database import Ledger
from store.ledger.watch import told_table
from store.ledger.watch.told_table import Telling, Told
from store.lock import turn

_SHOWN = timedelta(days=7)


def announce(
    config: Config,
    *,
    good: bool = False,
    health: Health | None = None,
    say: Callable[[str], None] = lambda _: None,
    clock: Callable[[], datetime] = now,
) -> None:
    """Tell what changed, at the end of a run or of anything else; after a `good` run ask the heartbeat's URL, too.

    Stops nothing: what could not be told is told next time. `say` gets a line for each target that was to be told.
    A ledger that cannot be used is told, too, each time, because nothing can be noted.
    """
    try:
        for telling in tell(config, health=health, clock=clock) if config.notify.targets else ():
            say(said(telling))
        if good and config.notify.heartbeat:
            _beat(config, clock(), say)
    except LockedError as error:
        say(f"nobody was told anything: {error}")
    except BroadsheetError as error:
        for target in config.notify.targets:
            failure = deliver(config, target, alarm(_name(config), str(error), clock()))
            say(said(Telling(target=target, at=clock(), error=failure)))


def tell(
    config: Config, *, health: Health | None = None, clock: Callable[[], datetime] = now
) -> list[Telling]:
    """Tell each target what it does not know yet. Returns those that were to be told something.

    `health` is that of all sources, if it is known already. Raises ConfigError if there is no target, LedgerError, StorageError, LockedError.
    """
    if not config.notify.targets:
        raise _nobody(config)
    Ledger.expect(config.ledger)
    with turn(config.folder / "told.turn"), Ledger.open(config.ledger) as ledger:
        canaries = [source.name for source in config.sources if source.canary]
        present = situation(health or examine(config, config.sources, clock()), canaries)
        quiet = is_quiet(config.notify.quiet, clock(), config.schedule.timezone)
        done = []
        for target in config.notify.targets:
            with ledger.reading() as conn:
                found = news(present, told_table.standing(conn, target), target, quiet=quiet)
            if found.gone:
                with ledger.transaction() as conn:
                    told_table.forget(conn, target, found.gone)
            if found.troubles or found.well:
                done.append(_deliver(config, ledger, target, found, clock()))
    return done


def try_out(config: Config, clock: Callable[[], datetime] = now) -> list[Telling]:
    """Send a test message to every target. Raises ConfigError if there is none.

    The heartbeat's URL is not asked, because that would say that a run went well; only whether its variable is set.
    """
    if not config.notify.named:
        raise _nobody(config)
    done = []
    for target in config.notify.targets:
        error = deliver(config, target, trial(_name(config), clock()))
        done.append(Telling(target=target, at=clock(), error=error))
    if config.ledger.exists():
        with Ledger.open(config.ledger) as ledger, ledger.transaction() as conn:
            for telling in done:
                told_table.note(conn, telling)
    if variable := config.notify.heartbeat:
        error = "" if os.environ.get(variable) else f"the environment variable {variable} is not set"
        done.append(Telling(target=HEARTBEAT, at=clock(), error=error))
    return done


def said(telling: Telling) -> str:
    """What became of an attempt, for people."""
    if telling.target == HEARTBEAT:
        return f"{HEARTBEAT}: {telling.error or 'asked after each good run'}"
    return f"{telling.target}: not told: {telling.error}" if telling.error else f"{telling.target}: told"


def lately(config: Config, at: datetime) -> list[Told]:
    """What was told in the last seven days, oldest first. Raises LedgerError."""
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        return told_table.since(conn, at - _SHOWN)


def _deliver(config: Config, ledger: Ledger, target: str, found: News, at: datetime) -> Telling:
    error = deliver(config, target, message(found, _name(config), at))
    telling = Telling(target=target, at=at, error=error)
    lines = [
        *(
            Told(target=target, subject=each.subject, at=at, text=each.head, rank=each.rank)
            for each in found.troubles
        ),
        *(
            Told(target=target, subject=each, at=at, text=f"{name_of(each)}: well again", well=True)
            for each in found.well
        ),
    ]
    with ledger.transaction() as conn:
        told_table.note(conn, telling, () if error else lines)
    return telling


def _beat(config: Config, at: datetime, say: Callable[[str], None]) -> None:
    telling = Telling(target=HEARTBEAT, at=at, error=beat(config))
    with Ledger.existing(config.ledger) as ledger, ledger.transaction() as conn:
        told_table.note(conn, telling)
    if telling.error:
        say(said(telling))


def _nobody(config: Config) -> ConfigError:
    return ConfigError(f"{config.path} names nobody to tell; give `urls` or `command` in [notify].")


def _name(config: Config) -> str:
    """As deployments are named: after the folder of broadsheet.toml."""
    return f"Broadsheet {config.path.parent.name}".rstrip()
