"""What an import did, and the same as rows to show."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.importing.sorting import RecordFate
from pipeline.judging import Judged
from pipeline.report import RunReport

_DETAILS = 5

_REMARKS = {
    RecordFate.IMPORTED: "archived as captures",
    RecordFate.KNOWN: "captures of the same URL and time are there already",
    RecordFate.NOT_HTML: "pictures, feeds, documents and the like",
    RecordFate.NOT_200: "answers with another HTTP status",
    RecordFate.OTHER_HOST: "not of a host given with --host",
    RecordFate.OTHER_DATE: "not fetched between --from and --to",
    RecordFate.OTHER_LANGUAGE: "state none of the languages given with --language",
    RecordFate.OTHER_SCHEME: "no http(s) URL",
    RecordFate.TOO_LARGE: "larger than [crawl] max_bytes",
    RecordFate.DELETED: "pages that were deleted here",
    RecordFate.UNREADABLE: "cut, damaged or odd",
    RecordFate.WARCINFO: "records about the file",
    RecordFate.REQUEST: "records of requests",
    RecordFate.METADATA: "records about other records",
    RecordFate.REVISIT: "say that a page was the same as before, without it",
    RecordFate.OTHER_RECORD: "records of other types",
}


@dataclass(slots=True, kw_only=True)
class FileReport:
    """How far a file was read (bytes, of `size`), and its records by fate, those of earlier calls included."""

    name: str
    size: int
    read: int = 0
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What an import has done so far: file by file, and what this call loaded, by outcome and by reason of rejection.

    `details` says of the first unreadable records why they are; `loading` is what is being loaded now.
    """

    files: list[FileReport]
    outcomes: Counter[str] = field(default_factory=Counter)
    rejections: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)
    judged: Judged = field(default_factory=Judged)
    loading: RunReport = field(default_factory=RunReport)

    @property
    def counts(self) -> Counter[str]:
        """The records of all files by fate."""
        return sum((file.counts for file in self.files), Counter())

    @property
    def settled(self) -> int:
        """How many captures this call has loaded."""
        return self.outcomes.total() + sum(self.loading.outcomes.values())

    @property
    def loaded(self) -> RunReport:
        """What this call has loaded, as a run reports it."""
        return RunReport(outcomes=dict(self.outcomes), rejections=dict(self.rejections), judged=self.judged)

    def note(self, detail: str) -> None:
        """Keep why a record is unreadable, if it is one of the first."""
        if len(self.details) < _DETAILS:
            self.details.append(detail)

    def add(self, loaded: RunReport) -> None:
        """Count what was loaded, and is no longer being loaded."""
        self.loading = RunReport()
        self.outcomes.update(loaded.outcomes)
        self.rejections.update(loaded.rejections)


def sums(report: ImportReport) -> list[tuple[str, int, str]]:
    """The rows of the sum: what, how many records, remark; the last row is their sum."""
    counts = report.counts
    rows = [
        (fate.value.replace("_", " "), counts[fate.value], _REMARKS[fate])
        for fate in RecordFate
        if counts[fate.value] or fate is RecordFate.IMPORTED
    ]
    return [*rows, ("records", counts.total(), "in all")]


def without_records(report: ImportReport) -> list[str]:
    """The names of the files in which nothing is a WARC record."""
    return [
        file.name for file in report.files if file.counts.total() == file.counts[RecordFate.UNREADABLE.value]
    ]


def as_dict(report: ImportReport) -> dict[str, Any]:
    """The report for other programs: records by fate, of all files and of each, and what was loaded."""
    return {
        "records": dict(report.counts),
        "files": [
            {"name": file.name, "size": file.size, "read": file.read, "records": dict(file.counts)}
            for file in report.files
        ],
        "unreadable": list(report.details),
        "outcomes": dict(report.outcomes),
        "rejections": dict(report.rejections),
        "judged": asdict(report.judged),
    }
