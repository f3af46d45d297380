"""What the Bot API's refusals mean to us, by their texts."""

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, TelegramError

from bot.messenger import (
    ChatMoved,
    DeliveryError,
    EditImpossible,
    FileGone,
    FileTooBig,
    NoThreads,
    ThreadClosed,
    ThreadGone,
    Unreachable,
)
from bot.telegram.errors import is_fine, translate


@pytest.mark.parametrize(
    ("refusal", "meaning"),
    [
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), Unreachable),
        (Forbidden("Forbidden: bot was blocked by the user"), Unreachable),
        (BadRequest("Chat not found"), Unreachable),
        (BadRequest("Have no rights to send a message"), Unreachable),
        (BadRequest("Not enough rights to send text messages to the chat"), Unreachable),
        (BadRequest("CHAT_WRITE_FORBIDDEN"), Unreachable),
        (BadRequest("CHAT_RESTRICTED"), Unreachable),
        (BadRequest("CHAT_SEND_PLAIN_FORBIDDEN"), Unreachable),
        (ChatMigrated(-100), ChatMoved),
        (BadRequest("Message to edit not found"), EditImpossible),
        (BadRequest("Message can't be edited"), EditImpossible),
        (BadRequest("Message thread not found"), ThreadGone),
        (BadRequest("TOPIC_DELETED"), ThreadGone),
        (BadRequest("TOPIC_ID_INVALID"), ThreadGone),
        (BadRequest("TOPIC_CLOSED"), ThreadClosed),
        (BadRequest("The chat is not a forum"), NoThreads),
        (BadRequest("Not enough rights to create a topic"), NoThreads),
        (BadRequest("Not enough rights to manage topics"), NoThreads),
        (BadRequest("File is too big"), FileTooBig),
        (BadRequest("Wrong file_id or the file is temporarily unavailable"), FileGone),
        (BadRequest("Message to copy not found"), FileGone),
        (BadRequest("There are no messages to copy"), FileGone),
        (BadRequest("Message can't be copied"), FileGone),
        (BadRequest("Something new"), DeliveryError),
        (NetworkError("Bad Gateway"), DeliveryError),
    ],
)
def test_refusals_are_told_apart(refusal: TelegramError, meaning: type[DeliveryError]) -> None:
    assert type(translate(refusal)) is meaning
    assert translate(refusal).permanent is isinstance(refusal, Forbidden | BadRequest)
    assert not is_fine(refusal)


@pytest.mark.parametrize("said", ["Message is not modified: …", "TOPIC_NOT_MODIFIED", "Query is too old and …"])
def test_what_is_so_already_is_fine(said: str) -> None:
    assert is_fine(BadRequest(said))
