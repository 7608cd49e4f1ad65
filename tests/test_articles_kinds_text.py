"""Faults of a kind, each in several variations, and beside them pages that look alike where the rule must not apply: the text."""

# ruff: noqa: E501 - a page is a line

import pytest

from tests.kinds import Kind, paragraphs

ALL = paragraphs("1 2 3 4 5")
TWO = paragraphs("1 2")
COMMENTS = "".join(
    f"<li{{0}}><p>$x{n % 4 + 1} Number {n} says so, and so do I, and so would anybody who has lived here long enough.</p></li>"
    for n in range(30)
)


def cards(markup: str, count: int = 6) -> str:
    """A markup with `$x` and `#` for a paragraph of another story and its number, so many times."""
    return "".join(markup.replace("$x", f"$x{n % 4 + 1}").replace("#", str(n)) for n in range(count))


def story(inner: str) -> str:
    return f"<article><h1>$T</h1>{inner}</article>"


# fmt: off
# What runs on within a sentence, whatever its tag.
PHRASES = {
    "word-junk": Kind(markup=story("<p><st1:place w:st='on'>$1</st1:place></p><p>The <st1:city>Sk</st1:city>arvik and <o:p></o:p>Holm.</p>$2"), text="$1|The Skarvik and Holm.|$2"),
    "unknown-tag": Kind(markup=story("<p>$1</p><p>Then <person id=1>Tove Lin</person>dal and <keyword>the har</keyword>bour master spoke at length.</p><p>$2</p>"), text="$1|Then Tove Lindal and the harbour master spoke at length.|$2"),
    "unknown-in-link": Kind(markup=story("<p>$1</p><p>So says <a href='/x'><ui-text>the coast off</ui-text>ice</a>, and <b><x-mark>no</x-mark>body</b> doubts what it says.</p><p>$2</p>"), text="$1|So says the coast office, and nobody doubts what it says.|$2"),
    "initial": Kind(markup=story("<p><drop-cap>T</drop-cap>he lamp went dark at noon, and the gulls were silent for a while.</p><p>$2</p><p>$3</p>"), text="The lamp went dark at noon, and the gulls were silent for a while.|$2|$3"),
    "label": Kind(markup=story("<p>$1</p><p>They call it <label>the blind eye</label>, because nobody looks through it any more.</p><p>$2</p>"), text="$1|They call it the blind eye, because nobody looks through it any more.|$2"),
    "data-and-output": Kind(markup=story("<p>$1</p><p>About <data value=11>el</data>even beds, four <output>tenths</output> of them taken, and <big>no b</big>reakfast at all.</p><p>$2</p>"), text="$1|About eleven beds, four tenths of them taken, and no breakfast at all.|$2"),
    "glossary-button": Kind(markup=story("<p>$1</p><p>The <button type=button class=term>clockwork</button> was sold to a museum in the south of the country.</p><p>$2</p>"), text="$1|The clockwork was sold to a museum in the south of the country.|$2"),
    "noindex": Kind(language="de", markup=story("<p>$1</p><p>Der <noindex>Ver</noindex>ein zählt <acronym>zwei</acronym>hundert Mitglieder, und es wer<wbr>den mehr.</p><p>$2</p>"), text="$1|Der Verein zählt zweihundert Mitglieder, und es werden mehr.|$2"),
    "ruby-without-rp": Kind(language="ja", markup=story("<p>$1</p><p>浜田<ruby>初枝<rtc><rt>はつえ</rt></rtc></ruby>さんは毎朝この<ruby><rb>塩田</rb><rt>えんでん</rt></ruby>に立ち、海の色を確かめてから火を入れる。</p><p>$2</p>"), text="$1|浜田初枝さんは毎朝この塩田に立ち、海の色を確かめてから火を入れる。|$2"),
    "strike-around-line": Kind(markup=story("<p>$1</p><p><strike>Holm</strike> Skarvik pays for it, the <tt>coast</tt> <marquee-text>of</marquee-text>fice said in a letter to the islanders.</p><p>$2</p>"), text="$1|Holm Skarvik pays for it, the coast office said in a letter to the islanders.|$2"),
    "trap-own-paragraphs": Kind(markup=story("<story-text><story-par>$1</story-par><story-par>$2</story-par><story-par>$3</story-par></story-text>"), text="$1|$2|$3"),
    "trap-own-box-around": Kind(markup=story(f"<x-body>{ALL}</x-body>")),
    "trap-unknown-blocks": Kind(markup=story("<paragraph>$1</paragraph>\n<paragraph>$2</paragraph>\n<paragraph>$3</paragraph>")),
    "trap-form-controls": Kind(markup=story(f"{ALL}<div><label>Your e-mail address</label><input><button>Sign up now</button></div>")),
}
# A name of the template's own does not make a paragraph of running text a box.
PARAGRAPHS = {
    "popular": Kind(markup=story("<p>$1</p><p class='popular-voice'>$2</p><p>$3</p>")),
    "see-also-de": Kind(language="de", markup=story("<p>$1</p><div class='text--teaser'><p>$2</p></div><p>$3</p><div class='datum-block date'><p>$4</p></div><p>$5</p>")),
    "updated": Kind(markup=story("<p>$1</p><p class='updated'>$2</p><p>$3</p><p class='topics-par'>$4</p><p>$5</p>")),
    "comment": Kind(markup=story("<p>$1</p><p class='comment-text'>$2</p><p>$3</p><p>$4</p>")),
    "share": Kind(language="fr", markup=story("<p>$1</p><p>$2</p><p class='share-par'>$3</p><p>$4</p>")),
    "menu": Kind(language="es", markup=story("<p>$1</p><p class='menu-del-dia'>$2</p><p>$3</p><p class='nav-anchor'>$4</p><p>$5</p>")),
    "promo": Kind(language="es", markup=story("<p>$1</p><p>$2</p><p class='promo-paragraph'>$3</p><p>$4</p>")),
    "section": Kind(markup=story("<p>$1</p><section class='time-travel'><p>$2</p></section><section class='trending-now'><p>$3</p></section><p>$4</p>")),
    "two-in-a-box": Kind(markup=story("<p>$1</p><div class='views-text'><p>$2</p><p>$3</p></div><p>$4</p>")),
    "with-a-link": Kind(markup=story("<p>$1</p><p class='related-text'>The mole, which <a href='/mole'>was built</a> in three summers, had to be raised by a metre after the flood of the year before.</p><p>$2</p>"), text="$1|The mole, which was built in three summers, had to be raised by a metre after the flood of the year before.|$2"),
    "first": Kind(markup=story("<p class='article-teaser'>$1</p><p>$2</p><p>$3</p><p>$4</p>")),
    "trap-last": Kind(markup=story("<p>$1</p><p>$2</p><p>$3</p><p class='related-text'>$x1</p>")),
    "trap-related-link": Kind(markup=story("<p>$1</p><p class='related-text'><a href='/o'>$x1</a></p><p>$2</p><p>$3</p>"), text="$1|$2|$3"),
    "trap-teaser-box": Kind(markup=story("<p>$1</p><div class='teaser'><h3><a href='/o'>Bus drivers sing</a></h3><p>$x1</p></div><p>$2</p><p>$3</p>")),
    "trap-newsletter": Kind(markup=story("<p>$1</p><p class='newsletter-text'>Every Friday we send you the best of the islands, free of charge and without a word about the weather of the week.</p><p>$2</p><p>$3</p>")),
    "trap-author": Kind(markup=story("<p>$1</p><p>$2</p><p>$3</p><p class='author-bio'>Ebba Rask has written about the coast for eleven years and keeps bees on the roof of the harbour office.</p><p class='copyright'>© Küstenbote 2026</p>")),
    "trap-date": Kind(markup=story("<p class='date'>Sunday, 12 April 2026, 11:40</p><p>$1</p><p>$2</p><p>$3</p>")),
}
NESTED = "<figure><img src='/a.jpg'>{0}</figure>"
CAPTIONS = {
    "in-a-div": Kind(markup=story("<div class='media'><img src='/a.jpg'><div class='caption'>The lamp at dusk.<div class='caption'>Photo: Ebba Rask</div></div></div>" + ALL)),
    "three-deep": Kind(language="de", markup=story(NESTED.format("<figcaption>Der Zug am Damm.<figcaption>Bild: <figcaption>Ebba Rask</figcaption></figcaption></figcaption>") + ALL)),
    "credit-first": Kind(language="fr", markup=story(NESTED.format("<figcaption><figcaption class='credit'>Ebba Rask / Rivage</figcaption>Les ailes neuves, lundi.</figcaption>") + ALL)),
    "itemprop": Kind(markup=story("<p>$1</p>" + NESTED.format("<figcaption itemprop='caption'><span class='caption'>The stairs.</span> <span class='photo-credit'>Ebba Rask</span></figcaption>") + "<p>$2</p><p>$3</p>")),
    "figure-in-figure": Kind(markup=story("<figure><figure><img src='/a.jpg'><figcaption>The keeper.</figcaption></figure><figcaption>The last evening, seen from the mole.</figcaption></figure>" + ALL)),
    "two-and-an-empty": Kind(markup=story(NESTED.format("<figcaption></figcaption><figcaption>The keeper.<figcaption></figcaption></figcaption>") + ALL)),
    "unclosed": Kind(markup=story("<p>$1</p><figure><img src='/a.jpg'><figcaption>The keeper<figcaption>Ebba Rask</figure><p>$2</p><p>$3</p>")),
    "trap-text-in-caption": Kind(markup=story("<figure><img src='/a.jpg'><figcaption>The lamp.</figcaption></figure><div class='caption-free'><p>$1</p><p>$2</p><p>$3</p><p>$4</p></div>")),
}


def listed(box: str, each: str, count: int = 14) -> str:
    return box.format("".join(each.replace("#", str(n)) for n in range(count)))


REPLY = "Re: the lamp, part #, and why nobody in the office at Holm has ever had to walk up those stairs at night"
COMMENT_LISTS = {
    "section-id": Kind(head="", markup="<div><h1>$T</h1><p>$1</p></div>" + listed("<section id='comments-section'>{0}</section>", f"<div><h3><a href='#c#'>{REPLY}</a></h3><p>Yes #.</p></div>")),
    "german": Kind(head="", language="de", text="$1 $2", markup="<main><h1>$T</h1><p>$1 $2</p></main>" + listed("<div id='kommentare'>{0}</div>", "<article><h4><a href='/k/#'>Antwort # auf die Frage, wer den Damm über den Graben am Ende bezahlen soll</a></h4><p>Nein #.</p></article>")),
    "leserkommentare": Kind(head="", language="de", text="$1 $2", markup="<main><h1>$T</h1><p>$1 $2</p></main>" + listed("<ul class='leserkommentare'>{0}</ul>", "<li><h4><a href='/k/#'>Antwort # auf die Frage, wer den Damm über den Graben am Ende bezahlen soll</a></h4><p>Nein #.</p></li>")),
    "spanish": Kind(head="", language="es", markup="<div class='nota'><h1>$T</h1><p>$1</p></div>" + listed("<ol class='lista-comentarios'>{0}</ol>", "<li><h3><a href='/c/#'>Respuesta # sobre quién pagará los tornillos cuando se acabe el cemento del pueblo</a></h3><p>Así es #.</p></li>")),
    "french": Kind(head="", language="fr", markup="<div class='page'><h1>$T</h1><p>$1</p></div>" + listed("<div class='liste-commentaires'>{0}</div>", "<div><h3><a href='/c/#'>Réponse # à propos des ailes du moulin et de ceux qui les ont payées</a></h3><p>Oui #.</p></div>")),
    "schema-org": Kind(head="", markup="<div><h1>$T</h1><p>$1</p></div>" + listed("<div class='thread'>{0}</div>", f"<div itemscope itemtype='https://schema.org/Comment'><h3><a href='/c/#'>{REPLY}</a></h3><p>Yes #.</p></div>")),
    "disqus": Kind(head="", markup="<div><h1>$T</h1><div class='txt'>$1</div></div>" + listed("<div id='disqus_thread'>{0}</div>", f"<h4><a href='/c/#'>{REPLY}</a></h4>")),
}
OUTWEIGHED = {
    "commentlist": Kind(markup=f"<div class='entry'><h1>$T</h1>{TWO}</div><ol class='commentlist'>{COMMENTS.format('')}</ol>"),
    "german": Kind(language="de", markup=f"<div class='beitrag'><h1>$T</h1>{TWO}</div><ul id='kommentare'>{COMMENTS.format('')}</ul>"),
    "leserkommentare": Kind(language="de", markup=f"<div class='beitrag'><h1>$T</h1>{TWO}</div><ul class='leser-kommentare'>{COMMENTS.format('')}</ul>"),
    "spanish": Kind(language="es", markup=f"<div class='nota'><h1>$T</h1>{TWO}</div><section class='comentarios'><ul>{COMMENTS.format('')}</ul></section>"),
    "french": Kind(language="fr", markup=f"<div class='contenu'><h1>$T</h1>{TWO}</div><div id='commentaires'><ul>{COMMENTS.format('')}</ul></div>"),
    "schema-org": Kind(markup=f"<div class='entry'><h1>$T</h1>{TWO}</div><ul>{COMMENTS.format(' itemprop=comment itemscope itemtype=https://schema.org/Comment')}</ul>"),
    "in-the-article": Kind(markup=story(f"<div class='text'>{TWO}</div><section class='comments-area'><h2>Thirty replies</h2><ol>{COMMENTS.format('')}</ol></section>")),
    "responses": Kind(markup=f"<main><h1>$T</h1>{TWO}</main><div id='reader-comments'>{cards('<div class=comment-body>$x I am number # and I agree.</div>', 30)}</div>"),
    "trap-opinion": Kind(markup=f"<div class='comment'><h1>$T</h1><div class='comment-text'>{ALL}</div></div>"),
    "trap-opinion-section": Kind(language="de", markup=f"<div id='kommentar'><div class='head'><h1>$T</h1></div><div class='kommentar-text'>{ALL}</div></div>"),
}
BROKEN = "$1<br><br>$2<br><br>$3<br><br>$4<br><br>$5"
FORMS = {
    "paragraphs": Kind(markup=f"<form id='form1' method='post'><input type='hidden'><div class='head'><a href='/'>Home</a></div><div id='c'><h1>$T</h1>{ALL}</div></form>"),
    "single-breaks": Kind(language="de", markup="<form name='aspnetForm'><table><tr><td><a href='/'>Start</a></td><td><span class='ueberschrift'>$T</span><br>$1<br>$2<br>$3<br>$4</td></tr></table></form>"),
    "divs": Kind(language="fr", markup="<form action='/'><div class='titre'>$T</div><div class='corps'><div>$1</div><div>$2</div><div>$3</div><div>$4</div></div></form>"),
    "around-the-text": Kind(language="es", markup=f"<h1>$T</h1><div class='w'><form method='post' class='nota'>{BROKEN}</form></div>"),
    "with-lists-of-links": Kind(markup="<form id='aspnetForm'><ul class='menu'>" + "".join(f"<li><a href='/s{n}'>Section {n}</a></li>" for n in range(20)) + f"</ul><select>{'<option>Island</option>' * 30}</select><div class='hl'>$T</div><div class='t'>{BROKEN}</div></form>"),
    "form-in-form": Kind(markup=f"<form id='page'><h2>$T</h2><div>{BROKEN}</div><div class='login'><input name='u'><input name='p'></div></form>"),
    "trap-comment-form": Kind(markup=story(ALL) + "<form class='reply'><p>Leave a reply, and be kind to the keepers: your address will not be published, and every field with a star must be filled in before you send it.</p><textarea></textarea></form>"),
    "trap-survey": Kind(markup=story("<p>$1</p><p>$2</p><form><p>Which tower do you like best, and would you climb it in the dark for a cup of cocoa?</p><label>Skarvik</label><label>Holm</label></form><p>$3</p>")),
    "trap-login": Kind(markup=story(TWO) + "<form id='login'><h3>Log in</h3><label>Name</label><input><label>Password</label><input><button>Send</button></form>"),
}


def gallery(number: str, box: str = "<div class='g'><h3>The week on the coast</h3><ul>{0}</ul></div>", count: int = 8) -> str:
    return box.format(cards(f"<li><h4>{number}</h4><p>$x</p></li>", count).replace("%", str(count)))


GALLERIES = {
    "slash": Kind(markup=story("<p>$1</p><p>$2</p>" + gallery("# / %") + "<p>$3</p><p>$4</p>")),
    "words": Kind(markup=story("<p>$1</p><p>$2</p><p>$3</p>" + gallery("Picture # of %") + "<p>$4</p>")),
    "german": Kind(language="de", markup=story("<p>$1</p><p>$2</p>" + gallery("Bild # von %", "<div class='stoerer'><strong>Die Woche</strong><ol>{0}</ol></div>") + "<p>$3</p><p>$4</p>")),
    "french": Kind(language="fr", markup=story("<p>$1</p><p>$2</p>" + gallery("Photo # sur %") + "<p>$3</p><p>$4</p>")),
    "spanish": Kind(language="es", markup=story("<p>$1</p><p>$2</p>" + gallery("Foto # de %", "<section>{0}</section>") + "<p>$3</p><p>$4</p>")),
    "spans": Kind(markup=story("<p>$1</p><p>$2</p><div>" + cards("<div><span>#/8</span><div>$x</div></div>", 8) + "</div><p>$3</p><p>$4</p>")),
    "figures": Kind(markup=story("<p>$1</p><p>$2</p><div class='x'>" + cards("<figure><img src='/g#.jpg'><p>#/8</p><p>$x</p></figure>", 8) + "</div><p>$3</p>")),
    "named-in-german": Kind(language="de", markup=story("<p>$1</p><p>$2</p><div class='bildergalerie'>" + cards("<div><img src='/g#.jpg'><p>$x</p></div>") + "</div><p>$3</p>")),
    "named-galerie": Kind(language="fr", markup=story("<p>$1</p><p>$2</p><div class='galerie-photos'>" + cards("<div><img src='/g#.jpg'><p>$x</p></div>") + "</div><p>$3</p>")),
    "unnumbered": Kind(markup=story("<p>$1</p><p>$2</p><div class='strip'><ul>" + cards("<li><img src='/g#.jpg'><p>$x (Photo: Per Vik)</p></li>") + "</ul></div><p>$3</p><p>$4</p>")),
    "trap-icons": Kind(markup=story("<p>$1</p><p>$2</p><ul>" + "".join(f"<li><img src='/{n}.png'><p>${n}</p></li>" for n in (3, 4, 5, 6)) + "</ul>"), text="$1|$2|- $3|- $4|- $5|- $6"),
    "trap-listicle": Kind(markup=story("<h2>1/3</h2><p>$1</p><p>$2</p><h2>2/3</h2><p>$3</p><p>$4</p><h2>3/3</h2><p>$5</p>"), text="1/3|$1|$2|2/3|$3|$4|3/3|$5"),
    "trap-chapters": Kind(markup=story("<p>$1</p><div><h3>1</h3><p>$2</p><h3>2</h3><p>$3</p><h3>3</h3><p>$4</p></div>"), text="$1|1|$2|2|$3|3|$4"),
    "trap-illustrated": Kind(markup=story("<p>$1</p><img src='/1.jpg'><p>$2</p><img src='/2.jpg'><p>$3</p><img src='/3.jpg'><p>$4</p>")),
    "trap-illustrated-sections": Kind(markup=story("<div><div><img src='/1.jpg'><p>$1</p></div><div><img src='/2.jpg'><p>$2</p></div><div><img src='/3.jpg'><p>$3</p></div><div><img src='/4.jpg'><p>$4</p></div></div>")),
}
SIBLINGS = {
    "byline-and-picture": Kind(markup=f"<main><article class='head'><h1>$T</h1><figure><img src='/a.jpg'><figcaption>The lamp.</figcaption></figure><p>By Ebba Rask</p></article><article class='body'>{ALL}</article></main>"),
    "in-sections": Kind(language="de", markup=f"<section><article><header><h1>$T</h1></header></article></section><section><article id='text'>{ALL}</article></section>"),
    "subheading-first": Kind(markup=f"<article><h1>$T</h1></article><article><h2>A last evening</h2>{ALL}</article>", text="A last evening|$1|$2|$3|$4|$5"),
    "three": Kind(language="es", markup="<main><article><h1>$T</h1></article><article><p>$1</p><p>$2</p></article><article><p>$3</p><p>$4</p></article></main>"),
    "divs-within": Kind(language="fr", markup="<article><h1>$T</h1><time>lundi</time></article><article><div>$1</div><div>$2</div><div>$3</div></article>"),
    "aside-between": Kind(markup=f"<article><h1>$T</h1><p>By Ebba Rask</p></article><aside><article><h1>Bus drivers sing</h1><p>$x1</p></article></aside><article>{ALL}</article>"),
    "teasers-below": Kind(markup=f"<article><h1>$T</h1></article><article>{ALL}</article>" + cards("<article><h3><a href='/o#'>Other story #</a></h3><p>$x</p></article>")),
    "trap-endless": Kind(markup=story(ALL) + "<article><p>$x1</p><p>$x2</p><p>$x3</p></article><article><h1>Greenhouse closes</h1><p>$x2</p><p>$x4</p></article>"),
    "trap-short-and-other": Kind(markup=story("<p>$1</p><p>$2</p><p>$3</p>") + "<article><h1>Greenhouse closes</h1><p>$x2</p><p>$x4</p><p>$x1</p><p>$x3</p></article>"),
}
LINK = "<p>$1</p><p>Read <a href='/a'>the letter{0}</a> of the coast office, which the islanders pinned to the door of the shop.</p><p>$2</p>"
SEEN = "$1|Read the letter of the coast office, which the islanders pinned to the door of the shop.|$2"
UNSEEN = {
    name: Kind(markup=story(LINK.format(f"<span {marks}> (opens in a new tab)</span>")), text=SEEN)
    for name, marks in {
        "sr-only": "class='sr-only'",
        "tailwind": "class='sr-only text-xs'",
        "camel": "class='srOnly'",
        "module": "class='Link_visuallyHidden__x8a'",
        "u-hidden": "class='u-hiddenVisually'",
        "bem": "class='link__visually-hidden'",
        "vh": "class='vh'",
        "wordpress": "class='screen-reader-text'",
        "screenreader": "class='screenreader'",
        "accessibility": "class='accessibility-hidden'",
        "hide-visually": "class='hide-visually'",
        "hidden": "hidden",
        "display-none": "style='display:none'",
        "off-left": "style='position:absolute; left:-9999px'",
        "off-top": "style='position:absolute;top:-10000px;'",
        "clip-path": "style='clip-path:inset(50%);position:absolute'",
        "font-size": "style='font-size:0'",
        "opacity": "style='position:absolute;opacity:0;width:1px'",
        "one-pixel": "style='position:absolute;width:1px;height:1px;overflow:hidden'",
        "bootstrap-5": "class='visually-hidden-focusable'",
    }.items()
} | {
    "german": Kind(language="de", markup=story("<p>$1</p><p>Wie <a href='/a'>der Verein<span class='visuallyhidden'> (öffnet in neuem Fenster)</span></a> mitteilte, ist der Damm seit Mai gesperrt.</p><p>$2</p>"), text="$1|Wie der Verein mitteilte, ist der Damm seit Mai gesperrt.|$2"),
    "icon": Kind(markup=story(LINK.format("<svg><title>External link</title></svg>")), text=SEEN),
    **{
        f"trap-{name}": Kind(markup=story(LINK.format(f"<span {marks}> to all</span>")), text=SEEN.replace("letter of", "letter to all of"))
        for name, marks in {
            "hidden-word": "class='hidden-agenda-term'",
            "overflow": "style='overflow:hidden'",
            "opacity": "style='opacity:0.8'",
            "font-size": "style='font-size:0.9em'",
            "left": "style='position:relative;left:-2px'",
            "aria-hidden": "aria-hidden='true'",
            "one-pixel-border": "style='border-width:1px;height:10px'",
            "vh": "class='vh-100'",
        }.items()
    },
}
POPULAR = {
    name: Kind(language=language, markup=story(f"<div class='text'><section>{ALL}</section></div>") + f"<div {box}><ol><li><h1>$T</h1><div><p>$1</p></div></li>" + cards("<li><h1>Story #</h1><div><p>$x</p><p>$x And so it goes on for a while, says number #.</p></div></li>", 12) + "</ol></div>")
    for name, language, box in (
        ("most-read", "en", "class='most-read'"),
        ("trending", "en", "id='trending-now'"),
        ("top-stories", "en", "class='top-stories'"),
        ("meistgelesen", "de", "class='meistgelesen'"),
        ("mas-leidas", "es", "class='mas-leidas'"),
        ("les-plus-lus", "fr", "id='les-plus-lus'"),
        ("aside", "de", "class='box' role='complementary'"),
        ("unnamed", "fr", "class='b2'"),
    )
} | {
    "trap-named-popular": Kind(markup=f"<div class='popular-story'><h1>$T</h1><div class='t'>{ALL}</div></div><div class='side'><p>$x1</p></div>"),
    "trap-box-without-text": Kind(markup=story(ALL) + "<div class='most-read'><ol>" + cards("<li><a href='/o#'>Story # of the week on the coast</a></li>", 8) + "</ol></div>"),
}
LONG = "".join(f"<p>${n} $x{n % 4 + 1}</p>" for n in range(3, 8))
LONG_TEXT = "|".join(f"${n} $x{n % 4 + 1}" for n in range(3, 8))
ROWS = {
    "grid": Kind(markup=story(f"<div class='body'><div class='grid'><div class='span8'>{TWO}</div></div><div class='grid wide'><div class='span6'>{LONG}</div></div></div>"), text=f"$1|$2|{LONG_TEXT}"),
    "sections": Kind(language="de", markup=story(f"<section class='auftakt'>{TWO}</section><section class='haupt'>{LONG}</section>"), text=f"$1|$2|{LONG_TEXT}"),
    "table": Kind(language="fr", markup=f"<h1>$T</h1><table><tr><td>{TWO}</td></tr><tr><td>{LONG}</td></tr></table>", text=f"$1|$2|{LONG_TEXT}"),
    "advert-between": Kind(language="es", markup=story(f"<div class='fila'>{TWO}</div><div class='ad-slot'>Publicidad</div><div class='fila2'><div>{LONG}</div></div>"), text=f"$1|$2|{LONG_TEXT}"),
    "intro-outside": Kind(markup=f"<div class='top'><h1>$T</h1><div class='a'>{TWO}</div></div><div class='main'><div class='b'>{LONG}</div></div>", text=f"$1|$2|{LONG_TEXT}"),
    "picture-between": Kind(markup=story(f"<div class='r1'>{TWO}</div><figure><img src='/a.jpg'><figcaption>The mole.</figcaption></figure><div class='r2'>{LONG}</div>"), text=f"$1|$2|{LONG_TEXT}"),
    "trap-teasers-above": Kind(markup=f"<h1>$T</h1><div class='r'><h4><a href='/o'>Bus drivers sing</a></h4><p>$x1</p><h4><a href='/p'>Greenhouse closes</a></h4><p>$x2</p></div><div class='b'>{LONG}</div>", text=LONG_TEXT),
    "trap-other-column": Kind(markup=f"<div class='row'><div class='c9'><h1>$T</h1><div>{LONG}</div></div><div class='c3'><h4><a href='/o'>Bus drivers</a></h4><p>$x1</p></div></div>", text=LONG_TEXT),
}
TEASED = {
    "side-bar": Kind(markup="<div class='sidebar'><article><h1>$T</h1><span>1h</span></article><article><h1>Bus drivers sing</h1></article></div>" + f"<main><article><h1>Two keepers say goodbye to their light</h1>{ALL}</article></main>"),
    "unnamed-column": Kind(markup="<div class='c3'><article><h1>$T</h1><span>1h</span></article><article><h1>Bus drivers sing</h1></article></div>" + f"<div class='c9'><article><h1>Two keepers say goodbye to their light</h1>{ALL}</article></div>"),
    "header-ticker": Kind(language="de", markup="<header><article class='t'><h1>$T</h1></article><article class='t'><h1>Busfahrer singen</h1></article></header>" + f"<article class='haupt'><h1>Endlich wieder Dampf über dem Moor</h1>{ALL}</article>"),
    "with-excerpt": Kind(language="es", markup="<section class='related'><article><h1>$T</h1><p>$1</p></article><article><h1>Otra</h1><p>$x1</p></article></section>" + f"<main><article><h1>Un aula con vistas a los olivos</h1>{ALL}</article></main>"),
    "below": Kind(language="fr", markup=f"<article><h1>Le retour des meuniers</h1>{ALL}</article><section class='a-lire'><article><h1>$T</h1></article><article><h1>La serre ferme</h1></article></section>"),
    "linked": Kind(markup=f"<article><h1>Two keepers say goodbye to their light</h1>{ALL}</article><div class='w'><article><a href='#top'><h1>$T</h1></a><p>$1</p></article><article><a href='/o'><h1>Bus drivers</h1></a><p>$x1</p></article></div>"),
    "trap-own-first": Kind(markup=story(ALL) + "<article><h1>Greenhouse closes</h1><p>$x1</p><p>$x2</p><p>$x3</p></article>"),
}
BOOKS = "<figure><img src='/{0}.jpg' alt='cover'></figure><p><strong><a href='/{0}'>{1}</a></strong></p><p><strong>{2}</strong><br>${0}</p>"
ITEMS = {
    "films": Kind(markup=story("<p>$1</p>" + "".join(f"<div class='film'><img src='/{n}.jpg'><h3><a href='/f{n}'>Film {n}</a></h3><p>${n}</p></div>" for n in (2, 3, 4))), text="$1|Film 2|$2|Film 3|$3|Film 4|$4"),
    "dishes": Kind(language="es", markup=story("<p>$1</p>" + "".join(f"<p><img src='/{n}.jpg'></p><h2>Plato {n}</h2><p>${n}</p>" for n in (2, 3, 4))), text="$1|Plato 2|$2|Plato 3|$3|Plato 4|$4"),
    "books": Kind(language="de", markup=story("<p>$1</p>" + BOOKS.format(2, "Moor", "Harm Dierksen (Torfverlag)") + BOOKS.format(3, "Kranich", "Ebba Rask (Torfverlag)")), text="$1|Moor|Harm Dierksen (Torfverlag)|$2|Kranich|Ebba Rask (Torfverlag)|$3"),
    "images-in-links": Kind(language="fr", markup=story("<p>$1</p>" + "".join(f"<p><a href='/p{n}'><img src='/{n}.jpg'></a></p><p><b><a href='/p{n}'>Moulin {n}</a></b></p><p>${n}</p>" for n in (2, 3, 4))), text="$1|Moulin 2|$2|Moulin 3|$3|Moulin 4|$4"),
    "definition-list": Kind(markup=story("<p>$1</p><p>$2</p><dl>" + "".join(f"<dt>Stop {n}</dt><dd><img src='/{n}.jpg'><p>${n}</p></dd>" for n in (3, 4)) + "</dl>"), text="$1|$2|Stop 3|- $3|Stop 4|- $4"),
    "trap-real-captions": Kind(markup=story("<p>$1</p><figure><img src='/a.jpg'></figure><p><em>The lamp at dusk, seen from the mole.</em></p><p>$2</p><p>$3</p>")),
    "trap-link-list": Kind(markup=story(ALL + "".join(f"<p><img src='/{n}.jpg'></p><p><strong><a href='/o{n}'>Another story, number {n}</a></strong></p>" for n in range(3)))),
}
SHORT = paragraphs("1 2 3")
BESIDE = {
    "left-column": Kind(markup="<div id='left'>" + cards("<div class='m'><h4><a href='/t#'>Story #</a></h4><div>$x $x</div></div>") + f"</div><div id='mid'><h1>$T</h1><div class='c'>{SHORT}</div></div>"),
    "below": Kind(language="de", markup=f"<div class='a'><h1>$T</h1><div class='c'>{SHORT}</div></div><div class='b'>" + cards("<div><a href='/t#'><h3>Meldung # vom Tage</h3></a><p>$x $x</p></div>", 8) + "</div>"),
    "list": Kind(language="fr", markup=f"<div class='a'><h1>$T</h1><div class='c'>{SHORT}</div></div><ul class='b'>" + cards("<li><h3><a href='/t#'>Brève # du jour</a></h3><p>$x $x</p></li>", 8) + "</ul>"),
    "linked-titles": Kind(language="es", markup=f"<div id='w'><div id='x'><h1>$T</h1><div class='c'>{SHORT}</div></div><div id='y'>" + cards("<div><p class='t'><a href='/t#'>Noticia # de la comarca</a></p><p>$x $x</p></div>", 8) + "</div></div>"),
    "br": Kind(markup="<div id='page'><div><h1>$T</h1><div class='c'>$1<br><br>$2<br><br>$3</div></div><div>" + cards("<div class='m'><h4><a href='/t#'>Story #</a></h4><div class='txt'>$x $x</div></div>", 8) + "</div></div>"),
    "table": Kind(markup=f"<table><tr><td><h1>$T</h1>{SHORT}</td><td>" + cards("<b><a href='/t#'>Story #</a></b><p>$x $x</p>", 8) + "</td></tr></table>"),
    "h2-headline": Kind(markup="<div id='s'>" + cards("<div class='m'><h4><a href='/t#'>Story #</a></h4><p>$x $x</p></div>", 8) + f"</div><div id='p'><h2>$T</h2>{SHORT}</div>"),
    "linked-excerpts": Kind(markup=f"<div><h1>$T</h1>{SHORT}</div><div>" + cards("<a href='/t#'><h4>Story #</h4><p>$x $x</p></a>", 8) + "</div>"),
    "trap-linked-subheads": Kind(markup="<div><h1>$T</h1><p>$1</p><h3><a href='/k'>The keepers</a></h3><p>$2</p><p>$3</p><h3><a href='/t'>The tower</a></h3><p>$4</p><p>$5</p></div>", text="$1|The keepers|$2|$3|The tower|$4|$5"),
}
WRAPPERS = {
    name: Kind(language=language, head="", markup=f"<div class='{outer}'><div class='{inner}'><h2 class='title'>$T</h2><div class='entry'>{TWO}</div></div></div><div class='sidebar-2'><p>$x1</p><p>$x2</p></div><footer><p>$x3 $x4</p></footer>")
    for name, language, outer, inner in (
        ("blogger", "en", "date-outer", "date-posts"),
        ("drupal-views", "en", "views-row", "views-field views-field-body"),
        ("published", "de", "node node-published", "content"),
        ("tags", "fr", "post tag-moulin", "tags-post"),
        ("category", "es", "category-olivos", "post-category-escuela"),
        ("time", "en", "time-entry", "timeline time"),
        ("author", "de", "author-harm post", "authors-post"),
        ("meta", "en", "meta-box", "post-meta-wrapper"),
        ("rating", "fr", "rating-post", "votes-wrapper"),
        ("topics", "es", "topics", "updated"),
    )
} | {
    "trap-date-line": Kind(head="", markup=f"<div class='post'><h2>$T</h2><div class='date-outer'>Sunday, 12 April 2026 at noon</div><div class='entry'>{TWO}</div></div><div class='sidebar'><p>$x1</p></div>"),
    "trap-meta-box": Kind(markup=story("<div class='post-meta'><p>Posted in the section on coasts and islands by the night desk, with help from Holm</p></div>" + ALL)),
}
KINDS = {
    "phrase": PHRASES,
    "paragraph": PARAGRAPHS,
    "caption": CAPTIONS,
    "comment-list": COMMENT_LISTS,
    "outweighed": OUTWEIGHED,
    "form": FORMS,
    "gallery": GALLERIES,
    "siblings": SIBLINGS,
    "unseen": UNSEEN,
    "popular": POPULAR,
    "rows": ROWS,
    "teased": TEASED,
    "items": ITEMS,
    "beside": BESIDE,
    "wrappers": WRAPPERS,
}
# fmt: on


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=f"{name}-{each}")
        for name, kinds in KINDS.items()
        for each, kind in kinds.items()
    ],
)
def test_the_text_is_whole_and_alone(kind: Kind) -> None:
    article = kind.cleaned()
    assert [line for line in (article.lead, *article.body) if line] == kind.wanted
