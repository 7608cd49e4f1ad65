"""Sites made for teaching: each has a box of an unusual kind in its pages, which the general rules leave in the text."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from articles.model import FeedEntry, Page

_SUBJECTS = [
    "ferry",
    "harbour",
    "pilot",
    "council",
    "school",
    "lighthouse",
    "museum",
    "market",
    "bakery",
    "library",
    "orchard",
    "railway",
]
_VERBS = [
    "reopened",
    "closed",
    "expanded",
    "paused",
    "moved",
    "repaired",
    "renamed",
    "counted",
    "surveyed",
    "painted",
    "sold",
    "rented",
]
_PLACES = [
    "Westhaven",
    "Norholm",
    "Eastpier",
    "Lindau",
    "Sandvik",
    "Morrow",
    "Kelby",
    "Tarn",
    "Ostby",
    "Fenwick",
]
_NAMES = [
    "Ilse Brandt",
    "Jan Hansen",
    "Mary Okoro",
    "Per Lund",
    "Aino Salo",
    "Tomas Reyes",
    "Lea Moreau",
    "Olga Petrova",
]
_ARABIC = (
    "أعلنت بلدية {p} يوم أمس أن أعمال إصلاح الرصيف رقم {n} سوف تستمر حتى نهاية الشهر المقبل بسبب نقص في مواد البناء.",
    "وقال المتحدث باسم الميناء إن {n} سفينة غادرت مدينة {p} خلال الأسبوع الماضي من دون أي تأخير يذكر في الرحلات.",
    "وأضاف السكان في حي {p} أن الشوارع القريبة شهدت ازدحاما كبيرا بعد افتتاح السوق الجديدة التي تضم {n} متجرا.",
)


@dataclass(frozen=True, slots=True)
class TaughtPage:
    """A page, the lines that are its article, and the line that a reader would point at ("": there is none)."""

    page: Page
    truth: tuple[str, ...]
    line: str


@dataclass(frozen=True, slots=True)
class _Story:
    number: int
    chance: random.Random
    paragraphs: tuple[str, ...]

    def pick(self, words: list[str]) -> str:
        return self.chance.choice(words)

    @property
    def teaser(self) -> str:
        return f"{self.pick(_PLACES)} {self.pick(_SUBJECTS)} {self.pick(_VERBS)} after {self.chance.randint(2, 90)} years"

    @property
    def token(self) -> str:
        return "".join(self.chance.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(7))


_Box = tuple[str, str]  # its markup, and the line to point at


def _fixed(_story: _Story) -> _Box:
    line = "Our lottery of the month is open to all readers of the coast until its last day."
    return f"<p class=lot-hint>{line}</p>", line


def _changing(story: _Story) -> _Box:
    line = f"{story.pick(_NAMES)} met {story.pick(_NAMES)} in {story.pick(_PLACES)} about the {story.teaser}."
    return f"<div class=zz-strip><p>{line}</p></div>", line


def _random_class(story: _Story) -> _Box:
    line = f"Walk of the week: {story.teaser}, guided by {story.pick(_NAMES)}."
    return f"<div class='c{story.token} d{story.token}'><p class=e{story.token}>{line}</p></div>", line


def _between(story: _Story) -> _Box:
    line = f"Meanwhile on our coast: {story.teaser}."
    return f"<p>{line}</p>", line


def _as_list(story: _Story) -> _Box:
    items = [f"{story.teaser} in the {story.pick(_SUBJECTS)}" for _ in range(3)]
    return f"<ul class=zz-picks>{''.join(f'<li>{each}</li>' for each in items)}</ul>", items[1]


def _as_table(story: _Story) -> _Box:
    rows = [(story.pick(_PLACES), f"{story.chance.randint(1, 30)} degrees") for _ in range(3)]
    cells = "".join(f"<tr><td>{place}</td><td>{heat}</td></tr>" for place, heat in rows)
    return f"<h4>Weather at the piers</h4><table>{cells}</table>", f"{rows[0][0]} {rows[0][1]}"


def _arabic(story: _Story) -> _Box:
    line = f"تابعوا نشرتنا عن {story.pick(_PLACES)} كل صباح عند الساعة {story.chance.randint(5, 11)}"
    return f"<p class=k{story.token}>{line}</p>", line


def _inside(story: _Story) -> _Box:
    line = f"Hear more of it on Radio Coast at {story.chance.randint(5, 11)} o'clock."
    return f" <span>Hear more of it on <b>Radio&nbsp;Coast</b> at {line.split(' at ')[1]}</span>", line


KINDS: Mapping[str, Callable[[_Story], _Box]] = {
    "fixed wording": _fixed,
    "changing wording": _changing,
    "random class": _random_class,
    "between paragraphs": _between,
    "inside the last": _inside,
    "list": _as_list,
    "table": _as_table,
    "Arabic": _arabic,
}


def box(kind: str, number: int, chance: random.Random) -> tuple[str, str]:
    """A box of this kind, as markup, and the line of it that a reader would point at."""
    return KINDS[kind](_Story(number, chance, ()))


def pages(kind: str, number: int, seed: int = 1, missing: float = 0.1) -> list[TaughtPage]:
    """So many pages of the site of this kind; in a share of them the box is missing."""
    return [_page(kind, each, random.Random(f"{kind} {seed} {each}"), missing) for each in range(number)]


def _page(kind: str, number: int, chance: random.Random, missing: float) -> TaughtPage:
    arabic = kind == "Arabic"
    told = [_sentences(chance, arabic) for _ in range(chance.randint(6, 9))]
    story = _Story(number, chance, tuple(told))
    box, line = KINDS[kind](story) if number == 0 or chance.random() >= missing else ("", "")
    title = f"{story.pick(_PLACES)} and its {story.pick(_SUBJECTS)}, report {number}"
    written = [f"<p>{each}</p>" for each in told]
    if kind == "inside the last":
        written[-1] = f"<p>{told[-1]}{box}</p>"
    elif box:
        written.insert(chance.randint(2, len(told) - 2), box)
    head = f"<title>{title}</title><meta property=og:type content=article>"
    body = f"<h1>{title}</h1><div class=story>{''.join(written)}</div>"
    url = f"https://{kind.replace(' ', '-').lower()}.example/report/{number}"
    return TaughtPage(
        Page(
            url=url,
            final_url=url,
            status=200,
            headers=(("content-type", "text/html; charset=utf-8"),),
            body=f"<html lang={'ar' if arabic else 'en'}><head>{head}</head><body>{body}</body></html>".encode(),
            fetched_at=datetime(2026, 3, 2, 6, number % 60, tzinfo=UTC),
            entry=FeedEntry(url=url, source=kind),
        ),
        tuple(told),
        line,
    )


def _sentences(chance: random.Random, arabic: bool) -> str:
    if arabic:
        return " ".join(
            chance.choice(_ARABIC).format(p=chance.choice(_PLACES), n=chance.randint(2, 900))
            for _ in range(2)
        )
    return " ".join(
        f"The {chance.choice(_SUBJECTS)} of {chance.choice(_PLACES)} was {chance.choice(_VERBS)} on day {chance.randint(1, 300)},"
        f" as {chance.choice(_NAMES)} said, while the {chance.choice(_SUBJECTS)} near {chance.choice(_PLACES)} stayed as it was."
        for _ in range(chance.randint(2, 3))
    )
