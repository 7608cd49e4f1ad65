"""The layout of each index has a number, which rises with every change of its fields, its analysis, or what a document holds.

An index of another number is not written to, and the user is asked for a rebuild; so say it in CHANGELOG.md, too.
"""

import json
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from articles.model import Article, Image, Removal
from articles.structure.markup import Link, Markup
from index import tokens
from index.elastic import mapping
from index.elastic.stored import document
from index.embedded import disk
from index.stems import EMBEDDED

EMBEDDED_LAYOUT = ("9", "5f18572408eb7568")
ELASTIC_LAYOUT = (10, "8c8c65131f8f1219")
CHANGED = "the layout changed? Raise VERSION in {}, then put number and hash here"

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BARE = Article(
    id="0" * 32,
    url="https://www.norland-post.example/bare",
    canonical_url="https://www.norland-post.example/bare",
    source="norland",
    title="",
    body=(),
    first_seen_at=NOON,
    fetched_at=NOON,
    language="en",
    word_count=0,
    content_hash="bare",
    rules=1,
)
WHOLE = Article(
    id="1" * 32,
    url="https://www.norland-post.example/whole",
    canonical_url="https://norland-post.example/whole",
    source="norland",
    site_name="Norland Post",
    title="Ferries in Zürich",
    lead="They sail again.",
    body=("One paragraph.", "And another."),
    markup=(
        Markup(at=0, kind="item", level=1, number=2),
        Markup(at=1, links=(Link(start=4, end=11, url="https://ports.example/"),)),
    ),
    authors=("Ada O'Neill",),
    published_at=NOON,
    published_on=date(2026, 11, 22),
    published_from="jsonld",
    modified_at=NOON,
    first_seen_at=NOON,
    fetched_at=NOON,
    language="en",
    section="World",
    tags=("Ships",),
    lead_image="https://img.example/1.jpg",
    images=(Image(url="https://img.example/1.jpg", caption="A ferry", credit="N. Olsen", status="matched"),),
    removed=(Removal(text="Subscribe", rule="newsletter", place="tail", evidence="subscribe"),),
    access="metered",
    site_rules="norland-post.example:0011223344556677",
    site_matched=("cut-1",),
    site_failed=("cut-2: it would take too long on a page of this size",),
    rights=("noarchive",),
    notes=("Corrected.",),
    word_count=9,
    extractor="container",
    confidence=0.93,
    content_hash="whole",
    rules=1,
    archive="segment-000001.warc.gz:0",
    story_id="1" * 32,
    snapshot=1,
    versions=3,
    changed=("title", "body"),
    further_pages=("https://www.norland-post.example/whole?page=2",),
)


def digest(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, default=str)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def test_the_embedded_layout_is_the_one_that_its_number_names(tmp_path: Path) -> None:
    disk.create(tmp_path / "index")
    schema = json.loads((tmp_path / "index" / "meta.json").read_text("utf-8"))["schema"]
    words = [tokens.WORD, tokens.LONGEST, sorted(tokens.PLAIN.items()), sorted(EMBEDDED.items())]
    held = [disk.make_document(each).to_dict() for each in (BARE, WHOLE)]
    for each in held:
        del each["article"]  # is not searched, and read by the names of its fields
    found = (disk.VERSION, digest(schema, words, held))
    assert found == EMBEDDED_LAYOUT, CHANGED.format(disk.__name__)


def test_the_layout_in_elasticsearch_is_the_one_that_its_number_names() -> None:
    held = [json.loads(document(each)) for each in (BARE, WHOLE)]
    layout = digest(mapping.mappings(), mapping.analysis(), held)
    found = (mapping.VERSION, layout)
    assert found == ELASTIC_LAYOUT, CHANGED.format(mapping.__name__)
