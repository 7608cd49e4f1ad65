"""Fragments of a found article with the words that matched marked; the same on every backend."""

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

# Private-use characters. Those that a page itself holds are taken out of the fragments.
START = "\ue000"
END = "\ue001"

_FRAGMENTS = 3  # of lead and body
_ENOUGH = 12  # fragments to choose from; more are not looked for
_BEFORE = 60  # characters of a fragment before its first match
_AFTER = 200  # and from there on
_READ = 100_000  # characters of a body that are looked through


@dataclass(frozen=True, slots=True)
class _Sought:
    """Words in a row, or the beginning of one word, that the query asks for; a word by its `stem` too, if it has one."""

    words: tuple[str, ...]
    prefix: bool
    stem: str = ""


@dataclass(frozen=True, slots=True)
class _Match:
    """What was sought, and from which character up to which it was found."""

    sought: _Sought
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a query asks of one field of articles in one language, by how it is looked up."""

    by_first: Mapping[str, Sequence[_Sought]]  # whole words, by the first of them
    prefixes: Sequence[_Sought]
    by_stem: Mapping[str, _Sought]
    starts: tuple[str, ...]  # no word that begins otherwise is wanted
    language: str


def highlights(article: Article, node: Node) -> tuple[str, ...]:
    """The whole title if it matches, then the fragments of lead and body with most of what is asked, in order."""
    title, lead, body = (_wanted(node, field, article.language) for field in ("title", "lead", "body"))
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
def _wanted(node: Node, field: str, language: str) -> _Wanted:
    sought = sorted(set(_sought(node, field, "", language)), key=lambda each: (each.words, each.prefix))
    by_first: dict[str, list[_Sought]] = {}
    for each in sought:
        if not each.prefix:
            by_first.setdefault(each.words[0], []).append(each)
    prefixes = [each for each in sought if each.prefix]
    by_stem = {each.stem: each for each in sought if each.stem}
    letters = same_start(language)
    starts = {first[:2] for first in by_first} | {each.words[0] for each in prefixes}
    return _Wanted(
        by_first, prefixes, by_stem, tuple(starts | {each[:letters] for each in by_stem}), language
    )


def _sought(node: Node, field: str, scope: str, language: str) -> Iterator[_Sought]:
    """What `node` asks of `field`. What it rules out, and what it asks of other fields, is not sought."""
    match node:
        case Term(text, exact) if scope in ("", field):
            yield _Sought(
                tuple(tokens(text)), prefix=False, stem="" if exact or scope else stem(text, language)
            )
        case Prefix(text) if scope in ("", field):
            yield _Sought(tuple(tokens(text)), prefix=True)
        case Scoped(inner_scope, inner):
            yield from _sought(inner, field, inner_scope, language)
        case And(nodes) | Or(nodes):
            for each in nodes:
                yield from _sought(each, field, scope, language)


def _whole(text: str, wanted: _Wanted) -> Iterator[str]:
    text = _prepared(text)
    if matches := _matches(text, located(text), wanted):
        yield _marked(text, 0, len(text), matches)


def _fragments(text: str, wanted: _Wanted) -> Iterator[tuple[int, str]]:
    """Each with the number of different things sought that it holds."""
    text = _prepared(text)
    words = located(text) if wanted.starts else []
    matches = _matches(text, words, wanted)
    place = 0
    while place < len(matches):
        start, end = _window(text, words, matches[place])
        after = bisect_left(matches, end, lo=place, key=lambda match: match.start)
        held = [match for match in matches[place:after] if match.end <= end]
        variety = len({match.sought for match in held})
        yield variety, "…" * (start > 0) + _marked(text, start, end, held) + "…" * (end < len(text))
        place = after


def _prepared(text: str) -> str:
    return normalize("NFC", text).replace(START, " ").replace(END, " ")


def _matches(text: str, located_words: Sequence[Token], wanted: _Wanted) -> list[_Match]:
    """In the order of the text."""
    words = [word.text for word in located_words]
    matches = []
    for place, word in enumerate(words):
        if not word.startswith(wanted.starts):
            continue
        first = located_words[place]
        same = wanted.by_first.get(word, ())
        found = [each for each in same if each.words == tuple(words[place : place + len(each.words)])]
        found += [each for each in wanted.prefixes if word.startswith(each.words[0])]
        for each in found:
            last = located_words[place + len(each.words) - 1]
            matches.append(_Match(each, first.char_offset_from, last.char_offset_to or 0))
        if wanted.by_stem and not same:
            start, end = first.char_offset_from, first.char_offset_to or 0
            if one := wanted.by_stem.get(stem(text[start:end], wanted.language)):
                matches.append(_Match(one, start, end))
    return matches


def _window(text: str, words: Sequence[Token], match: _Match) -> tuple[int, int]:
    """From one word's beginning to another's end around `match`; to the ends of the text where they are near."""
    first = bisect_left(words, match.start - _BEFORE, key=lambda word: word.char_offset_from)
    reach = max(match.start + _AFTER, match.end)
    after = bisect_right(words, reach, key=lambda word: word.char_offset_to or 0)
    start = words[first].char_offset_from if first else 0
    return start, (words[after - 1].char_offset_to or 0) if after < len(words) else len(text)


def _marked(text: str, start: int, end: int, matches: Sequence[_Match]) -> str:
    """The text from `start` to `end`; matches that overlap are marked as one."""
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
