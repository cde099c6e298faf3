"""What can befall a workstation's visit, each with the circumstances that it needs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import psycopg
from central.chaos_plan import FOLLOWED, Blow, Step
from central.chaos_run import Chaos, Lab
from central.chaos_servers import DATABASE, fill

from scenes.failpoints import EXIT_CODE

EARLIER = "chaos_earlier"
RECOVERY = 8  # steps: meanwhile one thing comes on top of the other
_KILOBYTES_LEFT = 40  # per millisecond of a step: how full a disk is
_JOBS = {"ratings": ("worker", "--once", "ratings"), "job": ("worker", "--once", "ratings")}
_JOBS |= {"reconcile": ("worker", "--once", "reconcile"), "expiry": ("worker", "--once", "expiry")}
_JOBS |= {"rebuild": ("rebuild",)}


def strike(chaos: Chaos, step: Step) -> None:
    """Carry out one step of a schedule; now and then whoever was struck has to come through at once."""
    lab = chaos.labs[step.lab % len(chaos.labs)]
    _STRIKES[step.blow](chaos, step, lab)
    if step.number % RECOVERY == 0:
        for each in chaos.labs:
            if each.blows:
                chaos.recover(each)


def _workstation_dies(chaos: Chaos, step: Step, lab: Lab) -> None:
    lab = _prepared(chaos, step, lab)
    lab.blows.append(f"{step.blow} {step.place}")
    before = chaos.died
    chaos.front.expect(lab.name)
    said = chaos.visit(lab, step, step.acts, place=f"{step.place}:{step.nth}", times=step.times)
    assert chaos.died > before or step.nth > step.times, f"{step.place} was not reached: {said}"
    if chaos.died > before and step.place in FOLLOWED:
        _followed(chaos, step, lab)


def _followed(chaos: Chaos, step: Step, lab: Lab) -> None:
    """More deaths in the same circumstances, then a visit that comes through, whatever the service had lost."""
    for place, acts in FOLLOWED[step.place]:
        before = chaos.died
        lab.blows.append(f"{step.blow} {place}")
        said = chaos.visit(lab, step, acts, place=place)
        assert chaos.died > before, f"{place} was not reached: {said}"
    said = chaos.visit(lab, step)
    assert said is not None
    assert said.done, said
    chaos.settle(lab)


def _service_dies(chaos: Chaos, step: Step, lab: Lab) -> None:
    lab = _prepared(chaos, step, lab)
    lab.blows.append(f"{step.blow} {step.place}")
    before = chaos.died
    chaos.front.expect(lab.name)
    chaos.service.arm(f"{step.place}:{step.nth}")
    said = chaos.visit(lab, step, step.acts)
    chaos.service.arm("")
    assert chaos.died > before or step.nth > 1, f"{step.place} was not reached: {said}"


def _worker_dies(chaos: Chaos, step: Step, lab: Lab) -> None:
    """The worker in the middle of a job, and once more, undisturbed."""
    if step.place.startswith("ratings"):
        chaos.recover(lab, "battle")
    if step.place == "reconcile.found_in_tx":
        _leave_pointers_behind(chaos, step, lab)
    if step.place == "reconcile.lost_in_tx":
        _lose_an_episode(chaos)
    words = _JOBS[step.place.partition(".")[0]]
    code = chaos.service.command(*words, place=step.place, years=step.years)
    assert code == EXIT_CODE, f"{step.place} was not reached: {code} {chaos.service.answered}"
    chaos.deaths["worker dies", step.place] += 1
    assert chaos.service.command(*words, years=step.years) == 0
    if step.place == "reconcile.lost_in_tx":
        for each in chaos.everyone():
            chaos.recover(each)


def _prepared(chaos: Chaos, step: Step, lab: Lab) -> Lab:
    """What a failpoint needs to be reached; the workstation that will reach it."""
    place = step.place
    if place.startswith("enrol."):
        strangers = [each for each in chaos.labs if not each.enrolled]
        lab = strangers[0] if strangers else chaos.add(chaos.new_lab())
    elif place.startswith("fork.") or place == "store.in_tx":
        lab = _copied(chaos, step, lab)
    elif place.endswith("rewind"):
        _go_back(chaos, step, lab)
    elif place in ("pull.after_keep", "pull.before_reply"):
        chaos.recover(lab, "battle")
        assert chaos.service.command("worker", "--once", "ratings") == 0
    return lab


def _copied(chaos: Chaos, step: Step, lab: Lab) -> Lab:
    """A copy whose original has gone on, at the service, too."""
    other = chaos.copy(lab)
    chaos.add(other)
    chaos.recover(lab, "battle")
    return other


def _store_is_copied(chaos: Chaos, step: Step, lab: Lab) -> None:
    other = _copied(chaos, step, lab)
    chaos.front.expect(other.name)
    said = chaos.visit(other, step, step.acts)
    assert said is not None
    assert said.done, said
    assert len(said.forks) == 1
    chaos.faults[step.blow, ""] += 1
    chaos.settle(other)


def _go_back(chaos: Chaos, step: Step, lab: Lab) -> None:
    """PostgreSQL as it was before this workstation's last visit, as after restoring a backup."""
    chaos.recover(lab)
    chaos.service.stop()
    chaos.databases.swap(EARLIER, DATABASE)
    chaos.service.start()
    sent = chaos.front.sent[lab.name].copied()
    chaos.recover(lab, "battle")
    chaos.front.sent[lab.name] = sent
    chaos.service.stop()
    chaos.databases.swap(DATABASE, EARLIER)
    chaos.service.start()


def _leave_pointers_behind(chaos: Chaos, step: Step, lab: Lab) -> None:
    """Episodes in MongoDB that PostgreSQL does not know of, and a workstation that does not come back for now."""
    lab.blows += ["service dies episodes.after_mongo_before_pg", "workstation is killed"]
    chaos.service.arm("episodes.after_mongo_before_pg")
    chaos.front.expect(lab.name)
    chaos.visit(lab, step, ("battle",), with_service=True)


def _lose_an_episode(chaos: Chaos) -> None:
    with chaos.databases.mongo.client() as client:
        found = client[DATABASE]["episodes"].find_one_and_delete({}, sort=[("_id", 1)])
    for sent in chaos.front.sent.values():
        sent.all["episodes"].discard(found["_id"])


def _workstation_is_killed(chaos: Chaos, step: Step, lab: Lab) -> None:
    def gone() -> None:
        with contextlib.suppress(ValueError):  # its visit was over before
            if chaos.child is not None:
                chaos.child.kill()

    _killed(chaos, step, lab, gone)


def _service_is_killed(chaos: Chaos, step: Step, lab: Lab) -> None:
    chaos.service_years = step.years
    _killed(chaos, step, lab, chaos.service.kill)


def _database_is_killed(chaos: Chaos, step: Step, lab: Lab) -> None:
    name = step.blow.split()[0]

    def again() -> None:
        chaos.databases.again(name)
        chaos.deaths[step.blow, ""] += 1

    _killed(chaos, step, lab, again)


def _killed(chaos: Chaos, step: Step, lab: Lab, act: Callable[[], None]) -> None:
    lab.blows.append(step.blow)
    chaos.front.expect(lab.name, step.nth, lambda: chaos.later(step.milliseconds, act))
    chaos.visit(lab, step, step.acts)


def _way_breaks(chaos: Chaos, step: Step, lab: Lab) -> None:
    lab.blows.append(f"{step.blow} {step.place}")
    chaos.front.expect(lab.name, step.nth, way=step.place)
    chaos.visit(lab, step, step.acts)
    chaos.faults[step.blow, step.place] += chaos.front.fell.is_set()


def _mongod_refuses(chaos: Chaos, step: Step, lab: Lab) -> None:
    acts = step.acts
    if step.place.endswith("update"):
        acts = ("again",)
    lab.blows.append(f"{step.blow} {step.place}")
    chaos.databases.refuse(step.place)
    chaos.front.expect(lab.name)
    chaos.visit(lab, step, acts)
    chaos.databases.refuse("")
    chaos.faults[step.blow, step.place] += 1


def _disk_of_workstation_is_full(chaos: Chaos, step: Step, _: Lab) -> None:
    """Its folder lies on a small disk; where none can be mounted, no file of its process may grow."""
    if chaos.small is None:
        chaos.small = chaos.new_lab(chaos.small_disk, "small")
    lab = chaos.small
    chaos.recover(lab)
    lab.blows.append(step.blow)
    chaos.front.expect(lab.name)
    if chaos.small_disk is None:
        said = chaos.visit(lab, step, ("battle",), file_bytes=2**15)
    else:
        filler = fill(chaos.small_disk)
        with filler.open("r+b") as file:
            file.truncate(max(0, filler.stat().st_size - int(step.milliseconds * _KILOBYTES_LEFT * 1024)))
        said = chaos.visit(lab, step, ("battle",))
        filler.unlink()
    assert said is not None
    assert said.done or ("full" if chaos.small_disk else "StoreError") in said.error, said
    chaos.faults[step.blow, "refused" if said.error else ""] += 1
    chaos.recover(lab)


def _disk_of_postgres_is_full(chaos: Chaos, step: Step, lab: Lab) -> None:
    if chaos.filled_disk is None:
        return
    if not lab.enrolled:
        chaos.recover(lab)
    postgres = chaos.databases.postgres
    filler = fill(chaos.filled_disk)
    with contextlib.suppress(psycopg.OperationalError):
        for _ in range(8):
            postgres.execute("SELECT pg_logical_emit_message(true, 'chaos', repeat('x', 1000000)), pg_switch_wal()")
    lab.blows.append(step.blow)
    chaos.front.expect(lab.name)
    said = chaos.visit(lab, step, step.acts)
    filler.unlink()
    postgres.kill()
    postgres.start()
    chaos.faults[step.blow, "refused" if said is None or said.error else ""] += 1


_STRIKES: dict[Blow, Callable[[Chaos, Step, Lab], None]] = {
    "workstation dies": _workstation_dies,
    "service dies": _service_dies,
    "worker dies": _worker_dies,
    "workstation is killed": _workstation_is_killed,
    "service is killed": _service_is_killed,
    "postgres is killed": _database_is_killed,
    "mongod is killed": _database_is_killed,
    "way breaks": _way_breaks,
    "mongod refuses": _mongod_refuses,
    "store is copied": _store_is_copied,
    "disk of workstation is full": _disk_of_workstation_is_full,
    "disk of postgres is full": _disk_of_postgres_is_full,
}
