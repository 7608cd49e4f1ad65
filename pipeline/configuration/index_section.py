"""The section `[index]` of broadsheet.toml."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from pipeline.configuration.sections import Section
from pipeline.configuration.values import Alias, BackendName


def _split(value: object) -> object:
    if value not in ("never", "month"):
        raise ValueError('is "never" (one index) or "month" (one for each month of first sight)')
    return value


def _replicas(value: object) -> object:
    if value != "auto" and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ValueError('is a number, or "auto" for one where the cluster has a second node')
    return value


class IndexSection(Section):
    """Where articles are searched."""

    backend: BackendName = Field(
        default="embedded", description="The index: embedded (needs no server) or elasticsearch."
    )
    url: str = Field(default="http://127.0.0.1:9200", description="URL of Elasticsearch.")
    alias: Alias = Field(
        default="articles",
        description="The alias used for searching and writing in Elasticsearch; one per data folder.",
    )
    allow_plain_http: bool = Field(
        default=False, description="Allow connections to Elasticsearch on another machine without TLS."
    )
    patience: float = Field(
        default=60.0,
        ge=0,
        description="Seconds to keep retrying an Elasticsearch that does not accept articles.",
    )
    split: Annotated[Literal["never", "month"], BeforeValidator(_split)] = Field(
        default="never",
        description="In Elasticsearch: one index (never), or one for each month in which articles were first seen (month).",
    )
    shards: int = Field(
        default=1, ge=1, le=1024, description="Primary shards of each index that is made in Elasticsearch."
    )
    replicas: Annotated[int | Literal["auto"], BeforeValidator(_replicas)] = Field(
        default="auto",
        description="Copies of each shard in Elasticsearch: a number, or auto (one if there is a second node).",
    )
    pipeline: str = Field(
        default="",
        pattern=r"^[^\s/,*?\"<>|\\#]*$",
        description='The ingest pipeline of Elasticsearch that every article goes through; none if "".',
    )
