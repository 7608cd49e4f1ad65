"""The versions of one article, from the ledger, for people to read: with both kinds of index, even while that is away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from articles.display import printable
from articles.edits.corrections import new_corrections
from articles.edits.word_diff import PartDiff, diff
from articles.errors import ConfigError
from articles.model import Part
from articles.urls import canonical, masked
from pipeline.configuration.config import Config
from store.archived import dropped_on
from store.ledger import capture_table, version_table
from store.ledger.database import Ledger
from store.ledger.parts import part_captures
from store.ledger.queries import seen_texts
from store.ledger.version_table import Version

if TYPE_CHECKING:
    from articles.edits.seen import Wording

_ID_START = re.compile(r"[0-9a-f]{6,32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """One version of an article. `number` counts from 1, in the order in which captures were fetched.

    `seen_at` and `last_seen_at` are the first and the last time in a row that a capture showed it, `captures` how many did;
    what the page said between two captures is not known. `changed` is what was edited since the version before, `corrections`
    the paragraphs that name a correction and were not there before. The texts are as cleaned by `rules`, before
    anything was learned about the site. `archive` is where the first capture is, or that its raw page was dropped.
    """

    number: int
    seen_at: datetime
    last_seen_at: datetime
    captures: int
    changed: tuple[Part, ...]
    corrections: tuple[str, ...]
    title: str
    lead: str
    body: tuple[str, ...]
    notes: tuple[str, ...]
    captions: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    word_count: int
    rules: int
    archive: str


@dataclass(frozen=True, slots=True)
class ArticleHistory:
    """The versions of an article, oldest first: its length and its items are those of `versions`."""

    id: str
    url: str
    versions: tuple[ArticleVersion, ...]
    _kept: tuple[Version, ...]

    def __iter__(self) -> Iterator[ArticleVersion]:
        return iter(self.versions)

    def __len__(self) -> int:
        return len(self.versions)

    def __getitem__(self, place: int) -> ArticleVersion:
        return self.versions[place]

    def __repr__(self) -> str:
        return f"<ArticleHistory of {self.url!r}: {len(self)} versions>"

    def __str__(self) -> str:
        lines = (
            f"{one.number}  {one.seen_at:%Y-%m-%d %H:%M}  {', '.join(one.changed) or '-'}  {one.title}"
            for one in self
        )
        return printable("\n".join(lines))

    def diff(self, before: int, after: int) -> tuple[PartDiff, ...]:
        """How two versions (by number) differ, word by word; `str` of each part marks [-cut-] and {+added+} words.

        Raises ConfigError for a number that no version has.
        """
        known = {one.number: one for one in self._kept}
        for number in (before, after):
            if number not in known:
                raise ConfigError(f"There is no version {number} of {masked(self.url)}: it has {len(self)}.")
        return diff(known[before].seen, known[after].seen)


def history(config: Config, which: str) -> ArticleHistory:
    """The versions of the article with this id, the beginning of an id (six characters or more), or URL, requested or final.

    Raises ConfigError where nothing is known of it, LedgerError, UrlError.
    """
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        article_id = find(conn, which)
        kept = version_table.versions(conn, article_id)
        captures = {each.id: each for each in capture_table.by_ids(conn, [one.capture_id for one in kept])}
    told: list[ArticleVersion] = []
    before: Wording | None = None
    for one in kept:
        capture, wording = captures[one.capture_id], one.seen.wording
        told.append(
            ArticleVersion(
                number=one.number,
                seen_at=one.seen.at,
                last_seen_at=one.last,
                captures=one.captures,
                changed=one.changed,
                corrections=new_corrections(before, wording),
                title=wording.title,
                lead=wording.lead,
                body=wording.body,
                notes=wording.notes,
                captions=wording.captions,
                published_at=one.seen.published_at,
                modified_at=one.seen.modified_at,
                word_count=one.seen.words,
                rules=one.seen.rules,
                archive=dropped_on(capture.dropped_at) if capture.dropped_at else str(capture.ref),
            )
        )
        before = wording
    return ArticleHistory(article_id, captures[kept[0].capture_id].final_url, tuple(told), kept)


def find(conn: Connection, which: str) -> str:
    """The id of the article that `which` names, as in `history`. Raises ConfigError, UrlError."""
    if "/" in which:
        url = canonical(which)
        ids = part_captures.whole_ids(conn, {each.article_id for each in capture_table.of_url(conn, url)})
        found = [one for one in sorted(ids) if version_table.versions(conn, one)]
    elif _ID_START.fullmatch(which):
        found = seen_texts.ids(conn, which)
    else:
        found = []
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(f"{masked(which)} may be several articles: give more of the id, or the final URL.")
    raise ConfigError(
        f"Nothing is known of versions of {masked(which)}: `broadsheet explain URL` says what became of a URL. Articles that were "
        "collected before versions were kept get them with `broadsheet index rebuild`."
    )
