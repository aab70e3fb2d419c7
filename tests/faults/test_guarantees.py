"""What the engine guarantees under each fault, and the test that shows it: by kind, and by row of the table.

The rows are those of the taxonomy that faults were chosen by: crash, recovery, pause, slowness, corrupt
output, mail (lost, late, doubled, shuffled), partitions, swizzle-clog, locks (leaked, granted twice), stale
board, provider (429, 5xx, timeout and reset, overflow, spend limit, outage), disk (full, sync, torn),
file errors, wall clock, engine killed, lead lost, test runner, operator.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from engine import control
from engine.faults.catalogue import BY_KIND
from engine.record import events as ev
from tests.engine import test_cuts, test_disk_failures, test_kill, test_lifecycle
from tests.faults import (
    test_board,
    test_disk,
    test_fencing,
    test_files,
    test_life,
    test_locks,
    test_mail,
    test_output,
    test_provider,
    test_testruns,
)
from tests.helpers.faultplay import inject, timed
from tests.helpers.scripted import done, play
from tests.record import test_journal
from tests.world import test_testrunner_processes, test_testrunner_verdicts, test_workspace

Shown: TypeAlias = tuple[Callable[..., Any], ...]

BY_FAULT: dict[str, Shown] = {
    "crash": (
        test_life.test_crash_stop_gives_its_task_back_within_the_lease_and_the_run_still_completes,
        test_fencing.test_the_tasks_of_a_crashed_or_silent_owner_return_within_the_lease_whatever_the_seed,
    ),
    "stall": (
        test_life.test_after_a_pause_past_the_lease_nothing_of_the_silent_agent_lands,
        test_fencing.test_every_action_of_a_zombie_is_refused_as_fenced_and_the_refusals_are_in_the_journal,
    ),
    "slow": (test_life.test_a_slow_agent_changes_times_and_nothing_else,),
    "amnesia": (
        test_life.test_crash_recovery_with_amnesia_begins_with_an_empty_conversation_and_completes_nothing_twice,
    ),
    "holder_dies": (
        test_life.test_a_lock_holder_that_dies_blocks_the_file_no_longer_than_the_round_and_the_next_token_is_higher,
    ),
    "corrupt": (
        test_output.test_no_damage_ends_the_run_or_completes_anothers_task_or_leaves_half_a_file,
        test_output.test_orders_that_an_agent_hides_in_mail_and_files_are_quoted_and_never_act,
    ),
    "api_errors": (
        test_provider.test_after_a_429_nobody_calls_before_retry_after_and_nobody_at_the_same_moment,
        test_provider.test_server_errors_cost_a_bounded_number_of_attempts_and_then_the_turn,
    ),
    "api_timeout": (
        test_provider.test_a_call_that_times_out_ends_at_the_limit_and_is_repeated_with_the_same_prompt,
    ),
    "api_reset": (test_provider.test_of_a_reply_that_breaks_off_nothing_is_carried_out,),
    "context_overflow": (
        test_provider.test_a_prompt_that_is_too_long_is_never_sent_again_and_the_others_go_on,
    ),
    "spend_limit": (
        test_provider.test_the_spend_limit_pauses_an_attended_run_at_once_and_it_goes_on_when_resumed,
        test_provider.test_the_spend_limit_stops_a_run_that_nobody_attends_so_that_it_can_be_resumed,
    ),
    "outage": (test_provider.test_in_an_outage_nobody_loses_a_task_and_the_team_goes_on_by_itself_after_it,),
    "drop_messages": (test_mail.test_lost_mail_is_recorded_and_the_board_tells_the_truth_without_it,),
    "delay_messages": (
        test_mail.test_late_mail_arrives_once_in_a_later_prompt_with_the_round_it_was_written_in,
        test_mail.test_mail_behind_a_late_message_of_the_same_sender_waits_for_it,
    ),
    "duplicate_messages": (test_mail.test_a_message_that_comes_twice_stands_in_one_prompt_once,),
    "reorder_messages": (test_mail.test_shuffled_mail_arrives_whole_and_its_ids_show_the_order_of_writing,),
    "partition": (
        test_board.test_behind_a_cut_nothing_can_be_claimed_or_completed_so_no_task_has_two_owners,
        test_board.test_behind_a_cut_the_board_stands_still_and_after_healing_the_next_prompts_agree,
    ),
    "stale_board": (test_board.test_a_stale_board_costs_refusals_and_never_a_second_owner_or_completion,),
    "lock_leak": (test_locks.test_a_leaked_lock_is_free_when_its_lease_is_over_and_the_next_token_is_higher,),
    "lock_amnesia": (
        test_locks.test_with_two_holders_the_file_itself_refuses_the_older_token_and_keeps_the_newer_write,
        test_workspace.test_a_file_takes_no_write_under_an_older_token_than_it_has_seen,
    ),
    "file_errors": (test_files.test_the_agent_is_told_nothing_is_changed_and_the_team_goes_on,),
    "test_crash": (test_testruns.test_a_run_whose_process_dies_is_an_error_and_neither_passed_nor_failed,),
    "test_hang": (test_testruns.test_a_run_that_timed_out_is_no_evidence_and_completes_nothing,),
    "flaky_tests": (test_testruns.test_flakiness_makes_no_test_pass_and_never_touches_the_closing_run,),
    "disk_full": (
        test_disk.test_the_run_stops_with_one_sentence_and_acknowledges_nothing_that_is_not_stored,
        test_disk.test_a_new_engine_goes_on_from_what_is_stored_and_the_fault_is_over,
    ),
    "fsync_error": (test_disk.test_after_a_failed_sync_nothing_is_written_or_synced_again,),
}


def test_every_kind_of_the_catalogue_has_a_test_of_its_guarantee() -> None:
    assert set(BY_FAULT) == set(BY_KIND)
    assert all(BY_FAULT.values())


# ---------------------------------------------------------------- rows that no key injects


def _script() -> dict[str, list[Any]]:
    return {"Dev1": ["", *[done("1", "add.py")] * 3], "Dev2": ['<claim_task id="2"/>', done("2", "sub.py")]}


def test_wall_clocks_that_jump_change_nothing_of_what_a_run_records(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = '[[fault]]\nkind = "stall"\ntarget = "Dev1"\nat_round = 1\nduration_seconds = 9\n'
    as_it_is = play(_script(), plan=plan, lease_seconds=5.0, max_rounds=6).data
    jumps = iter(range(0, 10**12, 3_600_000))

    class Jumping(datetime.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            raise AssertionError("the engine asked for the time of day")

    monkeypatch.setattr(time, "time", lambda: float(-next(jumps)))
    monkeypatch.setattr(datetime, "datetime", Jumping)
    assert play(_script(), plan=plan, lease_seconds=5.0, max_rounds=6).data == as_it_is


def test_what_a_person_does_twice_at_once_or_amid_a_heal_is_ordered_recorded_and_does_no_harm() -> None:
    commands: list[tuple[float, control.AnyCommand]] = [
        (1.5, inject("crash")),
        (1.5, inject("crash")),
        (1.6, control.Heal(fault=1)),
        (1.6, control.Pause()),
        (1.7, control.Heal(fault=2)),
        (1.8, control.Resume()),
    ]
    played = timed(_script(), commands, max_rounds=6)
    assert [event.id for event in played.of(ev.FaultStarted)] == [1, 2]
    assert len(played.of(ev.AgentCrashed)) == 1  # who is down cannot fall
    assert played.one(ev.AgentRevived).seq > played.one(ev.FaultStopped, id=2).seq  # both held it down
    assert played.outcome == "completed"


BY_ROW: dict[int, Shown] = {
    1: BY_FAULT["crash"],
    2: (
        test_life.test_crash_recovery_with_memory_goes_on_with_its_conversation_under_a_new_epoch,
        *BY_FAULT["amnesia"],
    ),
    3: BY_FAULT["stall"],
    4: BY_FAULT["slow"],
    5: (
        *BY_FAULT["corrupt"],
        test_output.test_a_claim_of_being_done_completes_nothing_where_completion_needs_tests,
        test_output.test_a_different_story_for_every_teammate_changes_no_owner_and_the_board_tells_all_the_same,
    ),
    6: BY_FAULT["drop_messages"],
    7: BY_FAULT["delay_messages"],
    8: BY_FAULT["duplicate_messages"],
    9: BY_FAULT["reorder_messages"],
    10: (
        *BY_FAULT["partition"],
        test_board.test_over_a_bridge_one_agent_reaches_both_halves_which_do_not_reach_each_other,
        test_board.test_in_a_ring_each_hears_a_majority_and_no_two_hear_the_same_and_the_board_stays_in_reach,
    ),
    11: (test_board.test_a_swizzle_clog_releases_agents_in_another_order_and_the_team_completes,),
    12: (*BY_FAULT["lock_leak"], *BY_FAULT["holder_dies"]),
    13: BY_FAULT["lock_amnesia"],
    14: BY_FAULT["stale_board"],
    15: BY_FAULT["api_errors"],
    16: BY_FAULT["api_errors"],
    17: (*BY_FAULT["api_timeout"], *BY_FAULT["api_reset"]),
    18: BY_FAULT["context_overflow"],
    19: BY_FAULT["spend_limit"],
    20: (
        *BY_FAULT["outage"],
        test_provider.test_all_agents_wrong_in_the_same_way_complete_nothing_where_completion_needs_tests,
    ),
    21: (
        *BY_FAULT["disk_full"],
        test_disk_failures.test_wherever_the_journal_fails_the_run_ends_with_one_error_and_a_readable_prefix,
    ),
    22: BY_FAULT["fsync_error"],
    23: (test_journal.test_every_cut_at_every_byte_gives_the_longest_valid_prefix_and_is_no_damage,),
    24: BY_FAULT["file_errors"],
    25: (test_wall_clocks_that_jump_change_nothing_of_what_a_run_records,),
    26: (
        test_kill.test_what_was_seen_or_acknowledged_before_a_kill_stands_and_the_run_completes,
        test_cuts.test_any_strategy_cut_at_any_event_completes_and_verifies_as_the_whole_run,
    ),
    27: (
        test_life.test_without_its_lead_a_team_claims_for_itself,
        test_lifecycle.test_under_a_lead_a_lost_agents_task_waits_for_the_lead,
    ),
    28: (
        *BY_FAULT["test_hang"],
        *BY_FAULT["test_crash"],
        *BY_FAULT["flaky_tests"],
        test_testrunner_processes.test_after_a_timeout_nothing_of_the_run_lives,
        test_testrunner_verdicts.test_a_test_process_that_ends_early_is_an_error_and_passes_nothing,
    ),
    29: (test_what_a_person_does_twice_at_once_or_amid_a_heal_is_ordered_recorded_and_does_no_harm,),
}


def test_every_row_of_the_fault_table_has_a_test() -> None:
    assert sorted(BY_ROW) == list(range(1, 30))
    assert all(BY_ROW.values())
    assert all(shown.__name__.startswith("test_") for row in BY_ROW.values() for shown in row)
