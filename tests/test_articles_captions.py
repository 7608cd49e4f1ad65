"""Captions: found beside pictures, taken out, parted from their credits."""

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.credits import WORDS, split_credit
from articles.dom import Element
from articles.extraction.captions import picture_of, take
from tests.patience import no_hang

BASE = "https://harbour.example/news/ferry"
LONG = "The ferry stayed in the harbour on Monday because its shaft had not arrived. " * 12


def tree(inner: str) -> Element:
    return lxml.html.document_fromstring(f"<html><body><article>{inner}</article></body></html>")


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("The ferry at its berth. (HTV photo)", "The ferry at its berth.", "HTV photo"),
        ("The ferry at its berth. AFP", "The ferry at its berth.", "AFP"),
        ("The ferry. Photo: Anna Lund/Reuters", "The ferry.", "Photo: Anna Lund/Reuters"),
        ("The ferry © Anna Lund", "The ferry", "© Anna Lund"),
        ("Die Fähre. Foto: dpa", "Die Fähre.", "Foto: dpa"),
        ("The ferry. Anna Lund / AFP", "The ferry.", "Anna Lund / AFP"),
        ("The ferry (Anna Lund/AP)", "The ferry", "Anna Lund/AP"),
        ("Le bac. Crédit photo : Anne Leroux", "Le bac.", "Crédit photo : Anne Leroux"),
        ("渡轮停靠码头。李明 摄", "渡轮停靠码头。", "李明 摄"),
        ("Photo: Anna Lund", "", "Photo: Anna Lund"),
        ("The ferry (left) and the launch", "The ferry (left) and the launch", ""),
        ("The ferry in 2019 (archive)", "The ferry in 2019 (archive)", ""),
        ("The AP office stands by the quay.", "The AP office stands by the quay.", ""),
        ("A photo of the shaft: rust and oil.", "A photo of the shaft: rust and oil.", ""),
        ("", "", ""),
    ],
)
def test_a_credit_is_parted_from_its_caption(text: str, caption: str, credit: str) -> None:
    assert split_credit(text) == (caption, credit)


@given(st.text(st.sampled_from("Aa .,:()[]/|©–-摄م0") | st.characters(), max_size=120))
def test_nothing_but_marks_is_lost_between_caption_and_credit(text: str) -> None:
    caption, credit = split_credit(text)
    assert text.startswith(caption)
    assert credit in text[len(caption) :]


@pytest.mark.parametrize("unit", ["Ab. ", "photo: x", "(", "(a ", "Ab ", "©", "港", "(م ", "AFP/", " "])
def test_no_caption_is_slow(unit: str) -> None:
    with no_hang(1):  # some 4 ms at most
        split_credit((unit * 700)[:699] + "\u0378")


@pytest.mark.parametrize(
    "markup",
    [
        "<figure><img src='/f.jpg'><figcaption>The ferry at its berth.</figcaption></figure>",
        "<figure><img data-src='/f.jpg' src='data:image/gif;base64,x'><figcaption>The ferry at its berth.</figcaption></figure>",
        "<figure><img src='/web/grey-placeholder.png'><img src='/f.jpg'><figcaption>The ferry at its berth.</figcaption></figure>",
        "<figure><picture><source srcset='/f.jpg 640w, /g.jpg 1280w'></picture><p class='caption'>The ferry at its berth.</p></figure>",
        "<div><div><img src='/f.jpg'></div><div class='story__caption'>The ferry at its berth.</div></div>",
        "<div class='image-wrapper'><img src='/f.jpg'><p>The ferry at its berth.</p></div>",
        "<div><img src='/f.jpg'><small itemprop='caption'>The <b>ferry</b> at its berth.</small></div>",
    ],
)
def test_a_caption_beside_a_picture_is_taken_out(markup: str) -> None:
    page = tree(f"{markup}<p>Text.</p>")
    (image,), (removal,) = take(page, BASE)
    assert (image.url, image.caption) == ("https://harbour.example/f.jpg", "The ferry at its berth.")
    assert (removal.rule, removal.place, removal.text) == ("caption", "caption", image.caption)
    assert page.text_content() == "Text."


@pytest.mark.parametrize("named", ["", " itemprop='author'"])
def test_a_caption_inside_a_caption_is_taken_out_once(named: str) -> None:
    page = tree(
        f"<figure><img src='/f.jpg'><figcaption>The ferry.<figcaption{named}>Anna Lund/Harbour Photo</figcaption></figcaption>"
        "</figure><p>Text.</p>"
    )
    (image,), (removal,) = take(page, BASE)
    assert removal.text == "The ferry. Anna Lund/Harbour Photo"
    assert f"{image.caption} {image.credit}".strip() == removal.text
    assert page.text_content() == "Text."


def test_a_credit_with_markup_of_its_own_is_kept_apart_and_whole_in_the_removal() -> None:
    page = tree(
        "<figure><img src='f.jpg'><figcaption>The ferry. <span class='credit'>HTV</span></figcaption></figure>"
    )
    (image,), (removal,) = take(page, BASE)
    assert (image.caption, image.credit, removal.text) == ("The ferry.", "HTV", "The ferry. HTV")


@pytest.mark.parametrize(
    "markup",
    [
        "<div class='caption'>The ferry stays, with no picture near.</div>",
        f"<figure><img src='f.jpg'><figcaption>{LONG}</figcaption></figure>",
        "<figure><img src='f.jpg'><div class='caption'><p>a</p><p>b</p><p>c</p><p>d</p></div></figure>",
        f"<div><img src='f.jpg'><p>{LONG}</p><div><div class='captioned'>Text of a story.</div></div></div>",
        f"<div class='image-box'><img src='f.jpg'><p>{LONG}</p></div>",
        "<div class='imagery-report'><img src='f.jpg'><p>Text of a story.</p></div>",
    ],
)
def test_text_that_is_no_caption_stays(markup: str) -> None:
    page = tree(markup)
    before = page.text_content()
    assert take(page, BASE) == ((), ())
    assert page.text_content() == before


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("The ferry.", "Its captain.", "The ferry. Its captain."),
        ("The ferry", "Its captain", "The ferry. Its captain"),
        ("渡轮。", "船长", "渡轮。 船长"),
        ("The ferry at noon", "The ferry", "The ferry at noon"),
        ("The ferry", "The ferry at noon", "The ferry at noon"),
        ("Photo: Anna Lund", "The ferry at noon", "The ferry at noon"),
    ],
)
def test_a_pictures_second_caption_completes_the_first(first: str, second: str, whole: str) -> None:
    figure = "<figure><img src='f.jpg'><figcaption>{}</figcaption></figure>"
    (image,), removed = take(tree(figure.format(first) + figure.format(second)), BASE)
    assert image.caption == whole
    assert len(removed) == 2


@pytest.mark.parametrize(
    "name", ["blank-street.jpg", "pixel-9-review.jpg", "loading-dock.png", "lazy-dog.webp"]
)
def test_a_picture_of_something_called_like_a_stand_in_is_a_picture(name: str) -> None:
    page = tree(f"<figure><img src='/{name}'><figcaption>The ferry at its berth.</figcaption></figure>")
    assert take(page, BASE)[0][0].url == f"https://harbour.example/{name}"


# Thresholds: one page just below each, and one just above.

STORY = "".join(
    f"<p>The ferry stayed in the harbour on day {n} because its shaft had not arrived, and nobody waved at it.</p>"
    for n in range(4)
)


def words(length: int) -> str:
    """A sentence of exactly so many characters."""
    return f"{'harbour ferry shaft island sound launch quay ' * 60}"[: length - 2] + "x."


@pytest.mark.parametrize(
    ("markup", "count"),
    [
        (f"<div class='image-wrapper'><img src='/f.jpg'><p>{words(370)}</p></div>", 1),  # _FRAME_LONGEST
        (f"<div class='image-wrapper'><img src='/f.jpg'><p>{words(430)}</p></div>", 0),
        (f"<figure><img src='/f.jpg'><figcaption>{words(650)}</figcaption></figure>", 1),  # _LONGEST
        (f"<figure><img src='/f.jpg'><figcaption>{words(750)}</figcaption></figure>", 0),
        ("".join(f"<figure><img src='/{n}.jpg'><figcaption>Ferry {n}.</figcaption></figure>" for n in range(110)), 100),  # _MOST
    ],
)  # fmt: skip
def test_marked_captions_are_taken_up_to_a_length_and_a_number(markup: str, count: int) -> None:
    assert len(take(tree(f"{STORY}{markup}"), BASE)[0]) == count


@pytest.mark.parametrize(
    ("inner", "is_caption"),
    [
        (f"{STORY}<img src='/f.jpg'><div id='t'>{words(280)}</div>", True),  # _LONGEST_LINE, of the line
        (f"{STORY}<img src='/f.jpg'><div id='t'>{words(320)}</div>", False),
        (f"{STORY}<div><img src='/f.jpg'>{words(280)}</div><div id='t'>The ferry.</div>", True),  # and of what the picture stands in
        (f"{STORY}<div><img src='/f.jpg'>{words(320)}</div><div id='t'>The ferry.</div>", False),
        (f"<p>{words(74)}</p><div><img src='/f.jpg'></div><p id='t'><b>The ferry.</b></p>", False),  # _PARAGRAPH, above bold type
        (f"<p>{words(86)}</p><div><img src='/f.jpg'></div><p id='t'><b>The ferry.</b></p>", True),
        (f"{STORY}<p><img src='/f.jpg' alt='{words(90)}'></p><p id='t'>{words(90)[:17]}</p>", False),  # a quarter of it, of the alt
        (f"{STORY}<p><img src='/f.jpg' alt='{words(90)}'></p><p id='t'>{words(90)[:23]}</p>", True),
        (f"<div><img src='/f.jpg'><div id='t'>{words(180)}</div></div>", True),  # _FRAME_LONGEST, of a small box
        (f"<div><img src='/f.jpg'><div id='t'>{words(180)}</div><div>{words(180)}</div></div>", True),
        (f"<div><img src='/f.jpg'><div id='t'>{words(180)}</div><div>{words(250)}</div></div>", False),
        (f"<div class='photo'><img src='/f.jpg'><p id='t'>{words(180)}</p><p>{words(190)}</p></div>", True),
        (f"<div class='photo'><img src='/f.jpg'><p id='t'>{words(180)}</p><p>{words(250)}</p></div>", False),
    ],
)  # fmt: skip
def test_a_line_below_a_picture_is_its_caption_by_its_length_and_its_box(
    inner: str, is_caption: bool
) -> None:
    below = tree(f"<div>{inner}</div>").get_element_by_id("t")
    assert (picture_of(below, below.text_content()) is not None) is is_caption


def near_a_picture(text: str, markup: str = "<img src='/f.jpg'><p id='t'>{}</p>") -> bool:
    """Whether the text is a caption where it stands between a picture and a story."""
    line = tree(f"<div>{markup.format(text)}<p>{words(200)}</p></div>").get_element_by_id("t")
    return picture_of(line, line.text_content()) is not None


@pytest.mark.parametrize("language", WORDS)
def test_a_language_s_example_is_told_by_its_words_near_a_picture_alone(language: str) -> None:
    example = WORDS[language].example
    assert near_a_picture(example)
    assert not near_a_picture(example, "<p id='t'>{}</p>")


TOLD = [
    "President Ruth Calloway (R) shakes hands with Lena Ortwin in Port Harrow on March 8, 2019.",
    "In this photo provided by the coast guard, a ferry lies in the sound.",
    "Ministerin Lena Ortwin (2. v. l.) am Montag in Port Harrow",
    "Symbolbild: Eine Fähre im Hafen",
    "Le chancelier Marash Dorel (gauche), le 8 mars 2019 à Port Harrow",
    "El ministro Tolga Berin (dcha.) saluda a la senadora Lena Ortwin.",
    "La ministra Lena Ortwin (a sinistra) con il presidente della Camera",
    "De haven van Harrow. Foto: Jan Smit/ANP",
    "Premier Tolga Berin (z lewej) na nabrzeżu. Fot. Jan Kos",
    "Корабль в порту Харроу. Фото: Анна Лунд / ТАСС",
    "На фото: паром у причала",
    "Başbakan Tolga Berin (sağda) limanda. Fotoğraf: Anna Lund",
    "السيناتور لينا أورتوين (إلى اليسار) تتحدث مع رئيسة المجلس",
    "سفينة في ميناء هارو. صورة: رويترز",
    "سناتور لنا اورتوین (چپ) با رئیس مجلس گفت‌وگو می‌کند، ۸ مارس ۲۰۱۹.",
    "کشتی در بندر هارو. عکس: آنا لوند",
    "האונייה בנמל הארו. צילום: אנה לונד",
    "जहाज़ हैरो बंदरगाह पर। फोटो: अन्ना लुंड",
    "参议员奥特温（左）在集会上与议长交谈。",
    "停泊在哈罗港的船。图片来源：新港社",
    "ハロー港に停泊する船。写真＝アンナ・ルンド",
    "해로항에 정박한 배. 사진=안나 룬드 기자",
    "Kapal di pelabuhan Harrow. Foto: Anna Lund/Antara",
]


@pytest.mark.parametrize("text", TOLD)
def test_a_caption_is_told_by_who_stands_where_by_its_age_or_by_its_credit(text: str) -> None:
    assert near_a_picture(text)


@pytest.mark.parametrize(
    "text",
    [
        "The new model (left) is smaller than the old one.",
        "Photo exhibitions draw more visitors than ever, the museum said.",
        "Photos of the flooded streets spread on Telegram within minutes.",
        "The image: that is what the party fears for, its chairman said on Monday.",
        "Senator Ruth Calloway (R) said on Monday that she would vote against the bill.",
        "The ferry stayed in the harbour, officials said. (AP)",
        "In this photo agency, nobody works alone.",
        "Das Bild zeigt sich auch im Hafen, sagte der Minister.",
        "Das Archiv der Stadt öffnet am Montag wieder, sagte die Leiterin.",
        "Les photos ont été publiées lundi par le journal.",
        "Kast (derecha) y Boric (izquierda) volverán a verse en un debate.",
        "La foto de familia se hizo sin el presidente.",
        "Mélenchon (gauche) et Le Pen (droite) refusent le débat.",
        "Fotoğraf sergisi pazartesi günü limanda açıldı.",
        "Фотография стала известна во всём мире, сказал директор музея.",
        "الصورة التي نشرتها الصحيفة أثارت جدلا واسعا.",
        "عکس‌های تازه از بندر نشان می‌دهد که کشتی حرکت نکرده است.",
        "התמונה עוררה סערה ברשתות החברתיות, אמר העורך.",
        "तस्वीर अब साफ हो रही है, मंत्री ने कहा।",
        "写真は心を映す、と彼女は語った。",
        "照片在网上广泛传播，引发热议。",
        "사진은 거짓말을 하지 않는다고 그는 말했다.",
    ],
)
def test_a_sentence_that_speaks_of_a_picture_is_text(text: str) -> None:
    assert not near_a_picture(text)


@pytest.mark.parametrize(
    ("markup", "is_caption"),
    [
        ("<p id='t'>{}</p><p><img src='/f.jpg'></p>", True),
        ("<p id='t'>{}</p><div>More.</div><img src='/f.jpg'>", False),
        ("<img src='/f.jpg'><div>More.</div><p id='t'>{}</p>", False),
    ],
)
def test_what_tells_of_itself_has_its_picture_right_above_or_below(markup: str, is_caption: bool) -> None:
    assert near_a_picture("Archivfoto: Die Fähre im Hafen.", markup) is is_caption


@pytest.mark.parametrize(
    ("markup", "is_caption"),
    [
        (
            "<div><picture><img src='/f.jpg'></picture><p id='t'>{} <cite>AP Photo/Ida Holm</cite></p></div>",
            True,
        ),
        (
            "<div><div><img src='/f.jpg'><button>Zoom</button></div><div><p id='t'>{} 뉴스1</p></div></div>",
            True,
        ),
        ("<div><img src='/f.jpg'><p id='t'>{} The news agency AFP said so.</p></div>", False),
        ("<div><img src='/f.jpg'><p id='t'>{}</p></div>", False),
        ("<img src='/f.jpg'><p id='t'>{} <cite>AP Photo/Ida Holm</cite></p>", False),  # no box of its own
    ],
)
def test_a_paragraph_with_a_credit_is_a_caption_in_a_box_with_its_picture(
    markup: str, is_caption: bool
) -> None:
    assert near_a_picture("The ferry lay in port on Monday.", markup) is is_caption


def test_below_a_picture_with_a_marked_caption_stands_no_second_one() -> None:
    page = tree(
        "<div><figure><img src='/f.jpg'><figcaption>The ferry.</figcaption></figure>"
        "<p id='t'>Lena Ortwin (left) spoke.</p></div>"
    )
    line = page.get_element_by_id("t")
    assert picture_of(line, line.text_content()) is not None
    take(page, BASE)
    assert picture_of(line, line.text_content()) is None
