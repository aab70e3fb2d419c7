"""Where agent-written code runs: rungs of confinement, the probe that each must pass, and the choice."""

from engine.world.sandbox.base import Sandbox, Unsandboxed

__all__ = ["Sandbox", "Unsandboxed"]
