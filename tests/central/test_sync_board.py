"""What comes home: a board that the service signed, fetched once, kept, and believed only as long as it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from central.servers import Service
from central.visitors import Visitor

from scenes.errors import BadInput
from scenes.progress import finish
from sync import client, device
from sync.api import PulledBoard
from vlaarena_desktop.__main__ import main


@pytest.fixture
def lab(central: Service, tmp_path: Path) -> Iterator[Visitor]:
    visitor = Visitor(tmp_path / "lab")
    visitor.enrol(central)
    yield visitor
    visitor.close()


def rate(service: Service) -> None:
    """The hourly job, now."""
    done = service.command("worker", "--once", "ratings")
    assert done.returncode == 0, done.stderr


def board_at(visitor: Visitor) -> PulledBoard:
    board = visitor.store.ledger().do(device.board)
    assert board is not None
    return board


def test_a_board_is_fetched_once_and_kept(central, lab) -> None:
    lab.play()
    lab.sync()
    rate(central)
    assert lab.sync().new_board
    assert not lab.sync().new_board
    kept = board_at(lab)
    lab.close()
    lab.reopen()
    assert board_at(lab) == kept


def test_a_board_that_somebody_changed_is_not_believed(lab) -> None:
    lab.sync()
    database = lab.store._database
    database.execute("UPDATE pulled_board SET content = zeroblob(length(content))")
    with pytest.raises(BadInput, match="not signed"):
        board_at(lab)
    with lab.centre() as centre:
        assert finish(client.pull(centre)) is not None
    assert board_at(lab).rows is not None


def test_a_board_of_another_service_is_not_believed(lab) -> None:
    database = lab.store._database
    database.execute("UPDATE device SET server_key = zeroblob(32)")
    with pytest.raises(BadInput, match="not signed"):
        lab.sync()
    assert database.rows("SELECT 1 FROM pulled_board") == []


def test_the_command_line_shows_the_fetched_board(central, lab, capsys) -> None:
    command = ["leaderboard", "--home", str(lab.folder), "--central"]
    lab.close()
    assert main(command) == 2
    assert "No board of the central service has been fetched yet." in capsys.readouterr().err
    lab.reopen()
    lab.play()
    lab.sync()
    rate(central)
    lab.sync()
    board = board_at(lab)
    lab.close()
    assert main(command) == 0
    told = capsys.readouterr().out
    assert f"Published by {central.url} as of " in told
    assert f"Snapshot {board.snapshot_id}" in told
    assert f"votes counted {board.votes} " in told
    assert main([*command, "--robot", "panda", "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert {row["model_id"]: row["rating"] for row in told["board"]["rows"]} == {
        row.model_id: row.rating for row in board.rows if row.robot_id == "panda"
    }
    assert main([*command, "--scene", "table"]) == 2
    lab.reopen()
