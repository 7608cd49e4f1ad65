"""The folder of Full-Text RSS's files: which is a host's, and that it is read when it is needed."""

import os
import time
from pathlib import Path

import pytest

from articles.errors import ConfigError
from articles.sites.site_rules import NO_RULES, NO_SITES, SiteRule, SiteRules, Sites
from pipeline.configuration.config import parse
from pipeline.sites.site_configs import SiteConfigs
from pipeline.sites.site_folder import load_sites
from tests import ftr_folder


def files(folder: Path, **texts: str) -> SiteConfigs:
    for name, text in texts.items():
        (folder / f"{name.replace('__', '.')}.txt").write_text(text, encoding="utf-8")
    return SiteConfigs(folder)


def bodies(configs: SiteConfigs, url: str) -> list[str]:
    return [rule.select for rule in configs.of(url).of("body")]


def test_the_nearest_file_is_a_hosts_and_global_txt_stands_behind_it(tmp_path: Path) -> None:
    configs = files(
        tmp_path,
        example__org="body: //exact",
        __example__org="body: //below",
        __news__example__org="body: //nearer",
        www__other__org="body: //www",
        strict__org="body: //strict\nautodetect_on_failure: no",
    )
    (tmp_path / "global.txt").write_text("body: //global", encoding="utf-8")
    for url, found in (
        ("https://example.org/1", ["//exact", "//global"]),
        ("https://www.example.org/1", ["//exact", "//global"]),
        ("https://sport.example.org/1", ["//below", "//global"]),
        ("https://a.b.example.org/1", ["//below", "//global"]),
        ("https://a.news.example.org/1", ["//nearer", "//global"]),
        ("https://news.example.org/1", ["//below", "//global"]),
        ("https://other.org/1", ["//www", "//global"]),
        ("https://strict.org/1", ["//strict"]),
        ("https://unknown.net/1", ["//global"]),
        ("https://notexample.org/1", ["//global"]),
        (f"https://{'a' * 300}.org/1", ["//global"]),
    ):
        assert bodies(configs, url) == found, url


def test_without_a_file_there_are_no_rules(tmp_path: Path) -> None:
    assert SiteConfigs(tmp_path).of("https://example.org/1") is NO_RULES


def test_a_file_is_read_again_when_it_changed(tmp_path: Path) -> None:
    configs = files(tmp_path, example__org="body: //first")
    first = configs.of("https://example.org/1")
    assert configs.of("https://www.example.org/2") is first
    files(tmp_path, example__org="body: //second")
    os.utime(tmp_path / "example.org.txt", ns=(1, 1))
    assert bodies(configs, "https://example.org/1") == ["//second"]
    (tmp_path / "example.org.txt").unlink()
    assert configs.of("https://example.org/1") is NO_RULES


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "example.org.txt").mkdir()
    with pytest.raises(ConfigError, match=r"example\.org\.txt cannot be read"):
        SiteConfigs(tmp_path).of("https://example.org/1")


def test_the_setting_names_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    assert load_sites(parse("", path)) == NO_SITES
    named = parse('[clean]\nsite_configs = "ftr"\n', path)
    with pytest.raises(ConfigError, match=r"site_configs: there is no folder .*ftr"):
        load_sites(named)
    (tmp_path / "ftr").mkdir()
    files(tmp_path / "ftr", example__org="body: //div")
    assert [rule.name for rule in load_sites(named).of("https://example.org/1").rules] == [
        "example.org.txt:1"
    ]


def test_rules_that_were_taught_go_before_a_file(tmp_path: Path) -> None:
    configs = files(tmp_path, example__org="body: //div", another__org="body: //p")
    taught = SiteRules(hosts=("example.org",), rules=(SiteRule(kind="cut", name="cut-1", select="aside"),))
    sites = Sites({"example.org": taught}, configs.of)
    assert sites.of("https://www.example.org/1") is taught
    assert sites.of("https://another.org/1") == configs.of("https://another.org/1")


def test_a_folder_of_300_files_is_read_in_under_a_second_once_it_was_read(tmp_path: Path) -> None:
    ftr_folder.write(tmp_path, 300)
    configs = SiteConfigs(tmp_path)
    found = configs.files()
    assert len(found) == 300
    kinds = {remark.kind for file in found for remark in file.remarks}
    assert kinds == {"not_used", "ignored", "refused"}
    begun = time.process_time()
    assert configs.files() == found
    assert sum(bool(configs.of(f"https://x.paper{number}.example/").rules) for number in range(300)) == 300
    assert time.process_time() - begun < 1
