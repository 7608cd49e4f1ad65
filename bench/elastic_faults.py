"""Disturb runs while they load into Elasticsearch, let the next one finish, and compare with an undisturbed run.

    python bench/elastic_faults.py FEED_LIST_URL [--port 9281] [--version V] [--only WORD]

FEED_LIST_URL returns feed URLs of a server on this machine, one per line. Starts its own node (tests/elasticsearch_node.py).
Each fault has a new data folder and a new alias. It starts once a sixth of the articles are indexed, unless its name says
otherwise, and ends with the run. It must have an effect: exit code 75 and pending captures, or what its line says. After
one more run, `export` must give the same as after the undisturbed one, except `fetched_at`, `first_seen_at` and `archive`;
the alias must have as many documents as the ledger has `indexed`, and `doctor` must find nothing.

The undisturbed run's archive is also rebuilt into the embedded index; its `export` must be identical.
Exit code 1 if anything differs.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
import tomlkit
from elasticsearch import Elasticsearch
from folders import State, command, configure, export

from index.backend_record import Sharding
from index.elastic import generations
from index.elastic.client import connect
from store.ledger import capture_table
from store.ledger.database import Ledger
from tests.elastic import NODE, CuttingProxy
from tests.elasticsearch_node import read_state

FLOOD = "cluster.routing.allocation.disk."
TRY_AGAIN = 75
ALWAYS = 1_000_000


class NoEffectError(Exception):
    """A fault without the expected effect."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The node, the proxy in front of it, and the feeds."""

    port: int
    version: str
    data: Path
    feeds: list[str]
    client: Elasticsearch
    proxy: CuttingProxy

    def node(self, verb: str) -> None:
        arguments = [sys.executable, str(NODE), verb, "--port", str(self.port)]
        if verb == "start":
            arguments += ["--version", self.version, "--data", str(self.data), "--disk-checks", "10s"]
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        state = read_state(self.port)
        if not state:
            raise NoEffectError("there was no node to kill")
        os.killpg(state["pid"], signal.SIGKILL)
        while read_state(self.port):
            time.sleep(0.1)


Disturbance = Callable[[Bench, str], AbstractContextManager[None]]


@contextmanager
def killed(bench: Bench, _: str) -> Iterator[None]:
    bench.kill()
    yield
    bench.node("start")


@contextmanager
def killed_and_back(bench: Bench, _: str) -> Iterator[None]:
    bench.kill()
    bench.node("start")
    yield


@contextmanager
def blocked(bench: Bench, alias: str) -> Iterator[None]:
    block = {"index.blocks.read_only_allow_delete": True}
    bench.client.indices.put_settings(index=alias, settings=block)
    yield
    bench.client.indices.put_settings(index=alias, settings=dict.fromkeys(block))


@contextmanager
def flooded(bench: Bench, alias: str) -> Iterator[None]:
    """Disks that seem full, so that the node itself blocks the index and later unblocks it."""
    marks = {"low": "998tb", "high": "997tb", "flood_stage": "996tb"}
    settings: dict[str, Any] = {f"{FLOOD}watermark.{name}": mark for name, mark in marks.items()}
    settings[f"{FLOOD}threshold_enabled"] = True
    bench.client.cluster.put_settings(persistent=settings)
    yield
    if not is_blocked(bench.client, alias):
        raise NoEffectError("the node did not block the index")
    bench.client.cluster.put_settings(persistent=dict.fromkeys(settings))
    deadline = time.monotonic() + 60
    while is_blocked(bench.client, alias):
        if time.monotonic() > deadline:
            raise NoEffectError("the node did not unblock the index")
        time.sleep(1)


def is_blocked(client: Elasticsearch, alias: str) -> bool:
    (found,) = client.indices.get_settings(index=alias).body.values()
    return "blocks" in found["settings"]["index"]


@contextmanager
def three_responses_cut(bench: Bench, _: str) -> Iterator[None]:
    bench.proxy.cuts = 3
    yield
    if bench.proxy.cuts:
        raise NoEffectError(f"{bench.proxy.cuts} of 3 responses were never requested")


@contextmanager
def every_response_cut(bench: Bench, _: str) -> Iterator[None]:
    bench.proxy.cuts = ALWAYS
    yield
    bench.proxy.cuts = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """`exit_code` is that of the disturbed run, `patience` its setting; an `early` fault starts before the run."""

    name: str
    disturbance: Disturbance
    exit_code: int = TRY_AGAIN
    patience: float = 5.0
    proxied: bool = False
    early: bool = False


FAULTS = (
    Fault("node killed, back before the next run", killed),
    Fault("node killed, back while the run waits", killed_and_back, exit_code=0, patience=180.0),
    Fault("node away before the run begins", killed, early=True),
    Fault("index read-only", blocked),
    Fault("flood stage", flooded),
    Fault(
        "three responses cut after the server applied them", three_responses_cut, exit_code=0, proxied=True
    ),
    Fault("every response cut after the server applied it", every_response_cut, proxied=True),
)


def prepare(bench: Bench, folder: Path, alias: str, fault: Fault | None = None) -> None:
    path = configure(folder, bench.feeds)
    port = bench.proxy.port if fault and fault.proxied else bench.port
    section = {"backend": "elasticsearch", "url": f"http://127.0.0.1:{port}", "alias": alias}
    change(path, section | {"patience": fault.patience if fault else 60.0})


def change(path: Path, section: dict[str, Any]) -> None:
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["index"].update(section)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(folder, "run"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def counts(folder: Path) -> dict[str, int]:
    """Captures by outcome in the ledger; zeros before there is a ledger."""
    path = folder / "data" / "ledger.sqlite"
    if not path.exists():
        return {"indexed": 0, "pending": 0}
    with Ledger.open(path) as ledger, ledger.reading() as conn:
        return capture_table.counts(conn)


def wait_for(run: subprocess.Popen[bytes], folder: Path, indexed: int) -> None:
    while counts(folder)["indexed"] < indexed:
        if run.poll() is not None:
            raise NoEffectError("the run was over before it could be disturbed")
        time.sleep(0.1)


def documents(bench: Bench, alias: str) -> int:
    bench.client.indices.refresh(index=alias)
    return int(bench.client.count(index=alias)["count"])


def disturbed(bench: Bench, folder: Path, alias: str, fault: Fault, middle: int) -> str:
    """One run with the fault; returns a description of its effect. Raises NoEffectError if there is none."""
    if fault.early:
        with fault.disturbance(bench, alias):
            run = start(folder)
            said = run.communicate()[1].decode()
            found = counts(folder)
    else:
        run = start(folder)
        wait_for(run, folder, middle)
        with fault.disturbance(bench, alias):
            at = counts(folder)["indexed"]
            said = run.communicate()[1].decode()
            found = counts(folder)
    seen = f"exit code {run.returncode}, {found['indexed']} indexed, {found['pending']} pending"
    if not fault.early:
        seen = f"came at {at} indexed; {seen}, {documents(bench, alias)} in the index"
    if run.returncode != fault.exit_code or bool(found["pending"]) != bool(fault.exit_code):
        raise NoEffectError(f"{seen}: {said[-500:]}")
    return seen


def problems_after(bench: Bench, folder: Path, alias: str, expected: list[State]) -> list[str]:
    """What is wrong after one more run; empty if nothing is."""
    again = subprocess.run(command(folder, "run"), capture_output=True, check=False)
    wrong = [f"the next run failed: {again.stderr.decode()[-300:]}"] if again.returncode else []
    if export(folder) != expected:
        wrong.append("other articles than after an undisturbed run")
    found = counts(folder)
    held = documents(bench, alias)
    if held != found["indexed"] or found["pending"]:
        wrong.append(f"{held} documents, {found['indexed']} indexed, {found['pending']} pending")
    doctor = subprocess.run(command(folder, "doctor"), capture_output=True, check=False)
    if doctor.returncode:
        wrong.append(f"doctor: {doctor.stdout.decode()[-300:]}")
    return wrong


def poisoned(bench: Bench, folder: Path, alias: str, poison: State) -> str:
    """One run in which the server changes a document so that its own mapping rejects it."""
    generations.create(bench.client, alias, Sharding(), datetime.now(UTC))
    too_large = {"if": f"ctx.id == '{poison['id']}'", "field": "word_count", "value": 1 << 40}
    bench.client.ingest.put_pipeline(id=alias, processors=[{"set": too_large}])
    bench.client.indices.put_settings(index=alias, settings={"index.default_pipeline": alias})
    run = start(folder)
    said = run.communicate()[1].decode()
    letters = counts(folder).get("dead_letter")
    explained = subprocess.run(
        command(folder, "explain", str(poison["url"]), "--json"), capture_output=True, check=True
    )
    steps = json.loads(explained.stdout)
    causes = [step["what"].splitlines()[0] for step in steps if step["step"] == "dead_letter"]
    seen = f"exit code {run.returncode}, {letters} dead letter: {'; '.join(causes)}"
    if run.returncode or letters != 1 or not causes or "word_count" not in causes[0]:
        raise NoEffectError(f"{seen} {said[-300:]}")
    return seen


def print_result(name: str, seen: str, wrong: list[str]) -> int:
    print(f"{name}: {seen}; then {'; '.join(wrong) or 'as undisturbed'}", flush=True)
    return len(wrong)


def undisturbed(bench: Bench) -> tuple[list[State], int]:
    """The articles of a run without a fault, and 1 if the embedded index rebuilt from its archive differs."""
    with tempfile.TemporaryDirectory() as name:
        folder, alias = Path(name), "faults-undisturbed"
        prepare(bench, folder, alias)
        began = time.monotonic()
        subprocess.run(command(folder, "run"), check=True, capture_output=True)
        seconds = time.monotonic() - began
        expected, found, held = export(folder), counts(folder), documents(bench, alias)
        whole = subprocess.run(command(folder, "export"), check=True, capture_output=True).stdout
        print(
            f"undisturbed: {seconds:.1f} s, {sum(found.values())} captures, {found['indexed']} indexed, "
            f"{held} in the index, {len(expected)} exported",
            flush=True,
        )
        change(folder / "broadsheet.toml", {"backend": "embedded"})
        subprocess.run(command(folder, "rebuild"), check=True, capture_output=True)
        other = subprocess.run(command(folder, "export"), check=True, capture_output=True).stdout
        same = whole == other and held == found["indexed"] == len(expected)
        print(
            f"rebuilt into the embedded index: {len(other.splitlines())} exported, "
            f"{'identical' if same else 'NOT identical'}",
            flush=True,
        )
    generations.drop(bench.client, alias)
    return expected, int(not same)


def every_fault(bench: Bench, only: str) -> int:
    """The total number of problems."""
    expected, failed = undisturbed(bench)
    middle = len(expected) // 6
    for number, fault in enumerate(FAULTS):
        if only in fault.name:
            with tempfile.TemporaryDirectory() as name:
                folder, alias = Path(name), f"faults-{number}"
                prepare(bench, folder, alias, fault)
                try:
                    seen = disturbed(bench, folder, alias, fault, middle)
                    failed += print_result(fault.name, seen, problems_after(bench, folder, alias, expected))
                except NoEffectError as error:
                    failed += print_result(fault.name, "NO EFFECT", [str(error)])
            generations.drop(bench.client, alias)
    if only in "one poisoned document":
        poison = expected[len(expected) // 2]
        with tempfile.TemporaryDirectory() as name:
            folder, alias = Path(name), "faults-poison"
            prepare(bench, folder, alias)
            try:
                seen = poisoned(bench, folder, alias, poison)
                rest = [each for each in expected if each != poison]
                failed += print_result(
                    "one poisoned document", seen, problems_after(bench, folder, alias, rest)
                )
            except NoEffectError as error:
                failed += print_result("one poisoned document", "NO EFFECT", [str(error)])
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("feeds")
    parser.add_argument("--port", type=int, default=9281)
    parser.add_argument("--version", default="9.4.3")
    parser.add_argument("--only", default="", help="only faults with this text in their name")
    options = parser.parse_args()
    feeds = requests.get(options.feeds, timeout=30).text.split()
    with tempfile.TemporaryDirectory() as data, connect(f"http://127.0.0.1:{options.port}", {}) as client:
        Path(data).chmod(0o755)
        proxy = CuttingProxy(options.port, cuts=0)
        bench = Bench(options.port, options.version, Path(data, "node"), feeds, client, proxy)
        bench.node("start")
        try:
            failed = every_fault(bench, options.only)
        finally:
            bench.node("stop")
            proxy.close()
    sys.exit(1 if failed else 0)


main()
