"""How results look in the terminal. Page text is data: it is never taken for markup or control sequences."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from articles.display import printable

console = Console(highlight=False)
_SHORT = 24


def say(text: str = "", style: str = "") -> None:
    """Print a line, ours or a page's, never as markup. On a terminal it wraps between words; in a file it stays whole."""
    console.print(Text(printable(text), style=style), soft_wrap=not console.is_terminal)


def when(moment: datetime | None) -> str:
    """A time to the second, in UTC; "" for None."""
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print a table; columns that hold only numbers are right-aligned."""
    cells = [tuple(row) for row in rows]
    grid = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        numeric = bool(cells) and all(isinstance(row[number], int) for row in cells)
        short = all(len(str(row[number])) <= _SHORT for row in cells)
        grid.add_column(column, justify="right" if numeric else "left", overflow="fold", no_wrap=short)
    for row in cells:
        grid.add_row(*(Text(printable(str(cell))) for cell in row))
    console.print(grid)


def print_json(value: object) -> None:
    """Print the value as JSON, for other programs; in ASCII if the output's encoding lacks one of its characters."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=_iso)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = json.dumps(value, indent=1, default=_iso)
    sys.stdout.write(text + "\n")


def _iso(value: object) -> str:
    if isinstance(value, date):  # also a time
        return value.isoformat()
    raise TypeError(type(value).__name__)
