"""The command for what a user teaches about single sites: teach."""

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from articles.errors import ConfigError, LockedError
from broadsheet.commands.options import Json, configured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.sites.rule_preview import Preview
    from pipeline.sites.teaching import Correction, Proposal, TaughtSite

_STYLES = {"+": "green", "-": "red"}
_LISTED = 10  # URLs of one kind
_SHORT = 100  # characters of a line

Selector = Annotated[
    str, typer.Option(metavar="SELECTOR", help="Where it stands: CSS, or XPath beginning with / or (.")
]


def teach(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="URL of a page of the site, archived or not.")],
    cut: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="A line that is not article text; can be repeated."),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="A line that was cut and is article text; can be repeated."),
    ] = None,
    body: Selector = "",
    title: Selector = "",
    lead: Selector = "",
    author: Selector = "",
    date: Selector = "",
    caption: Selector = "",
    not_article: Annotated[
        str,
        typer.Option(
            metavar="PATTERN",
            help="Pages at such addresses are no articles; * stands for anything, as in /live/*.",
        ),
    ] = "",
    extractor: Annotated[
        Literal["auto", "container", "trafilatura"] | None,
        typer.Option(help="What finds the text of the site's pages."),
    ] = None,
    forget: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help="A rule of the site that is to go, by its name; can be repeated."),
    ] = None,
    rule: Annotated[
        int | None, typer.Option(min=1, help="Which of several rules that a line may mean, by its number.")
    ] = None,
    pages: Annotated[
        int, typer.Option(min=1, help="How many archived pages of the site are looked at.")
    ] = 200,
    yes: Annotated[
        bool, typer.Option("--yes", help="Keep the change and clean the source again, without a question.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Correct a page once: the rule that it gives for its site is shown with its effect on archived pages, then kept.

    Example: broadsheet teach https://www.example.org/news/ferry --cut "Sign up for our morning letter"
    Example: broadsheet teach https://www.example.org/news/ferry --author ".who b" --yes
    Example: broadsheet teach https://www.example.org/news/ferry --forget cut-1
    """
    from broadsheet.terminal import console
    from pipeline.sites.teaching import Correction, look_up

    selected = {
        "body": body,
        "title": title,
        "lead": lead,
        "author": author,
        "date": date,
        "caption": caption,
    }
    asked = [
        *(Correction("cut", line) for line in cut or ()),
        *(Correction("keep", line) for line in keep or ()),
        *(Correction(kind, text) for kind, text in selected.items() if text),  # type: ignore[arg-type]
        *([Correction("not_article", not_article)] if not_article else []),
        *([Correction("extractor", extractor)] if extractor else []),
        *(Correction("forget", name) for name in forget or ()),
    ]
    if not asked:
        raise ConfigError(
            "Say what is wrong: --cut LINE, --keep LINE, or another option of `broadsheet teach --help`."
        )
    config = configured(context)
    with console.status("Looking at the page"):
        taught = look_up(config, url, pages)
    chosen = _chosen(taught, asked, rule, quiet=as_json)
    preview = _previewed(chosen)
    if as_json:
        _print_json(chosen, preview, kept=yes)
    else:
        _show(chosen, preview)
    if yes or (not as_json and sys.stdin.isatty() and typer.confirm("Keep it?")):
        _keep(chosen, quiet=as_json)
    elif not as_json:
        from broadsheet.terminal import say

        say("Nothing was kept. To keep it: the same with --yes")


def _chosen(
    taught: "TaughtSite", asked: "Sequence[Correction]", number: int | None, *, quiet: bool
) -> "Proposal":
    from pipeline.sites.correcting import corrected

    return corrected(taught, asked, number, (lambda _: None) if quiet else _list)


def _previewed(proposal: "Proposal") -> "Preview":
    from rich.progress import Progress

    from broadsheet.terminal import console

    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Cleaning pages by both rules", total=len(proposal.taught.pages))
        return proposal.preview(lambda so_far: bar.update(task, completed=so_far.pages))


def _keep(proposal: "Proposal", *, quiet: bool) -> None:
    from broadsheet.terminal import console, say

    source, path = proposal.taught.source, proposal.taught.path
    try:
        with console.status("Cleaning the source again") as status:
            done = proposal.apply(
                lambda so_far: status.update(
                    f"Cleaning the source again: {so_far.captures} pages, {so_far.changed} changed"
                )
            )
    except LockedError as error:
        again = f"broadsheet reclean --source {source}"
        raise LockedError(
            f"The rule is kept in {path}, but articles that are there already are as they were: {error} Then: {again}"
        ) from error
    if not quiet:
        say(
            f"Kept in {path}."
            + (f" {done.captures} pages cleaned again, {done.changed} changed." if source else "")
        )


def _list(found: "Sequence[Proposal]") -> None:
    from broadsheet.terminal import say, table

    rows = []
    for number, each in enumerate(found, 1):
        if each.candidate and each.rule:
            tried = each.candidate
            said = " / ".join(line for lines in tried.effect for line in lines)
            rows.append((number, each.rule.says, f"{tried.share:.0%}", tried.words, said[:_SHORT]))
    table(("", "rule", "of other pages", "words", "takes"), rows)
    say("To take another than the first: --rule NUMBER\n")


def _show(proposal: "Proposal", preview: "Preview") -> None:
    from broadsheet.terminal import say

    if proposal.rule:
        say(f"{proposal.rule.name}: {proposal.rule.says}", style="bold")
    for diff in preview.diffs:
        say(f"  {diff.url}", style="dim")
        for line in diff.lines:
            say(f"  {line}", style=_STYLES.get(line[:1], ""))
    say(
        f"{preview.pages} pages, {preview.changed} would change: {preview.words_cut} of {preview.words} words cut "
        f"({preview.words_cut / (preview.words or 1):.2%}), {preview.words_gained} gained."
    )
    for what, urls in (
        ("would lose more than a fifth", preview.much),
        ("would become articles", preview.begins),
        ("would no longer be articles", preview.ends),
        ("could not be cleaned", preview.failed),
        ("titles would change", [f"{old} -> {new}" for _, old, new in preview.titles]),
        ("dates would change", [f"{old} -> {new}" for _, old, new in preview.dates]),
    ):
        if urls:
            more = f" and {len(urls) - _LISTED} more" if len(urls) > _LISTED else ""
            say(f"{len(urls)} {what}: {', '.join(urls[:_LISTED])}{more}", style="yellow")
    if preview.warning:
        say(preview.warning, style="yellow")


def _print_json(proposal: "Proposal", preview: "Preview", *, kept: bool) -> None:
    from dataclasses import asdict

    from broadsheet.terminal import print_json

    rule = proposal.rule
    print_json(
        {
            "file": str(proposal.taught.path),
            "rule": asdict(rule) if rule else None,
            "preview": {**asdict(preview), "warning": preview.warning},
            "kept": kept,
        }
    )
