"""Whether a caption belongs to its article, by words only: how many of them the article has, and how many others have.

A word counts by how unlikely a text of the article's length has it by chance, which other articles in its language show,
and, while these are few, a list of its frequent words. How much of a caption the article says is compared with what an
article says of its own captions, and of foreign ones: both vary widely, because the words of a caption come together or not
at all, so that a few that are missing prove little. Against it stands the greatest share found in another article; in doubt,
words that stand in one paragraph count more than scattered ones (figures: docs/benchmarks.md).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import lgamma, log

from articles.model import CaptionStatus, Image
from articles.source.features import Features, informative
from articles.source.frequent_words import frequent_words
from articles.source.knowledge import Knowledge
from articles.source.said_words import Words
from articles.text import key

LIMIT = -3.0  # a caption with a score below this belongs to another article, above 0 to this one
_FEWEST_ARTICLES = 5  # others in the language; with fewer, common words are unknown
_FEWEST_WORDS = 1.5  # in a caption, by their weight
_SHORTEST = 100  # distinct words in an article, about a thousand characters; a shorter one says little of its pictures
_OPENING = 600  # characters of headline, lead and text, whose words...
_OPENING_COUNTS = 1.6  # ...count this much
# What is supposed of a word before any article is known, as articles: how many in all, and how many that have the word.
_SUPPOSED_FREQUENT = 3.0, 1.5
_SUPPOSED_OTHER = 8.0, 0.08
_SUPPOSED_ANY = 1.0, 0.5  # in a language without a list of frequent words
_AS_LONG = (
    2.25  # a text of the mean length has a word with this power of the chance that its distinct words have
)
_FREQUENT = 0.25  # share of the articles; what they have in common with a caption beyond this shows nothing
# Parameters of the beta-binomial distributions of what an article says of its own captions, and of foreign ones. Fitted
# by maximum likelihood to the captions that docs/benchmarks.md describes, to foreign ones whose articles are not known.
_OWN = 4.0, 0.8
_FOREIGN = 3.7, 25.0
_ELSEWHERE = 3.3  # weight of the share that another article has
# Weight of the share of the words found that stand in one paragraph, less a share that is usual for own captions.
_TOGETHER, _MOSTLY = 3.4, 0.85
_ZERO = -1.1  # the log-likelihood ratio, less that share, from which a caption matches
# Languages in which a word is about two tokens.
_UNSPACED = frozenset(("ja", "km", "ko", "lo", "my", "th", "zh"))
# Captions that only say what kind of picture it is, by articles.text.key.
_STOCK = frozenset(
    """archive photo, file, file image, file photo, file photograph, file picture, illustrative image, illustrative photo,
    representational image, representative image, stock image, stock photo, archivbild, archivfoto, illustration, symbolbild,
    symbolfoto, themenbild, archieffoto, arkivbild, arkivfoto, genrebild, illustrasjonsbilde, arkistokuva, kuvituskuva, archives,
    image d'illustration, photo d'archives, photo d'illustration, foto de archivo, imagen de archivo, imagen ilustrativa,
    foto d'archivio, immagine d'archivio, foto de arquivo, imagem ilustrativa, zdjęcie archiwalne, zdjęcie ilustracyjne,
    archivní foto, ilustrační foto, ilustračné foto, illusztráció, архивное фото, иллюстративное фото, фото из архива, arşiv,
    arşiv fotoğrafı, temsili, ảnh minh họa, foto ilustrasi, ilustrasi, صورة أرشيفية, イメージ, イメージ写真, 資料写真, 资料图, 资料图片,
    資料圖片, 資料照片, 示意图, 示意圖, 자료사진, 자료 사진""".replace("\n    ", " ").split(", ")
)


def judge(
    images: tuple[Image, ...], paragraphs: Sequence[str], row: Features, knowledge: Knowledge
) -> tuple[Image, ...]:
    """The images of the article that `row` is about, each with its status. `paragraphs` is headline, lead and text.

    A caption that only says where the picture comes from is `credit_only`. One is `undecided` if it is too short, if too
    little is known of its language, or if it is clearly neither the article's nor foreign.
    """
    if not images:
        return images
    article = Reader(paragraphs, row, knowledge)
    return tuple(replace(image, status=_status(image, article)) for image in images)


def prepare(images: Iterable[Image], language: str, knowledge: Knowledge) -> None:
    """Find at once which of the known articles have the words of these captions: judging them one by one takes longer."""
    if (words := knowledge.words.get(language)) is not None:
        words.look_for(set().union(*(informative(image.caption) for image in images if image.caption)))


class Reader:
    """Scores captions by the words of one article and of others in its language."""

    __slots__ = (
        "_copies",
        "_count",
        "_frequent",
        "_length",
        "_opening",
        "_paragraphs",
        "_said",
        "_same",
        "_tokens",
        "_word",
        "_words",
    )

    def __init__(self, paragraphs: Sequence[str], row: Features, knowledge: Knowledge) -> None:
        same = knowledge.same_as(row)
        self._words = knowledge.words.get(row.language, Words())
        self._frequent = frequent_words(row.language)
        self._said = frozenset(row.tokens)
        self._paragraphs = paragraphs
        self._tokens: list[set[int]] | None = None
        self._opening = informative(" ".join(paragraphs)[:_OPENING])
        self._word = 2 if row.language in _UNSPACED else 1
        self._same = [place for place, index in enumerate(self._words.articles) if index in same]
        self._copies = [
            frozenset(knowledge.known[self._words.articles[place]].tokens) for place in self._same
        ]
        self._count = len(self._words.articles) - len(self._same)
        self._length = len(self._said) / self._words.length if self._words.length else 1.0

    def score(self, caption: str) -> float | None:
        """A log-likelihood ratio, moved so that captions above 0 match; None if there is too little to compare."""
        if self._count < _FEWEST_ARTICLES:
            return None
        words = said = rarity = 0.0
        here: dict[int, float] = {}
        elsewhere: defaultdict[int, float] = defaultdict(float)
        length = _AS_LONG * self._length
        for token in sorted(informative(caption)):
            places = self._words.having(token)
            share = self._share(token, places)
            weight = (1 - share) ** length
            words += weight
            if token in self._said:
                here[token] = weight
                said += weight * (_OPENING_COUNTS if token in self._opening else 1.0)
            if share < _FREQUENT:
                rare = weight * -log(share)
                rarity += rare
                for place in places:
                    elsewhere[place] += rare
        if words < _FEWEST_WORDS * self._word:
            return None
        for place in self._same:
            elsewhere.pop(place, None)
        most = max(elsewhere.values(), default=0.0)
        ratio = _log_ratio(min(said, words) / self._word, words / self._word)
        score = ratio - (_ELSEWHERE * most / rarity if most else 0.0) - _ZERO
        if _MOSTLY - 1 < score / _TOGETHER < _MOSTLY:  # where it may change the verdict
            score += _TOGETHER * (self._together(here) - _MOSTLY)
        return score if score > 0 or len(self._said) >= _SHORTEST else None

    def _share(self, token: int, places: Sequence[int]) -> float:
        """The share of other articles that have the token, which stands at these places of the postings, as far as can be told."""
        having = len(places) - sum(token in copy for copy in self._copies)
        if self._frequent is None:
            articles, supposed = _SUPPOSED_ANY
        else:
            articles, supposed = _SUPPOSED_FREQUENT if token in self._frequent else _SUPPOSED_OTHER
        return (having + supposed) / (self._count + articles)

    def _together(self, here: dict[int, float]) -> float:
        """The greatest share of these words, by weight, in one paragraph."""
        if self._tokens is None:
            self._tokens = [informative(each) for each in self._paragraphs]
        found = (sum(here[token] for token in each & here.keys()) for each in self._tokens)
        return max(found, default=0.0) / (sum(here.values()) or 1.0)


def _log_ratio(said: float, words: float) -> float:
    """How much more probable it is that an article says so many of the words of an own caption than of a foreign one."""
    return _log_probability(said, words, *_OWN) - _log_probability(said, words, *_FOREIGN)


def _log_probability(said: float, words: float, a: float, b: float) -> float:
    """Of the beta-binomial distribution, without the binomial coefficient, which is the same for all a and b."""
    return _log_beta(said + a, words - said + b) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _status(image: Image, article: Reader) -> CaptionStatus:
    spelled = key(image.caption)
    if spelled in _STOCK or (image.credit and not spelled):
        return "credit_only"
    score = article.score(image.caption)
    if score is None:
        return "undecided"
    if score < LIMIT:
        return "mismatched"
    return "matched" if score > 0 else "undecided"
