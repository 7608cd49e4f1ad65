"""The rules of its site applied to a page: where parts of its article stand, what is cut, and what stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from articles.dom import Element, attached, text_of
from articles.errors import SelectorError
from articles.extraction import blocks
from articles.model import Removal, Rule
from articles.sites import selectors
from articles.sites.selectors import Found, Selector, Shape, roughly, shape_of
from articles.sites.site_rules import NO_RULES, RuleKind, SiteRule, SiteRules
from articles.sites.wordings import is_like, wording
from articles.structure.text_places import place
from articles.text import key, tidy

_LONGEST_SOURCE = 5_000_000  # characters of a page
_SUMMARY = 300  # characters of a removal
_ATTRIBUTES = ("datetime", "content")  # of an element without text, what it states


class _Kept(NamedTuple):
    """The blocks of a page in order, as lines of a text, and which of them stay whatever other rules say."""

    lines: tuple[str, ...] = ()
    stay: frozenset[int] = frozenset()


@dataclass(slots=True)
class SiteWork:
    """What the rules of a site do on one page, and which did anything.

    `failed` says of rules why they could not be used here: a page is never lost for one.
    """

    site: SiteRules = NO_RULES
    matched: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    _spent: int = 0
    _shape: Shape | None = None
    _asked: list[Selector] = field(default_factory=list)
    _kept: _Kept = field(default_factory=_Kept)

    def refuses(self, url: str) -> str:
        """The rule by which a page of this address is no article, "" if none says so."""
        address = url.partition("://")[2]
        path = address[address.find("/") :] if "/" in address else "/"
        for rule in self.site.of("not_article"):
            pattern = rule.url.partition("://")[2] or rule.url
            if is_like(path if pattern.startswith("/") else address, pattern):
                self.matched.add(rule.name)
                return f"{rule.name} of its site: {rule.url}"
        return ""

    def rewrite(self, source: str) -> str:
        """The source of the page, with strings replaced, each in what those before it left."""
        for each in self.site.rewritings:
            times = source.count(each.find)
            if len(source) + times * (len(each.put) - len(each.find)) > _LONGEST_SOURCE:
                self.failed[each.name] = "the page would become too large"
            elif times:
                self.matched.add(each.name)
                source = source.replace(each.find, each.put)
        return source

    def settles(self, kind: RuleKind) -> bool:
        """Whether there is no such part of the article where no rule finds it."""
        return self.site.strict and next(self.site.of(kind), None) is not None

    def pick(self, tree: Element, kind: RuleKind) -> list[Found]:
        """What the first rule of the kind that finds anything finds: elements, or strings; outermost elements only."""
        for rule in self.site.of(kind):
            if rule.only_if and not self._find(tree, rule.name, rule.only_if):
                continue
            if found := self._find(tree, rule.name, rule.select):
                self.matched.add(rule.name)
                return found
        return []

    def text(self, tree: Element, kind: RuleKind) -> str:
        """The text of the first thing that is picked: an element's, or what it states in an attribute."""
        return next((said for each in self.pick(tree, kind) if (said := stated(each))), "")

    def mark_kept(self, tree: Element) -> None:
        """Note what stays, before anything is cut."""
        rules = [rule for rule in self.site.of("keep") if rule.select or rule.line]
        if not rules:
            return
        found = blocks.read(tree)
        stay: set[int] = set()
        for rule in rules:
            inside = set(self._elements(tree, rule)) if rule.select else None
            read = wording(rule.line) if rule.line else None
            here = {
                at
                for at, block in enumerate(found)
                if (inside is None or _is_in(block.element, inside))
                and (read is None or read.is_whole(block.text))
            }
            if here:
                self.matched.add(rule.name)
                stay |= here
        lines = tuple(f"- {block.text}" if block.kind == "item" else block.text for block in found)
        self._kept = _Kept(lines, frozenset(stay))

    def cut(self, tree: Element) -> Iterator[Removal]:
        """Cut what rules with a selector are for. What only a wording is for is cut from the text (`cut_lines`)."""
        found = [
            (rule, self._find(tree, rule.name, rule.select)) for rule in self.site.of("cut") if rule.select
        ]
        for rule, places in found:  # before any is cut: a place may be told by what another rule cuts
            read = wording(rule.line) if rule.line else None
            for each in places:
                text = each if isinstance(each, str) else text_of(each)
                if (read is None or read.is_whole(text)) and _erase(each, tree):
                    self.matched.add(rule.name)
                    if tidy(text) and not getattr(each, "is_attribute", False):
                        yield Removal(
                            text=tidy(text)[:_SUMMARY],
                            rule=Rule.SITE,
                            place="block",
                            evidence=_evidence(rule),
                        )

    def cut_lines(self, lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[Removal, ...]]:
        """The lines without those, or the sentences in them, that read as a rule says; and what was cut."""
        left, removed = list(lines), []
        for rule in self.site.of("cut"):
            if rule.select or not rule.line:
                continue
            read = wording(rule.line)
            after = []
            for at, line in enumerate(left):
                where = (0, len(line)) if read.is_whole(line) else read.within(line)
                if where is None:
                    after.append(line)
                    continue
                self.matched.add(rule.name)
                cut = line[where[0] : where[1]].strip()
                removed.append(
                    Removal(text=cut, rule=Rule.SITE, place=place(at, len(left)), evidence=_evidence(rule))
                )
                rest = tidy(f"{line[: where[0]]} {line[where[1] :]}")
                after.extend([rest] if key(rest) else [])
            left = after
        return tuple(left), tuple(removed)

    def put_back(
        self, lines: Sequence[str], removed: Sequence[Removal], known: Sequence[str]
    ) -> tuple[tuple[str, ...], tuple[Removal, ...]]:
        """The lines with those that stay, each where it stood on the page, unless it is `known` (a title, a lead)."""
        order, stay = self._kept
        left = list(lines)
        told = {key(line) for line in known}
        back: set[str] = set()
        for at in sorted(stay):
            spelled = key(order[at])
            if spelled and spelled not in told and spelled not in map(key, left):
                left.insert(_position(order, at, [key(line) for line in left]), order[at])
                back.add(spelled)
        rest = tuple(cut for cut in removed if key(cut.text) not in back) if back else tuple(removed)
        return tuple(left), rest

    def _elements(self, tree: Element, rule: SiteRule) -> list[Element]:
        return [each for each in self._find(tree, rule.name, rule.select) if not isinstance(each, str)]

    def _find(self, tree: Element, name: str, select: str) -> list[Found]:
        try:
            selector = selectors.compiled(select)
            if self._may_ask(tree, selector):
                return selector.find(tree)
            self.failed[name] = "it would take too long on a page of this size"
        except SelectorError as error:
            self.failed[name] = str(error)
        return []

    def _may_ask(self, tree: Element, selector: Selector) -> bool:
        """Whether a selector is within what all may cost on this page, whose exact shape is only looked for where it matters."""
        shape = self._shape or roughly(tree)
        if self._shape is None and self._spent + selector.cost(shape) > selectors.MOST:
            shape = self._shape = shape_of(tree)
            self._spent = sum(each.cost(shape) for each in self._asked)
        cost = selector.cost(shape)
        if self._spent + cost > selectors.MOST:
            return False
        self._spent += cost
        self._asked.append(selector)
        return True


def stated(found: Found) -> str:
    """What was found says: an element's text, else what it states in an attribute."""
    if isinstance(found, str):
        return tidy(found)
    return text_of(found) or tidy(next((found.get(name, "") for name in _ATTRIBUTES if found.get(name)), ""))


def _erase(found: Found, tree: Element) -> bool:
    """Take an element, a text or an attribute out of the tree; whether it was there."""
    if not isinstance(found, str):
        there = attached(found, tree) and found is not tree
        if there:
            found.drop_tree()
        return there
    around = getattr(found, "getparent", lambda: None)()  # None for a text that was computed
    if around is None:
        return False
    name = getattr(found, "attrname", None)
    if name is not None:
        return around.attrib.pop(name, None) is not None
    if getattr(found, "is_tail", False):
        around.tail = None
    else:
        around.text = None
    return True


def _is_in(element: Element, boxes: set[Element]) -> bool:
    return element in boxes or any(outer in boxes for outer in element.iterancestors())


def _evidence(rule: SiteRule) -> str:
    return f"{rule.name}: {rule.says}"


def _position(order: Sequence[str], at: int, left: Sequence[str]) -> int:
    """Where the line of the page stands among those of the text: below the nearest above it that is there, else above the next."""
    for above in range(at - 1, -1, -1):
        if (spelled := key(order[above])) and spelled in left:
            return left.index(spelled) + 1
    for below in range(at + 1, len(order)):
        if (spelled := key(order[below])) and spelled in left:
            return left.index(spelled)
    return len(left)
