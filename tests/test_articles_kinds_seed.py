"""The seed's faults in several layouts and languages, and beside them pages that look alike where the rule must not apply."""

# ruff: noqa: E501 - a page is a line

import pytest

from tests.kinds import Kind, filled, paragraphs

ALL = paragraphs("1 2 3 4 5")
HEAD = '<meta property="og:type" content="article"><meta property="og:site_name" content="Küstenbote">'
# fmt: off
# How a site says where else it is found: what is in brackets stands for the addresses.
ADDRESSES = {
    "en": "The Küstenbote's website can also be accessed at the following alternate addresses:",
    "en-mirror": "If our site is blocked where you live, you can also read it at these mirror addresses:",
    "de": "Den Küstenboten finden Sie im Netz auch unter folgenden Ausweichadressen:",
    "de-mirror": "Unsere Webseite ist außerdem über diese Spiegel-Domains abrufbar:",
    "fr": "Le site du Küstenbote reste aussi accessible par les adresses de secours suivantes :",
    "es": "La página del Küstenbote también está disponible en estos dominios alternativos:",
    "es-otras": "Puede leernos asimismo en las siguientes direcciones espejo:",
    "pt": "O portal Küstenbote pode ser acessado também por estes endereços alternativos:",
    "it": "Il sito del Küstenbote si può raggiungere anche ai seguenti indirizzi mirror:",
    "nl": "De site van de Küstenbote is ook te bereiken op deze alternatieve adressen:",
    "sv": "Küstenbotes sajt går också att nå via följande alternativa adresser:",
    "pl": "Serwis Küstenbote jest dostępny również pod następującymi adresami zapasowymi:",
    "ru": "Сайт Küstenbote доступен и по следующим запасным адресам:",
    "uk": "Сайт Küstenbote також відкривається за такими резервними адресами: зайти можна тут:",
    "tr": "Küstenbote sitesine şu yedek adreslerden de ulaşabilirsiniz:",
    "ar": "يمكنكم كذلك زيارة موقع Küstenbote عبر العناوين البديلة الآتية:",
    "fa": "سایت Küstenbote از آدرس‌های کمکی زیر هم در دسترس است:",
    "hi": "Küstenbote की वेबसाइट इन वैकल्पिक पतों पर भी उपलब्ध है:",
    "zh": "Küstenbote网站亦可通过下列备用域名访问：",
    "ja": "Küstenboteのサイトは次の予備URLでもご覧いただけます：",
    "ko": "Küstenbote 홈페이지는 아래 예비 주소로도 이용할 수 있습니다:",
    "id": "Situs Küstenbote juga bisa dibuka lewat alamat cermin berikut:",
    "vi": "Trang Küstenbote cũng có thể được xem tại những địa chỉ dự phòng sau:",
    "el": "Ο ιστότοπος Küstenbote είναι διαθέσιμος και στις εξής εναλλακτικές διευθύνσεις:",
    "ro": "Site-ul Küstenbote este disponibil și la următoarele adrese alternative:",
    "he": "אתר Küstenbote נגיש גם בכתובות החלופיות הבאות:",
    "cs": "Web Küstenbote je dostupný také na těchto alternativních adresách:",
    "hu": "A Küstenbote oldala a következő alternatív címeken is elérhető:",
    "fi": "Küstenboten sivusto löytyy myös seuraavista vaihtoehtoisista osoitteista:",
    "da": "Küstenbotes hjemmeside kan også findes på følgende alternative adresser:",
    "bg": "Сайтът на Küstenbote е достъпен и на следните алтернативни адреси:",
    "sr": "Сајт Küstenbote доступан је и на следећим алтернативним адресама:",
    "th": "เว็บไซต์ Küstenbote ยังเข้าถึงได้ทางที่อยู่สำรองต่อไปนี้:",
    "ur": "Küstenbote کی ویب سائٹ ان متبادل پتوں پر بھی دستیاب ہے:",
}
LAYOUTS = {
    "paragraphs": "<p>{0}</p><p><a href='https://kuestenbote.example/'>kuestenbote.example</a></p><p><a href='https://kuestenbote2.example/'>kuestenbote2.example</a></p><p>Küstenbote Roku</p>",
    "breaks": "<div class='note'>{0}<br><a href='https://kuestenbote.example/'>www.kuestenbote.example</a><br><a href='https://kuestenbote2.example/'>kuestenbote2.example</a><br>Küstenbote on Apple TV</div>",
    "list": "<p><em>{0}</em></p><ul><li><a href='https://kuestenbote.example/'>kuestenbote.example</a></li><li>kuestenbote2.example</li></ul>",
    "heading": "<h4>{0}</h4><div><a href='https://kuestenbote.example/'>kuestenbote.example</a> | <a href='https://kuestenbote2.example/'>kuestenbote2.example</a></div>",
    "plain": "<p>{0}</p><p>kuestenbote.example</p><p>kuestenbote2.example</p>",
}
KEPT = {
    "another-site": "<p>The blog of the coast office can also be reached at two other addresses:</p><p>The cooperative wants to close both of them before the hostel opens its door.</p>",
    "in-quotes": "<p>“Our site can also be found at another address,” the harbour master said, and wrote it on the mole with chalk.</p>",
    "addresses-of-houses": "<p>The hostel will have rooms at the following addresses: Mole 1, Mole 2 and, in summer, the old boathouse.</p>",
    "links-elsewhere": "<p>Three other sites tell the story of the lights of this coast, each in its own way:</p><p>holmlights.example</p><p>northlamps.example</p>",
    "de-umleitung": "<p>Die Fahrgäste erreichen den Anleger auch über die andere Seite des Dorfes, sofern sie folgende Wege nehmen:</p><p>Am Deich entlang, dann über die Brücke und durch das Holz bis zum alten Zollhaus.</p>",
}
NAMED = "Senator Ida Brandt (L) speaks with Speaker Per Vik at a rally in Holm on May 3, 2019."
# How a picture's caption stands in the text, without the markup of one; it is no part of the text.
CAPTIONED = {
    "img-p": ("<img src='/1.jpg' width=640><p>{0}</p>", ("en", NAMED)),
    "p-img-p": ("<p><img src='/1.jpg'></p><p>{0}</p>", ("en", "File photo shows the lamp of the Skarvik light being cleaned in an unknown year.")),
    "div-img-p": ("<div class='pic'><img src='/1.jpg'></div><p>{0}</p>", ("en", "In this undated handout photo, the tower of Skarvik stands in snow up to its door.")),
    "link-img-p": ("<a href='/1.jpg'><img src='/1.jpg'></a><p>{0}</p>", ("en", "The keepers on the gallery of the tower, Sunday. (Photo by Ebba Rask/HTV)")),
    "de": ("<img src='/1.jpg'><p>{0}</p>", ("de", "Die Senatorin Ida Brandt (l.) spricht am 3. Mai 2019 in Holm mit Kammerpräsident Per Vik.")),
    "de-archiv": ("<p><img src='/1.jpg'></p><p>{0}</p>", ("de", "Archivbild: Die Lokomotive der Moorbahn vor dem Torfwerk, als dort noch gestochen wurde.")),
    "fr": ("<img src='/1.jpg'><p>{0}</p>", ("fr", "La sénatrice Ida Brandt (à gauche) avec le président de la Chambre, à Holm, le 3 mai 2019.")),
    "fr-archives": ("<div><img src='/1.jpg'></div><p>{0}</p>", ("fr", "Photo d'archives du moulin de Brévent avant l'orage, prise depuis la route du col.")),
    "es": ("<img src='/1.jpg'><p>{0}</p>", ("es", "La senadora Ida Brandt (dcha.) conversa con Per Vik en un mitin en Holm, el 3 de mayo de 2019.")),
    "es-archivo": ("<p><img src='/1.jpg'></p><p>{0}</p>", ("es", "Fotografía de archivo de la almazara de Valdoro, cuya madera se usó para el aula.")),
    "ja": ("<img src='/1.jpg'><p>{0}</p>", ("ja", "塩田で釜の火加減を見る浜田さん（右）と孫たち＝月曜日、北浜（共同）")),
    "twice": ("<img src='/1.jpg'><p>{0}</p><img src='/2.jpg'><p>File picture of the mole at Holm, taken before the flood.</p>", ("en", NAMED)),
}
NO_CAPTIONS = {
    "a-person-of-a-party": "<p>$1</p><p>$2</p><p>Senator Ida Brandt (L) voted against the machine, and so did both members from the islands.</p><p>$3</p>",
    "below-the-first-picture": "<img src='/1.jpg'>" + ALL,
    "between-pictures": "<p>$1</p><img src='/1.jpg'><p>$2</p><img src='/2.jpg'><p>$3</p><p>$4</p>",
    "about-a-photo": "<p>$1</p><p>In the photo that hangs in the hall, the tower has no roof, and nobody knows who took it or why.</p><p>$2</p>",
}
JOINED = "این چراغ را دو خانواده نگه‌داری می‌کردند و هیچ‌گاه خاموش نمی‌شد، حتی در زمستان‌های سخت."
# fmt: on


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("wording", ADDRESSES)
def test_the_sites_other_addresses_are_no_text(wording: str, layout: str) -> None:
    kind = Kind(
        markup=f"<article><h1>$T</h1>{ALL}{LAYOUTS[layout].format(ADDRESSES[wording])}</article>", head=HEAD
    )
    assert list(kind.cleaned().body) == kind.wanted


@pytest.mark.parametrize("name", KEPT)
def test_a_sentence_about_addresses_is_text(name: str) -> None:
    kind = Kind(markup=f"<article><h1>$T</h1>{ALL}{KEPT[name]}</article>", head=HEAD)
    said = KEPT[name].removeprefix("<p>").removesuffix("</p>").split("</p><p>")
    assert list(kind.cleaned().body) == [*kind.wanted, *said]


@pytest.mark.parametrize("name", CAPTIONED)
def test_a_caption_in_a_plain_paragraph_is_no_text(name: str) -> None:
    markup, (language, caption) = CAPTIONED[name]
    kind = Kind(
        markup=f"<div id='main'><h1>$T</h1><div class='b'>{markup.format(caption)}{ALL}</div></div>",
        language=language,
    )
    article = kind.cleaned()
    assert [line for line in (article.lead, *article.body) if line] == kind.wanted
    assert any(image.caption[:20] == caption[:20] for image in article.images)


@pytest.mark.parametrize("name", NO_CAPTIONS)
def test_a_paragraph_beside_a_picture_is_text(name: str) -> None:
    markup = NO_CAPTIONS[name]
    kind = Kind(markup=f"<article><h1>$T</h1>{markup}</article>")
    article = kind.cleaned()
    marks = [part.partition("</p>")[0] for part in markup.split("<p>")[1:]]
    wanted = Kind(markup="", text="|".join(marks)).wanted
    assert [line for line in (article.lead, *article.body) if line] == wanted


@pytest.mark.parametrize(
    ("caption", "left"),
    [
        ("$T. The keepers on the gallery, Sunday.", "The keepers on the gallery, Sunday."),
        ("$T The keepers on the gallery.", "The keepers on the gallery."),
        ("$T to the mayor of Holm.", "$T to the mayor of Holm."),
        ("$T", "$T"),
    ],
)
def test_the_headline_is_no_part_of_a_caption(caption: str, left: str) -> None:
    figure = f"<figure><img src='/a.jpg'><figcaption>{caption}</figcaption></figure>"
    (image,) = Kind(markup=f"<article><h1>$T</h1>{figure}{ALL}</article>").cleaned().images
    assert image.caption == filled(left, "en")


@pytest.mark.parametrize("markup", ["<div>{0}</div>", "<p>{0}</p>", "<span>{0}</span><br>"])
def test_joiners_that_spell_a_word_stay(markup: str) -> None:
    article = Kind(markup=f"<h1>$T</h1>{markup.format(JOINED)}", language="en").cleaned()
    assert JOINED in article.body
