"""What comes home: a board that the service signed, fetched once, kept, and believed only as long as it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from central.servers import Service
from central.visitors import Visitor

from scenes.errors import BadInput
from scenes.progress import finish
from sync import client, device
from sync.api import PulledBoard


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
