"""A file of Full-Text RSS says what it says, and what is wrong with it is named with its line."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.sites import ftr_file
from articles.sites.ftr_file import FtrFile, PageTest, Remark, Replacement, Stated
from tests import ftr_folder


def read(text: str) -> FtrFile:
    return ftr_file.read("example.org.txt", text.encode())


def test_every_directive_that_is_used_is_read() -> None:
    found = read(
        "# the paper of Example\n\n"
        "title: //h1\ntitle: //h2\nauthor: //a[@rel='author']\ndate: //time/@datetime\n"
        "body: //div[@id='a: b']\nstrip: //aside\nstrip_id_or_class: share\nstrip_image_src: pixel\nstrip_attr: //img/@srcset\n"
        "find_string: <amp-img\nreplace_string: <img\nprune: no\nautodetect_on_failure: no\n"
        "test_url: https://example.org/1\ntest_contains: the bridge\ntest_contains: reopened\ntest_url: sec://example.org/2\n"
    )
    assert found == FtrFile(
        name="example.org.txt",
        title=(Stated(3, "//h1"), Stated(4, "//h2")),
        author=(Stated(5, "//a[@rel='author']"),),
        date=(Stated(6, "//time/@datetime"),),
        body=(Stated(7, "//div[@id='a: b']"),),
        strip=(Stated(8, "//aside"),),
        strip_id_or_class=(Stated(9, "share"),),
        strip_image_src=(Stated(10, "pixel"),),
        strip_attr=(Stated(11, "//img/@srcset"),),
        replacements=(Replacement(12, "<amp-img", "<img"),),
        prune=False,
        autodetect_on_failure=False,
        tests=(
            PageTest(16, "https://example.org/1", ("the bridge", "reopened")),
            PageTest(19, "https://example.org/2"),
        ),
    )
    assert not found.remarks


def test_links_to_other_pages_are_kept_with_the_condition_below_them() -> None:
    found = read(
        "next_page_link: //a[@rel='next']\nsingle_page_link: //a[@id='all']\nsingle_page_link: concat(//a/@href, '?print')\n"
        "if_page_contains: //ul[@class='pages']\n"
    )
    assert found.next_page_link == (Stated(1, "//a[@rel='next']"),)
    assert found.single_page_link == (
        Stated(2, "//a[@id='all']"),
        Stated(3, "concat(//a/@href, '?print')"),
    )
    assert found.if_page_contains == (Stated(3, "//ul[@class='pages']"),)
    assert not found.remarks


def test_a_condition_without_a_link_is_named() -> None:
    found = read("next_page_link: //a\nif_page_contains: //ul\n")
    assert [(remark.line, remark.kind) for remark in found.remarks] == [(2, "ignored")]
    assert not found.if_page_contains


@pytest.mark.parametrize("line", ftr_folder.NOT_USED)
def test_what_is_not_used_is_named(line: str) -> None:
    found = read(line)
    assert {remark.kind for remark in found.remarks} == {"not_used"}
    assert found.remarks[0].text.startswith(line.partition(":")[0].partition("(")[0])


@pytest.mark.parametrize("line", ftr_folder.SLIPS)
def test_every_slip_is_named_with_its_line_and_nothing_else_is_lost(line: str) -> None:
    found = read(f"title: //h1\n\n{line}\nbody: //div")
    assert [remark.line for remark in found.remarks] == [3]
    assert found.remarks[0].kind in ("ignored", "refused")
    assert (found.title, found.body) == ((Stated(1, "//h1"),), (Stated(4, "//div"),))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("strip: //div[", Remark(1, "refused", "strip: it is no XPath selector: Invalid expression: //div[")),
        ("titel: //h1", Remark(1, "ignored", "no directive: titel (title?)")),
        ("body:", Remark(1, "ignored", "body has no value")),
        ("no colon", Remark(1, "ignored", "there is no colon: no colon")),
        ("prune: maybe", Remark(1, "ignored", "prune is yes or no; maybe counts as no")),
        ("test_contains: x", Remark(1, "ignored", "test_contains stands above the first test_url")),
        ("body: count(//p)", Remark(1, "refused", "body: it selects nothing on a page: count(//p)")),
    ],
)
def test_remarks_say_what_is_wrong(line: str, said: Remark) -> None:
    assert read(line).remarks == (said,)


def test_strings_and_their_replacements_are_told_by_their_order() -> None:
    found = read("find_string: a\nfind_string: b\nreplace_string: 1\nreplace_string(c): 3\nreplace_string: 2")
    assert [(each.find, each.put) for each in found.replacements] == [("a", "1"), ("b", "3"), ("c", "2")]
    assert read('replace_string(<b style="x: y">): <i> : </i>').replacements == (
        Replacement(1, '<b style="x: y">', "<i> : </i>"),
    )


def test_a_string_without_replacement_leaves_all_of_them_out() -> None:
    found = read("find_string: a\nreplace_string: 1\nfind_string: b\n")
    assert not found.replacements
    assert found.remarks == (Remark(3, "refused", "2 find_string, but 1 replace_string: none is used"),)


TEXT = "# Zeitung für die Stadt\ntitle: //h1[.='für']\nbody: //div\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_and_ends_of_lines(encoding: str, end: str) -> None:
    found = ftr_file.read("example.org.txt", TEXT.replace("\n", end).encode(encoding))
    assert (found.title, found.body) == ((Stated(2, "//h1[.='für']"),), (Stated(3, "//div"),))
    assert [remark.text for remark in found.remarks] == (
        ["the file is not UTF-8; it was read as Windows-1252"] if encoding == "cp1252" else []
    )


def test_spaces_and_case_do_not_matter() -> None:
    assert read("\t Title :\t//h1 \nBODY://div").title == (Stated(1, "//h1"),)


def test_limits_are_said() -> None:
    huge = ftr_file.read("example.org.txt", b"#" * (ftr_file.MAX_BYTES + 1))
    assert [remark.kind for remark in huge.remarks] == ["refused"]
    many = read("strip: //p\n" * 502)
    assert (len(many.strip), [remark.line for remark in many.remarks]) == (500, [501, 502])
    strings = read("replace_string(a): b\n" * 201)
    assert (strings.replacements, [remark.line for remark in strings.remarks]) == ((), [201])


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    ftr_file.read("example.org.txt", data)


@given(
    st.lists(
        st.tuples(st.sampled_from((*ftr_file.DIRECTIVES, "replace_string(x)", "")), st.text(max_size=30)),
        max_size=8,
    )
)
def test_any_values_are_read_and_every_remark_has_a_line_of_the_file(lines: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{name}: {value}" for name, value in lines)
    found = read(text)
    most = len(text.replace("\r", "\n").split("\n"))
    assert all(1 <= remark.line <= most and remark.text for remark in found.remarks)


@given(st.integers(min_value=0))
def test_slips_leave_what_is_right(seed: int) -> None:
    chance = random.Random(seed)
    text = f"title: //h1\n{ftr_folder.text_of_file(chance)}\nbody: //div[@id='last']"
    found = ftr_file.read("example.org.txt", ftr_folder.encoded(text, chance))
    assert "//h1" in [each.text for each in found.title]
    assert "//div[@id='last']" in [each.text for each in found.body]
