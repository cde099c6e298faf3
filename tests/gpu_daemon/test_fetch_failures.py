"""What a hub, a network and a disk can do wrong: each is said clearly, and what has arrived is kept or deleted."""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

import pytest
from small_hub import COMMIT, Repository, SmallHub, sibling
from tiny_models import WEIGHTS, Models, add_card, safetensors

from gpu_daemon.models.overlay import located
from gpu_daemon.models.storage import alone, written
from gpu_daemon.policies.loading import unlocated_cards
from scenes.errors import StoreError


def test_an_unknown_model_is_refused_and_the_known_ones_listed(models: Models) -> None:
    for action in ("fetch", "show", "check", "remove"):
        refused = models(action, "tinny")
        assert refused.code == 2
        assert "There is no model called 'tinny'" in refused.errors
        assert "random-walk" in refused.errors


def test_without_a_network_it_says_so(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setenv("HF_ENDPOINT", address)
    failed = models.fetch()
    assert failed.code == 5
    assert f"The connection to {address} failed while asking for lab/tiny" in failed.errors


@pytest.mark.parametrize("status", [401, 403])
def test_a_gated_model_says_how_to_get_access(models: Models, hub: SmallHub, status: int) -> None:
    hub.repositories["lab/tiny"].gated, hub.repositories["lab/tiny"].status = True, status
    refused = models.fetch()
    assert refused.code == 2
    assert "gated" in refused.output
    assert f"it answered {status}" in refused.errors
    assert "set HF_TOKEN" in refused.errors


def test_a_repository_that_does_not_exist_is_named(models: Models, hub: SmallHub) -> None:
    add_card(models.home, checkpoint="lab/gone")
    refused = models.fetch()
    assert refused.code == 2
    assert f"{hub.address} has no lab/gone." in refused.errors


@pytest.mark.parametrize(("status", "says"), [(429, "asks to slow down"), (500, "answered 500"), (503, "answered 503")])
def test_a_hub_in_trouble_is_told_from_a_refusal(models: Models, hub: SmallHub, status: int, says: str) -> None:
    hub.repositories["lab/tiny"].status = status
    failed = models.fetch()
    assert (failed.code, says in failed.errors) == (5, True), failed.errors


def test_a_cut_connection_is_taken_up_at_once(models: Models, hub: SmallHub) -> None:
    hub.repositories["lab/tiny"].cut_after, hub.repositories["lab/tiny"].cuts = 1000, 2
    assert models.fetch().code == 0
    assert hub.ranges() == ["bytes=1000-", "bytes=1000-", "bytes=2000-", "bytes=2000-"]
    assert (models.checkpoint / COMMIT / "model.safetensors").read_bytes() == WEIGHTS


def test_a_server_that_gives_no_parts_begins_anew(models: Models, hub: SmallHub) -> None:
    repository = hub.repositories["lab/tiny"]
    repository.cut_after, repository.cuts, repository.ranges = 1000, 1, False
    assert models.fetch().code == 0
    assert (models.checkpoint / COMMIT / "model.safetensors").read_bytes() == WEIGHTS


def test_another_part_than_was_asked_for_is_refused(models: Models, hub: SmallHub) -> None:
    repository = hub.repositories["lab/tiny"]
    repository.cut_after, repository.cuts, repository.shift = 1000, 1, 5
    refused = models.fetch()
    assert refused.code == 2
    assert "The hub sent another part of model.safetensors than it was asked for" in refused.errors
    assert [path.stat().st_size for path in (models.checkpoint / "unfinished").iterdir()] == [1000]


def test_a_connection_that_brings_nothing_new_is_an_error_and_what_came_is_kept(models: Models, hub: SmallHub) -> None:
    repository = hub.repositories["lab/tiny"]
    repository.cut_after, repository.cuts, repository.ranges = 1000, 9, False
    failed = models.fetch()
    assert failed.code == 5
    assert "What has arrived is kept" in failed.errors
    assert [path.stat().st_size for path in (models.checkpoint / "unfinished").iterdir()] == [1000]
    repository.cuts, repository.ranges = 0, True
    assert models.fetch().code == 0


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_file_that_is_not_what_the_hub_lists_is_deleted(models: Models, hub: SmallHub, name: str) -> None:
    files = hub.repositories["lab/tiny"].files
    other = {"model.safetensors": safetensors(start=9), "config.json": b'{"a": 2}'}[name]
    hub.repositories["lab/tiny"].listed = {"siblings": _listing(files)}
    files[name] = other
    refused = models.fetch()
    assert refused.code == 1
    assert f"lab/tiny/{name} has the" in refused.errors
    assert "It was deleted." in refused.errors
    assert not [path for path in models.checkpoint.rglob("*") if path.is_file() and path.read_bytes() == other]


def _listing(files: dict[str, bytes]) -> list[dict[str, object]]:
    return [sibling(name, content, Repository(files)) for name, content in files.items()]


def test_a_file_longer_than_listed_is_refused(models: Models, hub: SmallHub) -> None:
    files = hub.repositories["lab/tiny"].files
    hub.repositories["lab/tiny"].listed = {"siblings": _listing(files)}
    files["model.safetensors"] = WEIGHTS + b"more"
    refused = models.fetch()
    assert f"has {len(WEIGHTS) + 4} bytes; the hub lists {len(WEIGHTS)}. It was deleted." in refused.errors
    assert not list((models.checkpoint / "unfinished").iterdir())


def test_a_file_shorter_than_listed_is_never_pinned(models: Models, hub: SmallHub) -> None:
    files = hub.repositories["lab/tiny"].files
    hub.repositories["lab/tiny"].listed = {"siblings": _listing(files)}
    files["model.safetensors"] = WEIGHTS[:-10]
    hub.repositories["lab/tiny"].ranges = False
    failed = models.fetch()
    assert failed.code == 5
    assert f"after {len(WEIGHTS) - 10} of {len(WEIGHTS)} bytes" in failed.errors
    assert not list(models.home.rglob("vlaarena-pin.toml"))


@pytest.mark.parametrize(
    "name", ["../x.json", "a/../../x.json", "/x.json", "a\\x.json", "C:x.json", "./x.json", "a//x.json", "x\n.json"]
)
def test_a_listing_with_a_hostile_name_is_refused_whole(models: Models, hub: SmallHub, name: str) -> None:
    hub.repositories["lab/tiny"].files[name] = b"{}"
    refused = models.fetch()
    assert refused.code == 2
    assert "could be written outside of the model's folder" in refused.errors
    assert not models.checkpoint.exists()


def test_names_that_differ_in_case_alone_are_refused(models: Models, hub: SmallHub) -> None:
    hub.repositories["lab/tiny"].files["Config.json"] = b"{}"
    assert "differ in case alone" in models.fetch().errors


@pytest.mark.parametrize(
    "pattern", ["*", "*.bin", "*.pt", "model*", "pytorch_model.bin", "x.pkl", "*.[bs]*", "../*.json", "*.py", "**"]
)
def test_a_pattern_that_could_match_a_pickle_is_refused(models: Models, hub: SmallHub, pattern: str) -> None:
    add_card(models.home, files=f'["config.json", "{pattern}"]')
    refused = models.fetch()
    assert (refused.code, hub.asked) == (2, [])


def test_a_pattern_that_matches_nothing_is_named_with_what_there_is(models: Models, hub: SmallHub) -> None:
    add_card(models.home, files='["*.json", "*.msgpack"]')
    refused = models.fetch()
    assert refused.code == 2
    assert "lab/tiny has no file '*.msgpack'" in refused.errors
    assert "model.safetensors" in refused.errors


@pytest.mark.parametrize(
    "listed", [{"sha": "main"}, {"sha": None}, {"siblings": [{}]}, {"siblings": [{"rfilename": "a.json", "size": -1}]}]
)
def test_an_answer_that_is_nonsense_is_refused(models: Models, hub: SmallHub, listed: dict[str, object]) -> None:
    hub.repositories["lab/tiny"].listed = listed
    refused = models.fetch()
    assert (refused.code, refused.errors.count("Traceback")) == (2, 0), refused.errors


@pytest.mark.parametrize("name", ["lab", "lab/tiny/x", "../tiny", "lab/..", "lab--x/y", "lab/ti ny", "/tiny"])
def test_a_repository_name_that_could_lead_elsewhere_is_refused(models: Models, hub: SmallHub, name: str) -> None:
    add_card(models.home, checkpoint=name)
    refused = models.fetch()
    assert (refused.code, hub.asked) == (2, [])
    assert "is not the name of a repository" in refused.errors


def test_too_little_room_is_said_before_anything_is_fetched(models: Models, hub: SmallHub) -> None:
    huge = {"rfilename": "model.safetensors", "size": 1, "lfs": {"size": 10**17, "sha256": "0" * 64, "pointerSize": 1}}
    hub.repositories["lab/tiny"].listed = {"siblings": [huge, {"rfilename": "config.json", "size": 8}]}
    refused = models.fetch()
    assert refused.code == 1
    assert "There is too little room for 100000000.0 GB" in refused.errors
    assert not [each for each in hub.asked if "resolve" in each.path]


def test_a_full_disk_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="The disk is full") as refused, written(tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert "what has arrived is kept" in refused.value.hint


def test_a_path_that_is_too_long_for_a_card_is_said_to_be_so(models: Models, hub: SmallHub) -> None:
    models.fetch()
    home = models.home.joinpath(*["deeper" * 20] * 8)
    home.mkdir(parents=True)
    (models.home / "models").rename(home / "models")
    (card,) = (located(card, home) for card in unlocated_cards(models.home).values() if card.id == "tiny")
    assert "is too long. Choose a data folder with a shorter one" in card.missing


def test_fetching_without_the_hubs_client_names_the_extra(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    refused = models.fetch()
    assert (refused.code, 'pip install "vlaarena[daemon,vla]"' in refused.errors) == (1, True)


def test_a_model_for_another_robot_is_fetched_with_a_note(models: Models, hub: SmallHub) -> None:
    text = (models.home / "cards" / "tiny.toml").read_text()
    (models.home / "cards" / "tiny.toml").write_text(text.replace('["panda"]', '["so100"]'))
    assert "Note: no robot here can be moved by 'tiny': it is for so100." in models.fetch().output


def test_a_data_folder_that_is_a_file_or_may_not_be_written_is_named(models: Models, hub: SmallHub) -> None:
    (models.home / "models").write_text("not a folder")
    refused = models.fetch()
    assert refused.code == 1
    assert str(models.home / "models") in refused.errors


def test_a_data_folder_without_permission_is_named(models: Models, hub: SmallHub) -> None:
    folder = models.home / "models"
    folder.mkdir(mode=0o500)
    if os.access(folder, os.W_OK):  # the superuser may write everywhere: Linux refuses this one even to him
        folder.rmdir()
        folder.symlink_to("/proc/self")
    refused = models.fetch()
    assert refused.code == 1
    assert "could not be read or written" in refused.errors


def test_two_fetches_at_a_time_are_refused(models: Models, hub: SmallHub) -> None:
    with alone(models.home):
        refused = models.fetch()
    assert refused.code == 1
    assert "Another `vlaarena-daemon models` command is at work" in refused.errors
    assert f"process {os.getpid()}" in refused.errors
    assert models.fetch().code == 0


def test_an_interrupted_fetch_says_how_to_go_on(models: Models, hub: SmallHub, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupting:
        def readline(self) -> str:
            raise KeyboardInterrupt

    monkeypatch.setattr("tiny_models.StringIO", lambda _: Interrupting())
    stopped = models("fetch", "tiny")
    assert stopped.code == 130
    assert "run the same command again" in stopped.errors
