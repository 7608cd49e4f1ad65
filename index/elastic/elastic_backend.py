"""The index in Elasticsearch as a backend. The client takes two seconds to import."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from articles.errors import SearchIndexError
from index.backend_record import Backend, ByHand, Journal, NewIndex, Place, Resuming

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from index.elastic.cluster_reader import ElasticReader
    from index.elastic.cluster_writer import ElasticWriter
    from index.elastic.generations import Generation

_JOURNAL = 10.0
"""The longest patience for the journal, in seconds."""


def connection(place: Place) -> "Elasticsearch":
    """A client of the server, with the credentials from the environment. Raises ConfigError."""
    from index.elastic.client import connect

    return connect(place.url, place.environment, allow_plain_http=place.allow_plain_http)


def _exists(place: Place) -> bool:
    from index.elastic.generations import published

    with closing(connection(place)) as client:
        return published(client, place.alias) is not None


def _reader(place: Place) -> "ElasticReader":
    from index.elastic.cluster_reader import ElasticReader

    spread = place.sharding.split == "month" or place.sharding.shards > 1
    return ElasticReader(connection(place), place.alias, spread=spread)


def _writer(place: Place) -> "ElasticWriter":
    from index.elastic.cluster_writer import ElasticWriter
    from index.elastic.generations import create
    from index.patience import Patience

    client = connection(place)
    try:
        _expect_pipeline(client, place)
        create(client, place.alias, place.sharding, datetime.now(UTC))
    except SearchIndexError:
        client.close()
        raise
    return ElasticWriter(client, place.alias, Patience(seconds=place.patience), pipeline=place.pipeline)


@contextmanager
def _new(place: Place, _: Path) -> Iterator[NewIndex]:
    from index.elastic import generations

    with closing(connection(place)) as client:
        _expect_pipeline(client, place)
        made = generations.make(client, place.alias, place.sharding, datetime.now(UTC))
        kept: list[bool] = []
        try:
            yield replace(_filling(client, place, made), keep=lambda: kept.append(True))
        except BaseException:
            if not kept:
                generations.abandon(client, place.alias, made.base)
            raise


@contextmanager
def _resume(place: Place, _: Path, name: str) -> Iterator[NewIndex | None]:
    from index.elastic import generations

    with closing(connection(place)) as client:
        _expect_pipeline(client, place)
        found = generations.unpublished(client, name)
        yield _filling(client, place, found) if found.names else None


def _filling(client: "Elasticsearch", place: Place, made: "Generation") -> NewIndex:
    from index.elastic import generations
    from index.elastic.cluster_reader import ElasticReader
    from index.elastic.cluster_writer import ElasticWriter
    from index.patience import Patience

    patience = Patience(seconds=place.patience)
    writer = ElasticWriter(client, place.alias, patience, base=made.base, pipeline=place.pipeline)
    reader = ElasticReader(client, made.pattern, before=writer.make_searchable)
    return NewIndex(writer, reader, lambda: generations.publish(client, place.alias, made.base), made.base)


def _names(place: Place, _: Path) -> list[str]:
    from index.elastic.generations import others

    with closing(connection(place)) as client:
        return others(client, place.alias)


def _discard(place: Place, _: Path, name: str) -> None:
    from index.elastic.generations import abandon

    with closing(connection(place)) as client:
        abandon(client, place.alias, name)


def _expect_pipeline(client: "Elasticsearch", place: Place) -> None:
    """Raises SearchIndexError if the server has not the ingest pipeline that the configuration names."""
    from elasticsearch import NotFoundError

    from index.elastic.server_errors import explained, no_pipeline

    if not place.pipeline:
        return
    with explained(place.alias):
        try:
            client.ingest.get_pipeline(id=place.pipeline)
        except NotFoundError as error:
            raise SearchIndexError(no_pipeline(place.pipeline)) from error


def _erase(place: Place, ids: Sequence[str]) -> list[str]:
    from index.elastic.expunging import erase
    from index.patience import Patience

    with closing(connection(place)) as client:
        return erase(client, place.alias, ids, Patience(seconds=place.patience))


def _create(place: Place) -> Mapping[str, str]:
    from index.elastic import journal
    from index.elastic.generations import bring_in_line

    now = datetime.now(UTC)
    with closing(connection(place)) as client:
        _expect_pipeline(client, place)
        made = {
            each.alias: bring_in_line(client, each.alias, place.sharding, now)
            for each in (place, place.of_older)
        }
        names = {alias: _told(generation.names) for alias, generation in made.items()}
        return names | {journal.alias_of(place.alias): journal.create(client, place.alias)}


def _told(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]} ({len(names)} months)"


def _check(place: Place) -> list[str]:
    from index.elastic import journal
    from index.elastic.index_check import check

    with closing(connection(place)) as client:
        return [
            *check(client, place.alias, place.sharding),
            *check(client, place.of_older.alias, place.sharding),
            *journal.check(client, place.alias),
        ]


def _drop(place: Place) -> list[str]:
    from index.elastic import generations, journal

    with closing(connection(place)) as client:
        return [
            *generations.drop(client, place.alias),
            *generations.drop(client, place.of_older.alias),
            *journal.drop(client, place.alias),
        ]


def _write(place: Place, documents: Mapping[str, Mapping[str, object]], at: datetime) -> None:
    from index.elastic import journal
    from index.patience import Patience

    with closing(connection(place)) as client:
        journal.write(client, place.alias, documents, at, Patience(seconds=min(place.patience, _JOURNAL)))


def _trim(place: Place, before: datetime) -> int:
    from index.elastic import journal

    with closing(connection(place)) as client:
        return journal.trim(client, place.alias, before)


BACKEND = Backend(
    exists=_exists,
    reader=_reader,
    writer=_writer,
    new=_new,
    erase=_erase,
    one_writer=False,
    resuming=Resuming(names=_names, resume=_resume, discard=_discard),
    by_hand=ByHand(create=_create, check=_check, drop=_drop),
    journal=Journal(write=_write, trim=_trim),
)
