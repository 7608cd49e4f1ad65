"""What the commands have in common: the option --json, the configuration that --config names, spans of time."""

from typing import TYPE_CHECKING, Annotated

import typer

from articles.errors import ConfigError

if TYPE_CHECKING:
    from datetime import timedelta

    from pipeline.configuration.config import Config

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def configured(context: typer.Context) -> "Config":
    """The configuration, read now. Raises ConfigError."""
    from pipeline.configuration.config import load

    return load(context.obj)


def span(text: str, option: str) -> "timedelta":
    """The span of time given in an option, such as 7d. Raises ConfigError."""
    from pipeline.configuration.schedule import interval

    try:
        return interval(text)
    except ValueError as error:
        raise ConfigError(f"{option} {text}: {error}.") from None
