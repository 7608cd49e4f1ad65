"""What health told of the invented newsroom, next to what went wrong there."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from invented import Publisher, Story
from invented_sites import Spell, Trouble

from pipeline.health.diagnosis import Verdict
from pipeline.health.record import History
from pipeline.health.verdicts import SourceHealth, judge

RIGHT: Mapping[Trouble, Verdict] = {
    Trouble.FROZEN: Verdict.QUIET,
    Trouble.EMPTY: Verdict.QUIET,
    Trouble.FORBIDDEN: Verdict.BLOCKED,
    Trouble.SHELL: Verdict.CHANGED_LAYOUT,
    Trouble.CONSENT: Verdict.BLOCKED,
    Trouble.TEMPLATE: Verdict.CHANGED_LAYOUT,
    Trouble.DATES: Verdict.CHANGED_LAYOUT,
    Trouble.ROBOTS: Verdict.BLOCKED,
    Trouble.SLOW: Verdict.FAILING,
    Trouble.ETAG: Verdict.WELL,  # with a remark: such a feed is asked for whole
    Trouble.HALF: Verdict.QUIET,
    Trouble.FLOOD: Verdict.MOSTLY_REJECTED,
}
HOUR = timedelta(hours=1)
Runs = Iterable[tuple[datetime, Sequence[History]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A time in which a source was said to be in trouble; `end` is None if it still is. `verdicts` in their order."""

    start: datetime
    end: datetime | None
    verdicts: tuple[Verdict, ...]
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What was told of each source, by name; when each of its new articles was found; when the runs were."""

    alarms: Mapping[str, Sequence[Alarm]]
    news: Mapping[str, Sequence[datetime]]
    moments: Sequence[datetime]

    @property
    def pause(self) -> timedelta:
        """The time between two runs."""
        return min((after - before for before, after in pairwise(self.moments)), default=HOUR)


def judged(runs: Runs) -> Month:
    """Health read after each run."""
    told: dict[str, list[tuple[datetime, SourceHealth]]] = defaultdict(list)
    news: dict[str, Sequence[datetime]] = {}
    moments = []
    for moment, histories in runs:
        moments.append(moment)
        for each in histories:
            told[each.source].append((moment, judge(each, moment)))
            news[each.source] = each.articles.times
    return Month(alarms={name: list(_alarms(of)) for name, of in told.items()}, news=news, moments=moments)


def _alarms(told: Sequence[tuple[datetime, SourceHealth]]) -> Iterator[Alarm]:
    begun: list[tuple[datetime, SourceHealth]] = []
    for moment, found in told:
        if found.verdict.is_trouble or (found.verdict is Verdict.WELL and found.evidence):
            begun.append((moment, found))
        elif begun:
            yield _alarm(begun, moment)
            begun = []
    if begun:
        yield _alarm(begun, None)


def _alarm(begun: Sequence[tuple[datetime, SourceHealth]], end: datetime | None) -> Alarm:
    verdicts = dict.fromkeys(found.verdict for _, found in begun)
    return Alarm(start=begun[0][0], end=end, verdicts=tuple(verdicts), evidence=begun[0][1].evidence)


def intervals(news: Sequence[datetime], until: datetime, pause: timedelta) -> tuple[timedelta, timedelta]:
    """The time within which nine of ten times the next new article was found, and the longest; no less than between two runs."""
    times = sorted({at for at in news if at < until})
    gaps = sorted(after - before for before, after in pairwise(times))
    return (max(pause, gaps[len(gaps) * 9 // 10]), max(pause, gaps[-1])) if gaps else (pause, pause)


def meanwhile(stories: Sequence[Story], start: datetime, end: datetime, month: Month) -> tuple[int, int]:
    """How many articles a publisher had between two times, and how many runs there were that could see one of them first."""
    times = [story.at for story in stories if start <= story.at <= end and not story.is_other]
    return len(times), len({bisect_left(month.moments, at) for at in times})


def show(
    publishers: Sequence[Publisher],
    stories: Mapping[str, Sequence[Story]],
    spells: Mapping[str, Spell],
    month: Month,
) -> int:
    """Print a row for each trouble, and the false alarms; returns how many troubles were not told as they should."""
    kinds, right, soon = {each.name: each.kind for each in publishers}, 0, 0
    for spell in sorted(spells.values(), key=lambda each: (list(Trouble).index(each.trouble), each.start)):
        usual, longest = intervals(month.news[spell.source], spell.start, month.pause)
        own = [each for each in month.alarms[spell.source] if _belongs(each, spell)]
        said = ", ".join(verdict for each in own for verdict in each.verdicts) or "not told"
        after = own[0].start - spell.start if own else timedelta.max
        is_right = len(own) == 1 and own[0].verdicts == (RIGHT[spell.trouble],)
        is_soon = is_right and after <= 2 * usual
        right, soon = right + is_right, soon + is_soon
        late = ""
        if own:
            articles, runs = meanwhile(stories[spell.source], spell.start, own[0].start, month)
            late = f"{after / HOUR:.0f} h | {after / usual:.1f} | {after / longest:.1f} | {articles} in {runs} runs"
        over = own[-1].end if own else None
        well = f"well {(over - spell.end) / HOUR:.0f} h after" if over else ""
        mark, why = "" if is_soon else "late" if is_right else "!", own[0].evidence if own else ""
        print(
            f"{mark} | {spell.trouble} | {kinds[spell.source]} | {usual / HOUR:.0f} h | {said} | {late} | {well} | {why}"
        )
    false = [
        (name, each)
        for name, alarms in month.alarms.items()
        for each in alarms
        if name not in spells or not _belongs(each, spells[name])
    ]
    for name, each in false:
        print(
            f"false: {name} ({kinds[name]}) {each.start:%d %H:%M}, {', '.join(each.verdicts)}: {each.evidence}"
        )
    print(
        f"{len(false)} false alarms; of {len(spells)} troubles {right} told once with the right verdict, {soon} within two intervals"
    )
    return len(spells) - soon


def _belongs(alarm: Alarm, spell: Spell) -> bool:
    """Whether an alarm began in a spell, or in the day after it, in which what was left undone is done."""
    return spell.start <= alarm.start <= spell.end + 24 * HOUR
