"""Starting a prepared run: in this process, or in an engine process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from engine import again, control
from engine.deeds import Deed, deeds_of
from engine.errors import TeamtopError
from engine.fork import Script, script
from engine.models import lite, providers, registry
from engine.models.base import Model, ModelError
from engine.models.environment import environment
from engine.models.recorded import RecordedModel
from engine.models.rerun import RerunModel
from engine.reception import Reception
from engine.record import events as ev
from engine.record.config import RunConfig
from engine.record.events import AnyEvent
from engine.record.folder import RunFolder
from engine.record.redaction import Redaction
from engine.record.writer import FileStore, JournalError, SyncStore
from engine.redacted import RedactedModel, RedactedTests
from engine.restore import Past
from engine.resume import history
from engine.run import Outcome, Run, Seams
from engine.setup import Prepared, check, check_joiner, demands, member, prepare, reopen
from engine.signals import stopping_on_signals
from engine.team.prompts import TEMPLATE
from engine.team.recast import Recast
from engine.teamchange import Former
from engine.world import virtualloop
from engine.world.clock import Clock
from engine.world.lockfiles import LockFiles
from engine.world.locks import Locks, LockTable
from engine.world.pytestrunner import PytestRunner
from engine.world.sandbox import Sandbox, Unsandboxed
from engine.world.sandbox.chosen import Chosen
from engine.world.simulatedtests import SimulatedTests
from engine.world.testrunner import TestRunner
from engine.world.workspace import DiskStore, Workspace
from tasks.model import Suite
from tasks.verdicts import table

_ENGINE = str(Path(__file__).with_name("__main__.py"))
"""The engine's program. Started by its path and with ``-P`` (no module is looked for in the folder where a
person works), for that folder may hold an ``engine`` or ``tasks`` of its own."""

MIRRORED_SECONDS = 0.25
"""In virtual time the workspace's folder follows the team this often, and at the end: a round there lasts
milliseconds, and writing files in each of them would take longer."""

__all__ = ["Prepared", "environment", "prepare", "reopen", "run_here", "spawn"]


def spawn(prepared: Prepared) -> int:
    """Start an engine process for the run and return its pid; it outlives this process.

    What it says goes to ``engine.log`` in the run's folder. It has its own session, so that closing the
    terminal or Ctrl+C in it does not reach the team.
    """
    prepared.folder.refuse_links()
    with prepared.folder.log_path.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
            [sys.executable, "-P", _ENGINE, str(prepared.folder.path.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            close_fds=True,
        )
    return process.pid


def run_here(
    prepared: Prepared,
    environ: Mapping[str, str],
    on_event: Callable[[AnyEvent], None] | None = None,
    *,
    attended: bool = False,
) -> Outcome:
    """Run to the end in this process; the first SIGINT or SIGTERM stops the team gracefully.

    A run whose journal has begun goes on from there. ``on_event`` sees every new event, on the loop: it must
    be quick. ``attended``: people may steer the run and a team without live agents waits for them. Raises
    ``TeamtopError``.
    """
    prepared.folder.refuse_links()
    lock = prepared.folder.hold()
    config = prepared.meta.config
    try:
        events = history(prepared.folder).events
        rest = again.place(config, prepared.plan, events)
        if rest is not None:
            store = again.ConfirmingStore(prepared.folder.events_path, events[rest:])
            try:
                coming = events[rest:]
                main = _main(
                    prepared,
                    events[:rest],
                    environ,
                    on_event,
                    attended=attended,
                    confirming=store,
                    coming=coming,
                )
                return virtualloop.run(main, seed=config.seed, attended=attended)
            except JournalError:
                if not store.diverged:
                    raise
        main = _main(prepared, events, environ, on_event, attended=attended)
        if config.clock == "virtual":
            return virtualloop.run(main, seed=config.seed, attended=attended)
        return asyncio.run(main)
    finally:
        lock.release()


async def _main(
    prepared: Prepared,
    events: Sequence[AnyEvent],
    environ: Mapping[str, str],
    on_event: Callable[[AnyEvent], None] | None,
    *,
    attended: bool,
    confirming: again.ConfirmingStore | None = None,
    coming: Sequence[AnyEvent] = (),
) -> Outcome:
    config, suite, folder = prepared.meta.config, prepared.suite, prepared.folder
    past = Past(events, shown=False)
    real = _has_real_model(prepared.start) and not config.replies
    await _ready(real)
    virtual = config.clock == "virtual"
    clock = Clock(config.clock, config.speed or 1.0, start_us=past.micros)
    scripted = script(folder)
    former = _former(scripted, past)
    first, start = _first(prepared, past, scripted, former, environ)
    if not past.empty:  # what it says of real time holds for the engine before only
        first = first if confirming is None else None  # what comes again comes as if nobody had stopped it
        folder.write_meta(replace(prepared.meta, real_seconds=None))

    redact = Redaction(config.redact, providers.secrets(environ) if real else ())

    live = partial(_live, config, clock, environ, redact)
    sandbox = Chosen(
        required=_has_real_model(prepared.start, start),
        tell=lambda rung, tried: folder.write_meta(replace(prepared.meta, sandbox=rung, rungs=tried)),
    )

    def differs(why: str) -> None:
        receive(control.Stop(author="engine", why=why), Future())

    model = partial(_model, config, clock, past, scripted, live, differs)
    tests = runner_for(suite, config, sandbox, real_model=sandbox.required)
    seams = Seams(
        store=confirming or (SyncStore if virtual else FileStore)(folder.events_path),
        clock=clock,
        workspace=_workspace(prepared),
        locks=Locks(LockFiles(folder.locks), LockTable(past.tokens)),
        tests=RedactedTests(tests, redact) if redact else tests,
        models={spec.name: model(spec) for spec in start.team},
        recruit=lambda spec: model(check_joiner(config, spec, environ)),
        calls=config.calls,
    )
    if scripted is not None:
        past.leave_out(scripted.left_out)
    run = Run(
        first,
        seams,
        suite_tests=suite.suite_tests,
        plan=prepared.plan,
        attended=attended,
        past=past,
        recast=None if former is None else _recast(former.until, config, live),
    )
    if on_event is not None:
        run.bus.listen(on_event if confirming is None else _after(confirming.seq, on_event))
    reception = Reception(run, clock, _deeds(scripted, events, coming))

    def receive(command: control.AnyCommand, answer: Future[control.Answer]) -> None:
        reception.receive(_without_secrets(command, redact), answer)

    server = control.ControlServer(folder.socket_path, receive)
    try:
        with stopping_on_signals(lambda: receive(control.Stop(why="signal"), Future())):
            async with _beside(seams, tests, folder if real else None):
                outcome = await run.play()
    finally:
        server.close()
    folder.write_meta(
        replace(
            prepared.meta,
            real_seconds=_real_seconds(prepared, past, run),
            sandbox=sandbox.known or prepared.meta.sandbox,
            rungs=sandbox.verdicts or prepared.meta.rungs,
        )
    )
    return outcome


def _deeds(scripted: Script | None, past: Sequence[AnyEvent], coming: Sequence[AnyEvent]) -> list[Deed]:
    """What people do after ``past``: as in the events that are ``coming`` again, and later as scripted."""
    whole = [*past, *coming]
    seq, ts = (whole[-1].seq, whole[-1].ts) if whole else (0, 0.0)
    later = scripted.pending(seq, ts) if scripted is not None else []
    return [*(deeds_of(whole, len(past), None, exact=True) if coming else ()), *later]


def _workspace(prepared: Prepared) -> Workspace:
    suite, store = prepared.suite, DiskStore(prepared.folder.repo)
    protected = tuple(f"tests/{path}" for path in suite.tests) + tuple(suite.tests)
    virtual = prepared.meta.config.clock == "virtual"
    return Workspace(
        store,
        suite.support,
        protected,
        start=suite.start,
        threaded=not virtual,
        apart=MIRRORED_SECONDS if virtual else 0.0,
    )


def _after(seq: int, on_event: Callable[[AnyEvent], None]) -> Callable[[AnyEvent], None]:
    """``on_event`` for the events after ``seq`` only."""
    return lambda event: on_event(event) if event.seq > seq else None


def _former(scripted: Script | None, past: Past) -> Former | None:
    """The team that is still to be changed; null if there is none, or if it has been."""
    former = scripted.former if scripted is not None else None
    return None if former is None or past.team_changed > former.until else former


def _recast(after: int, config: RunConfig, model: Callable[[ev.AgentSpec], Model]) -> Recast:
    """How the team of a fork becomes what ``config`` says."""
    quorum, verified_by, _ = demands(config)
    return Recast(
        after,
        config.strategy,
        lambda name, role: member(config, name, role),
        model,
        quorum=quorum,
        verified_by=verified_by,
    )


def _recorded(model: Model, spec: ev.AgentSpec, clock: Clock, past: Past, scripted: Script | None) -> Model:
    """The model, behind the replies that a fork has from its parent."""
    if scripted is None or not scripted.replies:
        return model
    replies = {request: reply for request, reply in scripted.replies.items() if reply.agent == spec.name}
    return RecordedModel(model, replies, lambda: past.conversations.request(spec.name), clock.sleep)


def _model(  # noqa: PLR0917 - as below
    config: RunConfig,
    clock: Clock,
    past: Past,
    scripted: Script | None,
    live: Callable[[ev.AgentSpec], Model],
    differs: Callable[[str], None],
    spec: ev.AgentSpec,
) -> Model:
    """The model of a member: recorded, or live behind what a fork has from its parent."""
    if config.replies and scripted is not None:
        return _rerun(config, spec, clock, past, scripted, differs)
    return _recorded(live(spec), spec, clock, past, scripted)


def _rerun(  # noqa: PLR0917 - what one model is made of
    config: RunConfig,
    spec: ev.AgentSpec,
    clock: Clock,
    past: Past,
    scripted: Script,
    stop: Callable[[str], None],
) -> Model:
    """The model of a run that asks nobody; turns that the run has had already are had."""
    turns = scripted.rerun.get(spec.name, ())[past.replies[spec.name] :]
    request = partial(past.conversations.request, spec.name)
    strict = config.replies == "strict"
    return RerunModel(spec.model, spec.name, turns, request, clock.sleep, strict=strict, differs=stop)


def _first(
    prepared: Prepared,
    past: Past,
    scripted: Script | None,
    former: Former | None,
    environ: Mapping[str, str],
) -> tuple[ev.RunStarted | ev.RunResumed | None, ev.RunStarted]:
    """The event that this engine begins with, and the start of the run. Raises ``TeamtopError``.

    A fork that has yet to leave its parent's past goes on without one, unless its clock is another.
    """
    config = prepared.meta.config
    if past.state.seq == 0:
        start = prepared.start if former is None else check(former.config(config), environ)[1]
        return start, start
    if past.start is None or not 1 <= past.start.template <= TEMPLATE:
        raise TeamtopError(
            f"{prepared.folder.run_id} began under another version of teamtop, with other prompts; "
            "it can be replayed, but not gone on with."
        )
    before = past.state.run
    same = (before.clock, before.speed, before.max_rounds) == (config.clock, config.speed, config.max_rounds)
    if scripted is not None and scripted.prefix == past.state.seq and same:
        return None, past.start
    leaves = scripted is not None and scripted.prefix == past.state.seq  # a fork leaves its parent's past
    resumed = ev.RunResumed(
        author="operator",
        clock=config.clock,
        speed=config.speed,
        max_rounds=config.max_rounds,
        limits=None if leaves or config.limits == past.spending.limits else config.limits,
    )
    return resumed, past.start


def _real_seconds(prepared: Prepared, past: Past, run: Run) -> float | None:
    """What passed outside in all; null if an engine before did not live to tell."""
    before = 0.0 if past.empty else prepared.meta.real_seconds
    if run.real_seconds is None:
        return prepared.meta.real_seconds
    return None if before is None else round(before + run.real_seconds, 3)


async def _ready(real: bool) -> None:
    """Load what real models need: seconds that the first reply must not seem to have taken."""
    if real:
        with contextlib.suppress(ModelError):  # it fails again, and is told, with the first call
            await lite.load()


@contextlib.asynccontextmanager
async def _beside(seams: Seams, tests: TestRunner, partials: RunFolder | None) -> AsyncIterator[None]:
    """What goes on beside a run: warming up, and for real models notices of replies that are arriving."""
    jobs = [asyncio.create_task(_warm_up(tests), name="warm up")]
    if partials is not None:
        jobs.append(asyncio.create_task(seams.partials.follow(partials.partial_path), name="partials"))
    try:
        yield
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        if partials is not None:
            await lite.close()


async def _warm_up(tests: TestRunner) -> None:
    """Load what the first turns would wait for; what fails here fails again, and is told, when needed."""
    if isinstance(tests, PytestRunner):
        await tests.warm()


def _live(
    config: RunConfig, clock: Clock, environ: Mapping[str, str], redact: Redaction, spec: ev.AgentSpec
) -> Model:
    """The model of a member, as it is asked when nothing is recorded."""
    made = registry.create(
        spec.model, seed=config.seed, sleep=clock.sleep, environ=environ, calls=config.calls
    )
    return RedactedModel(made, redact) if redact else made


def _without_secrets(command: control.AnyCommand, redact: Redaction) -> control.AnyCommand:
    """The command without what must not be kept in what a person says."""
    return replace(command, text=redact(command.text)) if isinstance(command, control.Say) else command


def _has_real_model(*starts: ev.RunStarted) -> bool:
    return any(registry.resolve(spec.model).real for start in starts for spec in start.team)


def runner_for(suite: Suite, config: RunConfig, sandbox: Sandbox, *, real_model: bool) -> TestRunner:
    """Make the runner that ``config`` asks for; what agents wrote runs in ``sandbox``, or ``unsafe_tests``.

    Simulated tests run code that their table does not know only if a simulated model wrote it, or if
    ``unsafe_tests`` allows it; otherwise such code counts as failing.
    """
    real = PytestRunner(suite.tests, suite.support, Unsandboxed() if config.unsafe_tests else sandbox)
    if config.tests == "real":
        return real
    paths = [path for task in suite.tasks for path in task.files]
    may_run = config.unsafe_tests or not real_model
    return SimulatedTests(table(suite.name), paths, fallback=real if may_run else None)
