"""What the address of a page says of it, by its form alone: an article, or a section, a tag, a service. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d[-/_.]?(?:0?[1-9]|1[0-2]|[a-z]{3})[-/_.]?(?:0?[1-9]|[12]\d|3[01])(?!\d)"
    r"|/(?:19|20)\d\d[-/](?:0?[1-9]|1[0-2])/",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![a-z0-9])[a-z]{0,4}\d{5,}(?!\d)|(?<=[a-z])\d{6,}(?!\d)", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_SEPARATORS = re.compile(r"[\W_]+")
_EXTENSION = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cms|amp|ece)$", re.IGNORECASE)
_IDENTIFIER = re.compile(  # c4gp1y2x3zdo, but neither formel1 nor 20minuten
    r"(?![A-Z]?[a-z]+\d{1,4}$|\d{1,4}[a-z]+$)(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{6,40}"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
)
_SHORTEST_ID = 3  # p=2 is a page of a list
_LONG_SLUG = 4  # words
_UNSPACED = 12  # characters of a slug in a script without spaces, or with them decoded

_NUMBERED = re.compile(r"-\d{4,}$")  # terms-of-use-6902768
_OTHER_FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|css|js|json|xml|rss|atom|pdf|docx?|xlsx?|pptx?|zip|gz|mp[34]|m4a|avi|mov|webm|"
    r"txt|csv|ics|epub|apk|exe|woff2?)$",
    re.IGNORECASE,
)
# Parts of paths, whole, that lead to lists and services, in the languages of the larger sites.
# fmt: off
_NO_ARTICLE = frozenset((
    "tag", "tags", "tagg", "tagi", "topic", "topics", "thema", "themen", "theme", "themes", "tema", "temas", "temat", "emne", "sujet",
    "category", "categories", "seccion", "rubrik", "rubriques", "etiqueta", "etiquetas", "etiket", "label", "hashtag", "keyword",
    "keywords", "stichwort", "schlagwort", "themenseiten", "archive", "archives", "archiv", "search", "suche", "page", "feed", "rss",
    "author", "authors", "autor", "autoren", "autores", "auteur", "auteurs", "autore", "autori", "contributor", "contributors",
    "columnist", "reporter", "writer", "staff", "profile", "profiles", "person", "people", "user", "users", "members",
    "login", "logout", "signin", "sign-in", "signup", "sign-up", "register", "account", "my-account", "konto", "auth", "oauth", "sso",
    "subscribe", "subscription", "subscriptions", "unsubscribe", "abo", "abonnement", "abonnements", "suscripcion", "donate", "spenden",
    "newsletter", "newsletters", "about", "about-us", "contact", "contact-us", "contacts", "kontakt", "impressum", "imprint",
    "datenschutz", "privacy", "privacy-policy", "cookie-policy", "cookies", "terms", "terms-of-use", "terms-of-service", "legal",
    "terms-and-conditions", "agb", "help", "hilfe", "faq", "jobs", "careers", "advertise", "advertising", "werbung", "mediadaten",
    "shop", "store", "checkout", "cart", "gutscheine", "coupons", "preisvergleich", "sitemap", "epaper", "e-paper", "print",
    "share", "sharer", "intent", "redirect", "comments", "kommentare", "cdn-cgi", "wp-admin", "wp-login", "wp-content",
    "photo", "photos", "foto", "fotos", "image", "images", "gallery", "galleries", "fotogallery", "bildergalerie", "bildergalerien",
    "bilderserien", "fotostrecken", "slideshow", "screenshots", "video", "videos", "watch", "podcast", "podcasts",
    "quiz", "quizzes", "puzzles", "games", "crossword", "horoscope", "horoskop", "weather", "wetter", "traueranzeigen",
))
# fmt: on
_ACTIONS = frozenset(("share", "replytocom", "print", "comment", "comments", "login"))
_IDS = frozenset(
    ("id", "p", "aid", "nid", "newsid", "articleid", "article", "story", "storyid", "no", "idx", "sn")
)


def is_other(url: str, page: str) -> bool:
    """Whether the address, found on `page`, is certainly none of an article: a file, a list, a service, the page itself."""
    parts, here = urlsplit(url), urlsplit(page)
    path = unquote(parts.path).lower()
    names = [_NUMBERED.sub("", segment) for segment in _segments(path)]
    first_label = (parts.hostname or "").partition(".")[0]  # jobs.example.org
    if _OTHER_FILES.search(path) or not _NO_ARTICLE.isdisjoint((*names, first_label)):
        return True
    parameters = {name.lower() for name, _ in parse_qsl(parts.query)}
    same = (parts.hostname, parts.path) == (here.hostname, here.path)
    return not _ACTIONS.isdisjoint(parameters) or (
        (same or parts.path in ("", "/")) and _IDS.isdisjoint(parameters)
    )


def parents(url: str) -> set[str]:
    """The addresses above this one, without query: /news/world/ and /news/ of /news/world/a-story, at its host."""
    parts = urlsplit(url)
    segments = parts.path.strip("/").split("/")
    return {f"{parts.netloc}/{'/'.join(segments[:count])}" for count in range(1, len(segments))}


def location(url: str) -> str:
    """The address as `parents` writes it."""
    parts = urlsplit(url)
    return f"{parts.netloc}/{parts.path.strip('/')}"


def evidence(url: str) -> int:
    """How much the form of the address speaks for an article: 0 (not at all) to 8.

    A date counts 3, a number or identifier 2, a slug of four words and more 3, of three 1.
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    dated = bool(_DATE.search(path))
    bare = _DATE.sub("/", path)
    words = max((_words(segment) for segment in _segments(path)), default=0)
    numbered = (
        bool(_NUMBER.search(bare))
        or any(_has_identifier(segment) for segment in _segments(bare)[-2:])
        or any(name.lower() in _IDS and len(value) >= _SHORTEST_ID for name, value in parse_qsl(parts.query))
    )
    return 3 * dated + 2 * numbered + (3 if words >= _LONG_SLUG else int(words == _LONG_SLUG - 1))


def shape(url: str) -> str:
    """The address with its parts generalised: `/W/N/N/S` of /news/2026/11/a-long-slug-of-words.

    N is a number, H an identifier, S a slug of four words and more, s one of two or three, W a word, each with an N
    if it holds a digit; a query's values are generalised alike. "" where there is nothing but words: every section looks like that.
    """
    parts = urlsplit(url)
    path = "/".join(_generalised(segment) for segment in _segments(unquote(parts.path)))
    query = "&".join(f"{name}={_generalised(value)}" for name, value in sorted(parse_qsl(parts.query)))
    whole = f"/{path}?{query}" if query else f"/{path}"
    return whole if re.search(r"[NHS]", whole.partition("?")[0] + "".join(_values(query))) else ""


def _values(query: str) -> Iterator[str]:
    return (pair.partition("=")[2] for pair in query.split("&"))


def _segments(path: str) -> list[str]:
    return [_EXTENSION.sub("", segment) for segment in path.split("/") if segment]


def _generalised(segment: str) -> str:
    if segment.isdigit():
        return "N"
    if _IDENTIFIER.fullmatch(segment):
        return "H"
    words = _words(segment)
    slug = "S" if words >= _LONG_SLUG else "s" if words > 1 else "W"
    return slug + ("N" if _DIGIT.search(segment) else "")


def _words(segment: str) -> int:
    """The words of a slug, estimated for scripts without spaces."""
    words = [part for part in _SEPARATORS.split(segment) if len(part) > 1 and not _DIGIT.search(part)]
    if not segment.isascii() and len(words) < _LONG_SLUG:
        return _LONG_SLUG if sum(map(len, words)) >= _UNSPACED else len(words)
    return len(words)


def _has_identifier(segment: str) -> bool:
    return bool(_IDENTIFIER.fullmatch(segment) or _IDENTIFIER.fullmatch(_SEPARATORS.split(segment)[-1]))
