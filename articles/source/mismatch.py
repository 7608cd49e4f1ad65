"""Whether a caption belongs to its article, by words only: how many of them the article has, and how many others have.

The words of a caption are weighted by their rarity in the source's recent articles in its language. The score is twice the
share found in title, lead and body, minus the greatest share found in another article (figures: docs/benchmarks.md).
"""

from dataclasses import replace

from articles.model import CaptionStatus, Image
from articles.source.features import Features, informative
from articles.source.knowledge import Knowledge, Words
from articles.text import key

LIMIT = -0.3  # a caption with a score below this belongs to another article, above 0 to this one
_FEWEST_ARTICLES = 10  # others in the language; with fewer, rare words are unknown
_FEWEST_WORDS = 2  # rare words in a caption
_ENOUGH_WORDS = 4  # with fewer, a negative score is reduced
_MANY_WORDS = 5  # with these, even the caption of a stock picture shares some with its article...
_EXPECTED = 0.4  # ...so another article is assumed to have at least this share
_SHORTEST = 100  # distinct words in an article: about a thousand characters
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


def judge(images: tuple[Image, ...], row: Features, knowledge: Knowledge) -> tuple[Image, ...]:
    """The images of the article that `row` is about, each with its status.

    A caption that only says where the picture comes from is `credit_only`. One is `undecided` if it is too short, if too
    little is known about the source, or if no article has much of it.
    """
    if not images:
        return images
    article = Reader(row, knowledge)
    return tuple(replace(image, status=_status(image, article)) for image in images)


class Reader:
    """Scores captions by the words of one article and of the source's others."""

    __slots__ = ("_count", "_others", "_said", "_word", "_words")

    def __init__(self, row: Features, knowledge: Knowledge) -> None:
        same = knowledge.same_as(row)
        self._words = knowledge.words.get(row.language, Words((), {}))
        self._said = frozenset(row.tokens)
        self._word = 2 if row.language in _UNSPACED else 1
        self._others = [index not in same for index in self._words.articles]
        self._count = sum(self._others)

    def score(self, caption: str) -> float | None:
        """From -1 (all of it is in another article, none in this one) to 2; None if there is too little to compare."""
        if self._count < _FEWEST_ARTICLES or len(self._said) < _SHORTEST:
            return None
        weights = {
            token: weight for token in sorted(informative(caption)) if (weight := self._words.weight(token))
        }
        count = len(weights) / self._word
        if count < _FEWEST_WORDS:
            return None
        total = sum(weights.values())
        own = sum(weight for token, weight in weights.items() if token in self._said) / total
        other = max(self._elsewhere(weights) / total, _EXPECTED if count >= _MANY_WORDS else 0.0)
        score = 2 * own - other
        return score if score > 0 else score * min(1.0, count / _ENOUGH_WORDS)

    def _elsewhere(self, weights: dict[int, float]) -> float:
        """The greatest total weight of these tokens in any other article."""
        found: dict[int, float] = {}
        for token, weight in weights.items():
            for place in self._words.postings.get(token, ()):
                found[place] = found.get(place, 0.0) + weight
        return max((weight for place, weight in found.items() if self._others[place]), default=0.0)


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
