"""Messages: many troubles in one, the worst first, short enough to be read on a telephone. Pure."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from articles.display import printable
from articles.urls import masked
from pipeline.telling.troubles import News, name_of

_LINES = 20
_WIDTH = 300  # characters of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a target gets: `title` and `text` for people; `troubles` and `well`, subject by subject, for programs."""

    title: str
    text: str
    at: datetime
    troubles: tuple[dict[str, object], ...] = ()
    well: tuple[str, ...] = ()
    test: bool = False

    @property
    def kind(self) -> str:
        """As Apprise calls it: what is wrong is a warning, that all is over a success."""
        if self.test:
            return "info"
        return "success" if self.well and not self.troubles else "warning"

    def as_json(self) -> str:
        """The message as one JSON object, its time in ISO 8601."""
        return json.dumps({**asdict(self), "at": self.at.isoformat()})


def message(news: News, collection: str, at: datetime) -> Message:
    """The news of a collection with this name; with more than twenty lines, the last says how many are left out."""
    lines = [*(each.text for each in news.troubles), *(f"{name_of(each)}: well again" for each in news.well)]
    heads = [*(each.head for each in news.troubles), *(f"{name_of(each)}: well again" for each in news.well)]
    counts = [(len(news.troubles), "in trouble"), (len(news.well), "well again")]
    what = heads[0] if len(heads) == 1 else ", ".join(f"{count} {word}" for count, word in counts if count)
    if len(lines) > _LINES:
        lines[_LINES - 1 :] = [f"... and {len(lines) - _LINES + 1} more: broadsheet health"]
    return Message(
        title=_line(f"{collection}: {what}"),
        text="\n".join(map(_line, lines)),
        at=at,
        troubles=tuple(
            {"subject": each.subject, "text": _line(each.text), "canary": each.canary}
            for each in news.troubles
        ),
        well=news.well,
    )


def trial(collection: str, at: datetime) -> Message:
    """A message that only tries a target."""
    text = "This is a test: what goes wrong in this collection will be told here."
    return Message(title=f"{collection}: test", text=text, at=at, test=True)


def alarm(collection: str, error: str, at: datetime) -> Message:
    """A message that nothing can be noted, so that it may be told again."""
    return Message(title=f"{collection}: the ledger cannot be used", text=_line(error), at=at)


def _line(text: str) -> str:
    line = " ".join(printable(masked(text)).split()).encode(errors="replace").decode()
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"
