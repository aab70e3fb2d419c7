"""The fork server: imports pytest once, then forks a keeper for every run that the engine asks for.

It stays single-threaded (forking with threads is unsafe) and touches nothing that agents wrote. It ends when
its control socket closes, which the kernel does when the engine dies, and then takes the temporary folder
with it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import os
import selectors
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from . import child, keeper, processes

FAREWELL_SECONDS = 2 * processes.GIVE_UP_SECONDS
"""Bounds the wait for keepers when the engine is gone: each has ``GIVE_UP_SECONDS`` for its processes."""

_IMPORTED_LATE = (
    "_pytest._argcomplete",
    "_pytest.assertion.util",
    "difflib",
    "faulthandler",
    "pdb",
    "pprint",
)
"""What pytest imports only when it runs or when a test fails."""


def main(where: str, folder: str, child_script: str) -> None:
    """Serve until the control socket closes.

    ``where`` is the number of its open file, or the path to connect to; ``child_script`` is
    ``Sandbox.child_script`` or empty.
    """
    control = _control(where)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the engine decides when tests stop, not the terminal
    processes.adopt_orphans()
    _forget_the_project()
    _import_pytest()
    _prepare_pytest()
    enter = _load_child_script(child_script) if child_script else None
    gc.collect()
    gc.freeze()  # forked children then do not copy these objects' pages when their collector runs
    _Server(control, enter).serve()
    shutil.rmtree(folder, ignore_errors=True)


def _control(where: str) -> socket.socket:
    if where.isdecimal():
        return socket.socket(fileno=int(where))
    control = socket.socket(socket.AF_UNIX)
    control.connect(where)
    return control


class _Server:
    def __init__(self, control: socket.socket, enter: Callable[[str], object] | None) -> None:
        self._control = control
        self._enter = enter
        self._keepers: set[int] = set()
        self._woken, waker = socket.socketpair()
        self._woken.setblocking(False)
        waker.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker.detach(), warn_on_full_buffer=False)

    def serve(self) -> None:
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(self._woken, selectors.EVENT_READ)
        serving = True
        while serving:
            for key, _ in selector.select():
                if key.fileobj is self._woken:
                    self._reap()
                else:
                    serving = self._accept()
        while self._keepers and selector.select(FAREWELL_SECONDS):
            self._reap()
        processes.kill_children()

    def _accept(self) -> bool:
        """Fork a keeper for the socket that the engine passed; false if the engine is gone."""
        try:
            message, fds, _, _ = socket.recv_fds(self._control, 1, 1)
        except OSError:
            return False
        if not message:
            return False
        for fd in fds:
            pid = os.fork()
            if pid == 0:
                keeper.run_and_exit(fd, self._enter)
            os.close(fd)
            self._keepers.add(pid)
        return True

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._woken.recv(4096)
        clean = True
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                clean = clean and ended[0] in self._keepers and ended[1] == 0
                self._keepers.discard(ended[0])
        if not clean:
            # A keeper that was killed could not end its run's processes, and they are ours now.
            processes.kill(processes.descendants(os.getpid(), spare=self._keepers))


def _forget_the_project() -> None:
    """Take a source checkout of this project off the path, so that workspaces may use its package names."""
    checkout = Path(__file__).resolve().parents[3]
    if checkout.name != "site-packages":
        sys.path[:] = [entry for entry in sys.path if entry and Path(entry).resolve() != checkout]


def _import_pytest() -> None:
    """Import what a pytest run imports, so that children find it done."""
    config = importlib.import_module("_pytest.config")
    importlib.import_module("pytest")
    for plugin in config.default_plugins:
        importlib.import_module(f"_pytest.{plugin}")
    for name in _IMPORTED_LATE:
        importlib.import_module(name)
    # pytest leaves modules out of tracebacks that say so. A missing file is an import error of each test file
    # that needs it, and most of the time to report one goes into the source of importlib, which helps nobody.
    vars(importlib)["__tracebackhide__"] = True


def _prepare_pytest() -> None:
    """Do what pytest does at the start of each run: load its plugins, and look into them for fixtures.

    Each child then gets this configuration when pytest asks for a new one.
    """
    config, fixtures = importlib.import_module("_pytest.config"), importlib.import_module("_pytest.fixtures")
    ready = config.get_config([f"-pno:{name}" for name in child.UNUSED])

    def get_config(args: Any = (), plugins: Any = None, **_: Any) -> Any:  # noqa: ANN401 - as pytest's
        ready.invocation_params = config.Config.InvocationParams(args=args, plugins=plugins, dir=Path.cwd())
        return ready

    vars(config)["get_config"] = get_config
    definition = getattr(fixtures, "FixtureFunctionDefinition", None)
    if definition is None:  # before pytest 8.4 a fixture was not to be told from other functions
        return
    plugins = [each for each in ready.pluginmanager.get_plugins() if isinstance(each, ModuleType)]
    lean = {id(plugin): _only(plugin, definition) for plugin in plugins}  # they live as long as this process
    search = fixtures.FixtureManager.parsefactories

    def parsefactories(self: Any, *args: Any, **named: Any) -> None:  # noqa: ANN401 - as pytest's
        if "holder" in named:
            named["holder"] = lean.get(id(named["holder"]), named["holder"])
        search(self, *(lean.get(id(each), each) for each in args), **named)

    fixtures.FixtureManager.parsefactories = parsefactories


def _only(plugin: ModuleType, definition: type) -> ModuleType:
    """A module that holds the fixtures of ``plugin`` and nothing else to look through."""
    lean = ModuleType(plugin.__name__)
    vars(lean).update({name: each for name, each in vars(plugin).items() if isinstance(each, definition)})
    return lean


def _load_child_script(path: str) -> Callable[[str], Any]:
    name, folder = f"{__package__}._child_script", Path(path)
    parts = [str(folder.parent)] if folder.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=parts)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    enter: Callable[[str], Any] = module.enter
    return enter
