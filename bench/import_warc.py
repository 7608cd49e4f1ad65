"""Import a WARC file in the shape of CC-NEWS, undisturbed and with two kills at random moments, and compare.

    python bench/import_warc.py [--records 20000] [--seed 1]

The file has a gzip member for each record: pages of the sample newsroom's layouts with sentences drawn anew, as hundreds
of hosts would have them (plain, chunked, gzip, br, and heads that speak of what was undone), some in two captures, and
pictures, feeds, errors, redirects, pages that are cut, members that are damaged. Prints the sums of both imports, wall and
CPU time, and the most memory of the command's process and of a cleaning process. Exit code 1 unless both have the same
records, captures (URL, time, outcome, content hash) and articles.
"""

import argparse
import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
from faults import descendants
from folders import command, configure, export

from broadsheet.newsroom import content, render
from broadsheet.newsroom.content import Site, Story

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
HOSTS = 200
EVERY = 0.2  # seconds between two looks at the memory


class Press:
    """Draws pages, and records around them."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._sites = [content.load(name) for name in content.SITES]
        self._vocabulary = {
            site.name: [_parts(site, text) for text in _sentences(site)] for site in self._sites
        }

    def records(self, count: int) -> Iterator[bytes]:
        yield gzip.compress(_record(b"software: bench\r\n", "", FIRST, "warcinfo"), 6, mtime=0)
        pages: list[tuple[str, int]] = []
        for number in range(1, count):
            at = FIRST + timedelta(seconds=10 * number)
            again = bool(pages) and self._draw.random() < 0.04
            url, seed = self._draw.choice(pages) if again else (self._url(number), number)
            kind = self._draw.random()
            if not again and kind < 0.12:
                yield self._other(url, at, kind)
                continue
            if kind > 0.5 and again:
                seed += 1_000_000  # another edition
            pages.append((url, seed))
            member = gzip.compress(_record(self._answer(self.page(url, seed, at)), url, at), 6, mtime=0)
            yield self._damaged(member) if self._draw.random() < 0.004 else member

    def _url(self, number: int) -> str:
        return f"https://www.paper{self._draw.randrange(HOSTS)}.org/news/{number}"

    def _other(self, url: str, at: datetime, kind: float) -> bytes:
        if kind < 0.03:
            block = _answer(b"<h1>Not Found</h1>", "404 Not Found")
        elif kind < 0.04:
            block = _answer(b"", "301 Moved Permanently", "text/html", f"Location: {url}/")
        elif kind < 0.07:
            block = _answer(self._draw.randbytes(20_000), "200 OK", "image/jpeg")
        elif kind < 0.11:
            block = _answer(b"<?xml version='1.0'?><rss></rss>", "200 OK", "application/rss+xml")
        else:
            packed = gzip.compress(self.page(url, 0, at), 6, mtime=0)
            block = _answer(packed[: len(packed) // 2], "200 OK", "text/html", "Content-Encoding: gzip")
        return gzip.compress(_record(block, url, at), 6, mtime=0)

    def _damaged(self, member: bytes) -> bytes:
        place = self._draw.randrange(20, len(member) - 20)
        return member[:place] + self._draw.randbytes(12) + member[place + 12 :]

    def _answer(self, page: bytes) -> bytes:
        way = self._draw.choice(("plain", "gzip", "gzip", "br", "chunked", "undone", "no length"))
        html = "text/html; charset=utf-8"
        if way == "gzip":
            return _answer(gzip.compress(page, 6, mtime=0), "200 OK", html, "Content-Encoding: gzip")
        if way == "br":
            return _answer(brotli.compress(page, quality=4), "200 OK", html, "Content-Encoding: br")
        if way == "chunked":
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(page), page)
            return _answer(body, "200 OK", html, "Transfer-Encoding: chunked")
        if way == "undone":
            headers = ("Content-Encoding: gzip", "Transfer-Encoding: chunked", "Content-Length: 7")
            return _answer(page, "200 OK", html, *headers)
        return _answer(page, "200 OK", html if way == "plain" else "text/html")

    def page(self, url: str, seed: int, at: datetime) -> bytes:
        """An article as one of the publishers has it, drawn by this seed."""
        draw = random.Random(seed)
        site = self._sites[draw.randrange(len(self._sites))]
        model = draw.choice([story for story in site.stories if story.intent == "article"])
        body = tuple(
            " ".join(self._sentence(site, draw) for _ in range(3)) for _ in range(draw.randint(4, 9))
        )
        day = at - timedelta(hours=draw.randint(1, 30))
        story: Story = replace(
            model,
            path=urlsplit(url).path,
            title=self._sentence(site, draw)[:90],
            lead=self._sentence(site, draw),
            body=body,
            published=day,
            modified=None,
            charset="utf-8",
            declared="utf-8",
        )
        return render.page(site, story, url.removesuffix(story.path))

    def _sentence(self, site: Site, draw: random.Random) -> str:
        """One of the publisher's sentences, with words of others in it."""
        sentences = self._vocabulary[site.name]
        parts = [
            draw.choice(draw.choice(sentences)) if draw.random() < 0.4 else part
            for part in draw.choice(sentences)
        ]
        return f"{_joint(site).join(parts)} {draw.randint(2, 9999)}."


def _sentences(site: Site) -> list[str]:
    texts = [text for story in site.stories for text in story.body if not text.startswith(render.HEADING)]
    return [
        part.strip(" .") for text in texts for part in text.replace("。", ". ").split(". ") if len(part) > 20
    ]


def _parts(site: Site, sentence: str) -> list[str]:
    return sentence.split(" ") if _joint(site) else [sentence[n : n + 4] for n in range(0, len(sentence), 4)]


def _joint(site: Site) -> str:
    return "" if site.language == "zh" else " "


def _answer(body: bytes, status: str, kind: str = "text/html", *headers: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", f"Content-Type: {kind}", *headers, "", "")).encode() + body


def _record(block: bytes, url: str, at: datetime, kind: str = "response") -> bytes:
    lines = (
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}",
        f"WARC-Target-URI: {url}",
        f"Content-Length: {len(block)}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


@dataclass(frozen=True)
class Measured:
    """An import that has ended: its report, seconds, and megabytes of the largest process of each kind."""

    report: dict[str, Any]
    wall: float
    cpu: float
    command_mb: float
    worker_mb: float


def measured(folder: Path, file: Path) -> Measured:
    began = time.monotonic()
    process = subprocess.Popen(command(folder, "import", str(file), "--json"), stdout=subprocess.PIPE)
    largest = {"command": 0, "worker": 0}
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        largest["command"] = max(largest["command"], _peak(process.pid))
        for pid, _ in descendants(process.pid):
            largest["worker"] = max(largest["worker"], _peak(pid))
        time.sleep(EVERY)
    assert process.stdout is not None
    output = process.stdout.read()
    _, code, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(code)
    assert process.returncode == 0
    wall = time.monotonic() - began
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(json.loads(output), wall, cpu, largest["command"] / 1000, largest["worker"] / 1000)


def _peak(pid: int) -> int:
    """The most memory that a process had resident, in kB; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def kill_after(folder: Path, file: Path, seconds: float) -> bool:
    """Import for so many seconds, then kill the command; whether it was still running."""
    process = subprocess.Popen(command(folder, "import", str(file)), stdout=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def captures(folder: Path) -> list[tuple[Any, ...]]:
    ledger = sqlite3.connect(folder / "data" / "ledger.sqlite")
    rows = ledger.execute(
        "SELECT url, fetched_at, outcome, content_hash FROM captures ORDER BY url, fetched_at"
    )
    found = rows.fetchall()
    ledger.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        sys.exit(0 if compare(Path(made), options.records, options.seed) else 1)


def compare(folder: Path, count: int, seed: int) -> bool:
    file = folder / "CC-NEWS.warc.gz"
    with file.open("wb") as out:
        out.writelines(Press(seed).records(count))
    print(f"{count} records, seed {seed}: {file.stat().st_size / 1e6:.1f} MB", flush=True)
    undisturbed, killed = folder / "undisturbed", folder / "killed"
    for each in (undisturbed, killed):
        each.mkdir()
        configure(each, [])
    once = measured(undisturbed, file)
    _show("undisturbed", once)
    draw = random.Random(seed)
    for low, high in ((0.1, 0.45), (0.2, 0.5)):
        moment = once.wall * draw.uniform(low, high)
        print(f"killed after {moment:.1f} s: {kill_after(killed, file, moment)}", flush=True)
    last = measured(killed, file)
    _show("after two kills", last)
    again = measured(undisturbed, file)
    _show("once more", again)
    same = {
        "records": once.report["records"] == last.report["records"] == again.report["records"],
        "captures": captures(undisturbed) == captures(killed),
        "articles": export(undisturbed) == export(killed),
        "nothing new": not again.report["outcomes"],
        "sum": sum(once.report["records"].values()),
    }
    print(json.dumps(same))
    return all(same.values())


def _show(name: str, result: Measured) -> None:
    print(
        f"{name}: {result.wall:.1f} s, CPU {result.cpu:.1f} s, "
        f"memory at most {result.command_mb:.0f} MB (command), {result.worker_mb:.0f} MB (a cleaning process)"
    )
    for key in ("records", "outcomes", "rejections", "judged"):
        print(f"  {key}: {json.dumps(result.report[key])}", flush=True)


if __name__ == "__main__":
    main()
