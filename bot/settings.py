"""What the environment says, read once into one frozen value; nothing else in the project reads the environment."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot import log

PREFIX = "AFTERSALES_"
TELEGRAM = "https://api.telegram.org"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
DATABASE_SCHEMES = ("sqlite", "sqlite+aiosqlite", "postgresql", "postgresql+asyncpg", "postgres")


class SettingsError(ValueError):
    """A variable of the environment is missing or malformed. The message names it and never shows a secret."""


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


def _is_token(token: SecretStr) -> SecretStr:
    number, colon, secret = token.get_secret_value().partition(":")
    if not (colon and number.isdigit() and secret and all(c.isalnum() or c in "-_" for c in secret)):
        raise ValueError("is not a bot token; it looks like 123456789:AAE…")
    return token


def _is_secret(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if not (1 <= len(value) <= 256 and all(c.isascii() and (c.isalnum() or c in "-_") for c in value)):
        raise ValueError("must be 1 to 256 letters, digits, - and _")
    return secret


def _split(url: str) -> SplitResult:
    """A URL in its parts; without any when it is none, since the library's own complaint quotes its password."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _is_key(key: SecretStr) -> SecretStr:
    if len(key.get_secret_value()) < 16:
        raise ValueError("must have 16 characters or more; `openssl rand -hex 16` makes some")
    return key


def _http_url(url: str) -> str:
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL like https://host/path")
    return url.rstrip("/")


def _https_url(url: str) -> str:
    if _split(url).scheme != "https" and _split(url).hostname not in ("127.0.0.1", "localhost"):
        raise ValueError("must be an https:// URL: Telegram calls nothing else")
    return _http_url(url)


def _database_url(url: str) -> str:
    if _split(url).scheme not in DATABASE_SCHEMES:
        raise ValueError("must be a URL like sqlite:///aftersales.db or postgresql://user@host/name")
    return url


def _folder(folder: Path) -> Path:
    if folder.parts[:1] == ("s3:",):
        raise ValueError(f"is a folder; a bucket is named by {PREFIX}EVIDENCE_URL")
    return folder


def _bucket_url(url: str) -> str:
    parts = _split(url)
    if parts.scheme != "s3" or not parts.netloc or not _BUCKET.fullmatch(parts.netloc) or parts.query or parts.fragment:
        raise ValueError("must be a URL like s3://bucket/prefix, without keys in it")
    return url.rstrip("/")


def _listen(value: object) -> object:
    if not isinstance(value, str):
        return value
    host, colon, port = value.rpartition(":")
    if not (colon and port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError("must be host:port, like 127.0.0.1:8443")
    return Address(host.strip("[]") or "127.0.0.1", int(port))


def _username(name: str) -> str:
    name = name.removeprefix("@")
    if not (name.isascii() and name.replace("_", "").isalnum()):
        raise ValueError("must be the bot's username, with or without @")
    return name


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Settings(BaseSettings):
    """Every AFTERSALES_* variable, checked. Relative paths are relative to the working directory."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    bot_token: Annotated[SecretStr, AfterValidator(_is_token)] | None = None
    bot_api_url: Annotated[str, AfterValidator(_http_url)] = TELEGRAM
    bot_username: Annotated[str, AfterValidator(_username)] | None = None
    database_url: Annotated[str, AfterValidator(_database_url)] = Field("sqlite:///aftersales.db", repr=False)
    policy: str = "tmall_global"
    evidence_dir: Annotated[Path, AfterValidator(_folder)] = Path("evidence")
    evidence_url: Annotated[str, AfterValidator(_bucket_url)] | None = None
    s3_endpoint: Annotated[str, AfterValidator(_http_url)] | None = None
    s3_region: str | None = None
    s3_access_key_id: str | None = None
    s3_secret_access_key: SecretStr | None = None
    webhook_url: Annotated[str, AfterValidator(_https_url)] | None = None
    webhook_secret: Annotated[SecretStr, AfterValidator(_is_secret)] | None = None
    webhook_listen: Annotated[Address, NoDecode, BeforeValidator(_listen)] = Address("127.0.0.1", 8443)
    button_key: Annotated[SecretStr, AfterValidator(_is_key)] | None = None
    confirm_invites: bool = False
    health_listen: Annotated[Address, NoDecode, BeforeValidator(_listen)] | None = None
    operator_chat: int | None = None
    translate_url: Annotated[str, AfterValidator(_http_url)] | None = None
    translate_key: SecretStr | None = None
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"

    @classmethod
    def load(cls, overrides: Mapping[str, Any] | None = None) -> Self:
        """Reads the environment; `overrides` (by field name) win. SettingsError names the first bad variable. Whatever
        is secret in them shows in no log from then on."""
        try:
            settings = cls(**(overrides or {}))
        except ValidationError as err:
            first = err.errors(include_input=False, include_url=False)[0]
            name = PREFIX + str(first["loc"][0]).upper()
            raise SettingsError(f"{name} {_reason(first['msg'])}") from None
        log.conceal(*(value.get_secret_value() for _, value in settings if isinstance(value, SecretStr)))
        log.conceal(unquote(_split(settings.database_url).password or ""))
        return settings

    def require_token(self) -> str:
        """The bot's token, in clear. SettingsError when there is none."""
        if self.bot_token is None:
            raise SettingsError(f"{PREFIX}BOT_TOKEN is not set; @BotFather gives one for a new bot")
        return self.bot_token.get_secret_value()

    def bot_key(self) -> str:
        """Names the bot in the database, where the token must not be."""
        return hmac.new(self.require_token().encode(), b"aftersales bot", hashlib.sha256).hexdigest()[:16]

    def webhook_secret_token(self) -> str:
        """What Telegram sends along to prove it is Telegram: as set, else derived from the token, so that all
        processes of one bot agree."""
        if self.webhook_secret is not None:
            return self.webhook_secret.get_secret_value()
        secret = hmac.new(self.require_token().encode(), b"aftersales webhook secret", hashlib.sha256).hexdigest()
        log.conceal(secret)
        return secret

    def seal_key(self) -> str:
        """What buttons are sealed with; empty when the bot's token has to serve."""
        return self.button_key.get_secret_value() if self.button_key is not None else ""


def _reason(message: str) -> str:
    if message.startswith("Value error, "):
        return message.removeprefix("Value error, ")
    return f"is malformed: {message[:1].lower()}{message[1:]}"
