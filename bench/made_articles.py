"""Articles of a collection of any size, each with a text of its own: the same number gives the same article. Pure.

Their shapes (how many paragraphs, of how many words, captions, cuts) and their words, with how often each comes, are those of given
articles; of none, invented ones, of four languages with 40,000 words each, whose frequencies fall as those of real words do.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from invented import WORDS

from articles.clean import RULES
from articles.content_hash import content_hash
from articles.edits.seen import Wording
from articles.model import Article, FeedEntry, Image, Removal, Rule
from articles.urls import article_id

PORT = 18091
_SYLLABLES = [c + v for c in "bcdfghklmnprstvz" for v in ("a", "e", "i", "o", "u", "an", "er", "il", "os")]
_WORDS = 40_000
_DRAWN = 400_000
_TOGETHER = 9  # words that stand in a row among those that are given
_NAMES = 2_000
_SECTIONS = ("politics", "economy", "culture", "sports", "region", "world", "science", "opinion")
_YEARS = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """How many words the paragraphs and captions of an article have, and its language; the lead is the first."""

    language: str
    paragraphs: tuple[int, ...]
    captions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What articles are made from: shapes, and by language words, each as often as it comes."""

    shapes: Sequence[Shape]
    words: Mapping[str, Sequence[str]]
    names: Sequence[str]


def invented_material(seed: int = 1) -> Material:
    """Four languages; articles of 60 to 240 words."""
    rng = random.Random(seed)
    words = {}
    for language, common in WORDS.items():
        vocabulary = list(dict.fromkeys([*common.split(), *(_word(rng) for _ in range(_WORDS))]))
        often = [1 / (rank + 5) for rank in range(len(vocabulary))]
        words[language] = rng.choices(vocabulary, often, k=_DRAWN)
    shapes = [
        Shape(
            language=rng.choice(("en", "en", "en", "de", "fr", "es")),
            paragraphs=tuple(rng.randint(20, 40) for _ in range(rng.randint(3, 6))),
            captions=tuple(rng.randint(6, 16) for _ in range(rng.choice((0, 1, 1, 2)))),
        )
        for _ in range(500)
    ]
    return Material(shapes, words, _names(rng))


def material_of(real: Sequence[Article], seed: int = 1) -> Material:
    """That of these articles."""
    words: dict[str, list[str]] = {}
    shapes = []
    for article in real:
        texts = (article.title, article.lead, *article.body)
        words.setdefault(article.language, []).extend(" ".join(texts).split())
        captions = tuple(len(image.caption.split()) for image in article.images if image.caption)
        lengths = tuple(len(text.split()) for text in (article.lead or article.title, *article.body))
        shapes.append(Shape(article.language, lengths, captions))
    return Material(shapes, words, _names(random.Random(seed)))


def _names(rng: random.Random) -> list[str]:
    return [f"{_word(rng).title()} {_word(rng).title()}" for _ in range(_NAMES)]


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2, 3, 3, 4))))


@dataclass(frozen=True, slots=True)
class Made:
    """A collection of `count` articles at `hosts`, one source each, which take turns; from three years before `until`."""

    hosts: Sequence[str]
    count: int
    until: datetime
    material: Material = field(default_factory=invented_material)

    def url(self, number: int, kind: str = "old") -> str:
        """Of the article of this number, the oldest first."""
        sources = len(self.hosts)
        return f"http://{self.hosts[number % sources]}:{PORT}/{kind}/{number // sources}"

    def source(self, number: int) -> str:
        return f"s{number % len(self.hosts)}"

    def feed(self, number: int) -> str:
        return f"http://{self.hosts[number % len(self.hosts)]}:{PORT}/feed"

    def at(self, number: int) -> datetime:
        return self.until - timedelta(days=365 * _YEARS) * (1 - number / self.count)

    def newest(self, source: int, most: int) -> list[str]:
        """The addresses of a source's newest articles, oldest first."""
        return [self.url(number) for number in range(source, self.count, len(self.hosts))[-most:]]

    def number_since(self, at: datetime) -> int:
        """The first article that was found at this time or later."""
        share = 1 - (self.until - at) / timedelta(days=365 * _YEARS)
        return max(0, min(self.count, round(share * self.count)))

    def entry(self, number: int, kind: str = "old") -> FeedEntry:
        """As the feed named it."""
        return FeedEntry(
            url=self.url(number, kind),
            source=self.source(number),
            feed=self.feed(number),
            title=self._text(random.Random(number), self._shape(number).language, 8, number),
            published_at=self.at(number).replace(microsecond=0),
        )

    def article(self, number: int) -> Article:
        """As it is in the index after its run."""
        rng, shape, at, url = random.Random(number), self._shape(number), self.at(number), self.url(number)
        title = self._text(rng, shape.language, 8, number)
        lead, *body = (self._text(rng, shape.language, words) for words in shape.paragraphs)
        one = article_id(url)
        article = Article(
            id=one,
            url=url,
            canonical_url=url,
            source=self.source(number),
            site_name=f"Paper {number % len(self.hosts)}",
            title=title,
            lead=lead,
            body=tuple(body),
            authors=(rng.choice(self.material.names),),
            published_at=at.replace(microsecond=0),
            published_on=at.date(),
            published_from="jsonld",
            first_seen_at=at,
            fetched_at=at,
            language=shape.language,
            section=rng.choice(_SECTIONS),
            images=tuple(
                Image(url=f"{url}.jpg", caption=self._text(rng, shape.language, words), status="matched")
                for words in shape.captions
            ),
            removed=(Removal(text=self._text(rng, shape.language, 6), rule=Rule.NEWSLETTER, place="tail"),),
            word_count=sum(shape.paragraphs),
            extractor="trafilatura" if number % 20 == 0 else "container",
            confidence=0.55 if number % 30 == 0 else 0.94,
            content_hash="",
            rules=RULES,
            archive=f"segment-000001.warc.gz:{number}",
            story_id=one,
            snapshot=1,
        )
        return replace(article, content_hash=content_hash(article))

    def _shape(self, number: int) -> Shape:
        return self.material.shapes[number * 7919 % len(self.material.shapes)]

    def _text(self, rng: random.Random, language: str, words: int, number: int | None = None) -> str:
        known = self.material.words[language]
        drawn: list[str] = []
        while len(drawn) < words:
            start = int(rng.random() * len(known))
            drawn += known[start : start + min(_TOGETHER, words - len(drawn))]
        return " ".join(drawn).capitalize() + ("." if number is None else f" {number}")


def quick_marks(wording: Wording) -> tuple[str, ...]:
    """A hash of each part of a text as it is, where the real marks would be of its normal form: for speed."""
    parts = (wording.title, wording.lead, "\n".join(wording.body), "\n".join(wording.captions))
    return tuple(blake2b(part.encode(), digest_size=8).hexdigest() if part else "" for part in parts)
