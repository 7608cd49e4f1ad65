"""The manifests of deploy/k8s, as far as they can be told without a cluster: what is promised of each pod, and that the parts fit."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import broadsheet
from pipeline.configuration.config import load

DEPLOY = Path(__file__).parent.parent / "deploy"
BASE = DEPLOY / "k8s" / "base"
EXAMPLE = DEPLOY / "k8s" / "overlays" / "example"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
Manifest = dict[str, Any]


def kustomization(folder: Path) -> Manifest:
    read: Manifest = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))
    return read


MANIFESTS: list[Manifest] = [
    each
    for file in kustomization(BASE)["resources"]
    for each in yaml.safe_load_all((BASE / file).read_text("utf-8"))
]


def template(manifest: Manifest) -> Manifest | None:
    """The pod that a manifest asks for, if it asks for one."""
    spec = manifest.get("spec", {})
    found: Manifest | None = spec.get("jobTemplate", {}).get("spec", spec).get("template")
    return found


PODS: dict[str, Manifest] = {
    f"{each['kind']} {each['metadata']['name']}": pod for each in MANIFESTS if (pod := template(each))
}
each_pod = pytest.mark.parametrize("name", PODS)


def containers(pod: Manifest) -> Iterator[Manifest]:
    yield from pod["spec"].get("initContainers", [])
    yield from pod["spec"]["containers"]


def named(kind: str) -> set[str]:
    return {each["metadata"]["name"] for each in MANIFESTS if each["kind"] == kind}


def test_every_file_is_listed() -> None:
    assert {path.name for path in BASE.glob("*.yaml")} == {
        "kustomization.yaml",
        *kustomization(BASE)["resources"],
    }
    assert len(PODS) == 7


@each_pod
def test_a_pod_has_no_rights_and_writes_only_to_volumes(name: str) -> None:
    spec = PODS[name]["spec"]
    user = spec["securityContext"]
    assert user["runAsNonRoot"]
    assert user["seccompProfile"] == {"type": "RuntimeDefault"}
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert re.findall(r"--[ug]id (\d+)", dockerfile) == [str(user["runAsUser"]), str(user["runAsGroup"])]
    assert user["fsGroup"] == user["runAsGroup"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False, "PREFECT_PORT=tcp://... is no setting"
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    assert all("hostPath" not in volume for volume in spec["volumes"])
    for container in containers(PODS[name]):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@each_pod
def test_a_pod_is_bounded(name: str) -> None:
    pod = PODS[name]
    for container in containers(pod):
        assert container["resources"]["limits"]["memory"]
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    for volume in pod["spec"]["volumes"]:
        assert "emptyDir" not in volume or volume["emptyDir"]["sizeLimit"]


@each_pod
def test_what_stays_is_probed_and_what_ends_is_tried_again(name: str) -> None:
    if name.startswith("Deployment"):
        (container,) = containers(PODS[name])
        ports = {port["name"] for port in container["ports"]}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert container[probe]["httpGet"]["port"] in ports
    else:
        assert PODS[name]["spec"]["restartPolicy"] == ("OnFailure" if name.startswith("Job") else "Never")


def test_what_keeps_its_data_in_files_is_there_once() -> None:
    for each in MANIFESTS:
        if each["kind"] == "Deployment":
            assert (each["spec"]["replicas"], each["spec"]["strategy"]) == (1, {"type": "Recreate"})
            labels = each["spec"]["template"]["metadata"]["labels"]
            assert each["spec"]["selector"]["matchLabels"].items() <= labels.items()


@each_pod
def test_what_a_pod_names_is_there(name: str) -> None:
    generated = kustomization(EXAMPLE)
    configs = {each["name"] for each in generated["configMapGenerator"]}
    secrets = {each["name"] for each in generated["secretGenerator"]}
    keys = set(re.findall(r"^(\w+)=", (EXAMPLE / "passwords.env.example").read_text("utf-8"), re.MULTILINE))
    volumes = {}
    for volume in PODS[name]["spec"]["volumes"]:
        volumes[volume["name"]] = volume
        if "persistentVolumeClaim" in volume:
            assert volume["persistentVolumeClaim"]["claimName"] in named("PersistentVolumeClaim")
        if "configMap" in volume:
            assert volume["configMap"]["name"] in configs
        if "secret" in volume:
            assert volume["secret"]["secretName"] in secrets
    mounted = set()
    for container in containers(PODS[name]):
        mounted |= {mount["name"] for mount in container["volumeMounts"]}
        told: set[str] = set()
        for variable in container.get("env", []):
            if "valueFrom" in variable:
                wanted = variable["valueFrom"]["secretKeyRef"]
                assert wanted["name"] in secrets
                assert wanted["key"] in keys
            assert set(re.findall(r"\$\((\w+)\)", variable.get("value", ""))) <= told, "named before"
            told.add(variable["name"])
    assert mounted == set(volumes)


def test_no_password_is_committed() -> None:
    text = (EXAMPLE / "passwords.env.example").read_text("utf-8")
    assert not re.findall(r"^\w+=.+$", text, re.MULTILINE)
    assert not [each for each in MANIFESTS if each["kind"] == "Secret"]
    ignored = (DEPLOY.parent / ".gitignore").read_text("utf-8").splitlines()
    for file in ("passwords.env", "ca.crt"):
        assert f"/deploy/k8s/overlays/*/{file}" in ignored


def services() -> Iterator[tuple[str, Manifest, Manifest]]:
    """What compose.yaml has as well: its name, the container, and the service."""
    for pod in PODS.values():
        for container in containers(pod):
            if container["name"] in COMPOSE:
                yield container["name"], container, COMPOSE[container["name"]]


def test_a_container_does_what_it_does_in_compose() -> None:
    """By the same image, command, memory and settings."""
    place = {  # of what is elsewhere in a cluster
        "BROADSHEET_ELASTICSEARCH_CA",
        "API_PASSWORD",
        "PREFECT_SERVER_UI_API_URL",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS",
    }
    seen = set()
    for name, container, service in services():
        seen.add(name)
        assert container["image"] == service["image"] == "broadsheet"
        assert container["args"] == service["command"]
        assert container["resources"]["limits"]["memory"].lower().removesuffix("i") in {
            service["mem_limit"],
            *(["512m"] if name == "setup" else []),  # which is used for rebuilding there
        }
        ours = {each["name"]: each.get("value") for each in container["env"]}
        theirs = {
            key: value for key, value in service["environment"].items() if key != "BROADSHEET_PREFECT_WEBHOOK"
        }
        assert ours.keys() - place == theirs.keys() - place, name
        for key in ours.keys() & theirs.keys() - place:
            assert ours[key] is None or "PASSWORD" in str(theirs[key]) or ours[key] == theirs[key], key
    assert seen == {"prefect", "worker", "security", "setup", "pool", "schedules"}


def test_the_network_lets_each_pod_to_what_it_asks_for() -> None:
    policies = {
        each["metadata"]["name"]: each["spec"] for each in MANIFESTS if each["kind"] == "NetworkPolicy"
    }
    assert policies["nothing-else"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name, pod in PODS.items():
        labels = pod["metadata"]["labels"]
        variables = {each["name"] for container in containers(pod) for each in container.get("env", [])}
        assert (labels.get("uses-prefect") == "yes") == ("PREFECT_API_URL" in variables), name
        asks = "BROADSHEET_ELASTICSEARCH_CA" in variables
        assert (labels.get("uses-elasticsearch") == "yes") == asks, name
    components = {pod["metadata"]["labels"]["app.kubernetes.io/component"] for pod in PODS.values()}
    selected = {
        spec["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
        for spec in policies.values()
        if "app.kubernetes.io/component" in spec["podSelector"].get("matchLabels", {})
    }
    assert selected == {"prefect", "worker"} <= components


def test_the_example_fits(tmp_path: Path) -> None:
    example = kustomization(EXAMPLE)
    (image,) = example["images"]
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text("utf-8"))
    assert image["name"] == "broadsheet"
    assert image["newTag"] == broadsheet.__version__, project["project"]["name"]
    config = load(EXAMPLE / "broadsheet.toml")
    assert config.index.url.startswith("https://")
    mounts = {
        mount["mountPath"]
        for pod in PODS.values()
        for each in containers(pod)
        for mount in each["volumeMounts"]
    }
    assert str(config.folder) in mounts
    for patch in example["patches"]:
        assert patch["target"]["name"] in named(patch["target"]["kind"])


def test_kustomize_builds_the_example(tmp_path: Path) -> None:
    if shutil.which("kustomize"):
        command = ["kustomize", "build"]
    elif shutil.which("kubectl"):
        command = ["kubectl", "kustomize"]
    else:
        pytest.skip("neither kustomize nor kubectl is installed")
    for name in ("k8s", "make-env"):
        copy = shutil.copytree if (DEPLOY / name).is_dir() else shutil.copy
        copy(DEPLOY / name, tmp_path / name)
    folder = tmp_path / "k8s" / "overlays" / "example"
    subprocess.run([tmp_path / "make-env", folder / "passwords.env"], check=True, capture_output=True)
    (folder / "ca.crt").write_text("-----BEGIN CERTIFICATE-----\n", encoding="utf-8")
    built = subprocess.run([*command, folder], check=True, capture_output=True, text=True)
    objects = list(yaml.safe_load_all(built.stdout))
    assert all(each["metadata"].get("namespace", "broadsheet") == "broadsheet" for each in objects)
    secret = next(each for each in objects if each["metadata"]["name"].startswith("passwords-"))
    pods = [pod for each in objects if (pod := template(each))]
    assert len(pods) == len(PODS)
    for pod in pods:
        for container in containers(pod):
            assert re.fullmatch(r"registry\.example\.org/broadsheet:\d[\w.]*", container["image"])
            references = [
                each["valueFrom"]["secretKeyRef"] for each in container.get("env", []) if "valueFrom" in each
            ]
            assert all(each["name"] == secret["metadata"]["name"] for each in references)
