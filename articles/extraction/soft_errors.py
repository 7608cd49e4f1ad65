"""Pages with status 200 that are not the page requested: consent walls, soft 404s, and notices in place of the text."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from articles.model import Reason, Rejection
from articles.text import ENDS, count_words, tidy

if TYPE_CHECKING:
    from articles.metadata.statements import Metadata

_MOST_WORDS = 200  # an article about cookies or a lost page is longer
_LONGEST_NOTICE = 5000  # characters; a longer text is never one
_LONGEST_SENTENCE = 600  # characters that are read of one
_NOTICE = 0.6  # least share of a text's words in sentences of a notice
_MOST_BESIDE = 40  # words beside a notice; with more, there is a text
_LONGEST_LABEL = 4  # words in quotation marks that name a button; what is longer is somebody's words
_KIN = {"no": "sv", "nb": "sv", "nn": "sv", "da": "sv"}  # languages of one entry
_SENTENCES = re.compile(rf"(?<=[{ENDS}])\s*|\n")
_QUOTED = re.compile(r"[\"“„«»”「『]([^\"“”„«»「」『』]{1,400})[\"“”«»」』]")
_CONSENT_HOST = re.compile(r"^(?:consent|cmp|privacy-gate|guce|cookie-?wall)\.")
_CONSENT = re.compile(
    r"^\W*(?:before you continue|we value your privacy|your privacy (?:choices|matters)|cookie (?:consent|settings|preferences|wall)|"
    r"(?:deine|ihre|eure) (?:zustimmung|einwilligung|privatsphäre)|bevor sie (?:fortfahren|weiterlesen)|datenschutz-?einstellungen|"
    r"cookie-?einstellungen|votre (?:vie privée|consentement)|avant d.accéder|tu privacidad|su privacidad|antes de continuar|"
    r"a sua privacidade|la tua privacy|prima di continuare|jouw privacy|uw privacy|voordat je verdergaat|din integritet|"
    r"ditt samtykke|dit samtykke|twoja prywatność|ваша конфиденциальность|gizliliğiniz|"
    r"プライバシーの(?:設定|選択)|cookie ?の(?:設定|同意)|개인정보 ?설정)",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"^\W*(?:(?:error )?404\b|(?:the |this )?page (?:was |could )?not (?:be )?found|page (?:does not|doesn.t|no longer) exist|"
    r"(?:sorry|oops)\W+.{0,40}(?:page|article|story).{0,30}(?:not|n.t|cannot)|nothing (?:was )?found|not found\W*$|"
    r"(?:die )?seite (?:wurde )?(?:leider )?nicht gefunden|(?:la )?page (?:est )?(?:introuvable|non trouvée)|page inexistante|"
    r"página no (?:encontrada|existe)|página não (?:encontrada|existe)|pagina non trovata|pagina niet gevonden|"
    r"sidan (?:kunde inte hittas|hittades inte)|siden (?:ble |blev )?ikke funnet|sivua ei löyt|nie znaleziono strony|"
    r"strona nie (?:istnieje|została znaleziona)|stránka nenalezena|страница не найдена|сторінк\w+ не знайден|sayfa bulunamadı|"
    r"halaman tidak ditemukan|không tìm thấy trang|الصفحة غير موجودة|صفحه (?:مورد نظر )?(?:یافت نشد|پیدا نشد)|העמוד לא נמצא|"
    r"页面(?:不存在|未找到|没有找到)|(?:找不到|無法找到).{0,6}(?:网页|網頁|页面|頁面)|(?:お探しの)?ページ(?:が|は)見つかりません|"
    r"페이지를 찾을 수 없)",
    re.IGNORECASE,
)


class Notices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A language's entry in notices.toml; the file explains the fields."""

    consent: tuple[str, ...]
    ask: tuple[str, ...]
    wall: tuple[str, ...]
    script: tuple[str, ...]
    examples: tuple[str, str, str]


def notice(lines: Sequence[str], title: str, language: str = "") -> Rejection | None:
    """Why a text is a notice to readers in place of an article: of consent, of a login, of scripts; None if it is not.

    Sixty percent of its words are in such sentences, and little else is there. Words in quotation marks do not count, nor
    does a request for consent below a title that speaks of the same. Notices are known in the text's language and English,
    or in all languages if it is "".
    """
    lines = [line for line in lines if line]
    if sum(map(len, lines)) > _LONGEST_NOTICE:
        return None
    asked, plain = _notices(_KIN.get(language, language))
    about = any(consent.search(title) for consent, _ in asked)
    said: dict[Reason, int] = {"consent_page": 0, "no_article": 0}
    beside = 0
    for sentence in (part for line in lines for part in _SENTENCES.split(line) if part):
        spoken, size = _QUOTED.sub(_label, sentence[:_LONGEST_SENTENCE]), count_words(sentence)
        if not about and any(consent.search(spoken) and ask.search(spoken) for consent, ask in asked):
            said["consent_page"] += size
        elif size <= _MOST_BESIDE and plain.search(spoken):
            said["no_article"] += size
        else:
            beside += size
        if beside > _MOST_BESIDE:
            return None
    if sum(said.values()) <= _NOTICE * (beside + sum(said.values())):
        return None
    if said["consent_page"] >= said["no_article"]:
        return Rejection(
            reason="consent_page", detail=f"its only text asks for consent: {tidy(lines[0])[:120]}"
        )
    return Rejection(
        reason="no_article", detail=f"its only text is a notice to readers: {tidy(lines[0])[:120]}"
    )


def asks_consent(lines: Sequence[str], language: str = "") -> bool:
    """Whether a text asks for consent and says little else, whatever its title: of one page that may be what it is about.

    Of many pages of a site that have this text it is a wall. Languages are as for `notice`.
    """
    found = notice(lines, "", language)
    return found is not None and found.reason == "consent_page"


def _label(quoted: re.Match[str]) -> str:
    return quoted[0] if count_words(quoted[1]) <= _LONGEST_LABEL else " "


@cache
def _notices(language: str) -> tuple[tuple[tuple[re.Pattern[str], re.Pattern[str]], ...], re.Pattern[str]]:
    """For each language what consent is asked for and how; and, for all, hints at logins and scripts."""
    text = files("articles.extraction").joinpath("notices.toml").read_bytes()
    known = msgspec.toml.decode(text, type=dict[str, Notices])
    used = [words for name, words in known.items() if not language or name in (language, "en")]
    return (
        tuple((_any_of(words.consent), _any_of(words.ask)) for words in used),
        _any_of([each for words in used for each in (*words.wall, *words.script)]),
    )


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


def reason(url: str, meta: "Metadata", words: int) -> Rejection | None:
    """Why the page is rejected because of its address or its title; None if it is not.

    The title alone is not a reason if the page is long or has a publication date, nor, for consent walls, if it calls
    itself an article.
    """
    if _CONSENT_HOST.match(urlsplit(url).hostname or ""):
        return Rejection(reason="consent_page", detail=f"the address is that of a consent wall: {url[:120]}")
    if words > _MOST_WORDS or meta.published_at is not None:
        return None
    if _LOST.search(meta.title):
        return Rejection(
            reason="not_found", detail=f"its title says that the page is missing: {meta.title[:120]}"
        )
    if not meta.vouched and _CONSENT.search(meta.title):
        return Rejection(reason="consent_page", detail=f"its title asks for consent: {meta.title[:120]}")
    return None
