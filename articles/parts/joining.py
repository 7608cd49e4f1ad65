"""The articles of several pages as one."""

from collections.abc import Sequence
from dataclasses import replace

from articles.content_hash import content_hash
from articles.model import Article
from articles.text import count_words


def joined(first: Article, rest: Sequence[Article]) -> Article:
    """One article of those of its pages, `rest` in reading order; with the metadata of the first."""
    body, markup = list(first.body), list(first.markup)
    seen = {first.url}
    further = list(first.further_pages)
    for part in rest:
        if part.url in seen:
            continue
        seen.add(part.url)
        markup += [replace(each, at=each.at + len(body)) for each in part.markup]
        body += part.body
        further += [url for url in part.further_pages if url not in further]
    whole = replace(
        first,
        body=tuple(body),
        markup=tuple(markup),
        word_count=count_words("\n".join((first.lead, *body))),
        further_pages=tuple(further),
    )
    return replace(whole, content_hash=content_hash(whole))
