"""The writer of the index in Elasticsearch."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from elasticsearch import Elasticsearch

from articles.model import Article
from index.documents import ID, milliseconds
from index.elastic.bulk import Action, Bulk, deletion, upsert
from index.elastic.generations import Generation, open_month, published, unpublished
from index.elastic.server_errors import no_index
from index.elastic.stored import document
from index.elastic.whereabouts import homes, is_elsewhere, strays
from index.patience import Patience
from index.protocols import Ack


class ElasticWriter:
    """Adds and removes articles behind an alias, or in the generation (its base) that a rebuild fills.

    Of the latter, searches see nothing before `make_searchable`: refreshing it after each bulk would only cost.
    An alias may have moved since the last call: what it names is asked for each time. Raises IndexUnavailableError if the server accepts
    nothing for as long as `patience` lasts.
    """

    def __init__(
        self,
        client: Elasticsearch,
        alias: str,
        patience: Patience | None = None,
        *,
        base: str = "",
        pipeline: str = "",
    ) -> None:
        self._client = client
        self._alias = alias
        self._base = base
        self._patience = patience or Patience()
        self._pipeline = pipeline
        self._unseen = False

    def add(self, articles: Sequence[Article]) -> list[Ack]:
        """Upsert by id, versioned by `fetched_at` in milliseconds. An ack for each article, in order."""
        generation = self._generation()
        if generation.monthly:
            return self._add_by_month(generation, articles)
        return self._send(generation, articles, [""] * len(articles), {})

    def delete(self, ids: Sequence[str]) -> None:
        """Remove these articles; an id that the index does not hold is not an error."""
        generation, wanted = self._generation(), list(filter(ID.fullmatch, ids))
        if generation.monthly:
            there = self._homes(generation, wanted)
            actions = [deletion(one, index) for one, copies in there.items() for index in copies]
        else:
            actions = [deletion(one) for one in wanted]
        self._bulk(generation).send(actions)

    def make_searchable(self) -> None:
        """Have searches see what this writer has sent so far."""
        if self._unseen:
            self._bulk(self._generation()).make_searchable()
            self._unseen = False

    def close(self) -> None:
        """Release the connections; nothing acknowledged is lost."""
        self._client.close()

    def _add_by_month(self, generation: Generation, articles: Sequence[Article]) -> list[Ack]:
        indices = [generation.of_month(article.first_seen_at) for article in articles]
        there = self._homes(generation, [article.id for article in articles])
        superseded: dict[int, Ack] = {}
        for place, (article, index) in enumerate(zip(articles, indices, strict=True)):
            copies, version = there.setdefault(article.id, {}), milliseconds(article.fetched_at)
            if is_elsewhere(copies, index, version):
                superseded[place] = Ack(id=article.id, status="superseded")
            else:
                copies[index] = max(version, copies.get(index, version))
        for name in sorted(set(indices) - set(generation.names)):
            opening = partial(open_month, self._client, self._alias, name, behind_alias=not self._base)
            self._patience.wait_for(opening)
        acks = self._send(generation, articles, indices, superseded)
        now_in = {ack.id: index for ack, index in zip(acks, indices, strict=True) if ack.status == "indexed"}
        if gone := [deletion(*each) for each in strays(there, now_in)]:
            self._bulk(generation).send(gone)
        return acks

    def _send(
        self,
        generation: Generation,
        articles: Sequence[Article],
        indices: Sequence[str],
        settled: Mapping[int, Ack],
    ) -> list[Ack]:
        """Send articles to their indices, but for those that are settled already, by their places."""
        known = dict(settled)

        def actions() -> Iterator[Action]:
            for place, (article, index) in enumerate(zip(articles, indices, strict=True)):
                if place in settled:
                    continue
                try:
                    body = document(article)
                except ValueError as error:
                    detail = f"cannot be indexed: {error}"
                    known[place] = Ack(id=article.id, status="refused", detail=detail)
                else:
                    yield upsert(article.id, milliseconds(article.fetched_at), body, index)

        sent = iter(self._bulk(generation).send(actions()))
        return [known.get(place) or next(sent) for place in range(len(articles))]

    def _bulk(self, generation: Generation) -> Bulk:
        target = generation.pattern if self._base or generation.monthly else self._alias
        self._unseen = bool(self._base)
        return Bulk(
            self._client,
            target,
            self._patience,
            require_alias=target == self._alias,
            pipeline=self._pipeline,
            searchable=not self._base,
        )

    def _generation(self) -> Generation:
        return self._patience.wait_for(self._asked)

    def _asked(self) -> Generation:
        if self._base:
            return unpublished(self._client, self._base)
        if found := published(self._client, self._alias):
            return found
        raise no_index(self._alias)

    def _homes(self, generation: Generation, ids: Sequence[str]) -> dict[str, dict[str, int]]:
        return self._patience.wait_for(lambda: homes(self._client, generation.pattern, ids))
