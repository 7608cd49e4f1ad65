"""Which of two addresses is the original of the other: only ever of the same text, whichever of the two comes first."""

from itertools import permutations, product

import pytest

from articles.source.features import features
from articles.source.near_copies import same_text
from articles.source.originals import Contender, duplicates, elsewhere, named, original
from articles.urls import article_id, twins
from tests.desk import STORIES, WIRE, article

HERE = "https://norland-post.example/krait"
PRINT = "https://norland-post.example/print/krait"
HEAD = ("From our correspondent in Vesting, who was the first to write about the closed waters this year.",)


def contender(url: str, *body: str, names: str = "") -> Contender:
    made = article("Krait", *(body or WIRE), id=article_id(url), url=url, canonical_url=names or url)
    return Contender(url=url, names=named(made), features=features(made))


def test_a_named_original_counts_if_it_has_the_same_text() -> None:
    one, copy = contender(HERE), contender(PRINT, *HEAD, *WIRE, names=HERE)
    other = contender("https://norland-post.example/bun", *STORIES["en"], names=HERE)
    for pair in permutations((one, copy)):
        assert original(*pair, ()) is one
    for pair in permutations((one, other)):
        assert original(*pair, ()) is None


def test_two_that_name_each_other_and_an_original_that_names_a_third_are_originals_of_nothing() -> None:
    assert original(contender(HERE, names=PRINT), contender(PRINT, names=HERE), ()) is None
    assert original(contender(HERE, names=f"{HERE}/3"), contender(PRINT, names=HERE), ()) is None


def test_copies_at_two_addresses_of_which_neither_names_the_other_are_two_articles() -> None:
    assert original(contender(HERE), contender(PRINT), ()) is None


def test_a_next_days_form_is_no_duplicate_of_the_page_that_a_template_names() -> None:
    form = "Water level at the Vesting gauge on day {0}: {1} centimetres, flow {2} cubic metres, wind {3}."
    long = " ".join(WIRE[2:4])
    first = contender(HERE, long, form.format(1, 231, 87, 14))
    second = contender(PRINT, long, form.format(2, 228, 81, 19), names=HERE)
    assert original(first, second, ()) is None


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Bakers in Holm have baked the longest raisin bun in the world.", True),
        ("Bakers in Holm have baked the longest raisin bun in the world. (Photo)", True),
        ("Bakers in Holm have baked the second longest bun for 9 schools.", False),
        ("The zoo of Vesting mourns its oldest tortoise.", False),
        (WIRE[0] + WIRE[1], False),
    ],
)
def test_short_texts_are_compared_by_their_words_and_figures(text: str, same: bool) -> None:
    short = "Bakers in Holm have baked the longest raisin bun in the world."
    one, other = contender(HERE, short).features, contender(PRINT, text).features
    assert same_text(one, other) is same
    assert same_text(other, one) is same


@pytest.mark.parametrize("form", [HERE, *twins(HERE)])
def test_every_form_of_an_address_knows_the_other_three(form: str) -> None:
    assert {form, *twins(form)} == {HERE, *twins(HERE)}
    assert len(twins(form)) == 3
    assert set(elsewhere(form, "")) == {article_id(each) for each in twins(form)}


def test_of_two_forms_of_an_address_https_is_the_original_and_then_the_one_without_www() -> None:
    forms = [contender(url) for url in (HERE, *twins(HERE))]
    for one, other in product(forms, forms):
        if one is not other:
            assert original(one, other, ()) is min(one, other, key=forms.index)


def test_a_page_that_names_its_other_form_decides_which_one_stays_unless_that_one_redirects() -> None:
    secure, plain = contender(HERE, names=HERE.replace("https", "http")), contender(twins(HERE)[1])
    assert plain.url.startswith("http:")
    for pair in permutations((secure, plain)):
        assert original(*pair, ()) is plain
        assert original(*pair, {(plain.id, secure.id)}) is secure


def test_an_address_that_redirects_is_the_duplicate_of_where_it_leads() -> None:
    bare, www = contender(HERE), contender(twins(HERE)[0])
    assert www.url.startswith("https://www.")
    for pair in permutations((bare, www)):
        assert original(*pair, {(bare.id, www.id)}) is www


def test_forms_of_an_address_with_other_texts_are_two_articles() -> None:
    assert original(contender(HERE), contender(twins(HERE)[1], *STORIES["en"]), ()) is None


def test_of_many_duplicates_one_stays() -> None:
    everyone = [contender(url) for url in (HERE, *twins(HERE))] + [contender(PRINT, names=HERE)]
    for order in permutations(everyone):
        found = duplicates(order[2:], {each.id: each for each in order[:2]}, ())
        later = duplicates(order, {}, ())
        assert later.keys() == {each.id for each in everyone if each.url != HERE}
        assert len(found) >= 3
