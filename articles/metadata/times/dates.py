"""The dates that can be true of a page: after 1990, and not later than it was fetched."""

from datetime import UTC, date, datetime, timedelta

from articles.metadata.times.written_dates import Written, read

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# Month names and abbreviations, by their first letters, in the larger European languages; a regex fragment.
MONTH = (
    r"(?:jan|feb|fév|mar|mär|mrz|apr|avr|abr|may|mai|mag|mei|maj|jun|juin|giu|jul|juil|lug|aug|août|ago|aou|sep|set|oct|okt|"
    r"ott|out|nov|dec|dez|déc|dic|gen|ene|янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек)\w{0,7}\.?"
)
_LONGEST = 64


def stated(text: str, latest: datetime, language: str = "") -> Written | None:
    """What a text states as a date (articles.metadata.times.written_dates).

    None for impossible times such as 25:00, and for dates before 1990 or more than a day after `latest` (the fetch
    time), which are mistakes. Of a text longer than a date is, the day.
    """
    text = text.strip()
    head = text[:_LONGEST]
    written = read(head.partition("(")[0] if len(text) > _LONGEST else head, language)
    if written is None or written.impossible or not is_possible(written, latest):
        return None
    if len(text) > _LONGEST and "(" not in head:
        return Written(datetime.combine(written.day, datetime.min.time()))
    return written


def is_possible(written: Written, latest: datetime) -> bool:
    """Whether a page fetched at `latest` can be of that date."""
    try:
        return EARLIEST <= written.moment <= latest + timedelta(days=1)
    except OverflowError:
        return False


def parse(text: str, latest: datetime) -> datetime | None:
    """The moment that `stated` finds, in UTC: a date without a zone is taken as UTC, one without a time as midnight."""
    written = stated(text, latest)
    return written.moment if written else None


def day(text: str) -> date:
    """The day of a date that `parse` accepts, in the date's own time zone."""
    written = read(text.strip()[:_LONGEST])
    return written.day if written else EARLIEST.date()
