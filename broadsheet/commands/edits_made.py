"""The commands about how articles were edited: history, prove."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from broadsheet.commands.options import Json, configured

if TYPE_CHECKING:
    from articles.edits.word_diff import PartDiff, Piece
    from pipeline.versions.proving import Proof
    from pipeline.versions.version_list import ArticleHistory

_STYLES = {"same": "", "cut": "red strike", "added": "green"}


def history(
    context: typer.Context,
    which: Annotated[
        str,
        typer.Argument(metavar="ID|URL", help="Article id, its first six characters or more, or URL."),
    ],
    numbers: Annotated[
        tuple[int, int] | None,
        typer.Option("--diff", metavar="OLD NEW", help="Show how these two versions differ, word by word."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the versions of an article: when each was seen, what was changed, and which corrections came.

    Example: broadsheet history 3f0c9a1b52
    Example: broadsheet history https://www.example.org/news/ferry --diff 1 2
    """
    from articles.model import to_dict
    from broadsheet.terminal import print_json
    from pipeline.versions.version_list import history as versions_of

    found = versions_of(configured(context), which)
    if numbers is not None:
        parts = found.diff(*numbers)
        if as_json:
            print_json([asdict(part) for part in parts])
        else:
            _show_diff(parts)
    elif as_json:
        print_json({"id": found.id, "url": found.url, "versions": [to_dict(one) for one in found]})
    else:
        _show_versions(found)


def _show_versions(found: "ArticleHistory") -> None:
    from articles.urls import masked
    from broadsheet.terminal import say, table, when

    say(masked(found.url), style="bold")
    say(
        f"{found.id}; the times are those of captures (UTC): what stood there between two is not known.",
        style="dim",
    )
    rows = [
        (one.number, when(one.seen_at), when(one.last_seen_at), one.captures, one.word_count, ", ".join(one.changed), one.title)
        for one in found
    ]  # fmt: skip
    table(("version", "first seen", "last seen", "captures", "words", "changed", "title"), rows)
    for one in found:
        for line in one.corrections:
            say(f"Version {one.number}: {line}", style="italic")


def _show_diff(parts: "tuple[PartDiff, ...]") -> None:
    from broadsheet.terminal import say

    if not parts:
        say("The two versions differ in nothing but how they are set.")
    for part in parts:
        say(part.part, style="bold")
        _show_pieces(part.pieces)
        say()


def _show_pieces(pieces: "tuple[Piece, ...]") -> None:
    """In colours on a terminal that has them; else what went as [-cut-] and what came as {+added+}."""
    from rich.text import Text

    from articles.display import printable
    from articles.edits.word_diff import marked
    from broadsheet.terminal import console, say

    if not console.is_terminal or console.no_color:
        say(marked(pieces))
        return
    line = Text()
    for piece in pieces:
        line.append(printable(piece.text), style=_STYLES[piece.kind])
    line.rstrip()
    console.print(line)


def prove(
    context: typer.Context,
    sentence: Annotated[str, typer.Argument(help="The sentence, or a part of it; two words or more.")],
    article: Annotated[
        str,
        typer.Option(
            metavar="ID|URL",
            help="Look at every capture of this article (default: of all that have the sentence in a version).",
        ),
    ] = "",
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Write the records, with checksums, for others to check."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Say in which archived captures a sentence stood: what was observed, and nothing that is inferred.

    Example: broadsheet prove "The ferry will not sail again" --article https://www.example.org/news/ferry -o proof
    """
    from articles.model import to_dict
    from broadsheet.terminal import print_json, say
    from crawlers.clock import now
    from pipeline.versions import exhibit
    from pipeline.versions.proving import prove as look_for

    config = configured(context)
    proof = look_for(config, sentence, article)
    if output and proof.observations:
        exhibit.write(proof, config.archive, Path(output), now())
    if as_json:
        print_json(to_dict(proof))
        return
    _show_proof(proof)
    if output and proof.observations:
        say(f"Written to {output}: {exhibit.README} says how to check it.")


def _show_proof(proof: "Proof") -> None:
    from articles.urls import masked
    from broadsheet.terminal import say, table, when
    from pipeline.versions import exhibit

    if not proof.observations:
        say("No version of any article has this sentence; --article looks at all captures of one.")
        return
    for url, observations in exhibit.by_article(proof):
        say(masked(url), style="bold")
        for line in exhibit.spans(observations):
            say(f"It {line}.")
        rows = [
            (when(one.at), one.seen.replace("_", " "), one.payload_digest, f"{one.file}:{one.offset}", one.record_id)
            for one in observations
        ]  # fmt: skip
        table(("captured (UTC)", "sentence", "payload digest", "WARC record", "record id"), rows)
        say()
