"""What a worker makes of a page by the rules that its site has, or would have. It imports no more than it needs, to start soon."""

from collections.abc import Collection
from typing import Literal, NamedTuple

from articles.clean import clean
from articles.errors import ArchiveError
from articles.model import Article, Extractor, Extractors, Page, Rejection, Right
from articles.sites.site_rules import SiteRules, Sites
from articles.source.features import Features, features
from pipeline.clean_capture import FAILURES, CleanTask, clean_capture

Side = Literal["before", "after"]
Result = Article | Rejection


class SiteChange(NamedTuple):
    """The rules of a site that there are, and those that there would be."""

    before: SiteRules
    after: SiteRules

    def may_matter(self, after: Result) -> bool:
        """Whether what the new rules make of a page may be otherwise than what the old ones did: by which of them did anything."""
        fresh = {rule.name for rule in self.after.rules if rule not in self.before.rules}
        gone = [rule for rule in self.before.rules if rule not in self.after.rules]
        same_extractor = self.before.extractor == self.after.extractor
        return not (
            isinstance(after, Article) and same_extractor and not gone and not fresh & {*after.site_matched}
        )


class SidedTask(NamedTuple):
    """A page to clean by the rules of one side: itself, or one in the archive."""

    side: Side
    page: Page | CleanTask


class SidedResult(NamedTuple):
    """What was made of a page, with its features if it is an article that has to be judged."""

    result: Result
    row: Features | None = None


def clean_sided(change: SiteChange, how: tuple[Extractor, Collection[Right]], task: SidedTask) -> SidedResult:
    """The page by the rules of the task's side. Raises ArchiveError if the archive does not have it any more."""
    page, rules = task.page, change.before if task.side == "before" else change.after
    if isinstance(page, Page):
        result = clean(page, *how, site=rules)
    else:
        extractor, obey = how
        result = clean_capture(Extractors(extractor), page, obey, Sites(others=lambda _: rules))
        if result.reason in FAILURES if isinstance(result, Rejection) else result.archive:
            raise ArchiveError(f"capture {page.capture_id}: its page is no longer in the archive")
    is_judged = isinstance(result, Article) and (task.side == "before" or change.may_matter(result))
    return SidedResult(result, features(result) if isinstance(result, Article) and is_judged else None)
