"""`case export` and `case verify-file`, and `db backup` and `db restore`."""

import json

import pytest

from bot.casefiles.failures import CaseFileFailed
from bot.casefiles.fonts import system_fonts
from conversations.cases.lifecycle import Act
from conversations.cases.roles import Role
from conversations.messages import Notice, Outgoing, Sender
from conversations.phrase import Phrase


@pytest.fixture
def refused(open_claim, tmp_path, monkeypatch):
    desk = open_claim("A7KQ2M", (Act(move="refuse", text="no"), Role.SELLER))
    monkeypatch.setenv("AFTERSALES_EVIDENCE_DIR", str(tmp_path / "evidence"))
    return desk


def test_a_case_file_is_exported_and_can_be_verified_without_a_database(refused, tmp_path):
    try:
        system_fonts()
    except CaseFileFailed as err:
        pytest.skip(str(err))
    out = tmp_path / "out"

    printed = refused.out("case", "export", "a7k-q2m", "--out", str(out), "--language", "zh-hans")

    paths = [str(out / f"A7K-Q2M.{ending}") for ending in ("pdf", "json", "zip")]
    assert printed.splitlines() == paths
    assert (out / "A7K-Q2M.pdf").read_bytes().startswith(b"%PDF-1.7")
    for path in paths[1:]:
        nowhere = {"AFTERSALES_DATABASE_URL": "sqlite:////nowhere/at/all.db"}
        result = refused("case", "verify-file", path, **nowhere)
        assert result.exit_code == 0
        assert result.stdout.startswith("Sound: A7K-Q2M, 2 entries (a whole chain, 0 sealed), 0 exhibits.\n")

    told = json.loads((out / "A7K-Q2M.json").read_text())
    told["entries"][1]["who"] = "buyer"
    (out / "A7K-Q2M.json").write_text(json.dumps(told))
    result = refused("case", "verify-file", paths[1])
    assert (result.exit_code, result.stdout) == (1, "entry 2 is not as it was written, or is missing\n")
    result = refused("case", "verify-file", paths[1], "--json")
    assert (result.exit_code, json.loads(result.stdout)["sound"]) == (1, False)
    assert refused.err("case", "export", "B8LR3N") == "Error: there is no case B8LR3N\n"


def test_a_backup_restores_into_another_database(refused, tmp_path):
    file, url = tmp_path / "backup.tar", f"sqlite:///{tmp_path / 'other.db'}"
    before = refused.json("case", "show", "A7KQ2M")

    assert refused.out("db", "backup", str(file)).endswith(" rows, 0 files of evidence.\n")
    assert refused.err("db", "backup", str(file)) == f"Error: {file} exists already\n"
    result = refused("db", "restore", str(file), AFTERSALES_DATABASE_URL=url)
    assert (result.exit_code, result.stderr) == (0, "")

    shown = refused("case", "show", "A7KQ2M", "--json", AFTERSALES_DATABASE_URL=url)
    assert json.loads(shown.stdout) == before
    assert "not empty" in refused.err("db", "restore", str(file))
    assert refused("db", "restore", str(file), "--force").exit_code == 0
    assert refused.out("case", "verify", "--all") == "Sound: 1 record.\n"


def test_what_is_no_backup_is_refused(refused, tmp_path):
    file = tmp_path / "backup.tar"
    file.write_bytes(b"nothing")

    assert (
        refused.err("db", "restore", str(file), "--force")
        == f"Error: {file} is not a backup of ours, or is cut short\n"
    )


def test_messages_that_were_waiting_are_held_back_or_sent_as_is_said(refused, tmp_path):
    async def say(db):
        async with db.work() as work:
            ann = await work.people.greet(Sender(address=101, name="Ann"))
            await work.outbox.add(Outgoing(to=ann.id, body=Notice(lines=(Phrase("Hello"),))))

    refused.with_database(say)
    waiting = refused.with_database(lambda db: db.outbox.backlog()).pending
    refused("db", "backup", str(tmp_path / "backup.tar"))

    told = refused.out("db", "restore", str(tmp_path / "backup.tar"), "--force").splitlines()
    assert told[1:] == [
        f"Messages held back that were waiting then: {waiting}. See `aftersales outbox dead`, `outbox retry`."
    ]
    assert len(refused.json("outbox", "dead")) == waiting
    told = refused.out("db", "restore", str(tmp_path / "backup.tar"), "--force", "--send-waiting").splitlines()
    assert len(told) == 1
    assert refused.with_database(lambda db: db.outbox.backlog()).pending == waiting
