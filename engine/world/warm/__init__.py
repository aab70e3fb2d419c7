"""The warm test processes: a server that has imported pytest and forks a fresh test process per run.

These modules run outside the engine's process. They import the standard library and pytest only, and each
other by relative names: the server loads this folder under a private package name, so that a workspace may
hold an ``engine.py`` of its own. ``wire`` and ``processes`` are also used by the engine's side.

    engine ──control socket──► server ──fork──► keeper ──fork──► test process ──► whatever agents' code starts
       └───────one socket per run───────────────────┘

The engine makes a socket pair per run and passes one end through the server to the keeper, so the server
never sees a run's content and a run outlives neither the engine nor its own deadline.
"""
