"""Fragments of a found article with the matching words marked; the same on every backend."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from unicodedata import normalize

from tantivy import Token

from articles.model import Article
from index.query import And, Node, Or, Prefix, Scoped, Term
from index.stems import same_start, stem
from index.tokens import located, tokens

# Private-use characters. Any in the page itself are removed from the fragments.
START = "\ue000"
END = "\ue001"

_FRAGMENTS = 3  # of lead and body
_ENOUGH = 12  # fragments to choose from; the search stops there
_BEFORE = 60  # characters of a fragment before its first match
_AFTER = 200  # and from its start on
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
class _FieldTargets:
    """What a query looks for in one field of articles in one language, by how it is looked up."""

    by_first: Mapping[str, Sequence[_Target]]  # whole words, by the first of them
    prefixes: Sequence[_Target]
    by_stem: Mapping[str, _Target]
    starts: tuple[str, ...]  # no word that begins otherwise matches
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
    best = nlargest(_FRAGMENTS, range(len(found)), key=lambda place: (found[place][0], -place))
    return (*_whole(article.title, title), *(found[place][1] for place in sorted(best)))


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
    return _FieldTargets(
        by_first, prefixes, by_stem, tuple(starts | {each[:letters] for each in by_stem}), language
    )


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
    if matches := _matches(text, located(text), targets):
        yield _marked(text, 0, len(text), matches)


def _fragments(text: str, targets: _FieldTargets) -> Iterator[tuple[int, str]]:
    """Each with the number of different targets in it."""
    text = _prepared(text)
    words = located(text) if targets.starts else []
    matches = _matches(text, words, targets)
    place = 0
    while place < len(matches):
        start, end = _window(text, words, matches[place])
        after = bisect_left(matches, end, lo=place, key=lambda match: match.start)
        inside = [match for match in matches[place:after] if match.end <= end]
        variety = len({match.target for match in inside})
        yield variety, "…" * (start > 0) + _marked(text, start, end, inside) + "…" * (end < len(text))
        place = after


def _prepared(text: str) -> str:
    return normalize("NFC", text).replace(START, " ").replace(END, " ")


def _matches(text: str, located_words: Sequence[Token], targets: _FieldTargets) -> list[_Match]:
    """In the order of the text."""
    words = [word.text for word in located_words]
    matches = []
    for place, word in enumerate(words):
        if not word.startswith(targets.starts):
            continue
        first = located_words[place]
        same = targets.by_first.get(word, ())
        found = [each for each in same if each.words == tuple(words[place : place + len(each.words)])]
        found += [each for each in targets.prefixes if word.startswith(each.words[0])]
        for each in found:
            last = located_words[place + len(each.words) - 1]
            matches.append(_Match(each, first.char_offset_from, last.char_offset_to or 0))
        if targets.by_stem and not same:
            start, end = first.char_offset_from, first.char_offset_to or 0
            if one := targets.by_stem.get(stem(text[start:end], targets.language)):
                matches.append(_Match(one, start, end))
    return matches


def _window(text: str, words: Sequence[Token], match: _Match) -> tuple[int, int]:
    """From the start of one word to the end of another, around `match`; up to the ends of the text if they are near."""
    first = bisect_left(words, match.start - _BEFORE, key=lambda word: word.char_offset_from)
    reach = max(match.start + _AFTER, match.end)
    after = bisect_right(words, reach, key=lambda word: word.char_offset_to or 0)
    start = words[first].char_offset_from if first else 0
    return start, (words[after - 1].char_offset_to or 0) if after < len(words) else len(text)


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
