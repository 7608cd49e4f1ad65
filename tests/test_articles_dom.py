"""Helpers over trees: what is still in a tree after cuts."""

import lxml.html

from articles.dom import attached


def test_what_was_cut_is_attached_no_more_nor_is_what_stood_in_it() -> None:
    tree = lxml.html.document_fromstring("<div><nav><p>a</p></nav><p>b</p></div>")
    outer, (cut, kept) = tree.find(".//nav"), tree.iter("p")
    assert outer is not None
    assert all(attached(element, tree) for element in (tree, outer, cut, kept))
    outer.drop_tree()
    assert [attached(element, tree) for element in (tree, outer, cut, kept)] == [True, False, False, True]
