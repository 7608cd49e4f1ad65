"""What a file of ftr-site-config says, as rules of a site, and which of a folder's files is a host's."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from articles.sites.ftr_file import FtrFile, Stated, from_root
from articles.sites.site_rules import NO_RULES, Rewriting, RuleKind, SiteRule, SiteRules

_LONGEST_HOST = 200  # characters; a name with more is none that a file can have
GLOBAL = "global.txt"  # goes on where a host's file finds nothing, unless that says not to


def names_for(host: str) -> Iterator[str]:
    """The names of the files that may be a host's, the first that there is being it.

    `www.` belongs to the host itself; `.example.org.txt` is for the hosts below example.org alone.
    """
    host = host.lower().rstrip(".").removeprefix("www.")
    if not host or len(host) > _LONGEST_HOST:
        return
    yield f"{host}.txt"
    yield f"www.{host}.txt"
    labels = host.split(".")
    yield from (f".{'.'.join(labels[at:])}.txt" for at in range(1, len(labels)))


def is_name(name: str) -> bool:
    """Whether a file of this name can be a host's, or is for all of them."""
    return name == GLOBAL or (name.endswith(".txt") and "." in name[1:].removesuffix(".txt"))


def rules_of(own: FtrFile | None, general: FtrFile | None = None) -> SiteRules:
    """The rules of a host's file, and those of global.txt behind them, unless autodetect_on_failure is `no`."""
    strict = own is not None and own.autodetect_on_failure is False
    files = [file for file in (own, None if strict else general) if file]
    if not files:
        return NO_RULES
    return SiteRules(
        hosts=(files[0].name.removesuffix(".txt"),),
        rules=tuple(rule for file in files for rule in _rules(file)),
        rewritings=tuple(
            Rewriting(name=f"{file.name}:{line}", find=find, put=put)
            for file in files
            for line, find, put in file.replacements
        ),
        strict=strict,
        whole=next((not file.prune for file in files if file.prune is not None), False),
    )


def _rules(file: FtrFile) -> Iterator[SiteRule]:
    parts: Mapping[RuleKind, tuple[Stated, ...]] = {
        "title": file.title,
        "author": file.author,
        "date": file.date,
        "body": file.body,
        "cut": (*file.strip, *file.strip_attr),
        "next_page": file.next_page_link,
    }
    for kind, stated in parts.items():
        yield from (_rule(file, kind, line, from_root(text)) for line, text in stated)
    conditions = {line: from_root(text) for line, text in file.if_page_contains}
    for line, text in file.single_page_link:
        rule = _rule(file, "single_page", line, from_root(text))
        yield replace(rule, only_if=conditions.get(line, ""))
    for line, text in file.strip_id_or_class:
        word = _literal(text)
        yield _rule(file, "cut", line, f"//*[contains(@class, {word}) or contains(@id, {word})]")
    for line, text in file.strip_image_src:
        yield _rule(file, "cut", line, f"//img[contains(@src, {_literal(text)})]")


def _rule(file: FtrFile, kind: RuleKind, line: int, path: str) -> SiteRule:
    return SiteRule(kind=kind, name=f"{file.name}:{line}", select=path)


def _literal(text: str) -> str:
    """As others write it into their XPath: without quotation marks."""
    return "'" + text.replace("'", "").replace('"', "") + "'"
