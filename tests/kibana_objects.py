"""What is wrong with a file of Kibana's saved objects, as far as it can be told without Kibana."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import combinations
from typing import Any

from index.elastic import journal, mapping
from tests.kibana_panels import queried_fields, queries

Json = dict[str, Any]

KEYS = {"type", "id", "attributes", "references", "coreMigrationVersion", "typeMigrationVersion", "managed"}
PINS = {"index-pattern": "8.0.0", "search": "8.0.0", "lens": "8.9.0", "dashboard": "8.9.0"}
PACKED = {
    "fieldAttrs",
    "fieldFormatMap",
    "fields",
    "ignoreParentSettingsJSON",
    "optionsJSON",
    "panelsJSON",
    "runtimeFieldMap",
    "searchSourceJSON",
    "sourceFilters",
}
LAYER = "indexpattern-datasource-layer-"
_SEARCHABLE = {"text", "keyword", "date", "integer", "float"}
JOURNAL = "broadsheet-journal"


def mapped(view: str = "broadsheet-articles") -> dict[str, str]:
    """The names of the fields of a data view's index that can be searched, with their types."""
    fields = {"properties": journal.FIELDS} if view == JOURNAL else mapping.mappings()
    return {name: kind for name, kind, searched in _mapped(fields) if searched}


def view_of(each: Json) -> str:
    """The data view that an object is over, or is."""
    if each["type"] == "index-pattern":
        return str(each["id"])
    views = [one["id"] for one in each["references"] if one["type"] == "index-pattern"]
    return views[0] if views else "broadsheet-articles"


def _mapped(part: Json, prefix: str = "") -> Iterator[tuple[str, str, bool]]:
    for name, field in part.get("properties", part.get("fields", {})).items():
        if "type" in field:
            yield prefix + name, field["type"], field.get("index", field.get("enabled", True))
        yield from _mapped(field, f"{prefix}{name}.")


def problems(objects: list[Json]) -> list[str]:
    """A sentence for each fault; the object's type and id first."""
    known = [(each.get("type"), each.get("id")) for each in objects]
    found = [
        f"{kind} {name}: there are two of it" for kind, name in set(known) if known.count((kind, name)) > 1
    ]
    for each in objects:
        whose = f"{each.get('type')} {each.get('id')}"
        try:
            found += [f"{whose}: {fault}" for fault in _faults(each, known, mapped(view_of(each)))]
        except (KeyError, ValueError, TypeError) as error:
            found.append(f"{whose}: {type(error).__name__} {error}")
    return found


def unpacked(value: Any, name: str = "") -> Any:
    """The value with its strings of JSON parsed. Raises ValueError where one is no JSON, or not a string."""
    if name in PACKED:
        if not isinstance(value, str):
            raise ValueError(f"{name} must be a string of JSON")
        return unpacked(json.loads(value))
    if isinstance(value, dict):
        return {key: unpacked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [unpacked(inner) for inner in value]
    return value


def _faults(each: Json, known: list[Any], fields: dict[str, str]) -> Iterator[str]:
    if each.keys() != KEYS:
        yield f"keys {sorted(each.keys() ^ KEYS)} are too many or missing"
    if each["coreMigrationVersion"] != "8.8.0" or each["typeMigrationVersion"] != PINS[each["type"]]:
        yield "is not of the pinned version"
    if each["managed"] is not False:
        yield "managed must be false"
    attributes = unpacked(each["attributes"])
    yield from _references(each, attributes, known)
    for query in queries(attributes):
        for name in queried_fields(query):
            if not any(fnmatchcase(field, name) for field in fields):
                yield f"the query {query['query']!r} asks for {name}, which is not in the mapping"
    check = {"index-pattern": _data_view, "search": _search, "lens": _lens, "dashboard": _dashboard}
    yield from check[each["type"]](attributes, fields)


def _references(each: Json, attributes: Json, known: list[Any]) -> Iterator[str]:
    """References are resolved in the file, and are those that the object uses, by their names."""
    for one in each["references"]:
        if (one["type"], one["id"]) not in known:
            yield f"refers to {one['type']} {one['id']}, which is not in the file"
    names = [one["name"] for one in each["references"]]
    if sorted(names) != sorted(_used(each["type"], attributes)):
        yield f"references {sorted(set(names) ^ set(_used(each['type'], attributes)))} are unused or missing"


def _used(kind: str, attributes: Json) -> list[str]:
    if kind == "search":
        return [attributes["kibanaSavedObjectMeta"]["searchSourceJSON"]["indexRefName"]]
    if kind == "lens":
        return [LAYER + name for name in attributes["state"]["datasourceStates"]["formBased"]["layers"]]
    if kind == "dashboard":
        panels = [f"{panel['panelIndex']}:{panel['panelRefName']}" for panel in attributes["panelsJSON"]]
        controls = attributes["controlGroupInput"]["panelsJSON"]
        return panels + [f"controlGroup_{name}:optionsListDataView" for name in controls]
    return []


def _aggregatable(field: str, fields: dict[str, str]) -> bool:
    return fields.get(field, "text") != "text"


def _data_view(attributes: Json, fields: dict[str, str]) -> Iterator[str]:
    if fields.get(attributes["timeFieldName"]) != "date":
        yield f"{attributes['timeFieldName']} is no date"
    for name in attributes["fieldFormatMap"]:
        if name not in fields:
            yield f"formats {name}, which is not in the mapping"
    for each in attributes["sourceFilters"]:
        if not any(fnmatchcase(field, each["value"]) for field in fields):
            yield f"hides {each['value']}, which is not in the mapping"


def _search(attributes: Json, fields: dict[str, str]) -> Iterator[str]:
    if not attributes["columns"]:
        yield "has no columns"
    for name in attributes["columns"]:
        if name not in fields:
            yield f"shows {name}, which is not in the mapping"
    for name, direction in attributes["sort"]:
        if not _aggregatable(name, fields) or direction not in {"asc", "desc"}:
            yield f"cannot be sorted by {name} {direction}"


def _lens(attributes: Json, fields: dict[str, str]) -> Iterator[str]:
    state = attributes["state"]
    layers = state["datasourceStates"]["formBased"]["layers"]
    shown = state["visualization"]
    for part in shown.get("layers", [shown]):
        if part["layerId"] not in layers:
            yield f"shows layer {part['layerId']}, which there is not"
            continue
        columns = layers[part["layerId"]]["columns"]
        if sorted(_shown(part)) != sorted(columns):
            yield f"shows the columns {_shown(part)} of {list(columns)}"
    for layer in layers.values():
        yield from _columns(layer["columnOrder"], layer["columns"], fields)


def _shown(part: Json) -> list[str]:
    names = [part[key] for key in ("xAccessor", "splitAccessor", "metricAccessor") if key in part]
    return names + part.get("accessors", []) + [column["columnId"] for column in part.get("columns", [])]


def _columns(order: list[str], columns: dict[str, Json], fields: dict[str, str]) -> Iterator[str]:
    if sorted(order) != sorted(columns):
        yield f"columnOrder is {order}, the columns are {sorted(columns)}"
    bucketed = [columns[name]["isBucketed"] for name in order]
    if bucketed != sorted(bucketed, reverse=True):
        yield "a bucket stands behind a metric"
    for name, column in columns.items():
        operation, field = column["operationType"], column["sourceField"]
        if column["isBucketed"] != (operation in {"terms", "date_histogram"}):
            yield f"column {name}: isBucketed does not fit {operation}"
        if operation == "count":
            if field != "___records___":
                yield f"column {name}: counts {field} instead of records"
        elif not _aggregatable(field, fields):
            yield f"column {name}: {field} cannot be aggregated"
        elif column["dataType"] != _data_type(operation, fields[field]):
            yield f"column {name}: {operation} of {field} is no {column['dataType']}"
        by = column["params"].get("orderBy", {}).get("columnId", name)
        if by not in columns:
            yield f"column {name}: ordered by {by}, which there is not"


def _data_type(operation: str, kind: str) -> str:
    if operation == "unique_count" or kind in ("integer", "float", "long"):
        return "number"
    return "date" if kind == "date" else "string"


def _dashboard(attributes: Json, fields: dict[str, str]) -> Iterator[str]:
    places = []
    for panel in attributes["panelsJSON"]:
        grid = panel["gridData"]
        if panel["panelIndex"] != grid["i"] or panel["panelRefName"] != f"panel_{grid['i']}":
            yield f"panel {panel['panelIndex']}: its index, its grid and its reference differ"
        if not (grid["x"] >= 0 and grid["w"] > 0 and grid["h"] > 0 and grid["x"] + grid["w"] <= 48):
            yield f"panel {grid['i']}: lies outside the grid"
        places.append(grid)
    names = [grid["i"] for grid in places]
    if len(set(names)) < len(names):
        yield "two panels have one index"
    for one, other in combinations(places, 2):
        if _overlap(one, other, "x", "w") and _overlap(one, other, "y", "h"):
            yield f"panels {one['i']} and {other['i']} overlap"
    for name, control in attributes["controlGroupInput"]["panelsJSON"].items():
        field = control["explicitInput"]["fieldName"]
        if control["explicitInput"]["id"] != name:
            yield f"control {name} calls itself {control['explicitInput']['id']}"
        if fields.get(field) != "keyword":
            yield f"control {name}: {field} is no keyword"


def _overlap(one: Json, other: Json, start: str, size: str) -> bool:
    return bool(one[start] < other[start] + other[size] and other[start] < one[start] + one[size])
