"""How text is split into words for exact search: the definition that every backend follows.

1. Characters are composed (NFC), and a few letters are replaced by a plain form (`PLAIN` below).
2. A word is a run of letters, marks and digits; anything else separates words: `F-35` is `f 35`, `U.S.` is
   `u s`, and `O'Neill`, with whichever apostrophe, is `o neill`. In scripts that put no spaces between words
   (Han, kana, Thai, Lao, Khmer, Myanmar) each character is a word.
3. Latin letters lose their accents (Lucene's ASCII folding); then each letter becomes lower case, whatever its neighbours.
4. A word of more than 4,000 bytes is left out: no query is long enough to contain it.

Several words in a row are searched as a phrase. Elasticsearch has a part for each step: a `mapping` character filter
for `PLAIN`, a `pattern` tokenizer for `WORD`, and the filters `asciifolding`, `lowercase` and `length`.
"""

import re
import unicodedata

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

UNSPACED = (
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
    r"\u{30FC}\u{FF70}\u{FF9E}\u{FF9F}"  # kana's length and voice marks, which Unicode counts to no script
)
WORD = rf"[{UNSPACED}]|[\p{{L}}\p{{M}}\p{{N}}--[{UNSPACED}]]+"
LONGEST = 4_000  # bytes of UTF-8; index.query allows 1,000 characters

# Letters that people write in two ways, and that ASCII folding leaves unchanged. One character for one, so that
# positions in the text do not change.
PLAIN = str.maketrans(
    "ΆΈΉΊΪΌΎΫΏάέήίϊΐόύϋΰώςЁёʻʼ",  # Greek tonos and final sigma, Russian yo, letters used as apostrophes
    "ΑΕΗΙΙΟΥΥΩαεηιιιουυυωσЕе''",
)
_NOT_PLAIN = re.compile(f"[{''.join(map(chr, PLAIN))}]")


def plain(text: str) -> str:
    """The text after step 1, which is what an analyzer expects. As long as the NFC form of `text`."""
    composed = unicodedata.normalize("NFC", text)
    if not _NOT_PLAIN.search(composed):  # a thirtieth of the time of a translation
        return composed
    return composed.translate(PLAIN)


def tokens(text: str) -> list[str]:
    """The words of `text`."""
    return _ANALYZER.analyze(plain(text))


def keyword(text: str) -> str:
    """The whole of `text` as one word: for values compared as a whole, apart from case, accents and spacing."""
    words = _WHOLE.analyze(" ".join(plain(text).split()))
    return words[0] if words else ""


def analyzer() -> TextAnalyzer:
    """Steps 2 to 4 for a tantivy field, which must be given `plain` text."""
    words = TextAnalyzerBuilder(Tokenizer.regex(WORD)).filter(Filter.remove_long(LONGEST + 1))
    return words.filter(Filter.ascii_fold()).filter(Filter.lowercase()).build()


_ANALYZER = analyzer()
_WHOLE = TextAnalyzerBuilder(Tokenizer.raw()).filter(Filter.ascii_fold()).filter(Filter.lowercase()).build()
