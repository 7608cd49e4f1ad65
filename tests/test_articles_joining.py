"""The articles of several pages as one."""

from articles.model import Article
from articles.parts.joining import joined
from tests.test_articles_part_links import HEAD, HERE, cleaned


def part(number: int, *paragraphs: str) -> Article:
    inner = "".join(f"<p>{each}</p>" for each in paragraphs)
    url = HERE if number == 1 else f"{HERE}?page={number}"
    return cleaned(
        f"<html lang=en><head>{HEAD}</head><body><article><h1>The voyage of the Kelby ferry</h1>{inner}</article></body></html>",
        url,
    )


def sentence(text: str) -> str:
    return f"{text}, and the islanders who crossed the sound in the ferry counted the seals on the skerries until the fog came in."


def test_the_text_of_all_pages_stands_in_order() -> None:
    first, second = (
        part(1, *map(sentence, ("One", "Two", "Three"))),
        part(2, *map(sentence, ("Four", "Five", "Six"))),
    )
    whole = joined(first, [second])
    assert whole.body == first.body + second.body
    assert whole.word_count == first.word_count + second.word_count
    assert (whole.id, whole.title) == (first.id, first.title)
    assert whole.content_hash != first.content_hash
    assert joined(first, [second, second]) == whole
