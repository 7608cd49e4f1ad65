"""Boilerplate by its wording: every pattern by its own example, none slow, none on ordinary sentences."""

import re
from typing import get_args

import pytest

from articles.extraction.boilerplate import Pattern, Where, match, patterns
from articles.text import count_words
from tests.patience import no_hang

PLACES: tuple[Where, ...] = get_args(Where)
EACH = pytest.mark.parametrize(
    "pattern", patterns(), ids=lambda p: f"{p.rule}-{p.language or 'any'}-{patterns().index(p)}"
)


@EACH
def test_an_example_is_caught_by_its_own_pattern_at_its_place(pattern: Pattern) -> None:
    assert match(pattern.example, pattern.where) is pattern


@EACH
def test_an_example_meets_what_its_pattern_asks(pattern: Pattern) -> None:
    # str.lower writes the Turkish capital with a dot of its own
    lower = pattern.example.lower().replace("i\u0307", "i")
    assert any(literal in lower for literal in pattern.literals)
    assert all(literal and literal == literal.lower() for literal in pattern.literals)
    assert count_words(pattern.example) <= pattern.words
    assert re.fullmatch("[a-z]{2}|", pattern.language)


@EACH
def test_no_example_is_caught_within_a_longer_text(pattern: Pattern) -> None:
    assert match(f"{pattern.example} {'harbour ' * 90}", pattern.where) is None


FILLINGS = ("a", "a ", "- ", "!", " ", ": ", "x-", "1 ", "号")
ENDINGS = ("", "\u0378", " b c d e f", "! b! c? d.", "\n.")


@EACH
@pytest.mark.parametrize("length", [80, 250, 700])
def test_no_pattern_is_slow(pattern: Pattern, length: int) -> None:
    regex = re.compile(pattern.regex, re.IGNORECASE)
    for opening in {"", pattern.example, *re.findall(r"[^\W\d_]{3,}(?: [^\W\d_]+)*", pattern.regex)}:
        lines = [
            (opening + " " + filling * 700)[: length - len(ending)] + ending
            for filling in FILLINGS
            for ending in ENDINGS
        ]
        with no_hang(5):  # some 50 ms at most
            for line in lines:
                regex.search(line)


def test_a_pattern_for_the_end_leaves_the_middle_alone() -> None:
    line = "Follow her here"
    assert [match(line, place) is not None for place in PLACES] == [place == "tail" for place in PLACES]


@pytest.mark.parametrize("line", ["TÜM HAKLARI SAKLIDIR", "İLGİLİ HABERLER", "Tüm hakları saklıdır"])
def test_turkish_capitals_are_read(line: str) -> None:
    found = match(line, "any")
    assert found is not None
    assert found.language == "tr"


@pytest.mark.parametrize(
    "line",
    [
        "Folgen Sie uns auf Mastodon",
        "Folgt uns auf Instagram!",
        "Weitere Informationen: So kommen Sie zur Insel.",
        "Mehr zum Thema Fähren",
        "Mehr dazu",
        "Zum Thema",
        "Pour aller plus loin : La digue de Port-Louet",
        "À lire La digue tient bon",
        "По теме: Паром не вышел в море",
        "相关阅读：渡轮票价上调",
        "関連ニュース：フェリーが欠航",
        "おすすめ記事",
        "未经书面授权，任何网站不得使用",
        "無断複製・転載を禁じます",
        "Get our newsletter every week.",
        "If you buy through links on this page, the publisher may earn a commission.",
        "More stories",
        "More photos",
        "View more pictures below:",
        "You can also read us on Telegram",
        "Sie können uns auch auf Telegram lesen",
        "Abonnez-vous à notre chaîne WhatsApp",
        "Únete a nuestra comunidad de WhatsApp",
        "Читайте нас в Telegram",
        "Мы в Телеграме",
        "WhatsApp kanalımıza abone olun",
        "اشتركوا في قناتنا على واتساب",
        "ما را در تلگرام بخوانید",
        "הצטרפו לערוץ הטלגרם שלנו",
        "व्हाट्सएप पर हमसे जुड़ें",
        "請加入我們的WhatsApp頻道",
        "텔레그램 채널을 구독해 주세요",
    ],
)
def test_other_wordings_of_the_same_are_caught(line: str) -> None:
    assert match(line, "tail") is not None


@pytest.mark.parametrize(
    "line",
    [
        "Follow-up talks are set for Monday on the island.",
        "Related industries lost jobs, too, the chamber said.",
        "Read more slowly, the teacher said to the class.",
        "More from the board is expected on Tuesday, when the crane is due to arrive from the yard.",
        "Brokers may earn a commission of three per cent on each sale, the report says.",
        "The ballots were dropped into a mailbox near the harbour.",
        "The company said in a newsletter on Friday that the ferry would not sail.",
        "For more than a year, nobody could visit the island.",
        "Recommended by nobody, the launch still sails every day.",
        "Subscribers to the old line lost their tickets.",
        "The app tells islanders when the launch leaves.",
        "An advertisement for the crane hung on the quay.",
        "More photos show the ferry in port.",
        "See more photos of the ferry, the board said, and judge for yourself.",
        "Copyright was never the question, the judge said.",
        "Popular demand kept the lighthouse open.",
        "Folgt der Gemeinderat dem Vorschlag, wird die Brücke gesperrt.",
        "Folge der Entscheidung ist ein Stillstand im Hafen.",
        "Weitere Informationen gab die Polizei zunächst nicht bekannt.",
        "Weitere Themen waren der Haushalt und der Kran.",
        "Auch interessant ist, dass niemand fragte.",
        "Zum Thema Verkehr sagte der Minister nichts.",
        "Mehr dazu will die Behörde am Montag mitteilen.",
        "Die Stadt hat in ihrem Newsletter über die Sperrung informiert.",
        "Die Werbung für die Fähre hing am Hafen.",
        "Pour aller plus loin, le maire veut une autre digue.",
        "À lire ce rapport, la situation du port est grave.",
        "También subieron los precios del ferri, dijo el alcalde.",
        "La balsa aumentó la tarifa más de lo previsto.",
        "Il traghetto resta fermo anche domani.",
        "По теме переговоров стороны высказываться не стали.",
        "Паром остался у причала до вечера, сообщил порт.",
        "相关报道称，渡轮将于下月停运。",
        "相关新闻发布会将于周一举行。",
        "该公司未经许可使用了他的肖像。",
        "居民关注票价上调。",
        "漫画を無断転載した疑いで男が逮捕された。",
        "同社は有料会員が百万人を超えたと発表した。",
        "おすすめは季節の魚を使った定食だという。",
        "関連ニュースは各地で大きく報じられた。",
        "여객선 운임이 다음 달부터 오른다.",
        "ارتفعت أسعار العبّارات في الميناء.",
        "Vapur bugün limandan ayrılmadı.",
        "Prom nie wypłynął z portu w poniedziałek.",
        "Färjan låg kvar i hamnen hela dagen.",
        "Telegram said on Monday that it had blocked the channel of the ministry.",
        "The newspaper’s app was downloaded a million times in its first week.",
        "Join our Telegram channel, the ministry’s post said, and thousands did.",
        "“Join our Telegram channel”, he wrote to his followers.",
        "Readers joined the group on WhatsApp to share pictures of the flood.",
        "Die App der Zeitung zählt nun eine Million Nutzer.",
        "Der Telegram-Kanal des Ministers wurde am Montag gesperrt.",
        "Le canal Telegram du ministre a été fermé lundi.",
        "El canal de Telegram del ministro fue cerrado el lunes.",
        "Телеграм-канал министра заблокировали в понедельник.",
        "Мы в порту ждали парома до вечера, рассказали пассажиры телеканалу.",
        "Bakan, Telegram kanalından yaptığı açıklamada istifa etmeyeceğini söyledi.",
        "أعلنت الشركة أن تطبيق تلغرام سيعود إلى العمل قريبا.",
        "کانال تلگرام وزیر روز دوشنبه مسدود شد.",
        "ערוץ הטלגרם של השר נחסם ביום שני.",
        "मंत्री का टेलीग्राम चैनल सोमवार को बंद कर दिया गया।",
        "该部长的Telegram频道周一被封。",
        "大臣の公式チャンネルは月曜日に閉鎖された。",
        "장관의 텔레그램 채널이 월요일에 폐쇄됐다.",
    ],
)
def test_ordinary_sentences_are_not_caught(line: str) -> None:
    assert [found for place in PLACES if (found := match(line, place))] == []


@pytest.mark.parametrize(("length", "caught"), [(650, True), (750, False)])
def test_a_very_long_line_is_not_looked_at(length: int, caught: bool) -> None:
    assert (match(f"Share this article {'!' * (length - 19)}", "tail") is not None) is caught


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("Please note that this post may contain affiliate links.", True),
        ("This article contains affiliate links; see our disclosure policy.", True),
        ("Disclosure: Our travel guides can include affiliate links.", True),
        ("Some posts may contain affiliate links that nobody marks, the study found.", False),
        ("Our reporters found that shops pay for pages that contain affiliate links.", False),
        ("The regulator wants each post that may contain affiliate links to say so.", False),
    ],
)
def test_a_site_says_of_its_own_pages_that_they_hold_affiliate_links(line: str, cut: bool) -> None:
    assert (match(line, "any") is not None) is cut
