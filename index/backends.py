"""The kinds of index, by the name that they have in the configuration. Another one is a module with its record, and a line here."""

from index.backend_record import Backend
from index.elastic import elastic_backend
from index.embedded import embedded_backend

BACKENDS: dict[str, Backend] = {
    "embedded": embedded_backend.BACKEND,
    "elasticsearch": elastic_backend.BACKEND,
}
