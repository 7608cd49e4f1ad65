"""Boilerplate that sites put into their text, as data: the wording, and an example it was written for.

To add wording: add one `Pattern` with an example of it; the tests check that every example is caught by its own
pattern. A pattern must name at least one of its `literals` in every text it matches (they are looked for first, in
lower case), must not repeat a group that repeats, and should describe the whole line, not a word within a sentence.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

Where = Literal["any", "head", "tail"]
NETWORK = (
    r"(?:twitter|facebook|instagram|youtube|linkedin|tiktok|telegram|whats ?app|threads|bluesky|mastodon|pinterest|"
    r"flipboard|weibo|wechat|vk|viber|google news|google discover|x(?=\W|$))"
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Lines of at most `words` words that `regex` finds in the place; `language` "" means any."""

    rule: str
    language: str
    where: Where
    words: int
    literals: tuple[str, ...]
    regex: str
    example: str
    compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compiles the regex, without regard to case."""
        object.__setattr__(self, "compiled", re.compile(self.regex, re.IGNORECASE))


def _p(
    rule: str, language: str, where: Where, words: int, literals: str, regex: str, example: str
) -> Pattern:
    return Pattern(rule, language, where, words, tuple(literals.split("|")), regex, example)


# fmt: off
PATTERNS: tuple[Pattern, ...] = (
    # other addresses of the site, apps, devices
    _p("alternate_address", "en", "any", 40, "accessed", r"\b(?:website|site|we) can (?:also )?be (?:accessed|reached) (?:at|via|on|through) the following\b", "Harbour News's website can also be accessed at the following alternate addresses:"),
    _p("alternate_address", "en", "any", 30, "altern|mirror", r"^\W*(?:our |the |visit |use )?(?:\S+ ){0,3}(?:alternat(?:e|ive)|mirror) (?:web ?)?(?:address(?:es)?|urls?|domains?|links?|sites?)\b.{0,60}:?\W*$", "Our alternative web addresses:"),
    _p("alternate_address", "", "tail", 6, "roku|apple tv|fire tv|android tv", r"^(?:\S+ ){0,4}(?:roku|apple tv|fire tv|android tv)\W*$", "Harbour News Roku"),
    _p("app", "en", "any", 25, "app", r"^\W*(?:click here to |please )?(?:download|get|install|try) (?:the|our) .{0,40}\bapp\b.{0,60}$", "CLICK HERE TO GET THE HARBOUR NEWS APP"),
    _p("app", "de", "any", 25, "app", r"^\W*(?:laden sie|lade|hol(?:en)?) .{0,30}\bapp\b.{0,60}$", "Laden Sie hier unsere kostenlose App herunter."),
    _p("app", "fr", "any", 25, "appli", r"^\W*téléchargez (?:notre|l['’]) ?appli\w*\b.{0,60}$", "Téléchargez notre application gratuite"),
    _p("app", "es", "any", 25, "app|aplica", r"^\W*descarg(?:a|ue) (?:la|nuestra) (?:app|aplicación)\b.{0,60}$", "Descarga la app de nuestro diario"),

    # follow us
    _p("follow", "en", "any", 40, "follow", rf"^\W*(?:please |and |you can |don['’]t forget to )?follow (?:\S+ ){{1,7}}?(?:on|at|via) (?:our )?{NETWORK}", "Follow us on Facebook and Twitter for the latest from the harbour."),
    _p("follow", "en", "any", 8, "follow", r"^\W*follow @\w+(?: on \w+)?\W*$", "Follow @harbournews"),
    _p("follow", "en", "tail", 12, "follow", r"^\W*follow (?:us|him|her|them|me|the author)\b.{0,60}$", "Follow her here"),
    _p("follow", "en", "any", 30, "like|find|join|connect", rf"^\W*(?:like|find|join|connect with) (?:us|our \S+) (?:on|at) {NETWORK}", "Find us on Facebook, or join the talk below."),
    _p("follow", "de", "any", 35, "folg", r"^\W*(?:hier )?folg(?:en sie|e|t|st du)\b.{0,10}\b(?:uns|dem|der|schon)\b.{0,120}$", "Folgen Sie uns auf Instagram und Facebook!"),
    _p("follow", "de", "any", 30, "abonn", r"^\W*(?:jetzt )?abonnier\w* .{0,60}(?:kanal|whatsapp|telegram|push)\b.{0,60}$", "Abonnieren Sie jetzt unseren Whatsapp-Kanal."),
    _p("follow", "fr", "any", 30, "suivez", r"^\W*suivez[- ](?:nous|toute|l['’]|notre|le|la).{0,120}$", "Suivez-nous sur les réseaux sociaux"),
    _p("follow", "es", "any", 30, "síguenos|siguenos|sigue|síganos", rf"^\W*(?:s[ií]guenos|s[ií]ganos|sigue (?:toda |a |los ).{{0,60}}{NETWORK}).{{0,100}}$", "Síguenos en Instagram y en nuestro canal"),
    _p("follow", "pt", "any", 30, "siga", r"^\W*siga(?:-nos| o | a | as ).{0,100}$", "Siga-nos nas redes sociais"),
    _p("follow", "it", "any", 30, "segui", r"^\W*seguici (?:su|anche|sui).{0,100}$", "Seguici anche su Facebook"),
    _p("follow", "nl", "any", 30, "volg", r"^\W*volg (?:ons|\S+) (?:op|via|ook)\b.{0,100}$", "Volg ons op Instagram"),
    _p("follow", "sv", "any", 30, "följ", r"^\W*följ oss på\b.{0,80}$", "Följ oss på Facebook"),
    _p("follow", "no", "any", 30, "følg", r"^\W*følg (?:oss|os) på\b.{0,80}$", "Følg oss på Instagram"),
    _p("follow", "pl", "any", 30, "obserwuj", r"^\W*obserwuj nas\b.{0,80}$", "Obserwuj nas w Google News"),
    _p("follow", "ru", "any", 35, "подпис|читайте нас|следите", r"^\W*(?:подписывайтесь|подпишитесь|подписаться|читайте нас|следите за нами)\b.{0,140}$", "Подписывайтесь на наш канал в Telegram"),
    _p("follow", "uk", "any", 35, "підпис|читайте нас", r"^\W*(?:підписуйтес[ья]|підпишіться|читайте нас)\b.{0,140}$", "Підписуйтесь на наш канал у Telegram"),
    _p("follow", "tr", "any", 30, "takip", r"^.{0,80}\btakip ed(?:in|ebilirsiniz)\W*$", "Bizi Google News'te takip edin"),
    _p("follow", "ar", "any", 30, "تابعونا|تابعنا", r"^\W*(?:تابعونا|تابعنا)(?:\s|$).{0,100}$", "تابعونا على فيسبوك وتويتر"),
    _p("follow", "fa", "any", 30, "دنبال", r"^\W*ما را .{0,40}دنبال کنید\W*$", "ما را در اینستاگرام دنبال کنید"),
    _p("follow", "zh", "any", 40, "关注|關注|扫码|掃碼", r"^.{0,12}(?:扫码关注|掃碼關注|关注我们|關注我們|关注.{1,12}公众号|追蹤我們).{0,30}$", "欢迎扫码关注本报微信公众号"),
    _p("follow", "ja", "any", 40, "フォロー", r"^.{0,30}フォロー(?:する|してください|をお願い).{0,10}$", "公式アカウントをフォローする"),
    _p("follow", "ko", "any", 30, "팔로우|구독", r"^.{0,40}(?:팔로우|구독)(?:하기|하세요)\W*$", "네이버에서 구독하기"),

    # newsletters
    _p("newsletter", "en", "any", 50, "newsletter|inbox|email|e-mail|alerts|updates", r"^\W*(?:please |click here to )?(?:sign|signing) up (?:for|to|here|now|today)\b.{0,160}(?:newsletters?|e-?mails?|alerts?|briefing|inbox|updates?|digest)\b.{0,120}$", "Sign up for our free newsletter and get the harbour's news every morning."),
    _p("newsletter", "en", "any", 50, "subscribe", r"^\W*(?:click here to )?subscribe (?:to|for|now|here|today)\b.{0,140}(?:newsletter|channel|podcast|e-?mail|magazine|updates?|inbox|rss|feed)\b.{0,80}$", "Subscribe to our weekly newsletter here"),
    _p("newsletter", "en", "any", 50, "inbox|mailbox", r"^.{0,140}\b(?:delivered|straight|right|sent|dropped|directly)\b.{0,25}\b(?:your|a) (?:e-?mail )?(?:inbox|mailbox)\b.{0,80}$", "Get the day's top stories delivered to your inbox."),
    _p("newsletter", "en", "any", 40, "inbox|subscri|e-mail|email", r"^\W*(?:keep an eye on your inbox|thanks? (?:you )?for (?:signing up|subscribing)|enter your e-?mail|error processing your subscription|you have successfully subscribed)\b.{0,120}$", "Thank you for subscribing! Please check your mail."),
    _p("newsletter", "en", "any", 30, "newsletter", r"^\W*(?:our |the |get |join |receive |want more \S+\? )(?:\S+ ){0,8}newsletters?\b.{0,80}(?:sign|subscribe|inbox|deliver|week|day|here)\b.{0,60}$", "Get our morning newsletter every day of the week"),
    _p("newsletter", "de", "any", 45, "newsletter", r"^.{0,120}\bnewsletter\b.{0,60}\b(?:abonnieren|bestellen|anmelden|abonniere\w*|anmeldung|informiert|kostenlos)\b.{0,80}$", "Jetzt unseren kostenlosen Newsletter abonnieren"),
    _p("newsletter", "de", "any", 40, "newsletter", r"^\W*(?:abonnieren|melden|bestellen) sie\b.{0,60}\bnewsletter\b.{0,100}$", "Abonnieren Sie hier unseren Newsletter mit dem Wichtigsten des Tages."),
    _p("newsletter", "fr", "any", 45, "inscri|abonne|recevez|newsletter", r"^\W*(?:inscrivez[- ]vous|abonnez[- ]vous|recevez)\b.{0,100}(?:newsletter|lettre|infolettre|quotidien|alertes?)\b.{0,80}$", "Inscrivez-vous à notre newsletter quotidienne"),
    _p("newsletter", "es", "any", 45, "newsletter|boletín|correo", r"^\W*(?:suscr[íi]b(?:ete|ase|irse)|apúntate|recibe|regístrate)\b.{0,100}(?:newsletter|boletín|boletines|correo)\b.{0,80}$", "Suscríbete a nuestro boletín diario"),
    _p("newsletter", "pt", "any", 45, "newsletter|e-mail", r"^\W*(?:assine|inscreva-se|cadastre-se|receba)\b.{0,100}(?:newsletters?|boletim|e-mail)\b.{0,80}$", "Inscreva-se na nossa newsletter"),
    _p("newsletter", "it", "any", 45, "newsletter", r"^\W*(?:iscriviti|ricevi|registrati)\b.{0,100}newsletter\b.{0,80}$", "Iscriviti alla nostra newsletter"),
    _p("newsletter", "nl", "any", 45, "nieuwsbrief", r"^\W*(?:schrijf je|meld je|ontvang)\b.{0,100}nieuwsbrief\b.{0,80}$", "Schrijf je in voor onze nieuwsbrief"),
    _p("newsletter", "pl", "any", 45, "newsletter", r"^\W*zapisz się\b.{0,60}newsletter\w*.{0,60}$", "Zapisz się na nasz newsletter"),
    _p("newsletter", "sv", "any", 40, "nyhetsbrev", r"^\W*(?:anmäl dig|prenumerera|få)\b.{0,60}nyhetsbrev\w*.{0,60}$", "Anmäl dig till vårt nyhetsbrev"),
    _p("newsletter", "no", "any", 40, "nyhetsbrev", r"^\W*(?:meld deg|tilmeld dig|få)\b.{0,60}nyhetsbrev\w*.{0,60}$", "Meld deg på vårt nyhetsbrev"),
    _p("newsletter", "ja", "any", 40, "メールマガジン|メルマガ", r"^.{0,40}(?:メールマガジン|メルマガ).{0,10}(?:登録|購読).{0,20}$", "無料メールマガジンの登録はこちら"),
    _p("newsletter", "ko", "any", 30, "뉴스레터", r"^.{0,40}뉴스레터 ?(?:구독|신청).{0,20}$", "매일 아침 뉴스레터 구독하기"),

    # read more, related
    _p("read_more", "en", "any", 30, "read|see|also|more|watch|listen|related", r"^\W*(?:read more|read also|also read|read next|see also|also see|see more|watch more|also on \S+|more on this(?: story)?|you may also like|related(?: articles?| stories| posts?| content| coverage| news| topics)?|further reading|keep reading|continue reading|click to read(?: more)?)\W*(?:[:|–—►»>-].{1,200})?$", "READ MORE: Ferry fares to rise in May"),
    _p("read_more", "en", "any", 12, "recommended|don|miss|trending|editor|up next|most|popular|top stories", r"^\W*(?:recommended(?: for you| reading| stories| videos?)?|don['’]t miss(?: out)?|trending(?: now| stories)?|editors?['’]?s? picks?|up next|most (?:read|popular|viewed)(?: stories| articles| in \w+)?|popular (?:now|stories|posts)|(?:more )?top stories|more (?:stories|news|coverage)|more from (?:\S+ ?){1,4})\W*$", "Recommended for you"),
    _p("read_more", "en", "any", 14, "read the", r"^\W*read the (?:full|original|whole|rest of the|complete) (?:story|article|report|text|interview|post)\b.{0,60}$", "Read the full story here."),
    _p("read_more", "en", "tail", 25, "for more|for the latest|for all the latest", r"^\W*for (?:more|the latest|all the latest)\b.{0,50}\b(?:stor(?:y|ies)|news|follow|visit|check|click|subscribe|download)\b.{0,80}$", "For more news from the coast, visit our regional page."),
    _p("read_more", "en", "any", 14, "click here|tap here", r"^\W*(?:click|tap) here (?:to|for)\b.{0,80}$", "Click here for more harbour news"),
    _p("read_more", "de", "any", 28, "lesen sie|lies|mehr|auch|weiter|passend|lesetipp|zum thema|interessant", r"^\W*(?:(?:lesen|hören|sehen) sie (?:auch|hier|dazu|mehr)|lies auch|lesen sie mehr(?: zum thema)?|mehr zum thema|mehr dazu|mehr lesen|auch interessant|weiterlesen|weitere (?:artikel|themen|nachrichten|informationen)|passend dazu|lesetipps?|zum thema|das könnte sie auch interessieren)\W*(?:[:|–—►».-]?\s.{1,160})?$", "Lesen Sie auch: Fähre fällt aus"),
    _p("read_more", "fr", "any", 28, "lire|voir|sujet|aussi|loin", r"^\W*(?:(?:à )?lire (?:aussi|également|la suite)|lisez aussi|à lire|à voir aussi|voir aussi|sur le même sujet|pour aller plus loin|nos articles)\W*(?:[:|–—►»-]\s?.{1,160}|[A-ZÀ-Ý«].{1,160})?$", "Lire aussi : Les ferries restent à quai"),
    _p("read_more", "es", "any", 28, "lea|lee|leer|puede|relacionad|más|ver", r"^\W*(?:le[ae]r? (?:también|más)|lee también|(?:también )?te puede interesar|le puede interesar|noticias? relacionadas?|más información|ver también|mira también)\W*(?:[:|–—►»-]\s?.{1,160})?$", "Lea también: Suben las tarifas del ferri"),
    _p("read_more", "pt", "any", 28, "leia|veja|saiba|confira", r"^\W*(?:leia (?:também|mais)|veja (?:também|mais)|saiba mais|confira também)\W*(?:[:|–—►»-]\s?.{1,160})?$", "Leia também: Balsa aumenta tarifa"),
    _p("read_more", "it", "any", 28, "leggi|interessar|vedi|approfond", r"^\W*(?:leggi (?:anche|pure|tutto|di più)|potrebbe interessarti(?: anche)?|vedi anche|per approfondire)\W*(?:[:|–—►»-]?\s?.{1,160})?$", "Leggi anche: Traghetti fermi"),
    _p("read_more", "nl", "any", 28, "lees", r"^\W*lees (?:ook|meer|verder)\W*(?:[:|–—►»-]?\s?.{1,160})?$", "Lees ook: Veerboot duurder"),
    _p("read_more", "no", "any", 28, "les|læs|se også", r"^\W*(?:les|læs|se) (?:også|mer|mere)\W*(?:[:|–—►»-]\s?.{1,160})?$", "Les også: Ferga står"),
    _p("read_more", "sv", "any", 28, "läs", r"^\W*läs (?:mer|också|även)\W*(?:[:|–—►»-]\s?.{1,160})?$", "Läs mer: Färjan ställs in"),
    _p("read_more", "fi", "any", 28, "lue", r"^\W*lue (?:myös|lisää)\W*(?:[:|–—►»-]\s?.{1,160})?$", "Lue myös: Lautta ei kulje"),
    _p("read_more", "pl", "any", 28, "czytaj|zobacz", r"^\W*(?:czytaj|zobacz|przeczytaj) (?:też|także|również|więcej)\W*(?:[:|–—►»-]\s?.{1,160})?$", "Czytaj też: Prom nie popłynie"),
    _p("read_more", "tr", "any", 28, "ilgili|bakınız|oku", r"^\W*(?:ilgili haber(?:ler)?|ayrıca bakınız|devamını oku)\W*(?:[:|–—►»-]\s?.{1,160})?$", "İlgili haberler:"),
    _p("read_more", "id", "any", 28, "baca", r"^\W*baca (?:juga|selengkapnya)\W*(?:[:|–—►»-]\s?.{1,160})?$", "Baca juga: Tarif feri naik"),
    _p("read_more", "ru", "any", 28, "читай|читать|смотри|по теме", r"^\W*(?:читайте (?:также|ещё|еще|далее)|читать (?:далее|также)|смотрите также|по теме|материалы по теме)\W*(?:[:|–—►»-]?\s?.{1,160})?$", "Читайте также: Паром не вышел в море"),
    _p("read_more", "uk", "any", 28, "читайте|дивіться", r"^\W*(?:читайте (?:також|ще)|дивіться також)\W*(?:[:|–—►»-]?\s?.{1,160})?$", "Читайте також: Пором не вийшов у море"),
    _p("read_more", "ar", "any", 28, "اقرأ|إقرأ|شاهد", r"^\W*(?:[اإ]قرأ(?:وا)? (?:أيضا|أيضاً|المزيد)|شاهد أيض[اً]+)\W*.{0,160}$", "اقرأ أيضا: ارتفاع أسعار العبّارات"),
    _p("read_more", "zh", "any", 40, "相关|相關|延伸|更多", r"^\W*(?:相关(?:阅读|新闻|报道|链接)|相關(?:新聞|報導|閱讀)|延伸(?:阅读|閱讀)|更多(?:新闻|新聞))\W*.{0,60}$", "相关阅读：渡轮票价上调"),
    _p("read_more", "ja", "any", 40, "関連|あわせて|おすすめ|続きを", r"^\W*(?:関連(?:記事|キーワード|ニュース|リンク)|あわせて読みたい|おすすめ(?:情報|記事)?|続きを読む)\W*.{0,60}$", "関連記事：フェリー運賃が値上げ"),
    _p("read_more", "ko", "any", 30, "관련|주요", r"^\W*(?:관련 ?기사|(?:\S+ )?주요 ?뉴스)\W*.{0,60}$", "관련기사: 여객선 운임 인상"),

    # copyright
    _p("copyright", "en", "any", 70, "all rights reserved", r"\ball rights reserved\b", "© 2024 Harbour News. All rights reserved."),
    _p("copyright", "", "any", 40, "©|ⓒ|copyright|(c)", r"^\W*(?:copyright\b\s*(?:[©ⓒ(]|(?:19|20)\d\d|by\b|\S+ (?:19|20)\d\d)|[©ⓒ]|\(c\) ?(?:19|20)\d\d).{0,240}$", "Copyright © 2024 Harbour Media Ltd"),
    _p("copyright", "en", "any", 70, "may not be|personal", r"\b(?:this material|this article|content|it) may not be (?:published|reproduced|rebroadcast|redistributed|copied)\b|\bfor your personal,? non-?commercial use only\b", "This material may not be published, broadcast, rewritten or redistributed."),
    _p("copyright", "de", "any", 40, "rechte vorbehalten|dpa-infocom", r"alle rechte vorbehalten|\bdpa-infocom\b", "© dpa-infocom, dpa:240101-99-1/2"),
    _p("copyright", "fr", "any", 40, "droits réservés|reproduction", r"tous droits (?:de reproduction )?réservés|reproduction interdite", "Tous droits réservés"),
    _p("copyright", "es", "any", 40, "derechos reservados|reproducción", r"todos los derechos reservados|prohibida (?:su|la) reproducción", "Todos los derechos reservados. Prohibida su reproducción."),
    _p("copyright", "pt", "any", 40, "direitos reservados", r"todos os direitos reservados", "Todos os direitos reservados."),
    _p("copyright", "it", "any", 30, "riproduzione|diritti riservati", r"riproduzione (?:©? ?)?riservata|tutti i diritti riservati", "© RIPRODUZIONE RISERVATA"),
    _p("copyright", "pl", "any", 30, "prawa zastrzeżone", r"wszelkie prawa zastrzeżone", "Wszelkie prawa zastrzeżone"),
    _p("copyright", "ru", "any", 40, "права защищены", r"все права защищены", "Все права защищены."),
    _p("copyright", "tr", "any", 30, "hakları saklıdır", r"tüm hakları saklıdır", "Tüm hakları saklıdır."),
    _p("copyright", "zh", "any", 60, "版权所有|版權所有|转载|轉載|授权", r"版权所有|版權所有|未经.{0,12}(?:授权|许可).{0,20}(?:转载|使用)|(?:转载|轉載)请注明", "版权所有，未经授权不得转载"),
    _p("copyright", "ja", "any", 60, "無断転載|禁無断", r"無断(?:転載|複製)|禁無断", "記事・写真の無断転載を禁じます。"),
    _p("copyright", "ko", "any", 40, "무단|재배포", r"무단 ?전재|재배포 ?금지", "무단 전재 및 재배포 금지"),
    _p("copyright", "ar", "any", 30, "الحقوق محفوظة", r"(?:جميع|كل|كافة) الحقوق محفوظة", "جميع الحقوق محفوظة"),

    # advertising and page furniture standing alone on a line
    _p("advertisement", "", "any", 6, "adver|anzeige|werbung|publici|pubblic|annons|annonse|reklam|реклама|広告|광고|广告|廣告|إعلان", r"^\W*(?:skip |story continues below (?:this )?|article continues (?:below|after) (?:this )?)?(?:advertisements?|advertisment|adverts?|anzeige|werbung|publicidad|publicité|publicidade|pubblicità|advertentie|annons|annonse|reklama|reklam|реклама|広告|광고|广告|廣告|إعلان)\W*$", "SKIP ADVERTISEMENT"),
    _p("advertisement", "fr", "any", 6, "publicité", r"^\W*(?:passer la publicité|la suite après (?:cette|la) publicité)\W*$", "Passer la publicité"),
    _p("furniture", "en", "any", 8, "article|content|comment|share|print|save|listen|link|loading|continue", r"^\W*(?:article content|loading(?: \S+)?\W*|(?:view|read|leave|post|show|add|join) (?:\S+ ){0,2}(?:comments?|conversation)|comments? \W?\d*\W?|(?:share|print|save|email|listen to|like|comment on) this (?:article|story|page)|(?:copy link|link copied|report an error|story continues below|article continues below|back to top|skip to (?:main )?content))\W*$", "Share this article"),
    _p("furniture", "", "any", 6, "min", r"^\W*(?:(?:tempo de leitura|lesezeit|temps de lecture|tiempo de lectura|reading time|lecture)\W*)?\d{1,3}[ -]?min(?:ute[sn]?|utos?|uten)?\.?(?: read| de lectura| lesezeit| de lecture)?\W*$", "5 min read"),
    _p("furniture", "de", "any", 8, "kommentare|fehler|hauptinhalt|artikel|externer", r"^\W*(?:(?:\d+ )?kommentare?(?: \d+)?|fehler (?:im text )?gefunden\??|hauptinhalt|artikel (?:teilen|drucken|anhören|merken)|diesen artikel teilen|ende der weiteren informationen|externer inhalt)\W*$", "Artikel teilen"),

    # affiliate notes, pleas, comment prompts
    _p("affiliate", "en", "any", 70, "commission|affiliate|share of the sale", r"\b(?:may|might|can|could) (?:earn|get|receive) .{0,40}(?:commission|share of the sale)|earn us a commission|\bcontains affiliate links\b", "If you buy through our links we may earn a small commission."),
    _p("affiliate", "de", "any", 70, "provision|affiliate|werbelink", r"provision vom (?:händler|anbieter)|\b(?:sogenannte )?affiliate-?links?\b|\bwerbelinks\b", "Wir erhalten eine Provision vom Händler, wenn Sie über diese Links kaufen."),
    _p("plea", "en", "tail", 90, "journalism|donat|supporter|contribution", r"^.{0,200}\b(?:support|donate to|fund|back) (?:our|independent|quality|local|fearless) (?:\S+ ){0,3}(?:journalism|reporting|newsroom)\b|\bmake a (?:tax-deductible )?(?:donation|contribution)\b|\bkept alive by reader donations\b", "Please support independent local journalism with a small gift."),
    _p("plea", "de", "tail", 60, "unterstützen", r"^\W*unterstützen sie (?:uns|unsere|unseren)\b.{0,200}$", "Unterstützen Sie unsere Arbeit mit einer Spende."),
    _p("plea", "fr", "tail", 60, "don", r"\bfaites un don\b", "Soutenez notre rédaction, faites un don."),
    _p("contact", "en", "tail", 40, "@", r"^.{0,80}\b(?:send (?:tips|your|us)|write to|email|e-mail|reach|contact)\b.{0,60}[\w.+-]+@[\w-]+\.\w.{0,60}$", "Email the reporter at desk@harbour.example or call."),
    _p("contact", "en", "tail", 30, "news tip|got a tip|got a story|have a story", r"^\W*(?:do you )?(?:got|have) (?:a|any) (?:news )?(?:tips?|story|information)\b.{0,140}$", "Got a tip? Let our newsroom know."),
    _p("note_of_origin", "en", "any", 40, "appeared first on", r"^\W*the post .{3,160} appeared first on .{1,80}$", "The post Ferry fares rise appeared first on Harbour News."),
    _p("subscribers", "en", "any", 30, "subscri|log in|sign in|account", r"^\W*(?:already (?:a subscriber|have an account)|(?:log|sign) in to (?:continue|read|access|comment)|subscribe to (?:continue|keep|read|unlock)|to continue reading|start your .{0,40}subscription)\b.{0,100}$", "Already a subscriber? Log in here."),
    _p("subscribers", "de", "any", 25, "abonn|weiterlesen", r"^\W*(?:nur für abonnenten|jetzt abonnieren|(?:jetzt )?weiterlesen mit|sie (?:sind|haben) (?:bereits|schon) (?:abonnent|ein abo))\b.{0,80}$", "Jetzt weiterlesen mit Hafen Plus"),
    _p("subscribers", "fr", "any", 25, "abonn", r"^\W*(?:(?:article |contenu )?réservé aux abonnés|déjà abonné)\b.{0,80}$", "Article réservé aux abonnés"),
    _p("subscribers", "es", "any", 25, "suscri", r"^\W*(?:(?:contenido )?(?:exclusivo|s[óo]lo) para suscriptores|ya soy suscriptor)\b.{0,80}$", "Contenido exclusivo para suscriptores"),
    _p("subscribers", "ja", "any", 40, "有料|会員", r"^.{0,40}(?:有料(?:会員|記事)|会員限定).{0,40}$", "この記事は有料会員限定です"),
)
# fmt: on
