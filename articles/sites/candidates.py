"""A line of a page turned into rules that might be meant, each with what it would do on the other pages of the site.

The line's element gives selectors, its wording gives what it has in common with lines of other pages. What would take much of an
article is no candidate. Of the rest, those come first that take nothing else on the page that taught them, and that find
something on most of the others.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from articles.dom import Element, text_of
from articles.sites import element_paths, fixed_words, selectors
from articles.sites.applying import SiteWork
from articles.sites.located import SamplePage, holders, said_in, spelled, whole
from articles.sites.site_rules import SiteRule, SiteRules
from articles.sites.wordings import wording
from articles.text import tokens

Change = Literal["cut", "keep"]
MOST = 6  # that a user is asked about
_MOST_SHARE = 0.2  # of an article's words that a rule may take, or add
_BOX_SHARE = 0.15  # the same of a box around the line
_FEW = 3  # words that a rule may take besides the line and still take nothing else
_STEPS = 10.0  # in which shares of pages are told apart
_LISTS = frozenset(("ul", "ol", "dl", "table"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that might be meant: on which share of the other pages it does anything, how many words it takes there, all in all.

    `besides` is how many words it takes on the page that taught it besides the line; `effect` is what it takes, page by page.
    """

    rule: SiteRule
    share: float
    words: int
    besides: int
    effect: tuple[tuple[str, ...], ...]

    @property
    def only_here(self) -> bool:
        """Whether it does nothing on other pages."""
        return not self.share


class Taught(NamedTuple):
    """A correction: of which line on which page, with other pages of the site, and what is known of the site."""

    change: Change
    line: str
    page: SamplePage
    others: Sequence[SamplePage]
    site: SiteRules


def find(taught: Taught) -> list[Candidate]:
    """The rules that might be meant, the likeliest first; none if the line is not on the page, or only with much else."""
    found: dict[tuple[str, ...], Candidate] = {}
    for rule in _proposed(taught):
        tried = _tried(taught, rule)
        if tried is not None:
            known = found.get(("", *map(str, tried.effect)))
            if known is None or _order(tried) < _order(known):
                found["", *map(str, tried.effect)] = tried
    return sorted(found.values(), key=_order)[:MOST]


def is_ambiguous(found: Sequence[Candidate]) -> bool:
    """Whether the second candidate is as good as the first, and does another thing."""
    return len(found) > 1 and _order(found[0])[:2] == _order(found[1])[:2]


def _order(candidate: Candidate) -> tuple[float, ...]:
    rule = candidate.rule
    return (
        candidate.besides > _FEW,
        -round(candidate.share * _STEPS),
        candidate.besides,
        candidate.words,
        _is_general(rule.select),
        bool(rule.line),
        rule.select.startswith("/"),
        len(rule.says),
    )


def _is_general(selector: str) -> bool:
    """Whether what it finds is told by its tag alone."""
    last = re.split(r"[ >]", selector)[-1]
    return bool(selector) and not selector.startswith("/") and not re.search(r"[.#\[-]", last)


def _proposed(taught: Taught) -> Iterator[SiteRule]:
    """Rules to try: the site's own ones widened, then new ones."""
    change, line = taught.change, taught.line
    known = element_paths.marks([taught.page, *taught.others])
    paths = [path for box in _boxes(taught) for path in element_paths.selectors(box, known)]
    words = list(_wordings(taught))
    for rule in taught.site.of(change):
        yield from _widened(rule, line, paths)
    name = free_name(taught.site, change)
    yield from (SiteRule(kind=change, name=name, select=path) for path in dict.fromkeys(paths))
    yield from (SiteRule(kind=change, name=name, line=each) for each in dict.fromkeys(words))


def _widened(rule: SiteRule, line: str, paths: Sequence[str]) -> Iterator[SiteRule]:
    """A rule that the site has, so that it is for this line, too."""
    if rule.line and not rule.select:
        both = fixed_words.common(line, [rule.line.replace("*", " ")])
        if both and 2 * wording(both).words >= wording(rule.line).words:
            yield replace(rule, line=both)
    elif rule.select and not (rule.line or rule.select.startswith("/")):
        last = rule.select.rpartition(" ")[2]
        alike = [path for path in paths if _tag(path) == _tag(last) != ""]
        yield from (replace(rule, select=f"{rule.select}, {path}") for path in alike[:3])


def _tag(selector: str) -> str:
    return "" if selector.startswith("/") else selector.rpartition(" ")[2].partition(".")[0].partition("#")[0]


def free_name(site: SiteRules, kind: str) -> str:
    """A name for a new rule of the kind that none of the site's has."""
    taken = {rule.name for rule in site.rules}
    return next(name for number in range(1, len(taken) + 2) if (name := f"{kind}-{number}") not in taken)


def _boxes(taught: Taught) -> Iterator[Element]:
    """The elements that say the line and nothing else, and small boxes around them of which it is a part, innermost first."""
    for holder in holders(taught.page.tree, taught.line):
        box = holder
        if whole(holder, taught.line):
            yield holder
        elif not _is_small(taught, holder):
            continue
        while (outer := box.getparent()) is not None and outer.tag not in ("body", "html", "article", "main"):
            if not (spelled(text_of(outer)) == spelled(text_of(box)) or _is_small(taught, outer)):
                break
            box = outer
            yield box


def _is_small(taught: Taught, box: Element) -> bool:
    text = text_of(box)
    share = sum(len(tokens(line)) for line in said_in(taught.page.lines, text))
    return max(share, len(tokens(text)) if taught.change == "keep" else 0) <= _BOX_SHARE * (
        taught.page.words or 1
    )


def _units(taught: Taught) -> Iterator[str]:
    """What the line is of: itself, or the small list or table that it is an item of, which is one thing."""
    yield taught.line
    for holder in holders(taught.page.tree, taught.line):
        for box in (holder, *holder.iterancestors()):
            if box.tag in _LISTS and _is_small(taught, box):
                yield text_of(box)


def _wordings(taught: Taught) -> Iterator[str]:
    """The line's words that it has in common with a line of each of most pages, of some, and all of them."""
    found = [
        each for page in taught.others if (each := fixed_words.alike(taught.line, page.lines or page.blocks))
    ]
    by_share = sorted(found, key=lambda each: -len(set(tokens(each)) & set(tokens(taught.line))))
    for most in (len(by_share), len(by_share) * 3 // 4, len(by_share) // 2):
        if most and (text := fixed_words.common(taught.line, by_share[:most])):
            yield text
    yield fixed_words.common(taught.line, ())
    yield taught.line.replace("*", " ")


def _tried(taught: Taught, rule: SiteRule) -> Candidate | None:
    """What the rule does; None if not what was asked for, or too much."""
    try:
        here = _effect(taught, rule, taught.page)
    except ValueError:
        return None
    wanted = set(tokens(taught.line))
    said = tokens(" ".join(here))
    if not here or not wanted <= set(said):
        return None
    effects = [_effect(taught, rule, page) for page in taught.others]
    sizes = [sum(len(tokens(line)) for line in lines) for lines in effects]
    for page, size in zip((taught.page, *taught.others), (len(said), *sizes), strict=True):
        if size > _MOST_SHARE * page.words and page.lines:
            return None
    matched = sum(1 for size in sizes if size)
    share = matched / len(sizes) if sizes else 0.0
    besides = max(0, len(said) - max(len(tokens(unit)) for unit in _units(taught)))
    return Candidate(rule, share, len(said) + sum(sizes), besides, (here, *effects))


def _effect(taught: Taught, rule: SiteRule, page: SamplePage) -> tuple[str, ...]:
    """The lines of the page's article that the rule would take, or those of the page that it would add."""
    lines = page.blocks if taught.change == "keep" else page.lines
    if rule.select:
        selector = selectors.compiled(rule.select)
        if selector.cost(page.shape) > selectors.MOST:
            return ()
        boxes = [each for each in selector.find(page.tree) if not isinstance(each, str)]
        found = _in_boxes(lines, boxes)
    else:
        found = _reading_so(lines, rule, taught.change)
    present = set(map(spelled, page.lines))
    return tuple(line for line in found if taught.change == "cut" or spelled(line) not in present)


def _in_boxes(lines: Sequence[str], boxes: Sequence[Element]) -> list[str]:
    """The lines that stand in the boxes; of lines that hold a box, the box."""
    found = []
    for box in boxes:
        text = text_of(box)
        if inside := said_in(lines, text):
            found += inside
        elif any(spelled(text) in spelled(line) for line in lines) and spelled(text).strip():
            found.append(text)
    return list(dict.fromkeys(found))


def _reading_so(lines: Sequence[str], rule: SiteRule, change: Change) -> list[str]:
    if change == "cut":
        work = SiteWork(SiteRules(rules=(rule,)))
        return [removal.text for removal in work.cut_lines(lines)[1]]
    read = wording(rule.line)
    return [line for line in lines if read.is_whole(line)]
