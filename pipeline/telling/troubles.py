"""What is wrong now, and what of that a target does not know yet. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.health.checkup import Condition, Health
from pipeline.health.diagnosis import Verdict
from pipeline.health.verdicts import SourceHealth
from store.ledger.watch.told_table import SOURCE, Told

_RUN, _CAUSES = "run", ("index", "disk")  # a run fails for these, which are told already
_GRAVE = 2  # the code of a condition in which nothing gets in
_RANKS = {code: _GRAVE - code for code in (1, _GRAVE)}
_ORDER = list(Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with its subject: `head` in a few words, `text` with the evidence.

    `subject` is a part of the collection, or `source NAME`; `rank` how grave it is, 0 the gravest. Of a `canary` it is likely our own fault.
    """

    subject: str
    head: str
    text: str
    rank: int
    canary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All troubles of a moment, and the sources that were looked at.

    `unsure` names subjects of which it is not known whether a trouble of this rank, or a less grave one, is over.
    """

    troubles: tuple[Trouble, ...] = ()
    sources: frozenset[str] = frozenset()
    unsure: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a target is to be told: new or graver `troubles`, the worst first, and the subjects that are `well` again.

    Nobody looks any more at those that are `gone`, so that nothing is told of them.
    """

    troubles: tuple[Trouble, ...] = ()
    well: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def situation(health: Health, canaries: Collection[str]) -> Situation:
    """The situation by the health of the collection and of its sources; some of these are canaries, by name."""
    wrong = [each for each in health.conditions if each.code]
    caused = any(each.part in _CAUSES and each.code == _GRAVE for each in wrong)
    following = {each.part for each in wrong if caused and each.part == _RUN}
    unsure = {SOURCE + each.source: _rank(each) for each in health.sources if each.verdict is Verdict.UNKNOWN}
    return Situation(
        troubles=(
            *(_condition(each) for each in wrong if each.part not in following),
            *_of_sources(health, canaries),
        ),
        sources=frozenset(SOURCE + each.source for each in health.sources),
        unsure=unsure | dict.fromkeys(following, 0),
    )


def news(now: Situation, told: Mapping[str, Told], target: str = "", *, quiet: bool = False) -> News:
    """What a target with this name, which was told that (by subject), is to be told now; in quiet hours only of canaries."""
    own = f"notify {target}"  # what it did not take is no news to itself
    present = {each.subject: each for each in now.troubles if each.subject != own}
    new = [
        each
        for each in present.values()
        if (each.subject not in told or each.rank < told[each.subject].rank) and (each.canary or not quiet)
    ]
    over = [
        subject
        for subject, line in told.items()
        if subject not in present and line.rank < now.unsure.get(subject, line.rank + 1)
    ]
    gone = tuple(each for each in over if each.startswith(SOURCE) and each not in now.sources)
    return News(
        troubles=tuple(sorted(new, key=lambda each: (not each.canary, each.rank, each.head))),
        well=() if quiet else tuple(each for each in over if each not in gone),
        gone=gone,
    )


def name_of(subject: str) -> str:
    """The subject for people: the name of the source, or the part of the collection."""
    return subject.removeprefix(SOURCE)


def _rank(unknown: SourceHealth) -> int:
    """Of a source whose lists are read it is unknown only whether it is quiet."""
    return len(_RANKS) + _ORDER.index(Verdict.QUIET) if unknown.asked_at else 0


def _condition(each: Condition) -> Trouble:
    return Trouble(
        subject=each.part,
        head=f"{each.part}: in trouble",
        text=f"{each.part}: {each.text}",
        rank=_RANKS[each.code],
    )


def _of_sources(health: Health, canaries: Collection[str]) -> Iterator[Trouble]:
    for each in health.sources:
        canary = each.source in canaries
        if each.verdict.is_trouble or (canary and each.failures):
            yield _source(each, canary)


def _source(each: SourceHealth, canary: bool) -> Trouble:
    """A canary is told of when one of its lists failed for the first time, too."""
    what = each.verdict if each.verdict.is_trouble else Verdict.FAILING
    evidence = each.evidence if each.verdict.is_trouble else "the last request for one of its lists failed"
    since = f" since {each.since:%Y-%m-%d %H:%M} UTC" if each.since else ""
    head = f"{each.source}: {what}"
    text = f"{head}{since}: {evidence}"
    return Trouble(
        subject=SOURCE + each.source,
        head=f"canary {head}" if canary else head,
        text=f"canary {text}. Likely our own fault (network, machine, settings), not the site's"
        if canary
        else text,
        rank=len(_RANKS) + _ORDER.index(what),
        canary=canary,
    )
