"""The second half of cleaning: an article is judged by what is known about its source."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from articles.content_hash import content_hash
from articles.model import Article, Image, Removal
from articles.source import mismatch, templates
from articles.source.features import Features
from articles.source.knowledge import Knowledge
from articles.structure import markup
from articles.text import count_words


def judge(article: Article, row: Features, knowledge: Knowledge, story_id: str) -> Article:
    """The article without its site's templates, with its captions judged and its story set.

    `row` is the article's features when it was cleaned (articles.source.features.features), `story_id` the result of
    articles.source.near_copies.story_id. Pure: the same input gives the same article, and judging twice changes nothing.
    If the knowledge has no articles, only `story_id` and `snapshot` are set. Raises ValueError for another article's row.
    """
    if row.article_id != article.id:
        raise ValueError(f"the row of article {row.article_id} cannot be used for article {article.id}")
    judged = replace(article, story_id=story_id, snapshot=knowledge.number)
    if knowledge.articles:
        body, removed = templates.cut(article.lead, article.body, row, knowledge)
        judged = replace(
            judged,
            body=body,
            markup=markup.left(article.markup, article.body, body),
            images=mismatch.judge(article.images, (article.title, article.lead, *body), row, knowledge),
            removed=(*filter(_is_cut, article.removed), *removed),
        )
    if judged.body != article.body:
        judged = replace(judged, word_count=count_words("\n".join((article.lead, *judged.body))))
    return replace(judged, content_hash=content_hash(judged))


def expect(articles: Sequence[Article], knowledge: Knowledge) -> None:
    """Have what judging these articles asks of the knowledge found at once. They are judged the same without, but more slowly."""
    by_language: defaultdict[str, list[Image]] = defaultdict(list)
    for article in articles:
        by_language[article.language].extend(article.images)
    for language, images in by_language.items():
        mismatch.prepare(images, language, knowledge)


def _is_cut(removal: Removal) -> bool:
    """Whether something was cut; False for the note of an earlier judgement that nothing was."""
    return bool(removal.text) or removal.rule != templates.RULE
