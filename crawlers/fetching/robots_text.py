"""The text of a robots.txt file, from whatever bytes a server sends, so that its parser reads it by RFC 9309. Pure."""

import codecs
import re

MAX_BYTES = 500 * 1024
"""How much of a file is read, as RFC 9309 (2.5) asks of a crawler."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_AGENT = re.compile(r"\s*user[- ]?agent\s*(?::|\s)\s*(.*?)\s*(?:#.*)?$", re.IGNORECASE)
_TOKEN = re.compile(r"\*(?!\S)|[\w-]+", re.ASCII)
# Protego takes these spellings for Disallow
_RULE = re.compile(
    r"\s*(?:allow|disallow|dissallow|dissalow|disalow|diasllow|disallaw)\s*(?::|\s)", re.IGNORECASE
)
_OTHER = re.compile(r"\s*[^\s#]")


def robots_text(body: bytes) -> str:
    """The file as text for Protego: its first 500 KiB, without the line that is cut there.

    UTF-8 or, by its byte order mark or zeros, UTF-16; what does not decode is replaced. A line that is neither
    User-agent, Allow nor Disallow must not end a group (2.2.4), as it does for Protego: the group's agents are
    repeated before its first rule. Of an agent line the product token alone counts (2.2.1).
    """
    text = _decoded(body[:MAX_BYTES]).lstrip("\ufeff\ufffd")
    lines = _LINE_END.split(text)
    return "\n".join(_regrouped(lines[:-1] if len(body) > MAX_BYTES else lines))


def _decoded(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    if body[:1] == b"\0":
        return body.decode("utf-16-be", "replace")
    return body.decode("utf-16-le" if body[1:2] == b"\0" else "utf-8-sig", "replace")


def _regrouped(lines: list[str]) -> list[str]:
    regrouped: list[str] = []
    agents: list[str] = []  # of the group
    in_rules = split = False
    for line in lines:
        if agent := _AGENT.match(line):
            if in_rules:
                agents, in_rules, split = [], False, False
            token = _TOKEN.match(agent[1])
            line = f"User-agent: {token[0] if token else agent[1]}"  # noqa: PLW2901
            agents.append(line)
        elif _RULE.match(line):
            if split:
                regrouped += agents
            in_rules, split = True, False
        elif _OTHER.match(line):
            split = not in_rules
        regrouped.append(line)
    return regrouped
