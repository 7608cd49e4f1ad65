"""A credit is parted from its caption, in many languages, and no sentence is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.credits import is_marked, split_credit
from tests.patience import no_hang


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ('Die Fähre. (عکس: خبرگزاری صدا\u200cوسیما)', 'Die Fähre.'),
        ('کشتی در بندر هارو (عکس: خبرگزاری دانش\u200cآموز)', 'کشتی در بندر هارو'),
        ('کشتی در بندر (خبرگزاری صدا\u200cوسیما)', 'کشتی در بندر'),
        ('港のフェリー（写真：港新聞社）', '港のフェリー'),
        ('港のフェリー（共同）', '港のフェリー'),
        ('フェリー＝AFP時事', 'フェリー'),
        ('フェリー（AFP時事）', 'フェリー'),
        ('부두의 여객선 (사진=연합뉴스)', '부두의 여객선'),
        ('부두의 여객선 [사진 제공]', '부두의 여객선'),
        ('[사진 제공=하버시]', ''),
        ('부두의 여객선. 하버시 제공', '부두의 여객선.'),
        ('부두의 여객선 ⓒ하버일보', '부두의 여객선'),
        ('Паром у причала (Фото: ТАСС)', 'Паром у причала'),
        ('המעבורת ברציף (צילום: דנה לוי)', 'המעבורת ברציף'),
        ('המעבורת ברציף (תצלום: דנה לוי)', 'המעבורת ברציף'),
        ('המעבורת ברציף. צילום: דנה לוי', 'המעבורת ברציף.'),
        ('Stromnetz / Photo by Ida Holm on Unsplash', 'Stromnetz'),
        ('Photo by Ida Holm on Unsplash', ''),
        ('Foto von Ida Holm auf Unsplash', ''),
        ('Foto de Ida Holm en Unsplash', ''),
        ('Foto: Ida Holm (REUTERS) | Vídeo: EPV', ''),
        ('El barco. Foto: Ida Holm (REUTERS) | Vídeo: EPV', 'El barco.'),
        ('Fotolia 12345 – harbourman', ''),
        ('Fotolia_12345_M', ''),
        ('Adobe Stock / Ida Holm', ''),
        ('stock.adobe.com', ''),
        ('cc zuk0 https://flic.kr/p/abc123', ''),
        ('Die Fähre. Bild: Ida Holm CC BY-SA 3.0', 'Die Fähre.'),
        ('FOTO ILUSTRATIVA', ''),
        ('Symbolbild', ''),
        ('Imagen de archivo.', ''),
        ('Ilustrační foto', ''),
        ('자료사진', ''),
        ('Архивное фото', ''),
        ('(c) dpa', ''),
        ('Die Fähre (c) Ida Holm', 'Die Fähre'),
        ('Demut hinter Masken Foto: Adobe Stock', 'Demut hinter Masken'),
        ('Inspiration: Holm (Foto: Ida Rivo)', 'Inspiration: Holm'),
        ('The ferry. Photo by Ida Holm.', 'The ferry.'),
        ('The ferry – Photo: Ida Holm', 'The ferry'),
        ('Le bac • Crédits : Getty', 'Le bac'),
        ('फेरी बंदरगाह पर (फोटो: पीटीआई)', 'फेरी बंदरगाह पर'),
        ('ফেরি ঘাটে (ছবি: সংগৃহীত)', 'ফেরি ঘাটে'),
        ('Tàu ở cảng. Ảnh: TTXVN', 'Tàu ở cảng.'),
        ('Tàu ở cảng (Ảnh: TTXVN)', 'Tàu ở cảng'),
        ('Kapal di pelabuhan (Foto: ANTARA/Ida Holm)', 'Kapal di pelabuhan'),
        ('渡轮停靠码头（新华社记者李明摄）', '渡轮停靠码头'),
        ('渡轮停靠码头（图片来源：海港日报）', '渡轮停靠码头'),
        ('Gemi limanda (Fotoğraf: AA)', 'Gemi limanda'),
        ('السفينة في الميناء (تصوير: ليلى حداد)', 'السفينة في الميناء'),
        ('Το πλοίο (φωτο: Άννα Ρήγα)', 'Το πλοίο'),
        ('Промінь біля причалу. Фото: Оля Чайка', 'Промінь біля причалу.'),
        ('Foto: Ida Holm / Harbour Post, Grafik: Per Vik', ''),
        ('The ferry [Photo: Harbour Post]', 'The ferry'),
        ('Prom przy nabrzeżu / fot. Ida Holm', 'Prom przy nabrzeżu'),
        ('fot. Ida Holm', ''),
        ('Credit: Quay Games, ONE Esports', ''),
        ('Ida Holm / picture alliance', ''),
        ('Ida Holm, ASSOCIATED PRESS', ''),
        ('Ida Q. Holm-Rivo, The Associated Press', ''),
        ('Per Vik, AFP', ''),
        ('Per Vik, AP Photo', ''),
        ('The ferry. Ida Holm / Associated Press', 'The ferry.'),
    ],
)  # fmt: skip
def test_a_credit_is_parted_from_its_caption(text: str, caption: str) -> None:
    found, credit = split_credit(text)
    assert found == caption
    assert credit


@pytest.mark.parametrize(
    "text",
    [
        'Reuters reported that the ferry stayed in port.',
        'The photographer of AFP stood on the quay.',
        'A photo by the shaft shows rust.',
        'Auf dem Foto: Ida Holm und Per Vik',
        'Foto de familia de la segunda reunión',
        'In the picture: Ida Holm',
        'AP: the ferry stays in port.',
        'Adobe Stock fell by ten per cent on Monday.',
        'Adobe Stock contributors protest in Harrow',
        'Shutterstock sues a rival over photos',
        'The ferry (left) and the launch',
        'A photo of the shaft: rust and oil.',
        'An image: it tells more than words',
        'Bild am Sonntag fragt: Wer zahlt?',
        'Le photographe du port parle',
        'The list has items (a), (b) and (c) of the law.',
        'The minister (L) with the president',
        'کشتی (سمت چپ) در بندر',
        'سناتور لنا (سمت چپ)',
        'レナ・オルトウィン議員（左）',
        '레나 오트윈 의원(왼쪽)',
        'Сенатор Лена Ортвин (слева)',
        'The Photo Harbour festival opens: come',
        'The ferry provided by Harbour City',
        '市は食料を提供',
        '하버시가 식량을 제공',
        'Photo by photo, the harbour is restored',
        'Foto von gestern: so sah es aus',
        'Image of the year: the winners',
        'Credit cards and debit',
        'A credit to the team: the captain',
        'Die Fähre im Bild: neu gestrichen',
        'この写真は港で',
        'Ida Holm, Harbour City',
        'Ida Holm, President',
        'Ida Holm, Keystone',
        'Ida Holm, AFP reporter',
        'The ferry, Reuters said',
        'The minister spoke to Ida Holm, AFP',
        'Ida Holm told the Associated Press',
    ],
)  # fmt: skip
def test_a_sentence_is_no_credit(text: str) -> None:
    assert split_credit(text) == (text, "")


@given(st.text(st.sampled_from("Aa .,:()[]（）【】/|©–-=＝摄写م사0") | st.characters(), max_size=160))
def test_nothing_but_marks_is_lost_between_caption_and_credit(text: str) -> None:
    caption, credit = split_credit(text)
    assert text.startswith(caption)
    assert credit in text[len(caption) :]
    is_marked(credit)


@given(caption=st.sampled_from(["The ferry.", "Le bac", "港のフェリー", "Паром"]), name=st.sampled_from(["Ida Holm", "A. Diez", "Anna-Lena O'Hara", "李明"]),
       form=st.sampled_from(["(Foto: {})", "（写真：{}）", "[사진={}]", "© {}", "(Photo by {})", "(Фото: {} / ТАСС)"]))  # fmt: skip
def test_any_name_in_a_credit_is_kept(caption: str, name: str, form: str) -> None:
    assert split_credit(f"{caption} {form.format(name)}") == (caption, form.format(name).strip("()[]（）"))


@pytest.mark.parametrize(
    "unit",
    ["Ab. ", "photo: x", "(", "(a ", "Ab ", "©", "港", "(م ", "AFP/", " ", "Foto: A ", "cc ", "A/", "（写真", "Photo by A on ", ". Foto: A.B",
     "\u200cم", "[사진"]
)  # fmt: skip
def test_no_caption_is_slow(unit: str) -> None:
    with no_hang(1):  # some 10 ms at most
        split_credit((unit * 700)[:699] + "\u0378")
