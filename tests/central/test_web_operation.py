"""What installer/central holds fits the service: settings, commands, metrics and files that it names exist.

No container engine is asked for: compose.yaml is parsed strictly, key by key, and was never started by a test.
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
import urllib3
from central.public_site import Site
from msgspec import Struct

from sync.server.commands import parser
from sync.server.metrics import Metrics
from sync.server.settings import CentralSettings

FOLDER = Path(__file__).parents[2] / "installer" / "central"
PREFIX = "VLAARENA_CENTRAL_"
LAST_LINE = "  Ratings are computed every minute here. Ctrl+C stops everything; nothing is kept.\n"
UNITS = ("vlaarena-central.service", "vlaarena-central-worker.service", "vlaarena-central-backup.service")


class Strict(Struct, forbid_unknown_fields=True):
    """A table of which every key is known."""


class Healthcheck(Strict):
    test: list[str] = []
    interval: str = "30s"
    timeout: str = "30s"
    retries: int = 3
    disable: bool = False


class Condition(Strict):
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"]


class Build(Strict):
    context: str
    dockerfile: str


class ComposeService(Strict):
    image: str
    restart: Literal["no", "always", "on-failure", "unless-stopped"]
    networks: list[str]
    build: Build | None = None
    hostname: str = ""
    command: list[str] = []
    profiles: list[str] = []
    environment: dict[str, str] = {}
    volumes: list[str] = []
    ports: list[str] = []
    healthcheck: Healthcheck | None = None
    depends_on: dict[str, Condition] = {}


class Network(Strict):
    internal: bool = False


class Compose(Struct, forbid_unknown_fields=True):
    name: str
    services: dict[str, ComposeService]
    networks: dict[str, Network]
    volumes: dict[str, dict[str, str]]
    central: dict[str, Any] = msgspec.field(name="x-central")


class StaticTargets(Strict):
    targets: list[str]


class Job(Strict):
    job_name: str
    metrics_path: str
    static_configs: list[StaticTargets]


class Global(Strict):
    scrape_interval: str
    evaluation_interval: str


class Prometheus(Struct, forbid_unknown_fields=True, rename={"general": "global"}):
    general: Global
    rule_files: list[str]
    scrape_configs: list[Job]


def read(name: str, kind: Any) -> Any:
    return msgspec.yaml.decode((FOLDER / name).read_bytes(), type=kind)


@pytest.fixture(scope="module")
def compose() -> Compose:
    return read("compose.yaml", Compose)


def test_every_part_of_the_compose_file_is_declared(compose: Compose) -> None:
    assert {"postgres", "mongo", "service", "worker", "prometheus", "grafana", "caddy"} <= set(compose.services)
    for name, service in compose.services.items():
        assert set(service.networks) <= set(compose.networks), name
        assert set(service.depends_on) <= set(compose.services), name
        for volume in service.volumes:
            source = volume.partition(":")[0]
            assert (FOLDER / source).is_file() if source.startswith("./") else source in compose.volumes, volume
        for other, wanted in service.depends_on.items():
            if wanted.condition == "service_healthy":
                assert compose.services[other].healthcheck or compose.services[other].build, other


def test_databases_are_reached_from_inside_alone(compose: Compose) -> None:
    assert compose.networks["inside"].internal
    for name in ("postgres", "mongo", "prometheus"):
        assert (compose.services[name].networks, compose.services[name].ports) == (["inside"], [])
    assert [name for name, service in compose.services.items() if service.ports] == ["caddy", "grafana"]
    assert all(port.startswith("127.0.0.1:") for port in compose.services["grafana"].ports)


def test_what_is_reached_from_outside_or_tells_others_has_a_way_out(compose: Compose) -> None:
    """Docker publishes no port of a network that is internal, and nothing on it alone gets out."""
    out = {name for name, network in compose.networks.items() if not network.internal}
    telling = {name for name, service in compose.services.items() if service.command[:1] == ["worker"]}  # webhooks
    open_to_all = {name for name, service in compose.services.items() if service.ports}
    assert telling == {"worker"}
    for name in telling | open_to_all:
        assert out & set(compose.services[name].networks), name
    for name in re.findall(r"reverse_proxy (\w+):", (FOLDER / "Caddyfile").read_text()):
        assert set(compose.services["caddy"].networks) & set(compose.services[name].networks), name
    for name in ("migrate", "service", "worker", "backup"):
        assert "inside" in compose.services[name].networks, name


def test_backups_outlive_the_container_that_writes_them(compose: Compose) -> None:
    """A new volume belongs to whom the image's folder belongs to: the service's user."""
    backup, image = compose.services["backup"], (FOLDER / "Dockerfile").read_text()
    folder = backup.command[-1]
    assert f"backups:{folder}" in backup.volumes
    assert "data:/data" in backup.volumes
    assert re.search(rf"install -d -o vlaarena -m 700 /data {folder}$", image, re.M)
    assert (backup.profiles, backup.restart) == (["backup"], "no")
    assert "docker compose run --rm backup\n" in (FOLDER / "README.md").read_text()
    unit = (FOLDER / "vlaarena-central-backup.service").read_text()
    keeping = re.findall(r"^ExecStart=\S+ (.*)$", unit, re.M)
    assert keeping == [" ".join([*backup.command[:-1], "/var/backups/vlaarena"])]


def test_no_password_stands_in_the_compose_file(compose: Compose) -> None:
    for service in compose.services.values():
        for name, value in service.environment.items():
            assert "PASSWORD" not in name or re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name


def test_settings_that_are_set_are_settings(compose: Compose) -> None:
    text = "\n".join(path.read_text() for path in sorted(FOLDER.iterdir()) if path.is_file())
    told = {name.removeprefix(PREFIX).lower() for name in re.findall(rf"{PREFIX}[A-Z_]+", text)}
    assert told - {"home"} <= set(CentralSettings.__struct_fields__)
    settings = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in compose.services["service"].environment.items()
        if name.startswith(PREFIX)
    }
    msgspec.convert(settings, CentralSettings, strict=False)


def test_commands_that_are_run_are_commands(compose: Compose) -> None:
    chosen = parser()
    for name in ("migrate", "service", "worker", "backup"):
        chosen.parse_args(compose.services[name].command)
    for unit in UNITS:
        lines = re.findall(r"^Exec\w+=/usr/local/bin/vlaarena-central (.*)$", (FOLDER / unit).read_text(), re.M)
        assert lines, unit
        for line in lines:
            chosen.parse_args(shlex.split(line))
    readme = (FOLDER / "README.md").read_text()
    told = re.findall(
        r"`?vlaarena-central ((?:serve|migrate|worker|token|device|backup|restore|rebuild|doctor)[^`\n]*)", readme
    )
    assert len(told) >= 6
    assert "vlaarena-central-run /usr/local/bin/vlaarena-central\n" in readme  # there those lines are found
    for line in told:
        chosen.parse_args(shlex.split(line))


def test_units_are_units() -> None:
    for name in (*UNITS, "vlaarena-central-backup.timer"):
        unit = configparser.RawConfigParser(strict=False, delimiters=("=",))
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read(FOLDER / name)
        assert unit["Unit"]["Description"].startswith(("VLA Arena", "Backup", "Daily"))
    for name in UNITS:
        unit.read(FOLDER / name)
        assert unit["Service"]["NoNewPrivileges"] == "yes"
        assert unit["Service"]["User"] == "vlaarena"


def test_prometheus_asks_the_service(compose: Compose) -> None:
    found = read("prometheus.yml", Prometheus)
    assert found.scrape_configs[0].static_configs[0].targets == ["service:8075"]
    assert "service" in compose.services
    assert all((FOLDER / name).is_file() for name in found.rule_files)


def test_who_installs_the_service_gets_every_download_of_the_board() -> None:
    extra = tomllib.loads((FOLDER.parents[1] / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {"pyarrow"} <= {re.split(r"[^\w-]", wanted)[0] for wanted in extra["central"]}
    for name in ("Dockerfile", "README.md"):
        assert re.search(r'pip install .*-c requirements\.lock .*"\.\[central\]"', (FOLDER / name).read_text()), name


def test_every_metric_that_is_drawn_or_watched_is_exported(exported: set[str]) -> None:
    dashboard = msgspec.json.decode((FOLDER / "grafana" / "central.json").read_bytes())
    drawn = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = read("alerts.yml", dict)["groups"][0]["rules"]
    watched = [rule["expr"] for rule in rules]
    assert len(drawn) >= 10
    for expression in (*drawn, *watched):
        names = set(re.findall(r"\bvlaarena_\w+", expression))
        assert names <= exported, expression
        for what in re.findall(r'what="(\w+)"', expression):
            assert f"what={what}" in exported, expression


@pytest.fixture(scope="module")
def exported(central_names: dict[str, str]) -> set[str]:
    """Names of metrics, and what `vlaarena_rows` tells of."""
    from sync.server.postgres import in_rows

    metrics = Metrics()
    metrics.requests.labels("/", "200").inc()
    metrics.seconds.labels("/").observe(0.1)
    metrics.operations.labels("applied").inc()
    metrics.episodes.labels("stored").inc()
    told = in_rows(central_names[f"{PREFIX}DATABASE_URL"], metrics.told).decode()
    return set(re.findall(r"^(vlaarena_\w+)", told, re.M)) | {
        f"what={what}" for what in re.findall(r'what="(\w+)"', told)
    }


def test_make_central_brings_everything_up_and_takes_it_down() -> None:
    command = [sys.executable, str(FOLDER / "trying.py"), "--port", "0"]
    folder = str(Path(__file__).parents[1])
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": folder}
    ) as tried:
        assert tried.stdout is not None
        told = "".join(iter(tried.stdout.readline, LAST_LINE))
        site = Site(re.findall(r"Board +(\S+)", told)[0])
        assert "Nobody has judged here yet" in site.text("/")
        assert re.search(r"Token +vlaa_\S+", told)
        tried.send_signal(signal.SIGINT)
        assert "Stopped" in tried.stdout.read()
    assert tried.returncode == 0
    with pytest.raises(urllib3.exceptions.HTTPError):
        site.get("/")
