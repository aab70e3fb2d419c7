"""Every fault by name: what it disturbs, what it takes, what to expect, what the engine keeps."""

from __future__ import annotations

from engine.faults.spec import FaultSpec, ParamSpec, Seam, seconds, share

__all__ = ["BY_KIND", "FAULTS", "FaultSpec", "ParamSpec", "Seam"]

_LIFE = (
    FaultSpec(
        "crash",
        "lifecycle",
        "crash an agent",
        "The agent is down and its turn is lost; its tasks and locks return after the lease. "
        "Healing revives it with its memory and a new epoch.",
        "Its tasks are free again when the lease ends, no file is half written, and the team goes on.",
        led="--lead-lost says who follows a lost lead.",
    ),
    FaultSpec(
        "stall",
        "model",
        "stall an agent",
        "Its reply is withheld until healed; past the lease its tasks and locks return to the team.",
        "Nothing that it sends after its lease takes effect.",
    ),
    FaultSpec(
        "slow",
        "model",
        "slow an agent down",
        "Every reply takes the factor longer; the others wait for it at the barrier.",
        "Nothing but time is lost.",
        (ParamSpec("factor", 4.0, "×", "how many times slower", minimum=1.0, maximum=1_000.0),),
    ),
    FaultSpec(
        "amnesia",
        "lifecycle",
        "crash an agent and its memory",
        "As a crash, but healing revives it with an empty conversation: it is told everything anew.",
        "It comes back with a new epoch, knows no file version, and completes nothing twice.",
    ),
    FaultSpec(
        "holder_dies",
        "locks",
        "crash it at its next lock",
        "The agent crashes right after its next edit, holding the lock on the file.",
        "Whoever waits gets the lock, with a higher token, when the open turns or the lease are over.",
        (seconds("down_seconds", 0.0, "until it is revived; 0: until healed"),),
        once=True,
    ),
)

_OUTPUT = (
    FaultSpec(
        "corrupt",
        "model",
        "corrupt its next reply",
        "The next reply is damaged in the given way; no damage may end the run or leave half a file.",
        "A damaged reply never raises in the engine and acts within its agent's rights only.",
        (
            ParamSpec(
                "mode",
                "operator",
                "",
                "what is damaged",
                choices=(
                    "operator",
                    "empty",
                    "truncated",
                    "malformed",
                    "claims_done",
                    "other_task",
                    "nested",
                    "repetition",
                    "refusal",
                    "equivocation",
                    "injection",
                ),
            ),
        ),
        once=True,
    ),
)

_API = (
    FaultSpec(
        "api_errors",
        "model",
        "make its model calls fail",
        "Calls fail with the status until healed; attempts are bounded, "
        "then the turn is lost, never the run.",
        "No call is repeated before the provider's retry-after, and never more than four times a turn.",
        (
            ParamSpec("status", 500.0, "", "HTTP status: 429, 500, 529", minimum=400.0, maximum=599.0),
            share("probability", "calls that fail"),
            seconds("retry_after", 2.0, "for 429: what the provider asks for", maximum=600.0),
        ),
    ),
    FaultSpec(
        "api_timeout",
        "model",
        "let its model calls time out",
        "The provider is silent until the limit, then the call is repeated; every attempt costs the limit.",
        "The attempt ends at the limit; nothing of a call without an answer is carried out.",
        (
            seconds("limit", 60.0, "until a call is given up", maximum=3_600.0),
            share("probability", "calls that time out"),
        ),
    ),
    FaultSpec(
        "api_reset",
        "model",
        "break connections in mid-reply",
        "The connection breaks before the end of the reply; what had come of it is thrown away.",
        "Text of a broken reply is never carried out; the call is repeated with the same prompt.",
        (share("probability", "calls that break"),),
    ),
    FaultSpec(
        "context_overflow",
        "model",
        "let its context overflow",
        "The provider says that the prompt is too long: its conversation loses its older half, again and "
        "again, and each of its turns is lost when there is nothing left to drop.",
        "The same prompt is never sent again, only a shorter one; the others go on.",
    ),
    FaultSpec(
        "spend_limit",
        "model",
        "reach the spend limit",
        "The provider takes no more calls of this account: the whole team pauses, or, when nobody watches, "
        "stops and can be resumed.",
        "No attempt is repeated, and no turn after it begins until somebody resumes.",
        with_engine=True,
    ),
    FaultSpec(
        "outage",
        "model",
        "take the provider down",
        "Every call fails at once with 503 until healed; all disturbed agents lose their turns.",
        "Attempts are bounded, nobody loses a task, and the team goes on by itself after it.",
    ),
)

_MAIL = (
    FaultSpec(
        "drop_messages",
        "mailbox",
        "drop its messages",
        "Mail to and from the agent is lost with the given probability; the board stays true.",
        "Every loss is recorded, and no decision of the engine depends on mail.",
        (share("probability", "messages lost"),),
    ),
    FaultSpec(
        "delay_messages",
        "mailbox",
        "delay its messages",
        "Mail to and from the agent arrives later, with the round in which it was written.",
        "Everything arrives once, one sender's messages in the order of writing; healing brings them now.",
        (seconds("seconds", 20.0, "how much later"), share("probability", "messages delayed")),
    ),
    FaultSpec(
        "duplicate_messages",
        "mailbox",
        "deliver its messages twice",
        "Mail to and from the agent is brought a second time.",
        "A message stands in one prompt once; the copy is recorded and shown to nobody.",
        (
            share("probability", "messages brought twice"),
            seconds("seconds", 5.0, "how much later the copy comes"),
        ),
    ),
    FaultSpec(
        "reorder_messages",
        "mailbox",
        "shuffle its messages",
        "Mail to and from the agent is held for a while and then brought in another order.",
        "Everything arrives once; ids and rounds in the prompt show the order of writing.",
        (seconds("seconds", 10.0, "how long mail is held"),),
    ),
    FaultSpec(
        "partition",
        "board",
        "cut it off the team",
        "No mail crosses the cut, and those behind it cannot change the board and see it as it was. "
        "one_way: they hear and see everything, but nothing that they send arrives.",
        "A task is never claimed on both sides; after healing the next prompts agree.",
        (
            ParamSpec(
                "shape",
                "halves",
                "",
                "halves: they reach each other; isolate: nobody; bridge: halves, and one of the others "
                "reaches both; ring: each reaches a majority, its neighbours, and the board",
                choices=("halves", "isolate", "one_way", "bridge", "ring"),
            ),
        ),
    ),
)

_WORLD = (
    FaultSpec(
        "stale_board",
        "board",
        "show it an old board",
        "Its prompts show the board as it was some changes ago.",
        "Claims and completions are judged by the true board: what is taken stays taken.",
        (ParamSpec("changes", 5.0, "", "how many changes old", minimum=1.0, maximum=10_000.0),),
    ),
    FaultSpec(
        "lock_leak",
        "locks",
        "let it leak its locks",
        "Its locks are not released at the barrier but only when the lease after it ends, or healed.",
        "Who waits for the file gets it, with a higher token, within the lease.",
    ),
    FaultSpec(
        "lock_amnesia",
        "locks",
        "let locks be forgotten for it",
        "Its edits are granted files that others hold, so that two hold one file at once; "
        "the newer lock has the higher token.",
        "The file takes only the newest token: what the older holder writes after that is refused as fenced.",
    ),
    FaultSpec(
        "file_errors",
        "workspace",
        "let its file access fail",
        "Reading and writing files fails with the given error of the operating system.",
        "The agent is told and nothing was changed; the engine and the others go on.",
        (
            ParamSpec(
                "error",
                "EACCES",
                "",
                "EACCES: no permission; EMFILE: too many open files; EROFS: read-only; EIO: broken disk",
                choices=("EACCES", "EMFILE", "EROFS", "EIO"),
            ),
            share("probability", "accesses that fail"),
        ),
    ),
    FaultSpec(
        "test_crash",
        "tests",
        "kill its test runs",
        "Its test runs die in the middle, as when memory runs out; the verdict is error.",
        "A run that died counts neither as passed nor as failed, and completes nothing.",
        (share("probability", "runs that die"),),
    ),
    FaultSpec(
        "test_hang",
        "tests",
        "let its test runs hang",
        "Its test runs end at the limit with the verdict timeout; only this agent waits.",
        "A run that timed out counts neither as passed nor as failed, and completes nothing.",
        (seconds("limit", 60.0, "until a run is stopped", maximum=3_600.0),),
    ),
    FaultSpec(
        "flaky_tests",
        "tests",
        "make its tests flaky",
        "Tests that pass fail now and then in its runs.",
        "No test passes that did not; the closing run is never disturbed.",
        (share("probability", "passing tests that fail", 0.2),),
    ),
    FaultSpec(
        "disk_full",
        "journal",
        "fill the disk",
        "The next write of the journal finds no space: the run stops with one sentence.",
        "Nothing is acknowledged that is not stored; the run can be read, and resumed when there is space.",
        whole_run=True,
        with_engine=True,
    ),
    FaultSpec(
        "fsync_error",
        "journal",
        "let a disk sync fail",
        "The next sync of the journal fails: the run stops with one sentence.",
        "A failed sync is never tried again and never counted as done; the run can be read and resumed.",
        whole_run=True,
        with_engine=True,
    ),
)

FAULTS: tuple[FaultSpec, ...] = (*_LIFE, *_OUTPUT, *_API, *_MAIL, *_WORLD)
"""In the order in which dialogs show them."""

BY_KIND = {spec.kind: spec for spec in FAULTS}
"""The same, by kind."""
