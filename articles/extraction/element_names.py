"""What elements are according to their names (class, id), in the words that web templates use."""

import re
from functools import lru_cache
from typing import Literal

from articles.model import Rule

Kind = Rule | Literal[""]

# Words are the parts between hyphens, underscores and capitals. Only whole words match: "share" is not in "shareholder".
# To add wording, add it to a kind. If an element's name matches several kinds, the first in this order is used.
NAMES: tuple[tuple[Rule, str], ...] = (
    (Rule.HIDDEN, r"visually-hidden|sr-only|screen-reader-text|noprint|print-only"),
    (
        Rule.COMMENTS,
        r"comments?(?:-(?:area|list|section|form|body|content|text|thread|wrapper|container))?|commentlist|"
        r"disqus(?:-thread)?|respond|replies|reader-?comments|(?:nutzer-?|leser-?)?kommentare|kommentarer|comentarios|commentaires|"
        r"commenti|reacties|komentarze|yorumlar|коммент[а-я]+",
    ),
    (
        Rule.CONSENT,
        r"cookies?(?:-\w+)?|cookie-?(?:banner|notice|bar|law)|cookiebot|consent(?:-\w+)?|gdpr|ccpa|tcf|onetrust(?:-\w+)*|"
        r"didomi(?:-\w+)*|usercentrics|modal|popup|pop-up|tooltip(?:-content)?|overlay|lightbox",
    ),
    (
        Rule.RELATED,
        r"related|recirc(?:ulation)?|recommend(?:ed|ations?)?|read-?more|more-(?:on|from|stories|news|articles|posts)|"
        r"most-(?:read|popular|viewed)|trending|popular|see-also|also-(?:on|read)|read-(?:also|next)|up-next|teasers?|"
        r"(?:next|prev(?:ious)?)-(?:article|story|post|prev|next)s?|lire-aussi|leggi-anche|outbrain|taboola|mgid|revcontent|"
        r"top-stories|meist-?gelesen\w*|lo-mas-\w+|mas-(?:leid|vist)[ao]s?|les-plus-\w+|plus-lus|pi[uù]-letti|mais-(?:lid|vist)[ao]s?|"
        r"mest-l[aäeæ]ste?|meest-gelezen|relacionad[ao]s?|correlati|notas-relacionadas",
    ),
    (Rule.NEWSLETTER, r"newsletters?|subscribe|subscription|signup|sign-up|mailing-?list"),
    (Rule.SHARE, r"share|sharing|sharedaddy|share-?(?:bar|buttons?|tools?|links?|this)|social|addtoany"),
    (
        Rule.PROMOTION,
        r"promo|advert(?:isement|ising)?|ads?|adsbygoogle|dfp|sponsored|affiliate-disclosure|banner|carousel|slider|"
        r"(?:photo|foto|picture|bilder|image)?-?(?:galler(?:y|ies)|galerien?|galer[ií]as?|galleria)|slide-?show|diaporama|(?:foto|bilder)-?strecke|"
        r"(?:video|audio|media|podcast|brightcove|youtube|dailymotion|kaltura)-?player|jw-?player|video-js|vjs-\w+|flowplayer|mejs-\w+|"
        r"wp-video|video-embed|embed-video|playlist",
    ),
    (
        Rule.NAVIGATION,
        r"navigation|nav|menu|bread-?crumbs?|toc|table-of-contents|footer",
    ),
    (Rule.SIDEBAR, r"side-?bar|live-?(?:ticker|feed|updates)|(?:news|stock)-?ticker"),
    (Rule.FACT_BOX, r"fact-?box|info-?box"),
    (Rule.AUTHOR, r"author-(?:bio|box|info|card)|about-(?:the-)?author|bio"),
    (
        Rule.CAPTION,
        r"captions?|figcaption|credits?|(?:img|image|photo|picture|media|foto|bild)-(?:credit|description|desc|info|text|title|source)",
    ),
    (
        Rule.META,
        r"meta|byline|by-line|authors?|author-name|dateline|date|pubdate|published|publish-date|timestamp|time|updated|"
        r"tags?|tag-list|taglist|topics|keywords|categor(?:y|ies)|kicker|eyebrow|reading-time|read-time|copyright|"
        r"disclaimer|print|rating|votes?|views",
    ),
)
_LONGEST_ID = 4  # words; longer ids are anchors, made from the text of a heading or an entry
_NAMED = re.compile(rf"(?:^|-)(?:{'|'.join(f'(?P<{name}>{words})' for name, words in NAMES)})(?:-|$)")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SEPARATORS = re.compile(r"_+|--+")


def kind_of(classes: str | None, identity: str | None) -> Kind:
    """The kind of an element according to its class and id; "" if none of these."""
    if classes and (kind := _kind(classes)):
        return kind
    if not identity or _SEPARATORS.sub("-", identity).count("-") >= _LONGEST_ID:
        return ""
    return _kind(identity)


@lru_cache(maxsize=50_000)
def _kind(marks: str) -> Kind:
    words = marks.split()
    if "hidden" in words and ":" not in marks:
        return Rule.HIDDEN
    for word in words:
        if ":" in word or "[" in word:
            continue  # utility classes (lg:hidden, [&_nav]:p-2), not names
        if match := _NAMED.search(_SEPARATORS.sub("-", _CAPITAL.sub("-", word)).lower()):
            return _KINDS[match.lastgroup or ""]
    return ""


_KINDS: dict[str, Rule] = {name.value: name for name, _ in NAMES}
