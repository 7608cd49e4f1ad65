"""The command for files on single sites: sites."""

from typing import TYPE_CHECKING, Annotated

import typer

from articles.errors import ConfigError
from broadsheet.commands.options import Json, configured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from articles.sites.ftr_file import FtrFile
    from pipeline.sites.tried_pages import PageTrial

_STYLES = {"passed": "green", "failed": "red", "rejected": "red", "not archived": ""}
_KINDS = {"not_used": "not used", "ignored": "ignored", "refused": "refused"}


def sites(
    context: typer.Context,
    hosts: Annotated[list[str] | None, typer.Argument(help="Only the files of these hosts.")] = None,
    test: Annotated[
        bool,
        typer.Option(
            "--test", help="Try the pages that the files name as tests, as far as they are archived."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """List the files of [clean] site_configs, with what is wrong with them or not used. Exit code 1 if a test fails.

    Example: broadsheet sites www.example.org --test
    """
    from broadsheet.terminal import console, print_json
    from pipeline.sites.site_configs import configured_files
    from pipeline.sites.tried_pages import chosen, try_pages

    config = configured(context)
    configs = configured_files(config)
    if configs is None:
        raise ConfigError(
            f'{config.path} names no folder of such files; put `site_configs = "FOLDER"` into its section [clean].'
        )
    files = chosen(configs.files(), hosts or ())
    trials: list[PageTrial] = []
    if test:
        with console.status("Cleaning"):
            trials = list(try_pages(config, configs, files))
    if as_json:
        print_json(_as_json(files, trials))
    else:
        _show(files, trials, tested=test)
    if any(trial.result in ("failed", "rejected") for trial in trials):
        raise typer.Exit(1)


def _show(files: "Sequence[FtrFile]", trials: "Sequence[PageTrial]", *, tested: bool) -> None:
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
