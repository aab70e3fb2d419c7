"""Which variables the providers behind litellm need; known without importing litellm, which takes seconds.

Sources: litellm 1.105.3, ``validate_environment`` and the bundled cost map.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

Need: TypeAlias = tuple[tuple[str, ...], ...]
"""Every group must be met; a group is met by any one of its variables."""


def _key(*names: str) -> Need:
    return (names,)


NEEDS: dict[str, Need] = {
    "ai21": _key("AI21_API_KEY"),
    "anthropic": _key("ANTHROPIC_API_KEY"),
    "azure": (("AZURE_API_KEY",), ("AZURE_API_BASE",)),
    "azure_ai": (("AZURE_AI_API_KEY",), ("AZURE_AI_API_BASE",)),
    "baseten": _key("BASETEN_API_KEY"),
    "cerebras": _key("CEREBRAS_API_KEY"),
    "codestral": _key("CODESTRAL_API_KEY"),
    "cohere": _key("COHERE_API_KEY", "CO_API_KEY"),
    "cohere_chat": _key("COHERE_API_KEY", "CO_API_KEY"),
    "dashscope": _key("DASHSCOPE_API_KEY"),
    "databricks": (("DATABRICKS_API_KEY",), ("DATABRICKS_API_BASE",)),
    "deepinfra": _key("DEEPINFRA_API_KEY"),
    "deepseek": _key("DEEPSEEK_API_KEY"),
    "featherless_ai": _key("FEATHERLESS_AI_API_KEY"),
    "fireworks_ai": _key(
        "FIREWORKS_AI_API_KEY", "FIREWORKS_API_KEY", "FIREWORKSAI_API_KEY", "FIREWORKS_AI_TOKEN"
    ),
    "gemini": _key("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "groq": _key("GROQ_API_KEY"),
    "huggingface": _key("HF_TOKEN", "HUGGINGFACE_API_KEY"),
    "hyperbolic": _key("HYPERBOLIC_API_KEY"),
    "mistral": _key("MISTRAL_API_KEY"),
    "moonshot": _key("MOONSHOT_API_KEY"),
    "nebius": _key("NEBIUS_API_KEY"),
    "novita": _key("NOVITA_API_KEY"),
    "nvidia_nim": _key("NVIDIA_NIM_API_KEY"),
    "openai": _key("OPENAI_API_KEY"),
    "openrouter": _key("OPENROUTER_API_KEY"),
    "perplexity": _key("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
    "replicate": _key("REPLICATE_API_KEY"),
    "sambanova": _key("SAMBANOVA_API_KEY"),
    "together_ai": _key("TOGETHERAI_API_KEY", "TOGETHER_API_KEY", "TOGETHER_AI_TOKEN"),
    "vercel_ai_gateway": _key("VERCEL_AI_GATEWAY_API_KEY"),
    "volcengine": _key("VOLCENGINE_API_KEY"),
    "xai": _key("XAI_API_KEY"),
    "zai": _key("ZAI_API_KEY"),
    # Local servers, and providers whose own tools keep the credentials, need no variable.
    "bedrock": (),
    "hosted_vllm": (),
    "lemonade": (),
    "llamafile": (),
    "lm_studio": (),
    "ollama": (),
    "ollama_chat": (),
    "sagemaker": (),
    "vertex_ai": (),
    "vllm": (),
    "xinference": (),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A variable that is not set: its usual name, and the other names that would do."""

    variable: str
    alternatives: tuple[str, ...]


def missing(provider: str, environ: Mapping[str, str]) -> Missing | None:
    """Return the first variable that ``provider`` lacks, or None; raises ``KeyError`` if it is unknown."""
    for group in NEEDS[provider]:
        if not any(environ.get(name) for name in group):
            return Missing(group[0], group[1:])
    return None


def arguments(provider: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Credentials and address as keyword arguments of a litellm call, so that they need not be exported."""
    found: dict[str, str] = {}
    for argument, names in _ARGUMENTS.get(provider, _usual(provider)).items():
        value = next((environ[name] for name in names if environ.get(name)), None)
        if value is not None:
            found[argument] = value
    return found


def secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Values that must never be shown: whatever a variable with a telling name holds."""
    telling = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")
    # Values below eight characters are no keys; hiding them would riddle ordinary words.
    return tuple(
        sorted(
            {
                value
                for name, value in environ.items()
                if len(value) >= 8 and any(word in name.upper() for word in telling)
            },
            key=len,
            reverse=True,
        )
    )


def _usual(provider: str) -> dict[str, tuple[str, ...]]:
    prefix = provider.removesuffix("_chat").upper()
    key = NEEDS.get(provider) or ((f"{prefix}_API_KEY",),)
    return {"api_key": key[0], "api_base": (f"{prefix}_API_BASE", f"{prefix}_BASE_URL")}


_AWS_ARGUMENTS = {
    "aws_access_key_id": ("AWS_ACCESS_KEY_ID",),
    "aws_secret_access_key": ("AWS_SECRET_ACCESS_KEY",),
    "aws_session_token": ("AWS_SESSION_TOKEN",),
    "aws_profile_name": ("AWS_PROFILE",),
    "aws_region_name": ("AWS_REGION", "AWS_REGION_NAME", "AWS_DEFAULT_REGION"),
}
_ARGUMENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "azure": {
        "api_key": ("AZURE_API_KEY",),
        "api_base": ("AZURE_API_BASE",),
        "api_version": ("AZURE_API_VERSION",),
    },
    "bedrock": _AWS_ARGUMENTS,
    "sagemaker": _AWS_ARGUMENTS,
    "vertex_ai": {
        "vertex_project": ("VERTEXAI_PROJECT", "GOOGLE_CLOUD_PROJECT"),
        "vertex_location": ("VERTEXAI_LOCATION",),
        "vertex_credentials": ("VERTEXAI_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"),
    },
}


@lru_cache(maxsize=1)
def cost_map() -> Mapping[str, Mapping[str, object]]:
    """Names of models and what litellm's bundled list says of them (3 MB of JSON, read in about 30 ms).

    Empty if litellm is not installed or keeps no such list.
    """
    spec = importlib.util.find_spec("litellm")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "model_prices_and_context_window_backup.json"
        if path.is_file():
            listed: Mapping[str, Mapping[str, object]] = json.loads(path.read_text(encoding="utf-8"))
            return listed
    return {}


def provider_of(name: str) -> str | None:
    """Provider of a litellm model name: its prefix, or for a bare name what the bundled list says."""
    prefix, slash, _ = name.partition("/")
    if slash:
        return prefix
    listed = cost_map().get(name, {}).get("litellm_provider")
    if not isinstance(listed, str):
        return None
    # "vertex_ai-anthropic_models" and "bedrock_converse" are families within one provider.
    family = listed.split("-")[0].removesuffix("_converse")
    return family if family in NEEDS else listed
