"""What things are called: the names that are written, and those that are read beside them.

Written are those of the semantic conventions for generative AI as of version 1.37 (their status is
Development, so they change). Read are also older ones, OpenInference's and OpenLLMetry's, in that order. No
convention knows locks, claims, rounds or faults: those are span events in a namespace of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"
"""Of what is written."""

OWN = "teamtop."
"""Begins the names of our own span events and attributes; an event's are fields of a team log's line."""

SEQ, END_SEQ, TURN = "teamtop.seq", "teamtop.end_seq", "teamtop.turn"
"""Attributes of our own spans: what orders their start and end at equal times, and of which turn they are."""

Thing: TypeAlias = Literal[
    "operation",
    "provider",
    "agent",
    "agent_id",
    "description",
    "workflow",
    "model",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "cost_usd",
    "input",
    "output",
    "tool",
    "arguments",
    "result",
    "error",
]

NAMES: Mapping[Thing, tuple[str, ...]] = {
    "operation": (
        "gen_ai.operation.name",
        "openinference.span.kind",
        "traceloop.span.kind",
        "llm.request.type",
    ),
    "provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"),
    "agent": ("gen_ai.agent.name", "agent.name", "graph.node.id"),
    "agent_id": ("gen_ai.agent.id",),
    "description": ("gen_ai.agent.description",),
    "workflow": ("gen_ai.workflow.name", "traceloop.workflow.name"),
    "model": (
        "gen_ai.response.model",
        "gen_ai.request.model",
        "llm.model_name",
        "llm.response.model",
        "llm.request.model",
    ),
    "input_tokens": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"),
    "output_tokens": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
    ),
    "cached_tokens": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "llm.token_count.prompt_details.cache_read",
    ),
    "reasoning_tokens": (
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "llm.token_count.completion_details.reasoning",
    ),
    "cost_usd": ("teamtop.cost_usd", "llm.cost.total"),
    "input": ("gen_ai.input.messages", "gen_ai.prompt", "input.value"),
    "output": ("gen_ai.output.messages", "gen_ai.completion", "output.value"),
    "tool": ("gen_ai.tool.name", "tool.name", "traceloop.entity.name"),
    "arguments": (
        "gen_ai.tool.call.arguments",
        "tool.parameters",
        "input.value",
        "traceloop.entity.input",
    ),
    "result": ("gen_ai.tool.call.result", "output.value", "traceloop.entity.output"),
    "error": ("error.type", "exception.type"),
}
"""The first name of each is the one that is written."""

Operation: TypeAlias = Literal["chat", "invoke_agent", "create_agent", "execute_tool", ""]

OPERATIONS: Mapping[str, Operation] = {
    "chat": "chat",
    "text_completion": "chat",
    "generate_content": "chat",
    "completion": "chat",
    "llm": "chat",
    "invoke_agent": "invoke_agent",
    "agent": "invoke_agent",
    "create_agent": "create_agent",
    "execute_tool": "execute_tool",
    "tool": "execute_tool",
}
"""Values of ``operation``, in small letters. Others (workflows, chains, retrieval) tell nothing of a team."""


def written(thing: Thing) -> str:
    """What it is called in what is written."""
    return NAMES[thing][0]
