"""Stemming, in addition to exact search: which languages have it, and how their words are stemmed.

An article's title, lead and body are indexed a second time, stemmed in its language, and a single word of a query
matches there too: `tariff` finds tariffs. In quotes or with a field a word is exact. Words are split as
for exact search (index.tokens), lower-cased, stemmed with their accents, and then folded.
"""

from collections.abc import Mapping
from functools import cache, lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from index.tokens import LONGEST, WORD, plain

# ISO 639-1 code: the names of its Snowball stemmer in tantivy and in Elasticsearch.
SNOWBALL: dict[str, tuple[str, str]] = {
    "da": ("danish", "danish"),
    "de": ("german", "german"),
    "en": ("english", "porter2"),
    "es": ("spanish", "spanish"),
    "fi": ("finnish", "finnish"),
    "fr": ("french", "french"),
    "hu": ("hungarian", "hungarian"),
    "it": ("italian", "italian"),
    "nb": ("norwegian", "norwegian"),
    "nl": ("dutch", "dutch"),
    "nn": ("norwegian", "norwegian"),
    "no": ("norwegian", "norwegian"),
    "pt": ("portuguese", "portuguese"),
    "ro": ("romanian", "romanian"),
    "ru": ("russian", "russian"),
    "sv": ("swedish", "swedish"),
    "tr": ("turkish", "turkish"),
    "ar": ("arabic", "arabic"),
    "el": ("greek", "greek"),
}
# Languages that only Elasticsearch can stem.
ELASTIC_ONLY: dict[str, str] = {
    "bg": "bulgarian",
    "bn": "bengali",
    "ca": "catalan",
    "ckb": "sorani",
    "cs": "czech",
    "et": "estonian",
    "eu": "basque",
    "ga": "irish",
    "gl": "galician",
    "hi": "hindi",
    "hy": "armenian",
    "id": "indonesian",
    "lt": "lithuanian",
    "lv": "latvian",
}
EMBEDDED: Mapping[str, str] = {code: names[0] for code, names in SNOWBALL.items()}
ELASTIC: Mapping[str, str] = {code: names[1] for code, names in SNOWBALL.items()} | ELASTIC_ONLY


@cache
def analyzer(stemmer: str) -> TextAnalyzer:
    """Splits `plain` text into stemmed words; `stemmer` is one of EMBEDDED's values."""
    words = TextAnalyzerBuilder(Tokenizer.regex(WORD)).filter(Filter.remove_long(LONGEST + 1))
    stems = words.filter(Filter.lowercase()).filter(Filter.stemmer(stemmer))
    return stems.filter(Filter.ascii_fold()).build()


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """One word's stem; "" in a language (ISO 639-1) without a stemmer here, and for anything but a single word."""
    stemmer = EMBEDDED.get(language)
    found = analyzer(stemmer).analyze(plain(word)) if stemmer else []
    return found[0] if len(found) == 1 else ""


def same_start(language: str) -> int:
    """How many letters at its start a word shares with its stem: Snowball cuts endings, but in Arabic prefixes too."""
    return 0 if language == "ar" else 2
