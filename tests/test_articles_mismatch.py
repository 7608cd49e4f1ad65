"""Captions: one that its article says much of fits, one that another article says is foreign; else nothing is claimed."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.model import Article, Image
from articles.source import mismatch
from articles.source.features import features, informative, pack
from articles.source.frequent_words import frequent_words
from articles.source.knowledge import build
from tests.desk import STORIES, WIRE, article

RADAR = {
    "en": WIRE,
    "de": (
        "Die Regierung von Nordland hat eine zweite Batterie des Flugabwehrsystems Krait bestellt, sagte der Leiter des Rüstungsamts "
        "am Montag, vier Monate nachdem die ersten Startgeräte im Hafen von Vesting ausgeladen worden waren.",
        "Der Vertrag über 1,7 Milliarden Kronen verpflichtet die Hersteller, einen Teil des Radars ab 2028 in einem Werk nahe der "
        "Hauptstadt zu bauen. Ismar Deming, der das Amt leitet, wollte im Fernsehen nicht sagen, wie viele Raketen im vergangenen "
        "Herbst verschossen wurden.",
        "Das benachbarte Süderland nannte die Bestellung herausfordernd. Außenministerin Petra Oskarsson bestellte den Botschafter ein "
        "und verlangte, dass die Geräte mindestens 120 Kilometer von der Grenze entfernt bleiben.",
        "Das Bündnis, dem beide Länder angehören, warnt davor, die Anlage mit eigenen Sensoren zu verbinden. Ingenieure fürchten, das "
        "Radar könne aufzeichnen, wie die neuen Kampfflugzeuge auf einem Bildschirm erscheinen. Deming wies das zurück: Kein Kabel "
        "werde zu fremden Rechnern führen, jede Batterie stehe mit ihrer Besatzung für sich allein.",
        "Fachleute bezweifeln, dass alles vor den Wahlen fertig wird. Noch fehlt ein Übungsgelände, und Fischer klagen dagegen, dass "
        "ihre besten Fanggründe gesperrt werden sollen.",
    ),
    "ru": (
        "Правительство Норландии заказало вторую батарею зенитного ракетного комплекса «Крайт», сообщил в понедельник глава оружейного "
        "ведомства, спустя четыре месяца после выгрузки первых пусковых установок в порту Вестинга.",
        "Договор на 1,7 миллиарда крон обязывает изготовителей с 2028 года собирать часть радаров на заводе близ столицы. Исмар Деминг, "
        "возглавляющий ведомство, отказался в телевизионном интервью говорить, сколько ракет выпустили на осенних испытаниях.",
        "Соседняя Зюдерландия назвала заказ вызовом. Министр иностранных дел Петра Оскарссон вызвала посла и потребовала держать "
        "установки не ближе 120 километров от границы, проходящей вдоль реки Ауне.",
        "Союз, в который входят обе страны, предупредил, что комплекс нельзя соединять с его датчиками. Инженеры опасаются, что радар "
        "запишет, как новые истребители выглядят на экране. Деминг это отверг: каждая батарея с расчётом из 86 человек будет "
        "работать отдельно, и ни один кабель не пойдёт к чужим компьютерам.",
        "Аналитики сомневаются, что вторая батарея будет готова до выборов. Первой всё ещё не хватает полигона, а рыбаки подали иск "
        "против закрытия лучших промысловых вод.",
    ),
    "zh": (
        "诺兰政府订购了第二套克雷特防空导弹系统，国防采购办公室主任周一表示，首批发射车四个月前在维斯廷港口卸下。",
        "合同价值十七亿克朗，要求制造商从二零二八年起在首都附近的工厂生产部分雷达。主任德明在电视采访中拒绝透露去年秋天试射了多少枚拦截弹。",
        "邻国苏德兰称这项订单是挑衅。外交部长奥斯卡松召见大使，要求发射车与边界保持至少一百二十公里的距离。",
        "两国所属的联盟警告说，该系统不能与联盟的传感器连接。工程师担心雷达会记录新型战斗机在屏幕上的样子。",
    ),
}
# What stands in every article, however little it has to say.
EVERYWHERE = {
    "en": "The paper has asked all those who were there at the time, during that week or since, what they had seen with their own eyes, and will "
    "write more of it for the new year, as a part of its talks in the left and the right half of the town, when it can.",
    "de": "Die Zeitung hat alle gefragt, die auf und nach und für und im und das und ein und von und wird und links und neu.",
    "ru": "Газета спросила всех, кто был на месте и в тот день, что они видели своими глазами.",
    "zh": "本报询问了当时在场的所有人，他们在现场看到了什么，以及他们的想法和感受。",
}
OWN = {
    "en": "A Krait launcher is unloaded at the port of Vesting last November",
    "de": "Ein Startgerät der Flugabwehr Krait wird im Hafen von Vesting ausgeladen",
    "ru": "Пусковая установка комплекса «Крайт» в порту Вестинга",
    "zh": "克雷特防空导弹系统的发射车在维斯廷港口卸下",
}
FOREIGN = {
    "en": "Senator Ilka Ommen (left) talks with the speaker of the chamber, Nora Pellow, during a rally at the capitol for the new voting law",
    "de": "Senatorin Ilka Ommen (links) und Parlamentspräsidentin Nora Pellow auf der Kundgebung für das Wahlgesetz",
    "ru": "Сенатор Илка Оммен и спикер палаты Нора Пеллоу на митинге",
    "zh": "参议员伊尔卡和议长诺拉在国会大厦前的集会上发表演讲",
}


def radar(language: str, *captions: str, credit: str = "") -> Article:
    images = tuple(
        Image(url=f"https://img.example/{n}.jpg", caption=text, credit=credit)
        for n, text in enumerate(captions)
    )
    return article("radar", *RADAR[language], language=language, images=images)


def others(language: str) -> list[Article]:
    words = EVERYWHERE[language].split()
    return [
        article(
            f"other-{n}", text, " ".join(random.Random(n).sample(words, len(words))), language=language, day=n
        )
        for n, text in enumerate(STORIES[language])
    ]


def paragraphs(article: Article) -> tuple[str, ...]:
    return (article.title, *article.body)


def statuses(judged: Article, known: list[Article]) -> list[str]:
    images = mismatch.judge(
        judged.images, paragraphs(judged), features(judged), build("norland", 1, map(features, known))
    )
    assert [replace(image, status="undecided") for image in images] == list(judged.images)
    return [image.status for image in images]


@pytest.mark.parametrize("language", list(RADAR))
def test_a_politicians_picture_does_not_belong_to_a_missile_system(language: str) -> None:
    judged = radar(language, FOREIGN[language], OWN[language])
    assert statuses(judged, others(language)) == ["mismatched", "matched"]
    assert statuses(judged, [*others(language), judged]) == ["mismatched", "matched"]


def test_a_foreign_caption_is_told_although_its_article_is_not_known() -> None:
    known = [each for each in others("en") if "Ommen" not in each.body[0]]
    assert statuses(radar("en", FOREIGN["en"], OWN["en"]), known) == ["mismatched", "matched"]


def test_a_copy_of_the_article_is_no_other_article() -> None:
    copy = article("copy", *WIRE[:7])
    caption = "Launchers, interceptors, radar: the Krait"
    assert statuses(radar("en", caption), [*others("en"), copy]) == ["matched"]
    first = article("first", *WIRE[1:], FOREIGN["en"])
    assert statuses(radar("en", "Nora Pellow, Ilka Ommen"), [*others("en")[2:], first]) == ["undecided"]


@pytest.mark.parametrize(
    "caption",
    [
        "File photo",
        "FILE PHOTO.",
        "Symbolbild",
        "(Archivbild)",
        "Photo d'archives",
        "Фото из архива",
        "资料图片",
        "資料写真",
    ],
)
def test_where_a_picture_comes_from_is_no_caption(caption: str) -> None:
    assert statuses(radar("en", caption), others("en")) == ["credit_only"]
    assert statuses(radar("en", caption), []) == ["credit_only"]


def test_a_credit_alone_is_no_caption() -> None:
    assert statuses(radar("en", "", credit="Anna Lund"), others("en")) == ["credit_only"]
    assert statuses(radar("en", ""), others("en")) == ["undecided"]


def test_what_says_too_little_is_not_judged() -> None:
    captions = ("Pellow", "A picture", "Of the", "…", "2026")
    assert statuses(radar("en", *captions), others("en")) == ["undecided"] * 5


def test_nothing_is_judged_where_little_is_known() -> None:
    judged = radar("en", FOREIGN["en"])
    assert statuses(judged, []) == ["undecided"]
    assert statuses(judged, others("en")[2:6]) == ["undecided"]
    assert statuses(judged, others("de")) == ["undecided"]
    assert statuses(judged, others("en")[2:7]) == ["mismatched"]
    assert statuses(replace(judged, body=WIRE[:1]), others("en")) == ["undecided"]


def test_a_short_article_can_only_match() -> None:
    short = replace(radar("en", OWN["en"], FOREIGN["en"]), body=WIRE[:1])
    assert statuses(short, others("en")) == ["matched", "undecided"]


# What a score consists of.


def reader(judged: Article, known: list[Article]) -> mismatch.Reader:
    return mismatch.Reader(paragraphs(judged), features(judged), build("norland", 1, map(features, known)))


READERS = {language: reader(radar(language), others(language)) for language in RADAR}


def score(caption: str, judged: Article | None = None, known: list[Article] | None = None) -> float:
    scored = reader(judged or radar("en"), known or others("en")).score(caption)
    assert scored is not None
    return scored


@given(st.text(max_size=200), st.sampled_from(list(RADAR)))
def test_any_caption_has_a_finite_score_or_none(caption: str, language: str) -> None:
    found = READERS[language].score(caption)
    assert found is None or -20 < found < 200


def test_between_the_two_nothing_is_claimed() -> None:
    low, high = score(FOREIGN["en"]), score(OWN["en"])
    assert low < mismatch.LIMIT <= score("Ommen and Brandel at the quay") < 0 < high
    assert reader(radar("en"), others("en")).score("") is None


def test_the_more_words_are_missing_the_surer_it_is() -> None:
    names = [
        "Qwerty",
        "zxcvbn",
        "asdfgh",
        "poiuyt",
        "lkjhgf",
        "mnbvcx",
        "wertzu",
        "sdfghj",
        "xcvbnm",
        "ertzui",
        "dfghjk",
        "cvbnmq",
    ]
    scores = [score(" ".join(names[:count])) for count in (3, 5, 8, 12)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > mismatch.LIMIT > scores[-1]


def test_what_another_article_says_counts_against_a_caption() -> None:
    assert score("Nora Pellow, Ilka Ommen") < mismatch.LIMIT < score("Qwerty zxcvbn, asdfgh poiuyt")


def test_a_word_in_a_long_text_proves_less() -> None:
    caption = "Deming and interceptors at Vesting with Qwerty zxcvbn asdfgh"
    longer = replace(
        radar("en"),
        body=(
            *WIRE,
            " ".join(
                f"{first}{last}{n}"
                for n, (first, last) in enumerate(zip("abcdefgh" * 40, "stuvwxyz" * 40, strict=True))
            ),
        ),
    )
    assert score(caption) > score(caption, longer)


def test_a_word_of_the_opening_proves_more() -> None:
    caption = "Oskarsson and Qwerty zxcvbn asdfgh poiuyt at Suderland"
    summons_first = replace(radar("en"), body=(WIRE[3], *WIRE[:3], *WIRE[4:]))
    late = replace(radar("en"), body=(*WIRE[:3], *WIRE[4:], WIRE[3]))
    assert score(caption, summons_first) > score(caption, late)


def test_in_doubt_words_of_one_paragraph_prove_more_than_scattered_ones() -> None:
    together, scattered = (
        score(f"Fishermen, {word} and Qwerty zxcvbn asdfgh poiuyt") for word in ("waters", "computers")
    )
    assert scattered < 0 < together


def test_a_word_that_most_articles_have_says_nothing() -> None:
    assert score("Krait launchers at the port") == pytest.approx(
        score("Krait launchers at the port, during that week, with their own eyes"), abs=0.3
    )


def test_a_frequent_word_says_little_although_few_articles_are_known() -> None:
    known = [article(f"short {n}", text[:150], day=n) for n, text in enumerate(STORIES["en"])]
    judged = replace(
        radar("en"), body=(*WIRE, "More of this during the first part, where other people were.")
    )
    names = "Qwerty zxcvbn asdfgh poiuyt Ommen"
    alone, frequent, rare = (
        score(f"{names} {more}", judged, known)
        for more in (
            "",
            "during more of the first part where other people were",
            "Deming sensors batteries ambassador",
        )
    )
    assert alone < frequent < mismatch.LIMIT / 2
    assert rare > 0


def test_a_foreign_caption_is_told_by_a_young_source_of_short_articles() -> None:
    known = [article(f"short {n}", text[:150], day=n) for n, text in enumerate(STORIES["en"])]
    assert statuses(radar("en", FOREIGN["en"], OWN["en"]), known) == ["mismatched", "matched"]


@pytest.mark.parametrize("language", ["ar", "en", "es", "fa", "ru", "tr"])
def test_lists_of_frequent_words_are_those_of_the_language(language: str) -> None:
    words = {"ar": "في", "en": "before", "es": "durante", "fa": "این", "ru": "было", "tr": "için"}
    assert {each for each in words if informative(words[each]) & (frequent_words(language) or set())} == {
        language
    }


@pytest.mark.parametrize(("count", "judged"), [(90, False), (110, True)])
def test_an_article_of_few_different_words_calls_no_caption_foreign(count: int, judged: bool) -> None:
    row = features(radar("en"))
    assert len(row.tokens) >= count
    few = mismatch.Reader(
        (),
        replace(row, packed_tokens=pack(row.tokens[:count])),
        build("norland", 1, map(features, others("en"))),
    )
    assert (few.score(FOREIGN["en"]) is not None) is judged
