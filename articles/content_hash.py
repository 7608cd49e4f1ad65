"""What of an article is its content, apart from how it came about, and the hash of it."""

from hashlib import blake2b

import msgspec

from articles.model import Article

# How it came about; its confidence hangs on the rest of the page, such as its teasers.
_PROVENANCE = (
    *("first_seen_at", "fetched_at", "archive", "rules", "snapshot"),
    *("extractor", "confidence", "content_hash", "versions", "changed"),
    *("site_rules", "site_matched", "site_failed"),
    "further_pages",  # what they say is in its body
)
CONTENT = tuple(name for name in Article.__dataclass_fields__ if name not in _PROVENANCE)


def content_hash(article: Article) -> str:
    """A 128-bit blake2b of the article's content; if it is unchanged, there is nothing to index again."""
    content = [getattr(article, name) for name in CONTENT]
    return blake2b(msgspec.json.encode(content), digest_size=16).hexdigest()
