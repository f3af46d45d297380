"""The environment, read once: defaults, every variable, and errors that name the variable and show no secret."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import PREFIX, TELEGRAM, Address, Settings, SettingsError

TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz_01234"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)


def test_defaults_need_nothing() -> None:
    assert Settings.load().model_dump() == {
        "bot_token": None,
        "bot_api_url": TELEGRAM,
        "bot_username": None,
        "database_url": "sqlite:///aftersales.db",
        "policy": "tmall_global",
        "evidence_dir": Path("evidence"),
        "evidence_url": None,
        "s3_endpoint": None,
        "s3_region": None,
        "s3_access_key_id": None,
        "s3_secret_access_key": None,
        "webhook_url": None,
        "webhook_secret": None,
        "webhook_listen": Address("127.0.0.1", 8443),
        "button_key": None,
        "confirm_invites": False,
        "health_listen": None,
        "operator_chat": None,
        "translate_url": None,
        "translate_key": None,
        "log_level": "INFO",
    }


def test_every_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": "http://127.0.0.1:8081/",
        "BOT_USERNAME": "@some_bot",
        "DATABASE_URL": "postgresql://bot@db/aftersales",
        "POLICY": "house.toml",
        "EVIDENCE_DIR": "/srv/evidence",
        "EVIDENCE_URL": "s3://shop-evidence/bot/",
        "S3_ENDPOINT": "https://s3.example/",
        "S3_REGION": "eu-central-1",
        "S3_ACCESS_KEY_ID": "shop",
        "S3_SECRET_ACCESS_KEY": "s3kr3t/+==",
        "WEBHOOK_URL": "https://bot.example/telegram",
        "WEBHOOK_SECRET": "s3cret",
        "WEBHOOK_LISTEN": "0.0.0.0:80",
        "BUTTON_KEY": "a-key-of-16-signs",
        "CONFIRM_INVITES": "true",
        "HEALTH_LISTEN": "0.0.0.0:81",
        "OPERATOR_CHAT": "-100123",
        "TRANSLATE_URL": "http://127.0.0.1:5000/",
        "TRANSLATE_KEY": "k3y",
        "LOG_LEVEL": "debug",
    }.items():
        monkeypatch.setenv(PREFIX + name, value)

    assert Settings.load().model_dump() == {
        "bot_token": SecretStr(TOKEN),
        "bot_api_url": "http://127.0.0.1:8081",
        "bot_username": "some_bot",
        "database_url": "postgresql://bot@db/aftersales",
        "policy": "house.toml",
        "evidence_dir": Path("/srv/evidence"),
        "evidence_url": "s3://shop-evidence/bot",
        "s3_endpoint": "https://s3.example",
        "s3_region": "eu-central-1",
        "s3_access_key_id": "shop",
        "s3_secret_access_key": SecretStr("s3kr3t/+=="),
        "webhook_url": "https://bot.example/telegram",
        "webhook_secret": SecretStr("s3cret"),
        "webhook_listen": Address("0.0.0.0", 80),
        "button_key": SecretStr("a-key-of-16-signs"),
        "confirm_invites": True,
        "health_listen": Address("0.0.0.0", 81),
        "operator_chat": -100123,
        "translate_url": "http://127.0.0.1:5000",
        "translate_key": SecretStr("k3y"),
        "log_level": "DEBUG",
    }


def test_empty_variable_is_as_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERSALES_WEBHOOK_URL", "")
    monkeypatch.setenv("AFTERSALES_OPERATOR_CHAT", "")

    assert Settings.load() == Settings()


def test_overrides_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERSALES_POLICY", "consumer_law")

    assert Settings.load({"policy": "tmall_global"}).policy == "tmall_global"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_TOKEN", "not a token"),
        ("BOT_TOKEN", "123456789"),
        ("BOT_TOKEN", "abc:AAE"),
        ("BOT_TOKEN", "1:AAE/../x"),
        ("BOT_API_URL", "api.telegram.org"),
        ("BOT_API_URL", "ftp://x"),
        ("BOT_USERNAME", "some bot"),
        ("TRANSLATE_URL", "localhost:5000"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "aftersales.db"),
        ("DATABASE_URL", "postgresql://bot:SECRET[@db/x"),
        ("DATABASE_URL", "postgresql://bot:SECRET\u2100@db/x"),  # urllib quotes all of it
        ("BOT_API_URL", "http://bot:SECRET\u2100@db/x"),
        ("EVIDENCE_DIR", "s3://shop-evidence"),
        ("EVIDENCE_URL", "/srv/evidence"),
        ("EVIDENCE_URL", "s3://"),
        ("EVIDENCE_URL", "s3://shop:secret@bucket"),
        ("EVIDENCE_URL", "s3://bucket/prefix?key=secret"),
        ("S3_ENDPOINT", "s3.example"),
        ("WEBHOOK_URL", "http://bot.example/"),
        ("WEBHOOK_SECRET", "a b"),
        ("WEBHOOK_SECRET", "x" * 257),
        ("BUTTON_KEY", "short"),
        ("CONFIRM_INVITES", "perhaps"),
        ("WEBHOOK_LISTEN", "8443"),
        ("WEBHOOK_LISTEN", "localhost:http"),
        ("WEBHOOK_LISTEN", "localhost:70000"),
        ("HEALTH_LISTEN", "8080"),
        ("OPERATOR_CHAT", "the boss"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_malformed_value_names_the_variable_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(SettingsError, match=PREFIX + name) as caught:
        Settings.load()

    assert "\n" not in str(caught.value)
    assert "SECRET" not in name or value not in str(caught.value)
    assert "bot:SECRET" not in str(caught.value)


def test_missing_token_is_said_when_it_is_needed() -> None:
    with pytest.raises(SettingsError, match="AFTERSALES_BOT_TOKEN is not set"):
        Settings.load().require_token()


def test_token_shows_in_no_text_of_the_settings() -> None:
    settings = Settings.load({"bot_token": TOKEN})

    assert settings.require_token() == TOKEN
    assert TOKEN not in repr(settings) + str(settings) + settings.model_dump_json()


def test_no_secret_shows_in_the_settings() -> None:
    settings = Settings.load(
        {
            "bot_token": TOKEN,
            "database_url": "postgresql://bot:CANARY@db/aftersales",
            "webhook_secret": "CANARY",
            "s3_secret_access_key": "CANARY",
        }
    )
    assert settings.database_url == "postgresql://bot:CANARY@db/aftersales"
    assert "CANARY" not in repr(settings) + str(settings)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings.load().policy = "other"  # type: ignore[misc]


def test_webhook_secret_is_as_set_or_the_same_for_all_processes_of_a_bot() -> None:
    own = Settings.load({"bot_token": TOKEN}).webhook_secret_token()
    other = Settings.load({"bot_token": TOKEN + "5"}).webhook_secret_token()

    assert Settings.load({"bot_token": TOKEN, "webhook_secret": "s3cret"}).webhook_secret_token() == "s3cret"
    assert own == Settings.load({"bot_token": TOKEN}).webhook_secret_token() != other
    assert len(own) == 64 and own.isalnum()


@pytest.mark.parametrize(
    ("listen", "expected"),
    [(":80", Address("127.0.0.1", 80)), ("[::1]:80", Address("::1", 80)), ("localhost:0", Address("localhost", 0))],
)
def test_where_to_listen(listen: str, expected: Address) -> None:
    assert Settings.load({"webhook_listen": listen}).webhook_listen == expected


def test_a_bot_is_named_without_its_token() -> None:
    one, other = (Settings.load({"bot_token": f"123456789:{secret}"}) for secret in ("AAF-one", "AAF-other"))

    assert one.bot_key() == Settings.load({"bot_token": "123456789:AAF-one"}).bot_key() != other.bot_key()
    assert "123456789" not in one.bot_key() and "AAF" not in one.bot_key()
