"""The names of months in all languages that dateparser knows."""

import unicodedata
from functools import cache

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_MOST_SPOKEN = 70  # so many languages, in dateparser's order, are tried for a page of another or of none


def number(name: str, language: str) -> int | None:
    """The number of the month that a word names, in the language (a tag, or "") if it can, else in any; None if in none."""
    word, names = _plain(name), _names()
    if len(word) < 2:
        return None
    own = language.partition("-")[0]
    ranked = names.get(word, {})
    return ranked.get(own) or ranked.get("")


@cache
def _names() -> dict[str, dict[str, int]]:
    """For each name its number by language; by "" that of the most spoken language which has it."""
    from dateparser.languages.loader import default_loader  # 0.1 s, and few dates need it

    found: dict[str, dict[str, int]] = {}
    for rank, locale in enumerate(default_loader.get_locales(languages=None)):
        for number, month in enumerate(_MONTHS, 1):
            for name in locale.info.get(month, ()):
                by_language = found.setdefault(_plain(name), {})
                by_language.setdefault(locale.shortname, number)
                if rank < _MOST_SPOKEN:
                    by_language.setdefault("", number)
    return found


def _plain(name: str) -> str:
    """In lower case, without accents and points."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each)).strip(". ")
