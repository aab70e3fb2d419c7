"""Actions on the task graph itself: a lead adds tasks and dependencies."""

from __future__ import annotations

from engine.team import growth
from engine.team.acts.base import Act, Ask, refuse
from engine.team.member import Team


class GraphActs:
    """See ``table``."""

    def __init__(self, team: Team) -> None:
        self._team = team

    def table(self) -> dict[str, Act]:
        """The actions by name."""
        return {"add_task": self._add_task, "add_dependency": self._add_dependency}

    async def _add_task(self, ask: Ask) -> bool:
        if ask.member.spec.role != "lead":
            return refuse(self._team, ask, "", "not_allowed", "Only a lead adds tasks.")
        args = ask.args
        try:
            growth.add_task(
                self._team,
                args["title"],
                _words(args["file"]),
                ask.body,
                _words(args.get("after", "")),
                ask.name,
                ask.turn,
            )
        except growth.DoesNotFit as refused:
            return refuse(self._team, ask, args["title"].strip(), refused.reason, refused.sentence)
        return True

    async def _add_dependency(self, ask: Ask) -> bool:
        task, on = ask.args["id"].strip(), ask.args["on"].strip()
        if ask.member.spec.role != "lead":
            return refuse(self._team, ask, task, "not_allowed", "Only a lead adds dependencies.")
        try:
            growth.add_dependency(self._team, task, on, ask.name, ask.turn)
        except growth.DoesNotFit as refused:
            return refuse(self._team, ask, task, refused.reason, refused.sentence)
        return True


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
