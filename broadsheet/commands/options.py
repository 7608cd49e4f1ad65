"""What the commands have in common: the option --json, and the configuration that --config names."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.configuration.config import Config

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def configured(context: typer.Context) -> "Config":
    """The configuration, read now. Raises ConfigError."""
    from pipeline.configuration.config import load

    return load(context.obj)
