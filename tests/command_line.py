"""The command line, called in this process: a process of its own costs half a second before it begins.

Tests of what a process is (its working folder, its standard streams, signals) start one.
"""

import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest import mock

from broadsheet.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a command printed, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def call(folder: Path, *words: str) -> Done:
    """Call `broadsheet` with these words in this folder."""
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code: object = None
    with (
        chdir(folder),
        redirect_stdout(out),
        redirect_stderr(err),
        mock.patch.object(sys, "argv", ["broadsheet", *words]),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    assert code is None or isinstance(code, int)
    printed = (
        stream.buffer.getvalue().decode() for stream in (out, err) if isinstance(stream.buffer, BytesIO)
    )
    return Done(code or 0, *printed)
