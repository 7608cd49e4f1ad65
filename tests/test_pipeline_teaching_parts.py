"""A rule is tried on articles over several pages as they are joined, not on their first pages alone."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.run import run
from pipeline.sites.teaching import Correction, look_up, proposals
from tests.loopback import Site, serve
from tests.paged_stories import PagedSite, Story, configured_for

TODAY = date(2026, 3, 12)
LINE = "Quillport needs a harbour master who is paid for what he does: write to the council."
BOX = f'<div class="zz-appeal"><p>{LINE}</p></div>'


class Appealing(Story):
    """A story with a box below the text of each page but the first."""

    def body(self, page: int, change: str = "") -> bytes:
        html = super().body(page, change)
        return html if page == 1 else html.replace(b"<nav", f"{BOX}<nav".encode(), 1)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve("127.0.0.1", {}) as one:
        yield one


def bodies(config: Config) -> dict[str, list[str]]:
    with closing(indexes.reader(config)) as reader:
        found = {"/" + each.url.split("/", 3)[3]: each for each in reader.scan(Query(text=""))}
    return {path: [*filter(None, [each.lead]), *each.body] for path, each in found.items()}


def test_a_rule_is_tried_on_whole_articles(tmp_path: Path, site: Site) -> None:
    stories = [Appealing(number, 3) for number in range(4)]
    PagedSite(site, stories).publish()
    config = configured_for(tmp_path, site)
    run(config)
    whole = {story.path(1): story.whole() for story in stories}
    # What pages end with stands once.
    assert [text.count(LINE) for text in bodies(config).values()] == [1] * 4
    taught = look_up(config, site.url + stories[0].path(2))
    first = proposals(taught, Correction("cut", LINE), TODAY)[0]
    preview = first.preview()
    lost = {line for diff in preview.diffs for line in diff.lines if line.startswith("-")}
    assert (preview.changed, preview.much, preview.ends, lost) == (5, [], [], {f"- {LINE}"})
    first.apply()
    assert bodies(config) == whole
