"""The writer of the index in Elasticsearch."""

from collections.abc import Iterator, Sequence

from elasticsearch import Elasticsearch

from articles.model import Article
from index.documents import ID, milliseconds
from index.elastic.bulk import Action, Bulk, deletion, upsert
from index.elastic.stored import document
from index.patience import Patience
from index.protocols import Ack


class ElasticWriter:
    """Adds and removes articles through an alias, or in one index that a rebuild fills.

    Raises IndexUnavailableError if the server accepts nothing for as long as `patience` lasts.
    """

    def __init__(
        self, client: Elasticsearch, alias: str, patience: Patience | None = None, *, index: str = ""
    ) -> None:
        self._client = client
        self._bulk = Bulk(client, index or alias, patience or Patience(), require_alias=not index)

    def add(self, articles: Sequence[Article]) -> list[Ack]:
        """Upsert by id, versioned by `fetched_at` in milliseconds. An ack for each article, in order."""
        refused: dict[int, Ack] = {}

        def actions() -> Iterator[Action]:
            for place, article in enumerate(articles):
                try:
                    body = document(article)
                except ValueError as error:
                    detail = f"cannot be indexed: {error}"
                    refused[place] = Ack(id=article.id, status="refused", detail=detail)
                else:
                    yield upsert(article.id, milliseconds(article.fetched_at), body)

        sent = iter(self._bulk.send(actions()))
        return [refused.get(place) or next(sent) for place in range(len(articles))]

    def delete(self, ids: Sequence[str]) -> None:
        """Remove these articles; an id that the index does not hold is not an error."""
        self._bulk.send(map(deletion, filter(ID.fullmatch, ids)))

    def close(self) -> None:
        """Release the connections; nothing acknowledged is lost."""
        self._client.close()
