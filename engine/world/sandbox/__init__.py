"""Where agent-written code runs: the seam that a sandbox plugs into."""

from engine.world.sandbox.base import Sandbox, Unsandboxed

__all__ = ["Sandbox", "Unsandboxed"]
