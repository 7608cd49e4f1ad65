"""Connections that are kept open between requests: no more than are worth it. A want of them is ours, no site's."""

import errno
from itertools import islice
from typing import Any

from twisted.internet.error import ConnectError
from twisted.web.client import HTTPConnectionPool

MOST_IDLE = 128
"""Idle connections kept over all hosts. A crawl of thousands of hosts would otherwise keep one for each."""

IDLE_SECONDS = 60
"""Web servers close an idle connection after 5 (Apache) to 75 seconds (nginx)."""

_OUT_OF_FILES = {errno.EMFILE, errno.ENFILE}


class SparingPool(HTTPConnectionPool):
    """Closes the connection that was idle longest when there are more than MOST_IDLE."""

    cachedConnectionTimeout = IDLE_SECONDS  # noqa: N815  Twisted's name
    retryAutomatically = False  # noqa: N815  Twisted's name; it would ask again at once, without a pause

    def _putConnection(self, key: Any, connection: Any) -> None:  # noqa: N802  Twisted's name
        super()._putConnection(key, connection)  # type: ignore[no-untyped-call]
        for timeout in islice(self._timeouts.values(), max(0, len(self._timeouts) - MOST_IDLE)):
            timeout.reset(0)


def out_of_files(error: BaseException) -> bool:
    """Whether a connection failed because this process or machine has too many open files."""
    number = error.osError if isinstance(error, ConnectError) else getattr(error, "errno", None)
    return number in _OUT_OF_FILES or (error.__cause__ is not None and out_of_files(error.__cause__))
