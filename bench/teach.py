"""How many corrections a site needs: eight sites with a box each, half of whose pages are archived, the others never seen.

python -m bench.teach [--pages 60]
"""

import argparse
from collections import Counter
from dataclasses import replace
from datetime import date

from articles.clean import clean
from articles.model import Article
from articles.sites import candidates
from articles.sites.candidates import Taught
from articles.sites.located import SamplePage, sample, spelled
from articles.sites.site_rules import SiteRules
from articles.text import tokens
from bench.taught_sites import KINDS, TaughtPage, pages

_DAY = date(2026, 3, 2)


def lines_of(page: TaughtPage, site: SiteRules) -> tuple[str, ...]:
    """The article of the page as cleaned, without its title."""
    result = clean(page.page, site=site)
    return (*filter(None, (result.lead,)), *result.body) if isinstance(result, Article) else ()


def corrected(archived: list[TaughtPage], site: SiteRules) -> SiteRules:
    """The site after one more correction: the first archived page that is wrong, and the line that a reader would point at."""
    wrong = next((page for page in archived if set(lines_of(page, site)) - set(page.truth)), None)
    if wrong is None:
        return site
    samples = [found for page in archived if (found := _sample(page, site))]
    here = next(each for each in samples if each.url == wrong.page.final_url)
    left = [line for line in lines_of(wrong, site) if line not in wrong.truth]
    line = wrong.line if spelled(wrong.line) in spelled(" ".join(left)) else left[0]
    found = candidates.find(Taught("cut", line, here, [each for each in samples if each is not here], site))
    if not found:
        return site
    rule = found[0].rule
    return replace(site, rules=(*(each for each in site.rules if each.name != rule.name), rule))


def _sample(page: TaughtPage, site: SiteRules) -> SamplePage | None:
    return sample(page.page, clean(page.page, site=site))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--kinds", nargs="*")
    number = parser.parse_args().pages
    print(f"{'box':<20} {'0':>6} {'1':>6} {'2':>6} {'3':>6}   lost   rules")
    for kind in parser.parse_args().kinds or KINDS:
        made = pages(kind, number)
        archived, unseen = made[::2], made[1::2]
        site = SiteRules(hosts=(f"{kind.replace(' ', '-').lower()}.example",))
        shares = []
        for _ in range(4):
            shares.append(sum(lines_of(page, site) == page.truth for page in unseen) / len(unseen))
            before, site = site, corrected(archived, site)
        lost = whole = 0
        for page in unseen:
            truth = Counter(tokens(" ".join(page.truth)))
            lost += (truth - Counter(tokens(" ".join(lines_of(page, before))))).total()
            whole += truth.total()
        print(
            f"{kind:<20} {' '.join(f'{share:6.0%}' for share in shares)}  {lost / whole:6.2%}   "
            f"{'; '.join(rule.says for rule in before.rules)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
