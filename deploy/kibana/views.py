"""Broadsheet's data views: over the articles, their older versions, and the journal."""

from lens import DATA_VIEW, JOURNAL, OLDER, Json, packed, saved

_LINKS = {name: {"id": "url", "params": {"type": "a"}} for name in ("url", "canonical_url", "lead_image")}
_LOADERS = ("exact.*", "stem.*")  # fields that only searches use


def view_of_articles() -> Json:
    """The newest version of each article."""
    return _view(DATA_VIEW, "articles", "Broadsheet", _LINKS, _LOADERS)


def view_of_older() -> Json:
    """What edited articles said before."""
    return _view(OLDER, "articles-versions", "Broadsheet, older versions", _LINKS, _LOADERS)


def view_of_journal() -> Json:
    """Runs, and the health of sources at their ends."""
    formats = {"broadsheet.rejected": {"id": "percent"}}
    return _view(JOURNAL, "articles-health", "Broadsheet, runs and health", formats, ())


def _view(identity: str, alias: str, name: str, formats: Json, hidden: tuple[str, ...]) -> Json:
    attributes = {
        "title": alias,
        "name": name,
        "timeFieldName": "@timestamp",
        "allowNoIndex": True,
        "fieldFormatMap": packed(formats),
        "runtimeFieldMap": packed({}),
        "fieldAttrs": packed({}),
        "sourceFilters": packed([{"value": each} for each in hidden]),
        "fields": packed([]),
    }
    return saved("index-pattern", identity, attributes, [])
