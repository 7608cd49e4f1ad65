"""What lines of several pages have in common, as a wording with gaps."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import Match, SequenceMatcher

from articles.sites.wordings import GAP
from articles.text import ENDS, tokens

_FEWEST = 2  # words that are fixed
_SHARED = 0.4  # of the words of the shorter
_SENTENCE = re.compile(rf"(?<=[{ENDS}])\s+")
_MOST_SEGMENTS = 400  # of one page
_LONGEST = 60  # words of a line that is compared


def alike(line: str, others: Iterable[str]) -> str:
    """That of other lines, or the sentences at their ends, that has most words in common with this one, in order; "" if none has enough."""
    said = tokens(line)
    best, most = "", 0
    for other in _segments(others):
        words = tokens(other)
        if len(words) > _LONGEST or len(set(words) & set(said)) < _FEWEST:
            continue
        shared = sum(each.size for each in _shared(said, words))
        enough = shared >= max(_FEWEST, _SHARED * min(len(said), len(words)))
        if enough and _is_framed(said, words) and (shared, -len(words)) > (most, -len(tokens(best))):
            best, most = other, shared
    return best


def common(line: str, others: Sequence[str]) -> str:
    """The wording of a line and others like it: the words that all have, in order, and gaps; "" if too few are fixed."""
    words = tokens(line)
    fixed = [True] * len(words)
    open_after = [False] * (len(words) + 1)  # where another has words that this one does not
    for other in others:
        said = tokens(other)
        kept = [False] * len(words)
        other_end = 0
        for each in (*_shared(words, said), None):
            start, other_start = (each.a, each.b) if each else (len(words), len(said))
            if other_start > other_end:
                open_after[start] = True
            if each:
                kept[each.a : each.a + each.size] = [True] * each.size
                other_end = each.b + each.size
        fixed = [one and two for one, two in zip(fixed, kept, strict=True)]
    if not others:
        fixed = [not any(char.isdigit() for char in word) for word in words]
    if sum(fixed) < min(_FEWEST, len(words)):
        return ""
    return _written(words, fixed, open_after)


def _written(words: Sequence[str], fixed: Sequence[bool], open_after: Sequence[bool]) -> str:
    parts: list[str] = []
    for at, word in enumerate([*words, ""]):
        if open_after[at] and parts[-1:] != [GAP]:
            parts.append(GAP)
        if at < len(words) and not fixed[at] and parts[-1:] != [GAP]:
            parts.append(GAP)
        elif at < len(words) and fixed[at]:
            parts.append(word)
    return " ".join(parts)


def _shared(one: Sequence[str], other: Sequence[str]) -> list[Match]:
    return [
        each for each in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks() if each.size
    ]


def _is_framed(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether both begin or end alike: words that only stand somewhere inside are those of any sentence."""
    return one[:_FEWEST] == other[:_FEWEST] or one[-_FEWEST:] == other[-_FEWEST:]


def _segments(lines: Iterable[str]) -> Iterator[str]:
    """Each line, each of its sentences, and what is from each of them to its end."""
    number = 0
    for line in lines:
        yield line
        starts = [0, *(found.end() for found in _SENTENCE.finditer(line))]
        for at, start in enumerate(starts):
            number += 1
            if number > _MOST_SEGMENTS:
                return
            if start:
                yield line[start:]
            if at + 1 < len(starts):
                yield line[start : starts[at + 1]].rstrip()
