"""Gives Elasticsearch the passwords, roles and users of compose.yaml. Does the same when it is run again.

Reads broadsheet.toml (BROADSHEET_CONFIG) for server and alias, and from the environment ELASTIC_PASSWORD,
KIBANA_SYSTEM_PASSWORD, SETUP_PASSWORD, LOAD_PASSWORD, EDITOR_PASSWORD and READER_PASSWORD. Ends with a message and exit code 1.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from elasticsearch import ApiError, Elasticsearch, TransportError

from articles.errors import BroadsheetError
from index.elastic.client import connect
from pipeline.configuration.config import load
from pipeline.configuration.index_section import IndexSection

# Privileges: no more than each needs (docs/how-to.md, "Load into Elasticsearch").
_SETUP = ["manage", "read", "write"]
_LOAD = ["index", "delete", "read", "maintenance", "view_index_metadata"]
_OPEN_MONTHS = ["manage"]  # an index that is made with an alias needs no less
_SEARCH = ["read", "view_index_metadata"]
# User: the variable with its password, its roles.
_USERS = {
    "broadsheet_setup": ("SETUP_PASSWORD", ["broadsheet_setup"]),
    "broadsheet_load": ("LOAD_PASSWORD", ["broadsheet_load"]),
    "broadsheet_editor": ("EDITOR_PASSWORD", ["broadsheet_search", "kibana_admin"]),
    "broadsheet_reader": ("READER_PASSWORD", ["broadsheet_search", "broadsheet_look"]),
}
_ALL_SPACES = {"application": "kibana-.kibana", "resources": ["*"]}


def roles(index: IndexSection) -> dict[str, dict[str, Any]]:
    """The roles by their names, for the aliases of articles, journal and versions, and the indices behind them.

    With an index for each month, who loads also makes the next month's; with an ingest pipeline, it is looked for.
    """
    aliases = [index.alias, f"{index.alias}-health", f"{index.alias}-versions"]
    names = [*aliases, *(f"{each}-v*" for each in aliases)]
    by_month = index.split == "month"
    look = ["read_pipeline"] if index.pipeline else []
    policies = ["manage_ilm"] if by_month else []
    return {
        "broadsheet_setup": {
            "cluster": ["manage_index_templates", "monitor", *policies, *look],
            "indices": [{"names": names, "privileges": _SETUP}],
        },
        "broadsheet_load": {
            "cluster": look,
            "indices": [{"names": names, "privileges": [*_LOAD, *(_OPEN_MONTHS if by_month else ())]}],
        },
        "broadsheet_search": {"indices": [{"names": names, "privileges": _SEARCH}]},
        "broadsheet_look": {"applications": [_ALL_SPACES | {"privileges": ["read"]}]},
    }


def apply(client: Elasticsearch, index: IndexSection, environment: Mapping[str, str]) -> None:
    """Set Kibana's password, and put roles and users in place. Raises KeyError for a variable that is not set."""
    client.security.change_password(username="kibana_system", password=environment["KIBANA_SYSTEM_PASSWORD"])
    for name, role in roles(index).items():
        client.security.put_role(name=name, **role)
    for name, (variable, granted) in _USERS.items():
        client.security.put_user(username=name, password=environment[variable], roles=granted)


def main() -> None:
    """Do it, on the server of the configuration."""
    try:
        config = load(Path(os.environ.get("BROADSHEET_CONFIG", "broadsheet.toml")))
        superuser = os.environ | {
            "BROADSHEET_ELASTICSEARCH_USERNAME": "elastic",
            "BROADSHEET_ELASTICSEARCH_PASSWORD": os.environ["ELASTIC_PASSWORD"],
        }
        plain = config.index.allow_plain_http
        with closing(connect(config.index.url, superuser, allow_plain_http=plain)) as client:
            apply(client, config.index, os.environ)
    except KeyError as error:
        sys.exit(f"security: {error} is not set; ./make-env writes an .env with every variable")
    except BroadsheetError as error:
        sys.exit(f"security: {error}")
    except (ApiError, TransportError) as error:
        sys.exit(f"security: {config.index.url} did not take roles and users: {error}")
    print(f"Passwords, roles and users for the alias {config.index.alias} are in place.")


if __name__ == "__main__":
    main()
