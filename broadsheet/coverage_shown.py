"""How complete a collection is, on the terminal: what is had of what there is, in 80 columns."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from broadsheet.terminal import say, table
from pipeline.coverage.covering import Covered, SourceCoverage
from pipeline.coverage.second_catch import Probed

_SHOWN = 40
_FORMS = {
    "none": "no two lists were seen to depend on each other",
    "positive": "some lists name the same articles more often than chance, so that there may well be more",
    "negative": "some lists name different articles, which the estimate allows for",
    "untested": "whether they depend on each other cannot be told; if they tend to name the same articles, there is more",
}


def show_coverage(found: Sequence[SourceCoverage]) -> None:
    """Print a row for each source; for one alone, its lists and days."""
    table(_HEAD, [_row(each.source, each.whole) for each in found])
    if len(found) == 1:
        _show_one(found[0])
    single = [each.source for each in found if each.whole.named and len(each.whole.named) < 2]
    if single:
        say()
        say(
            f"{_some(single)}: one kind of list is one catch, which gives no estimate. "
            "`broadsheet coverage SOURCE --probe` reads sitemap and front page once, as a second.",
            style="yellow",
        )
    nothing = [each.source for each in found if not each.whole.named]
    if nothing:
        say()
        say(
            f"{_some(nothing)}: no list named a page of these days since catches are kept; they come with each run.",
            style="yellow",
        )


def show_missing(found: Sequence[SourceCoverage]) -> None:
    """Print the pages that some list names and that are not had, with the reasons."""
    for source in found:
        for each in source.missing:
            day = each.day.isoformat() if each.day else ""
            say(f"{day}  {each.reason}  ({', '.join(sorted(each.ways))})  {each.url}")
    say(f"{sum(len(source.missing) for source in found)} pages are named and not had.", style="bold")


def show_probed(probed: Probed) -> None:
    """Print what was read as a second catch."""
    names = {"sitemap": "its sitemaps", "section": "its front page"}
    said = [f"{names[way]} name {count} pages" for way, count in sorted(probed.named.items())]
    say(f"{probed.source}: {' and '.join(said) or 'there is nothing to read that its runs do not read'}.")
    for url, why in probed.problems:
        say(f"  {url}: {why}", style="yellow")


def as_json(found: Sequence[SourceCoverage]) -> list[dict[str, Any]]:
    """The same as plain values for JSON."""
    return [
        {
            "source": each.source,
            **_plain(each.whole),
            "undated": each.undated,
            "days": [{"day": day, **_plain(of_day)} for day, of_day in each.days.items()],
            "missing": [
                {"url": one.url, "day": one.day, "ways": sorted(one.ways), "reason": one.reason}
                for one in each.missing
            ],
        }
        for each in found
    ]


_HEAD = ("source", "seen", "there are", "95 %", "have", "share", "missing most")


def _row(name: str | date, covered: Covered) -> tuple[object, ...]:
    guess = covered.estimate
    number = "" if guess.number is None else f"{'≥ ' if guess.is_least else ''}{guess.number}"
    ends = "" if guess.number is None else f"{guess.low} to {'any' if guess.high is None else guess.high}"
    share = "" if covered.share is None else f"{'≤ ' if guess.is_least else ''}{covered.share:.0%}"
    return (str(name), guess.seen, number, ends, covered.had, share, _most(covered))


def _most(covered: Covered) -> str:
    """What is missing most: a reason, or what no list names."""
    unseen = (covered.estimate.number or 0) - covered.estimate.seen
    counts = {**covered.reasons, **({"in no list": unseen} if unseen > 0 else {})}
    if not counts:
        return ""
    reason = max(counts, key=lambda each: counts[each])
    return f"{reason} {counts[reason]}"


def _show_one(found: SourceCoverage) -> None:
    whole = found.whole
    if not whole.named:
        return
    say()
    table(("day", *_HEAD[1:]), [_row(day, of_day) for day, of_day in found.days.items()])
    say()
    table(
        ("kind of list", "names", "alone would miss"),
        [(way, count, f"{whole.missed_by(way):.0%}") for way, count in whole.named.items()],
    )
    say()
    if whole.estimate.number is None and len(whole.named) > 1:
        say("The lists have no page in common, so that there is no estimate.", style="yellow")
    elif whole.estimate.number is not None:
        tested = whole.estimate.dependence != "untested"
        pairs = "; ".join(f"{one} and {other}" for one, other in whole.estimate.pairs if tested)
        say(f"The lists: {_FORMS[whole.estimate.dependence]}{f' ({pairs})' if pairs else ''}.")
    if found.undated:
        say(f"{found.undated} pages that no list or address dates are left out.")
    if whole.reasons:
        said = ", ".join(f"{reason} {count}" for reason, count in whole.reasons.items())
        say(f"Named and not had: {said}; --missing lists them.")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _plain(covered: Covered) -> dict[str, Any]:
    guess = covered.estimate
    return {
        "seen": guess.seen,
        "estimate": guess.number,
        "low": guess.low,
        "high": guess.high,
        "at_least": guess.is_least,
        "dependence": guess.dependence,
        "dependent": [list(pair) for pair in guess.pairs],
        "have": covered.had,
        "share": covered.share,
        "named": dict(covered.named),
        "missed_by": {way: covered.missed_by(way) for way in covered.named},
        "reasons": dict(covered.reasons),
    }
