"""Names from statements whose values are names, as a schema.org Person's: whole, with particles, degrees and initials."""

import re

from articles.metadata.authors import NOBODY, distinct
from articles.metadata.name_words import is_agency, is_full, is_job, is_job_alone, parted
from articles.text import tidy

_LONGEST = 120
_BY = re.compile(
    r"^(?:(?:written|posted|story|text|words) by\b|by\b|(?:von|por|par|di|autor(?:in)?|author|text)\s*:|作者|記者|记者|撰文)[\s:：]*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""^["“„«]([^"“”„«»]*)["”“»]$""")
_PARTS = re.compile(r"\s*(?:;|、|\s(?:\||/|&|and|AND|und|UND|et|och|og|и)\s)\s*")
_JUNIOR = re.compile(r",\s+(?=(?:Jr|Sr)\.?(?:,|$))")
_BEHIND = re.compile(r"\s*\((?P<bracket>[^()]*)\)$|\s+[-–—]\s+(?P<dash>[^-–—]*)$|\s+(?P<word>기자|특파원)$")
_DEGREES = re.compile(
    r"(?:(?:\w{1,4}\.)+\w{0,4}\.?|\w?[A-Z]\w?[A-Z]\w*)\W?(?:\s+[A-Z]\S*[A-Z]\S*)?"
)  # M.D., PhD, CEPF®
_SHORTHAND = re.compile(r"[^\W\d_A-Z]{1,4}\.?")  # a journalist's own: "Anna Lund (alu)"
_JUNK = re.compile(rf"://|^/|\S@\S|^www\.|[<>{{}}\[\]]|^[\W\d_]*$|{NOBODY}", re.IGNORECASE)


def as_stated(stated: list[str]) -> tuple[str, ...]:
    """The distinct names, in order. Cut is what many pages put beside a name: "By", a job, an agency; further names,
    after a comma or "and", are names of their own. Addresses and words for nobody ("admin") are left out.
    """
    return distinct([name for text in stated for name in _names(tidy(text)[:400]) if _plausible(name)])


def _plausible(name: str) -> bool:
    return 1 < len(name) <= _LONGEST and not _JUNK.search(name) and not _is_job(name)


def _is_job(name: str) -> bool:
    return is_job(name) and is_job_alone(name)


def _names(text: str) -> list[str]:
    found: list[str] = []
    text = _QUOTED.sub(r"\1", text)
    for part in _PARTS.split(_JUNIOR.sub(" ", _BY.sub("", text))):
        pieces = [piece.strip() for each in parted(part) for piece in each.split(",")]
        if len(pieces) > 1 and all(map(is_full, pieces)):
            found.extend(map(_bare, pieces))
        else:
            found.append(_bare(_without_affixes(part)))
    return found


def _without_affixes(name: str) -> str:
    """Without what stands behind a comma, from the first that is no degree on."""
    head, *affixes = [piece.strip() for piece in name.split(",")]
    if len(head.split()) == 1:  # "Lund, Anna"
        return name
    kept = next((at for at, piece in enumerate(affixes) if not _is_degree(piece)), len(affixes))
    return ", ".join([head, *affixes[:kept]]) if head else ""


def _is_degree(text: str) -> bool:
    return not is_agency(text) and _DEGREES.fullmatch(text) is not None


def _bare(name: str) -> str:
    behind = _BEHIND.search(name)
    said = (behind["bracket"] or behind["dash"] or "") if behind else ""
    if behind and (behind["word"] or is_agency(said) or is_job(said) or _SHORTHAND.fullmatch(said)):
        name = name[: behind.start()]
    return name.strip(" ,;:|·•–—-")
