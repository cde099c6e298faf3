"""`vlaarena-daemon models list | show | check | remove`: what is said of models, and what is left of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_hub import COMMIT, SmallHub
from tiny_models import WEIGHTS, Models, add_card

from gpu_daemon.policies.loading import all_cards, offered


def lines(text: str, start: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(start)]


def test_the_list_says_what_is_here_how_large_it_is_and_why_a_model_cannot_play(models: Models, hub: SmallHub) -> None:
    before = models("list").output
    assert lines(before, "tiny ")[0].split()[1:4] == ["inactive", "not", "fetched"]
    assert lines(before, "tiny: ")[0].endswith("Run: vlaarena-daemon models fetch tiny")
    models.fetch()
    after = models("list").output
    assert lines(after, "tiny ")[0].split()[1:6] == ["active", "fetched", "3.1", "kB", "MIT"]
    assert lines(after, "tiny: ") == []
    assert "built in" in lines(after, "random-walk ")[0]


def test_what_plays_in_hidden_checks_alone_is_listed_as_that(models: Models) -> None:
    listed = models("list").output
    assert lines(listed, "idle-arm ")[0].split()[1:4] == ["check", "built", "in"]
    assert "idle-arm: for hidden checks alone, never compared." in listed
    assert "status: check" in models("show", "idle-arm").output


def test_without_a_further_word_the_models_are_listed(models: Models) -> None:
    assert models().output == models("list").output
    cards = json.loads(models("--json").output)
    assert cards == json.loads(models("list", "--json").output)
    assert {card["id"] for card in cards} == {card.id for card in offered(models.home)}


def test_show_says_every_fact_of_card_and_pin(models: Models, hub: SmallHub) -> None:
    models.fetch()
    text = models("show", "tiny").output
    for fact in ("lab/tiny", COMMIT, "license mit, accepted 20", "model.safetensors  3.1 kB", "control_hz: 10.0"):
        assert fact in text
    shown = json.loads(models("show", "tiny", "--json").output)
    assert [pin["repository"] for pin in shown["pins"]] == ["lab/tiny", "lab/words"]
    assert "expect it to move plausibly and to succeed seldom" in models("show", "smolvla-libero").output


def test_check_hashes_every_file_again(models: Models, hub: SmallHub) -> None:
    models.fetch()
    good = models("check", "tiny")
    assert good.code == 0, good.output
    assert "model.safetensors: 3.1 kB, 1 tensors, 3,000 numbers, as pinned" in good.output
    assert good.output.endswith("All is as it was fetched.\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [(WEIGHTS[:-1] + b"?", "it was changed or is damaged"), (WEIGHTS[:-9], "it was cut"), (None, "No such file")],
)
def test_check_finds_a_file_that_is_not_as_pinned(
    models: Models, hub: SmallHub, content: bytes | None, says: str
) -> None:
    models.fetch()
    path = models.checkpoint / COMMIT / "model.safetensors"
    path.unlink() if content is None else path.write_bytes(content)
    found = models("check", "tiny")
    assert found.code == 1
    assert says in lines(found.output, "BAD model.safetensors")[0]
    findings = json.loads(models("check", "tiny", "--json").output)
    assert [finding["what"] for finding in findings if not finding["ok"]] == ["model.safetensors"]


def test_check_of_what_is_not_fetched_says_so(models: Models) -> None:
    found = models("check", "tiny")
    assert (found.code, "BAD lab/tiny: not fetched" in found.output) == (1, True)


@pytest.mark.parametrize("content", [WEIGHTS[:-9], WEIGHTS + b"more"])
def test_a_file_of_another_size_makes_the_card_inactive_and_is_fetched_again(
    models: Models, hub: SmallHub, content: bytes
) -> None:
    models.fetch()
    path = models.checkpoint / COMMIT / "model.safetensors"
    path.write_bytes(content)
    (card,) = (card for card in offered(models.home) if card.id == "tiny")
    assert (card.status, "is gone or was cut" in card.notes) == ("inactive", True)
    assert models.fetch().code == 0
    assert path.read_bytes() == WEIGHTS


def test_a_pin_that_cannot_be_read_makes_one_card_inactive_and_no_other(models: Models, hub: SmallHub) -> None:
    models.fetch()
    (models.checkpoint / COMMIT / "vlaarena-pin.toml").write_text("revision = ")
    statuses = {card.id: card for card in offered(models.home)}
    assert statuses["tiny"].status == "inactive"
    assert "is not readable TOML" in statuses["tiny"].notes
    assert "Run: vlaarena-daemon models remove tiny, then fetch tiny" in statuses["tiny"].notes
    assert statuses["random-walk"].status == "active"
    assert models.fetch().code == 2
    assert models("remove", "tiny", "--yes").code == 0
    assert models.fetch().code == 0


def test_a_pin_in_the_folder_of_another_revision_is_not_believed(models: Models, hub: SmallHub) -> None:
    models.fetch()
    (models.checkpoint / COMMIT).rename(models.checkpoint / ("3" * 40))
    (card,) = (card for card in offered(models.home) if card.id == "tiny")
    assert (card.status, "lies in another folder" in card.notes) == ("inactive", True)


def test_a_card_that_demands_other_weights_is_inactive(models: Models, hub: SmallHub) -> None:
    add_card(models.home, extra=f'weights_sha256 = "{"0" * 64}"')
    models.fetch()
    (card,) = (card for card in offered(models.home) if card.id == "tiny")
    assert (card.status, "not those whose SHA-256 its card names" in card.notes) == ("inactive", True)
    again = models.fetch().output
    assert "It cannot be played: Inactive: The weights on this machine are not those" in again


def test_a_card_may_name_its_folder_itself(models: Models, tmp_path: Path) -> None:
    text = (models.home / "cards" / "tiny.toml").read_text()
    (models.home / "cards" / "tiny.toml").write_text(text.replace("files =", f'folder = "{tmp_path}"\nfiles ='))
    assert {card.id: card.status for card in offered(models.home)}["tiny"] == "active"
    assert (
        models("fetch", "tiny").output
        == "'tiny' is on this machine already. A running daemon offers it at once: no restart.\n"
    )


def test_remove_asks_and_frees_the_room(models: Models, hub: SmallHub) -> None:
    models.fetch()
    kept = models("remove", "tiny", answer="no\n")
    assert (kept.code, models.checkpoint.exists()) == (1, True)
    removed = models("remove", "tiny", answer="yes\n")
    assert removed.code == 0
    assert removed.output.endswith("kB are free again.\n")
    assert [path.name for path in (models.home / "models").iterdir()] == ["lock"]
    assert "Nothing of 'tiny' is to be removed" in models("remove", "tiny", "--yes").output


def test_remove_keeps_what_another_fetched_card_uses(models: Models, hub: SmallHub) -> None:
    add_card(models.home, "other", checkpoint="lab/words", files='["tokenizer.json"]')
    models.fetch()
    assert models("fetch", "other", "--accept-license").code == 0
    answer = models("remove", "tiny", "--yes")
    assert "lab/words stays: other needs it." in answer.output
    assert not models.checkpoint.exists()
    cards = all_cards(models.home)
    assert cards["other"].sources[0].folder
    assert not cards["tiny"].sources[0].folder
    assert models("remove", "other", "--yes").code == 0
    assert not (models.home / "models" / "lab--words").exists()


def test_remove_follows_no_link_out_of_the_models_folder(models: Models, hub: SmallHub, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("keep me")
    (models.home / "models").mkdir()
    models.checkpoint.symlink_to(precious)
    refused = models("remove", "tiny", "--yes")
    assert (refused.code, "leads out of the models folder" in refused.errors) == (2, True)
    models.checkpoint.unlink()
    models.fetch()
    (models.checkpoint / COMMIT / "link").symlink_to(precious)
    assert models("remove", "tiny", "--yes").code == 0
    assert (precious / "file").read_text() == "keep me"


def test_remove_takes_what_an_interrupted_fetch_left(models: Models, hub: SmallHub) -> None:
    repository = hub.repositories["lab/tiny"]
    repository.cut_after, repository.cuts, repository.ranges = 1000, 9, False
    assert models.fetch().code == 5
    assert models("remove", "tiny", "--yes").code == 0
    assert not models.checkpoint.exists()


def test_models_that_need_no_files_have_nothing_to_fetch_or_remove(models: Models) -> None:
    assert models("fetch", "random-walk").output == "'random-walk' needs no files from a hub.\n"
    assert models("remove", "random-walk").code == 0
    assert models("check", "random-walk").code == 0
