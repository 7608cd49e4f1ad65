"""The JSON Schema of an exported article, from its types. To renew docs/article.schema.json: `make schema`."""

import json
from pathlib import Path
from typing import Any

import msgspec

from articles.model import Article

PATH = Path(__file__).parent.parent / "docs" / "article.schema.json"


def schema() -> str:
    """The schema as the file holds it."""
    (article,), parts = msgspec.json.schema_components([Article])
    owner = parts.pop(article["$ref"].rpartition("/")[2])
    stated = {"$schema": "https://json-schema.org/draft/2020-12/schema", **owner, "$defs": parts}
    for record in (stated, *parts.values()):
        record.pop("description", None)  # docstrings are for readers of the code
        fields = record.get("properties")
        if fields is None:  # an enumeration
            continue
        record["required"] = list(fields)  # everything is printed
        for name, value in fields.items():
            value.pop("default", None)
            if name.endswith("_at"):
                _time(value)
    return json.dumps(stated, indent=2, ensure_ascii=False) + "\n"


def _time(value: dict[str, Any]) -> None:
    for one in value.get("anyOf", [value]):
        if one["type"] == "string":
            one["format"] = "date-time"


if __name__ == "__main__":
    PATH.write_text(schema(), encoding="utf-8")
