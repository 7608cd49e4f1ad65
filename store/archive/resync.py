"""Where to go on after damage: at a record that was written as one, never at bytes inside a body that look like one.

A body that does not compress stands in its gzip member as it came, and whoever served it chose its bytes: it may hold whole
gzip members, with records of any page. What they cannot foresee is the id of the record around them, which hangs on the
microsecond of the fetch, and they cannot take the file's end with them.
"""

from articles.errors import ArchiveError
from store.archive import warc
from store.archive.members import Bytes, DamageError, TornError, head_at, next_member, unpacked


def resume(data: Bytes, offset: int) -> int:
    """Where the next page or remains begin after the damaged ones at `offset`, which were written there.

    The end of `data` if nothing that follows is sure to be a record: then pages between two damages may be lost.
    """
    if end := _own_end(data, offset):
        return end
    try:
        _, broken = unpacked(data, offset)
    except TornError:
        return len(data)
    except DamageError:
        broken = offset
    if broken > offset:  # metadata are JSON, which never stands uncompressed: nothing can hide there
        return warc.next_pair(data, broken)
    place = offset
    while (place := warc.next_pair(data, place + 1)) < len(data):
        if _leads_to_the_end(data, place):
            break
    return place


def _own_end(data: Bytes, offset: int) -> int:
    """The end of the damaged page at `offset`: after the member that refers to its record; 0 where that is not to be had."""
    head = head_at(data, offset)
    identity = head.get("warc-refers-to" if head.get("warc-type") == "metadata" else "warc-record-id")
    place = offset
    while identity and (place := next_member(data, place + 1)) < len(data):
        if head_at(data, place).get("warc-refers-to") == identity:
            try:
                return unpacked(data, place)[1]
            except DamageError:
                return 0
    return 0


def _leads_to_the_end(data: Bytes, offset: int) -> bool:
    """Whether record follows on record from `offset` to the end of the file, over damages that tell their own end."""
    while offset < len(data):
        try:
            _, offset = warc.decode(data, offset)
        except DamageError:
            if not (offset := _own_end(data, offset)):
                return False
        except ArchiveError:  # a newer version's, which nothing before it vouches for
            return False
    return True
