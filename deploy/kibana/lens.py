"""Saved objects of Kibana in the form that 8.19 and 9.x import, and the columns of Lens panels.

Every version is pinned low: Kibana migrates an older object up and refuses a newer one. References between objects
stand in `references` alone, because the import rewrites ids only there.
"""

import json
from typing import Any

Json = dict[str, Any]

DATA_VIEW = "broadsheet-articles"
OLDER = "broadsheet-older"
JOURNAL = "broadsheet-journal"
MOST_SOURCES = 1000  # rows that Lens lets a table have
_CORE = "8.8.0"
_TYPES = {"index-pattern": "8.0.0", "search": "8.0.0", "lens": "8.9.0", "dashboard": "8.9.0"}
ALWAYS = "Of all time, whatever the dashboard's time range."
EVERYTHING: Json = {"query": "", "language": "kuery"}


def kql(text: str) -> Json:
    """A query in Kibana's query language."""
    return {"query": text, "language": "kuery"}


def lucene(text: str) -> Json:
    """A query in Lucene's syntax, for what Kibana's own cannot ask."""
    return {"query": text, "language": "lucene"}


def packed(value: Any) -> str:
    """JSON in a string, as several attributes want it; the same bytes every time."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def reference(name: str, kind: str = "index-pattern", to: str = DATA_VIEW) -> Json:
    """A reference to another object; to the data view if nothing else is said."""
    return {"type": kind, "id": to, "name": name}


def saved(kind: str, identity: str, attributes: Json, references: list[Json]) -> Json:
    """One line of the file."""
    return {
        "type": kind,
        "id": identity,
        "attributes": attributes,
        "references": references,
        "coreMigrationVersion": _CORE,
        "typeMigrationVersion": _TYPES[kind],
        "managed": False,
    }


# Columns. A bucket comes before every metric.


def days(field: str = "@timestamp") -> Json:
    """Buckets of time, as wide as the time range suggests."""
    params = {"interval": "auto", "includeEmptyRows": True, "dropPartials": False}
    return _column(field, "date", "date_histogram", field, "interval", params) | {"isBucketed": True}


def top(field: str, label: str, size: int, by: str, *, ascending: bool = False, kind: str = "string") -> Json:
    """The values of a field, ordered by the column `by`."""
    params = {
        "size": size,
        "orderBy": {"type": "column", "columnId": by},
        "orderDirection": "asc" if ascending else "desc",
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
    }
    return _column(label, kind, "terms", field, "ordinal", params) | {"isBucketed": True}


def count(label: str, only: Json | None = None) -> Json:
    """How many articles; `only` those that a query finds."""
    column = _column(label, "number", "count", "___records___", "ratio", {"emptyAsNull": only is None})
    return column | ({"filter": only} if only else {})


def metric(operation: str, field: str, label: str, kind: str = "number") -> Json:
    """unique_count, median, min or max of a field."""
    return _column(label, kind, operation, field, "ratio", {"emptyAsNull": True})


def _column(label: str, kind: str, operation: str, field: str, scale: str, params: Json) -> Json:
    return {
        "label": label,
        "customLabel": True,
        "dataType": kind,
        "operationType": operation,
        "sourceField": field,
        "isBucketed": False,
        "scale": scale,
        "params": params,
    }


def last(field: str, label: str, kind: str = "string") -> Json:
    """The value of a field in the newest document that has one."""
    scale = "ordinal" if kind == "string" else "ratio"
    column = _column(label, kind, "last_value", field, scale, {"sortField": "@timestamp"})
    return column | {"filter": kql(f"{field}: *")}


# Panels


def number(identity: str, title: str, column: Json, query: Json = EVERYTHING, view: str = DATA_VIEW) -> Json:
    """One figure."""
    look = {"layerId": "l1", "layerType": "data", "metricAccessor": "n"}
    return _panel(identity, title, "lnsMetric", {"n": column}, look, (query, view))


def bars(identity: str, title: str, columns: Json, query: Json = EVERYTHING, view: str = DATA_VIEW) -> Json:
    """Bars of the column `n`: upright over time, lying for values (column `x`), in parts with a column `s`."""
    shape = "bar_stacked" if columns["x"]["operationType"] == "date_histogram" else "bar_horizontal"
    layer = {"layerId": "l1", "layerType": "data", "seriesType": shape, "xAccessor": "x", "accessors": ["n"]}
    look = {
        "preferredSeriesType": shape,
        "legend": {"isVisible": "s" in columns, "position": "right"},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "layers": [layer | ({"splitAccessor": "s"} if "s" in columns else {})],
    }
    return _panel(identity, title, "lnsXY", columns, look, (query, view))


def table(identity: str, title: str, columns: Json, query: Json = EVERYTHING, view: str = DATA_VIEW) -> Json:
    """A table with the columns in their order."""
    look = {"layerId": "l1", "layerType": "data", "columns": [{"columnId": name} for name in columns]}
    return _panel(identity, title, "lnsDatatable", columns, look, (query, view))


def always(panel: Json) -> Json:
    """The panel with a time range of its own, over all that there is, whatever the dashboard's."""
    return panel | {"attributes": panel["attributes"] | {"description": ALWAYS}}


def _panel(identity: str, title: str, kind: str, columns: Json, look: Json, asked: tuple[Json, str]) -> Json:
    query, view = asked
    layer = {"columnOrder": list(columns), "columns": columns, "incompleteColumns": {}}
    state = {
        "datasourceStates": {"formBased": {"layers": {"l1": layer}}},
        "visualization": look,
        "query": query,
        "filters": [],
        "internalReferences": [],
        "adHocDataViews": {},
    }
    attributes = {"title": title, "description": "", "visualizationType": kind, "state": state}
    return saved("lens", identity, attributes, [reference("indexpattern-datasource-layer-l1", to=view)])


# The other objects


def search(
    identity: str, title: str, description: str, columns: list[str], query: Json, view: str = DATA_VIEW
) -> Json:
    """A saved search of Discover, newest first."""
    index = "kibanaSavedObjectMeta.searchSourceJSON.index"
    attributes = {
        "title": title,
        "description": description,
        "columns": columns,
        "sort": [["@timestamp", "desc"]],
        "grid": {},
        "hideChart": False,
        "isTextBasedQuery": False,
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": packed({"query": query, "filter": [], "indexRefName": index})
        },
    }
    return saved("search", identity, attributes, [reference(index, to=view)])


def dashboard(
    identity: str,
    title: str,
    description: str,
    rows: list[list[tuple[Json, int, int]]],
    controls: Json,
    shown: tuple[str, str] = ("now-30d", DATA_VIEW),
) -> Json:
    """Rows of (panel, width, height) on a grid 48 wide; `controls` maps a keyword field to its title.

    `shown` is since when, and the data view of the controls. A panel of `always` has a time range of its own.
    """
    since, view = shown
    panels: list[Json] = []
    references: list[Json] = []
    y = 0
    for row in rows:
        x = 0
        for panel, width, height in row:
            name = f"p{len(panels) + 1}"
            place = {"x": x, "y": y, "w": width, "h": height, "i": name}
            panels.append(
                {
                    "type": "lens",
                    "panelIndex": name,
                    "gridData": place,
                    "panelRefName": f"panel_{name}",
                    "embeddableConfig": _own_range(panel),
                }
            )
            references.append(reference(f"{name}:panel_{name}", "lens", panel["id"]))
            x += width
        y += max(height for _, _, height in row)
    references += [reference(f"controlGroup_{field}:optionsListDataView", to=view) for field in controls]
    attributes = {
        "title": title,
        "description": description,
        "timeRestore": True,
        "timeFrom": since,
        "timeTo": "now",
        "optionsJSON": packed({"useMargins": True, "hidePanelTitles": False}),
        "kibanaSavedObjectMeta": {"searchSourceJSON": packed({"query": EVERYTHING, "filter": []})},
        "panelsJSON": packed(panels),
        "controlGroupInput": {
            "controlStyle": "oneLine",
            "chainingSystem": "HIERARCHICAL",
            "ignoreParentSettingsJSON": packed({}),
            "panelsJSON": packed(
                {
                    field: _control(field, label, place)
                    for place, (field, label) in enumerate(controls.items())
                }
            ),
        },
    }
    return saved("dashboard", identity, attributes, references)


def _own_range(panel: Json) -> Json:
    if panel["attributes"]["description"] != ALWAYS:
        return {}
    return {"timeRange": {"from": "now-20y", "to": "now"}}


def _control(field: str, title: str, order: int) -> Json:
    chosen = {"id": field, "fieldName": field, "title": title, "selectedOptions": []}
    return {
        "type": "optionsListControl",
        "order": order,
        "width": "medium",
        "grow": True,
        "explicitInput": chosen,
    }
