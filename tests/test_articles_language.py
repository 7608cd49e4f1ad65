"""Languages: told by the words, and by the page where the words do not decide."""

import pytest

from articles.metadata.language import language_of
from articles.text import count_words

SAMPLES = {
    "en": (
        "The ferry stayed in the harbour on Monday because its shaft had not arrived,"
        " and the islanders crossed the sound in a small open launch that carries twelve people."
    ),
    "de": (
        "Die Fähre blieb am Montag im Hafen, weil ihre Welle nicht angekommen war, und die Leute"
        " von der Insel fuhren in einem kleinen offenen Boot über den Sund, das zwölf Menschen trägt."
    ),
    "fr": (
        "Le bac est resté au port lundi parce que son arbre n’était pas arrivé, et les"
        " habitants de l’île ont traversé le détroit dans un petit canot ouvert qui porte douze personnes."
    ),
    "ru": (
        "Паром остался в гавани в понедельник, потому что вал не привезли, и жители острова переправлялись через"
        " пролив на маленькой открытой лодке, которая берёт не больше двенадцати человек за один раз и ходит редко."
    ),
    "zh": "海港市交通局昨日宣布，自下月一日起，往返本岛与离岛的渡轮票价将上调一成半，这是六年来首次调整，居民表示担忧，请市民留意班次。",
    "ar": (
        "بقيت العبارة في الميناء يوم الاثنين لأن محورها لم يصل بعد، وعبر سكان الجزيرة المضيق في زورق"
        " صغير مكشوف لا يحمل أكثر من اثني عشر شخصا في المرة الواحدة كما قال القبطان للصحيفة أمس."
    ),
}


@pytest.mark.parametrize("code", SAMPLES)
@pytest.mark.parametrize("stated", ["", "en-GB", "x-default"])
def test_running_text_is_told_by_its_words_whatever_the_page_says(code: str, stated: str) -> None:
    text = SAMPLES[code]
    assert count_words(text) >= 25
    assert language_of(text, count_words(text), stated) == code


@pytest.mark.parametrize(
    ("stated", "code"),
    [("de-AT", "de"), ("en_US", "en"), ("EN", "en"), (" fr ", "fr"), ("pt-BR", "pt"), ("zh-Hant-TW", "zh")],
)
def test_a_short_text_is_in_the_language_that_the_page_states(stated: str, code: str) -> None:
    assert language_of("Moin.", 1, stated) == code


@pytest.mark.parametrize("stated", ["", "fil", "дe", "12", "-", "e", "Deutsch", "\ud800\ud800"])
def test_what_is_no_two_letter_code_is_not_believed(stated: str) -> None:
    assert language_of(SAMPLES["de"][:70], 12, stated) == "de"


@pytest.mark.parametrize(("stated", "code"), [("nb", "nb"), ("no", "no"), ("da", "da"), ("de", "da")])
def test_between_close_languages_the_page_decides(stated: str, code: str) -> None:
    text = (
        "Færgen blev i havnen mandag, fordi akslen ikke var kommet, og øens folk sejlede over"
        " sundet i en lille åben båd, der kun tager tolv mennesker ad gangen og sejler sjældent."
    )
    assert language_of(text, count_words(text), stated) == code


@pytest.mark.parametrize(("words", "language"), [(24, "fr"), (25, "en")])
def test_few_words_do_not_decide(words: int, language: str) -> None:
    assert language_of(SAMPLES["en"], words, "fr") == language


@pytest.mark.parametrize(("start", "language"), [(425, "de"), (650, "en")])
def test_the_first_eight_hundred_characters_tell_the_language(start: int, language: str) -> None:
    text = f"{(SAMPLES['en'] + ' ') * 9}"[:start] + f"{SAMPLES['de']} " * 30
    assert language_of(text, count_words(text), "") == language
