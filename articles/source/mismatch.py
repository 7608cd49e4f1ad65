"""Whether a caption belongs to its article, told from words alone: how much of it the article says, and how much others do.

The words of a caption count by their rarity among the source's recent articles in its language. A score is twice the share
that title, lead and body have, less the greatest share that another article has (docs/benchmarks.md has figures).
"""

from dataclasses import replace

from articles.model import CaptionStatus, Image
from articles.source.features import Features, informative
from articles.source.knowledge import Knowledge, Words
from articles.text import key

LIMIT = -0.3  # of the score: below it the caption is another article's, above 0 this one's
_FEWEST_ARTICLES = 10  # others in the language; with fewer nothing says which words are rare
_FEWEST_WORDS = 2  # of a caption, rare ones
_ENOUGH_WORDS = 4  # with fewer, a score counts for less
_MANY_WORDS = 5  # of these even a picture without news in it shares some with its article...
_EXPECTED = 0.4  # ...as if another article had this share of them
_SHORTEST = 100  # different words of an article: about a thousand characters
# Where a word makes about two tokens.
_UNSPACED = frozenset(("ja", "km", "ko", "lo", "my", "th", "zh"))
# Captions that say of any picture where it comes from, by articles.text.key.
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
    """The images of the article that `row` was made of, each with its status.

    A caption that says nothing but where the picture comes from is `credit_only`; one that too little is known or said
    of to tell, or that no article says much of, is `undecided`.
    """
    if not images:
        return images
    article = Reader(row, knowledge)
    return tuple(replace(image, status=_status(image, article)) for image in images)


class Reader:
    """An article that captions are held against: what it says, and what the others do."""

    __slots__ = ("_count", "_others", "_said", "_word", "_words")

    def __init__(self, row: Features, knowledge: Knowledge) -> None:
        same = knowledge.same_as(row)
        self._words = knowledge.words.get(row.language, Words((), {}))
        self._said = frozenset(row.tokens)
        self._word = 2 if row.language in _UNSPACED else 1
        self._others = [index not in same for index in self._words.articles]
        self._count = sum(self._others)

    def score(self, caption: str) -> float | None:
        """From -1 (all of it is in another article, none in this one) to 2; None where too little is known or said."""
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
        """The greatest weight of these tokens that another article has."""
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
