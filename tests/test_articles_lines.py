"""Rules for single lines: what each cuts, where, and what it leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.extraction import lines
from articles.extraction.lines import Facts, apply, place
from tests.patience import no_hang

TEXT = tuple(
    f"The ferry stayed in the harbour on day {n}, because its shaft had not arrived." for n in range(30)
)
NOTHING = Facts(titles=(), authors=(), captions=())


def cut_by(line: str, at: int = 0, facts: Facts = NOTHING) -> list[str]:
    """The rules that cut the line when it stands at this place of a text of thirty lines."""
    text = [*TEXT[:at], line, *TEXT[at:]] if at >= 0 else [*TEXT, line]
    left, removed = apply(text, facts)
    assert sorted((*left, *(removal.text for removal in removed))) == sorted(text)
    assert {removal.text for removal in removed} <= {line}
    return [removal.rule for removal in removed]


def test_the_first_lines_are_the_head_and_a_few_last_the_tail() -> None:
    assert [place(n, 100) for n in (0, 3, 4, 84, 85, 99)] == ["head", "head", "body", "body", "tail", "tail"]
    assert [place(n, 12) for n in range(12)] == ["head"] * 4 + ["body"] * 3 + ["tail"] * 5
    assert place(0, 1) == "head"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Ferry stays in port for want of a shaft", "repeated_headline"),
        ("FERRY STAYS IN PORT, for want of a shaft", "repeated_headline"),
        ("Islands: Ferry stays in port for want of a shaft", "repeated_headline"),
        ("News / Westhaven", "breadcrumb"),
        ("Home > Politics > Local elections", "breadcrumb"),
        ("Start » Insel » Verkehr", "breadcrumb"),
        ("By Anna Lund", "byline"),
        ("Anna Lund", "byline"),
        ("By our staff in Westhaven", "byline"),
        ("May 5, 2024", "byline"),
        ("Updated: 5 May 2024 10:15 GMT", "byline"),
        ("Stand: 05.05.2024, 10:15 Uhr", "byline"),
        ("Publié le 5 mai 2024 à 10h15", "byline"),
        ("2024年5月1日", "byline"),
        ("The ferry lies at its berth in Westhaven", "caption"),
        ("The ferry seen from the quay. (HTV photo)", "caption"),
        ("(AFP)", "credit"),
        ("Photo: Anna Lund/Reuters", "credit"),
        ("Share this article", "boilerplate"),
    ],
)
def test_a_line_is_cut_from_the_head(line: str, rule: str) -> None:
    facts = Facts(
        titles=("Ferry stays in port for want of a shaft", ""),
        authors=("Anna Lund",),
        captions=("The ferry lies at its berth in Westhaven", "The ferry"),
    )
    assert cut_by(line, 1, facts) == [rule]


@pytest.mark.parametrize(
    "line",
    [
        "Ferry stays in port for want of a shaft",
        "News / Westhaven",
        "Anna Lund",
        "May 5, 2024",
        "Follow her here",
        "The ferry",
    ],
)
def test_the_same_in_the_middle_of_the_text_stays(line: str) -> None:
    facts = Facts(
        titles=("Ferry stays in port for want of a shaft",), authors=("Anna Lund",), captions=("The ferry",)
    )
    assert cut_by(line, 12, facts) == []


@pytest.mark.parametrize(
    "line",
    [
        "By Monday the shaft had come.",
        "By noon and/or midnight the ferry sails from the northern quay, the board said in a letter to all.",
        "Von Montag an fährt die Fähre wieder.",
        "In May 2024 the ferry sailed.",
        "It was built in 1931/32.",
        "He took a photo (of the shaft).",
        "Anna Lund stayed on board.",
        "यह नाव बंदरगाह में रही / कोई नहीं आया।",
    ],
)
@pytest.mark.parametrize("at", [0, 12, -1])
def test_sentences_stay_wherever_they_stand(line: str, at: int) -> None:
    assert cut_by(line, at, Facts(titles=("Ferry",), authors=("Anna Lund",), captions=())) == []


def test_what_ends_the_text_is_judged_as_its_tail() -> None:
    assert cut_by("Follow her here", -1) == ["boilerplate"]
    assert cut_by("By Anna Lund", -1, Facts(titles=(), authors=("Anna Lund",), captions=())) == ["byline"]


def test_every_removal_says_where_and_why() -> None:
    left, removed = apply(("News / Westhaven", *TEXT, "(AFP)", "Share this article"), NOTHING)
    assert left == TEXT
    assert [(removal.rule, removal.place) for removal in removed] == [
        ("breadcrumb", "head"),
        ("boilerplate", "tail"),
        ("boilerplate", "tail"),
    ]
    assert [removal.evidence for removal in removed] == [
        "parts divided by '/'",
        "note (any language)",
        "furniture (en)",
    ]


@pytest.mark.parametrize("unit", ["a", "a ", "号", "a/", "a > ", "- ", "(a ", "1.", "May ", "by "])
@pytest.mark.parametrize("length", [150, 700, 5000])
def test_no_line_is_slow_to_judge(unit: str, length: int) -> None:
    facts = Facts(titles=("a",), authors=("a",), captions=("a",))
    with no_hang(3):  # some 30 ms at most, the first with all patterns to compile
        apply([(unit * length)[: length - 1] + "\u0378"], facts)


LINES = st.lists(st.text(max_size=40).filter(str.strip) | st.sampled_from(TEXT), max_size=8)


@given(LINES, LINES)
def test_lines_are_kept_or_removed_and_never_changed(text: list[str], known: list[str]) -> None:
    facts = Facts(titles=tuple(known), authors=tuple(known), captions=tuple(known))
    left, removed = apply(text, facts)
    assert sorted((*left, *(removal.text for removal in removed))) == sorted(text)
    remaining = iter(text)
    assert all(line in remaining for line in left)


def test_rules_are_functions_with_their_names() -> None:
    assert [name for name, _ in lines.RULES] == list(dict(lines.RULES))


def test_captions_that_quote_the_text_leave_it_whole() -> None:
    quoted = Facts(titles=(), authors=(), captions=(TEXT[1], TEXT[2]))
    assert apply(TEXT, quoted) == (tuple(TEXT), ())
    once = Facts(titles=(), authors=(), captions=(TEXT[1],))
    assert [removal.text for removal in apply(TEXT, once)[1]] == [TEXT[1]]


@pytest.mark.parametrize(("count", "cut"), [(65, ["caption"]), (85, [])])
def test_a_caption_with_its_credit_is_no_paragraph(count: int, cut: list[str]) -> None:
    assert cut_by(f"{'ferry ' * count}(Photo: Anna Lund)", 15) == cut
