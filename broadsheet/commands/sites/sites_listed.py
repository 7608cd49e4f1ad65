"""The command for what is known of single sites: sites."""

from typing import TYPE_CHECKING, Annotated

import typer

from articles.errors import ConfigError
from broadsheet.commands.options import Json, configured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from articles.sites.ftr_file import FtrFile
    from pipeline.sites.needless_rules import TriedRule
    from pipeline.sites.rule_watch import WatchedRule
    from pipeline.sites.tried_pages import PageTrial

_STYLES = {"passed": "green", "failed": "red", "rejected": "red", "not archived": ""}
_SHORT = 80  # characters of what a rule goes by
_KINDS = {"not_used": "not used", "ignored": "ignored", "refused": "refused"}


def sites(
    context: typer.Context,
    hosts: Annotated[
        list[str] | None, typer.Argument(help="Only the rules and files of these hosts.")
    ] = None,
    test: Annotated[
        bool,
        typer.Option(
            "--test",
            help="Try each rule on the newest pages of its site, and the pages that the files name as tests, from the archive.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """List the rules of sites, with when each did something last; then the files of [clean] site_configs. Exit code 1 if a test fails.

    Example: broadsheet sites
    Example: broadsheet sites www.example.org --test
    """
    from broadsheet.terminal import console, print_json
    from pipeline.sites.needless_rules import try_rules
    from pipeline.sites.rule_watch import watched
    from pipeline.sites.site_configs import configured_files
    from pipeline.sites.tried_pages import chosen, try_pages

    config = configured(context)
    configs = configured_files(config)
    rules = watched(config, hosts or ())
    if test and configs is None and not rules:
        raise ConfigError(
            "There is nothing to test: no site was taught anything, and "
            f'{config.path} names no folder of files with tests (`site_configs = "FOLDER"` in its section [clean]).'
        )
    files = chosen(configs.files(), hosts or ()) if configs else []
    trials: list[PageTrial] = []
    tried: list[TriedRule] = []
    if test:
        with console.status("Cleaning"):
            tried = list(try_rules(config, hosts or ())) if rules else []
            trials = list(try_pages(config, configs, files)) if configs else []
    if as_json:
        by_name = {(each.site, each.rule): each for each in tried}
        listed = [_rule_as_json(each, by_name.get((each.site, each.rule.name))) for each in rules]
        print_json({"rules": listed, "files": _as_json(files, trials)})
    else:
        _show_rules(rules, tried)
        if configs:
            _show_files(files, trials, tested=test)
    if any(trial.result in ("failed", "rejected") for trial in trials):
        raise typer.Exit(1)


def _show_rules(rules: "Sequence[WatchedRule]", tried: "Sequence[TriedRule]") -> None:
    from broadsheet.terminal import say, table

    if not rules:
        say("No site was taught anything. To correct a page: broadsheet teach URL --cut LINE")
        return
    rows = [
        (
            each.site,
            each.rule.name,
            each.rule.says[:_SHORT],
            f"{each.share:.0%} of {each.articles}",
            each.last or "never",
        )
        for each in rules
    ]
    table(("site", "rule", "goes by", "of articles", "last"), rows)
    for each in rules:
        if each.change:
            say(f"{each.site}: {each.rule.name} did something {each.change}", style="yellow")
    for one in tried:
        if one.is_needless:
            say(one.advice, style="yellow")


def _show_files(files: "Sequence[FtrFile]", trials: "Sequence[PageTrial]", *, tested: bool) -> None:
    from broadsheet.terminal import say, table

    remarks = [
        (f"{file.name}:{each.line}", _KINDS[each.kind], each.text) for file in files for each in file.remarks
    ]
    if remarks:
        table(("line", "is", "because"), remarks)
    if trials:
        rows = [
            (f"{one.file}:{one.line}", one.result, one.url, ", ".join(one.missing) or one.detail)
            for one in trials
        ]
        table(("test", "result", "page", "missing"), rows)
    say(
        f"files: {len(files)}, their tests: {sum(len(file.tests) for file in files)}, remarks: {len(remarks)}"
    )
    for result, style in _STYLES.items() if tested else ():
        if number := sum(one.result == result for one in trials):
            say(f"{number} {result}", style=style)


def _rule_as_json(watched: "WatchedRule", tried: "TriedRule | None") -> dict[str, object]:
    from dataclasses import asdict

    told: dict[str, object] = {**asdict(watched), "share": watched.share}
    if tried:
        told["tried"] = {
            "pages": tried.pages,
            "matched": tried.matched,
            "same_without": tried.same,
            "needless": tried.is_needless,
        }
    return told


def _as_json(files: "Sequence[FtrFile]", trials: "Sequence[PageTrial]") -> list[dict[str, object]]:
    return [
        {
            "file": file.name,
            "remarks": [each._asdict() for each in file.remarks],
            "tests": [
                {
                    "line": one.line,
                    "url": one.url,
                    "result": one.result,
                    "missing": one.missing,
                    "detail": one.detail,
                }
                for one in trials
                if one.file == file.name
            ],
        }
        for file in files
    ]
