"""The templates learned of a source: listed, and declared to be none."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from articles.errors import ConfigError
from crawlers.clock import now
from pipeline import indexes
from pipeline.batches import cleaners
from pipeline.configuration.config import Config
from pipeline.judging import Judge
from pipeline.run import data_folder
from store.ledger import knowledge_table
from store.ledger.database import Ledger
from store.ledger.knowledge_table import Template


def listed(config: Config, source: str) -> list[Template]:
    """The source's templates that something was cut by, the first learned first. Raises LedgerError."""
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        return [template for template in knowledge_table.templates(conn, source) if template.text]


def forget(config: Config, source: str, fingerprint: str, clock: Callable[[], datetime] = now) -> int:
    """Declare a template (sixteen hexadecimal digits, or their beginning) to be none; how many articles have the line again.

    Raises ConfigError where there is not exactly one such template, LockedError during a run.
    """
    named = [
        template
        for template in listed(config, source)
        if f"{template.fingerprint:016x}".startswith(fingerprint)
    ]
    if len(named) != 1:
        raise ConfigError(
            f"{len(named) or 'No'} template of {source} begins with {fingerprint}; `broadsheet templates {source}` lists them."
        )
    with (
        data_folder(config) as (_, ledger),
        closing(indexes.writer(config)) as writer,
        cleaners(config) as pool,
    ):
        with ledger.transaction() as conn:
            knowledge_table.forget(conn, source, named[0].fingerprint, clock())
        judge = Judge(config.archive, ledger, indexes.reader(config), writer, pool, clock)
        return judge.judge_waiting().changed
