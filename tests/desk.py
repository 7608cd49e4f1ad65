"""Articles for the tests of judging: an agency's report, other stories around it, in several languages."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import Any

from articles.content_hash import content_hash
from articles.model import Article
from articles.text import count_words

FIRST = date(2026, 3, 2)

# An agency's report of some 260 words.
WIRE = (
    "The government of Norland has ordered a second battery of the Krait air defence missile system, the head of the country's "
    "arms office said on Monday, four months after the first launchers were unloaded at the port of Vesting.",
    "The contract, worth 1.7 billion crowns, obliges the makers to build part of the radar at a plant near Holm from 2028 on.",
    "“We buy a system in order to use it, and nobody will tell us where to put it,” Ismar Deming, who leads the office, said in a "
    "television interview. He declined to say how many interceptors had been fired in the trials last autumn.",
    "Neighbouring Suderland called the order a provocation. Its foreign minister, Petra Oskarsson, summoned the ambassador and "
    "demanded that the launchers stay at least 120 kilometres from the border along the river Aune.",
    "The alliance that both countries belong to has warned that the Krait cannot be linked with its own sensors. Engineers fear that "
    "the radar could record how the alliance's new fighter aircraft appear on a screen.",
    "Deming rejected this. “The batteries will stand alone, with a crew of 86 for each, and no cable will lead from them to anybody "
    "else's computers,” he said, adding that talks about a rival system had ended because its price had doubled.",
    "Analysts doubt that the second battery will be ready before the elections in 2029. The first one still lacks a test range, and "
    "fishermen from Vesting have gone to court against the closing of their best waters.",
    "The Krait can reach targets at a distance of 310 kilometres and a height of 27, its makers say. Independent tests are not known.",
)

# One sentence or two for each of other stories, by language.
STORIES = {
    "en": (
        "Bakers in Holm have baked the longest raisin bun in the world, and pupils ate it within nine minutes in front of the town hall.",
        "Senator Ilka Ommen and the speaker of the chamber, Nora Pellow, spoke at a rally in the capitol for a new voting law on Saturday.",
        "The zoo of Vesting mourns its oldest tortoise, which had survived two wars, three owners and a flood of the aquarium.",
        "Heavy rain washed away the railway bridge at Lower Aune; commuters will have to take a bus through the valley until summer.",
        "The midfielder Tomas Brandel leaves the football club for a transfer fee that nobody in the second division has ever paid.",
        "A court has acquitted the banker Elmar Quist of fraud because the prosecutors lost half of the account books in a cellar.",
        "Physicians at the children's hospital have separated twins who were joined at the hip, in an operation of eleven hours.",
        "The orchestra's new conductor, Livia Tarn, began the season with a symphony that has not been played for a century.",
        "Wolves have killed nineteen sheep on a pasture above the reservoir, and farmers want permission to shoot the pack.",
        "The central bank left interest rates where they were and expects inflation to slow down as oil becomes cheaper.",
        "Students occupy the university library because the canteen has doubled the price of noodles and coffee.",
        "An old lighthouse on the island of Skarv has been sold to a writer who wants to count passing whales there.",
    ),
    "de": (
        "Die Bäcker von Holm haben den längsten Rosinenstuten der Welt gebacken, Schüler verspeisten ihn binnen neun Minuten am Rathaus.",
        "Die Senatorin Ilka Ommen und die Parlamentspräsidentin Nora Pellow warben auf einer Kundgebung für das neue Wahlgesetz.",
        "Der Zoo von Vesting trauert um seine älteste Schildkröte, die zwei Kriege, drei Besitzer und eine Überschwemmung überlebte.",
        "Starkregen hat die Eisenbahnbrücke weggespült; Pendler müssen bis zum Sommer mit einem Bus durch das Tal fahren.",
        "Der Mittelfeldspieler Tomas Brandel verlässt den Fußballverein für eine Ablöse, die in der zweiten Liga niemand gezahlt hat.",
        "Das Gericht sprach den Bankier Elmar Quist vom Betrug frei, weil die Staatsanwaltschaft Kontobücher im Keller verlor.",
        "Ärzte der Kinderklinik haben Zwillinge getrennt, die an der Hüfte verwachsen waren; die Operation dauerte elf Stunden.",
        "Die neue Dirigentin Livia Tarn eröffnete die Saison mit einer Sinfonie, die seit hundert Jahren nicht gespielt wurde.",
        "Wölfe haben oberhalb des Stausees neunzehn Schafe gerissen, und Bauern verlangen eine Erlaubnis zum Abschuss des Rudels.",
        "Die Zentralbank ließ den Leitzins unverändert und erwartet, dass die Inflation mit billigerem Öl langsamer wird.",
        "Studierende besetzen die Bibliothek der Universität, weil die Mensa Nudeln und Kaffee doppelt so teuer verkauft.",
        "Ein alter Leuchtturm auf der Insel Skarv gehört nun einer Schriftstellerin, die dort vorbeiziehende Wale zählen möchte.",
    ),
    "ru": (
        "Пекари Хольма испекли самую длинную булку с изюмом, и школьники съели её за девять минут перед ратушей.",
        "Сенатор Илка Оммен и спикер палаты Нора Пеллоу выступили на митинге за новый избирательный закон.",
        "Зоопарк Вестинга скорбит о старейшей черепахе, пережившей две войны и наводнение в аквариуме.",
        "Ливень смыл железнодорожный мост, и пассажирам придётся ездить автобусом через долину до лета.",
        "Полузащитник Томас Брандель покидает футбольный клуб за рекордную сумму второго дивизиона.",
        "Суд оправдал банкира Эльмара Квиста, потому что прокуроры потеряли половину бухгалтерских книг.",
        "Врачи детской больницы разделили близнецов, операция продолжалась одиннадцать часов.",
        "Новый дирижёр оркестра Ливия Тарн открыла сезон забытой симфонией.",
        "Волки загрызли девятнадцать овец над водохранилищем, фермеры требуют разрешить отстрел.",
        "Центральный банк сохранил процентную ставку и ждёт замедления инфляции.",
        "Студенты заняли библиотеку университета, потому что столовая подняла цены на лапшу и кофе.",
        "Старый маяк на острове Скарв купила писательница, которая хочет считать китов.",
    ),
    "zh": (
        "霍尔姆的面包师烤出了世界上最长的葡萄干面包，学生们在市政厅前九分钟内吃完。",
        "参议员伊尔卡和议长诺拉在国会大厦前的集会上为新的选举法发表演讲。",
        "动物园为年纪最大的乌龟哀悼，它经历过两次战争和水族馆的洪水。",
        "暴雨冲垮铁路桥，通勤者在夏天之前只能乘坐公共汽车穿过山谷。",
        "中场球员布兰德尔以乙级联赛前所未有的转会费离开足球俱乐部。",
        "法院宣判银行家奎斯特欺诈罪名不成立，检察官在地下室丢失账簿。",
        "儿童医院的医生用十一个小时成功分离了髋部相连的双胞胎。",
        "交响乐团新任指挥塔恩以一部百年未演的作品开启音乐季。",
        "狼群在水库上方的牧场咬死十九只绵羊，农民要求允许猎杀。",
        "中央银行维持利率不变，预计随着石油降价通货膨胀将会放缓。",
        "大学生占领图书馆，抗议食堂把面条和咖啡的价格提高一倍。",
        "岛上的旧灯塔卖给了一位作家，她想在那里数路过的鲸鱼。",
    ),
}


def article(name: str, *body: str, **fields: Any) -> Article:
    """An article of the Norland Post, as the cleaning would leave it; `day` counts from FIRST."""
    seen = datetime.combine(FIRST, time(6, 30), UTC) + timedelta(days=fields.pop("day", 0))
    url = f"https://norland-post.example/{name}"
    plain: dict[str, Any] = {
        "id": blake2b(name.encode(), digest_size=16).hexdigest(),
        "url": url,
        "canonical_url": url,
        "source": "norland",
        "title": name,
        "body": body,
        "first_seen_at": seen,
        "fetched_at": seen,
        "language": "en",
        "word_count": count_words("\n".join((fields.get("lead", ""), *body))),
        "content_hash": "",
        "rules": 1,
    }
    made = Article(**(plain | fields))
    return replace(made, content_hash=content_hash(made))
