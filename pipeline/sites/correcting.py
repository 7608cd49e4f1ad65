"""Several corrections of one page, made one change of its site's file."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from articles.errors import ConfigError
from articles.sites.candidates import is_ambiguous
from pipeline.sites.teaching import Correction, Proposal, TaughtSite, after, proposals

NOTHING = "Say what is wrong: a line to cut or to keep, or where a part of the article stands."


def corrected(
    taught: TaughtSite,
    corrections: Sequence[Correction],
    number: int | None = None,
    several: Callable[[Sequence[Proposal]], None] = lambda _: None,
) -> Proposal:
    """All corrections in one proposal; of what one may mean, the rule of that number (from 1), or else the likeliest.

    `several` is called with what a correction may mean, where that is more than one rule. Raises ConfigError if nothing can be
    made of one, or if no rule is likelier than the others.
    """
    if not corrections:
        raise ConfigError(NOTHING)
    if number and len(corrections) > 1:
        raise ConfigError("A rule can be chosen for one correction at a time.")
    now = taught
    for correction in corrections:
        found = proposals(now, correction)
        if number is None and len(found) > 1:
            several(found)
            if is_ambiguous([each.candidate for each in found if each.candidate]):
                raise ConfigError(
                    f"The line may mean each of these, by number: {_numbered(found)}. Choose one."
                )
        if number and number > len(found):
            raise ConfigError(f"There is no rule {number}; the line may mean {_numbered(found)}.")
        picked = found[(number or 1) - 1]
        now = after(now, picked)
    return replace(picked, taught=taught)


def _numbered(found: Sequence[Proposal]) -> str:
    return "; ".join(f"{number}: {each.rule.says}" for number, each in enumerate(found, 1) if each.rule)
