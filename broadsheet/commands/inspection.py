"""The commands for inspection: explain, templates, check, status, dead-letters, health, doctor, maintain."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.commands.options import Json, configured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from articles.errors import SearchIndexError
    from pipeline.maintenance.doctor import Finding

_MOST_LISTED = 100
_DETAIL = 80  # characters


def explain(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="URL of an article, or any URL that was discovered.")],
    as_json: Json = False,
) -> None:
    """Show every decision about a URL, in order, from its discovery to the index.

    Example: broadsheet explain https://www.example.org/news/ferry
    """
    from articles.urls import masked
    from broadsheet.terminal import print_json, say, table, when
    from pipeline.explain import explain as explain_url

    account = explain_url(configured(context), url)
    if as_json:
        print_json([{"at": s.at, "step": s.step, "what": s.what} for s in account])
        return
    say(masked(url), style="bold")
    table(("time (UTC)", "step", "what"), [(when(s.at), s.step, s.what) for s in account])


def templates(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Source name.")],
    forget: Annotated[
        str,
        typer.Option(
            help="Stop treating the line with this fingerprint as boilerplate; restore it to its articles."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """List the lines learned as site boilerplate and cut from articles.

    Example: broadsheet templates example.org
    Example: broadsheet templates example.org --forget 3f0c9a1b
    """
    from broadsheet.terminal import print_json, say, table, when
    from pipeline.configuration.config import choose
    from pipeline.learned_templates import forget as forget_one
    from pipeline.learned_templates import listed

    config = configured(context)
    choose(config, (source,))
    if forget:
        say(f"Forgotten; the line is restored to {forget_one(config, source, forget)} articles.")
        return
    found = listed(config, source)
    if as_json:
        print_json(
            [
                {
                    "fingerprint": f"{one.fingerprint:016x}",
                    "text": one.text,
                    "learned_at": one.learned_at,
                    "forgotten_at": one.forgotten_at,
                }
                for one in found
            ]
        )
        return
    rows = [
        (f"{one.fingerprint:016x}", when(one.learned_at), when(one.forgotten_at), one.text) for one in found
    ]
    table(("fingerprint", "learned", "forgotten", "line"), rows)
    say(f"{len(found)} for {source}." if found else f"None learned for {source} yet.")


def check(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="URL of the page.")],
    as_json: Json = False,
) -> None:
    """Fetch one page, politely, and show the article made from it; nothing is stored.

    Example: broadsheet check https://www.example.org/news/ferry
    """
    from articles.errors import CrawlError
    from articles.model import Rejection, to_json
    from broadsheet.commands.find import show_article
    from broadsheet.terminal import console, say
    from pipeline.clean_capture import clean_apart
    from pipeline.configuration.site_extractor import extractor_for
    from pipeline.fetch_once import Unfetched, fetch
    from pipeline.sites.site_folder import load_sites

    config = configured(context)
    with console.status("Fetching"):
        page = fetch(config, [url])[0]
    if isinstance(page, Unfetched):
        raise CrawlError(f"{page.url} was not fetched: {page.reason}.")
    with console.status("Cleaning"):
        result = clean_apart(
            page,
            config.clean.timeout,
            extractor_for(config, page.final_url),
            config.crawl.obey,
            load_sites(config).of(page.final_url),
        )
    if isinstance(result, Rejection):
        say(f"{page.final_url} is not an article: {result.reason} ({result.detail})", style="yellow")
        raise typer.Exit(1)
    if as_json:
        sys.stdout.buffer.write(to_json(result) + b"\n")
    else:
        show_article(result)


def status(context: typer.Context, as_json: Json = False) -> None:
    """Count URLs by state, captures by outcome, and articles in the index.

    Example: broadsheet status
    """
    from broadsheet.terminal import print_json, table
    from pipeline.status import status as count

    problems: list[SearchIndexError] = []
    counts = count(configured(context), problems.append)
    if as_json:
        print_json(counts)
    else:
        table(
            ("what", "", "count"),
            [(group, name, number) for group, values in counts.items() for name, number in values.items()],
        )
    for problem in problems:
        raise problem


def dead_letters(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="Only this source; can be repeated.")] = None,
    reason: Annotated[
        list[str] | None, typer.Option(help="Only pages given up for this reason; can be repeated.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--retry", help="Have the next run try them again, as `broadsheet retry` does.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the pages that were given up: not fetched after several attempts, not cleaned, or not taken by the index.

    Example: broadsheet dead-letters
    Example: broadsheet dead-letters --reason cleaner_failed --retry
    """
    from dataclasses import asdict

    from broadsheet.terminal import print_json, say, table, when
    from crawlers.clock import now
    from pipeline.configuration.config import choose
    from pipeline.maintenance.due_again import dead_letters as given_up
    from pipeline.maintenance.due_again import retry
    from store.ledger.queries.second_chances import OURS, Chosen

    config = configured(context)
    if source:
        choose(config, tuple(source))
    found = given_up(config, Chosen(sources=tuple(source or ()), reasons=tuple(reason or ())))
    retried = again and bool(found)
    if retried:
        retry(config, Chosen(urls=tuple(each.url for each in found)), now())
    how = {each.url: "load" if each.reason in OURS else "fetch" for each in found}
    if as_json:
        print_json([{**asdict(each), "again": how[each.url], "retried": retried} for each in found])
        return
    rows = [
        (e.source, e.url, e.reason, e.detail[:_DETAIL], when(e.since), e.tries, how[e.url])
        for e in found[:_MOST_LISTED]
    ]
    if rows:
        table(("source", "page", "reason", "detail", "since (UTC)", "tries", "again"), rows)
    if len(found) > len(rows):
        say(f"... and {len(found) - len(rows)} more; --json lists all.")
    pages = f"{len(found)} page{'' if len(found) == 1 else 's'}"
    if retried:
        say(f"{pages} {'is' if len(found) == 1 else 'are'} due again. Next: broadsheet run")
    elif found:
        say(f"{pages} given up. To have them tried again: the same with --retry")
    else:
        say("No page was given up.")


def health(context: typer.Context, as_json: Json = False) -> None:
    """Say what is wrong with the collection and its sources, since when, and what of that was told to whom of late.

    Exit code 0 if all is well, 1 if something is wrong, 2 if nothing gets in any more, or will not for long.

    Example: broadsheet health
    Example: broadsheet health --json
    """
    from dataclasses import asdict

    from broadsheet.health_shown import as_json as health_as_json
    from broadsheet.health_shown import show_health, show_told
    from broadsheet.terminal import print_json
    from crawlers.clock import now
    from pipeline.health.checkup import examine as examine_health
    from pipeline.telling.tell import lately

    config, at = configured(context), now()
    found, told = examine_health(config, config.sources, at), lately(config, at)
    if as_json:
        print_json({**health_as_json(found), "told": [asdict(each) for each in told]})
    else:
        show_health(found, at)
        show_told(told)
    if found.code:
        raise typer.Exit(found.code)


def doctor(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Read all segments in the folder, not only those that are due.")
    ] = False,
    fetch: Annotated[
        bool,
        typer.Option("--fetch", help="Read segments that are only in the bucket, too: downloads them all."),
    ] = False,
) -> None:
    """Check the folder, lock, ledger, archive, bucket and indexes; suggest fixes. A deletion that was interrupted is finished first.

    Of the archive, the open segment is read, some of those that were never read since they were closed or changed, and those
    that were read a month ago.

    Example: broadsheet doctor
    Example: broadsheet doctor --all
    """
    from pipeline.deleting.deletion import finish_interrupted
    from pipeline.maintenance.doctor import examine

    finish_interrupted(configured(context))
    show_findings(examine(configured(context), everything=everything, fetch=fetch))


def maintain(context: typer.Context) -> None:
    """Do the upkeep: close old archive segments, drop raw pages past their retention, move closed segments to the bucket, then check as doctor does.

    Example: broadsheet maintain
    """
    from broadsheet.terminal import say
    from pipeline.maintenance.upkeep import maintain as do_upkeep

    upkeep = do_upkeep(configured(context))
    for line in upkeep.done:
        say(line)
    show_findings(upkeep.findings)


def show_findings(findings: "Sequence[Finding]") -> None:
    """Print the findings; exit code 1 if something is wrong, 75 if it is only a temporarily unavailable index or bucket."""
    from broadsheet.terminal import say

    for finding in findings:
        say(
            f"{'ok' if finding.ok else 'PROBLEM':<8} {finding.part}: {finding.text}",
            style="" if finding.ok else "red",
        )
    wrong = [finding for finding in findings if not finding.ok]
    if wrong:
        raise typer.Exit(os.EX_TEMPFAIL if all(finding.passing for finding in wrong) else 1)
