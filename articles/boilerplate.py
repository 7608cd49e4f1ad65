"""Matches lines against the boilerplate patterns; a literal look-up comes before any regular expression."""

from articles.patterns import PATTERNS, Pattern, Where
from articles.text import count_words

_LONGEST_LINE = 700  # characters; keeps every match short, whatever a page holds
_MOST_WORDS = max(pattern.words for pattern in PATTERNS)


def match(line: str, where: Where) -> Pattern | None:
    """The first pattern that describes the line; `where` is the line's part of the article ("any" for its middle)."""
    if len(line) > _LONGEST_LINE:
        return None
    words = count_words(line)
    if words > _MOST_WORDS:
        return None
    lower = line.lower()
    for pattern in PATTERNS:
        if words <= pattern.words and pattern.where in ("any", where) and _promising(pattern, lower):
            if pattern.compiled.search(line):
                return pattern
    return None


def _promising(pattern: Pattern, lower: str) -> bool:
    return any(literal in lower for literal in pattern.literals)
