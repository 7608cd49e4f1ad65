"""Pages with status 200 that are not the page requested: consent walls and soft 404s."""

import re
from urllib.parse import urlsplit

from articles.metadata.statements import Metadata
from articles.model import Rejection

_MOST_WORDS = 200  # an article about cookies or a lost page is longer
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


def reason(url: str, meta: Metadata, words: int) -> Rejection | None:
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
