"""Fragments and marks: those that splitting the whole text into words gives."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from heapq import nlargest
from unicodedata import normalize

from hypothesis import example, given
from hypothesis import strategies as st

from articles.model import Article
from index.marks import END, START, highlights
from index.query import And, Node, Or, Prefix, Scoped, Term
from index.stems import same_start, stem
from index.tokens import tokens
from tests.desk import article
from tests.test_index_outline import analyzed

WORDS = {
    "en": "tariff tariffs the of THE town's relational relates F-35 state-of-the-art Café naïve e\u0301te\u0301 dying die",
    "de": "Straße Strasse Straßen über Über Häuser Haus „Smart“ die der Zölle",
    "fr": "l’été les étés l'élève œuvre Œuvres à la où économie",
    "ru": "ёлка Елки ёлками Москва и в МОСКВЕ пошлины",
    "el": "ΟΔΟΣ οδός οδού Αθήνα",
    "tr": "İstanbul ısı ışık kitaplar kitap",
    "ar": "الرسوم رسوم الجمركية والجمارك كتاب الكتاب",
    "zh": "中国上调关税 关税，很高。 abc税 ｶﾞカタカナー 々",
    "th": "ภาษาไทยวันนี้ ไทย",
    "": f"{START}mark{END} ½ ① … — 🙂 ﬁne Ｆｕｌｌ snake_case {'x' * 4_001} \n\t",
}
EVERY = [word for some in WORDS.values() for word in some.split(" ") if len(word) < 100]


@st.composite
def texts(draw: st.DrawFn, language: str) -> str:
    """Words of a language and of others, with what may be between them; some are long."""
    some = st.sampled_from([*WORDS[language].split(" "), *WORDS[language].split(" "), *EVERY])
    pieces = draw(
        st.lists(st.tuples(some, st.sampled_from([" ", " ", " ", ", ", "", "’", "–" * 40])), max_size=9)
    )
    return "".join(word + between for word, between in pieces) * draw(st.sampled_from([1, 1, 3, 8]))


@st.composite
def nodes(draw: st.DrawFn, language: str) -> Node:
    words = st.sampled_from([word for word in [*WORDS[language].split(" "), *EVERY] if tokens(word)])
    phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)
    prefixes = words.map(lambda word: Prefix(tokens(word)[0][:2]))
    term = st.one_of(words.map(Term), st.builds(Term, phrases, st.booleans()), prefixes)
    either = st.one_of(term, st.builds(Scoped, st.sampled_from(["title", "body", "note"]), term))
    found = draw(st.lists(either, min_size=2, max_size=6).map(tuple))
    return draw(st.sampled_from([And(found), Or(found)]))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Article, Node]:
    language = draw(st.sampled_from(list(WORDS)))
    body = draw(st.lists(texts(language), max_size=3))
    title, lead = draw(texts(language)), draw(texts(language))
    return article("any", *body, title=title, lead=lead, language=language), draw(nodes(language))


@given(cases())
@example((article("dying", "They were dying. " * 30, language="en"), Or((Term("die"), Prefix("dy")))))
def test_they_are_those_of_the_whole_text(case: tuple[Article, Node]) -> None:
    found, node = case
    assert highlights(found, node) == thorough(found, node)


class Whole:
    """What a query looks for in a field, in a text that is split into words as a whole."""

    def __init__(self, text: str, field: str, language: str, node: Node) -> None:
        self.text = normalize("NFC", text).replace(START, " ").replace(END, " ")
        self.words = analyzed(self.text)
        self.wanted = sorted(set(wanted(node, field, "", language)))
        letters = same_start(language)
        self.starts = tuple({each[0][0][:2] if not each[1] else each[0][0] for each in self.wanted}) + tuple(
            {each[2][:letters] for each in self.wanted if each[2]}
        )
        self.matches = [
            (each, start, end)
            for place in range(len(self.words))
            for each, start, end in self.at(place, language)
        ]

    def at(self, place: int, language: str) -> Iterator[tuple[tuple[tuple[str, ...], bool, str], int, int]]:
        word, start, end = self.words[place]
        if not word.startswith(self.starts):
            return
        begun = [each for each in self.wanted if not each[1] and each[0][0] == word]
        for each in begun:
            row = self.words[place : place + len(each[0])]
            if tuple(one for one, _, _ in row) == each[0]:
                yield each, start, row[-1][2]
        yield from ((each, start, end) for each in self.wanted if each[1] and word.startswith(each[0][0]))
        if not begun and (found := stem(self.text[start:end], language)):
            yield from ((each, start, end) for each in self.wanted[::-1] if each[2] == found)

    def fragments(self) -> Iterator[tuple[int, str]]:
        place = 0
        while place < len(self.matches):
            _, found, ended = self.matches[place]
            first = bisect_left(self.words, found - 60, key=lambda word: word[1])
            after = bisect_right(self.words, max(found + 200, ended), key=lambda word: word[2])
            start = self.words[first][1] if first else 0
            end = self.words[after - 1][2] if after < len(self.words) else len(self.text)
            rest = [match for match in self.matches[place:] if match[1] < end]
            inside = [match for match in rest if match[2] <= end]
            text = self.marked(start, end, [(match[1], match[2]) for match in inside])
            yield (
                len({match[0] for match in inside}),
                "…" * (start > 0) + text + "…" * (end < len(self.text)),
            )
            place += len(rest)

    def marked(self, start: int, end: int, places: Sequence[tuple[int, int]]) -> str:
        within = {place for begun, ended in places for place in range(begun, ended)}
        joined = {place for begun, ended in places for place in range(begun + 1, ended)}
        pieces = []
        for place in range(start, end + 1):
            if place - 1 in within and place not in joined:
                pieces.append(END)
            if place in within and place not in joined:
                pieces.append(START)
            pieces.append(self.text[place:end][:1])
        return "".join(pieces)


def wanted(node: Node, field: str, scope: str, language: str) -> Iterator[tuple[tuple[str, ...], bool, str]]:
    """Words in a row, whether they are the start of one, and their stem."""
    match node:
        case Term(text, exact) if scope in ("", field):
            yield tuple(tokens(text)), False, "" if exact or scope else stem(text, language)
        case Prefix(text) if scope in ("", field):
            yield tuple(tokens(text)), True, ""
        case Scoped(inner, one):
            yield from wanted(one, field, inner, language)
        case And(several) | Or(several):
            for each in several:
                yield from wanted(each, field, scope, language)


def thorough(found: Article, node: Node) -> tuple[str, ...]:
    title = Whole(found.title, "title", found.language, node)
    whole = [title.marked(0, len(title.text), [(start, end) for _, start, end in title.matches])]
    fragments = list(Whole(found.lead, "lead", found.language, node).fragments())
    for paragraph in found.body:
        fragments += Whole(paragraph, "body", found.language, node).fragments()
        if len(fragments) >= 12:
            break
    best = nlargest(3, range(len(fragments)), key=lambda place: (fragments[place][0], -place))
    return (*(whole if title.matches else []), *(fragments[place][1] for place in sorted(best)))
