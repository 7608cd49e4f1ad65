"""Corrections that an article names itself."""

import re

from articles.edits.normal_form import normal
from articles.edits.seen import Wording
from articles.source.templates import is_notice

_EDITORS_NOTE = re.compile(
    r"\W*(?:editor(?:s['’]|['’]s|s)? note|note (?:from|by) the editors?|anm(?:erkung|\.) (?:der|d\.) (?:red(?:aktion|\.)|autor\w*)|hinweis der redaktion|"
    r"in eigener sache|note de la rédaction|ndlr|nota de (?:la )?redacci[oó]n|nota del editor|nota da redação|nota della redazione|ndr\b|"
    r"noot van de redactie|redaktionell anmärkning|redaktionel(?:t|l) (?:merknad|bemærkning)|od redakcji|от редакции|від редакції|editörün notu|"
    r"catatan redaksi|ملاحظة المحرر|编者按|編者按|編集部注|편집자 ?주)(?!\w)",
    re.IGNORECASE,
)


def corrections(wording: Wording) -> tuple[str, ...]:
    """The paragraphs and notes that say what was wrong before, or what the editors did, in one of many languages."""
    return tuple(
        line for line in (*wording.body, *wording.notes) if is_notice(line) or _EDITORS_NOTE.match(line)
    )


def new_corrections(before: Wording | None, after: Wording) -> tuple[str, ...]:
    """Those that were not there before."""
    known = set(map(normal, corrections(before))) if before else set()
    return tuple(line for line in corrections(after) if normal(line) not in known)
