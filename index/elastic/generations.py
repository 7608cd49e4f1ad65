"""The indices behind an alias: found, made, published and deleted.

Those that are filled together are a generation: one index, `<alias>-v<VERSION>-<number>`, or one for each month in which articles
were first seen, `<alias>-v<VERSION>-<number>-<year>.<month>`. The alias names those of one generation; a rebuild fills the next one, and
then moves the alias in one step. A new month's index is made from the templates when its first article comes.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elastic_transport import ObjectApiResponse
from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from articles.errors import SearchIndexError
from index.backend_record import Sharding
from index.elastic import index_templates
from index.elastic.mapping import OTHER_LAYOUT, VERSION, is_ours
from index.elastic.server_errors import explained
from index.elastic.shape import cause, strange

_NAMES_OF_A_REQUEST = 20  # a URL holds 4 kB


@dataclass(frozen=True, slots=True)
class Generation:
    """Indices that were made together: `base` is the name of the only one, or what the names of all months begin with."""

    base: str
    names: tuple[str, ...]

    @property
    def monthly(self) -> bool:
        """Whether there is one for each month."""
        return self.names != (self.base,)

    @property
    def pattern(self) -> str:
        """All of its indices, those of months to come, too."""
        return f"{self.base}-*" if self.monthly else self.base

    def of_month(self, first_seen_at: datetime) -> str:
        """The name of the index that has the articles first seen in this month (UTC)."""
        return f"{self.base}-{first_seen_at.astimezone(UTC):%Y.%m}"


def published(client: Elasticsearch, alias: str) -> Generation | None:
    """What the alias names. Raises SearchIndexError if that is not one generation, or the name is not an alias."""
    with explained(alias):
        try:
            # Not with HEAD: its refusals give no reason.
            names = sorted(client.indices.get_alias(name=alias).body)
        except NotFoundError:
            if client.indices.exists(index=alias):
                raise SearchIndexError(
                    f"`{alias}` is an index, not an alias: choose another [index] alias"
                ) from None
            return None
    bases = {_base(alias, name) for name in names}
    if len(bases) > 1 or (len(names) > 1 and bases & {"", *names}):
        raise SearchIndexError(f"the alias `{alias}` has several indices ({', '.join(names)})")
    return Generation(bases.pop() or names[0], tuple(names))


def unpublished(client: Elasticsearch, base: str) -> Generation:
    """A generation that `make` has begun, as it is now."""
    with explained(base):
        found = client.indices.get_alias(
            index=f"{base},{base}-*", ignore_unavailable=True, allow_no_indices=True
        ).body
    return Generation(base, tuple(sorted(found)))


def make(client: Elasticsearch, alias: str, sharding: Sharding, now: datetime) -> Generation:
    """Make an empty generation next to the present one, and the templates first; of months, it has that of `now`."""
    with explained(alias):
        index_templates.put(client, alias, sharding)
        taken = [int(_base(alias, name).rpartition("-")[2]) for name in indices(client, alias)]
        base = f"{alias}-v{VERSION}-{max(taken, default=0) + 1:06d}"
        made = Generation(base, (base,))
        if sharding.split == "month":
            made = Generation(base, (made.of_month(now),))
        client.indices.create(index=made.names[0])
    return made


def open_month(client: Elasticsearch, alias: str, name: str, *, behind_alias: bool) -> None:
    """Make the index of a month, and have the alias name it once it can be searched.

    Raises SearchIndexError if the templates are not those of this version.
    """
    with explained(alias):
        try:
            client.indices.create(index=name)  # returns when its shards are there
        except BadRequestError as error:
            if cause(error.body)[0] != "resource_already_exists_exception":
                raise
        if not is_ours(_of(name, client.indices.get_mapping(index=name))["mappings"]):
            client.indices.delete(index=name)
            raise SearchIndexError(
                f"the server has not the templates of `{alias}` that the index `{name}` is made from: `broadsheet index create` puts them there"
            )
        if behind_alias:
            client.indices.put_alias(index=name, name=alias)


def publish(client: Elasticsearch, alias: str, base: str) -> None:
    """Move the alias to this generation, without a gap for searches, and delete all others."""
    with explained(alias):
        made = unpublished(client, base)
        write = {} if made.monthly else {"is_write_index": True}
        actions: list[dict[str, Any]] = [
            {"add": {"index": name, "alias": alias} | write} for name in made.names
        ]
        before = published(client, alias)
        gone = set(before.names if before else ()) - set(made.names)
        actions += [{"remove": {"index": name, "alias": alias}} for name in sorted(gone)]
        client.indices.refresh(index=made.pattern)  # while it was filled, nothing was made searchable
        client.indices.update_aliases(actions=actions)
        _delete(client, [name for name in indices(client, alias) if name not in made.names])


def abandon(client: Elasticsearch, alias: str, base: str) -> None:
    """Delete a generation that `make` made, unless the alias names it. If the server does not answer, the next `publish`
    deletes it.
    """
    with suppress(SearchIndexError), explained(alias):
        present = published(client, alias)
        if present is None or present.base != base:
            _delete(client, unpublished(client, base).names)


def others(client: Elasticsearch, alias: str) -> list[str]:
    """The generations (bases) that were made for the alias and that it does not name: left half-filled, or being filled."""
    present = published(client, alias)
    with explained(alias):
        bases = {_base(alias, name) for name in indices(client, alias)}
    return sorted(bases - {present.base if present else ""})


def create(client: Elasticsearch, alias: str, sharding: Sharding, now: datetime) -> Generation:
    """Make what the alias names if there is nothing; `now` is for the first month. What is there may be split in another way.

    Raises SearchIndexError if it has another layout: it would refuse every document with a field that it lacks.
    """
    present = published(client, alias)
    if present is None:
        made = make(client, alias, sharding, now)
        publish(client, alias, made.base)
        return made
    newest = present.names[-1]
    with explained(alias):
        mappings = _of(newest, client.indices.get_mapping(index=newest))["mappings"]
    if not is_ours(mappings):
        raise SearchIndexError(OTHER_LAYOUT.format(newest))
    return present


def bring_in_line(client: Elasticsearch, alias: str, sharding: Sharding, now: datetime) -> Generation:
    """Make what there is not; of what there is, renew the templates and change the number of replicas, if they are others."""
    present = create(client, alias, sharding, now)
    with explained(alias):
        index_templates.put(client, alias, sharding)
        found = client.indices.get(index=present.pattern).body.values()
        if any(not index_templates.as_many_replicas(each["settings"]["index"], sharding) for each in found):
            client.indices.put_settings(index=present.pattern, settings=index_templates.replicas(sharding))
    return present


def drop(client: Elasticsearch, alias: str) -> list[str]:
    """Delete everything that was made for the alias, indices and templates; returns the names of the indices."""
    with explained(alias):
        names = indices(client, alias)
        _delete(client, names)
        index_templates.drop(client, alias)
    return names


def indices(client: Elasticsearch, alias: str) -> list[str]:
    """The names of all indices that were made for the alias, those of an unfinished rebuild too."""
    found = client.indices.get_alias(index=f"{alias}-v*", ignore_unavailable=True, allow_no_indices=True).body
    return sorted(name for name in found if _base(alias, name))


def _base(alias: str, name: str) -> str:
    """The name of an index without its month; "" if it was not made for the alias."""
    found = re.fullmatch(rf"({re.escape(alias)}-v\d+-\d{{6}})(-\d{{4}}\.\d{{2}})?", name)
    return found[1] if found else ""


def _delete(client: Elasticsearch, names: list[str] | tuple[str, ...]) -> None:
    for start in range(0, len(names), _NAMES_OF_A_REQUEST):
        some = names[start : start + _NAMES_OF_A_REQUEST]
        client.indices.delete(index=",".join(some), ignore_unavailable=True)


def _of(name: str, answer: ObjectApiResponse[Any]) -> dict[str, Any]:
    """What an answer says about an index."""
    if name not in answer.body:
        raise strange(answer.meta, f"nothing about the index {name}")
    return dict(answer.body[name])
