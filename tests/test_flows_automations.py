"""Automations on a real Prefect server: as the configuration and the environment want them, and that one sends."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from articles.errors import ConfigError
from tests.patience import until

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.events.schemas.automations import Automation

pytestmark = pytest.mark.prefect
WHATS = ("a run crashed", "a run failed", "a run is late", "troubles")


@pytest.fixture(scope="module")
def chat() -> Iterator[tuple[str, list[str]]]:
    """A webhook of a chat: its URL, and what was posted to it."""
    posted: list[str] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append(json.loads(body)["text"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", posted
        server.shutdown()


def found(client: "SyncPrefectClient", tag: str) -> "dict[str, Automation]":
    return {each.name: each for each in client.read_automations() if tag in each.tags}


def kinds(automation: "Automation") -> list[str]:
    return [action.type for action in automation.actions]


def test_they_are_made_once_sent_by_a_webhook_if_there_is_one_and_keep_what_a_person_changed(
    client: "SyncPrefectClient", tmp_path: Path
) -> None:
    from prefect.events.actions import CancelFlowRun
    from prefect.events.schemas.automations import AutomationCore

    from flows.automations import put_in_place

    tags = ("made", str(tmp_path))
    names = tuple(f"news: {what}" for what in WHATS)
    with pytest.raises(ConfigError, match="no http"):
        put_in_place(client, "news", tags, "hooks.example.org", alone=False)
    assert put_in_place(client, "news", tags, "", alone=False) == (names, ())
    first = found(client, tags[1])
    assert {name: kinds(each) for name, each in first.items()} == {name: ["do-nothing"] for name in names}
    own = first[names[2]].model_copy(update={"enabled": False, "actions": [CancelFlowRun()]})
    client.update_automation(
        own.id, AutomationCore.model_validate(own.model_dump(exclude={"owner_resource"}))
    )

    put_in_place(client, "news", tags, "https://chat.example/hook", alone=False)
    second = found(client, tags[1])
    assert {each.id for each in second.values()} == {each.id for each in first.values()}
    assert kinds(second[names[0]]) == ["send-notification"]
    assert "posts to the URL" in second[names[0]].description
    assert kinds(second[names[2]]) == ["send-notification", "cancel-flow-run"]
    assert not second[names[2]].enabled

    put_in_place(client, "news", tags, "", alone=False)
    third = found(client, tags[1])
    assert (kinds(third[names[0]]), kinds(third[names[2]])) == (["do-nothing"], ["cancel-flow-run"])
    assert put_in_place(client, "other", (tags[0], "elsewhere"), "", alone=True)[1] == names
    assert put_in_place(client, "new name", (tags[0], "elsewhere"), "", alone=False)[1] == tuple(
        f"other: {what}" for what in WHATS
    )
    for each in found(client, tags[0]).values():
        client.delete_automation(each.id)


def test_a_troubled_run_of_ours_is_posted_once_and_those_of_others_are_not(
    client: "SyncPrefectClient", chat: tuple[str, list[str]]
) -> None:
    from prefect.states import Completed, Crashed

    from flows.automations import put_in_place
    from flows.endings import TROUBLED
    from flows.ingest import ingest

    url, posted = chat
    tags = ("sent", "/srv/news/broadsheet.toml")
    put_in_place(client, "news", tags, url, alone=False)
    others = client.create_flow_run(ingest, tags=["sent"], name="other")
    ours = [client.create_flow_run(ingest, tags=list(tags), name=f"news {n}") for n in range(2)]
    for run in (others, *ours):
        client.set_flow_run_state(run.id, Completed(name=TROUBLED, message="52 indexed · disk"), force=True)
    until(lambda: bool(posted))
    put_in_place(client, "news", tags, url, alone=False)  # which does not make it forget
    client.set_flow_run_state(ours[1].id, Completed(name=TROUBLED, message="again"), force=True)
    crashed = client.create_flow_run(ingest, tags=list(tags), name="news 3")
    client.set_flow_run_state(crashed.id, Crashed(message="Its process ended"), force=True)
    until(lambda: len(posted) > 1)  # events are handled one after the other
    assert posted[0].startswith("Broadsheet, news: troubles\nnews 0: 52 indexed · disk")
    assert posted[1].startswith("Broadsheet, news: a run crashed\nnews 3: Its process ended")
    assert len(posted) == 2
    assert not any("None" in each for each in posted)
    for each in found(client, "sent").values():
        client.delete_automation(each.id)
