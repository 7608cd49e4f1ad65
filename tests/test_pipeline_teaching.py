"""A correction of one page, from the archive to a rule that all pages of its site are cleaned by."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from articles.errors import ConfigError, UsageError
from articles.sites.site_file import read
from articles.sites.site_rules import Lesson, SiteRule
from bench.taught_sites import TaughtPage, pages
from broadsheet import Collection
from pipeline.batches import cleaners
from pipeline.configuration.config import Config
from pipeline.maintenance.doctor import examine
from pipeline.maintenance.reprocess import reclean
from pipeline.sites import compared_pages
from pipeline.sites.correcting import corrected
from pipeline.sites.needless_rules import try_rules
from pipeline.sites.rule_watch import change_of, watched
from pipeline.sites.site_folder import read_site, with_rule, write_site
from pipeline.sites.teaching import Correction, look_up, proposals
from pipeline.status import status
from tests.collected_pages import collected, configured

TODAY = date(2026, 3, 12)


@pytest.fixture(scope="module")
def made() -> list[TaughtPage]:
    return pages("changing wording", 12)


@pytest.fixture
def config(tmp_path: Path, made: list[TaughtPage]) -> Config:
    config = configured(tmp_path)
    with cleaners(config) as pool:
        collected(config, pool, [each.page for each in made])
    return config


def texts(config: Config) -> dict[str, tuple[str, ...]]:
    with Collection(config.path) as collection:
        return {article.url: article.body for article in collection.articles()}


def test_one_line_makes_all_pages_of_the_site_right(config: Config, made: list[TaughtPage]) -> None:
    truth = {each.page.final_url: each.truth for each in made}
    assert texts(config) != truth
    taught = look_up(config, made[0].page.url)
    assert len(taught.pages) == len(made)
    first = proposals(taught, Correction("cut", made[0].line), TODAY)[0]
    preview = first.preview()
    assert (preview.pages, preview.warning, preview.much) == (len(made), "", [])
    assert preview.changed == sum(1 for each in made if each.line)
    assert preview.diffs[0].lines[0] == f"- {made[0].line}"
    assert not config.sites.exists()
    first.apply()
    assert texts(config) == truth
    assert status(config)["site_rules"] == {"present": len(made), "older": 0}
    with Collection(config.path) as collection:
        assert {article.versions for article in collection.articles()} == {1}  # a rule is no edit
    (of_rule,) = watched(config)
    assert (of_rule.articles, of_rule.matched) == (len(made), preview.changed)
    (rule,) = read_site(taught.path).rules
    assert (rule.name, rule.select, rule.lessons[0].line) == ("cut-1", "div.zz-strip", made[0].line)
    with pytest.raises(ConfigError, match="cut already .*cut-1"):
        proposals(look_up(config, made[0].page.url), Correction("cut", made[0].line))


def test_pages_whose_article_the_index_has_are_cleaned_once(
    config: Config, made: list[TaughtPage], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: Counter[str] = Counter()

    class Counting(compared_pages.Workers):  # type: ignore[type-arg,misc]
        def run(self, tasks: Any) -> Any:
            return super().run(self.counted(tasks))

        def counted(self, tasks: Iterable[Any]) -> Iterator[Any]:
            for task in tasks:
                given[task.side] += 1
                yield task

    monkeypatch.setattr(compared_pages, "Workers", Counting)
    change = corrected(look_up(config, made[0].page.url), [Correction("cut", made[0].line)])
    whole = change.preview()
    assert given == {"after": len(made)}
    assert whole.changed > 1

    # A rule that was written by hand since then: the index has what was made without it.
    other = next(each.page.url for each in made[1:] if each.line)
    by_hand = SiteRule(kind="not_article", name="by-hand", url=other)
    write_site(change.taught.path, with_rule("", "changing-wording.example", by_hand))
    given.clear()
    now = corrected(look_up(config, made[0].page.url), [Correction("cut", made[0].line)]).preview()
    assert given["before"] == whole.changed
    assert (now.changed, now.ends) == (whole.changed - 1, [])


def test_a_rule_that_stops_doing_anything_is_named_with_the_day() -> None:
    days = {date(2026, 3, day): (9, 10) for day in range(1, 6)}
    assert change_of(days) == ""
    fallen = days | {date(2026, 3, day): (0, 10) for day in range(6, 8)}
    assert change_of(fallen) == "on 90%, since 2026-03-06 on 0%"
    assert change_of(days | {date(2026, 3, 6): (0, 2)}) == ""  # too few to say
    taken = {day: (10 - did, 10) for day, (did, _) in fallen.items()}
    assert change_of(fallen, [taken]) == ""  # another rule does it now
    assert change_of(fallen, [days, dict.fromkeys(fallen, (9, 10))]) != ""  # which did so before, too


def test_a_file_that_is_wrong_says_where(tmp_path: Path) -> None:
    path = tmp_path / "harbour.example.toml"
    path.write_text('# mine\n[[cut]]\nname = "cut-1"\nselect = "p["\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"line 4, column 10: `select` cannot be used"):
        read_site(path)
    path.write_text('[[cut]]\nname = "a"\nlines = "x"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"line 3, column 9: unknown key `lines`; did you mean `line`"):
        read_site(path)
    path.write_text(
        '[[cut]]\nname = "a"\nline = "x y"\n\n[[cut]]\nname = "b"\nline = "*"\n', encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="line 7, column 8"):
        read_site(path)
    path.write_text("[[cut]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 1, column"):
        read_site(path)


def test_the_comments_of_a_file_stay_and_a_rule_of_one_name_is_replaced() -> None:
    text = '# mine\n[[cut]]\nname = "cut-1" # the box\nline = "a b"\n'
    rule = SiteRule(
        kind="cut",
        name="cut-1",
        select="p.x",
        lessons=(Lesson(url="https://a.example/", line="a", on=TODAY),),
    )
    changed = with_rule(text, "a.example", rule)
    assert "# mine" in changed
    assert "# the box" in changed
    assert read(changed, "a.toml", "a.example").rules == (rule,)
    both = with_rule(changed, "a.example", replace(rule, name="cut-2"))
    assert [each.name for each in read(both, "a.toml", "a.example").rules] == ["cut-1", "cut-2"]
    assert read(with_rule("", "a.example", rule), "a.toml", "a.example").rules == (rule,)


@pytest.fixture
def taught(config: Config, made: list[TaughtPage]) -> Config:
    """The same after one correction."""
    corrected(look_up(config, made[0].page.url), [Correction("cut", made[0].line)]).apply()
    return config


def test_a_rule_that_is_forgotten_leaves_everything_as_it_was(taught: Config, made: list[TaughtPage]) -> None:
    url = made[0].page.url
    forgotten = corrected(look_up(taught, url), [Correction("forget", "cut-1")])
    preview = forgotten.preview()
    assert (preview.changed, preview.words_cut) == (sum(1 for each in made if each.line), 0)
    assert preview.diffs[0].lines[0] == f"+ {made[0].line}"
    forgotten.apply()
    assert made[0].line in texts(taught)[url]
    assert watched(taught) == []
    with pytest.raises(ConfigError, match="no rule `cut-1`"):
        corrected(look_up(taught, url), [Correction("forget", "cut-1")])


def test_doctor_names_a_rule_that_stopped(taught: Config, made: list[TaughtPage]) -> None:
    def said(at: datetime) -> list[tuple[bool, str]]:
        return [(each.ok, each.text) for each in examine(taught, lambda: at) if each.part == "site rules"]

    first = made[0].page.fetched_at
    assert said(first) == [(True, "each does what it did.")]
    later = [
        replace(
            each.page,
            url=f"{each.page.url}-later",
            final_url=f"{each.page.url}-later",
            body=each.page.body.replace(b"zz-strip", b"another"),
            fetched_at=first + timedelta(days=3),
        )
        for each in made
    ]
    with cleaners(taught) as pool:
        collected(taught, pool, later)
    ((ok, text),) = said(first + timedelta(days=4))
    assert not ok
    assert text.startswith("cut-1 of changing-wording.example hardly does anything any more (on ")
    assert "since 2026-03-05 on 0%" in text
    assert said(first + timedelta(days=99)) == [(True, "each does what it did.")]
    next(taught.sites.glob("*.toml")).write_text("[[cut]\n", "utf-8")
    ((ok, text),) = said(first)
    assert not ok
    assert "line 1, column" in text


def test_a_line_that_gives_no_rule_says_why(config: Config, made: list[TaughtPage]) -> None:
    taught = look_up(config, made[0].page.url)
    with pytest.raises(ConfigError, match="the page does not say"):
        corrected(taught, [Correction("cut", "nothing of the kind")])
    with pytest.raises(ConfigError, match="much of the text; name a whole line"):
        corrected(taught, [Correction("cut", "was")])
    with pytest.raises(ConfigError, match="in the article already"):
        corrected(taught, [Correction("keep", made[0].truth[0])])
    with pytest.raises(ConfigError, match="cannot be used for --title: it is no CSS"):
        corrected(taught, [Correction("title", ".x[")])
    with pytest.raises(ConfigError, match="There is no rule 9"):
        corrected(taught, [Correction("cut", made[0].line)], 9)


def test_several_corrections_are_one_change(config: Config, made: list[TaughtPage]) -> None:
    taught = look_up(config, made[0].page.url)
    both = corrected(taught, [Correction("cut", made[0].line), Correction("not_article", "/report/1")])
    assert both.preview().ends == [made[1].page.url]
    both.keep()
    assert [rule.name for rule in read_site(taught.path).rules] == ["cut-1", "not_article-1"]


def test_python_teaches_as_the_command_does(config: Config, made: list[TaughtPage]) -> None:
    url = made[0].page.url
    with Collection(config.path) as news:
        change = news.teach(url, cut=made[0].line, select={"title": "h1"})
        assert not change.preview().warning
        assert not config.sites.exists()
        change.apply()
        article = news.article(url)
        assert article
        assert article.body == made[0].truth
        news.teach(url, forget=["cut-1", "title-1"]).apply()
        with pytest.raises(UsageError, match="its keys are of body, title"):
            news.teach(url, select={"heading": "h1"})
        with pytest.raises(ConfigError, match="Say what is wrong"):
            news.teach(url)
    assert made[0].line in texts(config)[url]


def test_a_rule_that_is_no_longer_needed_is_named_when_asked(taught: Config, made: list[TaughtPage]) -> None:
    """A rule for what the general rules cut anyway (here: another rule of the site, standing for them)."""
    url = made[0].page.url
    twice = SiteRule(kind="cut", name="cut-2", select="div.zz-strip > p")
    path = look_up(taught, url).path
    write_site(path, with_rule(path.read_text("utf-8"), "changing-wording.example", twice))
    reclean(taught)
    one, other = try_rules(taught)
    with_box = sum(1 for each in made if each.line)
    assert (one.rule, one.pages, one.matched, one.same) == ("cut-1", len(made), with_box, with_box)
    assert one.is_needless
    assert one.advice.endswith(f"broadsheet teach {one.url} --forget cut-1")
    corrected(look_up(taught, one.url), [Correction("forget", "cut-1")]).apply()
    (left,) = try_rules(taught)
    assert (left.rule, left.matched, left.same, left.is_needless) == ("cut-2", with_box, 0, False)
    assert other.rule == "cut-2"
    assert list(try_rules(taught, ("another.example",))) == []
