"""The commands that keep a collection twice, bring it back, or elsewhere: backup, restore, move."""

from pathlib import Path
from typing import Annotated

import typer

from broadsheet.commands.options import Json, configured


def backup(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder of backups, best on another disk.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Make none; check every file of those that are there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Back up the collection, beside a running run: configuration, archive, ledger and embedded index.

    Only what earlier backups in the folder lack is copied; an interrupted backup is gone on with. Exit code 1 with
    --verify if a backup is damaged.

    Example: broadsheet backup /mnt/backups/news
    Example: broadsheet backup /mnt/backups/news --verify
    """
    from broadsheet.terminal import console, print_json, say
    from pipeline.backup.backing_up import back_up

    if verify:
        _verify(folder, as_json=as_json)
        return
    config = configured(context)
    with console.status("Backing up") as status:
        made = back_up(
            config,
            folder,
            lambda size, total: status.update(f"Backing up: {size >> 20} of {total >> 20} MiB"),
        )
    if as_json:
        print_json(
            {
                "backup": str(made.folder),
                "made_at": made.manifest.made_at,
                "files": len(made.manifest.files),
                "bytes": made.manifest.size,
                "copied_files": made.copied_files,
                "copied_bytes": made.copied_bytes,
                "captures": made.manifest.captures,
                "indexed": made.manifest.indexed,
            }
        )
        return
    say(f"{made.folder}: {made.manifest.captures} captures, {made.manifest.indexed} articles.")
    say(
        f"{len(made.manifest.files)} files with {made.manifest.size:,} bytes, of which "
        f"{made.copied_bytes:,} bytes in {made.copied_files} files were copied."
    )


def _verify(folder: Path, *, as_json: bool) -> None:
    from dataclasses import asdict

    from broadsheet.terminal import console, print_json, say
    from pipeline.backup.verifying import verify

    with console.status("Checking") as status:
        found = verify(folder.absolute(), lambda size: status.update(f"Checking: {size >> 20} MiB"))
    if as_json:
        print_json(asdict(found))
    else:
        for damage in found.damages:
            say(damage, style="red")
        say(
            f"{found.backups} backup{'' if found.backups == 1 else 's'}, {found.files} files, {found.size:,} bytes: "
            + (f"{len(found.damages)} damaged." if found.damages else "all as they were written.")
        )
    if found.damages:
        raise typer.Exit(1)


def move(
    context: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="A PostgreSQL database: its URL without a password, or a variable; or sqlite: a file.",
        ),
    ],
) -> None:
    """Move the ledger into a PostgreSQL database, or back into the data folder. No run can begin meanwhile.

    Every row is compared; until then, and after a kill, the old ledger is the one. The same command goes on.

    Example: broadsheet move --to postgresql+psycopg://news@db.example.org/news
    Example: broadsheet move --to sqlite
    """
    from broadsheet.terminal import console, say, table
    from pipeline.maintenance.moving import move as move_ledger

    with console.status("Moving the ledger"):
        done = move_ledger(configured(context), to)
    if done.rows:
        table(("table", "rows"), list(done.rows.items()))
        say(f"All rows of {done.old} are in {done.new} now, which the configuration names.")
    else:
        say(f"The ledger is in {done.new}.")
    if done.left:
        say(f"{done.left} is the old file: delete it when you like.")


def restore(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder of backups (the newest is taken), or one backup.")],
    to: Annotated[
        Path | None,
        typer.Option("--to", help="Empty data folder to restore into (default: the configured one)."),
    ] = None,
    despite_damage: Annotated[
        bool, typer.Option("--despite-damage", help="Of a damaged backup, restore all that can be read.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Restore a backup into an empty data folder, with every file checked; a missing configuration, too.

    Example: broadsheet restore /mnt/backups/news
    Example: broadsheet restore /mnt/backups/news/2026-11-26T030000Z --to data-of-thursday
    """
    from broadsheet.terminal import console, print_json, say, when
    from pipeline.backup.restoring import restore as bring_back

    with console.status("Restoring") as status:
        done = bring_back(
            context.obj,
            folder,
            to,
            despite_damage=despite_damage,
            progress=lambda size, total: status.update(f"Restoring: {size >> 20} of {total >> 20} MiB"),
        )
    if as_json:
        print_json(
            {
                "backup": str(done.backup),
                "made_at": done.manifest.made_at,
                "folder": str(done.folder),
                "config": str(done.config) if done.config else None,
                "captures": done.manifest.captures,
                "damages": list(done.damages),
                "next": list(done.next_steps),
            }
        )
        return
    for damage in done.damages:
        say(damage, style="yellow")
    say(
        f"{done.folder} is as it was on {when(done.manifest.made_at)} UTC: {done.manifest.captures} captures, "
        f"{done.manifest.indexed} articles."
    )
    if done.config:
        say(f"{done.config} was restored, too.")
    for step in done.next_steps:
        say(f"Next: {step}.")
