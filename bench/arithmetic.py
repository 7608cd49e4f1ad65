"""What so many articles a day cost: arithmetic from the unit costs in a table of docs/scaling.md, and where the first walls are.

    python bench/arithmetic.py docs/scaling.md --articles 500000 --sources 5000
    python bench/arithmetic.py docs/scaling.md --walls

Prints tables as the document has them. Nothing is measured here.
"""

import argparse
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

DAY = 86_400.0
MANY = 1e9  # articles a day, which no wall is beyond
Costs = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked: articles and sources, runs a day of all sources, and after how many days of it."""

    articles: float
    sources: float
    runs: float = 24
    days: float = 30

    @property
    def remembered(self) -> float:
        """Articles of all days together."""
        return self.articles * self.days


@dataclass(frozen=True, slots=True)
class Quantity:
    """One line of the table; a value above the limit is a wall. `shown` writes the value."""

    name: str
    of: Callable[[Costs, Load], float]
    limit: float
    shown: Callable[[float], str]
    note: str


def costs(text: str) -> dict[str, float]:
    """The unit costs of a document, by their names: the rows of its tables that begin with a name and a number."""
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", text, flags=re.MULTILINE)
    return {name: float(value) for name, value in rows}


def knowing(unit: Costs, history: float) -> float:
    """CPU ms for the knowledge of a source with so many articles: between the measured points in a straight line, flat after the last."""
    points = sorted(
        (float(name.rpartition("_")[2]), cost) for name, cost in unit.items() if name.startswith("knowledge_")
    )
    points.insert(0, (0.0, 0.0))
    for (low, before), (high, after) in pairwise(points):
        if history <= high:
            return before + (after - before) * (history - low) / (high - low)
    return points[-1][1]


def cleaning(unit: Costs, load: Load) -> float:
    return load.articles * unit["clean_ms"] / 1e3 / DAY


def loading(unit: Costs, load: Load) -> float:
    return load.articles * unit["load_ms"] / 1e3 / DAY


def crawling(unit: Costs, load: Load) -> float:
    asked = load.sources * load.runs * unit["feed_ms"]
    return (load.articles * unit["fetch_ms"] + asked) / 1e3 / DAY


def judging(unit: Costs, load: Load) -> float:
    news = min(load.sources, load.articles / load.runs)
    return news * knowing(unit, load.remembered / load.sources) / 1e3 / (DAY / load.runs)


def closing(unit: Costs, load: Load) -> float:
    return load.remembered * unit["close_us"] / 1e6


def asking(unit: Costs, load: Load) -> float:
    return load.remembered * unit["standin_share"] * unit["standin_us"] / 1e6


def checking(unit: Costs, load: Load) -> float:
    return load.remembered * unit["check_ms"] / 1e3


def archive(unit: Costs, load: Load) -> float:
    return load.articles * unit["archive_kb"] / 1e6


def ledger(unit: Costs, load: Load) -> float:
    return load.remembered * (unit["remembered_kb"] + unit["rows_kb"]) / 1e6


def index(unit: Costs, load: Load) -> float:
    return load.remembered * unit["index_kb"] / 1e6


def indexing(unit: Costs, load: Load) -> float:
    return load.articles / DAY / unit["elastic_per_s"]


def cores(value: float) -> str:
    return f"{value:.2f} cores" if value < 10 else f"{value:.0f} cores"


def share(value: float) -> str:
    return f"{value * 100:.0f} %" if value >= 0.1 else f"{value * 100:.1f} %"


def span(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3_600, "h"), (60, "min"), (1, "s")):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.2f} s"


def space(gigabytes: float) -> str:
    return f"{gigabytes / 1e3:.1f} TB" if gigabytes >= 1e3 else f"{gigabytes:.1f} GB"


NONE = float("inf")
QUANTITIES = (
    Quantity("cleaning", cleaning, NONE, cores, "in as many processes as there are `[clean] workers`"),
    Quantity("the run's main process, loading", loading, 1.0, cores, "one interpreter"),
    Quantity("crawl process", crawling, 1.0, cores, "one interpreter"),
    Quantity("judging, of the time between two runs", judging, 1.0, share, "one thread"),
    Quantity("closing a snapshot, each run", closing, 600.0, span, "the ledger is locked meanwhile"),
    Quantity("asking for stand-ins, five times a second", asking, 0.2, span, "while a crawl runs"),
    Quantity("checking the archive, each night", checking, 8 * 3600.0, span, "under the run lock"),
    Quantity("archive, each day", archive, NONE, space, "until `[store] retention`"),
    Quantity("ledger", ledger, NONE, space, "in the end, without what is kept of earlier days"),
    Quantity("index", index, NONE, space, "in the end"),
    Quantity(
        "one Elasticsearch node, loading", indexing, 1.0, share, "of what it takes when it does nothing else"
    ),
)


def table(unit: Costs, loads: list[Load]) -> str:
    """What each load costs, as a Markdown table; what is above its limit is in bold."""
    heads = [f"{load.articles:,.0f} a day, {load.sources:,.0f} sources" for load in loads]
    lines = [f"| | {' | '.join(heads)} | |", "|---|" + "---|" * len(loads) + "---|"]
    for each in QUANTITIES:
        values = [each.of(unit, load) for load in loads]
        cells = [each.shown(value) if value <= each.limit else f"**{each.shown(value)}**" for value in values]
        lines.append(f"| {each.name} | {' | '.join(cells)} | {each.note} |")
    return "\n".join(lines)


def wall(unit: Costs, each: Quantity, per_source: float) -> float:
    """From how many articles a day on a quantity is above its limit, with so many of them from each source."""
    low, high = 0.0, MANY
    while high - low > 0.001 * high:
        middle = (low + high) / 2
        if each.of(unit, Load(middle, middle / per_source)) > each.limit:
            high = middle
        else:
            low = middle
    return high


def walls(unit: Costs, per_source: float) -> str:
    """The walls, the first one first, as a Markdown table."""
    found = [(wall(unit, each, per_source), each) for each in QUANTITIES if each.limit < NONE]
    lines = ["| wall | from about | its limit |", "|---|---|---|"]
    for at, each in sorted(found, key=lambda pair: pair[0]):
        lines.append(f"| {each.name} | {float(f'{at:.2g}'):,.0f} articles a day | {each.shown(each.limit)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("document", type=Path)
    parser.add_argument("--articles", type=float, action="append", help="a day; may be given several times")
    parser.add_argument("--sources", type=float, action="append", help="one for each --articles")
    parser.add_argument("--runs", type=float, default=24, help="a day")
    parser.add_argument("--days", type=float, default=30, help="after so many")
    parser.add_argument(
        "--walls", action="store_true", help="where the walls are, at 100 articles a source and day"
    )
    options = parser.parse_args()
    unit = costs(options.document.read_text(encoding="utf-8"))
    if options.walls:
        print(walls(unit, 100))
        return
    pairs = zip(options.articles or [500_000], options.sources or [5_000], strict=True)
    print(table(unit, [Load(a, s, options.runs, options.days) for a, s in pairs]))


if __name__ == "__main__":
    main()
