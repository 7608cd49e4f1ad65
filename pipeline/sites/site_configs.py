"""The folder of ftr-site-config's files: which is a host's, read when a page of that host is cleaned, and again when it changed."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from articles.errors import ConfigError
from articles.sites import ftr_file
from articles.sites.ftr_file import FtrFile
from articles.sites.ftr_rules import GLOBAL, is_name, names_for, rules_of
from articles.sites.site_rules import SiteRules
from pipeline.configuration.config import Config


class _Version(NamedTuple):
    """A file as it was written last."""

    path: Path
    written: int
    size: int


@dataclass(frozen=True, slots=True)
class SiteConfigs:
    """The files of a folder. What was read of a file holds in this process until the file changes."""

    folder: Path

    def of(self, url: str) -> SiteRules:
        """The rules for a page at this URL. Raises ConfigError for a file that cannot be read."""
        names = names_for(urlsplit(url).hostname or "")
        own = next((found for name in names if (found := _version(self.folder / name))), None)
        return _rules(own, _version(self.folder / GLOBAL))

    def files(self) -> list[FtrFile]:
        """All files that are named after a host, and global.txt. Raises ConfigError."""
        try:
            named = sorted(path for path in self.folder.iterdir() if is_name(path.name))
        except OSError as error:
            raise ConfigError(f"[clean] site_configs: {self.folder} cannot be read: {error}") from error
        return [_read(found) for path in named if (found := _version(path))]


def configured_files(config: Config) -> SiteConfigs | None:
    """The folder that the configuration names, if it names one. Raises ConfigError if it is not there."""
    if config.site_configs is None:
        return None
    if not config.site_configs.is_dir():
        raise ConfigError(
            f"{config.path}: [clean] site_configs: there is no folder {config.site_configs}. "
            "Put the files of ftr-site-config there, or take the setting out."
        )
    return SiteConfigs(config.site_configs)


def _version(path: Path) -> _Version | None:
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    return _Version(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4_096)
def _read(version: _Version) -> FtrFile:
    try:
        with version.path.open("rb") as file:
            return ftr_file.read(version.path.name, file.read(ftr_file.MAX_BYTES + 1))
    except OSError as error:
        raise ConfigError(f"{version.path} cannot be read: {error}") from error


@lru_cache(maxsize=4_096)
def _rules(own: _Version | None, general: _Version | None) -> SiteRules:
    return rules_of(own and _read(own), general and _read(general))
