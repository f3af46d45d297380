"""Either party and the arbitrator ask for the case file in the chat, and get it as papers to keep."""

import io
import zipfile
from pathlib import Path

import pytest
from stories_bench import Bench, Chat
from stories_steps import calls_arbitrator, opens_refund, refuses, takes, two_parties

from bot.casefiles import fonts
from bot.casefiles.archive import check_file
from bot.casefiles.failures import CaseFileFailed
from conversations.phrase import Phrase


async def papers_of(bench: Bench, chat: Chat) -> dict[str, bytes]:
    """The documents in a chat by their names."""
    documents = [message["document"] for message in await chat.messages() if "document" in message]
    return {document["file_name"]: await bench.file(document["file_id"]) for document in documents}


async def test_everybody_gets_their_own_case_file(bench: Bench, languages: tuple[str, str], tmp_path: Path) -> None:
    try:
        fonts.system_fonts()
    except CaseFileFailed as err:
        pytest.skip(str(err))
    buyer, seller = await two_parties(bench, languages)
    arbitrator = await bench.arbitrator()
    ref = await opens_refund(bench, buyer)
    await refuses(seller)
    await calls_arbitrator(buyer)
    await takes(arbitrator, ref)
    await arbitrator.say("/note The handle was glued.")

    for chat in (buyer, seller, arbitrator):
        await chat.say(f"/casefile {ref}")
        await bench.quiet()
        await chat.sees("The case file is being made; it comes as a PDF, with what belongs to it.")
        await chat.sees(Phrase("Case file {ref}", ref=ref))
        papers = await papers_of(bench, chat)
        assert sorted(papers) == [f"{ref}.pdf", f"{ref}.zip"]
        archive = tmp_path / "a.zip"
        archive.write_bytes(papers[f"{ref}.zip"])
        report = check_file(archive)
        assert (report.faults, report.ref, report.files, report.is_whole) == ([], ref, 1, chat is arbitrator)
        record = zipfile.ZipFile(io.BytesIO(papers[f"{ref}.zip"])).read("record.json").decode()
        assert ("The handle was glued." in record) is (chat is arbitrator)


async def test_a_case_file_that_cannot_be_made_is_said_to_be_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> fonts.Fonts:
        return fonts.of_files({})

    monkeypatch.setattr("bot.casefiles.making.system_fonts", none)
    buyer, _ = await two_parties(bench)
    ref = await opens_refund(bench, buyer)

    await buyer.say(f"/casefile {ref}")

    await bench.quiet()
    await buyer.is_told("The case file could not be made now. Please try again later; the record itself is safe.")
