"""The way to the service breaks or is narrow, the workstation dies: nothing is lost, doubled or altered."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from central import nursed
from central.fronts import Front, certificate, standing, tunnelling
from central.servers import Service
from central.visitors import Visitor, check_told

from scenes.errors import ServiceRefused, ServiceUnreachable
from scenes.failpoints import EXIT_CODE, VARIABLE
from scenes.progress import finish
from sync import client, device, sending

DEATHS = ("push.before_send", "push.after_send", "push.before_mark", "push.after_mark", "episodes.after_send")


@pytest.fixture
def lab(central: Service, tmp_path: Path) -> Iterator[Visitor]:
    visitor = Visitor(tmp_path / "lab")
    yield visitor
    visitor.close()


def command(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`vlaarena sync` in a process of its own, which may die there."""
    return nursed.command(
        "vlaarena_desktop.__main__", ("sync", "--home", str(home), *words), {**os.environ, **environment}
    )


def begun_anew(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The same, as a person begins it."""
    begun = [sys.executable, "-m", "vlaarena_desktop", "sync", "--home", str(home), *words]
    return subprocess.run(begun, capture_output=True, text=True, check=False)


def test_a_workstation_that_dies_anywhere_goes_on_where_it_was(central, lab) -> None:
    lab.enrol(central)
    for place in (*DEATHS, "verify.before"):
        lab.play()
        lab.close()
        assert command(lab.folder, **{VARIABLE: place}).returncode == EXIT_CODE, place
        lab.reopen()
    lab.sync()
    check_told(central, lab)


def test_a_death_within_a_fork_leaves_the_store_as_it_was(central, lab, tmp_path) -> None:
    lab.enrol(central)
    lab.play()
    lab.sync()
    other = lab.copied(tmp_path / "copy")
    try:
        lab.play()
        lab.sync()
        other.play()
        before = other.log()
        other.close()
        assert command(other.folder, **{VARIABLE: "fork.before_commit"}).returncode == EXIT_CODE
        other.reopen()
        assert other.log() == before
        assert len(other.sync().forks) == 1
        check_told(central, lab, other)
    finally:
        other.close()


def test_lost_replies_lose_and_double_nothing(central, lab) -> None:
    front = Front(central.url)
    with standing(front) as url:
        lab.enrol(central, url)
        lab.play(2)
        front.cut = 3
        synced = lab.sync()
    assert synced.verdicts == {"dup": len(lab.log())}
    check_told(central, lab)


def test_a_narrow_way_gets_smaller_portions(central, lab) -> None:
    front = Front(central.url)
    with standing(front) as url:
        lab.enrol(central, url)
        lab.play(6)
        front.largest = 6000
        lab.sync()
    assert max(size for method, target, size in front.seen if target.endswith("/push")) > front.largest
    check_told(central, lab)


def test_a_busy_service_is_asked_again_and_left_alone_for_as_long_as_it_says(central, lab) -> None:
    front = Front(central.url)
    with standing(front) as url:
        lab.enrol(central, url)
        lab.play()
        front.busy = 1
        assert lab.sync().verdicts == {"applied": len(lab.log())}
        front.busy, front.retry_after = 1, "3600"
        asked = len(front.seen)
        with pytest.raises(ServiceUnreachable, match="cannot answer now") as told:
            lab.sync()
        assert told.value.retry_after == 3600.0
        assert len(front.seen) == asked + 1
    visit = lab.store.ledger().do(device.last_visit)
    assert "cannot answer now" in visit.message
    assert visit.done_at is not None


def test_who_is_no_service_is_told_so(lab) -> None:
    with standing(Front("http://127.0.0.1:1")) as url, pytest.raises(ServiceUnreachable, match="Nobody answers"):
        finish(client.enrol(lab.store.ledger(), url, "token", "lab"))


def test_a_proxy_of_the_environment_is_used(central, lab, monkeypatch) -> None:
    front = Front(central.url)
    lab.play()
    with standing(front) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        lab.enrol(central)
        lab.sync()
    assert {target.split("/v1/")[0] for _, target, _ in front.seen} == {central.url}
    check_told(central, lab)


def test_a_laboratorys_own_certificate_is_trusted_when_it_is_named(central, lab, tmp_path) -> None:
    lab.play()
    public, context = certificate(tmp_path)
    with standing(Front(central.url), context) as url:
        with pytest.raises(ServiceRefused, match="not trusted") as told:
            lab.enrol(central, url)
        assert "central_ca" in told.value.hint
        lab.enrol(central, url, ca_file=str(public))
        finish(client.synchronise(lab.store.ledger(), str(public)))
    check_told(central, lab)


def test_https_goes_through_the_tunnel_of_a_proxy(central, lab, tmp_path, monkeypatch) -> None:
    """And what the tunnel leads to must be trusted as without one."""
    lab.play(2)
    public, context = certificate(tmp_path)
    front = Front(central.url)
    for name in ("no_proxy", "NO_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with standing(front, context) as url:
        with tunnelling() as (proxy, asked):
            monkeypatch.setenv("https_proxy", proxy)
            with pytest.raises(ServiceRefused, match="not trusted"):
                lab.enrol(central, url)
            assert front.seen == []
            lab.enrol(central, url, ca_file=str(public))
            finish(client.synchronise(lab.store.ledger(), str(public)))
        heard = len(front.seen)
        with pytest.raises(ServiceUnreachable):  # nobody goes round a proxy that is gone
            finish(client.synchronise(lab.store.ledger(), str(public)))
    assert len(front.seen) == heard
    place = url.removeprefix("https://").encode()
    assert len(asked) >= 3
    assert {tuple(line.split()[:2]) for line in asked} == {(b"CONNECT", place)}
    assert all(target.startswith("/v1/") for _, target, _ in front.seen)  # the proxy heard none of it
    check_told(central, lab)


def test_the_command_enrols_sends_and_says_how_it_stands(central, lab) -> None:
    lab.play(2)
    lab.close()
    try:
        enrolled = begun_anew(lab.folder, "--enrol", lab.token(central), "--url", central.url)
        assert enrolled.returncode == 0, enrolled.stderr
        assert "Waiting: 0 votes, 0 operations" in enrolled.stdout
        assert f'central = "{central.url}"' in (lab.folder / "settings.toml").read_text()
        told = msgspec.json.decode(command(lab.folder, "--status", "--json").stdout)
        assert told["status"]["waiting"] == {"votes": 0, "operations": 0}
        assert told["status"]["url"] == central.url
        assert command(lab.folder).returncode == 0
    finally:
        lab.reopen()
    check_told(central, lab)


def test_the_store_tells_how_far_it_came_when_the_service_goes_away(central, lab) -> None:
    front = Front(central.url)
    with standing(front) as url:
        lab.enrol(central, url)
        lab.play()
        lab.sync()
    lab.play(2)
    with pytest.raises(ServiceUnreachable, match="Nobody answers"):
        lab.sync()
    assert sending.waiting(lab.store._database).votes == 2
