"""What `broadsheet add` tried and added, for a terminal of 80 columns."""

from collections.abc import Iterable
from pathlib import Path

from broadsheet.terminal import say
from pipeline.adding.samples import Sample
from pipeline.adding.sources import Found

_SITES = 5
_SOURCES = 20
_KIND = 8  # columns


def show_tried(found: Found) -> None:
    """What each way into a site gave, of the first five sites."""
    for address, samples in found.tried[:_SITES]:
        say(address, style="bold")
        for each in samples:
            if each.named or not each.error:
                say(f"  {each.kind:<{_KIND}} {each.url}")
                say(f"  {'':<{_KIND}} {_told(each)}", style="yellow" if each.error else "")
        nowhere = [each.url for each in samples if each.error and not each.named]
        if nowhere:
            say(f"  {len(nowhere)} more addresses that many sites use: nothing there.")


def show_added(found: Found, path: Path, *, dry_run: bool) -> None:
    """The sources that were added, or would be; what is known already; and problems."""
    added = "would add" if dry_run else "added"
    for source in found.new[:_SOURCES]:
        say(f"{added} {source.name}: {', '.join(source.ways)}")
    if len(found.new) > _SOURCES:
        say(f"... and {len(found.new) - _SOURCES} more")
    for way in found.known:
        say(f"already known: {way}")
    for address, reason in found.problems:
        say(f"not added: {address} {reason}", style="yellow")
    if found.new:
        sources = f"{len(found.new)} source{'' if len(found.new) == 1 else 's'}"
        if dry_run:
            say(f"Nothing was written; without --dry-run, {sources} would be added to {path}.")
        else:
            say(f"{sources} added to {path}. Next: broadsheet run")


def _told(each: Sample) -> str:
    """The facts of a sample in one line."""
    if each.error:
        return " ".join(each.error.split())[:66]
    return ", ".join(_facts(each))


def _facts(each: Sample) -> Iterable[str]:
    if each.kind == "section":
        yield f"{each.entries} links to articles, {each.articles} of them by the address"
        return
    sitemaps = f"{len(each.sitemaps)} sitemaps, in the newest of them " if each.sitemaps else ""
    yield f"{sitemaps}{each.entries} entries"
    if each.newest:
        yield f"newest {each.newest:%Y-%m-%d %H:%M}"
    if each.entries:
        yield f"{100 * each.dated // each.entries}% dated"
        yield f"{each.articles} articles"
