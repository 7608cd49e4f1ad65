"""Templates: lines that belong to the site, because they recur in other articles of the source."""

import re

from articles.model import Removal, Rule
from articles.source.features import SHORT, ZONES, Features, fingerprint, is_long
from articles.source.knowledge import FEWEST_LONG, FEWEST_SHORT, Knowledge, Seen
from articles.structure.text_places import place
from articles.text import count_words

RULE = Rule.TEMPLATE
_FEWEST_DAYS = 2
_ONE_ZONE = 0.8  # share of a short line's occurrences in one zone; if they are all over, it is not a template
_MOST_CUT = 0.5  # share of a text's words; if more recur, they are the text
_NAMED = 3  # other articles named in the evidence
# Correction notices are content, however often they recur: readers must see what an article got wrong.
_NOTICE = re.compile(
    r"\W*(?:(?:correction|corrected|clarification|erratum|retraction|"
    r"korrektur|korrekturhinweis|berichtigung|richtigstellung|klarstellung|rectificati(?:f|e|on)|précision|"
    r"corrección|corrigenda|rectificación|fe de (?:erratas|errores)|aclaración|correção|errata(?: corrige)?|retificação|"
    r"correzione|rettifica|precisazione|correctie|rättelse|rettelse|retting|oikaisu|korjaus|sprostowanie|korekta|oprava|"
    r"helyreigazítás|исправление|поправка|уточнение|виправлення|düzeltme|ralat|koreksi|đính chính|تصحيح|תיקון)"
    r"\s*(?:[:：.,|(–—-]|\d|$)|訂正|お詫び|更正|勘误|勘誤|정정|바로잡습니다)"
    r"|\b(?:(?:an|the) (?:earlier|previous|original) version of this|"
    r"this (?:article|story|report|piece|post|headline)\b.{0,40}\b(?:amended|corrected|clarified|retracted)|"
    r"in einer (?:früheren|vorherigen|ersten) (?:version|fassung)|une (?:première )?version (?:précédente|antérieure)|"
    r"una versi[oó]ne? (?:anterior|previa|precedente)|uma versão anterior|in een eerdere versie|en tidigare version|"
    r"en tidligere (?:versjon|version|utgave)|w (?:poprzedniej|wcześniejszej) wersji|в (?:предыдущей|более ранней) версии)\b",
    re.IGNORECASE,
)


def cut(
    lead: str, body: tuple[str, ...], row: Features, knowledge: Knowledge
) -> tuple[tuple[str, ...], tuple[Removal, ...]]:
    """The body without its template lines, and those lines.

    A line of 25 characters or more (as counted by its fingerprint) is a template if three articles of two days have it,
    this one included; one of 12 to 24 characters if five have it, nearly always in the same part of the text. Copies of
    one article count as one, copies of this article not at all. If more than half of the text would be cut, nothing is,
    and a removal without text notes that. Correction notices stay.
    """
    found = _recurring(body, row, knowledge)
    if not found:
        return body, ()
    words = {index: count_words(body[index]) for index in found}
    total = count_words(lead) + sum(
        words[index] if index in words else count_words(line) for index, line in enumerate(body)
    )
    lost = sum(words.values())
    if lost > _MOST_CUT * total:
        spared = f"kept {len(found)} recurring lines: {lost} of {total} words"
        return body, (Removal(text="", rule=RULE, place="block", evidence=spared),)
    removed = tuple(
        Removal(text=body[index], rule=RULE, place=place(index, len(body)), evidence=evidence)
        for index, evidence in found.items()
    )
    return tuple(line for index, line in enumerate(body) if index not in found), removed


def active(knowledge: Knowledge) -> frozenset[int]:
    """The fingerprints of lines that are templates in the known articles of the source, notices included."""
    return frozenset(
        line_hash
        for line_hash, seen in knowledge.recurring.items()
        if len({knowledge.articles[index].day for index, _ in seen}) >= _FEWEST_DAYS
        and _is_frequent(line_hash, [zone for _, zone in seen])
    )


def is_notice(line: str) -> bool:
    """Whether a line is a correction notice, in one of many languages."""
    return _NOTICE.search(line) is not None


def _recurring(body: tuple[str, ...], row: Features, knowledge: Knowledge) -> dict[int, str]:
    """The indices of template lines, and the evidence for each."""
    zones = {line & ~3: line & 3 for line in row.lines if line & ~3 in knowledge.recurring}
    if not zones:
        return {}
    same = knowledge.same_as(row)
    found = {}
    for index, line in enumerate(body):
        if len(line) < SHORT:
            continue
        line_hash = fingerprint(line)
        if line_hash not in zones:
            continue
        others = [each for each in knowledge.recurring[line_hash] if each[0] not in same]
        if _is_template(line_hash, zones[line_hash], others, row, knowledge) and not is_notice(line):
            found[index] = _evidence(line_hash, others, row, knowledge)
    return found


def _is_template(line_hash: int, zone: int, others: list[Seen], row: Features, knowledge: Knowledge) -> bool:
    return _is_frequent(line_hash, [zone, *(where for _, where in others)]) and (
        _days(others, row, knowledge) >= _FEWEST_DAYS
    )


def _is_frequent(line_hash: int, zones: list[int]) -> bool:
    if is_long(line_hash):
        return len(zones) >= FEWEST_LONG
    most = max(zones.count(each) for each in range(len(ZONES)))
    return len(zones) >= FEWEST_SHORT and most >= _ONE_ZONE * len(zones)


def _days(others: list[Seen], row: Features, knowledge: Knowledge) -> int:
    return len({row.day, *(knowledge.articles[index].day for index, _ in others)})


def _evidence(line_hash: int, others: list[Seen], row: Features, knowledge: Knowledge) -> str:
    named = ", ".join(knowledge.articles[index].article_id for index, _ in others[-_NAMED:])
    days = _days(others, row, knowledge)
    return f"{line_hash:016x} in {len(others) + 1} articles of {days} days, as in {named}"
