"""The language of an article: detected from its words, or as the page states if they do not decide."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SAMPLE = 800  # characters
_ENOUGH_WORDS = 25
# Languages that a classifier of short texts confuses: between them, the page's statement decides.
_CLOSE = (
    frozenset(("no", "nb", "nn", "da")),
    frozenset(("hr", "sr", "bs", "sl")),
    frozenset(("id", "ms")),
    frozenset(("cs", "sk")),
    frozenset(("es", "gl", "ca")),
    frozenset(("zh", "ja")),
)


def language_of(text: str, words: int, stated: str) -> str:
    """The ISO 639-1 code, "" if unknown. `stated` is the page's own (`de-AT`, `en_US`), `words` the word count."""
    own = stated.replace("_", "-").partition("-")[0].strip().lower()
    own = own if len(own) == 2 and own.isascii() and own.isalpha() else ""
    if words < _ENOUGH_WORDS and own:
        return own
    found = _classifier().classify(text[:_SAMPLE])[0]
    if any(own in group and found in group for group in _CLOSE):
        return own
    return found if len(found) == 2 else own


@lru_cache(maxsize=1)
def _classifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # with numpy .1 s, for processes that clean

    return LanguageIdentifier.from_model_file(MODEL_FILE)
