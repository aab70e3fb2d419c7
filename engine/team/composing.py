"""The next prompt of an agent, made from the ground of all and from what has gathered for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from engine.models.base import Message
from engine.record import events as ev
from engine.team import prompts
from engine.team.drafts import Draft, Drafts
from engine.team.ground import Ground
from engine.team.telling import Telling
from engine.team.thread import Thread

TASKS_SHOWN = 40
"""Full task texts per prompt: twice the paper's suites. A generated suite opens thousands of tasks at once,
which would fill any model's context; the others are named with a pointer to show_task."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The next message to an agent, what it shows, and the digest of the whole conversation with it."""

    message: Message
    seen: ev.Seen
    request: str


class Composer:
    """Reads the folds; changes nothing."""

    def __init__(self, ground: Ground, drafts: Drafts, telling: Telling) -> None:
        self._ground = ground
        self._drafts = drafts
        self._telling = telling

    def brief(self, thread: Thread) -> str:
        """What an agent is told before all else."""
        ground = self._ground
        assert ground.run is not None
        assert ground.strategy is not None
        mine = list(ground.owned[thread.spec.name])
        return prompts.brief(ground.run, thread.spec, ground.strategy, mine, ground.shape.team)

    def prompt(self, thread: Thread, round_: int, board_version: int | None) -> Prompt:
        """The prompt for the agent's own round ``round_``, with that version of the board; null: as it is."""
        ground = self._ground
        run, strategy, files, tasks = ground.run, ground.strategy, ground.files, ground.shape.tasks
        assert run is not None
        assert strategy is not None
        agent = thread.spec.name
        version, board, board_digest = ground.boards.text(board_version)
        parts = [f"# Round {round_}\n", board]
        if thread.changed_team:
            mine, members = list(ground.owned[agent]), ground.shape.team
            parts.append(prompts.team_changed(run, thread.spec, strategy, mine, members))
        if thread.changed_role:
            parts.append(prompts.role_changed(run, thread.spec, strategy))
        changed = [(path, files[path].version) for path in thread.changed]
        shown_files = self._files_to_show(thread)
        if changed:
            parts.append(prompts.changes((p, v, files[p].author) for p, v in changed))
        if thread.outcomes:
            parts.append(prompts.outcomes(thread.outcomes))
        if thread.mail:
            mails = [ground.mail[message_id] for message_id in thread.mail]
            parts.append(prompts.mail((m.id, m.sender, m.round, m.text) for m in mails))
        if thread.news and thread.messages:  # whoever begins reads it in the brief
            parts.append(prompts.news(thread.news, ground.shape.team))
        tasks_shown, more = self._tasks_to_show(thread)
        parts.extend(prompts.task_section(tasks[task]) for task in tasks_shown)
        if more:
            parts.append(prompts.more_tasks(more))
        to_review = [task for task, reviewer in ground.reviewers.items() if reviewer == agent]
        if to_review:
            names = ((task, tasks[task].name, ground.status[task][1]) for task in to_review)
            parts.append(prompts.reviews(names))
        own = self._drafts.by(agent)
        if own:
            parts.append(prompts.drafts(self._draft_row(draft) for draft in own))
        for path in shown_files:
            file = files[path]
            parts.append(prompts.file_section(path, file.version, file.author, file.content))
        parts += (
            prompts.file_section(path, draft.bases[path], f"{agent}, your copy", draft.files[path])
            for draft in own
            for path in draft.files
            if path in thread.unseen_drafts
        )
        parts.append(prompts.reply_section(agent))
        seen = ev.Seen(
            board=version,
            files=tuple((path, files[path].version) for path in shown_files),
            changes=tuple(changed),
            tasks=tuple(tasks_shown),
            mail=tuple(thread.mail),
            drafts=tuple(draft.id for draft in own),
        )
        before = thread.digest if thread.messages else self.brief(thread).encode()
        digest = hashlib.blake2b(before, digest_size=16)
        for part in parts:
            digest.update(board_digest if part is board else part.encode())
        return Prompt(Message("user", tuple(parts)), seen, digest.hexdigest())

    def _draft_row(self, draft: Draft) -> tuple[str, str, str, str]:
        votes, needed = len(self._drafts.votes(draft.task)), self._drafts.needed(draft.task)
        waits = draft.kind == "version" and draft.run and votes < needed
        name = self._ground.shape.tasks[draft.task].name
        return draft.task, draft.kind, "submitted" if waits else "open", name

    def _tasks_to_show(self, thread: Thread) -> tuple[list[str], int]:
        ground, agent = self._ground, thread.spec.name
        open_ = (*ground.owned[agent], *(draft.task for draft in self._drafts.by(agent)))
        fresh = [task for task in open_ if task not in thread.tasks_shown]
        if self._may_claim(thread.spec):
            fresh += [task for task in ground.claimable if task not in thread.tasks_shown]
        elif thread.spec.role == "lead":
            fresh += [task for task in ground.shape.tasks if task not in thread.tasks_shown]
        order = dict.fromkeys([*thread.wanted_tasks, *fresh])
        return list(order)[:TASKS_SHOWN], max(0, len(order) - TASKS_SHOWN)

    def _may_claim(self, agent: ev.AgentSpec) -> bool:
        ground, strategy = self._ground, self._ground.strategy
        if agent.role == "lead" or strategy is None or strategy.versions:
            return False
        if strategy.claims or not strategy.has_lead:
            return strategy.claims
        if ground.run is not None and ground.run.lead_lost == "promote":
            return bool(ground.leaderless)
        gone = {*ground.lost, ground.leaderless}
        threads = self._telling.threads.items()
        return all(name in gone for name, thread in threads if thread.spec.role == "lead")

    def _files_to_show(self, thread: Thread) -> list[str]:
        ground = self._ground
        paths = dict.fromkeys(path for path in thread.wanted_files if path in ground.files)
        for task in ground.owned[thread.spec.name]:
            for path in ground.task_files[task]:
                file = ground.files.get(path)
                if file is None:
                    continue
                unread = not file.version and path not in thread.files_shown
                if unread or (path in thread.changed and file.author != thread.spec.name):
                    paths[path] = None
        return list(paths)
