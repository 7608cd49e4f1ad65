"""Gives Elasticsearch the passwords, roles and users of compose.yaml. Does the same when it is run again.

Reads broadsheet.toml (BROADSHEET_CONFIG) for server and alias, and from the environment ELASTIC_PASSWORD,
KIBANA_SYSTEM_PASSWORD, SETUP_PASSWORD, LOAD_PASSWORD and READER_PASSWORD. Ends with a message and exit code 1.
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

# Privileges: no more than each needs (docs/how-to.md, "Load into Elasticsearch").
_SETUP = ["manage", "read", "write"]
_LOAD = ["index", "delete", "read", "maintenance", "view_index_metadata"]
_SEARCH = ["read", "view_index_metadata"]
# User: the variable with its password, its roles.
_USERS = {
    "broadsheet_setup": ("SETUP_PASSWORD", ["broadsheet_setup"]),
    "broadsheet_load": ("LOAD_PASSWORD", ["broadsheet_load"]),
    "broadsheet_reader": ("READER_PASSWORD", ["broadsheet_search", "kibana_admin"]),
}


def roles(alias: str) -> dict[str, dict[str, Any]]:
    """The roles by their names, for the alias, those of older versions and of the journal, and the indices behind them."""
    names = [alias, f"{alias}-v*", f"{alias}-versions", f"{alias}-health", f"{alias}-health-v*"]
    return {
        "broadsheet_setup": {
            "cluster": ["manage_index_templates", "monitor"],
            "indices": [{"names": names, "privileges": _SETUP}],
        },
        "broadsheet_load": {"indices": [{"names": names, "privileges": _LOAD}]},
        "broadsheet_search": {"indices": [{"names": names, "privileges": _SEARCH}]},
    }


def apply(client: Elasticsearch, alias: str, environment: Mapping[str, str]) -> None:
    """Set Kibana's password, and put roles and users in place. Raises KeyError for a variable that is not set."""
    client.security.change_password(username="kibana_system", password=environment["KIBANA_SYSTEM_PASSWORD"])
    for name, role in roles(alias).items():
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
            apply(client, config.index.alias, os.environ)
    except KeyError as error:
        sys.exit(f"security: {error} is not set; ./make-env writes an .env with every variable")
    except BroadsheetError as error:
        sys.exit(f"security: {error}")
    except (ApiError, TransportError) as error:
        sys.exit(f"security: {config.index.url} did not take roles and users: {error}")
    print(f"Passwords, roles and users for the alias {config.index.alias} are in place.")


if __name__ == "__main__":
    main()
