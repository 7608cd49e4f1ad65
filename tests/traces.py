"""What is left of a text in a data folder, byte by byte."""

import re
import zlib
from pathlib import Path

from tantivy import Index

from pipeline.configuration.config import Config


def unpacked(segment: Path) -> bytes:
    """All of a segment without compression."""
    data, plain = segment.read_bytes(), b""
    while data:
        unpacker = zlib.decompressobj(wbits=31)
        plain += unpacker.decompress(data)
        data = unpacker.unused_data
    return plain


def holding(config: Config, words: list[str]) -> list[str]:
    """The files of the data folder in which one of these words stands, as UTF-8; a number not within a hash, nor as a port."""
    found = []
    for path in sorted(config.folder.rglob("*")):
        if path.is_file():
            data = unpacked(path) if path.name.endswith(".warc.gz") else path.read_bytes()
            found += [f"{path.name}: {word}" for word in words if _is_in(word, data)]
    index = Index.open(str(config.index_folder))
    index.reload()
    terms = {
        term
        for field in ("title", "lead", "body", "caption", "removed")
        for term, _ in index.searcher().terms_with_prefix(field, "")
    }
    return found + [f"index: {word}" for word in words if word in terms]


def _is_in(word: str, data: bytes) -> bool:
    if not word.isdecimal():
        return word.encode() in data
    return re.search(rb"(?<![0-9a-f:])%b(?![0-9a-f])" % word.encode(), data) is not None
