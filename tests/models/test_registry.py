from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.models import providers, registry
from engine.models.environment import environment
from engine.models.pricing import NOTIONAL
from engine.models.registry import SIMULATED, check, create, resolve


async def no_sleep(seconds: float) -> None:
    return None


def refusal(name: str, environ: dict[str, str]) -> str:
    with pytest.raises(UsageError) as caught:
        check(name, environ)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2
    return str(caught.value)


# ------------------------------------------------------------ names


@pytest.mark.parametrize("name", SIMULATED)
def test_simulated_models_need_no_key_and_answer_from_here(name: str) -> None:
    check(name, {})
    model = create(name, seed=1, sleep=no_sleep, environ={})
    assert (model.name, model.real) == (name, False)


def test_an_unknown_simulated_model_names_the_nearest_one() -> None:
    assert 'Did you mean "sim/gemini-3-flash"?' in refusal("sim/gemini-3-flesh", {})


def test_other_names_are_litellms() -> None:
    info = resolve("anthropic/claude-sonnet-4-6")
    assert (info.real, info.provider, info.price) == (True, "anthropic", None)
    assert resolve("ollama/llama3").provider == "ollama"


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("gpt-5.2", "openai"),
        ("claude-sonnet-4-6", "anthropic"),
        ("gemini-3-flash-preview", "vertex_ai"),
        ("us.anthropic.claude-sonnet-4-6", "bedrock"),
    ],
)
def test_a_bare_name_has_the_provider_that_litellm_lists(name: str, provider: str) -> None:
    assert resolve(name).provider == provider


def test_a_bare_name_that_nobody_lists_names_the_nearest_and_the_form() -> None:
    said = refusal("gpt-5.22", {})
    assert "provider/model" in said
    assert "Did you mean" in said


def test_an_unknown_provider_names_the_nearest_one() -> None:
    assert 'Did you mean "anthropic"?' in refusal("antropic/claude-sonnet-4-6", {})


def test_a_provider_without_a_model_is_no_name() -> None:
    assert "openai/MODEL" in refusal("openai/", {"OPENAI_API_KEY": "x"})


def test_control_bytes_in_a_name_are_not_repeated() -> None:
    assert "\x1b" not in refusal("sim/\x1b[2Jclaude", {})


# ------------------------------------------------------------ keys


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("anthropic/claude-sonnet-4-6", "ANTHROPIC_API_KEY"),
        ("openai/gpt-5.2", "OPENAI_API_KEY"),
        ("gemini/gemini-3-flash-preview", "GEMINI_API_KEY"),
        ("groq/llama-3.3-70b", "GROQ_API_KEY"),
        ("gpt-5.2", "OPENAI_API_KEY"),
    ],
)
def test_a_missing_key_names_the_variable(name: str, variable: str) -> None:
    assert variable in refusal(name, {})
    check(name, {variable: "x"})


def test_an_empty_key_is_a_missing_key() -> None:
    assert "OPENAI_API_KEY" in refusal("openai/gpt-5.2", {"OPENAI_API_KEY": ""})


def test_any_of_the_variables_that_a_provider_accepts_will_do() -> None:
    check("gemini/gemini-3-flash-preview", {"GOOGLE_API_KEY": "x"})


def test_a_provider_that_needs_an_address_as_well_says_so() -> None:
    assert "AZURE_API_BASE" in refusal("azure/gpt-5.2", {"AZURE_API_KEY": "x"})


@pytest.mark.parametrize("name", ["ollama/llama3", "ollama_chat/llama3", "lm_studio/x", "hosted_vllm/x"])
def test_local_models_need_no_key(name: str) -> None:
    check(name, {})


def test_a_model_without_its_key_is_not_made() -> None:
    with pytest.raises(UsageError):
        create("openai/gpt-5.2", seed=1, sleep=no_sleep, environ={})


def test_keys_and_addresses_become_arguments_of_the_call() -> None:
    given = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:1", "OTHER": "x"}
    assert providers.arguments("openai", given) == {"api_key": "k", "api_base": "http://127.0.0.1:1"}
    assert providers.arguments("ollama", {"OLLAMA_API_BASE": "b"}) == {"api_base": "b"}
    assert providers.arguments("bedrock", {"AWS_REGION": "r"}) == {"aws_region_name": "r"}


def test_secrets_are_the_values_of_telling_variables() -> None:
    found = providers.secrets(
        {"OPENAI_API_KEY": "longenough1", "HF_TOKEN": "longenough22", "HOME": "/home/me"}
    )
    assert found == ("longenough22", "longenough1")


def test_an_env_file_is_read_and_the_real_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text('OPENAI_API_KEY="from file"\nGROQ_API_KEY=a${HOME}\nEMPTY=\n')
    monkeypatch.setenv("OPENAI_API_KEY", "from outside")
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    found = environment(tmp_path)
    assert found["OPENAI_API_KEY"] == "from outside"
    assert found["GROQ_API_KEY"] == "a${HOME}"
    assert "EMPTY" not in found


def test_an_env_file_never_reaches_the_environment_of_other_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("TEAMTOP_CANARY_KEY=secret\n")
    monkeypatch.chdir(tmp_path)
    assert environment()["TEAMTOP_CANARY_KEY"] == "secret"
    seen = subprocess.run(
        [sys.executable, "-c", "import os; print('TEAMTOP_CANARY_KEY' in os.environ)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "False"


def test_an_env_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"KEY=\xff\xfe\n")
    with pytest.raises(UsageError, match=r"\.env cannot be read"):
        environment(tmp_path)


def test_a_folder_without_an_env_file_gives_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAMTOP_CANARY", "x")
    assert environment(tmp_path)["TEAMTOP_CANARY"] == "x"


# ------------------------------------------------------------ prices, and what it costs to ask


def test_notional_prices_are_the_list_prices_of_the_namesakes() -> None:
    listed = providers.cost_map()
    assert set(NOTIONAL) == {name for name in SIMULATED if name != "sim/perfect"}
    for price in NOTIONAL.values():
        entry = listed[price.listed_as]
        assert entry["input_cost_per_token"] == pytest.approx(price.input / 1e6)
        assert entry["output_cost_per_token"] == pytest.approx(price.output / 1e6)


def test_a_reply_is_priced_by_its_tokens() -> None:
    assert NOTIONAL["sim/claude-sonnet-4-6"].cost(1_000_000, 100_000) == pytest.approx(4.5)


def test_asking_for_a_model_imports_neither_litellm_nor_polars() -> None:
    script = (
        "import sys\n"
        "from engine.models import registry\n"
        "from engine.errors import UsageError\n"
        "for name in ('sim/perfect', 'openai/gpt-5.2', 'gpt-5.2', 'nobody'):\n"
        "    try:\n"
        "        registry.check(name, {})\n"
        "    except UsageError:\n"
        "        pass\n"
        "registry.create('sim/gpt-5.2', seed=1, sleep=None)\n"
        "registry.create('ollama/llama3', seed=1, sleep=None, environ={})\n"
        "print(sorted({'litellm', 'polars', 'textual'} & set(sys.modules)))\n"
    )
    root = Path(registry.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"


def test_a_name_like_no_other_is_told_the_simulated_models_and_not_thousands_of_others() -> None:
    with pytest.raises(UsageError) as told:
        resolve("foo")
    assert str(told.value) == (
        '"foo" is not a model that litellm lists: write provider/model. '
        "Simulated are sim/claude-sonnet-4-6, sim/gemini-3-flash, sim/gpt-5.2, sim/perfect."
    )
