"""How two versions differ, word by word."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from articles.edits.seen import SeenArticle, Wording
from articles.edits.word_diff import diff, marked, word_diff

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BODY = ("The ferry “Aune” sails again from Monday.", "Nobody was hurt.", "Its engine burnt in March.")


def seen(body: tuple[str, ...] = BODY, title: str = "Ferry sails") -> SeenArticle:
    return SeenArticle(at=NOON, wording=Wording(title=title, lead="", body=body), words=12, rules=1)


def told(before: SeenArticle, after: SeenArticle) -> dict[str, str]:
    return {part.part: str(part) for part in diff(before, after)}


def test_only_the_words_that_changed_are_marked_and_what_is_cosmetic_is_not() -> None:
    after = seen(('The ferry "Aune" sails again from Tuesday on.', *BODY[1:]))
    assert told(seen(), after) == {
        "body": 'The ferry "Aune" sails again from [-Monday.-] {+Tuesday on.+}\n' + "\n".join(BODY[1:])
    }
    assert told(seen(), seen(('The ferry "Aune" sails again from Monday.', *BODY[1:]))) == {}


def test_whole_paragraphs_come_and_go() -> None:
    assert told(seen(), seen(BODY[::2]))["body"] == f"{BODY[0]}\n[-{BODY[1]}-]\n{BODY[2]}"
    assert told(seen(BODY[:1]), seen(BODY[:2]))["body"] == f"{BODY[0]}\n{{+{BODY[1]}+}}"


def test_titles_and_times_are_compared_too() -> None:
    later = replace(seen(title="Ferry sinks"), published_at=NOON, modified_at=NOON)
    earlier = replace(seen(), modified_at=NOON.replace(hour=9))
    assert told(earlier, later) == {
        "title": "Ferry [-sails-] {+sinks+}",
        "times": "{+published 2026-03-02 12:00:00 UTC+}\n[-modified 2026-03-02 09:00:00 UTC-]\n{+modified 2026-03-02 12:00:00 UTC+}",
    }


def test_scripts_without_spaces_are_compared_sign_by_sign() -> None:
    assert marked(word_diff(["中国关税上调"], ["中国关税下调"])) == "中国关税[-上-]{+下+}调"


@given(st.lists(st.text("ab c", min_size=1), max_size=4), st.lists(st.text("ab c", min_size=1), max_size=4))
def test_a_diff_holds_all_words_of_both(before: list[str], after: list[str]) -> None:
    pieces = word_diff(before, after)
    assert " ".join(p.text for p in pieces if p.kind != "added").split() == " ".join(before).split()
    assert " ".join(p.text for p in pieces if p.kind != "cut").split() == " ".join(after).split()
