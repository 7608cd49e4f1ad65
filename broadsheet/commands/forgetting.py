"""The commands that remove what must not be kept: delete, deleted."""

from typing import TYPE_CHECKING, Annotated

import typer

from articles.errors import ConfigError
from broadsheet.commands.options import Json, configured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.deleting.choosing import Doomed
    from pipeline.deleting.deletion import Deleted

_SHOWN = 20


def delete(
    context: typer.Context,
    which: Annotated[
        list[str] | None,
        typer.Argument(metavar="[URL|ID]...", help="Addresses of articles, or ids (six characters or more)."),
    ] = None,
    source: Annotated[str, typer.Option(help="All that this source led to.")] = "",
    query: Annotated[str, typer.Option(help="Every article that this query finds.")] = "",
    reason: Annotated[str, typer.Option(help="Why: it is kept, and shown by explain.")] = "",
    copies: Annotated[
        bool, typer.Option("--copies", help="Also the articles with the same text at other addresses.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be deleted.")] = False,
    as_json: Json = False,
) -> None:
    """Delete articles for good: from the index, the ledger and the archive; they are never fetched again.

    Backups, exports and snapshots of Elasticsearch are not reached. Interrupted, it is finished by the next run or doctor.

    Example: broadsheet delete https://www.example.org/news/ferry --reason "court order 12/26" --dry-run
    Example: broadsheet delete --query 'author:"A. Name"' --reason "asked by the author"
    """
    from broadsheet.terminal import print_json, say
    from pipeline.deleting import deletion
    from pipeline.deleting.choosing import DeleteRequest, Doomed

    if not (which or source or query):
        raise ConfigError("Say what is to be deleted: a URL or id, --source NAME, or --query QUERY.")
    config = configured(context)
    request = DeleteRequest(
        which=tuple(which or ()), source=source, query=query, reason=reason, copies=copies
    )
    if as_json and not (yes or dry_run):
        raise ConfigError("--json does not ask for confirmation: add --yes, or --dry-run.")
    if dry_run:
        found = deletion.preview(config, request)
        show_doomed(found, as_json=as_json)
        if not as_json:
            say("Nothing was deleted: this was a dry run.")
        return

    def agreed(doomed: "Doomed") -> bool:
        if not as_json:
            show_doomed(doomed)
        return bool(doomed.stones) and (yes or typer.confirm("Delete this for good?"))

    done = deletion.delete(config, request, agreed)
    if as_json:
        print_json(_as_dict(done.doomed, done.left) if done else _as_dict(Doomed(stones=(), titles={}), ()))
    else:
        show_deleted(done, source)


def show_deleted(done: "Deleted | None", source: str = "") -> None:
    """Print what was deleted, and what may hold it still; `source`: the source that was deleted as a whole."""
    from broadsheet.terminal import say

    if done is None:
        say("Nothing was deleted.")
        return
    say(f"Deleted {len(done.doomed.stones)} articles with {done.doomed.captures} records.")
    for each in done.left:
        say(each, style="yellow")
    say(
        "Backups, exports and snapshots of Elasticsearch are out of reach: what they hold is yours to delete."
    )
    if source:
        say(f"The source is still crawled: `broadsheet remove {source}` ends that.")


def show_doomed(doomed: "Doomed", *, as_json: bool = False) -> None:
    """Print what goes, and what has the same text and stays."""
    from broadsheet.terminal import print_json, say, table

    if as_json:
        print_json(_as_dict(doomed, ()))
        return
    rows = [
        (stone.url, doomed.titles.get(stone.id, ""), stone.records, len(stone.urls))
        for stone in doomed.stones[:_SHOWN]
    ]
    table(("article", "title", "records", "addresses"), rows)
    if len(doomed.stones) > _SHOWN:
        say(f"... and {len(doomed.stones) - _SHOWN} more")
    say(f"{len(doomed.stones)} articles, {doomed.captures} records.")
    if doomed.known:
        say(f"{doomed.known} more were deleted before.")
    for url in doomed.copies[:_SHOWN]:
        say(f"the same text: {url}", style="yellow")
    if doomed.copies:
        say(
            f"{len(doomed.copies)} articles with the same text stay; --copies takes them, too.",
            style="yellow",
        )


def _as_dict(doomed: "Doomed", left: "Sequence[str]") -> dict[str, object]:
    return {
        "articles": [
            {
                "id": stone.id,
                "url": stone.url,
                "urls": list(stone.urls),
                "source": stone.source,
                "records": stone.records,
            }
            for stone in doomed.stones
        ],
        "copies": list(doomed.copies),
        "deleted_before": doomed.known,
        "left": list(left),
    }


def deleted(context: typer.Context, as_json: Json = False) -> None:
    """List what was deleted: when, why, how many records; never what it said.

    Example: broadsheet deleted
    """
    from articles.model import to_dict
    from broadsheet.terminal import print_json, say, table, when
    from pipeline.deleting.deletion import tombstones

    found = tombstones(configured(context))
    if as_json:
        print_json([to_dict(stone) for stone in found])
        return
    rows = [
        (when(stone.asked_at), "" if stone.done_at else "under way", stone.url, stone.records, stone.reason)
        for stone in found
    ]
    table(("time (UTC)", "", "article", "records", "reason"), rows)
    say(f"{len(found)} deleted." if found else "Nothing was deleted yet.")
