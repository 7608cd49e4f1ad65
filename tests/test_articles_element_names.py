"""What class names and ids say: whole words only, and nothing from the utilities of style sheets."""

import pytest

from articles.extraction.element_names import NAMES, Kind, kind_of


@pytest.mark.parametrize(
    ("mark", "kind"),
    [
        ("breadcrumb", "navigation"),
        ("Bread-Crumbs", "navigation"),
        ("articleRelatedLinks", "related"),
        ("story__read-more", "related"),
        ("most-read box", "related"),
        ("next-prev", "related"),
        ("taboola-below", "related"),
        ("newsletter-signup", "newsletter"),
        ("newsletterBox", "newsletter"),
        ("share", "share"),
        ("social-media", "share"),
        ("advert--top", "promotion"),
        ("comments-area", "comments"),
        ("disqus_thread", "comments"),
        ("cookie-banner", "consent"),
        ("js-consent-layer", "consent"),
        ("sidebarRight", "sidebar"),
        ("factbox large", "fact_box"),
        ("article-end__author-bio", "author"),
        ("detail-img__description", "caption"),
        ("story-byline", "meta"),
        ("sr-only", "hidden"),
        ("full-gallery", "promotion"),
        ("galleryShell", "promotion"),
        ("wp-block-gallery", "promotion"),
        ("galería", "promotion"),
        ("js-audio-player", "promotion"),
        ("brightcove-player-wrap", "promotion"),
        ("vjs-caption-settings", "promotion"),
        ("wp-video", "promotion"),
        ("stock-ticker", "sidebar"),
        ("liveticker", "sidebar"),
        ("hidden", "hidden"),
        *((mark, "") for mark in ("galleryman", "player", "player-card", "video-story", "playlists", "ticker", "twitter-tweet", "live"  )),
        *((mark, "") for mark in ("shareholder", "correlated", "moreover", "headline", "story-body", "roads", "", "socialist")),
        *((mark, "") for mark in ("hidden lg:block", "[&_nav]:p-2", "md:share", "metadaten", "timeline", "publicity")),
    ],
)  # fmt: skip
def test_a_class_or_id_says_its_kind_by_whole_words(mark: str, kind: Kind) -> None:
    assert kind_of(mark, None) == kind_of(None, mark) == kind
    assert kind in ("", *dict(NAMES))


def test_the_class_is_asked_before_the_id() -> None:
    assert kind_of("newsletter", "share") == "newsletter"
    assert kind_of("story", "share") == "share"


def test_a_long_id_is_a_text_made_into_an_anchor() -> None:
    assert kind_of("story", "how-to-use-social-networks") == ""
    assert kind_of(None, "article-end__author-bio") == "author"
    assert kind_of("how-to-use-social-networks", None) == "share"
