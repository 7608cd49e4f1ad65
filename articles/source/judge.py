"""The second half of cleaning: an article held against what is known of its source."""

from dataclasses import replace

from articles.clean import content_hash
from articles.model import Article, Removal
from articles.source import mismatch, templates
from articles.source.features import Features
from articles.source.knowledge import Knowledge
from articles.text import count_words


def judge(article: Article, row: Features, knowledge: Knowledge, story_id: str) -> Article:
    """The article without the templates of its site, its captions judged, its story told.

    `row` is what was remembered of the article when it was cleaned (articles.source.features.features), `story_id` what
    articles.source.near_copies.story_id says of it. Pure: the same four give the same article, and judging twice changes nothing.
    With knowledge of no article only `story_id` and `snapshot` are filled in. Raises ValueError for another article's row.
    """
    if row.article_id != article.id:
        raise ValueError(f"the features of article {row.article_id} say nothing about article {article.id}")
    judged = replace(article, story_id=story_id, snapshot=knowledge.number)
    if knowledge.articles:
        body, removed = templates.cut(article.lead, article.body, row, knowledge)
        judged = replace(
            judged,
            body=body,
            images=mismatch.judge(article.images, row, knowledge),
            removed=(*filter(_is_cut, article.removed), *removed),
        )
    if judged.body != article.body:
        judged = replace(judged, word_count=count_words("\n".join((article.lead, *judged.body))))
    return replace(judged, content_hash=content_hash(judged))


def _is_cut(removal: Removal) -> bool:
    """Whether it is not an earlier judgement's note that nothing was cut."""
    return bool(removal.text) or removal.rule != templates.RULE
