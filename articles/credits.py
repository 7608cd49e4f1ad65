"""A picture's credit: whose it is, or that it is of the archive; parted from the caption before it."""

import re
from importlib.resources import files

import msgspec


class CaptionWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A language's entry in caption_words.toml; the file explains the fields."""

    side: tuple[str, ...]
    wing: tuple[str, ...]
    file: tuple[str, ...]
    credit: tuple[str, ...]
    example: str


WORDS = msgspec.toml.decode(
    files("articles.extraction").joinpath("caption_words.toml").read_bytes(), type=dict[str, CaptionWords]
)
FILE = "|".join(each for words in WORDS.values() for each in words.file)
SIDE = re.compile(rf"[(（\[](?:{'|'.join(each for words in WORDS.values() for each in words.side)})[)）\]]")
_WING = "|".join(each for words in WORDS.values() for each in words.wing)
_IN_THE_PICTURE = re.compile(rf"{SIDE.pattern}|[(（\[](?:{_WING})[)）\]]")

_END = r"(?![a-zA-Z0-9_])"
_AGENCY_NAMES = (
    r"AFP|AP|REUTERS|Reuters|Getty(?: Images)?|EPA|EFE|dpa|DPA|TASS|Xinhua|ANSA|PA Media|PA Wire|Shutterstock|iStock|"
    r"Alamy|IMAGO|Imago|imago|NurPhoto|Bloomberg|APA|Keystone|KEYSTONE|ANP|NTB|PAP|Anadolu|Unsplash|Pixabay|РИА Новости|ТАСС|"
    r"picture[ -]alliance|PTI|ANTARA|TTXVN|Associated Press|ASSOCIATED PRESS|Agence France-Presse"
)
_ALSO_PLACES = r"(?:Keystone|KEYSTONE|Bloomberg|I[mM][aA][gG][oO]|imago)"  # or people: "Ida Holm, Keystone" may say where she is
_AGENCIES = rf"(?:(?:{_AGENCY_NAMES}){_END})"
_LOCAL_NAMES = r"共同|時事|AFP時事|ロイター|新华社|新華社|中新社|央视|연합뉴스|뉴시스|뉴스1|رويترز|أ ?ف ?ب|فرانس برس|وكالات|الأناضول"
_LOCAL = rf"(?:{_LOCAL_NAMES})"
_STOCK_NAMES = (
    r"Adobe ?Stock|stock\.adobe\.com|Fotolia|Shutterstock|iStock(?:photo)?|Getty Images|Depositphotos|123RF|Dreamstime|Freepik|Pexels|"
    r"Unsplash|Pixabay|Flickr|Wikimedia(?: Commons)?|Alamy|picture[ -]alliance|picturedesk\.com|Envato|Canva"
)
_STOCK = rf"(?:{_STOCK_NAMES})"
_SITES = r"(?:flic\.kr|(?:www\.)?(?:flickr|unsplash|pixabay|pexels|shutterstock)\.com|commons\.wikimedia\.org|creativecommons\.org)"
_LICENCE = r"CC(?:0|[ -]BY(?:-(?:SA|ND|NC))*)(?: \d\.\d)?"
_NAMED = "|".join(dict.fromkeys(each for words in WORDS.values() for each in words.credit))
_MARK = rf"(?i:photographer|photography|image source|illustration|{_NAMED})"
_MORE = r"(?i:v[ií]deos?|gra[fp]hi[ck]s?|grafik|infografik|montage|collage|gráfico|illustrations?|karte|map)"
_IS = r"\s?[:：=＝]\s?"
_MARKED_CREDIT = re.compile(
    rf"^{_MARK}\s*(?:[:：=＝/|©]|by\b|credit|courtesy)|{_MARK}\s?[:：=＝]|[©Ⓒⓒ]|(?i:photo|foto)$|(?:摄|攝|摄影|攝影|撮影)$"
)
# Where a credit may begin after a caption.
_AFTER = r"(?:^|(?<=[.!?\"”'’…|。।۔！？」』])|(?<=\s[/•·–—-]))"
_ARTICLES = (
    "dem",
    "im",
    "vom",
    "zum",
    "the",
    "this",
    "an",
    "la",
    "el",
    "una",
    "in",
    "na",
    "på",
    "no",
    "на",
    "der",
    "das",
    "le",
    "une",
)
_UNLESS_IN_IT = "".join(rf"(?<!\b{word}\s)" for each in _ARTICLES for word in (each, each.title()))
_CAPITAL = r"[^\W\d_a-zß-ÿа-яёα-ω]"  # or a letter of a script that has none
_NAME = rf"@?{_CAPITAL}[\w.'’&-]*(?:[ /]+(?:\S{{1,4}} )?@?[(]?{_CAPITAL}[\w.'’&-]*[)]?){{0,5}}"
_TEXT = r"(?:[^.:]|\.(?=\w)|(?<=\b\w)\.){1,80}"  # no sentence: a full stop only in names and numbers
_TO = rf"(?:\s?[|,/·]\s?{_MORE}\s?:{_TEXT})?"
_OPEN, _CLOSE, _INNER = r"[(\[（［【]", r"[)\]）］】]", r"[^()\[\]（）［］【】]"
_CREDIT_END = re.compile(
    r"\s*(?:"
    rf"{_OPEN}{_INNER}{{0,80}}(?:\b{_AGENCIES}|(?:\b|^|(?<={_OPEN})){_MARK}\s?(?:[:：=＝/／]|by\b|credit|courtesy)){_INNER}{{0,80}}{_CLOSE}"
    rf"|{_OPEN}(?:{_MARK}|(?:{_INNER}{{0,20}}\W)?{_LOCAL}(?:{_INNER}{{0,10}}(?:摄|攝|撮影|供图))?|{_LICENCE}){_CLOSE}"
    rf"|{_OPEN}{_INNER}{{1,20}}(?:摄|攝|摄影|攝影|撮影|供图|供圖|제공){_CLOSE}"
    r"|[(\[](?:[\w.'’-]+\s){0,3}(?i:photo|foto|image|picture|file)[)\]]"
    rf"|(?:^|(?<=[\s.]))[(（][cC][)）]\s?(?:{_NAME}|{_AGENCIES}{_TEXT}?|{_AGENCIES})"
    rf"|{_AFTER}\s?{_MARK}\s*(?i:credit|by|courtesy of)?\s*[:：=＝/|©]\s?{_TEXT}{_TO}"
    rf"|{_AFTER}\s?{_MARK}\s(?i:by|par|credit|courtesy of)\s{_NAME}(?:\s\S{{2,4}}\s{_STOCK})?"
    rf"|{_AFTER}\s?{_MARK}\s(?:von|de|di|av|af|van|door|por|od)\s{_NAME}\s\S{{1,4}}\s{_STOCK}"
    rf"|{_AFTER}\s?(?i:fot)\.\s{_NAME}"
    rf"|\s{_UNLESS_IN_IT}(?=[^a-z]){_MARK}{_IS}{_NAME}{_TO}"
    r"|[©Ⓒⓒ]\s?.{1,80}"
    rf"|{_AFTER}\s?(?:[^\W\d_a-z][\w'’-]*\.?\s){{0,3}}[^\W\d_a-z][\w'’-]+\s?[/|]\s?{_AGENCIES}.{{0,40}}"
    rf"|^(?:{_CAPITAL}[\w'’-]*\.?\s){{1,3}}{_CAPITAL}[\w'’-]+,\s(?!{_ALSO_PLACES})(?:[Tt]he\s)?{_AGENCIES}(?:\s(?:Photo|File|Images?))?"
    rf"|{_AFTER}\s?{_AGENCIES}(?:\s?(?:Photo|File|Images?))?(?:\s?[/|,-]\s?[\w'’. -]{{1,40}})?"
    rf"|{_AFTER}\s?{_LOCAL}"
    rf"|\s(?:via|[/|–—-])\s?{_AGENCIES}|[=＝]\s?(?:{_LOCAL}|{_AGENCIES})"
    rf"|^{_STOCK}(?:\s?[/|–—,:©_-]\s?[\w'’. -]{{1,40}}|[\s_]#?\d[\w\s–—-]{{0,40}})?"
    rf"|(?:^|\s)(?i:cc)\b.{{0,60}}{_SITES}\S{{0,60}}|\s{_LICENCE}"
    rf"|(?:^|(?<=[.。]))\s?[가-힣]{{2,10}} 제공"
    r"|[(\[][\u0600-\u06ff]+(?:[ \u200c][\u0600-\u06ff]+){0,5}[)\]]"
    r"|(?:^|(?<=[\s。！？”]))(?:[\u3400-\u9fff]{2,10}\s)?[\u3400-\u9fff·]{2,12}\s?(?:摄|攝|摄影|攝影|撮影|供图|供圖|提供)"
    r"|(?:^|(?<=[\s。！？”]))(?:资料图片|资料图|資料圖片|資料照片?|视觉中国)"
    r")\W*$"
)
# What every credit has; most lines do not. Alternatives that begin with a letter, not with a group, are found fast.
_SIGN = re.compile(r"[()\[\]（）［］【】©Ⓒⓒ:：=＝/／|]")
_NAMES = re.compile(
    rf"{_AGENCY_NAMES}|{_STOCK_NAMES}|{_LOCAL_NAMES}|CC|cc |摄|攝|影|供图|供圖|提供|제공|图片|圖片|資料|资料|视觉"
)
_SAID = ("by ", "par ", "credit", "courtesy", "fot.")
_STOCK_PICTURE = re.compile(rf"\W*(?:{FILE})\W*", re.IGNORECASE)
_LONGEST = 200  # characters at a caption's end that may be its credit
_MOST_IN_FILE = 4  # words


def split_credit(caption: str) -> tuple[str, str]:
    """Splits off the credit at the end of a caption: ("Troops near Izmir.", "AFP photo").

    All is credit if it only says that the picture is an old one ("Archivbild"), not who is where in it.
    """
    if len(caption.split()) <= _MOST_IN_FILE and _STOCK_PICTURE.fullmatch(f"{caption} "):
        return "", caption.strip(" ()[]|/–—-")
    start = max(0, len(caption) - _LONGEST)
    match = _CREDIT_END.search(caption, start) if _may_have_credit(caption[start:]) else None
    if match is None or _IN_THE_PICTURE.fullmatch(match[0].strip()):
        return caption, ""
    return caption[: match.start()].rstrip(" |/–—•·-"), match[0].strip(" ()[]（）［］【】|/–—•·-")


def _may_have_credit(text: str) -> bool:
    return bool(_SIGN.search(text) or _NAMES.search(text)) or any(map(text.casefold().__contains__, _SAID))


def is_marked(credit: str) -> bool:
    """Whether a credit says that it is one: "Photo:", "©"."""
    return _MARKED_CREDIT.search(credit) is not None
