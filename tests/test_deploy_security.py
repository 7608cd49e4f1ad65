"""The users that deploy/security.py makes: what each may do and may not, asked of a real Elasticsearch with security."""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import (
    AuthenticationException,
    AuthorizationException,
    BadRequestError,
    ConflictError,
    Elasticsearch,
    ElasticsearchWarning,
    NotFoundError,
)

from articles.errors import SearchIndexError
from index.elastic import generations, journal
from index.elastic.client import connect
from index.elastic.cluster_reader import ElasticReader
from index.elastic.cluster_writer import ElasticWriter
from index.query import Query
from tests import elastic
from tests.index_contract import LIBRARY

SECURITY = Path(__file__).parent.parent / "deploy" / "security.py"
PASSWORDS = {
    "broadsheet_setup": "SETUP_PASSWORD",
    "broadsheet_load": "LOAD_PASSWORD",
    "broadsheet_editor": "EDITOR_PASSWORD",
    "broadsheet_reader": "READER_PASSWORD",
    "kibana_system": "KIBANA_SYSTEM_PASSWORD",
}
SETUP, LOAD, EDITOR, READER = (name for name in PASSWORDS if name != "kibana_system")
STRANGER = "of-someone-else"
Request = Callable[[Elasticsearch, str], object]

# What is asked of an alias, and who may.
OF_AN_ALIAS: dict[str, tuple[Request, set[str]]] = {
    "search": (lambda c, a: c.search(index=a, query={"match_all": {}}), {SETUP, LOAD, EDITOR, READER}),
    "count": (lambda c, a: c.count(index=a), {SETUP, LOAD, EDITOR, READER}),
    "read the mapping": (lambda c, a: c.indices.get_mapping(index=a), {SETUP, LOAD, EDITOR, READER}),
    "add": (lambda c, a: c.bulk(index=a, operations=[{"index": {"_id": "x"}}, {"event": {}}]), {SETUP, LOAD}),
    "update": (lambda c, a: c.update(index=a, id="x", doc={}), {SETUP, LOAD}),
    "delete": (lambda c, a: c.delete(index=a, id="absent"), {SETUP, LOAD}),
    "delete what is found": (
        lambda c, a: c.delete_by_query(index=a, query={"ids": {"values": ["-"]}}),
        {SETUP, LOAD},
    ),
    "refresh": (lambda c, a: c.indices.refresh(index=a), {SETUP, LOAD}),
    "merge": (lambda c, a: c.indices.forcemerge(index=a), {SETUP, LOAD}),
    # With a warning: until its next major version, Elasticsearch lets everybody change it who may add.
    "change the mapping": (lambda c, a: c.indices.put_mapping(index=a, properties={}), {SETUP, LOAD}),
    "change settings": (
        lambda c, a: c.indices.put_settings(index=a, settings={"refresh_interval": "2s"}),
        {SETUP},
    ),
    "open": (lambda c, a: c.indices.open(index=a), {SETUP}),
    "add an alias": (lambda c, a: c.indices.put_alias(index=f"{a}-v9-000009", name=a), {SETUP}),
    "make another index": (lambda c, a: c.indices.create(index=f"{a}-v1-000001"), {SETUP}),
    "delete an index": (lambda c, a: c.indices.delete(index=f"{a}-v9-000009"), {SETUP}),
}
# What is asked of the server, and who may.
OF_THE_SERVER: dict[str, tuple[Request, set[str]]] = {
    "see its health": (lambda c, _: c.cluster.health(), {SETUP}),
    "see templates": (lambda c, a: c.indices.get_index_template(name=a), {SETUP}),
    "delete a template": (lambda c, a: c.indices.delete_index_template(name=f"{a}-absent"), {SETUP}),
    "change settings": (
        lambda c, _: c.cluster.put_settings(persistent={"action.auto_create_index": "true"}),
        set(),
    ),
    "list users": (lambda c, _: c.security.get_user(), set()),
    "make a user": (
        lambda c, _: c.security.put_user(username="x", password="x" * 9, roles=["superuser"]),
        set(),
    ),
    "make a role": (lambda c, _: c.security.put_role(name="x", cluster=["all"]), set()),
    "make a key": (lambda c, _: c.security.create_api_key(name="x"), set()),
    "see repositories of snapshots": (lambda c, _: c.snapshot.get_repository(), set()),
    "store a script": (lambda c, _: c.put_script(id="x", script={"lang": "painless", "source": "1"}), set()),
    "read Kibana's objects": (lambda c, _: c.search(index=".kibana"), set()),
    "read passwords' hashes": (lambda c, _: c.search(index=".security"), set()),
    "read what is another's": (lambda c, _: c.search(index=STRANGER), set()),
    "write what is another's": (lambda c, _: c.index(index=STRANGER, document={}), set()),
}


def may(request: Request, client: Elasticsearch, alias: str) -> bool:
    """Whether the server lets this user ask it; what there is no such thing of was let through."""
    try:
        with warnings.catch_warnings(action="ignore", category=ElasticsearchWarning):
            answer: Any = request(client, alias)
    except AuthorizationException:
        return False
    except (NotFoundError, BadRequestError, ConflictError):
        return True
    items = answer.body.get("items", []) if isinstance(answer.body, dict) else []
    return not any(result.get("status") == 403 for item in items for result in item.values())


@dataclass(frozen=True)
class Secured:
    """A server on which deploy/security.py was run, with the indices of an alias, and a connection of each user."""

    alias: str
    every: Elasticsearch
    users: Mapping[str, Elasticsearch]
    run: Callable[[Mapping[str, str]], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def secured(
    elasticsearch_server: elastic.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Secured]:
    server = elasticsearch_server
    if not server.environment:
        pytest.skip("the server has no security: tests/elasticsearch_node.py run --security -- pytest ...")
    with ExitStack() as stack:
        every = stack.enter_context(closing(server.connect()))
        alias = stack.enter_context(elastic.fresh_alias(every))
        config = tmp_path_factory.mktemp("secured") / "broadsheet.toml"
        config.write_text(
            f'[index]\nbackend = "elasticsearch"\nurl = "{server.url}"\nalias = "{alias}"\n', "utf-8"
        )
        passwords = {variable: f"{variable}-for-the-test" for variable in PASSWORDS.values()}
        passwords["ELASTIC_PASSWORD"] = server.environment["BROADSHEET_ELASTICSEARCH_PASSWORD"]

        def run(changed: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
            own = {
                **os.environ,
                **server.environment,
                **passwords,
                **changed,
                "BROADSHEET_CONFIG": str(config),
            }
            return subprocess.run(
                [sys.executable, SECURITY], env=own, capture_output=True, text=True, check=False
            )

        for _ in range(2):
            done = run({})
            assert (done.returncode, done.stderr) == (0, "")
        users = {}
        for name, variable in PASSWORDS.items():
            own = {
                "BROADSHEET_ELASTICSEARCH_USERNAME": name,
                "BROADSHEET_ELASTICSEARCH_PASSWORD": passwords[variable],
            }
            client = connect(server.url, {**server.environment, **own})
            users[name] = stack.enter_context(closing(client))
        elastic.create(users[SETUP], alias)
        journal.create(users[SETUP], alias)
        versions = f"{alias}-versions"
        users[SETUP].indices.create(
            index=f"{versions}-v1-000001", aliases={versions: {"is_write_index": True}}, mappings={}
        )
        stack.callback(every.indices.delete, index=f"{versions}-v1-000001", ignore_unavailable=True)
        every.index(index=STRANGER, id="1", document={"secret": "yes"}, refresh=True)
        stack.callback(every.indices.delete, index=STRANGER, ignore_unavailable=True)
        yield Secured(alias, every, users, run)


def test_each_user_may_do_its_own_work_and_no_more(secured: Secured) -> None:
    """In articles, journal and versions alike."""
    for suffix in ("", "-health", "-versions"):
        for what, (request, allowed) in OF_AN_ALIAS.items():
            able = {name for name in PASSWORDS if name != "kibana_system"} & {
                name for name, client in secured.users.items() if may(request, client, secured.alias + suffix)
            }
            assert able == allowed, f"{what}, of articles{suffix}"
    for what, (request, allowed) in OF_THE_SERVER.items():
        able = {
            name for name in (SETUP, LOAD, EDITOR, READER) if may(request, secured.users[name], secured.alias)
        }
        assert able == allowed, what


def test_a_search_in_everything_gives_a_reader_its_own_alone(secured: Secured) -> None:
    found = secured.users[READER].search(index="*", query={"match_all": {}}).body["hits"]["hits"]
    assert {hit["_index"] for hit in found} <= set(secured.every.indices.get(index=f"{secured.alias}*").body)


def test_in_kibana_the_editor_may_change_what_the_reader_may_only_see(secured: Secured) -> None:
    """By the privileges that Kibana registers, of which it reads these two names."""
    kibana = "kibana-.kibana"
    look, change = (
        ["saved_object:dashboard/get"],
        ["saved_object:dashboard/get", "saved_object:dashboard/create"],
    )
    registered = {kibana: {"read": {"actions": look}, "all": {"actions": change}}}
    secured.every.security.put_privileges(privileges=registered)
    try:
        wanted = [{"application": kibana, "privileges": change, "resources": ["space:default"]}]
        able = {
            name: secured.users[name]
            .security.has_privileges(application=wanted)
            .body["application"][kibana]["space:default"]
            for name in (SETUP, LOAD, EDITOR, READER)
        }
    finally:
        for name in registered[kibana]:
            secured.every.security.delete_privileges(application=kibana, name=name)
    nothing, everything = dict.fromkeys(change, False), dict.fromkeys(change, True)
    assert able == {
        SETUP: nothing,
        LOAD: nothing,
        EDITOR: everything,
        READER: nothing | dict.fromkeys(look, True),
    }


def test_a_changed_password_is_set_by_the_next_start(secured: Secured) -> None:
    client = secured.users[READER]
    assert client.security.authenticate()["username"] == READER
    assert secured.users["kibana_system"].security.authenticate()["username"] == "kibana_system"
    assert secured.run({"READER_PASSWORD": "another-for-the-test"}).returncode == 0
    with pytest.raises(AuthenticationException):
        client.security.authenticate()
    assert secured.run({}).returncode == 0
    assert client.security.authenticate()["username"] == READER


def test_the_work_itself_is_done_as_these_users_and_what_was_made_is_taken_away(secured: Secured) -> None:
    setup, loader, reader = (secured.users[name] for name in (SETUP, LOAD, READER))
    assert elastic.check(setup, secured.alias) == []
    assert elastic.create(loader, secured.alias)
    with pytest.raises(SearchIndexError):
        elastic.make(loader, secured.alias)
    (ack,) = ElasticWriter(loader, secured.alias).add([LIBRARY["steel"]])
    assert ack.status == "indexed"
    assert ElasticReader(reader, secured.alias).search(Query(text="steel")).total == 1
    new = elastic.make(setup, secured.alias)
    generations.publish(setup, secured.alias, new.base)
    assert generations.drop(setup, secured.alias) == [*new.names]


def test_a_password_that_is_missing_is_named(tmp_path: Path) -> None:
    config = tmp_path / "broadsheet.toml"
    config.write_text('[index]\nbackend = "elasticsearch"\n', encoding="utf-8")
    plain = {"PATH": os.environ["PATH"], "BROADSHEET_CONFIG": str(config)}
    done = subprocess.run([sys.executable, SECURITY], env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "'ELASTIC_PASSWORD' is not set" in done.stderr
