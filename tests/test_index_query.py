"""The query language."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.errors import QueryError
from index.documents import FIELDS
from index.query import And, Compared, Everything, From, Node, Not, Or, Prefix, Query, Scoped, Term, To
from index.query_language import parse
from index.tokens import keyword, tokens
from tests.patience import no_hang

A, B, C = Term("a"), Term("b"), Term("c")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", Everything()),
        (" \n\t ", Everything()),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a b AND c", And((A, B, C))),
        ("a OR b", Or((A, B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("a b OR c", Or((And((A, B)), C))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("((((a))))", A),
        ("NOT a", Not(A)),
        ("a NOT b", And((A, Not(B)))),
        ("a AND NOT b", And((A, Not(B)))),
        ("a OR NOT b", Or((A, Not(B)))),
        ("-a", Not(A)),
        ("a -(b c)", And((A, Not(And((B, C)))))),
        ('-"a b"', Not(Term("a b", exact=True))),
        ("-title:a", Not(Scoped("title", A))),
        ("NOT (NOT a)", Not(Not(A))),
        # operators are capitals that stand alone
        ("and or not", And((Term("and"), Term("or"), Term("not")))),
        ("ANDY ORDER NOTE", And((Term("ANDY"), Term("ORDER"), Term("NOTE")))),
        ('"a" "OR" "b"', And((Term("a", exact=True), Term("OR", exact=True), Term("b", exact=True)))),
        ('a OR"b"', Or((A, Term("b", exact=True)))),
        # phrases
        ('"a b"', Term("a b", exact=True)),
        ('"(a OR b): -c*"', Term("(a OR b): -c*", exact=True)),
        ("“a b”", Term("a b", exact=True)),
        ('a"b"c', And((A, Term("b", exact=True), C))),
        ('צה"ל', Term('צה"ל')),
        ('"דובר צה"ל הודיע"', Term('דובר צה"ל הודיע', exact=True)),
        # fields
        ("title:a", Scoped("title", A)),
        ("Title:a", Scoped("title", A)),
        ('author:"a b"', Scoped("author", Term("a b", exact=True))),
        ("tag:(a OR b) c", And((Scoped("tag", Or((A, B))), C))),
        ("title:(a body:b)", Scoped("title", And((A, Scoped("body", B))))),
        ("url:https://x.example/a?b=c:d", Scoped("url", Term("https://x.example/a?b=c:d"))),
        ("tag:C++", Scoped("tag", Term("C++"))),
        ("tag:🙂", Scoped("tag", Term("🙂"))),
        ("title:12:30", Scoped("title", Term("12:30"))),
        # beginnings
        ("wor*", Prefix("wor")),
        ("title:wor* ab*", And((Scoped("title", Prefix("wor")), Prefix("ab")))),
        ("url:https://x.example/*", Scoped("url", Prefix("https://x.example/"))),
        ('"wor*"', Term("wor*", exact=True)),
        # days
        ("from:2026-11-01 to:2026-11-30", And((From(date(2026, 11, 1)), To(date(2026, 11, 30))))),
        ('from:"2026-11-01"', From(date(2026, 11, 1))),
        # numbers
        ("confidence<0.7", Compared("confidence", "<", 0.7)),
        ("confidence<=.7", Compared("confidence", "<=", 0.7)),
        ("versions>1", Compared("versions", ">", 1.0)),
        ("Confidence > 1", Compared("confidence", ">", 1.0)),
        ("a -confidence>=0.90", And((A, Not(Compared("confidence", ">=", 0.9))))),
        ("(a OR confidence<0.7) b", And((Or((A, Compared("confidence", "<", 0.7))), B))),
        ("confidence a", And((Term("confidence"), A))),
        ('"confidence<0.7"', Term("confidence<0.7", exact=True)),
        ("overconfidence<0.7", Term("overconfidence<0.7")),
        ("a<b", Term("a<b")),
        # plain characters
        ("O'Neill O’Neill", And((Term("O'Neill"), Term("O’Neill")))),
        ("http://x.example/a-b", Term("http://x.example/a-b")),
        ("at 12:30", And((Term("at"), Term("12:30")))),
        ("Berlin: a", And((Term("Berlin:"), A))),
        ("Москва:a", Term("Москва:a")),
        ("F-35 5-4", And((Term("F-35"), Term("5-4")))),
        ("who won?", And((Term("who"), Term("won?")))),
        ("Yahoo! 50% [a] a/b", And((Term("Yahoo!"), Term("50%"), Term("[a]"), Term("a/b")))),
        # nothing to search for
        ("a - b & c", And((A, B, C))),
        ("a NOT & b", And((A, B))),
        ("(a) (&)", A),
        ("a OR …", A),
        ('a ""', A),
    ],
)
def test_reads(text: str, node: Node) -> None:
    assert parse(text) == node


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ('a "b', 2, "quotation mark has no partner"),
        ('"a" b"', 5, "quotation mark has no partner"),
        ("a “b", 2, "quotation mark has no partner"),
        ("(a", 0, "“(” is not closed"),
        ("(a) (b (c)", 4, "“(” is not closed"),
        ("a)", 1, "closes nothing"),
        ("()", 1, "nothing before it"),
        ("title:()", 7, "nothing before it"),
        ("a OR", 4, "ends where a word is expected"),
        ("NOT", 3, "ends where a word is expected"),
        ("OR a", 0, "OR stands between"),
        ("a AND OR b", 6, "OR stands between"),
        ("AND", 0, "AND stands between"),
        ("NOT NOT a", 4, "NOT stands once"),
        ("title:NOT a", 6, "NOT stands once"),
        ("a titel:b", 2, "no field “titel”; did you mean “title”"),
        ("autor:x", 0, "did you mean “author”"),
        ("Berlin:Ost", 0, "put them in quotes"),
        ("title: a", 6, "without a space"),
        ("a title:", 8, "without a space"),
        ("(title:)", 7, "without a space"),
        ("from: 2026-11-01", 5, "without a space"),
        ("from:yesterday", 5, "such as from:2026-11-30"),
        ("a to:2026-02-30", 5, "such as to:2026-11-30"),
        ("from:(a b)", 5, "such as from:2026-11-30"),
        ("from:12026-01-01", 5, "such as from:2026-11-30"),
        ("a confidence:0.7", 2, "such as confidence<0.7"),
        ("a confidence<high", 2, "such as confidence<0.7"),
        ("a versions:2", 2, "such as versions>1"),
        ("a versions>many", 2, "such as versions>1"),
        ("confidence<", 0, "such as confidence<0.7"),
        ("confidence<-1", 0, "such as confidence<0.7"),
        ("confidence<0.7%", 0, "such as confidence<0.7"),
        ("title:confidence<1", 6, "cannot stand in “title:”"),
        ("a && b", 2, "write AND"),
        ("a || b", 2, "write OR"),
        ("a !b", 2, "write NOT"),
        ("roam~", 4, "inexact matches"),
        ("roam~0.8", 4, "inexact matches"),
        ('"a b"~3', 5, "inexact matches"),
        ("title:a^4", 7, "weights"),
        ("*", 0, "two letters or more"),
        ("a*", 1, "two letters or more"),
        ("wo*d", 2, "two letters or more"),
        ("*word", 0, "two letters or more"),
        ("f-35*", 4, "two letters or more"),
        ("关税*", 2, "two letters or more"),
        ("ab* ac* ad* ae* af* ag*", 22, "at most 5 words with a *"),
        ("a\x00b", 1, "control character"),
        ("a \x1b[31m", 2, "control character"),
        ("a \ud800", 2, "control character"),
        ("& - …", 0, "no letter or digit"),
        ('""', 0, "no letter or digit"),
        ("NOT &", 0, "no letter or digit"),
        ("(" * 21 + "a" + ")" * 21, 20, "at most 20 deep"),
        ("a " * 65, 128, "at most 64 words"),
        ("a" * 1_001, 1_000, "at most 1,000 characters"),
    ],
)
def test_points_at_the_fault(text: str, position: int, message: str) -> None:
    with pytest.raises(QueryError, match=re.escape(message)) as raised:
        parse(text)
    assert (raised.value.query, raised.value.position) == (text, position)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "(" * 1_000_000,
        "(" * 1_000,
        "(" * 500 + ")" * 500,
        "-(" * 333 + "a",
        "NOT " * 250,
        '"' * 999,
        'א"' * 500,
        "a:" * 500,
        "a*" * 500,
        "~" * 1_000,
        "title:(" * 142,
        "a OR " * 200,
        " " * 1_000,
    ],
    ids=lambda text: text[:8],
)
def test_a_hostile_query_is_answered_at_once(text: str) -> None:
    with no_hang(5):  # some 3 ms at most
        error = fault(text)
    assert error is None or 0 <= error.position <= len(text)


def fault(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def test_the_largest_query_is_read() -> None:
    words = "(" * 20 + " ".join(["a"] * 64) + ")" * 20
    assert parse(words) == And((A,) * 64)


WRITTEN = (
    "AND",
    " OR ",
    "NOT ",
    "title:",
    "x:",
    "tag:",
    "from:",
    "to:",
    "2026-01-01",
    "9999-12-31",
    "://",
    "~1",
    "&&",
)
SHARDS = st.sampled_from([*WRITTEN, *"\"()-':*! “”aé关א٢🙂\0\t"])


@given(st.one_of(st.text(max_size=80), st.lists(SHARDS, max_size=40).map("".join)))
def test_nothing_but_a_query_error_is_raised(text: str) -> None:
    error = fault(text)
    assert error is None or (error.query == text and 0 <= error.position <= len(text))


def has_words(text: str) -> bool:
    return bool(tokens(text)) and bool(keyword(text))


WORDS = st.text(st.sampled_from("abzé関ー3 '.,:;-()*~&?AND"), min_size=1, max_size=12).filter(has_words)
DAYS = st.dates(min_value=date(1000, 1, 1))
LEAVES = st.one_of(
    st.text(st.sampled_from("abzé3"), min_size=1, max_size=12).map(Term),
    st.builds(Term, WORDS, exact=st.just(value=True)),
    st.text(st.sampled_from("abcé"), min_size=2, max_size=5).map(Prefix),
    st.builds(From, DAYS),
    st.builds(To, DAYS),
)


def branches(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(Not, nodes),
        st.builds(Scoped, st.sampled_from(FIELDS), nodes),
    )


NODES: st.SearchStrategy[Node] = st.recursive(LEAVES, branches, max_leaves=5)


def render(node: Node) -> str:
    match node:
        case Term(text, exact):
            written = f'"{text}"' if exact else text
        case Prefix(text):
            written = f"{text}*"
        case From(day) | To(day):
            written = f"{type(node).__name__.lower()}:{day}"
        case Scoped(field, inner):
            written = f"{field}:{grouped(inner)}"
        case Not(inner):
            written = f"NOT {grouped(inner)}"
        case And(nodes) | Or(nodes):
            written = f" {type(node).__name__.upper()} ".join(map(grouped, nodes))
        case _:
            raise AssertionError(node)
    return written


def grouped(node: Node) -> str:
    return render(node) if isinstance(node, Term | Prefix) else f"({render(node)})"


@given(NODES)
def test_what_is_written_out_reads_as_it_was(node: Node) -> None:
    assert parse(render(node)) == node


@pytest.mark.parametrize(
    "page", [{"limit": 0}, {"limit": -1}, {"offset": -1}, {"limit": 10, "offset": 9_991}]
)
def test_a_page_out_of_reach_is_an_error_of_the_query(page: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match="hits"):
        Query(text="a", **page)


def test_a_query_is_a_value() -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    assert Query(text="a", since=since) == Query(text="a", since=since)
    assert hash(Query()) == hash(Query(sort="relevance", limit=10, offset=0))
