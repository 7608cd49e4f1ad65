"""The index in Elasticsearch as a backend. The client takes two seconds to import."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from articles.errors import SearchIndexError
from index.backend_record import Backend, ByHand, Journal, NewIndex, Place

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from index.elastic.cluster_reader import ElasticReader
    from index.elastic.cluster_writer import ElasticWriter

_JOURNAL = 10.0
"""The longest patience for the journal, in seconds."""


def connection(place: Place) -> "Elasticsearch":
    """A client of the server, with the credentials from the environment. Raises ConfigError."""
    from index.elastic.client import connect

    return connect(place.url, place.environment, allow_plain_http=place.allow_plain_http)


def _exists(place: Place) -> bool:
    from index.elastic.mapping import current

    with closing(connection(place)) as client:
        return bool(current(client, place.alias))


def _reader(place: Place) -> "ElasticReader":
    from index.elastic.cluster_reader import ElasticReader

    return ElasticReader(connection(place), place.alias)


def _writer(place: Place) -> "ElasticWriter":
    from index.elastic.cluster_writer import ElasticWriter
    from index.elastic.mapping import create
    from index.patience import Patience

    client = connection(place)
    try:
        create(client, place.alias)
    except SearchIndexError:
        client.close()
        raise
    return ElasticWriter(client, place.alias, Patience(seconds=place.patience))


@contextmanager
def _new(place: Place, _: Path) -> Iterator[NewIndex]:
    from index.elastic import mapping
    from index.elastic.cluster_reader import ElasticReader
    from index.elastic.cluster_writer import ElasticWriter
    from index.patience import Patience

    with closing(connection(place)) as client:
        name = mapping.make(client, place.alias)
        patience = Patience(seconds=place.patience)
        try:
            yield NewIndex(
                ElasticWriter(client, place.alias, patience, index=name),
                ElasticReader(client, name),
                lambda: mapping.publish(client, place.alias, name),
            )
        except BaseException:
            mapping.abandon(client, place.alias, name)
            raise


def _erase(place: Place, ids: Sequence[str]) -> list[str]:
    from index.elastic.expunging import erase
    from index.patience import Patience

    with closing(connection(place)) as client:
        return erase(client, place.alias, ids, Patience(seconds=place.patience))


def _create(place: Place) -> Mapping[str, str]:
    from index.elastic import journal, mapping

    with closing(connection(place)) as client:
        return {
            place.alias: mapping.create(client, place.alias),
            place.of_older.alias: mapping.create(client, place.of_older.alias),
            journal.alias_of(place.alias): journal.create(client, place.alias),
        }


def _check(place: Place) -> list[str]:
    from index.elastic import journal, mapping

    with closing(connection(place)) as client:
        return [
            *mapping.check(client, place.alias),
            *mapping.check(client, place.of_older.alias),
            *journal.check(client, place.alias),
        ]


def _drop(place: Place) -> list[str]:
    from index.elastic import journal, mapping

    with closing(connection(place)) as client:
        return [
            *mapping.drop(client, place.alias),
            *mapping.drop(client, place.of_older.alias),
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
    by_hand=ByHand(create=_create, check=_check, drop=_drop),
    journal=Journal(write=_write, trim=_trim),
)
