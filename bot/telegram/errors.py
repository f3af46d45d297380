"""What the Bot API's refusals mean to us: telegram.error into DeliveryError, by class and by description."""

from __future__ import annotations

import re
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.log import redact
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

#: Bad requests that mean there is nothing left to do.
FINE = re.compile(
    r"message is not modified"
    r"|query is too old|query id is invalid"
    r"|message to delete not found"
    r"|topic_not_modified",
    re.IGNORECASE,
)

Refusal = Unreachable | EditImpossible | FileGone | FileTooBig | ThreadGone | ThreadClosed | NoThreads

#: Bad requests by what they say. The texts are Telegram's; they are not documented but have been stable for years.
MEANINGS: tuple[tuple[re.Pattern[str], type[Refusal]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), meaning)
    for pattern, meaning in (
        (r"message to edit not found", EditImpossible),
        (r"message can.?t be edited", EditImpossible),
        (r"message_id_invalid|message identifier is not specified", EditImpossible),
        (r"there is no (text|caption) in the message to edit", EditImpossible),
        (r"message (text|caption) is too long|media_caption_too_long|message_too_long", EditImpossible),
        (r"chat not found|peer_id_invalid|user not found|user is deactivated|input_user_deactivated", Unreachable),
        (r"have no rights to send a message|not enough rights to send", Unreachable),
        (r"chat_(write_forbidden|restricted|send_plain_forbidden)", Unreachable),
        (r"message thread not found|topic_(id_invalid|deleted)", ThreadGone),
        (r"topic_closed", ThreadClosed),
        (r"chat is not a forum|not enough rights to (create|manage|close|reopen|edit)", NoThreads),
        (r"file is too big", FileTooBig),
        (r"wrong file.?_?id|wrong remote file|invalid file_id|file.?id.?invalid|wrong file identifier", FileGone),
        (r"message to copy not found|there are no messages to copy|message can.?t be copied", FileGone),
        (r"file is temporarily unavailable|file_reference_expired|file reference", FileGone),
    )
)


def is_fine(err: TelegramError) -> bool:
    """Whether the refusal says that what we wanted is already so, or no longer matters."""
    return isinstance(err, BadRequest) and bool(FINE.search(err.message))


def translate(err: TelegramError, *, is_repeatable: bool = False) -> DeliveryError:
    """The same refusal in our words; `is_repeatable` when making the call again does no harm."""
    text = redact(err.message)
    match err:
        case RetryAfter():
            return DeliveryError(text, retry_after=_seconds(err))
        case ChatMigrated():
            return ChatMoved(text, address=err.new_chat_id)
        case Forbidden():
            return Unreachable(text)
        case BadRequest():
            for pattern, meaning in MEANINGS:
                if pattern.search(err.message):
                    return meaning(text)
            return DeliveryError(text, permanent=True)
        case TimedOut():
            return DeliveryError(text, maybe_sent=not is_repeatable)
        case InvalidToken() | Conflict():
            # The operator's to mend; what waits to be sent is not to blame, so it waits.
            return DeliveryError(text)
        case _:
            return DeliveryError(text)


def _seconds(err: RetryAfter) -> float:
    after = err._retry_after  # the public property warns and returns either type, by an environment variable
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
