"""A proof as a folder that anybody can check without Broadsheet: WARC records, checksums, and what they say in plain words."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from pathlib import Path

import msgspec

from articles.errors import ArchiveError, ConfigError, StorageError
from articles.urls import masked
from pipeline.versions.proving import Observation, Proof
from store.archive.reader import raw_response
from store.archive.warc import encode_info
from store.records import ArchiveRef

RECORDS, OBSERVATIONS, README, SUMS = "captures.warc.gz", "observations.json", "README.txt", "SHA256SUMS"

_SAID = {
    "there": "was there at",
    "not_there": "was not there at",
    "dropped": "cannot be looked for (the raw page was dropped by retention) at",
    "unreadable": "cannot be looked for (the page or its record cannot be read) at",
}
_INTRODUCTION = """\
The sentence that was looked for:

  {sentence}

What is in this folder
  captures.warc.gz    the answers of the web server as they were archived, one WARC record each, copied byte for byte
  observations.json   the list below, for programs
  SHA256SUMS          checksums of these files

How to check it
  sha256sum -c SHA256SUMS               says whether the files are as they were when this folder was written
  warcio check -v captures.warc.gz      says whether each record still has the digests that were computed when it was fetched
  warcio index captures.warc.gz         lists the records; `warcio extract captures.warc.gz OFFSET` shows one

What this shows, and what it does not
  Each line below is one observation: a page was fetched at that time (UTC), and the sentence was in its text or was not.
  White space, the form of quotation marks and dashes, and markup within the sentence make no difference; scripts
  and what they load are not looked at. Nothing is said of the time between two observations: a sentence
  that was there before and after may have been away, and when exactly it came or went is unknown.
  The times are those of the machine that fetched. The digests were computed by that machine, too: they show that a record
  was not changed by accident since, not that nobody could have made it.
"""


def observed(one: Observation) -> str:
    """One observation in words."""
    return f"{_SAID[one.seen]} {one.at:%Y-%m-%d %H:%M:%S} UTC"


def spans(observations: tuple[Observation, ...]) -> Iterator[str]:
    """In words, of the observations of one article, when the sentence was first and last seen, and not, before and after that."""
    there = [one for one in observations if one.seen == "there"]
    if not there:
        yield f"was there in none of {len(observations)} captures"
        return
    absent = [one for one in observations if one.seen == "not_there"]
    if before := [one for one in absent if one.at < there[0].at]:
        yield f"{observed(before[-1])}; the time between that and the first time it was seen is unknown"
    yield f"was there at {there[0].at:%Y-%m-%d %H:%M:%S} UTC: the first of {len(there)} captures that have it"
    yield f"was there at {there[-1].at:%Y-%m-%d %H:%M:%S} UTC: the last one"
    if after := [one for one in absent if one.at > there[-1].at]:
        yield f"{observed(after[0])}; the time between is unknown"
    if gaps := [one for one in absent if there[0].at < one.at < there[-1].at]:
        yield f"was not there in {len(gaps)} captures in between"


def by_article(proof: Proof) -> Iterator[tuple[str, tuple[Observation, ...]]]:
    """The observations of each article, with its address."""
    for _, group in groupby(proof.observations, key=lambda one: one.article_id):
        found = tuple(group)
        yield found[0].url, found


def write(proof: Proof, archive: Path, folder: Path, at: datetime) -> None:
    """Write the folder, which must not exist yet or be empty. The same proof gives the same bytes for the same time.

    Raises ConfigError where it holds something, StorageError where it cannot be written, ArchiveError where a record cannot
    be read any more.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ConfigError(f"--output {folder}: it is not empty; name a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        files = {RECORDS: b"", OBSERVATIONS: b"", README: b""}
        files[RECORDS], places = _records(proof, archive, at)
        files[OBSERVATIONS] = _as_json(proof, places)
        files[README] = _readme(proof).encode()
        sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
        for name, data in (files | {SUMS: sums.encode()}).items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written: {error.strerror}") from error


def _records(proof: Proof, archive: Path, at: datetime) -> tuple[bytes, dict[str, int]]:
    """The WARC file, and the offset of each record in it by its id."""
    data = bytearray(encode_info(RECORDS, at))
    places = {}
    for one in proof.observations:
        if one.record_id:
            ref = ArchiveRef(segment=one.file, offset=one.offset, length=one.length)
            headers, member = raw_response(archive, ref)
            if headers.get("warc-record-id") != one.record_id:
                raise ArchiveError(f"{ref} holds another record by now; ask again")
            places[one.record_id] = len(data)
            data += member
    return bytes(data), places


def _as_json(proof: Proof, places: dict[str, int]) -> bytes:
    told = [
        {
            **asdict(one),
            "url": masked(one.url),
            "in_words": observed(one),
            "offset_in_captures": places.get(one.record_id),
        }
        for one in proof.observations
    ]
    return (
        msgspec.json.format(msgspec.json.encode({"sentence": proof.sentence, "observations": told})) + b"\n"
    )


def _readme(proof: Proof) -> str:
    lines = [_INTRODUCTION.format(sentence=" ".join(proof.sentence.split()))]
    for url, observations in by_article(proof):
        lines += [masked(url), *(f"  it {line}" for line in spans(observations)), "", "  All observations:"]
        for one in observations:
            lines.append(f"  it {observed(one)}")
            if one.record_id:
                lines += [f"      HTTP status {one.status}", f"      record {one.record_id}"]
                lines += [f"      payload digest {one.payload_digest}"]
            lines.append(f"      archived in {one.file} at byte {one.offset}")
        lines.append("")
    return "\n".join(lines)
