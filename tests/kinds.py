"""Pages in few words, for tests of many small variations: `$1` in a markup is a paragraph of a story, `$x1` one of another."""

# ruff: noqa: E501 - a paragraph is a line

import re
from dataclasses import dataclass, field, replace

from articles.clean import clean
from articles.model import Article, FeedEntry, Page
from tests.golden_pages import FETCHED

URL = "https://www.kuestenbote.example/insel/leuchtturm-204.html"
_MARK = re.compile(r"\$(T|x?\d)")

# fmt: off
TITLES = {
    "en": "Lighthouse keepers of Skarvik hand over their last lamp",
    "de": "Moorbahn von Ellerfeld fährt nach acht Jahren wieder",
    "fr": "Le moulin de Brévent rouvre ses portes aux meuniers",
    "es": "La escuela de Valdoro estrena un aula bajo los olivos",
    "ja": "北浜の塩づくり、二十年ぶりに再開",
}
# By language: a story, and what other stories of its site begin with.
STORIES = {
    "en": (
        "The two keepers of the Skarvik light climbed the tower for the last time on Sunday and switched off the lamp that their families had tended since 1904.",
        "A machine in the cellar now turns the light, and an office in Holm, some ninety kilometres away, watches it through a camera the size of a thumb.",
        "Fishing crews from the islands sailed past in a line and sounded their horns, while children threw wreaths of heather from the mole into the surf.",
        "The tower itself will become a hostel with eleven beds, which a cooperative of nine villagers wants to open before the herring season of next year.",
        "Nobody has yet decided what is to become of the log books, in which every storm, every wreck and every visiting bishop has been noted by hand.",
        "Tove Lindal, the elder of the two, said she would miss the sound of the clockwork most, and that the stairs could keep her knees as a souvenir.",
        "The coast office promised that the light would burn as before, and that a keeper could be sent back within a day should the machine ever fail.",
    ),
    "de": (
        "Die Moorbahn bei Ellerfeld hat am Samstag nach acht Jahren Stillstand wieder Fahrgäste befördert, wenn auch nur auf den ersten vier Kilometern der Strecke.",
        "Helfer aus drei Dörfern hatten die Schwellen in ihrer Freizeit erneuert und dabei so viel Eichenholz verbaut, wie in einen kleinen Hafenspeicher passt.",
        "Die Lokomotive stammt aus einem stillgelegten Torfwerk und wurde von Lehrlingen der Berufsschule in mehr als zweitausend Stunden wieder zusammengesetzt.",
        "Im Frühjahr soll die Strecke bis zum alten Anleger verlängert werden, sofern die Behörde den Damm über den Rietgraben bis dahin für tragfähig hält.",
        "Kritik kommt von Vogelschützern, die in der Brutzeit eine Pause verlangen und dem Verein vorwerfen, mit ihnen nie ernsthaft gesprochen zu haben.",
        "Der Vorsitzende Harm Dierksen sagte, man werde den Fahrplan an die Kraniche anpassen, denn ohne sie komme ohnehin kaum jemand in das Moor.",
        "Fahrkarten gibt es am Wochenende im Lokschuppen, wo auch eine kleine Ausstellung über die Torfstecher der Gegend zu sehen ist.",
    ),
    "fr": (
        "Le moulin à vent de Brévent a repris son service lundi matin, quarante ans après que la foudre eut brûlé ses ailes et une bonne partie de sa charpente.",
        "Une association de meuniers amateurs a taillé les nouvelles pièces dans des chênes offerts par la commune, abattus pendant la tempête de l'hiver dernier.",
        "La farine sera vendue au marché du vendredi et aux deux boulangeries du bourg, qui ont promis de ne pas augmenter le prix de leur pain avant l'été.",
        "Les visiteurs pourront monter jusqu'à l'étage des meules, par groupes de six, à condition de laisser leurs manteaux et leurs chapeaux dans l'entrée.",
        "La doyenne du village, Odile Vernay, a coupé le ruban avec les ciseaux de couture de sa mère, qui avait vu tourner les anciennes ailes.",
        "Le maire espère que le moulin attirera quelques curieux de plus dans une vallée que la nouvelle route contourne depuis trois ans.",
        "Un second moulin, plus petit, attend encore des bénévoles sur la colline voisine, où seules les fondations ont été dégagées.",
    ),
    "es": (
        "La escuela rural de Valdoro estrenó el martes un aula al aire libre entre los olivos, construida por los padres con la madera de una antigua almazara.",
        "Los veintidós alumnos decidieron la forma del techo en una votación y plantaron romero alrededor para que las abejas del pueblo tuvieran dónde posarse.",
        "La maestra Nuria Sotelo explicó que las clases de ciencias se darán allí de marzo a noviembre, salvo cuando el viento del norte levante demasiado polvo.",
        "El ayuntamiento pagó los tornillos y el cemento, mientras que la cooperativa de aceite prestó un tractor y dos conductores durante tres fines de semana.",
        "Otros cuatro pueblos de la comarca han pedido los planos, que la escuela entrega gratis a quien prometa enviar una fotografía del resultado.",
        "La inspección visitará el aula en primavera y decidirá entonces si también pueden celebrarse en ella los exámenes de fin de curso.",
        "Los abuelos, por su parte, ya la usan los domingos para jugar al dominó, con permiso de los alumnos y bajo la mirada de las gallinas.",
    ),
    "ja": (
        "北浜の塩田で月曜日、二十年ぶりに塩づくりが再開された。地元の高校生と元職人が力を合わせて釜を修理した。",
        "海水は夜明け前にくみ上げられ、竹の枝を伝わせて三日かけて濃くする。昔ながらのやり方を守ったという。",
        "元職人の浜田初枝さんは、煙の匂いをかいだら若いころに戻ったようだと笑い、火加減を孫たちに教えていた。",
        "できあがった塩は町の朝市で売られ、売り上げは崩れかけた防波堤の石を積み直す費用に充てられる予定だ。",
        "来年の春には体験小屋も完成し、一度に十人までが釜たきを手伝えるようになると組合は話している。",
        "ただし冬の間は波が高く、くみ上げの足場が危ないため、作業は四月まで休むことになっている。",
        "町は記録映画の制作も計画しており、古い写真や道具を持つ家に貸し出しを呼びかけている。",
    ),
}
OTHERS = {
    "en": (
        "A choir of bus drivers from the northern suburbs has won the bell prize with a song about timetables, to the surprise of the jury and of its own bass section.",
        "The greenhouse on Ferry Hill will close for repairs until spring, after hail broke four hundred panes and frightened away a family of tree frogs.",
        "Three brothers have rebuilt the rope bridge over the Aune in eleven days, using nothing but hemp, tar and a drawing that their aunt found in an attic.",
        "Bakers in the lower town are arguing over who invented the salted raisin bun, and have asked the university to settle the matter before the fair.",
    ),
    "de": (
        "Ein Chor aus Busfahrern der nördlichen Vororte hat den Glockenpreis gewonnen, mit einem Lied über Fahrpläne und zur Verblüffung der eigenen Bassstimmen.",
        "Das Gewächshaus am Fährberg bleibt bis zum Frühjahr geschlossen, weil Hagel vierhundert Scheiben zerschlagen und eine Familie von Laubfröschen verjagt hat.",
        "Drei Brüder haben die Seilbrücke über die Aune in elf Tagen neu geknüpft, mit nichts als Hanf, Teer und einer Zeichnung vom Dachboden ihrer Tante.",
        "Die Bäcker der Unterstadt streiten darüber, wer das gesalzene Rosinenbrötchen erfunden hat, und wollen die Frage vor dem Jahrmarkt klären lassen.",
    ),
    "fr": (
        "Une chorale de conducteurs d'autobus a remporté le prix des cloches avec une chanson sur les horaires, à la surprise du jury et de ses propres basses.",
        "La serre de la colline du Bac restera fermée jusqu'au printemps, la grêle ayant brisé quatre cents vitres et chassé une famille de rainettes.",
        "Trois frères ont refait en onze jours le pont de cordes sur l'Aune, avec du chanvre, du goudron et un dessin trouvé dans le grenier de leur tante.",
        "Les boulangers de la ville basse se disputent l'invention du pain aux raisins salé et demandent à l'université de trancher avant la foire.",
    ),
    "es": (
        "Un coro de conductores de autobús ha ganado el premio de las campanas con una canción sobre los horarios, para sorpresa del jurado y de sus propios bajos.",
        "El invernadero del cerro de la Barca cerrará hasta la primavera, después de que el granizo rompiera cuatrocientos cristales y espantara a las ranas.",
        "Tres hermanos han rehecho en once días el puente de cuerda sobre el Aune, con cáñamo, alquitrán y un dibujo hallado en el desván de su tía.",
        "Los panaderos de la ciudad baja discuten quién inventó el bollo salado de pasas y piden a la universidad que lo aclare antes de la feria.",
    ),
    "ja": (
        "北の郊外のバス運転士でつくる合唱団が、時刻表の歌で鐘の賞を受けた。審査員も本人たちも驚いたという。",
        "渡し坂の温室は、ひょうで四百枚のガラスが割れたため、春まで閉館して修理を続けることになった。",
        "三人の兄弟が、おばの屋根裏で見つけた図面をもとに、川にかかる縄の橋を十一日で編み直した。",
        "下町のパン職人たちが、塩レーズンパンの元祖をめぐって言い争い、大学に判定を頼んでいる。",
    ),
}
# fmt: on


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A page, and its text: paragraphs parted by `|`; by default those of the story that its markup has, in their order."""

    markup: str
    text: str = ""
    language: str = "en"
    head: str = '<meta property="og:type" content="article">'
    page: dict[str, object] = field(default_factory=dict)

    @property
    def wanted(self) -> list[str]:
        marks = sorted({mark for mark in _MARK.findall(self.markup) if mark.isdecimal()})
        return [
            filled(part, self.language) for part in (self.text or "|".join(f"${n}" for n in marks)).split("|")
        ]

    def cleaned(self) -> Article:
        title, body = TITLES[self.language], filled(self.markup, self.language)
        html = (
            f'<!doctype html><html lang="{self.language}"><head><meta charset="utf-8"><title>{title} | Küstenbote</title>'
            f'<meta property="og:title" content="{title}">{filled(self.head, self.language)}</head><body>{body}</body></html>'
        )
        entry = FeedEntry(url=URL, source="coast")
        made = Page(
            url=URL,
            final_url=URL,
            status=200,
            headers=(("content-type", "text/html; charset=utf-8"),),
            body=html.encode(),
            fetched_at=FETCHED,
            entry=entry,
        )
        article = clean(replace(made, **self.page))  # type: ignore[arg-type]
        assert isinstance(article, Article), article
        return article


def filled(template: str, language: str) -> str:
    """A template with its marks replaced by paragraphs of the language, and by its title."""

    def text(mark: re.Match[str]) -> str:
        name = mark[1]
        if name == "T":
            return TITLES[language]
        return OTHERS[language][int(name[1:]) - 1] if name[0] == "x" else STORIES[language][int(name) - 1]

    return _MARK.sub(text, template)


def paragraphs(marks: str) -> str:
    """Each of the marks ("1 2 x1") as a `p`."""
    return "".join(f"<p>${mark}</p>" for mark in marks.split())
