"""Folders of files as those of Full-Text RSS: every directive, and the slips that people make in them."""

import random
from pathlib import Path

GOOD = (
    "title: //h1[@class='headline']",
    "title: //meta[@property='og:title']/@content",
    "title: concat(//h2[1], ' - ', //h1)",
    "body: //div[@id='story']",
    "body: //article//p | //article//h2",
    "author: //a[@rel='author']",
    "author: substring-after(//p[@class='by'], 'By ')",
    "date: //time/@datetime",
    "date: //p[@class='date']",
    "strip: //aside",
    "strip: //div[contains(@class, 'share')]/following-sibling::*",
    "strip: //p[not(*) and contains(., 'Subscribe')]",
    "strip_id_or_class: newsletter",
    "strip_id_or_class: 'related'",
    "strip_image_src: /pixel.gif",
    "strip_attr: //img/@srcset",
    "find_string: <amp-img\nreplace_string: <img",
    "replace_string(<noscript>): <div>",
    'replace_string(<b style="color: red">): <i>',
    "single_page_link: //a[@class='print']",
    "single_page_link: concat(//link[@rel='canonical']/@href, '?print=1')\nif_page_contains: //ul[@class='pages']",
    "next_page_link: //a[@rel='next']/@href",
    "prune: no",
    "prune: yes",
    "autodetect_on_failure: no",
    "autodetect_on_failure: yes",
    "test_url: https://www.example.org/news/1\ntest_contains: the bridge\ntest_contains: reopened",
)
NOT_USED = (
    "tidy: no",
    "parser: html5lib",
    "single_page_link_in_feed: //a[@class='print']",
    "autodetect_next_page: yes",
    "http_header(user-agent): Mozilla/5.0 (compatible)",
    "http_header(Cookie): a=b",
    "native_ad_clue: //meta[@name='sponsored']",
    "requires_login: yes",
    "login_uri: https://www.example.org/login",
    "login_extra_fields: a=b",
    "not_logged_in_xpath: //form[@id='login']",
    "skip_json_ld: yes",
    "strip_comments: no",
    "convert_double_br_tags: yes",
    "src_lazy_load_attr: data-real",
    "insert_detected_image: no",
    "dissolve: //a[@class='glossary']",
    "wrap_in(blockquote): //div[@class='quote']",
    "footnotes: //div[@class='notes']",
)
SLIPS = (
    "body:",
    "body //div[@id='story']",
    "boddy: //div[@id='story']",
    "titel: //h1",
    "test_urls: https://www.example.org/1",
    "https://www.example.org/a/page/that/was/pasted",
    "strip: //div[@class='a",
    "strip: //div[@class='a']]",
    "strip: //div[contains(@class 'a')]",
    "strip: //div[@class='a'] # the share box",
    "strip: //svg:g",
    "strip: .box",
    "strip: //p[matches(., 'x')]",
    "body: count(//p)",
    "body: 'story'",
    "strip: string(//p)",
    "strip: //*[count(//*[count(//*) > 1]) > 1]",
    "title: $x",
    "prune: maybe",
    "replace_string(a):",
    "replace_string(): b",
    ": value",
    ":",
    "=====",
    "// strip: //p",
    "strip_id_or_class",
)
LONE = ("find_string: <center", "replace_string: </p>", "test_contains: above every test_url")
COMMENTS = ("# a comment", "", "   ", "\t# after a tab")


def text_of_file(chance: random.Random) -> str:
    """A file of some directives, with slips, in any order."""
    lines = [
        *chance.sample(GOOD, chance.randint(1, 12)),
        *chance.sample(NOT_USED, chance.randint(0, 4)),
        *chance.sample(SLIPS, chance.randint(0, 3)),
        *chance.sample(LONE, chance.randint(0, 1)),
        *chance.sample(COMMENTS, 2),
    ]
    chance.shuffle(lines)
    spaced = ((": ", ":"), (": ", " :\t"), (": ", ": "))
    return "\n".join(line.replace(*chance.choice(spaced), 1) for line in lines)


def encoded(text: str, chance: random.Random) -> bytes:
    """The file as one of many programs would write it."""
    text = text.replace("\n", chance.choice(("\n", "\r\n", "\r")))
    return chance.choice(
        (
            text.encode(),
            b"\xef\xbb\xbf" + text.encode(),
            text.encode("utf-16"),
            f"# Zeitung für die Stadt\n{text}".encode("cp1252"),
            text.encode() + b"\n\0\xff\xfe trailing bytes",
        )
    )


def write(folder: Path, files: int, seed: int = 1) -> None:
    """So many files, of hosts and of domains below some, and global.txt."""
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(files - 1):
        name = f"{'.' if number % 10 == 0 else 'www.' if number % 10 == 1 else ''}paper{number}.example.txt"
        (folder / name).write_bytes(encoded(text_of_file(chance), chance))
    (folder / "global.txt").write_text(
        "title: //meta[@property='og:title']/@content\nstrip_image_src: doubleclick\n", encoding="utf-8"
    )
