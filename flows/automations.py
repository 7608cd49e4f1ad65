"""Automations on a Prefect server: what an operator wants to learn of without looking. They post to a webhook, if one is named."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import ActionTypes, DoNothing, SendNotification
from prefect.events.filters import AutomationFilter, AutomationFilterTags
from prefect.events.schemas.automations import Automation, AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from articles.errors import ConfigError
from flows.endings import TIMED_OUT, TROUBLED

WEBHOOK = "BROADSHEET_PREFECT_WEBHOOK"
"""The environment variable with the URL that automations post to."""
_AT_ONCE = 200
_EVENT = "prefect.flow-run."
_UNDER_WAY = ("Pending", "Running", "Skipped", "Cancelling", "Cancelled")
_LATE = timedelta(minutes=30)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SENDS = f"It posts to the URL in {WEBHOOK}."
_SILENT = (
    f"It only leaves an event in Prefect's feed, since {WEBHOOK} is not set; actions that you add here stay."
)
_BODY = (
    "{{ flow_run.name }}: {{ flow_run.state.message }}"
    "{% if flow_run|ui_url %} {{ flow_run|ui_url }}{% endif %}"  # a server may not know its own address
)


def wanted(folder: str, tags: Sequence[str], block: UUID | None) -> Iterator[AutomationCore]:
    """The automations for runs with all these tags, which send by a notification block, or do nothing (None)."""
    failed, crashed = "The message of its state says what to do.", "Its process was ended."
    troubled = "A run did its work, but a source, or the collection as a whole, needs a look."
    late = "It has not begun half an hour after its time: is there a worker?"
    for what, trigger, meaning in (
        ("a run crashed", _seen(tags, _HOUR, "Crashed"), f"{crashed} Fires once an hour at most."),
        ("a run failed", _seen(tags, _HOUR, "Failed", TIMED_OUT), f"{failed} Fires once an hour at most."),
        ("a run is late", _not_begun(tags), late),
        ("troubles", _seen(tags, _DAY, TROUBLED), f"{troubled} Fires once a day at most."),
    ):
        sending: ActionTypes = DoNothing()
        if block:
            sending = SendNotification(
                block_document_id=block, subject="Broadsheet, {{ automation.name }}", body=_BODY
            )
        yield AutomationCore(
            name=f"{folder}: {what}",
            description=f"{meaning} {_SENDS if block else _SILENT}",
            tags=list(tags),
            trigger=trigger,
            actions=[sending],
        )


def put_in_place(
    client: SyncPrefectClient, folder: str, tags: Sequence[str], url: str, *, alone: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Bring the automations for runs with these tags in line: names of those that are there, and of those removed.

    `url` is the webhook to post to ("": none). With `alone`, all that have the first of the tags go that are not wanted. What
    a person changed stays: whether one is enabled, and actions of their own. Raises ConfigError for a URL that is none.
    """
    known = _webhook(client, folder)
    block = _saved(folder, url) if url else None
    there = {each.name: each for each in _tagged(client, tags[:1] if alone else tags)}
    names = []
    for each in wanted(folder, tags, block):
        names.append(each.name)
        before = there.pop(each.name, None)
        if before is None:
            client.create_automation(each)
        else:
            _update(client, before, each, {block, known})
    for gone in there.values():
        client.delete_automation(gone.id)
    if known and not block:
        client.delete_block_document(known)
    return tuple(names), tuple(there)


def _update(
    client: SyncPrefectClient, before: Automation, now: AutomationCore, ours: set[UUID | None]
) -> None:
    """Changes it only if it differs: a change makes an automation forget when it fired."""
    theirs = [each for each in before.actions if not _is_ours(each, ours)]
    mine = [each for each in now.actions if not (theirs and isinstance(each, DoNothing))]
    kept = {"enabled", "actions_on_trigger", "actions_on_resolve"}
    changed = now.model_copy(
        update={name: getattr(before, name) for name in kept} | {"actions": [*mine, *theirs]}
    )
    if _content(changed) != _content(before):
        client.update_automation(before.id, AutomationCore.model_validate(_content(changed)))


def _is_ours(action: ActionTypes, blocks: set[UUID | None]) -> bool:
    return isinstance(action, DoNothing) or (
        isinstance(action, SendNotification) and action.block_document_id in blocks
    )


def _content(automation: AutomationCore) -> Any:
    """What a server takes as an update."""
    return automation.model_dump(exclude={"id", "owner_resource"})


def _seen(tags: Sequence[str], within: timedelta, *names: str) -> EventTrigger:
    """A run came into one of these states, for the first time within so long."""
    return EventTrigger(**_of_runs(tags), expect={_EVENT + name for name in names}, within=within)


def _not_begun(tags: Sequence[str]) -> EventTrigger:
    """A run is late and neither begins nor is skipped."""
    return EventTrigger(
        **_of_runs(tags),
        after={f"{_EVENT}Late"},
        expect={_EVENT + name for name in _UNDER_WAY},
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=_LATE,
    )


def _of_runs(tags: Sequence[str]) -> dict[str, Any]:
    related = [{"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"} for tag in tags]
    return {"match": {"prefect.resource.id": f"{_EVENT}*"}, "match_related": related}


def _tagged(client: SyncPrefectClient, tags: Sequence[str]) -> list[Automation]:
    ours = AutomationFilter(tags=AutomationFilterTags(all_=list(tags)))
    found: list[Automation] = []
    while batch := client.read_automations(automations=ours, limit=_AT_ONCE, offset=len(found)):
        found += batch
    return found


def _webhook(client: SyncPrefectClient, folder: str) -> UUID | None:
    """The block with the URL that was named before, if one was."""
    slug = CustomWebhookNotificationBlock.get_block_type_slug()
    try:
        return client.read_block_document_by_name(_block_name(folder), slug).id
    except ObjectNotFound:
        return None


def _saved(folder: str, url: str) -> UUID:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ConfigError(f"{WEBHOOK} is no http(s) URL, such as that of an incoming webhook of your chat.")
    block = CustomWebhookNotificationBlock.model_validate(
        {
            "name": folder,
            "url": "{{url}}",
            "json_data": {"text": "{{subject}}\n{{body}}"},
            "secrets": {"url": url},
        }
    )
    saved = block.save(_block_name(folder), overwrite=True)
    assert isinstance(saved, UUID)
    return saved


def _block_name(folder: str) -> str:
    return f"broadsheet-{re.sub(r'[^a-z0-9]+', '-', folder.lower()).strip('-')}"
