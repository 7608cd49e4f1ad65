"""What every index must do, whatever stores it.

A backend's test module puts it under this suite with a subclass of IndexContract and a fixture `new_index` of
module scope: a function that makes an empty index and opens it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, ClassVar, get_args

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from articles.errors import QueryError
from articles.model import Article, Image, Removal
from articles.structure.markup import Link, Markup
from index.documents import Facet, older_id, timestamp
from index.marks import END, START
from index.protocols import IndexReader, IndexWriter
from index.query import Query
from index.tokens import tokens

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class OpenIndex:
    """An index and how to open it anew, as another process would find it, or at another time."""

    writer: IndexWriter
    reader: IndexReader
    reopen: Callable[[], IndexReader]
    at: Callable[[datetime], IndexReader]


NewIndex = Callable[[], OpenIndex]


def article(key: str, **fields: Any) -> Article:
    url = f"https://www.norland-post.example/{key}"
    plain: dict[str, Any] = {
        "id": blake2b(key.encode(), digest_size=16).hexdigest(),
        "url": url,
        "canonical_url": url,
        "source": "norland",
        "title": "",
        "body": (),
        "first_seen_at": NOON,
        "fetched_at": NOON,
        "word_count": 0,
        "content_hash": key,
        "rules": 1,
    }
    return Article(**(plain | fields))


# Each backend runs the property over an index that all examples share.
SHARED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
LONG_WORD = "antidis" * 100
LIBRARY = {
    "steel": article(
        "steel",
        title="Tariffs on steel rise",
        lead="Norland raises its tariffs again.",
        body=("Steel makers welcomed the news.", "Importers of cars did not: a trade war looms."),
        markup=(
            Markup(at=0, kind="heading", level=2),
            Markup(at=1, links=(Link(start=0, end=9, url="https://cars.example/?a=1#b"),)),
        ),
        authors=("Ada O'Neill", "Ben Émile"),
        section="World News",
        tags=("Trade", "C++", "Climate Change"),
        language="en",
        site_name="Norland Post",
        images=(Image(url="https://img.example/1.jpg", caption="A furnace at night", credit="N. Olsen"),),
        removed=(Removal(text="Subscribe to our newsletter", rule="newsletter", place="tail"),),
        published_at=datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC),
        story_id="5" * 32,
        snapshot=12,
        access="paywalled",
        extractor="container",
        confidence=0.7,
        versions=3,
        changed=("title", "body"),
        notes=("Correction: an earlier version misstated the rate of duty.", "(NNA)"),
    ),
    "cars": article(
        "cars",
        title="Cars get dearer",
        body=("Steel costs more since the tariffs.", "War in trade, peace at sea."),
        source="southern",
        section="Money",
        language="en",
        published_at=datetime(2026, 11, 21, tzinfo=UTC),
        extractor="trafilatura",
        confidence=0.69,
        versions=2,
        changed=("body",),
    ),
    "jets": article(
        "jets",
        title="F-35 jets land in the U.S.",
        body=("It’s loud, said O’Neill of Zürich’s café 35.", "U.S.-made jets."),
        language="de",
        url="https://news.southern.co.example/jets?id=(1)",
        published_at=datetime(2026, 11, 1, tzinfo=UTC),
    ),
    "chinese": article("chinese", title="中国关税上调", body=("政府周一宣布，税率将上调。",), language="zh"),
    "kana": article("kana", title="カタカナーの歴史", body=("ひらがなとｶﾞﾗｽ",), language="ja"),
    "thai": article("thai", title="ภาษาไทยวันนี้", language="th"),
    "korean": article("korean", title="한국어 뉴스", language="ko"),
    "arabic": article("arabic", title="ارتفاع الرسوم الجمركية", language="ar"),
    "russian": article("russian", title="Ёлка на Красной площади", language="ru"),
    "greek": article("greek", title="ΟΔΟΣ ΑΘΗΝΑΣ", language="el"),
    "turkish": article("turkish", title="İstanbul’da kar, Diyarbakır’da güneş", language="tr"),
    "hebrew": article("hebrew", title='צה"ל הודיע', language="he"),
    "german": article("german", title="Straßenfest in München", language="de"),
    "hostile": article(
        "hostile",
        title='<script>alert("x")</script> {{7*7}} title:trap OR *:*',
        body=('{"delete":{"_id":"1"}}\n{"index":{}}', f"A {START}forged{END} mark, \x1b[31mred\x00"),
    ),
    "long": article(
        "long", title="Long", body=("sea " * 100_000 + "shore", f"{LONG_WORD} {'x' * 100_000} after")
    ),
    "bare": article("bare"),
}
KEYS = {each.id: key for key, each in LIBRARY.items()}
EVERY = frozenset(LIBRARY)

# Query, and the keys of what it finds.
SEARCHES: list[tuple[str, str]] = [
    # words, in whichever default field
    ("tariffs", "steel cars"),
    ("TARIFFS", "steel cars"),
    # other forms of a word, in the article's language, unless it is quoted or has a field
    ("tariff", "steel cars"),
    ("TARIFF costs", "cars"),
    ("tariff -importer", "cars"),
    ('"tariff"', ""),
    ("title:tariff", ""),
    ("strassenfeste", "german"),
    ("площадь", "russian"),
    ("steel cars", "steel cars"),
    ("norland importers", "steel"),
    ("furnace", ""),
    ("newsletter", ""),
    # operators
    ("tariffs AND loud", ""),
    ("tariffs OR loud", "steel cars jets"),
    ("tariffs NOT importers", "cars"),
    ("tariffs -importers", "cars"),
    ("importers OR steel dearer", "steel cars"),
    ("(importers OR steel) dearer", "cars"),
    ("tariffs (importers OR loud)", "steel"),
    ("tariffs OR (loud NOT zürich)", "steel cars"),
    ("loud OR NOT language:en", " ".join(EVERY - {"steel", "cars"})),
    ("NOT tariffs", " ".join(EVERY - {"steel", "cars"})),
    ("NOT (tariffs OR language:de)", " ".join(EVERY - {"steel", "cars", "jets", "german"})),
    ("tariffs & steel - cars", "steel cars"),
    # phrases: in order, within one field and one paragraph
    ('"trade war"', "steel"),
    ('"war in trade"', "cars"),
    ('"trade war looms"', "steel"),
    ('"war trade"', ""),
    ('"news importers"', ""),
    ('"rise norland"', ""),
    ('"did not a trade"', "steel"),
    # fields
    ("title:steel", "steel"),
    ("title:(steel OR dearer)", "steel cars"),
    ('body:"steel makers"', "steel"),
    ("lead:again", "steel"),
    ("caption:furnace", "steel"),
    ("removed:newsletter", "steel"),
    ("author:neill", "steel"),
    ('author:"ada o’neill"', "steel"),
    ('author:"neill ben"', ""),
    ("TITLE:steel", "steel"),
    ("source:southern", "cars"),
    ("source:SOUTHERN", "cars"),
    ("source:south", ""),
    ("section:world", ""),
    ('section:"world news"', "steel"),
    ('section:" World  News "', "steel"),
    ("tag:c++", "steel"),
    (f"story:{'5' * 32}", "steel"),
    ("access:paywalled", "steel"),
    ("extractor:trafilatura", "cars"),
    ("extractor:(trafilatura OR container)", "steel cars"),
    # numbers
    ("confidence<0.7 tariffs", "cars"),
    ("confidence<=0.7 tariffs", "steel cars"),
    ("confidence>0.69", "steel"),
    ("confidence>=0.69", "steel cars"),
    ("confidence<0.7 confidence>0", "cars"),
    ("tariffs -confidence<0.7", "steel"),
    ("versions>1", "steel cars"),
    ("versions>=3", "steel"),
    ("tariffs versions<2.5", "cars"),
    ("changed:body", "steel cars"),
    ("changed:title", "steel"),
    ("changed:(title OR lead) versions>2", "steel"),
    ("access:free tariffs", "cars"),
    ('note:"earlier version"', "steel"),
    ("misstated", ""),
    ("tag:(trade NOT climate)", "steel"),
    ('tag:"climate change" title:rise', "steel"),
    ("language:de", "jets german"),
    ("site:norland-post.example title:rise", "steel"),
    ("site:southern.co.example", "jets"),
    ('site:"norland post"', "steel"),
    ("url:https://www.norland-post.example/cars", "cars"),
    ('url:"https://news.southern.co.example/jets?id=(1)"', "jets"),
    (f"id:{LIBRARY['cars'].id}", "cars"),
    # beginnings of words
    ("tarif*", "steel cars"),
    ("title:tarif*", "steel"),
    ("Émi*", ""),
    ("author:Émi*", "steel"),
    ("author:emi*", "steel"),
    ("url:https://news.*", "jets"),
    ("url:https://new.*", ""),
    ('section:"world n*"', ""),
    # days, both included
    ("from:2026-11-20 to:2026-11-20", "steel"),
    ("from:2026-11-21 to:2026-11-21", "cars"),
    ("to:2026-11-01", "jets"),
    ("from:0001-01-01 to:9999-12-31", " ".join(EVERY)),
    ("from:2026-11-23", ""),
    ("tariffs NOT from:2026-11-21", "steel"),
    # how words are cut
    ("F-35", "jets"),
    ("f35", ""),
    ('"f 35"', "jets"),
    ("35-f", ""),
    ("U.S.", "jets"),
    ("us", ""),
    ("o'neill", "jets"),
    ("O’NEILL", "jets"),
    ('"its loud"', ""),
    ("it's", "jets"),
    ("cafe", "jets"),
    ("CAFÉ", "jets"),
    ("cafe\u0301", "jets"),
    ("zurich", "jets"),
    ("strassenfest", "german"),
    ("STRASSENFEST munchen", "german"),
    ("München", "german"),
    ("关税", "chinese"),
    ("关", "chinese"),
    ("税关", ""),
    ("中国 上调", "chinese"),
    ('"税率将上调"', "chinese"),
    ("カタカナ", "kana"),
    ("カナー", "kana"),
    ("ひらがな", "kana"),
    ("ナカ", ""),
    ("ไทย", "thai"),
    ("ภาษาไทย", "thai"),
    ("ไทภ", ""),
    ("뉴스", "korean"),
    ("الرسوم", "arabic"),
    ('"الرسوم الجمركية"', "arabic"),
    ("ёлка", "russian"),
    ("ЕЛКА красной", "russian"),
    ("οδός", "greek"),
    ("Αθήνας", "greek"),
    ("istanbul", "turkish"),
    ("İSTANBUL", "turkish"),
    ("diyarbakir gunes", "turkish"),
    ('צה"ל', "hebrew"),
    # hostile and long
    ("script alert", "hostile"),
    ('"title:trap"', "hostile"),
    ("forged", "hostile"),
    ("31mred", "hostile"),
    (LONG_WORD, "long"),
    ("after", "long"),
    ("shore", "long"),
    ("", " ".join(EVERY)),
    ("  ", " ".join(EVERY)),
]


def keys(reader: IndexReader, text: str, **options: Any) -> list[str]:
    return [
        KEYS[hit.article.id] for hit in reader.search(Query(text=text, **({"limit": 100} | options))).hits
    ]


def marked(reader: IndexReader, text: str) -> list[str]:
    """The highlights of the best hit, with [ ] for the marks."""
    best = reader.search(Query(text=text)).hits[0]
    return [each.replace(START, "[").replace(END, "]") for each in best.highlights]


@dataclass(frozen=True)
class Worth:
    """How many times as high the score of a word is in the title as in the lead, in the lead as in the body, and as it was
    typed as in another form; of articles with as many words in each field.
    """

    title: float
    lead: float
    exact: float


MUCH_LATER = NOON + timedelta(days=365_000)


def scores(reader: IndexReader, text: str) -> dict[str, float]:
    """By the article's key, in order."""
    hits = reader.search(Query(text=text, limit=1000)).hits
    return {hit.article.content_hash: hit.score for hit in hits}


class IndexContract:
    WORTH: ClassVar[Worth]

    @pytest.fixture(scope="class")
    @classmethod
    def library(cls, new_index: NewIndex) -> IndexReader:
        """Holds LIBRARY; not written to by tests."""
        opened = new_index()
        acks = opened.writer.add(list(LIBRARY.values()))
        assert [ack.status for ack in acks] == ["indexed"] * len(LIBRARY)
        return opened.reader

    @pytest.fixture(scope="class")
    @classmethod
    def shelf(cls, new_index: NewIndex) -> OpenIndex:
        """One index for all examples of a property."""
        return new_index()

    # Finding

    @pytest.mark.parametrize(("text", "found"), SEARCHES, ids=[text[:40] for text, _ in SEARCHES])
    def test_finds(self, library: IndexReader, text: str, found: str) -> None:
        hits = library.search(Query(text=text, limit=100))
        assert {KEYS[hit.article.id] for hit in hits.hits} == set(found.split())
        assert hits.total == len(hits.hits)

    def test_a_hit_is_the_whole_article(self, library: IndexReader) -> None:
        assert library.search(Query(text="importers")).hits[0].article == LIBRARY["steel"]

    def test_a_wrong_query_is_pointed_at(self, library: IndexReader) -> None:
        with pytest.raises(QueryError) as raised:
            library.search(Query(text="steel (tariffs"))
        assert raised.value.position == 6

    def test_since_is_included_and_until_is_not(self, library: IndexReader) -> None:
        dated = LIBRARY["cars"].published_at
        assert dated is not None
        assert keys(library, "steel", since=dated) == ["cars"]
        assert keys(library, "steel", until=dated) == ["steel"]
        assert keys(library, "steel", since=dated, until=dated + timedelta(seconds=1)) == ["cars"]
        assert keys(library, "steel", since=dated, until=dated) == []

    def test_since_and_until_bound_the_days_of_the_text(self, library: IndexReader) -> None:
        bounds = {"since": datetime(2026, 11, 20, tzinfo=UTC), "until": NOON}
        assert keys(library, "to:2026-11-20", **bounds) == ["steel"]
        assert keys(library, "steel OR NOT steel", since=datetime.min.replace(tzinfo=UTC), limit=100) != []

    def test_what_the_title_says_ranks_first(self, library: IndexReader) -> None:
        assert keys(library, "steel") == ["steel", "cars"]
        assert keys(library, "cars") == ["cars", "steel"]
        scores = [hit.score for hit in library.search(Query(text="steel")).hits]
        assert scores[0] > scores[1] > 0

    def test_filters_do_not_change_the_rank(self, library: IndexReader) -> None:
        assert keys(library, "steel from:2026-01-01 -source:x language:en") == ["steel", "cars"]

    def test_newest_first(self, library: IndexReader) -> None:
        assert keys(library, "language:en OR jets", sort="newest") == ["cars", "steel", "jets"]

    def test_hits_that_nothing_ranks_come_newest_first(self, library: IndexReader) -> None:
        for text in ("language:(en OR de) -munchen", "-title:ab* from:2026-11-01 NOT from:2026-11-22"):
            assert keys(library, text)[:3] == ["cars", "steel", "jets"], text
        assert keys(library, "")[-3:] == ["cars", "steel", "jets"]

    def test_pages_share_out_the_hits(self, library: IndexReader) -> None:
        for sort in ("newest", "relevance"):
            pages = [library.search(Query(sort=sort, limit=5, offset=offset)) for offset in range(0, 25, 5)]
            found = [KEYS[hit.article.id] for page in pages for hit in page.hits]
            assert sorted(found) == sorted(EVERY), sort
            assert {page.total for page in pages} == {len(EVERY)}

    def test_the_highest_offset_finds_nothing_and_fails_not(self, library: IndexReader) -> None:
        assert library.search(Query(limit=10, offset=9_990)).hits == ()

    # Ranking

    def test_a_hit_is_the_better_for_being_recent_by_half_after_a_week(self, new_index: NewIndex) -> None:
        opened = new_index()
        ages = {"now": 0, "week": 7, "three": 21, "old": 3_650}
        opened.writer.add(
            [
                article(key, title="Harbour", published_at=NOON - timedelta(days=days))
                for key, days in ages.items()
            ]
        )
        found = scores(opened.at(NOON), "harbour")
        assert list(found) == list(ages)
        added = {key: score - found["old"] for key, score in found.items()}
        assert added == pytest.approx({"now": 2.0, "week": 1.0, "three": 0.5, "old": 0.0}, abs=0.02)

    def test_a_recent_hit_passes_a_better_one_only_if_that_is_little_better(
        self, new_index: NewIndex
    ) -> None:
        opened = new_index()
        opened.writer.add(
            [
                article("title", title="Harbour bridge", published_at=NOON - timedelta(days=60)),
                article("long", body=("Harbour " + "pier " * 30,), published_at=NOON - timedelta(days=60)),
                article("longer", body=("Harbour " + "pier " * 40,), published_at=NOON),
                *(article(f"other {number}", title="Other news", body=("pier",)) for number in range(40)),
            ]
        )
        assert list(scores(opened.at(MUCH_LATER), "harbour")) == ["title", "long", "longer"]
        assert list(scores(opened.at(NOON), "harbour")) == ["title", "longer", "long"]

    def test_the_two_hundred_best_by_their_words_may_be_the_better_for_being_recent(
        self, new_index: NewIndex
    ) -> None:
        opened = new_index()
        long_ago = NOON - timedelta(days=3_650)
        best = [article(f"best {number}", body=("Harbour",), published_at=long_ago) for number in range(200)]
        last = article("last", body=("Harbour " + "pier " * 30,), published_at=NOON)
        opened.writer.add([*best[1:], last])
        before, now = (opened.at(time) for time in (MUCH_LATER, NOON))
        assert scores(now, "harbour")["last"] == pytest.approx(
            scores(before, "harbour")["last"] + 2, abs=0.02
        )
        opened.writer.add(best[:1])
        assert scores(now, "harbour")["last"] == pytest.approx(scores(before, "harbour")["last"], abs=0.001)

    @pytest.fixture(scope="class")
    @classmethod
    def weighed(cls, new_index: NewIndex) -> IndexReader:
        """Articles with as many words in each field, read when none of them is recent any more."""

        def weigh(key: str, **fields: Any) -> Article:
            return article(
                key, **({"title": "quiet street", "lead": "calm river", "body": ("green hills",)} | fields)
            )

        opened = new_index()
        opened.writer.add(
            [
                weigh("title", title="zebra crossing"),
                weigh("lead", lead="zebra crossing"),
                weigh("body", body=("zebra crossing",)),
                weigh("exact", body=("tiger walking",), language="en"),
                weigh("stemmed", body=("tigers walking",), language="en"),
                weigh("neither", body=("green walking",), language="en"),
                *(weigh(f"other {number}") for number in range(5)),
            ]
        )
        return opened.at(MUCH_LATER)

    def test_a_word_weighs_most_in_the_title_and_more_in_the_lead(self, weighed: IndexReader) -> None:
        found = scores(weighed, "zebra")
        assert list(found) == ["title", "lead", "body"]
        assert found["title"] / found["lead"] == pytest.approx(self.WORTH.title, rel=0.1)
        assert found["lead"] / found["body"] == pytest.approx(self.WORTH.lead, rel=0.1)

    def test_a_word_weighs_more_as_it_was_typed_than_in_another_form(self, weighed: IndexReader) -> None:
        found = scores(weighed, "tiger")
        assert list(found) == ["exact", "stemmed"]
        assert found["exact"] / found["stemmed"] == pytest.approx(self.WORTH.exact, rel=0.1)

    def test_words_in_a_row_are_the_better_up_to_two_words_between_them(self, new_index: NewIndex) -> None:
        opened = new_index()
        titles = {
            "row": "harbour bridge opens after long repair",
            "two": "harbour opens after bridge long repair",
            "three": "harbour opens after long bridge repair",
            "apart": "bridge opens after long repair harbour",
        }
        opened.writer.add([article(key, title=title) for key, title in titles.items()])
        found = scores(opened.at(MUCH_LATER), "harbour bridge")
        assert found["row"] >= found["two"] > found["three"] * 1.05
        assert found["three"] == pytest.approx(found["apart"])

    # Counting

    def test_found_articles_are_counted_by_their_values(self, library: IndexReader) -> None:
        def counted(text: str, field: Facet, limit: int = 10) -> list[tuple[str, int]]:
            found = library.facet(Query(text=text, limit=1), field, limit)
            return [(each.value, each.articles) for each in found]

        assert counted("steel", "source") == [("norland", 1), ("southern", 1)]
        assert counted("steel OR language:de", "language") == [("de", 2), ("en", 2)]
        assert counted("", "language", 2) == [("de", 2), ("en", 2)]
        assert counted("steel", "author") == [("Ada O'Neill", 1), ("Ben Émile", 1)]
        assert counted("", "section") == [("Money", 1), ("World News", 1)]
        assert counted("nowhere", "source") == []

    def test_what_a_page_does_not_say_is_no_value(self, new_index: NewIndex) -> None:
        """An article with a word of its own, so that it is found, and nothing else that may be missing."""
        opened = new_index()
        bare = article("bare", body=("Silence",), images=(Image(url="", caption="Silence"),))
        opened.writer.add([bare, LIBRARY["steel"]])
        for field in get_args(Facet):
            of_bare = opened.reader.facet(Query(text="silence"), field)
            assert [each.value for each in of_bare] == (["norland"] if field == "source" else [])
            (first,) = opened.reader.facet(Query(), field, 1)
            assert first.value
        assert opened.reader.get(bare.id) == bare
        assert next(iter(opened.reader.search(Query(text="silence")).hits)).article == bare
        assert bare in opened.reader.all()

    def test_found_articles_are_counted_by_day(self, library: IndexReader) -> None:
        found = library.days(Query(text="steel OR jets"))
        assert [(each.value, each.articles) for each in found] == [
            ("2026-11-01", 1),
            ("2026-11-20", 1),
            ("2026-11-21", 1),
        ]
        since = datetime(2026, 11, 22, tzinfo=UTC)
        assert [each.articles for each in library.days(Query(since=since))] == [len(EVERY) - 3]

    # Showing

    def test_highlights_mark_words_where_they_match(self, library: IndexReader) -> None:
        assert marked(library, "STEEL welcomed -peace") == [
            "Tariffs on [steel] rise",
            "[Steel] makers [welcomed] the news.",
        ]

    def test_highlights_mark_phrases_as_one(self, library: IndexReader) -> None:
        assert marked(library, '"trade war"') == ["Importers of cars did not: a [trade war] looms."]
        assert marked(library, "f-35") == ["[F-35] jets land in the U.S."]

    def test_highlights_keep_to_the_field(self, library: IndexReader) -> None:
        assert marked(library, "title:steel tariffs") == [
            "[Tariffs] on [steel] rise",
            "Norland raises its [tariffs] again.",
        ]
        assert marked(library, "caption:furnace") == []

    @pytest.mark.parametrize(
        ("text", "fragment"),
        [
            ("关税", "中国[关税]上调"),
            ("カナー", "カタ[カナー]の歴史"),
            ("ไทย", "ภาษา[ไทย]วันนี้"),
            ("munchen", "Straßenfest in [München]"),
            ("stras*", "[Straßenfest] in München"),
            ("istanbul", "[İstanbul]’da kar, Diyarbakır’da güneş"),
            ("елка", "[Ёлка] на Красной площади"),
            ("oneill OR neill", "It’s loud, said O’[Neill] of Zürich’s café 35."),
            ("alert", '<script>[alert]("x")</script> {{7*7}} title:trap OR *:*'),
        ],
    )
    def test_highlights_in_any_script(self, library: IndexReader, text: str, fragment: str) -> None:
        assert marked(library, text) == [fragment]

    def test_a_page_cannot_forge_marks(self, library: IndexReader) -> None:
        (fragment,) = library.search(Query(text="mark")).hits[0].highlights
        assert (fragment.count(START), fragment.count(END)) == (1, 1)
        assert START + "mark" + END in fragment

    def test_a_long_text_is_cut_to_fragments_around_matches(self, new_index: NewIndex) -> None:
        body = "One two three. " * 100 + "Here the comet fell. " + "Four five six. " * 100
        opened = new_index()
        opened.writer.add([article("comet", body=(body, "The comet was seen by all who saw the sea."))])
        first, second = marked(opened.reader, "comet sea")
        assert first.startswith("…")
        assert first.endswith("…")
        assert "Here the [comet] fell." in first
        assert len(first) < 300
        assert second == "The [comet] was seen by all who saw the [sea]."

    def test_highlights_of_a_very_long_text_are_few_and_short(self, library: IndexReader) -> None:
        fragments = library.search(Query(text="sea -steel -peace")).hits[0].highlights
        assert 1 <= len(fragments) <= 3
        assert all(len(fragment) < 2_000 for fragment in fragments)

    # Writing

    def test_an_empty_index_answers(self, new_index: NewIndex) -> None:
        reader = new_index().reader
        assert reader.count() == 0
        assert list(reader.all()) == []
        assert reader.get(LIBRARY["steel"].id) is None
        assert reader.search(Query()).total == 0
        assert reader.search(Query(text="steel", sort="newest")).hits == ()

    def test_what_is_acknowledged_is_there_for_every_reader(self, new_index: NewIndex) -> None:
        opened = new_index()
        assert opened.writer.add([]) == []
        opened.writer.add([LIBRARY["steel"]])
        assert opened.reader.count() == opened.reopen().count() == 1
        assert opened.reopen().get(LIBRARY["steel"].id) == LIBRARY["steel"]

    def test_several_are_had_at_once_as_far_as_they_are_there(self, library: IndexReader) -> None:
        wanted = [LIBRARY["steel"].id, "0" * 32, "no id", LIBRARY["cars"].id]
        assert library.get_many(wanted) == {LIBRARY[name].id: LIBRARY[name] for name in ("steel", "cars")}
        assert library.get_many([]) == {}

    def test_all_are_listed_by_id(self, library: IndexReader) -> None:
        assert list(library.all()) == sorted(LIBRARY.values(), key=lambda each: each.id)
        assert library.count() == len(LIBRARY)

    def test_all_are_listed_by_id_and_once_whenever_they_came(self, new_index: NewIndex) -> None:
        """Ids that begin alike, added one by one, the last first, and then once more."""
        opened = new_index()
        added = [
            replace(LIBRARY["steel"], id=f"67{number:030x}", title=f"Steel {number}") for number in range(9)
        ]
        for each in (*reversed(added), *added):
            opened.writer.add([each])
        assert list(opened.reader.all()) == added

    def test_a_scan_gives_what_a_query_finds_newest_first(self, library: IndexReader) -> None:
        found = [KEYS[each.id] for each in library.scan(Query(text="language:en OR jets", limit=1, offset=2))]
        assert found == ["cars", "steel", "jets"]
        assert next(library.scan(Query(text="steel", until=NOON - timedelta(days=900))), None) is None
        with pytest.raises(QueryError):
            list(library.scan(Query(text="(")))

    def test_a_scan_gives_each_once_however_many_of_one_time_and_as_of_its_beginning(
        self, new_index: NewIndex
    ) -> None:
        opened = new_index()
        added = [
            replace(
                LIBRARY["steel"], id=f"{number:032x}", published_at=NOON - timedelta(days=number // 1_100)
            )
            for number in range(2_203)
        ]
        opened.writer.add(added)
        scan = opened.reader.scan(Query(text="steel"))
        seen = [next(scan)]
        opened.writer.delete([each.id for each in added])
        seen += scan
        assert sorted(each.id for each in seen) == [each.id for each in added]
        dates = [timestamp(each) for each in seen]
        assert dates == sorted(dates, reverse=True)
        assert list(opened.reader.scan(Query())) == []

    def test_a_newer_one_replaces(self, new_index: NewIndex) -> None:
        opened = new_index()
        old = LIBRARY["steel"]
        new = replace(old, title="Copper falls", fetched_at=NOON + timedelta(milliseconds=1))
        opened.writer.add([old])
        assert [ack.status for ack in opened.writer.add([new])] == ["indexed"]
        assert opened.reader.get(old.id) == new
        assert opened.reader.search(Query(text="title:steel")).total == 0
        assert opened.reader.search(Query(text="copper")).total == opened.reader.count() == 1

    def test_the_same_capture_cleaned_anew_replaces_itself(self, new_index: NewIndex) -> None:
        opened = new_index()
        opened.writer.add([LIBRARY["steel"]])
        again = replace(LIBRARY["steel"], title="Steel", rules=2)
        assert [ack.status for ack in opened.writer.add([again])] == ["indexed"]
        assert list(opened.reader.all()) == [again]

    def test_an_older_one_is_superseded(self, new_index: NewIndex) -> None:
        opened = new_index()
        new = LIBRARY["steel"]
        old = replace(new, title="Stale", fetched_at=NOON - timedelta(milliseconds=1))
        opened.writer.add([new])
        acks = opened.writer.add([old, LIBRARY["cars"]])
        assert [(ack.id, ack.status) for ack in acks] == [
            (new.id, "superseded"),
            (LIBRARY["cars"].id, "indexed"),
        ]
        assert opened.reader.get(new.id) == new
        assert opened.reader.count() == 2

    def test_within_one_batch_the_newest_wins(self, new_index: NewIndex) -> None:
        opened = new_index()
        versions = [
            replace(LIBRARY["steel"], title=f"Version {at}", fetched_at=NOON + timedelta(hours=at))
            for at in (1, 3, 2)
        ]
        assert [ack.status for ack in opened.writer.add(versions)] == ["indexed", "indexed", "superseded"]
        assert list(opened.reader.all()) == [versions[1]]

    def test_a_poisoned_article_is_refused_and_harms_no_other(self, new_index: NewIndex) -> None:
        opened = new_index()
        poisoned = [
            replace(LIBRARY["jets"], title="half a pair: \ud800"),
            replace(LIBRARY["jets"], id="../../etc/passwd"),
            replace(LIBRARY["jets"], url="https://[half"),
        ]
        acks = opened.writer.add([LIBRARY["steel"], *poisoned, LIBRARY["cars"]])
        assert [ack.status for ack in acks] == ["indexed", *["refused"] * 3, "indexed"]
        assert all(ack.detail for ack in acks[1:4])
        assert opened.reader.count() == 2

    def test_what_is_deleted_is_gone(self, new_index: NewIndex) -> None:
        opened = new_index()
        opened.writer.add([LIBRARY["steel"], LIBRARY["cars"]])
        opened.writer.delete([LIBRARY["steel"].id, LIBRARY["jets"].id])
        assert opened.reader.get(LIBRARY["steel"].id) is None
        assert list(opened.reopen().all()) == [LIBRARY["cars"]]
        assert opened.reader.search(Query(text="steel")).total == 1

    def test_an_older_version_that_was_deleted_may_come_back_at_once(self, new_index: NewIndex) -> None:
        opened = new_index()
        steel = LIBRARY["steel"]
        older = replace(steel, id=older_id(steel.id, steel.fetched_at))
        opened.writer.add([steel, older])
        opened.writer.delete([older.id])
        assert [each.id for each in opened.reopen().all()] == [steel.id]
        (ack,) = opened.writer.add([older])
        assert ack.status == "indexed"
        found = opened.reopen().search(Query(text=f"article_id:{steel.id}"))
        assert {hit.article.id for hit in found} == {steel.id, older.id}
        assert opened.reader.get(older.id) == older

    def test_what_is_no_id_is_nowhere(self, new_index: NewIndex) -> None:
        opened = new_index()
        opened.writer.add([LIBRARY["steel"]])
        for strange in ("", "../steel", "\ud800", "*"):
            assert opened.reader.get(strange) is None
            opened.writer.delete([strange])
        assert opened.reader.count() == 1

    def test_the_date_is_published_else_first_seen_and_never_after_the_fetch(
        self, new_index: NewIndex
    ) -> None:
        opened = new_index()
        dates = {
            "published": {"published_at": NOON - timedelta(days=3)},
            "seen": {"first_seen_at": NOON - timedelta(days=2)},
            "future": {"published_at": NOON + timedelta(days=400)},
            "ancient": {"published_at": datetime(1, 1, 1, tzinfo=UTC)},
        }
        stored = {key: article(key, **fields) for key, fields in dates.items()}
        opened.writer.add(list(stored.values()))
        newest = opened.reader.search(Query(sort="newest"))
        assert [hit.article.content_hash for hit in newest.hits] == ["future", "seen", "published", "ancient"]
        assert [
            hit.article
            for hit in opened.reader.search(Query(since=NOON, until=NOON + timedelta(seconds=1))).hits
        ] == [stored["future"]]

    # The same words on both sides

    @settings(max_examples=40, deadline=None, suppress_health_check=SHARED)
    @given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=40), data=st.data())
    def test_any_words_of_a_text_find_it(self, shelf: OpenIndex, text: str, data: st.DataObject) -> None:
        words = tokens(text)
        assume(words)
        shelf.writer.add([article("shelf", title="shelf", body=(text,))])
        start = data.draw(st.integers(0, len(words) - 1))
        phrase = " ".join(words[start : data.draw(st.integers(start + 1, len(words)))])
        for query in (f'body:"{phrase}"', f"body:({text_query(text)})"):
            hits = shelf.reader.search(Query(text=query))
            assert hits.total == 1, query
            assert any(START in each for each in hits.hits[0].highlights)


def text_query(text: str) -> str:
    """The text as a phrase, as someone would paste it."""
    printable = "".join(" " if each < " " or "\x7f" <= each <= "\x9f" else each for each in text)
    return '"' + printable.translate(dict.fromkeys(map(ord, '"“”„‟'), " ")) + '"'
