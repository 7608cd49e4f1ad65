"""What archived captures show of a sentence, and the folder with which others check it; the commands `history` and `prove`."""

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator

import broadsheet
from articles.errors import ConfigError, UsageError
from articles.urls import article_id
from broadsheet.cli import app
from pipeline.batches import cleaners
from pipeline.configuration.config import Config
from pipeline.versions import exhibit
from pipeline.versions.proving import Proof, prove
from pipeline.versions.version_list import history
from tests.collected_pages import MORNING, clock, collected, configured
from tests.desk import STORIES, WIRE
from tests.edited_pages import HOME, TITLE, page

SENTENCE = "“Nobody was hurt” – they said."
MARKED_UP = "<p>&ldquo;No<b>body</b> was\n  hurt&#8221;&nbsp;— <i>they</i> said.</p>"
NOTICE = "Correction: an earlier version of this article named another port."


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A data folder with an article that said something for a while; not to be changed."""
    config = configured(tmp_path_factory.mktemp("proving"))
    with cleaners(config) as pool:
        collected(
            config,
            pool,
            [
                page("krait", 0),
                page("krait", 1, body=(*WIRE, SENTENCE)),
                page("krait", 2, footer=MARKED_UP),
                page("krait", 3, title=f"{TITLE} missiles", body=(*WIRE, NOTICE)),
                page("krait", 4, body=(*WIRE, SENTENCE), footer="<script>var x = 'here it stood';</script>"),
                page("krait", 5),
                page("other", 0, title="Bakers and a senator in the news of the day", body=STORIES["en"]),
            ],
        )
    return config


def hours(proof: Proof, seen: str) -> list[float]:
    return [(one.at - MORNING).total_seconds() / 3600 for one in proof.observations if one.seen == seen]


@pytest.mark.parametrize("article", ["", f"{HOME}/krait", article_id(f"{HOME}/krait")[:8]])
@pytest.mark.parametrize("asked", [SENTENCE, '"Nobody  was hurt" - they said.', "hurt”—they said"])
def test_a_sentence_is_found_however_it_is_set(config: Config, article: str, asked: str) -> None:
    proof = prove(config, asked, article)
    assert {one.url for one in proof.observations} == {f"{HOME}/krait"}
    assert (hours(proof, "there"), hours(proof, "not_there")) == ([1, 2, 4], [0, 3, 5])


def test_what_no_capture_shows_is_not_said(config: Config) -> None:
    assert prove(config, "Nobody was injured").observations == ()
    absent = prove(config, "here it stood", f"{HOME}/krait")
    assert hours(absent, "not_there") == [0, 1, 2, 3, 4, 5], "scripts are no text"
    with pytest.raises(UsageError, match="two words"):
        prove(config, "Nobody!")
    with pytest.raises(ConfigError, match="Nothing is known"):
        prove(config, SENTENCE, f"{HOME}/unknown")


def test_it_says_what_was_observed_and_that_the_gaps_are_unknown(config: Config) -> None:
    assert list(exhibit.spans(prove(config, SENTENCE).observations)) == [
        "was not there at 2026-03-02 06:30:00 UTC; the time between that and the first time it was seen is unknown",
        "was there at 2026-03-02 07:30:00 UTC: the first of 3 captures that have it",
        "was there at 2026-03-02 10:30:00 UTC: the last one",
        "was not there at 2026-03-02 11:30:00 UTC; the time between is unknown",
        "was not there in 1 captures in between",
    ]


def test_others_check_the_folder_with_their_own_tools(config: Config, tmp_path: Path) -> None:
    proof, folder = prove(config, SENTENCE), tmp_path / "proof"
    exhibit.write(proof, config.archive, folder, clock())
    for line in (folder / exhibit.SUMS).read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    told = json.loads((folder / exhibit.OBSERVATIONS).read_text())["observations"]
    by_id = {one["record_id"]: one for one in told}
    read = 0
    with (folder / exhibit.RECORDS).open("rb") as file:
        records = ArchiveIterator(file, check_digests="raise")
        for record in records:
            if record.rec_type != "response":
                continue
            observation = by_id[record.rec_headers["WARC-Record-ID"]]
            body = record.content_stream().read()
            assert records.get_record_offset() == observation["offset_in_captures"]
            assert record.rec_headers["WARC-Payload-Digest"] == observation["payload_digest"]
            assert record.rec_headers["WARC-Target-URI"] == f"{HOME}/krait"
            plain = b"they said" in body or b"they</i> said" in body
            assert plain == (observation["seen"] == "there")
            read += 1
    assert read == len(told) == 6
    readme = (folder / exhibit.README).read_text()
    assert all(one["record_id"] in readme and one["in_words"] in readme for one in told)
    assert "unknown" in readme
    with pytest.raises(ConfigError, match="not empty"):
        exhibit.write(proof, config.archive, folder, clock())
    again = tmp_path / "again"
    exhibit.write(proof, config.archive, again, clock())
    assert {each.name: each.read_bytes() for each in again.iterdir()} == {
        each.name: each.read_bytes() for each in folder.iterdir()
    }


def test_the_history_of_an_article(config: Config) -> None:
    found = history(config, article_id(f"{HOME}/krait")[:7])
    assert (found.url, len(found)) == (f"{HOME}/krait", 5)
    assert [one.changed for one in found] == [(), ("body",), ("title", "body"), ("title", "body"), ("body",)]
    assert [one.captures for one in found] == [1, 2, 1, 1, 1]
    assert [one.corrections for one in found] == [(), (), (NOTICE,), (), ()]
    assert found[0].archive.startswith("segment-000001.warc.gz:")
    (title, body) = found.diff(2, 3)
    assert str(title) == f"{TITLE} {{+missiles+}}"
    assert f"{{+{NOTICE}+}}" in str(body)
    with pytest.raises(ConfigError, match="no version 6"):
        found.diff(1, 6)
    with broadsheet.Collection(config.path) as news:
        assert [one.word_count for one in news.history(f"{HOME}/krait")] == [one.word_count for one in found]


def test_the_commands(config: Config, tmp_path: Path) -> None:
    def call(*words: str) -> str:
        done = CliRunner().invoke(app, ["-c", str(config.path), *words], env={"COLUMNS": "300"})
        assert done.exit_code == 0, done.output
        return done.stdout

    listed = call("history", f"{HOME}/krait")
    assert f"Version 3: {NOTICE}" in listed
    assert "2026-03-02 09:30:00" in listed
    assert "[-missiles-]" in call("history", f"{HOME}/krait", "--diff", "3", "1")
    assert "nothing but how they are set" in call("history", f"{HOME}/krait", "--diff", "1", "5")
    versions = json.loads(call("history", f"{HOME}/krait", "--json"))["versions"]
    assert [one["number"] for one in versions] == [1, 2, 3, 4, 5]
    parts = json.loads(call("history", f"{HOME}/krait", "--diff", "1", "2", "--json"))
    assert parts[0]["pieces"][-1] == {"kind": "added", "text": f"{SENTENCE}\n"}
    proved = call("prove", SENTENCE, "-o", str(tmp_path / "proof"))
    assert "It was there at 2026-03-02 07:30:00 UTC" in proved
    assert "sha1:" in proved
    assert (tmp_path / "proof" / "README.txt").exists()
    assert len(json.loads(call("prove", SENTENCE, "--json"))["observations"]) == 6
    assert "No version of any article" in call("prove", "Nobody was injured")
