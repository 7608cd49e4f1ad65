"""Where in a text a line is. Apart from the rules for lines, whose patterns cost a tenth of a second to compile."""

from articles.model import Place

HEAD = 4  # lines that may be a headline, breadcrumb, byline or date
_TAIL_SHARE = 0.15
_TAIL = 5


def place(index: int, count: int) -> Place:
    """The part that a line is in: the first four lines are the head, the last five or 15 % (whichever is more) the tail."""
    if index < HEAD:
        return "head"
    return "tail" if index >= count - max(_TAIL, int(_TAIL_SHARE * count)) else "body"
