"""What stands before an author's name: "By", "Written by", "Author:", and the same in other languages."""

import re

# Before a name, without a colon.
_BEFORE = (
    r"by|von|vom|par|por|door|av|af|przez|oleh|di|"
    r"(?:written|posted|reported|published|words|story|text|article|analysis|opinion|report|review) by|"
    r"(?:verfasst|geschrieben|ein (?:artikel|text|bericht|beitrag)) von|(?:écrit|publié|rédigé|propos recueillis) par|"
    r"(?:escrito|publicado|redactado|texto) por|(?:scritto|pubblicato) da|a cura di|geschreven door|skriven av|skrevet a[vf]|"
    r"napisała?|scris de|írta|ditulis oleh|γράφει [οη]|بقلم|كتب(?:ت)?|به قلم|نوشته|מאת"
)
# Only with a colon behind it, or alone on its line above the name.
_LABEL = (
    r"authors?|autor(?:in|innen|a|es|as|e|zy|ka|ka tekstu|i|ii)?|auteure?s?|författare|forfatter|kirjoittaja|szerző|skribent|"
    r"contributors?|(?:article|words|story|text) by|writer|written|text|texte|tekst|teksti|texto|testo|penulis|oprac\.?|"
    r"yazan|yazar|haber|muhabir|автор(?:ы|и|ка)?|текст|журналист|συντάκτης|συντάκτρια|κείμενο|"
    r"الكاتب|كاتب المقال|نویسنده|کاتب|תחקיר|כותבת?|लेखक|লেখক|tác giả|作者|撰文|记者|記者|文|文字|著者|執筆者?|글|글쓴이"
)
_OTHER_WORK = re.compile(
    r"(?:.*\b)?(?:(?:edited|reviewed|fact[- ]?checked|checked|updated|translated|illustrated|photographed|photos?|photography|"
    r"pictures?|images?|video|illustrations?|produced|narrated) by|editors?|fact[- ]?checkers?|reviewers?|translators?|"
    r"(?:redigiert|geprüft|übersetzt|fotos?|bilder|illustrationen) von|fotos?|lektorat|(?:relu|vérifié|traduit|photos?) par|traduction|"
    r"(?:revisado|editado|verificado|traducido|traduzido|fotos?) por|(?:foto|traduzione|revisione) (?:di|a cura di)|"
    r"(?:bewerkt|foto's|vertaald) door|redaktør|redaktör|foto(?:graf)?|bilder?|фото|редактор|перевод|kuvat?|zdjęcia|fot\.|"
    r"تصوير|تحرير|عکس|ویرایش|צילום|עריכה|编辑|編輯|责任编辑|摄影|攝影|編集|撮影|写真|사진|편집)\s*[:：]?",
    re.IGNORECASE,
)
_COLON = r"\s*[:：＝=/／]"
_ANNOUNCED = re.compile(rf"(?:(?:{_BEFORE})(?:{_COLON}|\s)|(?:{_LABEL}){_COLON})\s*(?=\S)", re.IGNORECASE)
_ALONE = re.compile(rf"(?:{_BEFORE}|{_LABEL})(?:{_COLON})?", re.IGNORECASE)


def announces(text: str) -> bool:
    """Whether a text begins with what stands before an author's name."""
    return _ANNOUNCED.match(text) is not None


def is_announcement(text: str) -> bool:
    """Whether a text is what stands before an author's name, and nothing else."""
    return _ALONE.fullmatch(text.strip()) is not None


def announced(text: str) -> str:
    """What follows "By" and the like; "" if the text does not begin so."""
    start = _ANNOUNCED.match(text)
    return text[start.end() :] if start else ""


def is_anothers_work(text: str) -> bool:
    """Whether a text is what stands before the name of one who edited, checked, translated or illustrated an article."""
    return _OTHER_WORK.fullmatch(text.strip()) is not None
