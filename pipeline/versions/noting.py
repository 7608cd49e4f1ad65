"""What cleaned captures make of the versions of their articles."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from articles.clean import RULES
from articles.edits.normal_form import Marks
from articles.edits.seen import seen
from articles.edits.sequence import Edits, Sighting, VersionPlace, edits, numbered
from articles.model import Rejection
from pipeline.batches import Cleaned
from pipeline.clean_capture import FAILURES
from store.ledger import capture_table, version_table
from store.ledger.version_table import KeptSighting, Shown, shown
from store.ledger.watch import site_use_table
from store.ledger.watch.site_use_table import SiteUse

_NONE: dict[int, KeptSighting] = {}
_UNMARKED: dict[int, Marks] = {}


@dataclass(frozen=True, slots=True)
class Noted:
    """What captures showed and which version each capture of their articles is, to be written once the index has the counts.

    `before` is the edits of each article as the ledger has them, `after` as they will be.
    """

    shown: tuple[Shown, ...]
    uses: tuple[SiteUse, ...]
    places: Mapping[int, VersionPlace | None]
    before: Mapping[str, Edits]
    after: Mapping[str, Edits]

    @property
    def recounted(self) -> set[str]:
        """The ids of articles whose edits are others than before."""
        return {one for one, now in self.after.items() if now != self.before[one]}

    def of(self, article_ids: Collection[str]) -> "Noted":
        """What was noted of the captures of these articles alone; places of others go with it."""
        return replace(
            self,
            shown=tuple(each for each in self.shown if each.article_id in article_ids),
            uses=tuple(each for each in self.uses if each.article_id in article_ids),
        )

    def write(self, conn: Connection) -> None:
        """Write them to the ledger."""
        version_table.note(conn, self.shown)
        used = {each.capture_id for each in self.uses}
        unused = {each.sighting.capture_id for each in self.shown} - used
        site_use_table.note(conn, self.uses, unused)
        version_table.put(conn, self.places)


def noted(
    conn: Connection,
    cleaned: Collection[Cleaned],
    also: Iterable[str] = (),
    *,
    wait: bool = True,
    marked: Mapping[int, Marks] = _UNMARKED,
) -> Noted:
    """Count the versions of these captures' articles, and of those `also` (ids) of which none is cleaned now.

    An article of which other captures were cleaned by other rules, or never for their version, waits until they are cleaned
    again, unless it is told not to: the rules would be taken for an edit.
    """
    ids = {*also, *(capture.article_id for capture, _ in cleaned)}
    kept = {
        one: {each.sighting.capture_id: each for each in rows}
        for one, rows in version_table.sightings(conn, ids).items()
    }
    fresh_ones = _shown(cleaned, kept, marked)
    used = _used(cleaned, fresh_ones)
    new: dict[str, dict[int, Sighting]] = {one: {} for one in ids}
    for each in fresh_ones:
        new[each.article_id][each.sighting.capture_id] = each.sighting
    waiting = set()
    if wait:
        others = version_table.stale(conn, RULES, ids).items()
        cleaned_now = {capture.id for capture, _ in cleaned}
        waiting = {article_id for capture_id, article_id in others if capture_id not in cleaned_now}
        waiting |= _of_several_states(conn, kept, used, cleaned_now)
    places: dict[int, VersionPlace | None] = {}
    before, after = {}, {}
    for one, fresh in new.items():
        rows = kept.get(one, _NONE)
        known = {capture_id: row.place for capture_id, row in rows.items()}
        before[one] = after[one] = edits(place for place in known.values() if place)
        if one in waiting:
            places |= dict.fromkeys(fresh)
            continue
        found = numbered(({capture_id: row.sighting for capture_id, row in rows.items()} | fresh).values())
        after[one] = edits(found.values())
        places |= {
            capture_id: place
            for capture_id, place in found.items()
            if capture_id in fresh or place != known[capture_id]
        }
    return Noted(tuple(fresh_ones), tuple(each for each in used if each.stamp), places, before, after)


def of_other_rules(conn: Connection, article_ids: Collection[str]) -> dict[int, str]:
    """Captures of these articles, by id, of which some were cleaned by another state of their site's rules than others."""
    stamps = site_use_table.stamps(conn, article_ids)
    found: dict[int, str] = {}
    for one, rows in version_table.sightings(conn, article_ids).items() if stamps else ():
        by = {
            row.sighting.capture_id: stamps.get(row.sighting.capture_id, "")
            for row in rows
            if row.sighting.marks
        }
        if len(set(by.values())) > 1:
            found |= dict.fromkeys(by, one)
    return found


def _used(cleaned: Iterable[Cleaned], fresh: Iterable[Shown]) -> list[SiteUse]:
    """By which rules of their sites captures gave an article."""
    ids = {each.sighting.capture_id for each in fresh}
    return [
        SiteUse(
            capture_id=capture.id,
            article_id=capture.article_id,
            at=capture.fetched_at,
            stamp=result.site_rules,
            matched=result.site_matched,
        )
        for capture, result in cleaned
        if capture.id in ids and not isinstance(result, Rejection)
    ]


def _of_several_states(
    conn: Connection,
    kept: Mapping[str, Mapping[int, KeptSighting]],
    used: Iterable[SiteUse],
    cleaned_now: Collection[int],
) -> set[str]:
    """Articles of which other captures were cleaned by another state of their site's rules, and can be cleaned again."""
    now = {each.article_id: each.stamp for each in used}
    stamps = site_use_table.stamps(conn, now)
    others = {
        capture_id: one
        for one, stamp in now.items()
        for capture_id, row in kept.get(one, _NONE).items()
        if capture_id not in cleaned_now and row.sighting.marks and stamps.get(capture_id, "") != stamp
    }
    there = capture_table.by_ids(conn, others) if others else ()
    return {others[capture.id] for capture in there if capture.dropped_at is None}


def _shown(
    cleaned: Iterable[Cleaned],
    kept: Mapping[str, Mapping[int, KeptSighting]],
    marked: Mapping[int, Marks],
) -> list[Shown]:
    """What is to be kept of the captures; not of those that say less than what is kept: cleaning broke off, or the page was dropped."""
    found = []
    for capture, result in cleaned:
        is_kept = capture.id in kept.get(capture.article_id, _NONE)
        if is_kept and (result.reason in FAILURES if isinstance(result, Rejection) else result.archive):
            continue
        what = None if isinstance(result, Rejection) else seen(result)
        marks = marked.get(capture.id)
        found.append(shown(capture.id, capture.article_id, capture.fetched_at, what, RULES, marks))
    return found
