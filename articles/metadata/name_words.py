"""Words that stand beside names in bylines without being one: jobs, agencies, houses; and words between two names."""

import re

_WORK = (
    r"(?:report|writ|produc|photograph)er|editor|correspondent|journalist|columnist|contributor|critic|"
    r"\w*redakteur(?:in)?|\w*korrespondent(?:in)?|\w*reporterin|journalistin|(?:nachrichten)?agentur|redaktør|redaktör|journaliste|periodista|redactora?|giornalista|jornalista|reportero|reportera|"
    r"корреспондент|журналист|обозреватель"
)
_RANK = r"staff|senior|chief|lead|guest|special|expert|political|deputy|associate|assistant|contributing|managing|freelance"
_JOB = re.compile(
    rf"(?:sr\.?|jr\.?|vice|head|director|manager|co-?founder|founder|ceo|cto|cfo|coo|professor|president|{_RANK})\b.*|(?:.*\s)?(?:{_WORK})s?|"
    r".*\b(?:director|manager|founder|officer|specialist|consultant|analyst|professor|fellow|marketing|editor|expert|strategist|advisor|"
    r"reporter|correspondent)(?: (?:at|for|of|in)\b.*)?",
    re.IGNORECASE,
)
_NOTHING_BUT_A_JOB = re.compile(
    rf"(?:\w+ ){{0,3}}(?!editor|photo|critic)(?:{_WORK})s?(?: \w+){{0,3}}", re.IGNORECASE
)
_AT_WORK = re.compile(
    rf"^(?!(?:{_RANK})\b)(?P<name>\S+ \S+(?: \S+)?) (?:{_RANK}) (?:\w+ ){{0,2}}(?:{_WORK})$", re.IGNORECASE
)
# An agency that writes its name in capitals is also known by them, behind a name.
_AGENCY = re.compile(
    r"(?:the )?(?:associated|canadian) press|agence france-presse|press association|pa media|press trust of india|europa press|"
    r"reuters|bloomberg|ansa|lusa|belga|tass|тасс|interfax|интерфакс|ria novosti|риа новости|xinhua|新华社|新華社|kyodo|jiji|yonhap|연합뉴스|bernama|"
    r"antara|ritzau|agerpres|keystone-sda|dpa(?:[-/]\w+)*|afp|ap|upi|efe|apa|sda|kna|epd|pti|ians|tnn|anp|ntb|pap|čtk|mti|dha|iha|aap|"
    r"agenc(?:ias|ies)|agenturen|agenzie",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"[A-Z]{2,8}|[a-z]{2,8}")
_DEGREE = re.compile(r"\b(?:\w{1,4}\.){2,}")
_ACCOUNT = re.compile(r"[^\W\d_A-Z]+[._-][^\W\d_A-Z]+|\S*[\d_]\S*")
_LOGIN = re.compile(r"[a-z]{5,}|[A-Z]?[a-z]{2,}[A-Z]")
_HOUSE = re.compile(
    r"\b(?:group|media|inc|ltd|llc|gmbh|corporation|company|network|news|newsroom|newspapers?|publishing|publications|forum|blog|verlag|editors|staff|"
    r"desk|team|redaktion|redacción|redação|rédaction|redazione|redactie|redakcja|redaksi|редакция)\b|編集部|编辑部|취재팀",
    re.IGNORECASE,
)
# These stand for "and", and within a name: Ortega y Gasset, Costa e Silva, Puig i Cadafalch; "en" and "i" also before a place.
_PERHAPS_AND = re.compile(r"(?<=\w)\s+(?:y|e|i|en)\s+(?=[^\W\d_])")
# Written small within a name.
_PARTICLES = frozenset((
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "do", "dos", "das", "du", "des", "la", "le", "el", "al", "as", "af", "av",
    "bin", "ibn", "ben", "bint", "binti", "abu", "e", "y", "i", "en", "zu", "zum", "zur", "ten", "ter", "te",
))  # fmt: skip


def is_agency(name: str) -> bool:
    """Whether it is a news agency's."""
    return _AGENCY.fullmatch(name) is not None


def is_job(text: str) -> bool:
    """Whether it says what somebody does; also where ("editor at Harbour News")."""
    return _JOB.fullmatch(text) is not None


def is_job_alone(text: str) -> bool:
    """Whether it is no name, because a word in it is one for a writer's job."""
    return _NOTHING_BUT_A_JOB.fullmatch(text) is not None


def without_job(name: str) -> str:
    """A name of two words or more without the writer's job behind it ("Anna Lund Senior Reporter")."""
    return _AT_WORK.sub(r"\g<name>", name)


def is_house(name: str) -> bool:
    """Whether it is called like a company or an editorial team."""
    return _HOUSE.search(name) is not None


def is_account(name: str) -> bool:
    """Whether it looks like the name of a login rather than a person's."""
    return _ACCOUNT.fullmatch(name) is not None


def is_login(name: str) -> bool:
    """Whether it is one word as names of users are, which may also be a pen name: all small, or with a capital at its end."""
    return _LOGIN.fullmatch(name) is not None and not is_agency(name)


def is_affix(text: str) -> bool:
    """Whether it is what follows a name and a comma, and no name: a degree, an agency, a job."""
    return _INITIALS.fullmatch(text.replace(".", "")) is not None or is_agency(text) or is_job(text)


def is_full(name: str) -> bool:
    """Whether it looks like the whole name of one person: two to five words, the outer two with capitals, if they have any."""
    words = name.split()
    return (
        2 <= len(words) <= 5
        and not any(
            word[0].islower() or not word[0].isalpha()
            for word in (words[0], words[-1].removeprefix("al-").removeprefix("el-") or "-")
        )
        and not (
            _DEGREE.search(name if name.isupper() else words[-1])
            or is_job(name)
            or is_house(name)
            or is_agency(name)
        )
    )


def is_spelled_as_name(name: str) -> bool:
    """Whether each word begins with a capital, if its script has any, or is a particle ("van", "bin"); no figures."""
    return not any(
        (
            word[:1].islower()
            and word.rstrip("'’") not in _PARTICLES
            and not word.startswith(("al-", "d'", "d’", "l'", "el-"))
        )
        or any(letter.isdigit() for letter in word)
        for word in name.split()
    )


def parted(text: str) -> list[str]:
    """Parts a text at words that mean "and" unless they are within a name; a single word behind a name is part of it."""
    found: list[str] = []
    start = 0
    for mark in _PERHAPS_AND.finditer(text):
        before, after = text[start : mark.start()], text[mark.end() :]
        following = _PERHAPS_AND.split(after, maxsplit=1)[0].split(",")[0]
        if (len(before.split()) > 1) == (len(following.split()) > 1):
            found.append(before)
            start = mark.end()
    return [*found, text[start:]]
