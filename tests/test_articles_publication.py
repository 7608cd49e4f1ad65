"""When an article was published: which of the statements of a page and its feed is believed, and which is most exact."""

import json
from datetime import UTC, date, datetime
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.metadata.statements import Metadata, read
from articles.metadata.times.publication import Statement, agree, choose
from articles.metadata.times.written_dates import read as written
from articles.model import FeedEntry, Page

FETCHED = datetime(2026, 11, 26, 12, tzinfo=UTC)
FED = datetime(2026, 11, 8, 8, tzinfo=UTC)
TITLE = "Harbour board votes to rebuild the pier"
H1 = f"<h1>{TITLE}</h1>"
TEXT = (
    "<p>"
    + "</p><p>".join(["The board voted on Tuesday, after two winters of storm damage. " * 5] * 4)
    + "</p>"
)


def page(
    head: str = "", body: str = "", *, lang: str = "en", feed: datetime | None = None, url: str = "/a"
) -> Metadata:
    address = f"https://www.harbour.example{url}"
    tree = lxml.html.document_fromstring(
        f"<html lang='{lang}'><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    )
    entry = FeedEntry(url=address, source="harbour", published_at=feed)
    return read(
        tree,
        Page(
            url=address, final_url=address, status=200, headers=(), body=b"", fetched_at=FETCHED, entry=entry
        ),
    )


def ld(published: Any, modified: str = "") -> str:
    node = {"@type": "NewsArticle", "datePublished": published, "dateModified": modified}
    return f"<script type='application/ld+json'>{json.dumps(node)}</script>"


def meta(content: str, name: str = "article:published_time") -> str:
    return f'<meta property="{name}" content="{content}">'


def time(content: str, text: str = "then", attributes: str = "") -> str:
    return f'<time datetime="{content}" {attributes}>{text}</time>'


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "body", "moment", "day", "origin"),
    [
        # with a time before without
        (meta("2026-11-05", "date"), time("2026-11-05T21:33:00-05:00"), "2026-11-06T02:33", "2026-11-05", "time"),
        (ld("2026-11-05"), time("2026-11-05T21:33:00+01:00"), "2026-11-05T20:33", "2026-11-05", "time"),
        (ld("2026-11-05T00:00:00Z"), time("2026-11-05T09:30:00Z"), "2026-11-05T09:30", "2026-11-05", "time"),
        (meta("2026-11-05", "date"), "<p class='dateline'>5 November 2026, 9:30 am EST</p>", "2026-11-05T14:30", "2026-11-05", "text"),
        (meta("2026-11-05", "date"), "<p class='dateline'>5 November 2026, 9:30 am</p>", "2026-11-05T00:00", "2026-11-05", "meta"),
        # with an offset before naive, if they can be of one moment
        (meta("2026-11-05T20:00:00"), time("2026-11-05T20:00:00+09:00"), "2026-11-05T11:00", "2026-11-05", "time"),
        (ld("2026-11-05 20:00"), meta("2026-11-05T11:10:00Z"), "2026-11-05T20:00", "2026-11-05", "jsonld"),
        (ld("2026-11-05 20:00"), meta("2026-11-05T11:00:00Z"), "2026-11-05T11:00", "2026-11-05", "meta"),
        (ld("2026-11-05T20:00:00Z"), time("2026-11-05T20:00:00+09:00"), "2026-11-05T11:00", "2026-11-05", "time"),
        # what does not agree with the more reliable one is not believed
        (ld("2026-11-05"), time("2026-11-07T10:00:00Z"), "2026-11-05T00:00", "2026-11-05", "jsonld"),
        (ld("2026-11-05T10:00:00"), time("2026-11-05T10:17:00Z"), "2026-11-05T10:00", "2026-11-05", "jsonld"),
        (meta("2026-11-05T10:00:00+01:00"), time("2026-11-05T18:00:00+01:00"), "2026-11-05T09:00", "2026-11-05", "meta"),
        # unless two others agree on an earlier day, or it is no more than the day of the last change
        (ld("2026-11-20T10:00:00Z") + meta("2026-11-05"), time("2026-11-05T09:30:00Z"), "2026-11-05T09:30", "2026-11-05", "time"),
        (ld("2026-11-20", "2026-11-20"), "<p>November 5, 2026</p>", "2026-11-05T00:00", "2026-11-05", "text"),
        (ld("2026-11-05", "2026-11-05"), "<p>November 20, 2026</p>", "2026-11-05T00:00", "2026-11-05", "jsonld"),
        (ld("2026-11-20", "2026-11-25"), "<p>November 5, 2026</p>", "2026-11-20T00:00", "2026-11-20", "jsonld"),
        # the day that stands beside a moment in UTC
        (ld("2026-11-06T02:33:00Z"), "<p class='date'>November 5, 2026</p>", "2026-11-06T02:33", "2026-11-05", "jsonld"),
        (ld(1762335000), "", "2025-11-05T09:30", "2025-11-05", "jsonld"),
    ],
)  # fmt: skip
def test_the_most_exact_of_those_that_agree_with_the_most_reliable(
    head: str, body: str, moment: str, day: str, origin: str
) -> None:
    found = page(head, f"<article>{H1}{body}{TEXT}</article>")
    assert (found.published_at, found.published_on) == (at(moment), date.fromisoformat(day))
    assert found.published_from == origin


OTHER = "2026-11-24T10:00:00Z"
BOTH = "class='published updated'"


@pytest.mark.parametrize(
    "body",
    [
        f"<header>{time('2026-11-25')}</header><article>{H1}{TEXT}</article>",
        f"<div id=topbar>Wednesday, 25 November 2026</div><article>{H1}{TEXT}</article>",
        f"<article>{H1}{TEXT}</article><ol class=comments><li>{time(OTHER)} A remark</li></ol>",
        f"<article>{H1}<section itemscope itemtype='https://schema.org/Comment'>{time(OTHER)}</section></article>",
        f"<article>{H1}{TEXT}</article><div>{time(OTHER)} far below</div>",
        f"<article>{H1}<p><a href='/older'>Older story of the tram {time(OTHER)}</a></p>{TEXT}</article>",
        f"<article>{H1}{TEXT}</article><article><h2>Tram</h2>{time(OTHER)}</article>",
        f"<article>{H1}<p>{'The old pier was lost to fire. ' * 5} On {time('1998-03-12')} it burned.</p>{TEXT}</article>",
        f"<div class=page><div>{time('2026-11-25')}</div><main>{H1}{TEXT}</main></div>",
        f"<div>Wednesday, 25 November 2026</div>{H1}{TEXT}",
        f"<article>{H1}<div>{'The old pier was lost to fire. ' * 5} On {time('1998-03-12')} it burned.</div>{TEXT}</article>",
        f"<article>{H1}<p>Short.</p></article><ul><li><a href='/x'>Tram to the island stays away</a> {time(OTHER)}</li></ul>",
        f"<article>{H1}<p>Short.</p></article><div><a href='/x'>島への電車は来年まで運休する</a>{time(OTHER)}</div>",
        f"<article>{H1}{TEXT}</article><ul class=reacties><li>{time(OTHER)}</li></ul>",
        f"<article>{H1}<p><b>Updated:</b> <span>{time(OTHER)}</span></p>{TEXT}</article>",
        f"<article>{H1}<p>Short.</p></article><article><h2>Tram</h2><div>{time(OTHER)}</div></article>",
        f"<article>{H1}<p><a href='/tram'>Tram {time(OTHER)}</a></p>{TEXT}</article>",
        f"<article>{H1}<p>Updated {time(OTHER)}</p>{TEXT}</article>",
        f"<article>{H1}<p>Aktualisiert: {time(OTHER)}</p>{TEXT}</article>",
        f"<article>{H1}<p>Mis à jour le {time(OTHER)}</p>{TEXT}</article>",
        f"<article>{H1}<p><span>最終更新</span>{time(OTHER)}</p>{TEXT}</article>",
        f"<article>{H1}{time(OTHER, attributes='class=modified-date')}{TEXT}</article>",
        f"<article>{H1}<meta itemprop=dateModified content='{OTHER}'>{TEXT}</article>",
    ],
)
def test_dates_of_other_things_do_not_beat_the_feed(body: str) -> None:
    found = page(body=body, feed=FED)
    assert (found.published_at, found.published_from) == (FED, "feed")


@pytest.mark.parametrize(
    "body",
    [
        f"<article><header>{H1}{time(OTHER)}</header>{TEXT}</article>",
        f"<article>{time(OTHER)}{H1}{TEXT}</article>",
        f"<header>{H1}<div class=byline>By Ada Brook {time(OTHER)}</div></header>{TEXT}",
        f"<body class='has-sidebar comments-open'><main>{H1}<ul><li>{time(OTHER)}</li></ul>{TEXT}</main></body>",
        f"{H1}<p>Published {time(OTHER, attributes=BOTH)}</p>{TEXT}",
        f"{H1}<p>By <a href='/people/ada'>Ada Brook</a> | <a href='/harbour'>Harbour</a> | {time(OTHER)}</p>{TEXT}",
        f"<div><div><p>{time(OTHER)}</p>{H1}</div>{TEXT}</div>",
        f"{H1}<a href='/a#top'>{time(OTHER)}</a>{TEXT}",
        f"{H1}<abbr class=published title='{OTHER}'>24 Nov</abbr>{TEXT}",
        f"{H1}<span property='schema:datePublished' content='{OTHER}'></span>{TEXT}",
        f"{H1}<p>Updated {time('2026-11-25T10:00:00Z')}</p><p>Published {time(OTHER)}</p>{TEXT}",
    ],
)
def test_a_time_at_the_headline_is_the_articles_own(body: str) -> None:
    found = page(body=body, feed=FED)
    assert (found.published_at, found.published_from) == (at("2026-11-24T10:00"), "time")


def test_a_date_below_the_headline_counts_before_one_above_it() -> None:
    above = f"<div><div>{time('2026-11-20T10:00:00Z')}</div><p class=date>20 November 2026</p>"
    assert page(body=f"{above}{H1}{time(OTHER)}{TEXT}").published_at == at("2026-11-24T10:00")
    assert (
        page(body=f"{above}{H1}<p class=date>24 November 2026</p>{TEXT}", feed=FED).published_from == "time"
    )
    assert page(body=f"{above}{H1}{TEXT}").published_at == at("2026-11-20T10:00")


def test_of_several_dates_far_from_the_headline_none_is_a_moment() -> None:
    far = f"<article>{H1}{TEXT}</article><div>{time(OTHER)}</div>"
    assert page(body=far).published_at == at("2026-11-24T10:00")
    found = page(body=f"{far}<div>{time('2026-11-21T10:00:00Z')}</div>")
    assert found.published_from in ("guess", "")
    assert found.published_at is None or found.published_at.time() == datetime.min.time()


def test_the_date_of_a_masthead_is_no_moment_of_an_article_without_headline() -> None:
    found = page(body=f"<header>{time(OTHER)}</header>{TEXT}")
    assert found.published_at in (None, at("2026-11-24T00:00"))
    assert found.published_from in ("guess", "")


def test_a_time_at_the_headline_that_is_the_last_change_does_not_beat_the_feed() -> None:
    body = f"<article>{H1}{time(OTHER)}{TEXT}</article>"
    assert page(meta(OTHER, "article:modified_time"), body, feed=FED).published_from == "feed"
    assert page(meta(OTHER, "article:modified_time"), body).published_from == "time"


@pytest.mark.parametrize(
    ("lang", "text", "moment"),
    [
        ("de", "<p>Veröffentlicht am 5. März 2026 um 10.30 Uhr (MEZ)</p>", "2026-03-05T09:30"),
        ("fr", "<span class=date>Le 1er août 2026 à 10h30</span>", "2026-08-01T00:00"),
        ("ja", "<p>2026年11月5日 14時30分</p>", "2026-11-05T00:00"),
        ("en-US", "<p class=meta>10/11/2026</p>", "2026-10-11T00:00"),
        ("en-GB", "<p class=meta>10/11/2026</p>", "2026-11-10T00:00"),
        ("id", "<time>5 Agustus 2026 10:30 WIB</time>", "2026-08-05T03:30"),
        ("en", "<div class=post-date><span>Ada Brook</span> Oct 28, 2026 <span>5</span> <span>1</span></div>", "2026-10-28T00:00"),
    ],
)  # fmt: skip
def test_words_at_the_headline_are_read_where_nothing_is_written_for_machines(
    lang: str, text: str, moment: str
) -> None:
    found = page(body=f"<article>{H1}{text}{TEXT}</article>", lang=lang)
    assert (found.published_at, found.published_from) == (at(moment), "text")


def test_the_locale_says_which_figure_is_the_month() -> None:
    head = meta("10/11/2026") + meta("en_US", "og:locale")
    assert page(head).published_on == date(2026, 10, 11)
    assert page(head, lang="en-GB").published_on == date(2026, 11, 10)


def test_the_address_gives_the_day_and_the_rest_of_the_page_a_guess() -> None:
    found = page(body=H1 + TEXT, url="/2026/11/05/pier")
    assert (found.published_on, found.published_from) == (date(2026, 11, 5), "url")
    found = page(body=H1 + TEXT + f"<ol class=comments><li>{time('2026-11-24T10:00:00Z')}</li></ol>")
    assert found.published_from in ("guess", "")
    assert found.published_at in (None, at("2026-11-24T00:00"))


def test_the_feeds_moment_makes_a_stated_day_exact() -> None:
    head = meta("2026-11-08", "date")
    found = page(head, H1 + TEXT, feed=FED)
    assert (found.published_at, found.published_on, found.published_from) == (FED, date(2026, 11, 8), "feed")
    assert page(head, H1 + TEXT, feed=at("2026-11-11T08:00")).published_from == "meta"
    assert page(body=H1 + TEXT, feed=at("2027-11-11T08:00")).published_at is None


def test_what_readers_see_without_a_zone_is_no_moment() -> None:
    body = f"<article>{H1}<p class=date>5 November 2026, 10:30</p>{TEXT}</article>"
    assert page(body=body).published_at == at("2026-11-05")
    assert page(body=body, feed=at("2026-11-05T09:30")).published_at == at("2026-11-05T09:30")


def test_nothing_stated_is_from_nowhere() -> None:
    found = page(body=H1 + TEXT)
    assert (found.published_at, found.published_on, found.published_from) == (None, None, "")


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        ("2026-11-05", "2026-11-05T23:59:00-11:00", True),
        ("2026-11-05", "2026-11-06T11:00:00Z", True),
        ("2026-11-05", "2026-11-06T12:00:00Z", False),
        ("2026-11-05", "2026-11-06T02:00:00+01:00", False),
        ("2026-11-05T10:00:00Z", "2026-11-05T11:00:00+01:00", True),
        ("2026-11-05T10:00:00+02:00", "2026-11-05T10:00:00+01:00", False),
        ("2026-11-05T10:00:00Z", "2026-11-05T10:00:59Z", True),
        ("2026-11-05T10:00:00", "2026-11-05T10:02:00", False),
        ("2026-11-05T10:45:00", "2026-11-05T05:00:00Z", True),
        ("2026-11-05T10:15:00", "2026-11-05T05:00:00Z", False),
        ("2026-11-05T10:00:00", "2026-11-06T10:00:00Z", False),
    ],
)
def test_statements_agree_if_they_can_be_of_one_moment(one: str, other: str, can: bool) -> None:
    first, second = written(one), written(other)
    assert first is not None
    assert second is not None
    assert agree(first, second) is agree(second, first) is can


STATED = st.datetimes(datetime(2025, 1, 1), datetime(2025, 1, 4)).flatmap(  # noqa: DTZ001
    lambda moment: st.sampled_from(
        ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%SZ", "%d %b %Y %H:%M +0900"]
    ).map(moment.strftime)
)
ORIGINS = st.sampled_from(["jsonld", "meta", "time", "text", "url"])


@given(st.lists(st.tuples(STATED, ORIGINS, st.booleans()), max_size=6), STATED | st.just(""))
def test_what_is_chosen_is_one_of_the_statements(stated: list[tuple[str, Any, bool]], changed: str) -> None:
    found = [Statement(date_, origin, own) for text, origin, own in stated if (date_ := written(text))]
    chosen = choose(found, written(changed))
    assert (chosen.at is None) == (not found)
    assert not found or (chosen.at, chosen.origin) in [(each.written.moment, each.origin) for each in found]
    assert not found or chosen.on in [each.written.day for each in found]
