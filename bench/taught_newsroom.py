"""How many corrections a real site needs: boxes of unusual kinds planted into the pages of eight sites, half of which are never seen.

python -m bench.taught_newsroom FEED_LIST_URL [--pages 8] [--draws 6] [--turns 1]

FEED_LIST_URL lists feeds, one a line; a site is a feed, and its pages are those that the feed names. Of the sites the eight with
most pages whose text is found in paragraphs are taken. Each page is planted so many times (`--draws`) with another box of the
same kind: what is then made of it has to be what is made of the page itself. With every further of the `--turns`, each
site gets the next kind of box.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from re import DOTALL, findall
from urllib.request import urlopen

import lxml.html

from articles import html
from articles.clean import clean
from articles.dom import Element, text_of
from articles.model import Article, FeedEntry, Page, Rejection
from articles.sites.located import spelled
from articles.sites.site_rules import NO_RULES, SiteRules
from articles.text import tokens
from bench.taught_sites import KINDS, TaughtPage, box
from bench.teach import corrected, lines_of

SITES = 8
FEWEST = 3  # paragraphs of a page that are found in its tree
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RealPage:
    """A page as it is served, written out anew, and the lines that are made of it."""

    page: Page
    lines: tuple[str, ...]

    def places(self) -> tuple[Element, list[Element]]:
        """Its tree, and the elements of its paragraphs, in the order of the text."""
        tree = html.parse(self.page)
        if isinstance(tree, Rejection):
            raise TypeError(f"{self.page.url}: {tree.detail}")
        elements = {spelled(text_of(each)): each for each in tree.iter("p")}
        return tree, [elements[said] for line in self.lines if (said := spelled(line)) in elements]


def fetched(url: str) -> bytes:
    with urlopen(url, timeout=30) as answer:  # noqa: S310  the user's own server
        return bytes(answer.read())


def page_of(url: str, body: bytes) -> Page:
    kind = (("content-type", "text/html; charset=utf-8"),)
    entry = FeedEntry(url=url, source="site")
    return Page(url=url, final_url=url, status=200, headers=kind, body=body, fetched_at=NOON, entry=entry)


def written(tree: Element) -> bytes:
    return bytes(lxml.html.tostring(tree, encoding="utf-8", doctype="<!DOCTYPE html>"))


def real_page(url: str) -> RealPage | None:
    """The page at this address, if it is an article with paragraphs."""
    tree = html.parse(replace(page_of(url, fetched(url)), headers=(("content-type", "text/html"),)))
    if isinstance(tree, Rejection):
        return None
    page = page_of(url, written(tree))
    if not isinstance(clean(page), Article):
        return None
    found = RealPage(page, lines_of(TaughtPage(page, (), ""), NO_RULES))
    return found if len(found.places()[1]) >= FEWEST else None


def sites(feed_list: str, most: int) -> list[list[RealPage]]:
    """The pages of the sites with most of them."""
    feeds = fetched(feed_list).decode().split()
    links = []
    for feed in feeds:
        listed = findall(r"<item>.*?<link>(.*?)</link>", fetched(feed).decode(), DOTALL)
        links.append([unescape(each) for each in listed])
    found: list[list[RealPage]] = []
    for listed in sorted(links, key=len, reverse=True):
        pages = [page for url in listed[:most] if (page := real_page(url))]
        if len(pages) > 1:
            found.append(pages)
        if len(found) >= SITES and len(listed) <= min(map(len, found)):
            break
    return sorted(found, key=len, reverse=True)[:SITES]


def planted(real: RealPage, kind: str, draw: int) -> TaughtPage:
    """The page with a box of this kind, drawn anew: below a paragraph in the middle, or in the last one."""
    chance = random.Random(f"{real.page.url} {kind} {draw}")
    markup, line = box(kind, draw, chance)
    tree, places = real.places()
    if kind == "inside the last":
        (child,) = lxml.html.fragments_fromstring(markup.strip())
        last = places[-1]
        if len(last):
            last[-1].tail = (last[-1].tail or "").rstrip() + " "
        else:
            last.text = (last.text or "").rstrip() + " "
        last.append(child)
    else:
        place = places[chance.randint(0, len(places) - 2)]
        for each in reversed(lxml.html.fragments_fromstring(markup)):
            place.addnext(each)
    url = f"{real.page.url}?draw={draw}"
    return TaughtPage(page_of(url, written(tree)), real.lines, line)


def measured(pages: list[RealPage], kind: str, draws: int) -> tuple[list[float], float, SiteRules, int]:
    """Shares of unseen pages that are right after 0 to 3 corrections, tokens lost of them, the rules, and how many pages that are."""
    half = (len(pages) + 1) // 2
    archived, unseen = (
        [planted(page, kind, draw) for draw in range(draws) for page in some]
        for some in (pages[:half], pages[half:])
    )
    site = SiteRules(hosts=("site.example",))
    shares = []
    for number in range(4):
        shares.append(sum(lines_of(page, site) == page.truth for page in unseen) / len(unseen))
        if number < 3:
            site = corrected(archived, site)
    lost = whole_of = 0
    for page in unseen:
        truth = Counter(tokens(" ".join(page.truth)))
        lost += (truth - Counter(tokens(" ".join(lines_of(page, site))))).total()
        whole_of += truth.total()
    return shares, lost / whole_of, site, len(unseen)


def rows(newsroom: list[list[RealPage]], turns: int) -> Iterator[tuple[str, list[RealPage]]]:
    kinds = list(KINDS)
    for turn in range(turns):
        for number, kind in enumerate(kinds):
            yield kind, newsroom[(number + turn) % len(newsroom)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("feeds", metavar="FEED_LIST_URL")
    parser.add_argument("--pages", type=int, default=8)
    parser.add_argument("--draws", type=int, default=6)
    parser.add_argument("--turns", type=int, default=1)
    options = parser.parse_args()
    newsroom = sites(options.feeds, options.pages)
    print(f"{'box':<20} {'pages':>5} {'unseen':>6} {'0':>6} {'1':>6} {'2':>6} {'3':>6}    lost  rules")
    for kind, pages in rows(newsroom, options.turns):
        shares, lost, site, unseen = measured(pages, kind, options.draws)
        print(
            f"{kind:<20} {len(pages):>5} {unseen:>6} {' '.join(f'{share:6.0%}' for share in shares)} {lost:7.3%}  "
            f"{'; '.join(rule.says for rule in site.rules)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
