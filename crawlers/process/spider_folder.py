"""Users' own spiders, loaded from the one folder that is meant for them.

The folder is never on the path that Python imports from: a file there is run because a source of broadsheet.toml names
it, not because it has the name of a library. Modules may import each other as `from . import other`.
"""

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

from scrapy import Spider

from articles.errors import SpiderError

_PACKAGE = "broadsheet_spiders"
_NAMED = re.compile(r"([A-Za-z_]\w*):([A-Za-z_]\w*)")


def spider_class(named: str, folder: Path) -> type[Spider]:
    """The class that "module:Class" names. Raises SpiderError: which part of it is not there, or how loading failed."""
    match = _NAMED.fullmatch(named)
    if match is None:
        raise SpiderError(f"`{named}` names no spider; write module:Class, such as gazette:GazetteSpider")
    module_name, class_name = match.groups()
    path = folder / f"{module_name}.py"
    if not path.is_file():
        raise SpiderError(f"there is no {path}")
    found = getattr(_module(module_name, path), class_name, None)
    if not (isinstance(found, type) and issubclass(found, Spider)):
        raise SpiderError(f"{path} has no scrapy.Spider of the name {class_name}")
    return found


def _module(name: str, path: Path) -> ModuleType:
    package = sys.modules.setdefault(_PACKAGE, ModuleType(_PACKAGE))
    package.__path__ = [str(path.parent)]
    try:
        return importlib.import_module(f"{_PACKAGE}.{name}")
    except (Exception, SystemExit) as error:
        raise SpiderError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
