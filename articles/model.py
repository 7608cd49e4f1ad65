"""The frozen records passed between the stages, and their JSON form.

Every time is an aware datetime in UTC. Text fields are "" and collections empty if a page does not state them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, Self, get_args

import msgspec

from articles.structure.markup import Markup, TextBlock, blocks

CaptionStatus = Literal["matched", "mismatched", "credit_only", "undecided"]
Access = Literal["free", "metered", "paywalled"]
Extractor = Literal["auto", "container", "trafilatura"]
TextOrigin = Literal["", "container", "trafilatura", "stated"]
DateOrigin = Literal["", "jsonld", "meta", "time", "text", "feed", "url", "guess"]
Part = Literal["title", "lead", "body", "captions", "times"]
Right = Literal["noarchive", "noai", "noimageai", "tdm-reservation", "robots-noai"]
Place = Literal["block", "caption", "head", "body", "tail"]
Reason = Literal[
    "http_status",
    "blocked",
    "not_html",
    "too_large",
    "too_deep",
    "empty",
    "list_page",
    "too_short",
    "no_article",
    "consent_page",
    "not_found",
    "reserved",
    "site_rule",
    # for pages whose cleaning did not finish (pipeline.clean_capture)
    "parser_killed",
    "cleaner_failed",
    "archive_damaged",
    "archive_unavailable",
]

PARTS: tuple[Part, ...] = get_args(Part)


class Rule(StrEnum):
    """The names of the rules that cut text, as recorded with each cut; docs/reference.md says what each cuts.

    Stored articles keep the names given by earlier versions: a retired name can still be read, but is not in the list
    of rules.
    """

    # what an element is, by its name (articles.extraction.element_names) or tag
    ASIDE = "aside"
    HIDDEN = "hidden"
    COMMENTS = "comments"
    CONSENT = "consent"
    RELATED = "related"
    NEWSLETTER = "newsletter"
    SHARE = "share"
    PROMOTION = "promotion"
    NAVIGATION = "navigation"
    SIDEBAR = "sidebar"
    FACT_BOX = "fact_box"
    AUTHOR = "author"
    CAPTION = "caption"
    META = "meta"
    # blocks of the page
    BREADCRUMB = "breadcrumb"
    OTHER_ARTICLE = "other_article"
    ABOVE_TITLE = "above_title"
    REPEATED_HEADLINE = "repeated_headline"
    CODE = "code"
    LINKS = "links"
    REPEATED = "repeated"
    LAST_HEADING = "last_heading"
    # lines of the text
    BYLINE = "byline"
    BOILERPLATE = "boilerplate"
    CREDIT = "credit"
    TEMPLATE = "template"
    # what a user has taught about the site (articles.sites)
    SITE = "site"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        retired = str.__new__(cls, value)
        retired._name_ = retired._value_ = value
        return retired

    def __repr__(self) -> str:
        return repr(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """What discovery knew about an article before it was fetched.

    `feed` is the feed's URL, "" if the URL did not come from a feed (a canonical link, a URL given by a person).
    `updated_at` is when the feed says that the article changed; a publication date does not count.
    """

    url: str
    source: str
    feed: str = ""
    title: str = ""
    summary: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One response of a web server, as archived.

    `url` is the canonical requested URL, `final_url` the canonical URL of the response, `redirects` the URLs
    that redirected, in order (the requested one first; empty without a redirect). `body` is decoded
    (no content encoding); `headers` are as sent, with names in lower case. `reserved` is what the site's robots.txt and
    tdmrep.json reserved for it then, as far as these were read.
    """

    url: str
    final_url: str
    redirects: tuple[str, ...] = ()
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    entry: FeedEntry
    reserved: tuple[Right, ...] = ()


@dataclass(frozen=True, slots=True)
class Extractors:
    """What is to find the text of pages: of most sources `common`, of some, by name, their `own`."""

    common: Extractor = "auto"
    own: Mapping[str, Extractor] = field(default_factory=dict)

    def of(self, source: str) -> Extractor:
        """The one for pages of this source."""
        return self.own.get(source, self.common)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of the article. `caption` excludes the `credit`; `status` says whether the caption fits."""

    url: str
    caption: str = ""
    credit: str = ""
    status: CaptionStatus = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A record of text that a rule cut. `evidence` is what triggered the rule (a pattern's name, a selector)."""

    text: str
    rule: Rule
    place: Place
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why a page has no article.

    `detail` is for the reader; docs/reference.md says what each reason means.
    """

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The article extracted from a page.

    `id` is the hash of the canonical final URL (articles.urls.article_id); `canonical_url` is the page's own
    rel=canonical if it is accepted, else equal to `url`. `body` is the paragraphs without title and lead, `markup` what
    those of them are that are more than plain text, in order; `blocks` is both together.
    `published_on` is the day of publication in the time zone that the page states, `published_from` what stated it.
    `access` and `rights` (what it reserves) are as stated by the page, and by its site in robots.txt or tdmrep.json. `notes`
    is corrections, agency credits and statements of origin, cut from the body. `first_seen_at` is the fetch time of the
    earliest capture of this article. `rules` is the version of the cleaning rules, `archive` the reference of the capture's
    WARC record. `extractor` is what found the body, `confidence` the probability that the text is right, from 0 to 1
    (articles.confidence). `story_id` is the id of the first of the articles with the same text, `snapshot` the number of the
    knowledge used to judge it at the end of its run (articles.source.judge); `clean` leaves them "" and 0. `versions` is how
    many versions of it were seen, this one included, `changed` what any of its edits changed (articles.edits). `site_rules` is
    its site and a hash of what was taught about it (articles.sites), `site_matched` the names of those that did anything, `site_failed` of
    those that could not be used on this page, each with the reason. `further_pages` is the canonical URLs of the further pages
    of the article, in reading order, as its pages name them (articles.parts), whether fetched or not.
    """

    id: str
    url: str
    canonical_url: str
    source: str
    site_name: str = ""
    title: str
    lead: str = ""
    body: tuple[str, ...]
    markup: tuple[Markup, ...] = ()
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_on: date | None = None
    published_from: DateOrigin = ""
    modified_at: datetime | None = None
    first_seen_at: datetime
    fetched_at: datetime
    language: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    lead_image: str = ""
    images: tuple[Image, ...] = ()
    removed: tuple[Removal, ...] = ()
    access: Access = "free"
    rights: tuple[Right, ...] = ()
    notes: tuple[str, ...] = ()
    word_count: int
    extractor: TextOrigin = ""
    confidence: float = 0.0
    content_hash: str
    rules: int
    archive: str = ""
    story_id: str = ""
    snapshot: int = 0
    versions: int = 1
    changed: tuple[Part, ...] = ()
    site_rules: str = ""
    site_matched: tuple[str, ...] = ()
    site_failed: tuple[str, ...] = ()
    further_pages: tuple[str, ...] = ()

    @property
    def blocks(self) -> tuple[TextBlock, ...]:
        """The paragraphs of the body, each with what it is (a heading, an item, a quote, a row) and its links."""
        return blocks(self.body, self.markup)

    def markdown(self) -> str:
        """The article as Markdown, with title, URL, authors and date as front matter in YAML."""
        from articles.structure.markdown import markdown

        return markdown(self)

    def __repr__(self) -> str:
        day = f"{self.published_at:%Y-%m-%d}, " if self.published_at else ""
        return f"<Article {self.title!r}, {day}{self.word_count} words, {self.url!r}>"

    def __str__(self) -> str:
        from articles.display import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from articles.display import as_html

        return as_html(self)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Article)


def to_json(article: Article) -> bytes:
    """One line of JSON, with field names; times in ISO 8601 with Z."""
    return _ENCODER.encode(article)


def from_json(line: bytes | str) -> Article:
    """The inverse of `to_json`. Raises msgspec.ValidationError for anything else."""
    return _DECODER.decode(line)


def to_dict(record: Any) -> dict[str, Any]:
    """A record as a plain dict, including the records in it.

    Tuples become lists and rules text; times stay `datetime` and days `date`. Raises TypeError for other values.
    """
    if not is_dataclass(record) or isinstance(record, type):
        raise TypeError(f"to_dict takes a record, such as an Article; this is {type(record).__name__}")
    return {name: _plain(getattr(record, name)) for name in record.__dataclass_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, StrEnum):
        return value.value
    return to_dict(value) if is_dataclass(value) else value
