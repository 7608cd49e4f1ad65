"""broadsheet.toml is read strictly, and edited without losing what a person wrote into it."""

from datetime import timedelta
from pathlib import Path

import pytest

from articles.errors import ConfigError
from pipeline.configuration.config import load, parse
from pipeline.configuration.config_file import add_sources, remove_sources, rename_source, template
from pipeline.configuration.sections import SourceSection
from pipeline.crawl import plan

HERE = Path("broadsheet.toml")


def test_the_template_is_a_valid_configuration_of_defaults() -> None:
    config = parse(template(), HERE)
    assert config.crawl.delay == 1.0
    assert config.crawl.allow_addresses == ()
    assert config.index.backend == "embedded"
    assert config.folder == Path.cwd() / "data"


def test_an_archive_is_a_bucket_and_what_else_is_written_there_is_not_repeated(tmp_path: Path) -> None:
    place = tmp_path / "broadsheet.toml"
    config = parse('[store]\narchive = "s3://news/raw"\nkeep_local = "12h"', place)
    assert (str(config.bucket), config.store.keep_local) == ("s3://news/raw", timedelta(hours=12))
    assert parse("", place).bucket is None
    with pytest.raises(ConfigError, match="`store.archive`: must be s3://BUCKET") as caught:
        parse('[store]\narchive = "s3://key:hunter2@news/raw"', place)
    assert "hunter2" not in str(caught.value)


def test_several_workers_need_what_several_machines_can_write() -> None:
    whole = {
        "store": 'shared = true\nledger = "NEWS_LEDGER"\narchive = "s3://news/raw"',
        "index": 'backend = "elasticsearch"',
    }

    def text(sections: dict[str, str]) -> str:
        return "\n".join(f"[{name}]\n{lines}" for name, lines in sections.items())

    assert parse(text(whole), HERE).store.shared
    for name, without in (("store", 'ledger = "NEWS_LEDGER"'), ("store", 'archive = "s3://news/raw"')):
        with pytest.raises(ConfigError, match="`store.shared` needs what several machines can write"):
            parse(text(whole | {name: whole[name].replace(without, "")}), HERE)
    with pytest.raises(ConfigError, match="`store.shared` needs"):
        parse(text(whole | {"index": ""}), HERE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[crawl]\ndealy = 2", "unknown key `crawl.dealy`; did you mean `delay`?"),
        ("[crwal]\ndelay = 2", "unknown key `crwal`; did you mean `crawl`?"),
        ('[[sources]]\nname = "a"\nfeed = ["x"]\nfeeds = ["y"]', "did you mean `feeds`?"),
        ("[crawl]\ndelay = -1", "`crawl.delay`"),
        ('[crawl]\nallow_addresses = ["127.0.0.1/99"]', "allow_addresses"),
        (
            '[crawl]\nrevisits = ["1h", "soon"]',
            "`crawl.revisits.1`: must be a number of minutes, hours or days",
        ),
        ("[crawl]\nrevisits = [3600]", '`crawl.revisits.0`: must be a text such as "30m"'),
        ('[crawl]\nuser_agent = "a\\nb"', "user_agent"),
        ('[index]\nbackend = "solr"', "index.backend"),
        (
            '[clean]\nextractor = "readability"',
            "`clean.extractor`: must be auto, container or trafilatura (it says `readability`)",
        ),
        ('[clean]\nextractor = ""', "`clean.extractor`: must be auto, container or trafilatura"),
        ('[clean]\nextractor = ["auto"]', "`clean.extractor`: must be auto, container or trafilatura"),
        (
            '[[sources]]\nname = "a"\nfeeds = ["x"]\nextractor = "trafi"',
            "`sources.0.extractor`: must be auto, container or trafilatura",
        ),
        ("[crawl\ndelay", "not valid TOML"),
        ('[[sources]]\nname = "a"\nfeeds = ["x"]\n[[sources]]\nname = "a"\nfeeds = ["y"]', "two sources"),
        ('path = "x"', "unknown key `path`"),
    ],
)
def test_a_wrong_configuration_is_refused_with_the_remedy(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(text, HERE)
    assert told in str(error.value)
    assert "broadsheet.toml" in str(error.value)


def test_a_source_may_have_an_extractor_of_its_own() -> None:
    text = '[clean]\nextractor = "container"\n[[sources]]\nname = "a"\nfeeds = ["x"]\nextractor = "trafilatura"\n'
    config = parse(text + '[[sources]]\nname = "b"\nfeeds = ["y"]\nextractor = ""', HERE)
    found = {name: config.extractors.of(name) for name in ("a", "b", "removed")}
    assert found == {"a": "trafilatura", "b": "container", "removed": "container"}
    assert parse("", HERE).extractors.of("a") == "auto"
    preferring = config.preferring("auto")
    assert {preferring.extractors.of(name) for name in ("a", "b")} == {"auto"}


def test_revisits_are_spans_of_time() -> None:
    assert parse('[crawl]\nrevisits = ["90m", "36h", "14d"]', HERE).crawl.revisits == (
        timedelta(minutes=90),
        timedelta(hours=36),
        timedelta(days=14),
    )
    assert parse("[crawl]\nrevisits = []", HERE).crawl.revisits == ()
    assert 'revisits = ["1h", "6h", "1d", "7d"]' in template()


def test_a_missing_file_says_how_to_begin_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="broadsheet init"):
        load(tmp_path / "broadsheet.toml")


def test_sources_are_added_and_removed_around_what_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text("# mine\n[crawl]\ndelay = 2.5  # slowly\n", encoding="utf-8")
    add_sources(path, [SourceSection(name="a", feeds=("https://a.example/feed",))])
    add_sources(path, [SourceSection(name="b", feeds=("https://b.example/1", "https://b.example/2"))])
    config = load(path)
    assert [(s.name, s.feeds) for s in config.sources] == [
        ("a", ("https://a.example/feed",)),
        ("b", ("https://b.example/1", "https://b.example/2")),
    ]
    remove_sources(path, {"a"})
    assert [s.name for s in load(path).sources] == ["b"]
    remove_sources(path, {"b"})
    assert load(path).sources == ()
    text = path.read_text(encoding="utf-8")
    assert "# mine" in text
    assert "# slowly" in text


def test_the_data_folder_lies_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text('[store]\nfolder = "kept"\n', encoding="utf-8")
    assert load(path).ledger == tmp_path / "kept" / "ledger.sqlite"


@pytest.mark.parametrize(("text", "days"), [("", None), ("1d", 1), ("90d", 90), ("3650 d", 3650)])
def test_a_retention_is_a_number_of_days(tmp_path: Path, text: str, days: int | None) -> None:
    config = parse(f'[store]\nretention = "{text}"', tmp_path / "broadsheet.toml")
    assert config.retention == (timedelta(days=days) if days else None)


@pytest.mark.parametrize("text", ["90", "0d", "6h", "-1d", "1d1h", "d", "for ever"])
def test_no_other_retention_is_taken(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"`store.retention`: must be a number of .*days.*such as"):
        parse(f'[store]\nretention = "{text}"', tmp_path / "broadsheet.toml")


@pytest.mark.parametrize(
    ("text", "hours"), [('""', None), ('"forever"', None), ('"7d"', 168), ('"36h"', 36), (None, 168)]
)
def test_the_backlog_is_an_age(tmp_path: Path, text: str | None, hours: int | None) -> None:
    config = parse(f"[crawl]\nbacklog = {text}" if text else "", tmp_path / "broadsheet.toml")
    assert config.backlog == (timedelta(hours=hours) if hours else None)


@pytest.mark.parametrize("key", ["feeds", "sitemaps", "sections"])
def test_one_way_in_is_enough(tmp_path: Path, key: str) -> None:
    (source,) = parse(
        f'[[sources]]\nname = "a"\n{key} = ["https://a.example/"]', tmp_path / "broadsheet.toml"
    ).sources
    assert source.ways == ("https://a.example/",)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("", "neither `feeds` nor `spider` is set; set one of them, or `sitemaps` or `sections`"),
        ('feeds = ["https://a.example/"]\nsections = ["https://a.example/"]', "is named twice"),
    ],
)
def test_ways_in_that_cannot_be_are_refused(tmp_path: Path, keys: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        parse(f'[[sources]]\nname = "a"\n{keys}', tmp_path / "broadsheet.toml")


def test_sources_are_written_with_the_ways_that_they_have(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text("", encoding="utf-8")
    wanted = SourceSection(name="a", sitemaps=("https://a.example/s.xml",), sections=("https://a.example/",))
    add_sources(path, [wanted])
    assert load(path).sources == (wanted,)
    assert "feeds" not in path.read_text(encoding="utf-8")


def test_a_missing_file_is_named_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads it in the log of a worker knows no working folder."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=f"There is no {tmp_path}/broadsheet.toml"):
        load(Path("broadsheet.toml"))


SOURCE = '[[sources]]\nname = "gazette"\nfeeds = ["https://gazette.example/feed"]\n'


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ('{ Cookie = "reader=73af" }', "give the name of an environment variable, in capitals"),
        ('{ Cookie = "s3cret-73af" }', "give the name of an environment variable, in capitals"),
        ("{ X-Pin = 1773 }", "headers.X-Pin"),
        ('"reader=73af"', "headers"),
        ('{ User-Agent = "AGENT" }', "`User-Agent` is set by Broadsheet"),
        ('{ Proxy-Authorization = "AGENT" }', "is set by Broadsheet"),
        ('{ "a b" = "AGENT" }', "names of headers have"),
    ],
)
def test_headers_name_variables_and_a_value_in_their_place_is_not_said(headers: str, told: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(f"{SOURCE}headers = {headers}", HERE)
    assert told in str(error.value)
    assert not any(secret in str(error.value) for secret in ("73af", "1773"))


def test_headers_need_a_site_to_be_sent_to() -> None:
    spider = '[[sources]]\nname = "gazette"\nspider = "gazette:Gazette"\nheaders = { Cookie = "COOKIES" }\n'
    with pytest.raises(ConfigError, match="set `site`"):
        parse(spider, HERE)
    with pytest.raises(ConfigError, match="not an http"):
        parse(f'{spider}site = "ftp://gazette.example"', HERE)
    (source,) = parse(f'{spider}site = "https://gazette.example"', HERE).sources
    assert source.headers == {"Cookie": "COOKIES"}


def test_a_list_of_two_sources_is_the_first_ones() -> None:
    """Compared as canonical URLs; what is no URL fails by itself, and a sitemap may be of several sites."""
    config = parse(
        """
        [[sources]]
        name = "a"
        feeds = ["https://a.example/feed?utm_source=x#top", "no url"]
        sitemaps = ["https://cdn.example/news.xml"]
        site = "https://a.example/"
        [[sources]]
        name = "b"
        feeds = ["HTTPS://a.example/feed", "no url", "https://b.example/feed"]
        sitemaps = ["https://cdn.example/news.xml"]
        site = "https://b.example/"
        [[sources]]
        name = "c"
        sections = ["https://a.example/feed", "https://c.example/"]
        """,
        HERE,
    )
    assert config.claimed == {("b", "HTTPS://a.example/feed"): "a", ("c", "https://a.example/feed"): "a"}
    a, b, _ = plan(config, config.sources).sources
    assert (a.claimed, b.claimed) == ({}, {"HTTPS://a.example/feed": "a"})
    (b,) = plan(config, config.sources[1:2]).sources
    assert b.claimed == {"HTTPS://a.example/feed": "a"}, "whoever is crawled"


def test_a_source_is_renamed_in_place(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    text = '# mine\n[[sources]]\nname = "a" # old friend\nfeeds = ["x"]\n\n[[sources]]\nname = "b"\nfeeds = ["a"]\n'
    path.write_text(text, encoding="utf-8")
    rename_source(path, "a", "c")
    assert path.read_text(encoding="utf-8") == text.replace('"a" #', '"c" #')
    with pytest.raises(ConfigError, match="two sources are called `b`"):
        rename_source(path, "c", "b")
