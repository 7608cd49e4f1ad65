"""Author names parted from bylines: stripped of roles and dates, junk dropped; also from a line of the text."""

import re

from articles.metadata.name_words import is_affix, is_agency, is_full, is_job_alone, parted, without_job
from articles.metadata.times.dates import MONTH
from articles.model import Place, Removal, Rule
from articles.text import SENTENCE_END, key, tidy

MOST = 20
_LONGEST = 60
_LONGEST_ALONE = 40
_FEWEST_LINES = 3  # in a text for a name above or below it to be a byline
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+)*")
_PREFIX = re.compile(
    r"^(?:(?:[\w ]{0,20} )?(?:written|posted|reported|story|text|words|analysis|opinion|reviewed|published|recipe|article) by\b|"
    r"(?:authors?|autor(?:in)?|autore|auteur|reporter)\b|about the author\b|by\b|vom\b|przez\b|"
    r"tekst\b|texte?\b|автор\b|текст\b|作者|記者|记者|文/|撰文)[\s:：]*",
    re.IGNORECASE,
)
# These are also names: before a single word ("Di Zhang") they are one, unless it is an agency's.
_PERHAPS_PREFIX = re.compile(
    r"^(?:about|sobre|über|von|par|por|di|door|av|af)\s+|"
    r"^(?i:about|sobre|über|von|par|por|di|door|av|af)(?:\s*:\s*|\s+(?=\S+\s)|\s+(?=[A-Z]{2,}$|[a-z]))"
)
_GLUED = re.compile(
    r"^(?:(?:[Ww]ritten |[Pp]osted |[Ss]tory |[Aa]rticle )?(?:[Bb]y|BY(?=[A-Z][a-z]))|Von|Por|Par|Door)(?=[^\W\d_a-z])|^[Bb]yby\s"
)
_PARTS = re.compile(r"\s*(?:;|\||/|·|•|、|\s(?:and|AND|und|UND|et|och|og|и|with|mit)\s|&)\s*")
_DEGREE = re.compile(r",?\s+(?:Ph\.?\s?D|M\.?D|M\.?B\.?A|C\.?P\.?A|R\.?N|M\.?Sc|B\.?Sc|J\.?D|Esq)\.?(?=,|$)")
_JUNIOR = re.compile(r",\s+(?=(?:Jr|Sr)\.?(?:,|$))")
_TAIL = re.compile(
    r"\s*(?:(?:[,(|–—]|\s-)\s*(?:for|in|aus|à|de|the|special|staff|senior|chief|political|news|sports?|contribut|correspondent|"
    r"reporter|editor|journalist|redakt|korrespondent|updated|published)\b.*|\(.*|@.*|\d.*|"
    rf"\W+(?:on )?(?:\w+day,? )?{MONTH},?\s+\d.*|\s+(?:on|at|from|기자.*))$",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?<=\w),?\s+(?:in|at|on|from|aus|à|em|en|från|fra|for|für|reporting|Reporting|Stand)\b.*$"
)
_HOUSE_IN_CAPITALS = re.compile(
    r"(?<=[a-z]\s)(\S*[a-z])(?:\s+[A-Z]{2,}){2,}$"
)  # "Meg Wagner NEW YORK DAILY NEWS"
_AGENCY_BEHIND = re.compile(r"(?<=\w\s)(\S+)(?:\s+[-–—]|,)?\s+(\S+)$")
_DATE = re.compile(rf",?\s*\b(?:on )?(?:\w+day,? )?{MONTH} \d{{1,2}}(?!\d)(?:,? \d{{4}})?", re.IGNORECASE)
NOBODY = (
    r"^(?:admin|administrator|author|authors|staff|editor|editors|guest|unknown|none|null|undefined|anonymous|"
    r"user|home|view (?:all|more|profile)|follow|share|more|read more|contact|email|about|bio|posts?|comments?|redaktion|"
    r"facebook|twitter|instagram|linkedin|reddit|pinterest|whatsapp|telegram|flipboard|tumblr|bluesky|threads|tiktok|youtube|x|"
    r"subscribe|by|von|vom|par|por|stand|in|on|see more|posted|written|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)$"
)
_JUNK = re.compile(
    rf"https?:|www\.|\.(?:com|org|net|de)\b|@|[<>{{}}\[\]_=»]|\d{{2}}|^[a-z]+[.-][a-z]+$|{NOBODY}|"
    r"\b(?:min read|minutes? ago|hours? ago|view (?:bio|author|more)|all posts|more (?:posts|stories|from|by|about)|posts by|follow (?:us|on)|updated|"
    r"published|reviewed|edited|verified|fact[ -]?check(?:ed)?|cite this|more articles)\b|^(?-i:from|to|at|for|the)\s|^\W|[!?]|"
    r"^(?:foto|photo|bild|image|picture|video)s?(?:\s*:|\s(?:by|credit)\b)",
    re.IGNORECASE,
)


def names(raw: list[str]) -> tuple[str, ...]:
    """The distinct names in bylines, in order; anything that cannot be a name is left out, and agencies beside people."""
    found = distinct([name for line in raw for name in _split(tidy(line)[:400]) if _plausible(name)])
    return tuple(name for name in found if not is_agency(name)) or found


def distinct(found: list[str]) -> tuple[str, ...]:
    """Each name once, in its first spelling; MOST at most."""
    by_key: dict[str, str] = {}
    for name in found:
        by_key.setdefault(key(name), name)
    return tuple(name for spelling, name in by_key.items() if spelling)[:MOST]


def is_account(name: str, site: str, host: str) -> bool:
    """Whether the name is that of the site or of one of its accounts ("Harbour D"), not of a person."""
    spelled = key(name)
    words = spelled.split()
    return (
        spelled == key(site) or words[:1] == key(site).split()[:1] or "".join(words) in host.replace("-", "")
    )


def take(
    body: tuple[str, ...], stated: tuple[str, ...], site: str, host: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Removal, ...]]:
    """Takes a name alone above or below the text as the author, if the page names no author except the site.

    Returns the body without it, the authors, and what was cut. If the page names no author at all, only a name in
    capitals above the text is accepted. A name that the text speaks of is none. Gives byline.
    """
    if len(body) >= _FEWEST_LINES and all(is_account(name, site, host) for name in stated):
        places = ((0, True), (0, False), (len(body) - 1, False)) if stated else ((0, True),)
        for at, capitals in places:
            line, rest = body[at], " ".join(body[1:])
            spoken_of = not (at or capitals) and (
                not is_full(line) or any(word in rest for word in line.split())
            )
            if alone(line, capitals) and not spoken_of and SENTENCE_END.search(body[at - 1 if at else 1]):
                place: Place = "tail" if at else "head"
                removal = Removal(text=line, rule=Rule.BYLINE, place=place, evidence="a name alone")
                return (*body[:at], *body[at + 1 :]), (line.title() if capitals else line,), (removal,)
    return body, stated, ()


def alone(line: str, capitals: bool) -> bool:
    """Whether a line is only a person's name, all in capitals or each word with a capital first letter."""
    words = line.split()
    return (
        2 <= len(words) <= 4
        and len(line) <= _LONGEST_ALONE
        and _NAME.fullmatch(line) is not None
        and (line.isupper() if capitals else all(word[0].isupper() for word in words))
    )


def _plausible(name: str) -> bool:
    return (
        1 < len(name) <= _LONGEST
        and len(name.split()) <= 7
        and not (_JUNK.search(name) or is_job_alone(name))
    )


def _split(line: str) -> list[str]:
    if "://" in line:
        return []
    found: list[str] = []
    undated = _JUNIOR.sub(" ", _DEGREE.sub("", without_prefix(_DATE.sub("", line))))
    for part in (part for each in _PARTS.split(undated) for part in parted(each)):
        pieces = [piece.strip() for piece in part.split(",")]
        # bylines are like "Jane Doe, John Roe" and "Jane Doe, Reuters", rarely "Doe, Jane"
        if " " in pieces[0]:
            found.extend([pieces[0], *(piece for piece in pieces[1:] if not is_affix(piece))])
        else:
            found.append(part)
    return _without_houses([_trimmed(without_prefix(name) if at else name) for at, name in enumerate(found)])


def without_prefix(text: str) -> str:
    """A byline without "By" and the like at its start, also glued to the name; "Di Zhang" keeps its own."""
    told = _PREFIX.sub("", _GLUED.sub("", text))
    return told if told != text else _PERHAPS_PREFIX.sub("", text)


def _trimmed(name: str) -> str:
    """Without what follows a name: a place, a job, an agency, a house in capitals, punctuation."""
    bare = _TAIL.sub("", name).strip(" ,.:;-–—|·•")
    placed = _PLACE.sub("", bare)
    bare = without_job(_HOUSE_IN_CAPITALS.sub(r"\1", placed if is_full(placed) else bare))
    behind = _AGENCY_BEHIND.search(bare)
    bare = bare[: behind.end(1)] if behind and is_agency(behind[2]) else bare
    return f"{bare}." if bare.endswith((" Jr", " Sr")) and f"{bare}." in name else bare


def _without_houses(found: list[str]) -> list[str]:
    """Without names all in capitals beside one that is not ("Anna Lund, HARBOUR NEWS")."""
    if any(is_full(name) and not name.isupper() for name in found):
        return [name for name in found if not name.isupper()]
    return found
