"""The kinds of index, by their names in the configuration. A new one is a module with a `Backend` record, and a line here."""

from index.backend_record import Backend
from index.elastic import elastic_backend
from index.embedded import embedded_backend

BACKENDS: dict[str, Backend] = {
    "embedded": embedded_backend.BACKEND,
    "elasticsearch": elastic_backend.BACKEND,
}
