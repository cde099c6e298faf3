"""Two of the service's transactions at once leave nothing behind that would be asked for again and again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from central.servers import Service
from central.workstations import Workstation
from sqlalchemy import Engine, text

from scenes.episode import episode_id
from sync import api
from sync.operations import sign
from sync.server import opening
from sync.server import rows as service_rows
from sync.server.postgres import engine_for, transaction


@pytest.fixture
def engine(central: Service) -> Iterator[Engine]:
    engine = engine_for(central.environment["VLAARENA_CENTRAL_DATABASE_URL"], 4)
    yield engine
    engine.dispose()


def test_an_episode_stored_while_a_push_names_it_is_sent_at_most_once_more(lab: Workstation, engine: Engine) -> None:
    lab.push([])
    lab.battle()
    names = {episode_id(content) for content in lab.episodes.values()}
    expected = text("INSERT INTO episodes (episode_id, status) SELECT unnest(CAST(:names AS text[])), 'expected'")
    transaction(engine, lambda c: c.execute(expected, {"names": sorted(names)}))  # by another copy of this store
    signed = tuple(sign(each, lab.key) for each in lab.operations)
    found = opening.opened(api.Push(version=api.VERSION, store_id=lab.store_id, operations=signed))
    with engine.begin() as connection:
        service_rows.push(connection, lab.store_id, found)
        assert set(lab.upload().stored) == names
    assert set(lab.push([]).wanted_episodes) <= names
    lab.upload()
    assert lab.push([]).wanted_episodes == ()
