"""The script that Broadsheet is compared with: feedparser, requests, 16 threads, trafilatura, tantivy.

    python bench/thirty_lines.py FEED_LIST_URL INDEX_FOLDER

No robots.txt, no archive, no ledger, no limits: a typical first version. Prints the pages and the seconds.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import feedparser
import requests
import tantivy
import trafilatura


def article(url: str) -> tuple[str, str, str]:
    """URL, title and text of one page."""
    page = requests.get(url, timeout=30).content
    found = trafilatura.bare_extraction(page, url=url, with_metadata=True)
    return (url, found.title or "", found.text or "") if found else (url, "", "")


def main() -> None:
    feeds, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True)
    started = time.monotonic()
    schema = tantivy.SchemaBuilder()
    for name in ("url", "title", "body"):
        schema.add_text_field(name, stored=True)
    writer = tantivy.Index(schema.build(), path=str(folder)).writer()
    with ThreadPoolExecutor(16) as pool:
        texts = pool.map(
            lambda url: requests.get(url, timeout=30).content, requests.get(feeds, timeout=30).text.split()
        )
        links = [entry.link for text in texts for entry in feedparser.parse(text).entries]
        for url, title, body in pool.map(article, links):
            writer.add_document(tantivy.Document(url=url, title=title, body=body))
    writer.commit()
    print(f"{len(links)} pages in {time.monotonic() - started:.1f} s")


main()
