"""Whatever goes wrong on the command line, it shows no token, no password and no key."""

import gc
import itertools
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.__main__ import cli

SECRET = "CANARY-pass"
TOKEN = "123456789:CANARY-abcdefghijklmnopqrstuvwxyz_01234"

COMMANDS = (
    ("case", "list"),
    ("deadlines", "list"),
    ("stores", "list"),
    ("inbox", "dead"),
    ("outbox", "retry", "--all"),
    ("orders", "link", "1001"),
    ("invite", "arbitrator"),
    ("policy", "diff", "tmall_global", "consumer_law"),
    ("db", "upgrade"),
    ("run",),
)
#: Databases that cannot be used, each for another reason.
DATABASES = (
    f"postgresql://shop:{SECRET}@127.0.0.1:1/desk",
    f"postgresql://shop:{SECRET}@localhost:port/desk",
    f"postgresql://shop:{SECRET}[@localhost/desk",
    f"postgresql://shop:{SECRET}\u2100@localhost/desk",
    f"postgresql://shop:p@{SECRET}:x@localhost/desk",
    f"postgresql+psycopg2://shop:{SECRET}@localhost/desk",
    f"mysql://shop:{SECRET}@localhost/desk",
    f"postgres//shop:{SECRET}@localhost/desk",
    SECRET,
)
#: Other settings that are wrong, each in another way.
SETTINGS = (
    {"BOT_TOKEN": f"{SECRET} is no token"},
    {"BOT_TOKEN": TOKEN, "WEBHOOK_SECRET": f"{SECRET} !"},
    {"BOT_TOKEN": TOKEN, "WEBHOOK_URL": f"https://me:{SECRET}\u2100@bot.example/"},
    {"BOT_TOKEN": TOKEN, "BOT_API_URL": f"http://me:{SECRET}\u2100@127.0.0.1:1"},
    {"BOT_TOKEN": TOKEN, "POLICY": "nowhere.toml", "WEBHOOK_SECRET": SECRET},
    {"BOT_TOKEN": TOKEN, "EVIDENCE_URL": f"s3://shop:{SECRET}@bucket"},
    {"BOT_TOKEN": TOKEN, "S3_SECRET_ACCESS_KEY": SECRET, "EVIDENCE_URL": "s3://B"},
)


@pytest.mark.parametrize(("command", "url"), list(itertools.product(COMMANDS, DATABASES)))
def test_unusable_database_is_told_without_its_password(tmp_path: Path, command: tuple[str, ...], url: str) -> None:
    assert "CANARY" not in said(tmp_path, command, {"DATABASE_URL": url, "BOT_TOKEN": TOKEN})


@pytest.mark.parametrize("env", SETTINGS)
def test_wrong_setting_is_told_without_secrets(tmp_path: Path, env: dict[str, str]) -> None:
    assert "CANARY" not in said(tmp_path, ("run",), env)


def test_messenger_that_cannot_be_reached_is_told_without_the_token(tmp_path: Path) -> None:
    env = {"BOT_TOKEN": TOKEN, "BOT_API_URL": "http://127.0.0.1:1"}
    assert "CANARY" not in said(tmp_path, ("invite", "arbitrator"), env)


def said(tmp_path: Path, command: tuple[str, ...], env: dict[str, str]) -> str:
    """All that a command that fails prints; an error that nobody expected counts with its traceback."""
    settings = {f"AFTERSALES_{name}": value for name, value in env.items()}
    settings.setdefault("AFTERSALES_DATABASE_URL", f"sqlite:///{tmp_path}/desk.db")
    result = CliRunner().invoke(cli, command, env=settings)
    assert result.exit_code != 0 and result.output
    assert isinstance(result.exception, SystemExit), "".join(traceback.format_exception(result.exception))
    assert gc.isenabled()  # as whoever goes on in this process needs it
    return result.output


def test_error_that_nobody_expected_is_redacted() -> None:
    """In a process of its own: what Python prints at its end."""
    wrong = (
        "import bot.__main__ as main\n"
        "from bot.settings import Settings\n"
        f"def fail(): Settings.load({{'webhook_secret': {SECRET!r}}}); raise RuntimeError({SECRET!r}, {TOKEN!r})\n"
        "main.cli = fail\n"
        "main.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", wrong], capture_output=True, text=True, timeout=60, check=False, env={**os.environ}
    )
    assert done.returncode == 1
    assert "RuntimeError" in done.stderr and "[secret]" in done.stderr and "[token]" in done.stderr
    assert "CANARY" not in done.stderr.partition("RuntimeError")[2]
