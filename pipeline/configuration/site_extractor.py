"""Which extractor the configuration asks for at an address that no source has named yet."""

from contextlib import suppress

from articles.errors import UrlError
from articles.model import Extractor
from crawlers.sitemaps import is_of_site
from pipeline.configuration.config import Config
from pipeline.configuration.sections import SourceSection


def extractor_for(config: Config, url: str) -> Extractor:
    """That of the first source with a list on the URL's site; the common one if there is none."""
    return config.extractors.of(next((one.name for one in config.sources if _is_of(one, url)), ""))


def _is_of(source: SourceSection, url: str) -> bool:
    for address in filter(None, (source.site, *source.lists)):
        with suppress(UrlError):  # of a list that is no URL, which fails alone
            if is_of_site(url, address):
                return True
    return False
