"""An index that is lost from under those who read it."""

import shutil
from pathlib import Path


def lose_index(folder: Path) -> None:
    """Remove an index that readers of this process may still watch.

    It is moved away first: tantivy sees its files go, and writes a lock into their folder.
    """
    away = folder.with_name("lost")
    folder.rename(away)
    shutil.rmtree(away)
