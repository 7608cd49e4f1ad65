"""What a warm worker is forked with: all that reading and cleaning import, once used."""

import htmldate
import trafilatura
from tldextract import TLDExtract

from articles.urls import same_site
from crawlers.readers import feed_reader, section_reader, sitemap_reader
from pipeline import clean_capture
from pipeline.adding import samples
from tests.golden_pages import CASES, cleaned

__all__ = [
    "TLDExtract",
    "clean_capture",
    "feed_reader",
    "htmldate",
    "samples",
    "section_reader",
    "sitemap_reader",
    "trafilatura",
]

same_site("https://example.org/", "https://www.example.org/")
cleaned(CASES[0])
