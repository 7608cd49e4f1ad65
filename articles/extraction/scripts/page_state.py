"""The values that a page hands to its own scripts: JSON in a script of its own, assigned to a name, or pushed in pieces.

Next, Nuxt, Fusion, Apollo, Redux and React Query leave the same few forms. They are read by their form, not by the
names that they are assigned to.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from articles.dom import Element, select

_SCRIPTS = select("//script[not(@src)]")
_JSON_TYPE = re.compile(r"json(?:;.*)?$", re.IGNORECASE)
_LINKED_DATA = "ld+json"
_SHORTEST = 400  # characters of a script; less holds no article
_LONGEST = 4_000_000  # characters of all scripts of a page
_MOST_VALUES = 200
_TIMES = 6  # how often a script may be read through, in vain
_LEAST = 20  # characters that each try costs
_BEGINS = re.compile(r"(?:=|\bpush\(|\bparse\()\s*(?:decodeURIComponent\(\s*)?(?=[{\[\"])")
_NOT_JSON = re.compile(r"(?<=[:,\[])\s*(?:undefined|NaN|-?Infinity|void 0)(?=\s*[,}\]])")
_UNDEFINED = re.compile(r"undefined|NaN|-?Infinity|void 0")
# Nuxt 2: `(function(a,b){return {title:a}}("Ferry",1))`, names in place of values that occur twice.
_CALLED = re.compile(r"=\s*\(function\(([\w$,\s]{0,20000})\)\s*\{\s*return\s*(?=\{)")
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|void 0|![01]|[A-Za-z_$][\w$]*(\s*:)?', re.DOTALL)
_SPELLED = {"void 0": "null", "undefined": "null", "!0": "true", "!1": "false"}
_DECODER = json.JSONDecoder(strict=False)
_FLIGHT = "__next_f"  # React's own format, in pieces
_ROW = re.compile(rb"([0-9a-f]{0,8}):(?:T([0-9a-f]{1,8}),|([A-Z]{0,2})(?=[\[{\"]))")
_REFERENCE = re.compile(r"\$([0-9a-f]{1,8})")
_WRAPPERS = ("Reactive", "ShallowReactive", "Ref", "ShallowRef", "EmptyRef", "EmptyShallowRef")


def values(tree: Element) -> list[object]:
    """Every object and list in the page's scripts, apart from JSON-LD; broken ones are left out. Never raises."""
    found: list[object] = []
    pieces: list[str] = []
    left = _LONGEST
    for script in _SCRIPTS(tree):
        text = script.text or ""
        kind = script.get("type") or ""
        if _LINKED_DATA in kind or len(text) > left or (len(text) < _SHORTEST and _FLIGHT not in text):
            continue
        left -= len(text)
        for value in _read(text, whole=_JSON_TYPE.search(kind) is not None):
            if _FLIGHT in text and isinstance(value, list):
                pieces.extend(piece for piece in value[1:2] if isinstance(piece, str))
            elif isinstance(value, (dict, list)):
                found.append(_nuxt(value) if isinstance(value, list) else value)
        if len(found) > _MOST_VALUES:
            break
    return [*found[:_MOST_VALUES], *_flight("".join(pieces))]


def _read(text: str, *, whole: bool) -> Iterator[object]:
    """The values of a script: all of it, or those that begin behind `=`, `push(` and `parse(`."""
    if whole:
        yield _decoded(text.strip(), 0)[0]
        return
    if called := _CALLED.search(text):
        yield _called(called[1], text[called.end() :])
        return
    at, spent = 0, 0
    while spent <= _TIMES * len(text) and (begins := _BEGINS.search(text, at)):
        value, at, cost = _decoded(text, begins.end())
        spent += cost
        if isinstance(value, str) and len(value) >= _SHORTEST:
            value, _, cost = _decoded((unquote(value) if value.startswith("%") else value).strip(), 0)
            spent += cost
        yield value


def _decoded(text: str, at: int) -> tuple[object, int, int]:
    """The value that begins here, the place behind it, and the characters read; None and the next place if it is not one."""
    try:
        value, end = _DECODER.raw_decode(text, at)
        return value, end, _LEAST + end - at
    except json.JSONDecodeError as error:
        if not _UNDEFINED.match(text, error.pos):
            return None, at + 1, _LEAST + error.pos - at
    except RecursionError:
        return None, at + 1, _LEAST + len(text) - at
    rest = text[at:]
    try:
        return _DECODER.raw_decode(_NOT_JSON.sub("null", rest))[0], len(text), _LEAST + 3 * len(rest)
    except (ValueError, RecursionError):
        return None, at + 1, _LEAST + 3 * len(rest)


def _called(names: str, text: str) -> object:
    """What a function returns that names the values it is called with; None if that is not JSON in all but its names."""
    body, _, given = text.rpartition("}(")
    try:
        values = json.loads(f"[{_as_json(given.rpartition('))')[0], {})}]", strict=False)
        spelled = dict(zip(names.replace(" ", "").split(","), map(json.dumps, values), strict=False))
        return json.loads(_as_json(body, spelled), strict=False)
    except (ValueError, RecursionError):
        return None


def _as_json(text: str, spelled: Mapping[str, str]) -> str:
    """The text with quoted keys, and values in place of names; those that are too much for a page become null."""
    left = _LONGEST

    def token(found: re.Match[str]) -> str:
        nonlocal left
        whole = found[0]
        if whole.startswith('"'):
            return whole
        if found[1]:
            return f'"{whole[: -len(found[1])]}":'
        value = spelled.get(whole, _SPELLED.get(whole, whole))
        left -= len(value)
        return value if left > 0 else "null"

    return _TOKEN.sub(token, text)


def _flight(text: str) -> list[object]:
    """The rows of React's format, `id:JSON` or `id:Tlength,text` with the length in bytes; each `$id` is replaced by that text."""
    data, at = text.encode("utf-8", "surrogatepass"), 0
    texts: dict[str, str] = {}
    rows: list[object] = []
    while (head := _ROW.match(data, at)) or (at := data.find(b"\n", at) + 1):
        if head is None:
            continue
        name = head[1].decode()
        if head[2] is not None:
            end = head.end() + int(head[2], 16)
            texts[name] = data[head.end() : end].decode("utf-8", "replace")
            at = end
            continue
        end = data.find(b"\n", head.end())
        end = len(data) if end < 0 else end
        if not head[3] and len(rows) < _MOST_VALUES:
            rows.append(_decoded(data[head.end() : end].decode("utf-8", "replace"), 0)[0])
        at = end + 1
    for row in rows:
        _replace(row, texts)
    return rows


def _replace(root: object, texts: dict[str, str]) -> None:
    waiting = [root]
    while waiting:
        value: Any = waiting.pop()
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for place, item in list(inner):
            if isinstance(item, str) and (named := _REFERENCE.fullmatch(item)) and named[1] in texts:
                value[place] = texts[named[1]]
            elif isinstance(item, (dict, list)):
                waiting.append(item)


def _nuxt(flat: list[Any]) -> object:
    """The value of a list whose objects name the places of their values in it, as Nuxt 3 writes them; else the list."""
    if len(flat) < 3 or not all(
        isinstance(at, int) for item in flat if isinstance(item, dict) for at in item.values()
    ):
        return flat
    made: list[Any] = [type(item)() if isinstance(item, (dict, list)) else item for item in flat]

    def at(place: object) -> Any:
        return made[place] if isinstance(place, int) and 0 <= place < len(made) else None

    for place, item in enumerate(flat):
        if isinstance(item, dict):
            made[place].update((name, at(index)) for name, index in item.items())
        elif isinstance(item, list):
            wrapped = bool(item) and item[0] in _WRAPPERS
            made[place].extend(at(index) for index in (item[1:2] if wrapped else item))
    return made
