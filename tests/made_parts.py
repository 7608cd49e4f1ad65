"""Twenty made articles over two to nine pages, each as another kind of site has them, with what looks like their pages and is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

ROOT = "https://www.kelby-paper.org"
_PLACES = (
    "harbour",
    "lighthouse",
    "sound",
    "skerries",
    "pier",
    "shipyard",
    "school",
    "chapel",
    "market",
    "mill",
    "quarry",
    "inn",
)
_PEOPLE = (
    "pilot",
    "teacher",
    "smith",
    "baker",
    "captain",
    "nurse",
    "priest",
    "farmer",
    "diver",
    "clerk",
    "painter",
    "sexton",
)
_DEEDS = (
    "repaired the long rope that had held the bell since the storm of the year before",
    "told the children how the ice had closed the strait for nine whole weeks",
    "carried forty baskets of herring up to the smokehouse before the rain came",
    "wrote every name of the drowned into the book that lies beside the door",
    "kept a lamp burning for the boats that were late from the outer banks",
    "measured the depth of the channel with a line that his father had knotted",
    "sold the last of the winter apples to a stranger who never gave his name",
)


def paragraph(story: int, page: int, at: int) -> str:
    """A paragraph that no other story, page or place has."""
    place, person = _PLACES[(story * 5 + page * 3 + at) % 12], _PEOPLE[(story * 7 + page + at * 5) % 12]
    deed = _DEEDS[(story + page * 2 + at * 3) % 7]
    return f"On day {page * 10 + at} of journey {story} the {person} from the {place} {deed}, and nobody in Kelby spoke of anything else."


def paragraphs(story: int, page: int, count: int = 5) -> tuple[str, ...]:
    return tuple(paragraph(story, page, at) for at in range(count))


@dataclass(frozen=True)
class MadeArticle:
    """The pages of an article by URL, the first of them first; its text; and pages that are none of it, though some name them."""

    name: str
    pages: Mapping[str, str]
    text: tuple[str, ...]
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> str:
        return next(iter(self.pages))


def document(title: str, inner: str, head: str = "", name: str = "Kelby Paper") -> str:
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} | {name}</title>"
        f'<meta property="og:type" content="article"><meta property="og:title" content="{title}">{head}</head><body>'
        "<header><nav><a href='/'>Home</a> <a href='/news'>News</a> <a href='/sea'>Sea</a> "
        "<a href='/2026/11/24'>24</a> <a href='/2026/11/26'>26</a></nav></header>"
        f"<main><article><h1>{title}</h1>{inner}</article></main><footer><a href='/imprint'>Imprint</a></footer></body></html>"
    )


def body(texts: Sequence[str], box: str = "content") -> str:
    return f"<div class={box}>{''.join(f'<p>{each}</p>' for each in texts)}</div>"


def _pager(urls: Sequence[str], here: int, label: str = "{}", words: tuple[str, str] = ("", "")) -> str:
    """Numbers of all pages, this one without a link."""
    parts = [
        f"<span class=current>{label.format(number)}</span>"
        if number == here
        else f"<a href='{url}'>{label.format(number)}</a>"
        for number, url in enumerate(urls, 1)
    ]
    if words[0] and here > 1:
        parts.insert(0, f"<a href='{urls[here - 2]}'>{words[0]}</a>")
    if words[1] and here < len(urls):
        parts.append(f"<a href='{urls[here]}'>{words[1]}</a>")
    return f"<div class=pagination>{' '.join(parts)}</div>"


def _urls(base: str, form: str, count: int) -> list[str]:
    return [base, *(form.format(base=base, n=number) for number in range(2, count + 1))]


HEADLINES = "".join(
    f"<li><a href='/news/another-story-{n}'>The {_PEOPLE[n]} of another story at the {_PLACES[n]}</a></li>"
    for n in range(6)
)
COMMENT = "<div class=comment><p>I have lived beside that very pier for sixty years, and not one word of this is as it was in truth.</p></div>"


def _plain(
    story: int,
    name: str,
    form: str,
    count: int,
    base: str = "",
    words: tuple[str, str] = ("", ""),
    label: str = "{}",
) -> MadeArticle:
    base = base or f"{ROOT}/news/journey-{_PEOPLE[story % 12]}-of-kelby"
    urls = _urls(base, form, count)
    title = f"The journey of the {_PEOPLE[story % 12]}"
    pages = {
        url: document(title, body(paragraphs(story, n)) + _pager(urls, n, label, words))
        for n, url in enumerate(urls, 1)
    }
    return MadeArticle(name, pages, tuple(each for n in range(1, count + 1) for each in paragraphs(story, n)))


def wordpress() -> MadeArticle:
    base = f"{ROOT}/2026/11/25/the-night-of-the-lamps/"
    urls = _urls(base, "{base}{n}/", 3)
    around = (
        "<nav class=post-navigation><a rel=prev href='/2026/11/24/a-quiet-day/'>A quiet day</a> "
        "<a rel=next href='/2026/11/26/the-long-rope/'>The long rope</a></nav>"
        f"<section id=comments class=comments-area><h2>3 comments</h2>{COMMENT * 3}"
        f"<nav class=comment-navigation><a href='{base}comment-page-2/#comments'>2</a> <a href='{base}comment-page-2/'>Next</a></nav></section>"
    )
    head = "<link rel=next href='https://www.kelby-paper.org/2026/11/26/the-long-rope/'>"
    pages = {}
    for n, url in enumerate(urls, 1):
        links = " ".join(
            f"<span class='post-page-numbers current'>{at}</span>"
            if at == n
            else f"<a href='{one}' class=post-page-numbers>{at}</a>"
            for at, one in enumerate(urls, 1)
        )
        inner = f"<div class=entry-content>{''.join(f'<p>{each}</p>' for each in paragraphs(1, n))}<p class=page-links>Pages: {links}</p></div>{around}"
        pages[url] = document("The night of the lamps", inner, head)
    return MadeArticle("wordpress", pages, tuple(each for n in (1, 2, 3) for each in paragraphs(1, n)))


def chapters_with_view_all() -> MadeArticle:
    base = f"{ROOT}/kultur/2026-11/leuchtturm-kelby-reise"
    urls = _urls(base, "{base}/seite-{n}", 4)
    names = ("", "Der Nebel", "Das Seil", "Die Heimkehr")
    items = [
        f"<li><a href='{url}'>Seite {n}: {names[n - 1] or 'Die Abfahrt'}</a></li>"
        for n, url in enumerate(urls, 1)
    ]
    toc = f"<section class=article-pagination><h3>Inhalt</h3><ol>{''.join(items)}</ol><a href='{base}/komplettansicht'>Auf einer Seite lesen</a></section>"
    pages = {
        url: document(
            "Die Reise zum Leuchtturm",
            body(paragraphs(2, n))
            + toc
            + (f"<a class=pagination__button href='{urls[n]}'>Nächste Seite</a>" if n < 4 else ""),
        )
        for n, url in enumerate(urls, 1)
    }
    every = tuple(each for n in range(1, 5) for each in paragraphs(2, n))
    pages[f"{base}/komplettansicht"] = document("Die Reise zum Leuchtturm", body(every))
    return MadeArticle("view all", pages, every)


def counted_from_0() -> MadeArticle:
    base = f"{ROOT}/features/the-bell-of-the-chapel"
    urls = [base, f"{base}?page=1", f"{base}?page=2", f"{base}?page=3"]
    pages = {}
    for n, url in enumerate(urls, 1):
        items = "".join(
            f"<li class=pager-item>{f'<a title=Go href={one!r}>{at}</a>' if at != n else at}</li>"
            for at, one in enumerate(urls, 1)
        )
        ends = (
            f"<li><a href='{urls[n]}'>next ›</a></li><li><a href='{urls[-1]}'>last »</a></li>"
            if n < 4
            else ""
        )
        pages[url] = document(
            "The bell of the chapel", body(paragraphs(3, n)) + f"<ul class=pager>{items}{ends}</ul>"
        )
    return MadeArticle("counted from 0", pages, tuple(each for n in range(1, 5) for each in paragraphs(3, n)))


def repeated_edges() -> MadeArticle:
    base = f"{ROOT}/sea/what-the-diver-found"
    urls = _urls(base, "{base}/page/{n}", 5)
    head = (
        "<p class=standfirst>Below the skerries lies a ship that no book of the island has ever named.</p>"
        "<p class=byline>By Ida Holm and Ove Lind</p>"
        "<figure><img src='/img/ship.jpg'><figcaption>The wheel of the ship, as the diver saw it</figcaption></figure>"
    )
    note = "This story first appeared in the yearbook of the Kelby museum, which is sold at the pier."
    tail = f"<p>{note}</p><div class=author-bio><p>Ida Holm has written about the sea for this paper since she was nineteen.</p></div>"
    pages = {}
    for n, url in enumerate(urls, 1):
        pager = _pager(urls, n, words=("Previous", "Next"))
        texts = "".join(f"<p>{each}</p>" for each in paragraphs(4, n))
        pages[url] = document(
            "What the diver found",
            f"{pager}{head}<div class=text>{texts}{tail}</div>{pager}",
            "<meta name=author content='Ida Holm'>",
        )
    return MadeArticle(
        "repeated edges", pages, (*(each for n in range(1, 6) for each in paragraphs(4, n)), note)
    )


def one_by_one() -> MadeArticle:
    base = f"{ROOT}/long-reads/nine-weeks-of-ice"
    urls = _urls(base, "{base}/{n}", 9)
    pages = {}
    for n, url in enumerate(urls, 1):
        head = f"<link rel=next href='{urls[n]}'>" if n < 9 else ""
        more = f"<a class=button href='{urls[n]}'>Continue reading</a>" if n < 9 else ""
        pages[url] = document("Nine weeks of ice", body(paragraphs(5, n)) + more, head)
    return MadeArticle("one by one", pages, tuple(each for n in range(1, 10) for each in paragraphs(5, n)))


def left_out_numbers() -> MadeArticle:
    base = f"{ROOT}/reviews/forty-lamps-compared"
    urls = _urls(base, "{base}?p={n}", 8)
    pages = {}
    for n, url in enumerate(urls, 1):
        near = [at for at in range(1, 9) if abs(at - n) < 2 or at in (1, 8)]
        links = " … ".join(f"<b>{at}</b>" if at == n else f"<a href='{urls[at - 1]}'>{at}</a>" for at in near)
        pages[url] = document(
            "Forty lamps compared", body(paragraphs(6, n)) + f"<div class=pages>{links}</div>"
        )
    return MadeArticle(
        "left out numbers", pages, tuple(each for n in range(1, 9) for each in paragraphs(6, n))
    )


def with_lists_of_its_site() -> MadeArticle:
    base = f"{ROOT}/isles/the-smith-and-the-anchor"
    urls = _urls(base, "{base}/{n}", 3)
    numbers = "<a href='?page=2'>2</a> <a href='?page=3'>3</a> <a href='?page=2'>Next</a>"
    latest = (
        f"<section class=latest><h2>Latest</h2><ul>{HEADLINES}</ul><div class=pages>{numbers}</div></section>"
    )
    pages = {
        url: document("The smith and the anchor", body(paragraphs(7, n)) + _pager(urls, n) + latest)
        for n, url in enumerate(urls, 1)
    }
    others = {
        f"{base}?page={n}": document("The smith and the anchor", body(paragraphs(7, 1)) + latest)
        for n in (2, 3)
    }
    return MadeArticle(
        "lists of its site", pages, tuple(each for n in range(1, 4) for each in paragraphs(7, n)), others
    )


def of_a_series() -> MadeArticle:
    base = f"{ROOT}/series/winter-on-kelby-2"
    urls = _urls(base, "{base}/{n}", 2)
    series = (
        "<div class=box><h3>Winter on Kelby</h3><a href='/series/winter-on-kelby'>Part 1</a> <b>Part 2</b> "
        "<a href='/series/winter-on-kelby-3'>Part 3</a> <a rel=next href='/series/winter-on-kelby-3'>Next</a></div>"
    )
    pages = {
        url: document("Winter on Kelby", series + body(paragraphs(8, n)) + _pager(urls, n))
        for n, url in enumerate(urls, 1)
    }
    others = {f"{ROOT}/series/winter-on-kelby-3": document("Winter on Kelby", body(paragraphs(8, 7)))}
    return MadeArticle("series", pages, tuple(each for n in (1, 2) for each in paragraphs(8, n)), others)


def with_a_gallery() -> MadeArticle:
    base = f"{ROOT}/pictures-of-a-storm-at-the-pier"
    urls = _urls(base, "{base}?page={n}", 3)
    gallery = (
        "<div class=gallery><img src='/1.jpg'><p>The pier at noon</p>"
        "<a href='?slide=1'>1</a> <a href='?slide=2'>2</a> <a href='?slide=3'>3</a> <a href='?slide=2'>Next</a></div>"
    )
    pages = {
        url: document("A storm at the pier", body(paragraphs(9, n)) + gallery + _pager(urls, n))
        for n, url in enumerate(urls, 1)
    }
    return MadeArticle("gallery", pages, tuple(each for n in range(1, 4) for each in paragraphs(9, n)))


def with_prints() -> MadeArticle:
    base = f"{ROOT}/a/the-mill-turns-again.html"
    urls = [base, f"{ROOT}/a/the-mill-turns-again-2.html", f"{ROOT}/a/the-mill-turns-again-3.html"]
    tools = f"<div class=tools><a href='{base}?print=1'>Print</a> <a href='{ROOT}/amp/the-mill-turns-again.html'>AMP</a> <a href='{base}?font=2'>2</a></div>"
    pages = {
        url: document(
            "The mill turns again", tools + body(paragraphs(10, n)) + _pager(urls, n, words=("", "Next page"))
        )
        for n, url in enumerate(urls, 1)
    }
    return MadeArticle("prints", pages, tuple(each for n in range(1, 4) for each in paragraphs(10, n)))


def chapters_with_titles() -> MadeArticle:
    base = f"{ROOT}/test/engine-of-the-ferry"
    urls = _urls(base, "{base}/{n}/", 4)
    names = ("The engine of the ferry", "How we measured", "On the open sea", "What remains")
    options = "".join(
        f"<li><a href='{url}'>Page {n}: {names[n - 1]}</a></li>" for n, url in enumerate(urls, 1)
    )
    pages = {
        url: document(
            names[n - 1],
            body(paragraphs(11, n)) + f"<ul class=chapters>{options}</ul>",
            f"<link rel=canonical href='{base}'>",
        )
        for n, url in enumerate(urls, 1)
    }
    return MadeArticle("chapters", pages, tuple(each for n in range(1, 5) for each in paragraphs(11, n)))


def that_leads_on_in_words() -> MadeArticle:
    base = f"{ROOT}/report/die-schule-auf-der-insel"
    urls = [base, f"{base}-p2.html", f"{base}-p3.html"]
    leads = ("Weiter auf Seite 2: Der Winter", "Lesen Sie auf der nächsten Seite: Der Abschied", "")
    pages = {}
    for n, url in enumerate(urls, 1):
        texts = "".join(f"<p>{each}</p>" for each in paragraphs(12, n))
        lead = f"<p><a href='{urls[n]}'>{leads[n - 1]}</a></p>" if n < 3 else ""
        title = "Die Schule auf der Insel" + (f" - Seite {n}" if n > 1 else "")
        pages[url] = document(title, f"<div class=text>{texts}{lead}</div>{_pager(urls, n)}")
    return MadeArticle("words", pages, tuple(each for n in range(1, 4) for each in paragraphs(12, n)))


def whose_pages_share_a_paragraph() -> MadeArticle:
    base = f"{ROOT}/tales/the-captain-and-the-seal"
    urls = _urls(base, "{base}?page={n}", 3)
    pages = {
        url: document(
            f"The captain and the seal ({n}/3)",
            body(((paragraph(13, n - 1, 4),) if n > 1 else ()) + paragraphs(13, n)) + _pager(urls, n),
        )
        for n, url in enumerate(urls, 1)
    }
    return MadeArticle(
        "shared paragraph", pages, tuple(each for n in range(1, 4) for each in paragraphs(13, n))
    )


def that_other_articles_answer_for() -> MadeArticle:
    """The last of its pages is gone, and its address shows another article."""
    base = f"{ROOT}/news/the-clerk-counts-the-boats"
    urls = _urls(base, "{base}?page={n}", 3)
    pages = {
        url: document("The clerk counts the boats", body(paragraphs(14, n)) + _pager(urls, n))
        for n, url in enumerate(urls[:2], 1)
    }
    pages[urls[2]] = document("Mayor opens new fish market", body(paragraphs(14, 9)))
    return MadeArticle("another article", pages, tuple(each for n in (1, 2) for each in paragraphs(14, n)))


ARTICLES: tuple[MadeArticle, ...] = (
    wordpress(),
    chapters_with_view_all(),
    counted_from_0(),
    repeated_edges(),
    one_by_one(),
    left_out_numbers(),
    with_lists_of_its_site(),
    of_a_series(),
    with_a_gallery(),
    with_prints(),
    chapters_with_titles(),
    that_leads_on_in_words(),
    whose_pages_share_a_paragraph(),
    that_other_articles_answer_for(),
    _plain(
        15, "chinese", "{base}_{n}.htm", 4, f"{ROOT}/n1/2026/1125/c1004-40610", ("上一页", "下一页"), "[{}]"
    ),
    _plain(16, "arabic", "{base}?page={n}", 3, words=("السابق", "الصفحة التالية")),
    _plain(17, "japanese", "{base}/{n}", 2, f"{ROOT}/articles/view/sports/367061", ("前へ", "次へ >>")),
    _plain(
        18,
        "polish",
        "{base},{n}",
        5,
        f"{ROOT}/kultura/dzwon-z-kaplicy,1204711",
        ("Poprzednia", "Następna strona"),
    ),
    _plain(19, "joomla", "{base}?start={n}", 3, words=("Prev", "Next")),
    _plain(20, "with a query", "{base}&page={n}", 6, f"{ROOT}/story.php?id=4711", label="Page {}"),
)
