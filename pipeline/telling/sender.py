"""One request to a service, in a process of its own: `python -m pipeline.telling.sender`, killed when it takes too long.

Only this process reads the variable that has the URL, and it repeats nothing of what it was told about it: services' URLs
hold tokens, and so do the logs and errors of the libraries that ask them. It gets a list on standard input, as
JSON: the variable's name, and a message's title, text and kind (without these, the URL is only asked). It prints why the
service did not take it, "" if it did.
"""

import json
import logging
import os
import re
import signal
import sys

_SECONDS = 20.0
_LIFE = 120  # seconds, after which it ends even if nobody is there any more to kill it


def main() -> None:
    signal.alarm(_LIFE)
    variable, *words = json.load(sys.stdin)
    url = os.environ.get(variable, "").strip()
    if not url:
        sys.stdout.write(f"the environment variable {variable} is not set")
    else:
        sys.stdout.write(send(url, *words) if words else ask(url))


def send(url: str, title: str, text: str, kind: str) -> str:
    """Why the service at this URL, in Apprise's form, did not take the message; "" if it did."""
    import apprise

    heard = _Heard()
    logger = logging.getLogger("apprise")
    logger.addHandler(heard)
    logger.propagate = False
    try:
        asset = apprise.AppriseAsset(app_id="Broadsheet", app_desc="Broadsheet", secure_logging=True)
        sender = apprise.Apprise(asset=asset)
        if not sender.add(url):
            return "its URL is none of a service that Apprise knows"
        taken = sender.notify(
            body=text,
            title=title,
            notify_type=apprise.NotifyType(kind),
            body_format=apprise.NotifyFormat.TEXT,
        )
        return "" if taken else heard.reason()
    finally:
        logger.removeHandler(heard)
        logger.propagate = True


def ask(url: str) -> str:
    """Why a GET of this URL failed; "" if it did not."""
    import httpx

    try:
        status = httpx.get(url, timeout=_SECONDS, follow_redirects=True).status_code
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        return "its URL is none of http or https"
    except httpx.HTTPError:
        return "it cannot be reached"
    return "" if httpx.codes.is_success(status) else f"it answered HTTP {status}"


class _Heard(logging.Handler):
    """Of what Apprise logs, only what says no secret: a status, or that there was no connection."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self._text += record.getMessage()

    def reason(self) -> str:
        if status := re.search(r"\berror=(\d{3})\b", self._text):
            return f"it answered HTTP {status[1]}"
        if "onnection error" in self._text:
            return "it cannot be reached"
        return "it did not take the message"


if __name__ == "__main__":
    main()
