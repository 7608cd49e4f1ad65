"""JSON with a slip: what a person would read, or nothing; never slowly."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.metadata.lenient_json import read
from tests.patience import no_hang


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": [1, 2,], }', {"a": [1, 2]}),
        ('{"a": 1,, "b": 2}', {"a": 1, "b": 2}),
        ('{"a": "x"\n "b": {"c": 1} "d": 2}', {"a": "x", "b": {"c": 1}, "d": 2}),
        ('{"a": [{"b": 1} {"b": 2}], "c": ["x"\n"y"]}', {"a": [{"b": 1}, {"b": 2}], "c": ["x", "y"]}),
        ('{"a": , "b": undefined, "c": None, "d": True}', {"a": None, "b": None, "c": None, "d": True}),
        ('{a: 1, $b: 2, "@c": 3}', {"a": 1, "$b": 2, "@c": 3}),
        ('{"a": 007, "b": +1, "c": .5}', {"a": 7, "b": 1, "c": 0.5}),
        ("{'a': 'it's \"his\" boat', 'b': 2}", {"a": 'it\'s "his" boat', "b": 2}),
        ('{"a": "one\ntwo\tthree"}', {"a": "one\ntwo\tthree"}),
        (r'{"a": "it\'s \d \x41 \u00e9 \ud83d\ude00 \/ \" \u12", }', {"a": "it's d A é 😀 / \" u12"}),
        ('{"a": "one\\\ntwo",}', {"a": "onetwo"}),
    ],
    ids=[
        *("trailing", "doubled", "missing", "missing in a list", "words", "bare keys", "numbers", "single"),
        *("breaks", "escapes", "continued"),
    ],
)
def test_a_slip_is_read_over(text: str, expected: Any) -> None:
    assert read(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"He said "no" twice"', 'He said "no" twice'),
        ('"He said "no", twice"', 'He said "no", twice'),
        ('""No", he said"', '"No", he said'),
        ('"He said "no""', 'He said "no"'),
        ('"The "pier": a history"', 'The "pier": a history'),
        ('"Braces {"a", [b]} stay"', 'Braces {"a", [b]} stay'),
        ('""', ""),
        ('"See http://harbour.example/ // or ask"', "See http://harbour.example/ // or ask"),
    ],
)
@pytest.mark.parametrize("rest", ['"author": {"name": "Ada Brook"}', '"author": "Ada Brook",'])
def test_a_bare_quote_is_part_of_the_text(text: str, expected: str, rest: str) -> None:
    (found,) = read(f'{{"description": {text}, {rest}}}')
    assert isinstance(found, dict)
    assert found["description"] == expected
    assert "Ada Brook" in str(found["author"])


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, // one\n "b": "x" // two\n}',
        '/* one */ {"a": 1, /* {"c": 3} */ "b": "x" /* two */}',
        '<!-- one --> {"a": 1, <!-- two --> "b": "x"} -->',
        '<!--//--><![CDATA[//><!--\n{"a": 1, "b": "x"}\n//--><!]]>',
        '/* <![CDATA[ */ {"a": 1, "b": "x"} /* ]]> */',
        '\ufeff{"a": 1, "b": "x"};',
        '{"a": 1, "b": "x"}}',
        '{"a": 1, "b": "x"}\nvar c = 3;',
        '{"a": 1, "b": "x"} <br>',
    ],
)
def test_what_stands_around_and_between_is_passed_over(text: str) -> None:
    assert read(text) == [{"a": 1, "b": "x"}]


@pytest.mark.parametrize("between", ["", "\n", ",", ";", " // next\n"])
def test_values_one_after_another_are_each_read(between: str) -> None:
    assert read(f'{{"a": 1}}{between}[{{"b": 2}}]') == [{"a": 1}, [{"b": 2}]]


@pytest.mark.parametrize(
    "text",
    [
        *("", "Ferry stays in port", '"a"', "7", "null", "<p>x</p>"),
        *('{"a": "x"', '{"a": [1, 2', '{"a": "x', '{"a" 1}', '{"a": ferry}', '{"a": 1]', '[1}', "{{ page.json }}"),
        *('{"a": {% title %}}', '{"a": "x" + title}', '{"a": 1.2.3}', '{"a": 1e}', '{"a": f("x")}', "[" * 5000),
        '{"a": ' + "1" * 5000 + "}",
    ],
)  # fmt: skip
def test_what_is_not_whole_is_not_read(text: str) -> None:
    assert read(text) == []


def test_what_comes_before_a_value_that_cannot_be_read_stays() -> None:
    assert read('{"a": 1} {"b": "{') == [{"a": 1}]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)  # lone surrogates are replaced
KEYS = TEXTS.map(lambda text: text[:6])  # short, because a key that is escaped throughout is long
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(KEYS, JSON, max_size=4), st.booleans(), st.sampled_from([None, 1]))
def test_what_the_strict_reader_reads_is_read_alike(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert read(text) == [json.loads(text)]
    assert read(f"<!-- {text}, {text} -->") == [json.loads(text)] * 2


PLAIN = st.text(st.characters(categories=["L", "N", "Zs"]), max_size=20)
SAID = st.lists(PLAIN, min_size=1, max_size=5).map('"'.join)


@given(SAID, PLAIN)
def test_quotes_among_words_never_break_a_text_up(said: str, name: str) -> None:
    assert read(f'{{"headline": "{said}x", "author": "{name}"}}') == [
        {"headline": f"{said}x", "author": name}
    ]


@given(st.text(st.sampled_from("{}[]\",':/*<!->\\u0dn1 a;\n"), max_size=80))
def test_any_text_is_read_without_raising(text: str) -> None:
    assert all(isinstance(value, (dict, list)) for value in read(text))


@pytest.mark.parametrize("before", ["", '{"a":"', '["'])
@pytest.mark.parametrize(
    "unit",
    [
        *("{", "[", '{"a":', '{"a":"b "c" d",', '"', '"a" ', '",', '","', '"}', '"\n', '"//', '"/*', "'", "\\", "\\'"),
        *("/*", "//", "<!--", "<!--{-->", "<!-- ", " ", "1", "-", "a"),
    ],
)  # fmt: skip
def test_no_text_is_slow(before: str, unit: str) -> None:
    with no_hang(5):  # some 30 ms at most
        read((before + unit * 30_000)[:30_000])
