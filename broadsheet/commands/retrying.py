"""The command that has pages tried again: retry."""

from typing import TYPE_CHECKING, Annotated

import typer

from articles.errors import ConfigError
from broadsheet.commands.options import Json, configured, span

if TYPE_CHECKING:
    from pipeline.configuration.config import Config


def retry(
    context: typer.Context,
    urls: Annotated[list[str] | None, typer.Argument(help="URLs of pages (default: all).")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this source; can be repeated.")] = None,
    reason: Annotated[
        list[str] | None,
        typer.Option(help="Only pages missing for this reason, such as http_status; can be repeated."),
    ] = None,
    since: Annotated[str, typer.Option(help="Only pages last tried within this time, such as 7d.")] = "",
    lost: Annotated[
        bool, typer.Option("--lost", help="Pages that only the data folder of a worker has that is gone.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be due.")] = False,
    as_json: Json = False,
) -> None:
    """Have the next run try pages again that failed, are gone, were rejected or wait for another attempt.

    They are fetched again; those that were archived and could not be cleaned or indexed are loaded again from the archive.
    Pages that robots.txt or the address rules refuse stay refused. A host that asked to be left alone is asked again.

    Example: broadsheet retry --reason no_article --since 7d --dry-run
    Example: broadsheet retry https://www.example.org/news/ferry
    """
    from broadsheet.terminal import print_json, say, table, when
    from crawlers.clock import now
    from pipeline.configuration.config import choose
    from pipeline.maintenance.due_again import retry as make_due
    from store.ledger.queries.second_chances import Chosen

    config = configured(context)
    if lost:
        if urls or source or reason or since or dry_run:
            raise ConfigError("--lost takes all that is lost; leave the other choices out.")
        _give_up_lost(config, as_json=as_json)
        return
    if source:
        choose(config, tuple(source))
    chosen = Chosen(
        urls=tuple(urls or ()),
        sources=tuple(source or ()),
        reasons=tuple(reason or ()),
        since=now() - span(since, "--since") if since else None,
    )
    done = make_due(config, chosen, now(), dry_run=dry_run)
    if as_json:
        reopened = [one.host for one in done.reopened]
        print_json(
            {
                "pages": dict(done.pages),
                "left": list(done.left),
                "reopened": reopened,
                "loaded": done.loaded,
            }
        )
        return
    table(("reason", "pages"), list(done.pages.items()))
    for line in done.left:
        say(line, style="yellow")
    for one in done.reopened:
        say(f"{one.host} is asked again, though it asked to be left alone until {when(one.until)} UTC.")
    count = sum(done.pages.values())
    pages = f"{count} page{'' if count == 1 else 's'}"
    if dry_run:
        say(f"{pages} would be due again.")
    else:
        from_archive = f" ({done.loaded} from the archive)" if done.loaded else ""
        say(f"{pages} {'is' if count == 1 else 'are'} due again{from_archive}. Next: broadsheet run")


def _give_up_lost(config: "Config", *, as_json: bool) -> None:
    from broadsheet.terminal import print_json, say
    from pipeline.sharing.giving_up import give_up_lost

    done = give_up_lost(config)
    if as_json:
        print_json({"segments": list(done.segments), "pages": done.pages})
    else:
        say(
            f"Gave up {len(done.segments)} segments that no worker brought; {done.pages} pages are due again, and articles stay."
        )
