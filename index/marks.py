"""Fragments of a found article with the matching words marked; the same on every backend."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import islice
from unicodedata import normalize

from articles.model import Article
from index.outline import beginning, outline, words
from index.query import And, Node, Or, Prefix, Scoped, Term
from index.stems import same_start, stem
from index.tokens import tokens

# Private-use characters. Any in the page itself are removed from the fragments.
START = "\ue000"
END = "\ue001"

_FRAGMENTS = 3  # of lead and body
_ENOUGH = 12  # fragments to choose from; the search stops there
_BEFORE = 60  # characters of a fragment before its first match
_AFTER = 200  # and from its start on
_NEAR = 30  # characters that mostly hold the end of a word
_READ = 100_000  # characters of a body that are searched


@dataclass(frozen=True, slots=True)
class _Target:
    """Words in a row, or the start of one word, that a query looks for; a single word also by its `stem`, if it has one."""

    words: tuple[str, ...]
    prefix: bool
    stem: str = ""


@dataclass(frozen=True, slots=True)
class _Match:
    """A target, found from one character up to another."""

    target: _Target
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Fragment:
    """The part of a text from `start` to `end`, and the matches in it."""

    text: str
    start: int
    end: int
    matches: Sequence[_Match]

    @property
    def variety(self) -> int:
        """The number of different targets in it."""
        return len({match.target for match in self.matches})

    def marked(self) -> str:
        """With an ellipsis where the text goes on."""
        before, after = "…" * (self.start > 0), "…" * (self.end < len(self.text))
        return before + _marked(self.text, self.start, self.end, self.matches) + after


@dataclass(frozen=True, slots=True)
class _FieldTargets:
    """What a query looks for in one field of articles in one language, by how it is looked up."""

    by_first: Mapping[str, Sequence[_Target]]  # whole words, by the first of them
    prefixes: Sequence[_Target]
    by_stem: Mapping[str, _Target]
    starts: tuple[str, ...]  # no word that begins otherwise matches
    pattern: re.Pattern[str]  # finds all that begin so
    language: str


def highlights(article: Article, node: Node) -> tuple[str, ...]:
    """The whole title if it matches, then the fragments of lead and body with the most targets, in order."""
    title, lead, body = (_field_targets(node, field, article.language) for field in ("title", "lead", "body"))
    found = list(_fragments(article.lead, lead))
    unread = _READ
    for paragraph in article.body:
        found.extend(_fragments(paragraph[: max(unread, 0)], body))
        unread -= len(paragraph)
        if len(found) >= _ENOUGH or unread <= 0:
            break
    best = nlargest(_FRAGMENTS, range(len(found)), key=lambda place: (found[place].variety, -place))
    return (*_whole(article.title, title), *(found[place].marked() for place in sorted(best)))


@lru_cache(maxsize=64)  # the hits of one search have few languages
def _field_targets(node: Node, field: str, language: str) -> _FieldTargets:
    targets = sorted(set(_targets(node, field, "", language)), key=lambda each: (each.words, each.prefix))
    by_first: dict[str, list[_Target]] = {}
    for each in targets:
        if not each.prefix:
            by_first.setdefault(each.words[0], []).append(each)
    prefixes = [each for each in targets if each.prefix]
    by_stem = {each.stem: each for each in targets if each.stem}
    letters = same_start(language)
    starts = {first[:2] for first in by_first} | {each.words[0] for each in prefixes}
    starts |= {each[:letters] for each in by_stem}
    return _FieldTargets(by_first, prefixes, by_stem, tuple(starts), beginning(starts), language)


def _targets(node: Node, field: str, scope: str, language: str) -> Iterator[_Target]:
    """What `node` looks for in `field`; not what it excludes, nor what it looks for in other fields."""
    match node:
        case Term(text, exact) if scope in ("", field):
            yield _Target(
                tuple(tokens(text)), prefix=False, stem="" if exact or scope else stem(text, language)
            )
        case Prefix(text) if scope in ("", field):
            yield _Target(tuple(tokens(text)), prefix=True)
        case Scoped(inner_scope, inner):
            yield from _targets(inner, field, inner_scope, language)
        case And(nodes) | Or(nodes):
            for each in nodes:
                yield from _targets(each, field, scope, language)


def _whole(text: str, targets: _FieldTargets) -> Iterator[str]:
    text = _prepared(text)
    if matches := _matches(text, outline(text), targets):
        yield _marked(text, 0, len(text), matches)


def _fragments(text: str, targets: _FieldTargets) -> Iterator[_Fragment]:
    text = _prepared(text)
    outlined = outline(text)
    matches = _matches(text, outlined, targets)
    place = 0
    while place < len(matches):
        start, end = _window(text, outlined, matches[place])
        after = bisect_left(matches, end, lo=place, key=lambda match: match.start)
        yield _Fragment(text, start, end, [match for match in matches[place:after] if match.end <= end])
        place = after


def _prepared(text: str) -> str:
    return normalize("NFC", text).replace(START, " ").replace(END, " ")


def _matches(text: str, outlined: str, targets: _FieldTargets) -> list[_Match]:
    """In the order of the text."""
    matches: list[_Match] = []
    if not targets.starts:
        return matches
    for word, start, end in words(text, outlined, pattern=targets.pattern):
        if not word.startswith(targets.starts):
            continue
        if same := targets.by_first.get(word):
            ends = ((each, _end(text, outlined, end, each.words[1:])) for each in same)
            matches += [_Match(each, start, last) for each, last in ends if last]
        if targets.prefixes:
            matches += [
                _Match(each, start, end) for each in targets.prefixes if word.startswith(each.words[0])
            ]
        if not same and targets.by_stem:
            one = targets.by_stem.get(stem(text[start:end], targets.language))
            matches += [_Match(one, start, end)] if one else []
    return matches


def _end(text: str, outlined: str, end: int, wanted: Sequence[str]) -> int:
    """Where the last of the wanted words ends, which are to follow in a row on what ends there; 0 if they do not."""
    if wanted:
        row = list(islice(words(text, outlined, end), len(wanted)))
        if [word for word, _, _ in row] != list(wanted):
            return 0
        end = row[-1][2]
    return end


def _window(text: str, outlined: str, match: _Match) -> tuple[int, int]:
    """From the start of one word to the end of another, around `match`; up to the ends of the text if they are near."""
    earliest, reach = match.start - _BEFORE, max(match.start + _AFTER, match.end)
    start = _first_start(text, outlined, earliest) if earliest > 0 else 0
    end = _last_end(text, outlined, match.end, reach) if reach < len(text) else len(text)
    return start, end


def _first_start(text: str, outlined: str, earliest: int) -> int:
    """Where the first word begins that begins there or later; 0 if no word begins before."""
    # A word that goes on there begins one character before.
    found = next(start for _, start, _ in words(text, outlined, earliest - 1) if start >= earliest)
    return found if next(words(text, outlined))[1] < found else 0


def _last_end(text: str, outlined: str, end: int, reach: int) -> int:
    """Where the last word ends that ends at `reach` or before, as one does at `end`; the end of the text if no word ends after."""
    place = reach
    while True:
        place = max(outlined.rfind(" ", end, place - _NEAR), end)
        last = end if place == end else 0
        for _, _, word_end in words(text, outlined, place):
            if word_end > reach:
                break
            last = word_end
        else:
            return len(text)
        if last:
            return last


def _marked(text: str, start: int, end: int, matches: Sequence[_Match]) -> str:
    """The text from `start` to `end`; overlapping matches are marked as one."""
    pieces, place = [], start
    for run_start, run_end in _merged(matches):
        pieces += [text[place:run_start], START, text[run_start:run_end], END]
        place = run_end
    return "".join([*pieces, text[place:end]])


def _merged(matches: Sequence[_Match]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for match in matches:
        if runs and match.start < runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], match.end))
        else:
            runs.append((match.start, match.end))
    return runs
