"""The index filled again from ledger and archive, by today's rules, while searches and (on Elasticsearch) runs go on.

What the present index holds is cleaned again into a new one; then what runs have changed meanwhile, until that is
little enough to wait for; the last of it, and the moving of the alias, in a turn in which no run changes anything.
How far that is is kept in the data folder, so that after a kill or an error the next one goes on from there.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawlers.clock import now
from index.backend_record import NewIndex
from pipeline import indexes
from pipeline.batches import cleaners
from pipeline.configuration.config import Config
from pipeline.refilling.made_of import made_of
from pipeline.refilling.rounds import Filled, Rounds
from pipeline.run import at_rest
from pipeline.versions.catching_up import CatchingUp
from store.half_filled import Begun, HalfFilled
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.records import Outcome


@dataclass(frozen=True, slots=True)
class Reindexed:
    """Articles in the new index, and captures by what today's rules made of them otherwise than before."""

    articles: int
    changed: int
    rejected: int


def reindex(
    config: Config,
    progress: Callable[[Filled], None] = lambda _: None,
    clock: Callable[[], datetime] = now,
    tell: Callable[[str], None] = lambda _: None,
    *,
    restart: bool = False,
) -> Reindexed:
    """Put a new index in the present one's place, or go on with one that was left half-filled, unless it is a `restart`.

    `progress` is called from any thread; `tell` with a sentence about a half-filled one.

    Raises LockedError while another rebuild is under way (or a run, where the index is embedded), LedgerError where
    nothing was collected yet, SearchIndexError, StorageError; the present index stays as it is then.
    """
    Ledger.expect(config.ledger)
    with ExitStack() as stack:
        stack.enter_context(locked(config.folder, config.ledger, "rebuild"))
        stack.enter_context(at_rest(config))
        if indexes.backend(config).one_writer:
            stack.enter_context(locked(config.folder, config.ledger))
        ledger = stack.enter_context(Ledger.open(config.ledger))
        kept = stack.enter_context(HalfFilled(beside(config)))
        made = made_of(config, ledger)
        news = _left(config, kept, made, tell, stack) if not restart else None
        if news is None:
            news = _anew(config, kept, made, clock, stack)
        stack.push(lambda *error: _give_up_nothing(kept) if error[0] else None)
        pool = stack.enter_context(cleaners(config))
        CatchingUp(config.archive, ledger, pool, clock).everything()
        rounds = Rounds(config, ledger, kept, *news, pool, clock, progress)
        rounds.until_little_is_left()
        with ledger.turn():
            rounds.take_the_rest()
            for new in news:
                new.publish()
            changed, rejected = kept.changed()
            with ledger.transaction() as conn:
                for some in kept.otherwise():
                    capture_table.settle(conn, some)
                counts = capture_table.counts(conn)
        kept.remove()
    return Reindexed(counts[Outcome.INDEXED.value], changed, rejected)


def discard(config: Config) -> list[str]:
    """Throw away what was left half-filled; the names of the indices. Raises LockedError while it is being filled, SearchIndexError."""
    with locked(config.folder, config.ledger, "rebuild"):
        return _discard(config)


def told_half_filled(config: Config) -> str:
    """What there is of an index that is being filled or was left half-filled; "" if there is none. Raises SearchIndexError, StorageError."""
    folder = beside(config)
    begun = HalfFilled.told(folder)
    names = [name for older in (False, True) for name in indexes.begun(config, folder, older=older)]
    if begun:
        return (
            f"{begun.newest} has {begun.added} of about {begun.expected} articles, and was begun at {begun.at:%Y-%m-%d %H:%M} UTC: unless it "
            "is being filled, `broadsheet index rebuild` goes on with it, and with --discard throws it away."
        )
    if names:
        return (
            f"{', '.join(names)}: unless being filled from another data folder, left half-filled. The next `broadsheet index rebuild` throws "
            "it away, or --discard does."
        )
    return ""


def beside(config: Config) -> Path:
    """The folder for what is made next to the present index."""
    return config.folder / "rebuild"


def _discard(config: Config) -> list[str]:
    found = []
    for older in (False, True):
        for name in indexes.begun(config, beside(config), older=older):
            indexes.discard(config, beside(config), name, older=older)
            found.append(name)
    if HalfFilled.told(beside(config)):
        HalfFilled(beside(config)).remove()
    return found


def _left(
    config: Config, kept: HalfFilled, made: str, tell: Callable[[str], None], stack: ExitStack
) -> tuple[NewIndex, NewIndex] | None:
    """What was left half-filled, if it is of use, opened."""
    begun = kept.begun()
    if begun is None:
        return None
    if begun.made_of != made:
        tell(
            f"{begun.newest} was left half-filled by another version, by other rules or settings, or before a deletion or renaming: "
            "it is thrown away, and a new one begun."
        )
        return None
    with ExitStack() as opened:
        newest = opened.enter_context(indexes.resumed(config, beside(config), begun.newest))
        older = opened.enter_context(indexes.resumed(config, beside(config), begun.older, older=True))
        if newest is None or older is None:
            tell(f"{begun.newest} was left half-filled, and is gone: a new one is begun.")
            return None
        stack.enter_context(opened.pop_all())
    tell(
        f"Going on with {begun.newest}, which was begun at {begun.at:%Y-%m-%d %H:%M} UTC and has {begun.added} of about "
        f"{begun.expected} articles."
    )
    return newest, older


def _anew(
    config: Config, kept: HalfFilled, made: str, clock: Callable[[], datetime], stack: ExitStack
) -> tuple[NewIndex, NewIndex]:
    """Two empty indices, and nothing of earlier ones. No other rebuild is under way."""
    for older in (False, True):
        for name in indexes.begun(config, beside(config), older=older):
            indexes.discard(config, beside(config), name, older=older)
    newest = stack.enter_context(indexes.anew(config, beside(config)))
    older_one = stack.enter_context(indexes.anew(config, beside(config), older=True))
    kept.begin(Begun(newest=newest.name, older=older_one.name, made_of=made, at=clock()))
    return newest, older_one


def _give_up_nothing(kept: HalfFilled) -> None:
    """After an error: nobody needs to go on with what has nothing in it."""
    begun = kept.begun()
    if begun and not begun.added:
        kept.remove()
