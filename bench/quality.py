"""Compare six extractors of articles: ours, trafilatura, newspaper4k, readability-lxml, news-please, resiliparse.

    python bench/quality.py FOLDER... [--worst 10] [--only NAME...]

Each FOLDER has `gold.jsonl`, one page per line, and the pages as fetched, gzipped:

    {"id": "1", "file": "html/1.html.gz", "url": "https://...", "body": "paragraphs\\n...", "title": "...",
     "authors": ["..."], "date": "2026-11-24", "captions": ["..."], "lead_in_body": true}

`id`, `file`, `url` and `body` are required; other keys are only scored if present. `lead_in_body` says that the gold body begins
with the standfirst, so ours is scored as lead plus body (this is the default for a folder named fundus).

All run on the same pages, page by page. A package that fails on a page scores zero for it; one that is not installed is
reported and left out. The other packages are not dependencies of the project: install them in a separate environment with it.
"""

import argparse
import gzip
import importlib.util
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from metrics import Scores, score

Extractor = Callable[[bytes, str], dict[str, Any]]
_SECONDS = 60


def ours(html: bytes, url: str) -> dict[str, Any]:
    from adapters import extract

    return extract(html, url)


def trafilatura(html: bytes, url: str) -> dict[str, Any]:
    from trafilatura import bare_extraction

    document = bare_extraction(html, url=url, include_comments=False, with_metadata=True)
    if document is None:
        return {}
    found = document.as_dict()
    authors = [name.strip() for name in (found.get("author") or "").split(";")]
    return {
        "title": found["title"],
        "body": found["text"],
        "date": found["date"],
        "authors": [*filter(None, authors)],
    }


def newspaper4k(html: bytes, url: str) -> dict[str, Any]:
    import newspaper

    article = newspaper.Article(url, fetch_images=False)
    article.download(input_html=_decoded(html))
    article.parse()
    date = article.publish_date.date().isoformat() if article.publish_date else ""
    return {"title": article.title, "body": article.text, "date": date, "authors": article.authors}


def readability(html: bytes, url: str) -> dict[str, Any]:
    import lxml.html
    from readability import Document

    document = Document(_decoded(html), url=url)
    tree = lxml.html.fromstring(document.summary())
    body = "\n".join(
        " ".join(block.text_content().split())
        for block in tree.iter("p", "li", "h2", "h3", "h4", "pre", "td")
    )
    return {"title": document.short_title(), "body": body or tree.text_content()}


def news_please(html: bytes, url: str) -> dict[str, Any]:
    from newsplease import NewsPlease

    article = NewsPlease.from_html(_decoded(html), url=url, fetch_images=False)
    date = article.date_publish.date().isoformat() if article.date_publish else ""
    return {"title": article.title, "body": article.maintext, "date": date, "authors": article.authors}


def resiliparse(html: bytes, _url: str) -> dict[str, Any]:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(_decoded(html))
    return {"title": tree.title, "body": extract_plain_text(tree, main_content=True, comments=False)}


EXTRACTORS: dict[str, tuple[str, Extractor]] = {
    "Broadsheet": ("articles", ours),
    "trafilatura": ("trafilatura", trafilatura),
    "newspaper4k": ("newspaper", newspaper4k),
    "readability-lxml": ("readability", readability),
    "news-please": ("newsplease", news_please),
    "resiliparse": ("resiliparse", resiliparse),
}


def _decoded(html: bytes) -> str:
    from articles.html import decode

    return decode(html, "")


def pages(folder: Path) -> Iterator[dict[str, Any]]:
    for line in (
        (folder / "gold.jsonl").read_bytes().splitlines()
    ):  # splitting text would also split at U+2028
        gold = json.loads(line)
        gold.setdefault("lead_in_body", folder.name == "fundus")
        yield gold | {"html": gzip.decompress((folder / gold["file"]).read_bytes())}


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"longer than {_SECONDS} s")


def run(extractor: Extractor, page: dict[str, Any]) -> tuple[dict[str, Any], str, float]:
    """An extractor's result for a page, its error, and its CPU time in seconds."""
    signal.alarm(_SECONDS)
    start = time.process_time()
    try:
        return extractor(page["html"], page["url"]) or {}, "", time.process_time() - start
    except Exception as error:  # noqa: BLE001  any error is a page without a result
        return {}, f"{type(error).__name__}: {error}"[:200], time.process_time() - start
    finally:
        signal.alarm(0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument(
        "--worst", type=int, default=0, help="also list this number of our worst pages in each folder"
    )
    parser.add_argument("--only", nargs="*", choices=EXTRACTORS, default=[*EXTRACTORS])
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, _stop)
    there = [name for name in options.only if importlib.util.find_spec(EXTRACTORS[name][0])]
    for name in options.only:
        if name not in there:
            print(f"{name} is not installed: left out")
    print(
        "| set (pages) | extractor | F1 | P | R | exact | title | date | authors | leak | captions | ms | failed |"
    )
    print(f"|{' --- |' * 13}")
    for folder in options.folders:
        totals = {name: Scores() for name in there}
        failures: list[str] = []
        worst: list[tuple[float, str, str]] = []
        for page in pages(folder):
            for name in there:
                found, error, seconds = run(EXTRACTORS[name][1], page)
                f1 = score(totals[name], found, page, seconds, failed=bool(error))
                if error:
                    failures.append(f"{name} failed on {page['id']}: {error}")
                if name == "Broadsheet":
                    worst.append((f1, page["id"], page["url"]))
        for name in there:
            print(f"| {folder.name} ({totals[name].pages}) | {name} | {totals[name].row()} |", flush=True)
        for f1, identity, url in sorted(worst)[: options.worst]:
            print(f"   {f1:.3f}  {identity}  {url}")
        print(*failures[:20], sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main()
