"""Start and stop a real Elasticsearch node for tests, benchmarks and development.

    python tests/elasticsearch_node.py start [--version V] [--port N] [--heap 512m] [--security] [--data DIR]
    python tests/elasticsearch_node.py stop [--port N]
    python tests/elasticsearch_node.py run [start's options] -- COMMAND...   # start, run, stop

`start` prints the node's URL as its only line on standard output (with the password in it when --security is given),
once the node answers. `run` gives COMMAND the URL in BROADSHEET_TEST_ELASTICSEARCH_URL and, with --security, the path of
the CA certificate in BROADSHEET_TEST_ELASTICSEARCH_CA.

Needs mvn, a JDK (21 or newer for 9.x, 17 or newer for 8.x) and, with --security, openssl. Elasticsearch refuses to run
as root: started by root, it runs as the user `nobody`.
"""

import argparse
import json
import os
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from elasticsearch_dist import HOME, MODULES_FROM, die, install, jdk

State = dict[str, Any]
NOBODY = 65534
SNAPSHOTS = HOME / "snapshots"
"""Where repositories of snapshots may be, of every node: one may restore what another has kept."""
_START_SECONDS = 180


def start(options: argparse.Namespace) -> State:
    """The state of the node on the port, which is started unless it runs."""
    running = read_state(options.port)
    if running:
        if (running["version"], bool(running["password"])) != (options.version, options.security):
            die(f"another node runs on port {options.port}; stop it first")
        return running
    distribution, java_home = install(options.version), jdk(options.version)
    folder = _folder(options.port)
    shutil.rmtree(folder, ignore_errors=True)
    data = options.data or folder / "data"
    password = _configure(folder, distribution, options, data)
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "ES_JAVA_HOME": str(java_home),
        "ES_PATH_CONF": str(folder / "config"),
        "ES_TMPDIR": str(folder / "tmp"),
        "ES_JAVA_OPTS": f"-Xms{options.heap} -Xmx{options.heap}",
    }
    identity: dict[str, Any] = {}
    if os.getuid() == 0:
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        for top in (folder, data, SNAPSHOTS):
            for place in (top, *top.rglob("*")):
                os.chown(place, NOBODY, NOBODY)
    if password:
        keystore = distribution / "bin" / "elasticsearch-keystore"
        for arguments, text in ((["create"], ""), (["add", "-x", "bootstrap.password"], password)):
            subprocess.run(
                [keystore, *arguments],
                input=text,
                text=True,
                check=True,
                capture_output=True,
                env=environment,
                **identity,
            )
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(
            [distribution / "bin" / "elasticsearch"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
            start_new_session=True,
            **identity,
        )
    state = _write_state(folder, process.pid, options, password)
    _await(state, process, folder)
    return state


def _configure(folder: Path, distribution: Path, options: argparse.Namespace, data: Path) -> str:
    """Writes the node's configuration; its password, "" without security."""
    config = folder / "config"
    shutil.copytree(distribution / "config", config)
    folder.chmod(0o755)
    settings = {
        "cluster.name": f"broadsheet-{options.port}",
        "node.name": "node-1",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": options.port,
        "transport.port": options.port + 100,
        "path.data": data,
        "path.logs": folder / "logs",
        "path.repo": SNAPSHOTS,
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        "cluster.info.update.interval": options.disk_checks,
        "action.destructive_requires_name": "true",
        "xpack.security.enabled": str(options.security).lower(),
    }
    if options.security:
        _write_certificates(config)
        settings |= {
            "xpack.security.http.ssl.enabled": "true",
            "xpack.security.http.ssl.key": "node.key",
            "xpack.security.http.ssl.certificate": "node.crt",
            "xpack.security.http.ssl.certificate_authorities": "ca.crt",
        }
    lines = [f"{key}: {value}" for key, value in settings.items()]
    (config / "elasticsearch.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for place in (data, folder / "logs", folder / "tmp", SNAPSHOTS):
        place.mkdir(parents=True, exist_ok=True)
    return secrets.token_urlsafe(18) if options.security else ""


def _write_certificates(config: Path) -> None:
    """A certificate authority and a certificate for 127.0.0.1, as PEM files."""
    if not shutil.which("openssl"):
        die("--security needs openssl")
    (config / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n", encoding="ascii")
    authority = "req -x509 -newkey rsa:2048 -nodes -days 30 -keyout ca.key -out ca.crt -addext keyUsage=critical,keyCertSign,cRLSign"
    request = "req -newkey rsa:2048 -nodes -keyout node.key -out node.csr -subj /CN=localhost"
    signed = "x509 -req -in node.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out node.crt -extfile names"
    for command in ([*authority.split(), "-subj", "/CN=broadsheet test CA"], request.split(), signed.split()):
        subprocess.run(["openssl", *command], check=True, capture_output=True, cwd=config)


def _folder(port: int) -> Path:
    return HOME / f"node-{port}"


def _write_state(folder: Path, pid: int, options: argparse.Namespace, password: str) -> State:
    state = {
        "pid": pid,
        "port": options.port,
        "version": options.version,
        "password": password,
        "ca": str(folder / "config" / "ca.crt") if password else "",
        "started": _started(pid),
    }
    descriptor = os.open(folder / "state.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, json.dumps(state).encode())
    os.close(descriptor)
    return state


def _started(pid: int) -> str:
    """When the process began, in ticks since boot: with the pid, it names one process. "" for one that has ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return fields[19] if fields[0] not in "ZX" else ""


def read_state(port: int) -> State | None:
    """The state of the node that runs on the port."""
    try:
        state: State = json.loads((_folder(port) / "state.json").read_text(encoding="utf-8"))
        return state if _started(state["pid"]) == state["started"] else None
    except (OSError, ValueError, KeyError, IndexError):
        return None


def url(state: State) -> str:
    """With the password in it, if there is one."""
    if state["password"]:
        return f"https://elastic:{state['password']}@127.0.0.1:{state['port']}"
    return f"http://127.0.0.1:{state['port']}"


def _await(state: State, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(state):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = (folder / "output.log").read_text(encoding="utf-8", errors="replace")[-3000:]
            stop(state["port"])
            die(f"the node did not start:\n{tail}")
        time.sleep(0.5)


def _answers(state: State) -> bool:
    scheme = "https" if state["password"] else "http"
    request = urllib.request.Request(f"{scheme}://127.0.0.1:{state['port']}/")  # noqa: S310  our own node
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if state["password"]:
        token = b64encode(f"elastic:{state['password']}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
        handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=state["ca"])))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def stop(port: int) -> None:
    """End the node's own process group, and wait for it."""
    state = read_state(port)
    if not state:
        return
    for number, patience in ((signal.SIGTERM, 30), (signal.SIGKILL, 10)):
        with suppress(ProcessLookupError):
            os.killpg(state["pid"], number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and _group_lives(state["pid"]):
            time.sleep(0.2)
        if not _group_lives(state["pid"]):
            break
    (_folder(port) / "state.json").unlink(missing_ok=True)


def _group_lives(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
            if int(fields[2]) == group and fields[0] != "Z":
                return True
    return False


def run(options: argparse.Namespace) -> int:
    """Run the command with a node, which is stopped afterwards unless it ran before."""
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        die("run needs a command")
    already = read_state(options.port)
    state = start(options)
    environment = os.environ | {"BROADSHEET_TEST_ELASTICSEARCH_URL": url(state)}
    if state["ca"]:
        environment["BROADSHEET_TEST_ELASTICSEARCH_CA"] = state["ca"]
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        if not already:
            stop(options.port)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("start", "stop", "run"):
        verb = verbs.add_parser(name)
        verb.add_argument("--port", type=int, default=9271)
        if name != "stop":
            verb.add_argument("--version", default="9.4.3", choices=MODULES_FROM)
            verb.add_argument("--heap", default="512m", help="the JVM's heap")
            verb.add_argument("--security", action="store_true", help="TLS and a password")
            verb.add_argument("--data", type=Path, help="keep the data in this folder")
            verb.add_argument(
                "--disk-checks",
                default="24h",
                help="how often the node looks at its disk, and lifts blocks that a test has set",
            )
        if name == "run":
            verb.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.verb == "stop":
        stop(options.port)
        return 0
    if options.verb == "run":
        return run(options)
    print(url(start(options)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
