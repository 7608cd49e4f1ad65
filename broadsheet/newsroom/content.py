"""The publishers' files in this package: a folder each, with stories in TOML and layouts in HTML."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from string import Template
from typing import Any, Literal, cast, get_args

Intent = Literal["article", "private", "empty", "list", "missing", "duplicate"]
WITHOUT_PAGE = ("missing", "duplicate")
SITES = ("marrowick", "brennbach", "raihan", "yungang")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture placed after the first `after` paragraphs of its story."""

    src: str
    caption: str
    credit: str = ""
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A feed entry and, for the intents that have one, its page.

    `listed` is the path that the feed names. `intent` says what should become of the entry: an "article"; refused by
    robots ("private"); a page without text ("empty"); a section page ("list"); 404 ("missing"); another
    story's URL with tracking parameters ("duplicate"). In `body`, a paragraph that begins with "## " is a
    subheading. `entities` writes every letter outside ASCII that has a name as an HTML entity. `charset` is the
    page's encoding and `declared` the label in its meta tag. `last` is the last paragraph of the second edition,
    updated at `revised`.
    """

    path: str
    listed: str
    title: str
    intent: Intent
    published: datetime
    modified: datetime | None = None
    lead: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    charset: str = "utf-8"
    declared: str = "utf-8"
    entities: bool = False
    revised: datetime | None = None
    last: str = ""

    @property
    def changed(self) -> datetime:
        """When the story last changed."""
        return self.modified or self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A publisher. `boilerplate` is the texts on its pages that belong to no article; templates, like the layouts.

    `dateline` is the strftime format of the dates shown to readers, `robots` the robots.txt ("": none),
    `fragments` the templates of repeated parts of a page or feed, `layouts` those of whole ones.
    """

    name: str
    language: str
    feed: str
    feed_type: str
    dateline: str
    robots: str
    inset_after: int
    boilerplate: tuple[str, ...]
    fragments: Mapping[str, Template]
    layouts: Mapping[str, Template]
    stories: tuple[Story, ...]


def load(folder: str) -> Site:
    """The publisher in one of the folders of `SITES`, in its first edition."""
    root = resources.files("broadsheet.newsroom") / folder
    about = tomllib.loads((root / "site.toml").read_text("utf-8"))
    files = sorted(root.iterdir(), key=lambda file: file.name)
    written = [_toml(file) for file in files if file.name.endswith(".toml") and file.name != "site.toml"]
    strays = cast("list[dict[str, Any]]", about.pop("stray", []))
    stories = (_story(fields) for fields in [*written, *strays])
    return Site(
        boilerplate=tuple(about.pop("boilerplate")),
        fragments={name: Template(text.strip()) for name, text in about.pop("fragments").items()},
        layouts={
            file.name: Template(file.read_text("utf-8")) for file in files if not file.name.endswith(".toml")
        },
        stories=tuple(sorted(stories, key=lambda story: story.published, reverse=True)),
        **about,
    )


def second_edition(site: Site) -> Site:
    """The same publisher after its revised story was published."""
    return replace(site, stories=tuple(_revise(story) if story.revised else story for story in site.stories))


def _revise(story: Story) -> Story:
    return replace(story, modified=story.revised, body=(*story.body[:-1], story.last))


def _toml(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text("utf-8"))


def _story(fields: dict[str, Any]) -> Story:
    intent = fields.pop("intent", "article")
    if intent not in get_args(Intent):
        raise ValueError(f"{fields['path']}: unknown intent: {intent}")
    return Story(
        intent=intent,
        listed=fields.pop("listed", fields["path"]),
        authors=tuple(fields.pop("authors", ())),
        tags=tuple(fields.pop("tags", ())),
        body=tuple(
            " ".join(part.split("\n")) for part in fields.pop("body", "").strip().split("\n\n") if part
        ),
        pictures=tuple(Picture(**picture) for picture in fields.pop("picture", ())),
        **fields,
    )
