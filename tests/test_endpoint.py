"""Which model a setting names, where its key comes from, and whom it may be sent to."""

from __future__ import annotations

import pytest

from qa.endpoint import LLMSettingError, read_setting

KEY = {"FOOTNOTE_LLM_KEY_ENV": "MY_KEY", "MY_KEY": "sk-1"}


@pytest.mark.parametrize(
    ("setting", "url", "model"),
    [
        ("ollama/qwen3:4b", "http://127.0.0.1:11434/v1", "qwen3:4b"),
        ("ollama/hf.co/some/model:Q4", "http://127.0.0.1:11434/v1", "hf.co/some/model:Q4"),
        ("lmstudio/qwen", "http://127.0.0.1:1234/v1", "qwen"),
        ("llamacpp/any", "http://127.0.0.1:8080/v1", "any"),
        ("vllm/any", "http://127.0.0.1:8000/v1", "any"),
        ("http://10.0.0.7:9000/v1/#big", "http://10.0.0.7:9000/v1", "big"),
        ("https://models.example/v1#org/model#2", "https://models.example/v1", "org/model#2"),
    ],
)
def test_a_setting_names_a_server_and_a_model(setting: str, url: str, model: str) -> None:
    endpoint = read_setting(setting, {})
    assert (endpoint.url, endpoint.model, endpoint.key) == (url, model, None)


def test_a_key_comes_only_from_the_variable_that_the_user_names() -> None:
    elsewhere = {"OPENAI_API_KEY": "sk-0", "FOOTNOTE_LLM_KEY": "sk-0", "OPENAI_BASE_URL": "http://evil.example"}
    assert read_setting("ollama/m", elsewhere).key is None
    with pytest.raises(LLMSettingError, match="FOOTNOTE_LLM_KEY_ENV"):
        read_setting("openai/gpt-x", elsewhere)
    endpoint = read_setting("openai/gpt-x", elsewhere | KEY)
    assert (endpoint.url, endpoint.key) == ("https://api.openai.com/v1", "sk-1")
    assert "sk-1" not in repr(endpoint)


@pytest.mark.parametrize("value", ["", "  ", "sk 1\nX-Evil: 1", "schlüssel"])
def test_a_key_that_is_none_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(LLMSettingError) as refused:
        read_setting("ollama/m", {"FOOTNOTE_LLM_KEY_ENV": "MY_KEY", "MY_KEY": value})
    assert "MY_KEY" in str(refused.value)
    assert not value.strip() or value not in str(refused.value)


@pytest.mark.parametrize("host", ["models.example", "10.0.0.7", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_a_key_is_not_sent_in_the_clear_to_another_machine(host: str) -> None:
    with pytest.raises(LLMSettingError, match="plain http"):
        read_setting(f"http://{host}/v1#m", KEY)
    assert read_setting(f"https://{host}/v1#m", KEY).key == "sk-1"
    assert read_setting(f"http://{host}/v1#m", {}).key is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.9.9.9"])
def test_a_key_may_go_to_this_machine(host: str) -> None:
    assert read_setting(f"http://{host}:8080/v1#m", KEY).key == "sk-1"
