"""What Kibana asks Elasticsearch for a saved object: searches, and a Lens panel's columns as aggregations."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from elasticsearch import Elasticsearch

from tests.kibana_kql import compile_kql, fields_of

Json = dict[str, Any]
Row = tuple[Any, ...]

_METRICS = {"unique_count": "cardinality", "min": "min", "max": "max", "average": "avg", "sum": "sum"}


@dataclass(frozen=True)
class Kibana:
    """A server, the alias that stands in for the data view's, and the data view's fields with their types."""

    client: Elasticsearch
    alias: str
    fields: dict[str, str]

    def ask(self, query: Json) -> Json:
        """A query as it stands in a saved object, in the query DSL."""
        if query["language"] == "kuery":
            return compile_kql(query["query"], self.fields)
        if query["language"] == "lucene":
            if not query["query"]:
                return {"match_all": {}}
            return {"query_string": {"query": query["query"], "analyze_wildcard": True}}
        raise ValueError(f"no query language of Kibana: {query['language']}")

    def hits(self, query: Json, sort: list[list[str]] | None = None) -> list[str]:
        """The content hashes of the articles that a query finds, or the ids of the journal's documents."""
        order = [{field: direction} for field, direction in sort or [["@timestamp", "desc"]]]
        found = self._search(query=self.ask(query), sort=order, size=100)
        return [hit["_source"].get("content_hash") or hit["_id"] for hit in found["hits"]["hits"]]

    def saved_search(self, attributes: Json) -> list[str]:
        """What a saved search lists."""
        source = json.loads(attributes["kibanaSavedObjectMeta"]["searchSourceJSON"])
        return self.hits(source["query"], attributes["sort"])

    def panel(self, attributes: Json) -> list[Row]:
        """The rows of a Lens panel: its buckets' keys, then its metrics; times in ISO 8601, days as dates."""
        state = attributes["state"]
        (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
        columns = {name: layer["columns"][name] for name in layer["columnOrder"]}
        answer = self._search(query=self.ask(state["query"]), size=0, aggs=self._aggregations(columns))
        return list(_rows(columns, answer.get("aggregations", {}), answer["hits"]["total"]["value"]))

    def options(self, field: str) -> list[str]:
        """The values that a control offers."""
        answer = self._search(size=0, aggs={"options": {"terms": {"field": field, "size": 100}}})
        return sorted(bucket["key"] for bucket in answer["aggregations"]["options"]["buckets"])

    def _search(self, **body: Any) -> Json:
        answer = self.client.search(index=self.alias, track_total_hits=True, **body).body
        assert answer["_shards"]["failed"] == 0, answer["_shards"]
        return dict(answer)

    def _aggregations(self, columns: dict[str, Json]) -> Json:
        buckets = [name for name, column in columns.items() if column["isBucketed"]]
        aggregations = {
            name: self._metric(column)
            for name, column in columns.items()
            if not column["isBucketed"] and not _counts_all(column)
        }
        for name in reversed(buckets):
            aggregations = {name: self._bucket(columns[name], columns) | {"aggs": aggregations}}
        return aggregations

    def _metric(self, column: Json) -> Json:
        if column["operationType"] == "count":
            return {"filter": self.ask(column["filter"])}
        if column["operationType"] == "last_value":
            # as top_hits, which gives the same: top_metrics is not in the distribution that tests have
            newest = [{column["params"]["sortField"]: "desc"}]
            hits = {"size": 1, "sort": newest, "docvalue_fields": [column["sourceField"]], "_source": False}
            measured: Json = {"top_hits": hits}
        elif column["operationType"] == "median":
            measured = {"percentiles": {"field": column["sourceField"], "percents": [50]}}
        else:
            measured = {_METRICS[column["operationType"]]: {"field": column["sourceField"]}}
        if "filter" not in column:
            return measured
        return {"filter": self.ask(column["filter"]), "aggs": {"of": measured}}

    def _bucket(self, column: Json, columns: dict[str, Json]) -> Json:
        field, params = column["sourceField"], column["params"]
        if column["operationType"] == "date_histogram":
            return {"date_histogram": {"field": field, "calendar_interval": "day", "min_doc_count": 1}}
        by = params["orderBy"]["columnId"]
        key = "_count" if _counts_all(columns[by]) else by
        order = [{key: params["orderDirection"]}, {"_key": "asc"}]
        return {"terms": {"field": field, "size": params["size"], "order": order}}


def _counts_all(column: Json) -> bool:
    return column["operationType"] == "count" and "filter" not in column


def _rows(columns: dict[str, Json], answer: Json, total: int) -> Iterator[Row]:
    (name, column), *rest = columns.items()
    if not column["isBucketed"]:
        yield tuple(_value(each, answer.get(key, {}), total) for key, each in columns.items())
        return
    for bucket in answer[name]["buckets"]:
        key = _day(bucket["key"]) if column["operationType"] == "date_histogram" else bucket["key"]
        for row in _rows(dict(rest), bucket, bucket["doc_count"]):
            yield (key, *row)


def _value(column: Json, answer: Json, total: int) -> Any:
    if column["operationType"] == "count":
        return answer.get("doc_count", total)
    answer = answer.get("of", answer)
    if column["operationType"] == "last_value":
        return next((hit["fields"][column["sourceField"]][0] for hit in answer["hits"]["hits"]), None)
    value = answer["values"]["50.0"] if "values" in answer else answer["value"]
    if column["dataType"] == "date" and value is not None:
        return datetime.fromtimestamp(value / 1000, UTC).isoformat()
    return value


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def queries(value: Any) -> Iterator[Json]:
    """Every query inside an object's attributes; strings of JSON must have been parsed."""
    if isinstance(value, dict):
        if value.keys() == {"query", "language"}:
            yield value
        for inner in value.values():
            yield from queries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from queries(inner)


def queried_fields(query: Json) -> set[str]:
    """The names of fields in a query of either language."""
    if query["language"] == "kuery":
        return fields_of(query["query"])
    return {name for name in re.findall(r"([\w@.*]+):", query["query"]) if name != "*"}
