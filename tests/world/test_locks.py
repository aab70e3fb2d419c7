"""Who holds what among the agents: the table, and the seam that joins it to the files."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.world.lockfiles import LockFileError
from engine.world.locks import OUTSIDE, Denied, Granted, Locks, LockTable, NoLockFiles


def test_a_free_path_is_granted_and_a_held_one_denied_with_holder_and_age() -> None:
    table = LockTable()
    assert table.acquire("a.py", "Dev1", turn=1, now=2.0, horizon=2) == Granted(1)
    assert table.acquire("a.py", "Dev2", turn=2, now=5.5, horizon=2) == Denied("Dev1", 3.5)
    assert table.acquire("b.py", "Dev2", turn=2, now=5.5, horizon=2) == Granted(1)


def test_a_holder_that_edits_again_keeps_its_token_and_its_age() -> None:
    table = LockTable()
    table.acquire("a.py", "Dev1", turn=1, now=2.0, horizon=1)
    assert table.acquire("a.py", "Dev1", turn=1, now=4.0, horizon=1) == Granted(1, again=True)
    assert table.acquire("a.py", "Dev2", turn=2, now=5.0, horizon=2) == Denied("Dev1", 3.0)


def test_tokens_of_a_path_grow_over_the_whole_run_also_after_a_resume() -> None:
    table = LockTable({"a.py": 7})
    for n in range(8, 12):
        assert table.acquire("a.py", "Dev1", turn=n, now=0, horizon=n) == Granted(n)
        table.release_all()
    assert table.acquire("b.py", "Dev1", turn=1, now=0, horizon=1) == Granted(1)


def test_a_lock_lasts_until_every_turn_that_had_begun_has_ended() -> None:
    table = LockTable()
    table.acquire("a.py", "Dev1", turn=1, now=0, horizon=3)
    for first_open in (1, 2, 3):
        assert table.release_through(first_open) == ()
    (freed,) = table.release_through(4)
    assert (freed.path, freed.agent, freed.token) == ("a.py", "Dev1", 1)
    assert table.holder("a.py") is None


def test_a_later_edit_by_the_holder_makes_the_lock_last_longer() -> None:
    table = LockTable()
    table.acquire("a.py", "Dev1", turn=1, now=0, horizon=1)
    table.acquire("a.py", "Dev1", turn=4, now=0, horizon=5)
    table.acquire("a.py", "Dev1", turn=2, now=0, horizon=2)
    assert table.release_through(5) == ()
    assert len(table.release_through(6)) == 1


def test_when_no_turn_is_open_every_lock_is_freed_oldest_first() -> None:
    table = LockTable()
    for n, path in enumerate(("c.py", "a.py", "b.py"), 1):
        table.acquire(path, f"Dev{n}", turn=n, now=0, horizon=9)
    assert [held.path for held in table.release_through(None)] == ["c.py", "a.py", "b.py"]
    assert table.held == ()


def test_a_lost_agents_locks_are_freed_and_its_token_is_no_longer_current() -> None:
    table = LockTable()
    table.acquire("a.py", "Dev1", turn=1, now=0, horizon=9)
    table.acquire("b.py", "Dev2", turn=2, now=0, horizon=9)
    assert table.is_current("a.py", "Dev1", 1)
    assert [held.path for held in table.release_agent("Dev1")] == ["a.py"]
    assert not table.is_current("a.py", "Dev1", 1)
    assert table.acquire("a.py", "Dev2", turn=2, now=9, horizon=9) == Granted(2)
    assert not table.is_current("a.py", "Dev1", 1)
    assert not table.is_current("a.py", "Dev2", 1)
    assert table.is_current("a.py", "Dev2", 2)


def test_names_that_look_alike_are_different_locks() -> None:
    table = LockTable()
    paths = ("a/b", "a__b", "a_b", "a.b", "A/b")
    assert all(
        table.acquire(p, f"Dev{n}", turn=1, now=0, horizon=1) == Granted(1) for n, p in enumerate(paths)
    )


# ------------------------------------------------------------ against a plain model

AGENTS = st.sampled_from(["Dev1", "Dev2", "Dev3"])
PATHS = st.sampled_from(["a", "b", "c"])


class LocksOfATeam(RuleBasedStateMachine):
    """Turns begin and end in any order; edits take locks. The model recomputes from the whole past."""

    def __init__(self) -> None:
        super().__init__()
        self.table = LockTable()
        self.begun = 0
        self.open: set[int] = set()
        self.model: dict[str, tuple[str, set[int]]] = {}
        self.tokens: dict[str, int] = {}

    @rule()
    def begin_turn(self) -> None:
        self.begun += 1
        self.open.add(self.begun)

    @rule(data=st.data())
    def end_turn(self, data: st.DataObject) -> None:
        if self.open:
            self.open.discard(data.draw(st.sampled_from(sorted(self.open))))
            freed = self.table.release_through(min(self.open, default=None))
            expected = {
                p for p, (_, until) in self.model.items() if not any(t <= max(until) for t in self.open)
            }
            assert {held.path for held in freed} == expected
            for path in expected:
                del self.model[path]

    @rule(agent=AGENTS, path=PATHS)
    def edit(self, agent: str, path: str) -> None:
        if not self.open:
            return
        answer = self.table.acquire(path, agent, turn=min(self.open), now=1.0, horizon=self.begun)
        holder, until = self.model.get(path, (agent, set()))
        if holder != agent:
            assert answer == Denied(holder, 0.0)
            return
        assert isinstance(answer, Granted)
        assert answer.token == self.tokens.get(path, 0) + (path not in self.model)
        self.tokens[path] = answer.token
        self.model[path] = (agent, until | set(range(1, self.begun + 1)))

    @rule(agent=AGENTS)
    def lose(self, agent: str) -> None:
        mine = {p for p, (holder, _) in self.model.items() if holder == agent}
        assert {held.path for held in self.table.release_agent(agent)} == mine
        for path in mine:
            del self.model[path]

    @invariant()
    def the_table_holds_what_the_model_holds(self) -> None:
        assert {h.path: h.agent for h in self.table.held} == {p: a for p, (a, _) in self.model.items()}


TestLocksOfATeam = LocksOfATeam.TestCase
TestLocksOfATeam.settings = settings(max_examples=150, stateful_step_count=40)


# ------------------------------------------------------------ the seam


class Files:
    """Lock files of which some are taken by others, and one cannot be used."""

    def __init__(self, *, taken: str = "", broken: str = "") -> None:
        self.taken, self.broken = taken, broken
        self.held: list[str] = []

    def acquire(self, path: str) -> bool:
        if path == self.broken:
            raise LockFileError("no")
        assert path not in self.held
        if path == self.taken:
            return False
        self.held.append(path)
        return True

    def release(self, path: str) -> None:
        self.held.remove(path)


def test_lock_files_follow_the_table() -> None:
    files = Files()
    locks = Locks(files)
    locks.acquire("a.py", "Dev1", turn=1, now=0, horizon=2)
    locks.acquire("a.py", "Dev1", turn=1, now=0, horizon=2)
    locks.acquire("a.py", "Dev2", turn=2, now=0, horizon=2)
    locks.acquire("b.py", "Dev2", turn=2, now=0, horizon=5)
    locks.acquire("c.py", "Dev3", turn=2, now=0, horizon=5)
    assert files.held == ["a.py", "b.py", "c.py"]
    assert [h.path for h in locks.release_through(3)] == ["a.py"]
    assert files.held == ["b.py", "c.py"]
    assert [h.path for h in locks.release_agent("Dev2")] == ["b.py"]
    assert files.held == ["c.py"]
    assert [h.path for h in locks.release_all()] == ["c.py"]
    assert files.held == []


def test_a_path_held_by_another_process_is_denied_and_not_held_here() -> None:
    files = Files(taken="a.py")
    locks = Locks(files)
    assert locks.acquire("a.py", "Dev1", turn=1, now=0, horizon=1) == Denied(OUTSIDE, 0.0)
    assert locks.table.held == ()
    files.taken = ""
    assert isinstance(locks.acquire("a.py", "Dev2", turn=1, now=0, horizon=1), Granted)


def test_a_lock_file_that_cannot_be_used_leaves_no_lock_behind() -> None:
    locks = Locks(Files(broken="a.py"))
    with pytest.raises(LockFileError):
        locks.acquire("a.py", "Dev1", turn=1, now=0, horizon=1)
    assert locks.table.held == ()


def test_without_lock_files_the_table_decides_alone() -> None:
    locks = Locks(NoLockFiles())
    assert locks.acquire("a.py", "Dev1", turn=1, now=0, horizon=1) == Granted(1)
    assert locks.acquire("a.py", "Dev2", turn=2, now=4, horizon=2) == Denied("Dev1", 4)
    assert len(locks.release_all()) == 1
