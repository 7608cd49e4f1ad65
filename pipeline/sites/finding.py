"""What a worker does to find the rules that a correction may mean. It imports no more than it needs, to start soon."""

from collections.abc import Sequence

from articles.clean import clean
from articles.model import Article, Extractor, Page, Rejection
from articles.sites import candidates
from articles.sites.candidates import Candidate, Change, Taught
from articles.sites.located import SamplePage, holders, sample, spelled
from articles.sites.site_rules import SiteRules
from articles.text import key

Known = tuple[Page, Article | None]
"""A page, and its article if it is known what is made of it by the present rules."""


def found_on(
    change: Change, line: str, site: SiteRules, extractor: Extractor, pages: Sequence[Known]
) -> tuple[list[Candidate], str]:
    """The rules that the correction of the first of these pages may mean, or why there are none."""
    results = [known or clean(page, extractor, site=site) for page, known in pages]
    samples = [sample(page, result) for (page, _), result in zip(pages, results, strict=True)]
    here, *rest = samples
    if here is None:
        return [], "the page cannot be parsed."
    others = [each for each in rest if each is not None]
    found = candidates.find(Taught(change, line, here, others, site))
    if found:
        return found, ""
    if not holders(here.tree, line):
        return [], f"the page does not say {line!r}. Copy a line as the page shows it."
    return [], _why_none(change, line, results[0], here)


def _why_none(change: Change, line: str, result: Article | Rejection, here: SamplePage) -> str:
    """Why a line that is on the page gives no rule."""
    if isinstance(result, Rejection):
        return f"the page is no article ({result.reason}: {result.detail}); name where its text stands with --body SELECTOR."
    is_there = spelled(line) in spelled(" ".join(here.lines))
    if change == "keep":
        return f"{line!r} " + (
            "is in the article already."
            if is_there
            else "could only be kept with much else; name a whole line."
        )
    if is_there:
        return f"{line!r} could only be cut with much of the text; name a whole line or sentence."
    by = sorted({f"{cut.rule}: {cut.evidence}" for cut in result.removed if key(line) in key(cut.text)})
    return f"{line!r} is not in the article" + (f": it is cut already ({', '.join(by)})." if by else ".")
