"""The kinds of index, by the name that they have in the configuration. Another one is a module with its record, and a line here."""

from index import elastic_backend, embedded_backend
from index.backend import Backend

BACKENDS: dict[str, Backend] = {
    "embedded": embedded_backend.BACKEND,
    "elasticsearch": elastic_backend.BACKEND,
}
