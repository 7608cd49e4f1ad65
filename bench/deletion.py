"""Delete an article, a source and what a query finds, kill that at random moments, and look for what is left.

    python bench/deletion.py [--times 20] [--seed 1] [--elasticsearch URL]

The sample newsroom is crawled twice, with an update in between. Each time, in a copy of that data folder, a process that deletes
gets SIGKILL at a random moment of the time that it takes undisturbed, and another finishes it: doctor, upkeep, a run, or the same
deletion. Then no word that only the deleted articles have may stand in any file of the folder (segments decompressed) or among the
terms of the indexes of articles and of older versions, all others must be as before, and `doctor` well. On Elasticsearch, no
word may be found, and neither index may hold a deleted document. Exit code 1 if not.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from folders import configure
from tantivy import Index

from articles.errors import BroadsheetError
from articles.model import Page, to_json
from articles.urls import article_id
from broadsheet.newsroom import Newsroom
from index.backend_record import Place
from index.elastic.elastic_backend import connection
from pipeline import indexes
from pipeline.configuration.config import Config, load
from pipeline.deleting.choosing import DeleteRequest
from pipeline.deleting.deletion import delete, finish_interrupted, tombstones
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.new_index import reindex
from pipeline.maintenance.upkeep import maintain
from pipeline.run import run
from store.archive.reader import scan

FIELDS = ("title", "lead", "body", "caption", "removed")
Articles = dict[str, dict[str, Any]]


def export(config: Config) -> Articles:
    """Articles and older versions, by id."""
    found: Articles = {}
    for older in (False, True):
        with closing(indexes.reader(config, older=older)) as reader:
            found |= {one.id: json.loads(to_json(replace(one, snapshot=0))) for one in reader.all()}
    return found


def words(config: Config, articles: Articles, ids: set[str]) -> list[str]:
    """Words of the texts of these articles that stand nowhere in the others, nor in an address or on any other page."""

    def texts(one: dict[str, Any]) -> str:
        return "\n".join((one["title"], one["lead"], *one["body"])).lower()

    own = {word for one in ids for word in re.findall(r"\w{8,}", texts(articles[one]))}
    others = [one for key, one in articles.items() if key not in ids]
    rest = json.dumps(others, ensure_ascii=False).lower()
    urls = "\n".join(one["url"] for one in articles.values()).lower()
    pages = (record for _, record in scan(config.archive, print) if isinstance(record, Page))
    for page in pages:
        if article_id(page.final_url) not in ids:
            rest += page.body.decode("utf-8", "ignore").lower()
    return sorted(word for word in own if word not in rest and word not in urls)


def plain(path: Path) -> bytes:
    data, found = path.read_bytes(), bytearray()
    if not path.name.endswith(".warc.gz"):
        return data
    while data:
        unpacker = zlib.decompressobj(wbits=31)
        found += unpacker.decompress(data)
        data = unpacker.unused_data
    return bytes(found)


def left(config: Config, gone: list[str]) -> list[str]:
    """Where which of these words still stand."""
    found = []
    for path in (each for each in sorted(config.folder.rglob("*")) if each.is_file()):
        said = plain(path).decode("utf-8", "ignore").lower()
        found += [f"{word} in {path.name}" for word in gone if word in said]
    for older in (False, True):
        place = indexes.place(config, older=older)
        there = on_server(place, gone) if config.index.backend == "elasticsearch" else in_terms(place, gone)
        found += [f"{each} in the index of {'older versions' if older else 'articles'}" for each in there]
    return found


def in_terms(place: Place, gone: list[str]) -> list[str]:
    index = Index.open(str(place.folder))
    index.reload()
    terms = {term for field in FIELDS for term, _ in index.searcher().terms_with_prefix(field, "")}
    return [word for word in gone if word in terms]


def on_server(place: Place, gone: list[str]) -> list[str]:
    """What is found, and documents that are marked as deleted alone."""
    with closing(connection(place)) as client:
        fields = ["title", "lead", "body", "images.caption", "notes", "removed.text"]
        words: list[dict[str, Any]] = [{"multi_match": {"query": word, "fields": fields}} for word in gone]
        number = client.count(index=place.alias, query={"bool": {"should": words}})["count"] if words else 0
        deleted = client.indices.stats(index=place.alias, metric="docs")["_all"]["total"]["docs"]["deleted"]
    return [f"{count} {what}" for count, what in ((number, "articles"), (deleted, "deleted ones")) if count]


def apart(work: Callable[[], object], moment: float | None = None) -> bool:
    """Work in a process of its own, killed at this moment, in seconds; whether it was done before that."""
    process = os.fork()
    if not process:
        try:
            work()
        except BroadsheetError:
            traceback.print_exc()
        finally:
            os._exit(0)
    if moment is not None:
        time.sleep(moment)
        done = os.waitpid(process, os.WNOHANG)[0] != 0
        if done:
            return True
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return moment is None


def one(config: Config, request: DeleteRequest, moment: float) -> str:
    """A deletion that is killed, and finished."""
    if apart(lambda: delete(config, request), moment):
        return "over before it was killed"
    if not tombstones(config):
        apart(lambda: delete(config, request))
        return "killed before it was asked for, and asked again"
    ways: dict[str, Callable[[], object]] = {
        "doctor": lambda: finish_interrupted(config),
        "upkeep": lambda: maintain(config),
        "run": lambda: run(config),
        "the same": lambda: delete(config, request),
    }
    name = random.choice(list(ways))
    apart(ways[name])
    return f"killed, finished by {name}"


def wrong(config: Config, expected: Articles, gone: list[str]) -> list[str]:
    found = [f"{each.part}: {each.text}" for each in examine(config) if not each.ok]
    there = export(config)
    for key in sorted(there.keys() | expected.keys()):
        one, other = there.get(key, {}), expected.get(key, {})
        if differing := [name for name in {**one, **other} if one.get(name) != other.get(name)]:
            found.append(f"{key} is another in {', '.join(differing)}")
    return found + left(config, gone)


def with_versions(articles: Articles, chosen: Callable[[dict[str, Any]], bool]) -> set[str]:
    """The ids of these articles, and of their older versions."""
    ids = {key for key, each in articles.items() if "-" not in key and chosen(each)}
    return {key for key in articles if key.partition("-")[0] in ids}


def configuration(folder: Path, url: str) -> Config:
    """The folder's, with its own index, or one on this server, which is filled from it."""
    config = load(folder / "broadsheet.toml")
    if url:
        section = {"backend": "elasticsearch", "url": url, "alias": f"bench-{os.getpid()}-{folder.name}"}
        for older in (False, True):
            shutil.rmtree(indexes.place(config, older=older).folder)
        config = config.model_copy(update={"index": config.index.model_copy(update=section)})
        reindex(config)
    return config


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--elasticsearch", metavar="URL", default="")
    options = parser.parse_args()
    random.seed(options.seed)
    failed = 0
    with Newsroom() as newsroom, tempfile.TemporaryDirectory() as place:
        crawled = Path(place) / "crawled"
        crawled.mkdir()
        configure(crawled, list(newsroom.feeds))
        run(load(crawled / "broadsheet.toml"))
        newsroom.publish_update()
        run(load(crawled / "broadsheet.toml"))
        articles = export(load(crawled / "broadsheet.toml"))
        edited = next(key.partition("-")[0] for key in articles if "-" in key)
        trams = with_versions(articles, lambda each: "tram" in each["title"].lower())
        of_source = with_versions(articles, lambda each: each["source"] == "s1")
        targets = {
            "article": (
                DeleteRequest(which=(edited,), reason="bench"),
                {key for key in articles if key.startswith(edited)},
            ),
            "source": (DeleteRequest(source="s1", reason="bench"), of_source),
            "query": (DeleteRequest(query="title:tram", reason="bench"), trams),
        }
        for name, (request, ids) in targets.items():
            gone = words(load(crawled / "broadsheet.toml"), articles, ids)
            expected = {key: each for key, each in articles.items() if key not in ids}
            seconds = 0.0
            for number in range(options.times + 1):
                folder = Path(place) / f"{name}-{number}"
                shutil.copytree(crawled, folder)
                config = configuration(folder, options.elasticsearch)
                began = time.monotonic()
                if number:
                    moment = random.uniform(0, seconds)
                    done = f"{moment:.2f} s: {one(config, request, moment)}"
                else:
                    apart(lambda config=config, request=request: delete(config, request))
                    seconds = time.monotonic() - began
                    done = f"undisturbed, {seconds:.2f} s, {len(ids)} articles, {len(gone)} words"
                found = wrong(config, expected, gone)
                failed += bool(found)
                print(
                    f"{name}: {done}: {'; '.join(found[:5]) or 'nothing left, all else as it was'}",
                    flush=True,
                )
                if (by_hand := indexes.backend(config).by_hand) is not None:
                    by_hand.drop(indexes.place(config))
                shutil.rmtree(folder)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
