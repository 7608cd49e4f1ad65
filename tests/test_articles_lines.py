"""Rules for single lines: what each cuts, where, and what it leaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.extraction import lines
from articles.extraction.lines import Facts, apply
from articles.structure.text_places import place
from tests.patience import no_hang

TEXT = tuple(
    f"The ferry stayed in the harbour on day {n}, because its shaft had not arrived." for n in range(30)
)
NOTHING = Facts(titles=(), authors=(), captions=())


def cut_by(line: str, at: int = 0, facts: Facts = NOTHING) -> list[str]:
    """The rules that cut the line when it stands at this place of a text of thirty lines."""
    text = [*TEXT[:at], line, *TEXT[at:]] if at >= 0 else [*TEXT, line]
    left, removed = apply(text, facts)
    assert sorted((*left, *(removal.text for removal in removed))) == sorted(text)
    assert {removal.text for removal in removed} <= {line}
    return [removal.rule for removal in removed]


def test_the_first_lines_are_the_head_and_a_few_last_the_tail() -> None:
    assert [place(n, 100) for n in (0, 3, 4, 84, 85, 99)] == ["head", "head", "body", "body", "tail", "tail"]
    assert [place(n, 12) for n in range(12)] == ["head"] * 4 + ["body"] * 3 + ["tail"] * 5
    assert place(0, 1) == "head"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Ferry stays in port for want of a shaft", "repeated_headline"),
        ("FERRY STAYS IN PORT, for want of a shaft", "repeated_headline"),
        ("Islands: Ferry stays in port for want of a shaft", "repeated_headline"),
        ("News / Westhaven", "breadcrumb"),
        ("Home > Politics > Local elections", "breadcrumb"),
        ("Start » Insel » Verkehr", "breadcrumb"),
        ("By Anna Lund", "byline"),
        ("Anna Lund", "byline"),
        ("By our staff in Westhaven", "byline"),
        ("May 5, 2024", "byline"),
        ("Updated: 5 May 2024 10:15 GMT", "byline"),
        ("Stand: 05.05.2024, 10:15 Uhr", "byline"),
        ("Publié le 5 mai 2024 à 10h15", "byline"),
        ("2024年5月1日", "byline"),
        ("17:41 JST, October 13, 2024", "byline"),
        ("Published 4 May 2024, 9:00 pm EST | Updated 5 May 2024, 12:24 am EST", "byline"),
        ("Updated 12:24 am EST", "boilerplate"),
        ("Uppdaterad 15.59 | Publicerad 14.14", "boilerplate"),
        ("Aktualisiert um 10:15 Uhr", "boilerplate"),
        ("1 day ago", "boilerplate"),
        ("vor 3 Stunden", "boilerplate"),
        ("3時間前", "boilerplate"),
        ("Caption", "boilerplate"),
        ("Bildunterschrift", "boilerplate"),
        ("写真説明", "boilerplate"),
        ("Edited by", "boilerplate"),
        ("Reviewed by Anna Lund, MD", "boilerplate"),
        ("The ferry lies at its berth in Westhaven", "caption"),
        ("The ferry seen from the quay. (HTV photo)", "caption"),
        ("The shaft is lowered from the crane. 21.04.2024 | 3:18 min", "caption"),
        ("Die Fähre am Kai von Westhaven ▶ 0:21", "caption"),
        ("(AFP)", "credit"),
        ("Photo: Anna Lund/Reuters", "credit"),
        ("Share this article", "boilerplate"),
    ],
)
def test_a_line_is_cut_from_the_head(line: str, rule: str) -> None:
    facts = Facts(
        titles=("Ferry stays in port for want of a shaft", ""),
        authors=("Anna Lund",),
        captions=("The ferry lies at its berth in Westhaven", "The ferry"),
    )
    assert cut_by(line, 1, facts) == [rule]


@pytest.mark.parametrize(
    "line",
    [
        "Ferry stays in port for want of a shaft",
        "News / Westhaven",
        "Anna Lund",
        "May 5, 2024",
        "Follow her here",
        "The ferry",
    ],
)
def test_the_same_in_the_middle_of_the_text_stays(line: str) -> None:
    facts = Facts(
        titles=("Ferry stays in port for want of a shaft",), authors=("Anna Lund",), captions=("The ferry",)
    )
    assert cut_by(line, 12, facts) == []


@pytest.mark.parametrize(
    "line",
    [
        "By Monday the shaft had come.",
        "By noon and/or midnight the ferry sails from the northern quay, the board said in a letter to all.",
        "Von Montag an fährt die Fähre wieder.",
        "In May 2024 the ferry sailed.",
        "It was built in 1931/32.",
        "He took a photo (of the shaft).",
        "Anna Lund stayed on board.",
        "यह नाव बंदरगाह में रही / कोई नहीं आया।",
    ],
)
@pytest.mark.parametrize("at", [0, 12, -1])
def test_sentences_stay_wherever_they_stand(line: str, at: int) -> None:
    assert cut_by(line, at, Facts(titles=("Ferry",), authors=("Anna Lund",), captions=())) == []


def test_what_ends_the_text_is_judged_as_its_tail() -> None:
    assert cut_by("Follow her here", -1) == ["boilerplate"]
    assert cut_by("By Anna Lund", -1, Facts(titles=(), authors=("Anna Lund",), captions=())) == ["byline"]


def test_every_removal_says_where_and_why() -> None:
    left, removed = apply(("News / Westhaven", *TEXT, "(AFP)", "Share this article"), NOTHING)
    assert left == TEXT
    assert [(removal.rule, removal.place) for removal in removed] == [
        ("breadcrumb", "head"),
        ("boilerplate", "tail"),
        ("boilerplate", "tail"),
    ]
    assert [removal.evidence for removal in removed] == [
        "parts divided by '/'",
        "note (any language)",
        "furniture (en)",
    ]


@pytest.mark.parametrize("unit", ["a", "a ", "号", "a/", "a > ", "- ", "(a ", "1.", "May ", "by "])
@pytest.mark.parametrize("length", [150, 700, 5000])
def test_no_line_is_slow_to_judge(unit: str, length: int) -> None:
    facts = Facts(titles=("a",), authors=("a",), captions=("a",))
    with no_hang(3):  # some 30 ms at most, the first with all patterns to compile
        apply([(unit * length)[: length - 1] + "\u0378"], facts)


LINES = st.lists(st.text(max_size=40).filter(str.strip) | st.sampled_from(TEXT), max_size=8)


@given(LINES, LINES)
def test_lines_are_kept_or_removed_and_never_changed(text: list[str], known: list[str]) -> None:
    facts = Facts(titles=tuple(known), authors=tuple(known), captions=tuple(known))
    left, removed = apply(text, facts)
    assert sorted((*left, *(removal.text for removal in removed))) == sorted(text)
    remaining = iter(text)
    assert all(line in remaining for line in left)


def test_rules_are_functions_with_their_names() -> None:
    assert [name for name, _ in lines.RULES] == list(dict(lines.RULES))


def test_captions_that_quote_the_text_leave_it_whole() -> None:
    quoted = Facts(titles=(), authors=(), captions=(TEXT[1], TEXT[2]))
    assert apply(TEXT, quoted) == (tuple(TEXT), ())
    once = Facts(titles=(), authors=(), captions=(TEXT[1],))
    assert [removal.text for removal in apply(TEXT, once)[1]] == [TEXT[1]]


@pytest.mark.parametrize(("count", "cut"), [(65, ["caption"]), (85, [])])
def test_a_caption_with_its_credit_is_no_paragraph(count: int, cut: list[str]) -> None:
    assert cut_by(f"{'ferry ' * count}(Photo: Anna Lund)", 15) == cut


# How sites announce where else they are found, in other words than the examples of boilerplate.toml.
ANNOUNCED = [
    (
        "Ridge Courier",
        "You may also reach the Ridge Courier's website through any of the mirror sites below:",
    ),
    (
        "Bergbote",
        "Den Bergboten können Sie auch über folgende Ausweichadressen erreichen:",
    ),
    ("Courrier des Cimes", "Retrouvez aussi le site du Courrier des Cimes aux adresses miroirs suivantes :"),
    (
        "Correo de la Sierra",
        "La página del Correo de la Sierra está disponible también en estas direcciones alternativas:",
    ),
    (
        "Corriere dei Monti",
        "Potete leggere il sito del Corriere dei Monti anche a questi indirizzi alternativi:",
    ),
    ("Correio da Serra", "Visite o site do Correio da Serra também por meio destes endereços alternativos:"),
    ("Kurier Górski", "Strona „Kuriera Górskiego” jest też dostępna pod zapasowymi adresami:"),
    ("Горный курьер", "Читать сайт «Горного курьера» можно и на зеркалах по адресам:"),
    ("Гірський вісник", "Сайт «Гірського вісника» доступний також за резервними адресами:"),
    ("Dağ Postası", "Dağ Postası sitesine şu yedek adreslerden de erişebilirsiniz:"),
    ("بريد الجبل", "يتوفر موقع بريد الجبل كذلك على الروابط البديلة الآتية:"),
    ("پیک کوهسار", "برای دسترسی به پایگاه خبری پیک کوهسار می‌توانید از آدرس‌های جایگزین زیر استفاده کنید:"),
    ("דואר ההר", "אתר דואר ההר זמין גם בכתובות הנוספות הבאות:"),
    ("पर्वत समाचार", "पर्वत समाचार की साइट नीचे दिए गए अन्य पतों पर भी उपलब्ध है:"),
    ("山岭邮报", "您还可以通过下列备用域名登录山岭邮报网站："),
    ("嶺上郵報", "嶺上郵報網站亦可經以下其他網址瀏覽："),
    ("山岳新聞", "山岳新聞のサイトは次の予備のアドレスでもご覧いただけます。"),
    ("산악일보", "산악일보 홈페이지는 아래의 다른 주소에서도 이용하실 수 있습니다."),
    ("Kabar Gunung", "Laman Kabar Gunung bisa juga dibuka lewat alamat lain berikut ini:"),
]
LISTED = ("courier-mirror.example", "Mirror: https://courier2.example/", "Roku 7")


@pytest.mark.parametrize(("site", "line"), ANNOUNCED, ids=[site for site, _ in ANNOUNCED])
def test_a_line_that_announces_the_sites_addresses_goes_with_their_list(site: str, line: str) -> None:
    facts = Facts(titles=(), authors=(), captions=(), site=(site,))
    left, removed = apply([*TEXT, line, *LISTED], facts)
    assert (left, [cut.text for cut in removed]) == (TEXT, [line, *LISTED])


@pytest.mark.parametrize(("site", "line"), ANNOUNCED, ids=[site for site, _ in ANNOUNCED])
def test_another_sites_addresses_are_text(site: str, line: str) -> None:
    facts = Facts(titles=(), authors=(), captions=(), site=("Xyzzy", "quux"))
    assert apply([*TEXT, line], facts) == ((*TEXT, line), ())


def test_the_sites_address_in_the_list_is_as_good_as_its_name() -> None:
    line = "The site can also be reached at these alternative addresses:"
    for facts in (
        Facts(
            titles=(), authors=(), captions=(), site=("", "ridgecourier"), links="www.ridgecourier2.example"
        ),
        Facts(titles=(), authors=(), captions=(), site=("", "courier")),
    ):
        assert apply([*TEXT, line, *LISTED], facts)[0] == TEXT


def test_only_addresses_are_listed_where_the_text_goes_on() -> None:
    line = "You can also read us at the addresses below."
    text = [*TEXT[:9], line, "courier2.example", "The second day", *TEXT[9:]]
    assert apply(text, NOTHING)[0] == (*TEXT[:9], "The second day", *TEXT[9:])


@pytest.mark.parametrize(
    "line",
    [
        "The paper’s website remains available through mirror sites, its editor told the Ridge Courier on Tuesday.",
        "Applications are accepted on the ministry’s website and at the following addresses:",
        "“Our site can be reached at other addresses”, the Ridge Courier’s editor said.",
        "Die Website der Behörde war am Montag nicht erreichbar, auch unter anderen Adressen nicht.",
        "Le site est accessible aux personnes aveugles, a dit le maire.",
        "La página ofrece direcciones alternativas a los vecinos de la sierra.",
        "Сайт газеты снова доступен, но её зеркала заблокированы, сообщило ведомство.",
        "Bakanlığın sitesine erişim engeli sürerken kullanıcılar alternatif adreslere yöneldi.",
        "حجبت السلطات موقع الصحيفة فلجأ القراء إلى عناوين بديلة.",
        "وب‌سایت این روزنامه مسدود شد و خوانندگان به نشانی‌های دیگر روی آوردند.",
        "האתר נחסם, והקוראים עברו לכתובות אחרות.",
        "वेबसाइट बंद होने के बाद पाठक दूसरे पतों पर चले गए।",
        "该网站被封后，读者转而使用其他网址访问。",
        "同紙のサイトは遮断され、読者は別のアドレスからアクセスしている。",
        "사이트가 차단되자 독자들은 다른 주소로 접속했다.",
    ],
)
@pytest.mark.parametrize("at", [0, 12, -1])
def test_a_story_about_a_sites_addresses_stays(line: str, at: int) -> None:
    assert (
        cut_by(line, at, Facts(titles=(), authors=(), captions=(), site=("Ridge Courier", "courier"))) == []
    )


@pytest.mark.parametrize(
    "line",
    [
        "Latest National Stories",
        "More about",
        "You might also like",
        "Mais notícias",
        "Weitere Nachrichten",
        "Passend zum Artikel",
        "À découvrir",
        "Más noticias de Westhaven",
        "Последние новости",
        "أخبار ذات صلة",
        "人気記事ランキング",
        "많이 본 뉴스",
    ],
)
def test_the_heading_of_a_list_that_is_gone_is_cut_from_the_end(line: str) -> None:
    assert cut_by(line, -1) == ["boilerplate"]


@pytest.mark.parametrize(
    "line",
    [
        "The latest news from the harbour is good.",
        "More news came at noon",
        "Nobody reads the latest stories about the ferry any more",
        "Die neuesten Nachrichten vom Hafen sind gut.",
        "Más noticias llegaron al puerto por la tarde.",
        "Caption of the day went to the baker",
        "One day ago the ferry still sailed.",
        "Updated 12 engines and 24 winches",
        "She rowed across the sound in 3:58 min.",
        "The evening ferry leaves at 6:30",
        "Page 1 of the log of 8 May is missing",
    ],
)
def test_a_line_of_the_text_with_such_words_stays(line: str) -> None:
    assert cut_by(line, 0) == cut_by(line, -1) == []


@pytest.mark.parametrize(
    "line", ["Topics:", "Verwandte Themen:", "Dieses Thema im Programm:", "相关标签：", "Темы:"]
)
def test_a_line_that_announces_what_is_gone_is_cut_from_the_end_alone(line: str) -> None:
    assert len(cut_by(line, -1)) == 1
    assert cut_by(line, 12) == []


@pytest.mark.parametrize(
    "line", ["What the harbour master said on Tuesday to all the passengers:", "“Sail, or stay.”"]
)
def test_a_sentence_at_the_end_stays(line: str) -> None:
    assert cut_by(line, -1) == []


@pytest.mark.parametrize(
    "line",
    [
        "Anna Lund and Ida Rask contributed",
        "Additional reporting from the Harbour Agency.",
        "Mitarbeit: Jan Holm, Ida Rask",
        "Jeanne Roux et Luc Port ont contribué à cet article.",
        "Ana Ruiz colaboró en este reportaje.",
        "Colaborou Rui Mar, de Westhaven",
        "В подготовке материала участвовала Анна Портова.",
        "取材協力：港一郎",
        "با همکاری سارا بندری",
    ],
)
def test_those_who_helped_to_report_become_a_note(line: str) -> None:
    _, removed = apply((*TEXT, line), NOTHING)
    assert [cut.evidence.startswith(lines.NOTE) for cut in removed] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "The storm and the old shaft contributed to the delay, the board said.",
        "Der Wirt bat um Mitarbeit beim Löschen der Ladung.",
        "Les pêcheurs ont contribué à cette fête du port.",
        "Los vecinos colaboraron en la limpieza del puerto.",
    ],
)
def test_what_others_contributed_to_is_text(line: str) -> None:
    assert cut_by(line, -1) == []
