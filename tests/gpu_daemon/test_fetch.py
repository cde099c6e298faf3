"""Fetching models from a hub: what arrives, what is pinned, what is asked of whom."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from threading import Event

import pytest
from small_hub import COMMIT, NEWER, SmallHub, sha256_of
from tiny_models import WEIGHTS, Models, add_card, safetensors

from gpu_daemon.models.fetching import fetch, parts_of
from gpu_daemon.models.hub import Hub
from gpu_daemon.models.pins import PinnedFile, digest
from gpu_daemon.policies.loading import all_cards, offered, unlocated_cards

FETCH = [sys.executable, "-m", "gpu_daemon", "models", "fetch", "tiny", "--accept-license", "--home"]


def test_fetch_brings_the_files_that_the_card_names_and_no_others(models: Models, hub: SmallHub) -> None:
    answer = models.fetch()
    assert answer.code == 0, answer.errors
    folder = models.checkpoint / COMMIT
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.safetensors", "vlaarena-pin.toml"]
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert (models.home / "models" / "lab--words" / COMMIT / "tokenizer.json").read_bytes() == b'{"words": []}'
    assert answer.output.splitlines()[-1].endswith("A running daemon offers it at once: no restart.")


def test_the_pin_names_commit_license_and_every_files_size_and_digest(models: Models, hub: SmallHub) -> None:
    models.fetch()
    pin = tomllib.loads((models.checkpoint / COMMIT / "vlaarena-pin.toml").read_text())
    assert (pin["repository"], pin["revision"], pin["origin"], pin["license"]) == ("lab/tiny", COMMIT, "hub", "mit")
    assert pin["license_accepted_at"].endswith("+00:00")
    assert pin["files"] == [
        {"path": "config.json", "size": 8, "sha256": sha256_of(b'{"a": 1}')},
        {"path": "model.safetensors", "size": len(WEIGHTS), "sha256": sha256_of(WEIGHTS)},
    ]


def test_a_fetched_card_names_its_folders_commit_and_digest(models: Models, hub: SmallHub) -> None:
    models.fetch()
    card = all_cards(models.home)["tiny"]
    files = (
        PinnedFile("config.json", 8, sha256_of(b'{"a": 1}')),
        PinnedFile("model.safetensors", len(WEIGHTS), sha256_of(WEIGHTS)),
    )
    assert (card.revision, card.weights_sha256) == (COMMIT, digest(files))
    assert [Path(source.folder).name for source in card.sources] == [COMMIT, COMMIT]
    assert {card.id: card.status for card in offered(models.home)}["tiny"] == "active"


def test_the_digest_is_that_of_what_sha256sum_prints() -> None:
    files = (PinnedFile("b", 1, "2" * 64), PinnedFile("a", 1, "1" * 64))
    assert digest(files) == sha256_of(f"{'1' * 64}  a\n{'2' * 64}  b\n".encode())


def test_a_card_that_is_not_fetched_is_inactive_and_says_which_command_fetches_it(models: Models) -> None:
    (card,) = (card for card in offered(models.home) if card.id == "tiny")
    assert card.status == "inactive"
    assert card.notes.splitlines()[0].endswith("Run: vlaarena-daemon models fetch tiny")


def test_the_license_that_the_hub_states_is_shown_and_must_be_accepted(models: Models, hub: SmallHub) -> None:
    refused = models("fetch", "tiny", answer="no\n")
    assert (refused.code, models.checkpoint.exists()) == (1, False)
    assert "license: mit" in refused.output
    assert "license: apache-2.0" in refused.output
    assert "The licenses were not accepted" in refused.errors
    assert models("fetch", "tiny").code == 1  # nobody answers
    assert not [each for each in hub.asked if "resolve" in each.path]
    assert models("fetch", "tiny", answer="yes\n").code == 0


def test_an_unstated_license_is_said_to_be_so(models: Models, hub: SmallHub) -> None:
    hub.repositories["lab/tiny"].license = ""
    assert "license: none stated there (the card says: MIT)" in models.fetch().output


def test_what_is_fetched_is_not_asked_for_again(models: Models, hub: SmallHub) -> None:
    models.fetch()
    hub.asked.clear()
    again = models.fetch()
    assert (again.code, hub.asked) == (0, [])
    assert "'tiny' is on this machine already" in again.output


def test_two_cards_share_the_repository_that_both_name(models: Models, hub: SmallHub) -> None:
    add_card(models.home, "other", files='["config.json", "deep/*.json"]')
    models.fetch()
    hub.asked.clear()
    hub.repositories["lab/tiny"].commit, hub.repositories["lab/tiny"].older = NEWER, (COMMIT,)
    assert models("fetch", "other", "--accept-license").code == 0
    assert [each.path for each in hub.asked if "resolve" in each.path] == [
        f"/lab/tiny/resolve/{COMMIT}/deep/other.json"
    ]
    cards = all_cards(models.home)
    assert cards["tiny"].sources[0].folder == cards["other"].sources[0].folder
    assert cards["tiny"].weights_sha256 != cards["other"].weights_sha256


def test_a_newer_commit_comes_only_when_it_is_asked_for(models: Models, hub: SmallHub) -> None:
    models.fetch()
    hub.repositories["lab/tiny"].commit = NEWER
    hub.repositories["lab/tiny"].files["model.safetensors"] = safetensors(start=7)
    assert models.fetch().code == 0
    assert all_cards(models.home)["tiny"].revision == COMMIT
    assert models.fetch("--newest").code == 0
    assert all_cards(models.home)["tiny"].revision == NEWER


def test_a_revision_that_the_card_names_is_fetched_and_no_other(models: Models, hub: SmallHub) -> None:
    text = (models.home / "cards" / "tiny.toml").read_text()
    named = text.replace('repository = "lab/tiny"', f'repository = "lab/tiny"\nrevision = "{NEWER}"')
    (models.home / "cards" / "tiny.toml").write_text(named)
    refused = models.fetch()
    assert refused.code == 2
    hub.repositories["lab/tiny"].commit = NEWER
    assert models.fetch().code == 0
    assert all_cards(models.home)["tiny"].revision == NEWER


def test_a_branch_is_no_revision(models: Models, hub: SmallHub) -> None:
    text = (models.home / "cards" / "tiny.toml").read_text()
    named = text.replace('repository = "lab/tiny"', 'repository = "lab/tiny"\nrevision = "main"')
    (models.home / "cards" / "tiny.toml").write_text(named)
    refused = models.fetch()
    assert (refused.code, hub.asked) == (2, [])
    assert "Name a commit" in refused.errors


def test_the_token_goes_to_the_hub(models: Models, hub: SmallHub, monkeypatch: pytest.MonkeyPatch) -> None:
    models.fetch()
    assert {each.token for each in hub.asked} == {""}
    hub.asked.clear()
    models("remove", "tiny", "--yes")
    monkeypatch.setenv("HF_TOKEN", "hf_ours")
    models.fetch()
    assert {each.token for each in hub.asked} == {"Bearer hf_ours"}


def test_a_listing_without_sizes_is_completed_file_by_file(models: Models, hub: SmallHub) -> None:
    hub.repositories["lab/tiny"].sizes = False
    assert models.fetch().code == 0
    asked = [each.path.rpartition("/")[2] for each in hub.asked if each.method == "HEAD" and "resolve" in each.path]
    assert asked == ["config.json", "model.safetensors", "other.json"]
    assert (models.checkpoint / COMMIT / "model.safetensors").read_bytes() == WEIGHTS


def test_progress_counts_bytes(models: Models, hub: SmallHub) -> None:
    lines = models.fetch().errors.splitlines()
    assert "of 3.1 kB" in lines[0]
    assert lines[-1].startswith("100%")


def test_a_fetch_that_was_killed_goes_on_where_it_was(models: Models, hub: SmallHub) -> None:
    repository = hub.repositories["lab/tiny"]
    repository.cut_after, repository.cuts, repository.held = 1000, 1, Event()
    with subprocess.Popen(
        [*FETCH, str(models.home)],
        env=os.environ | {"HF_ENDPOINT": hub.address},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert hub.sending.wait(20)
        _until_drafted(models, 1000)
        process.send_signal(signal.SIGKILL)
    repository.held.set()
    assert not list(models.checkpoint.rglob("vlaarena-pin.toml"))
    hub.asked.clear()
    assert models.fetch().code == 0
    assert hub.ranges() == ["bytes=1000-", "bytes=1000-"]  # at the hub and where it leads
    assert (models.checkpoint / COMMIT / "model.safetensors").read_bytes() == WEIGHTS


def _until_drafted(models: Models, size: int) -> None:
    """Wait until so much of a file has been written; the fetch waits for the hub meanwhile."""
    waiting = Event()
    for _ in range(1000):
        if any(path.stat().st_size >= size for path in (models.checkpoint / "unfinished").glob("*")):
            return
        waiting.wait(0.01)
    raise AssertionError("nothing arrived")


def test_what_arrived_before_a_cancel_serves_a_newer_commit_too(models: Models, hub: SmallHub) -> None:
    repository = hub.repositories["lab/tiny"]
    repository.cut_after, repository.cuts = 1000, 1
    card = unlocated_cards(models.home)["tiny"]
    job = fetch(parts_of(card.sources, models.home, Hub()), models.home, Hub())
    assert next(progress for progress in job if progress.done >= 1000).text == "lab/tiny/model.safetensors"
    job.close()
    repository.commit = NEWER
    hub.asked.clear()
    assert models.fetch().code == 0
    assert hub.ranges() == ["bytes=1000-", "bytes=1000-"]
    assert all_cards(models.home)["tiny"].revision == NEWER


def test_everything_safe_is_fetched_for_a_card_without_patterns(models: Models, hub: SmallHub) -> None:
    add_card(models.home, files="[]")
    assert models.fetch().code == 0
    found = sorted(str(path.relative_to(models.checkpoint / COMMIT)) for path in models.checkpoint.rglob("*.*"))
    assert found == ["config.json", "deep/other.json", "model.safetensors", "vlaarena-pin.toml"]
