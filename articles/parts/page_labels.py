"""What the text of a link says: the number of a page, that it leads to the next one, or to all of them in one."""

import re

from articles.text import key

# fmt: off
_PAGE = (
    "page", "seite", "página", "pagina", "pàgina", "páxina", "sida", "side", "sivu", "strona", "strona nr", "strana", "stránka", "stranica",
    "stran", "oldal", "lap", "sayfa", "halaman", "hal", "trang", "страница", "стр", "сторінка", "старонка", "σελίδα", "עמוד", "صفحة", "الصفحة",
    "صفحه", "ص", "पृष्ठ", "पेज", "পৃষ্ঠা", "หน้า", "puslapis", "lapa", "lehekülg", "síða", "leathanach", "orrialdea",
)
_NEXT_PAGE = (
    "next page", "continue to next page", "continued on next page", "go to next page", "to next page", "next page of this article",
    "nächste seite", "auf der nächsten seite", "zur nächsten seite", "weiter auf der nächsten seite", "weiter zur nächsten seite",
    "lesen sie auf der nächsten seite", "auf der nächsten seite weiterlesen", "folgende seite",
    "page suivante", "lire la page suivante", "suite page suivante", "página siguiente", "siguiente página", "próxima página",
    "página seguinte", "pagina successiva", "prossima pagina", "pagina seguente", "volgende pagina", "nästa sida", "næste side", "neste side",
    "seuraava sivu", "następna strona", "kolejna strona", "další strana", "další stránka", "ďalšia strana", "ďalšia stránka",
    "következő oldal", "pagina următoare", "следующая страница", "на следующую страницу", "наступна сторінка", "следваща страница",
    "следећа страница", "sljedeća stranica", "naslednja stran", "επόμενη σελίδα", "sonraki sayfa", "העמוד הבא", "לעמוד הבא", "الصفحة التالية",
    "صفحه بعد", "صفحه بعدی", "अगला पृष्ठ", "अगला पेज", "পরের পাতা", "পরবর্তী পৃষ্ঠা", "下一页", "下一頁", "下页", "次のページ", "次ページ", "次のページへ",
    "다음 페이지", "다음페이지", "หน้าถัดไป", "trang sau", "trang tiếp", "trang kế tiếp", "halaman selanjutnya", "halaman berikutnya", "kitas puslapis",
    "nākamā lapa", "järgmine lehekülg",
)
_NEXT = (
    "next", "continue", "continue reading", "continued", "read on", "weiter", "weiterlesen", "nächste", "vor", "suivant", "suivante", "suite",
    "lire la suite", "siguiente", "seguinte", "próxima", "próximo", "avanti", "successiva", "successivo", "continua", "volgende", "verder", "nästa",
    "næste", "neste", "seuraava", "następna", "dalej", "další", "ďalšia", "ďalej", "následující", "következő", "tovább", "următoarea",
    "înainte", "следующая", "далее", "вперед", "вперёд", "дальше", "наступна", "далі", "следваща", "напред", "следећа", "sljedeća", "dalje",
    "naprej", "επόμενη", "επόμενο", "sonraki", "ileri", "devam", "devamı", "הבא", "המשך", "التالي", "التالية", "بعدی", "ادامه", "अगला", "আগামী", "পরবর্তী",
    "次へ", "続きを読む", "次", "다음", "ถัดไป", "tiếp", "tiếp theo", "selanjutnya", "berikutnya", "lanjut", "继续阅读", "下一", "kitas", "nākamā", "järgmine",
)
_WHOLE = (
    "view all", "show all", "all pages", "view all pages", "show all pages", "single page", "view as single page", "view single page",
    "view on a single page", "view on single page", "read on a single page", "read on one page", "on one page", "one page", "view on one page",
    "view as one page", "read as a single page", "read as single page", "single page view", "full article", "view full article", "read full article",
    "read the full article", "view all on one page", "show all on one page", "print all", "print all pages", "complete article", "full story",
    "auf einer seite lesen", "auf einer seite", "artikel auf einer seite lesen", "alles auf einer seite", "alles auf einer seite lesen",
    "artikel auf einer seite", "auf einer seite anzeigen", "alle seiten", "alle seiten anzeigen", "komplettansicht", "komplette ansicht",
    "gesamtansicht", "vollansicht", "ganzer artikel", "gesamter artikel", "ganzen artikel lesen", "alles drucken", "alle seiten drucken",
    "tout afficher", "afficher tout", "toutes les pages", "lire sur une seule page", "sur une seule page", "article complet", "tout lire sur une page",
    "ver todo", "en una sola página", "ver en una sola página", "todas las páginas", "artículo completo", "ver tudo", "todas as páginas",
    "em uma só página", "tutte le pagine", "tutto in una pagina", "su una sola pagina", "articolo completo", "alle pagina's", "op één pagina",
    "alles op één pagina", "alla sidor", "visa allt på en sida", "visa alla sidor", "alle sider", "vis alt på én side", "vis alle sider",
    "kaikki sivut", "yhdellä sivulla", "wszystkie strony", "na jednej stronie", "cały artykuł", "czytaj na jednej stronie", "na jedné stránce",
    "celý článek", "celý článok", "teljes cikk", "egy oldalon", "все страницы", "на одной странице", "одной страницей", "показать все страницы",
    "усі сторінки", "на одній сторінці", "όλες οι σελίδες", "tek sayfa", "tek sayfada göster", "tümünü göster", "כל העמודים", "في صفحة واحدة",
    "عرض الكل", "جميع الصفحات", "همه صفحات", "在本页阅读全文", "单页阅读", "阅读全文", "全文阅读", "显示全文", "余下全文",
    "本页阅读全文", "單頁閱讀", "全文閱讀",
    "全ページ表示", "全ページを表示", "1ページで表示", "全文表示", "전체보기", "전체 보기", "한 페이지로 보기", "อ่านทั้งหมด", "tampilkan semua", "semua halaman",
    "baca semua halaman", "xem tất cả", "một trang",
)
_ARROWS = frozenset("»›>→▶►⟩❯➜➔⇒")
# fmt: on
_OF = r"(?:\s?(?:/|／|of|von|de|sur|di|van|av|af|z|из|з|iš|no|od)\s?\d{1,2})?"
_NUMBER = re.compile(rf"\W*(\d{{1,2}}){_OF}\W*", re.IGNORECASE)
_NAMED = re.compile(
    rf"\W*(?:[^\W\d]+\W+){{0,5}}?(?:{'|'.join(sorted(map(re.escape, _PAGE), key=len, reverse=True))})\W{{0,3}}(\d{{1,2}}){_OF}"
    r"(?:\W*|\s?[:–—|-]\s.*)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\W*第?\s?(\d{1,2})\s?(?:页|頁|ページ目?|페이지|쪽|\.\s?(?:oldal|sayfa|sivu|lap|lehekülg))\W*",
    re.IGNORECASE,
)
_TITLED = re.compile(r"\s?[:–—|-]\s")
_LONGEST = 160  # characters of the text of a link
_SAID_WHOLE, _SAID_NEXT_PAGE = frozenset(map(key, _WHOLE)), frozenset(map(key, _NEXT_PAGE))
_SAID_NEXT = _SAID_NEXT_PAGE | frozenset(map(key, _NEXT))


def number_of(label: str) -> int | None:
    """The number of the page that a label names (`2`, `Page 2 of 5`, `Seite 2: The voyage`); None if it names none."""
    if len(label) > _LONGEST:
        return None
    found = _NUMBER.fullmatch(label) or _NAMED.fullmatch(label) or _COUNTED.fullmatch(label)
    return int(found[1]) if found else None


def names_a_page(label: str) -> bool:
    """Whether it speaks of a page: its number with that word, or the next one."""
    return len(label) <= _LONGEST and (
        (_NUMBER.fullmatch(label) is None and number_of(label) is not None)
        or key(_TITLED.split(label, maxsplit=1)[0]) in _SAID_NEXT_PAGE
    )


def is_next(label: str) -> bool:
    """Whether a label says that it leads on: in words, a title behind them, or with an arrow alone."""
    if len(label) > _LONGEST:
        return False
    said = key(_TITLED.split(label, maxsplit=1)[0])
    return said in _SAID_NEXT if said else not _ARROWS.isdisjoint(label)


def is_whole(label: str) -> bool:
    """Whether a label says that it leads to all pages in one."""
    return len(label) <= _LONGEST and key(label) in _SAID_WHOLE
