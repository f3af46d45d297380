"""Sending albums: 2 to 10 photos and videos, or documents, or sounds, as messages of one media_group_id."""

from typing import Annotated, Any, Literal

from bot.playground.errors import bad_request
from bot.playground.methods.media import caption_fields, film_shape, media_content
from bot.playground.methods.sending import Sending, deliver
from bot.playground.methods.table import method
from bot.playground.parameters import Decoded, Entities, InputFile, Parameters
from bot.playground.people import Message
from bot.playground.world import World

ALBUM_SIZES = range(2, 11)


class InputMedia(Parameters):
    """One item of an album, or the new media of an edit."""

    type: Literal["photo", "video", "document", "audio", "animation"]
    media: InputFile
    thumbnail: InputFile | None = None
    caption: str = ""
    parse_mode: str | None = None
    caption_entities: Entities = None
    show_caption_above_media: bool = False
    has_spoiler: bool = False
    duration: int = 0
    width: int = 0
    height: int = 0
    performer: str | None = None
    title: str | None = None

    def shape(self) -> dict[str, Any]:
        """The fields that the kind of file has beside ids and size."""
        match self.type:
            case "video" | "animation":
                return film_shape(self.duration, self.width, self.height)
            case "audio":
                return {"duration": self.duration, "performer": self.performer, "title": self.title}
        return {}


class SendMediaGroup(Sending):
    media: Annotated[list[InputMedia], Decoded]


@method
async def send_media_group(world: World, p: SendMediaGroup) -> list[Message]:
    if len(p.media) not in ALBUM_SIZES:
        raise bad_request("wrong number of messages to send as an album; it must be from 2 to 10")
    _check_mix({item.type for item in p.media})
    p.reply_markup = None
    captions = [caption_fields(item) for item in p.media]
    world.open_chat(p.chat_id)
    contents = [await media_content(world, item.type, item.media, item.shape()) for item in p.media]
    album = {"media_group_id": world.next_album_id()}
    return [
        deliver(world, p, {**album, **content, **caption}) for content, caption in zip(contents, captions, strict=True)
    ]


def _check_mix(kinds: set[str]) -> None:
    if "animation" in kinds:
        raise bad_request("animation can't be sent in an album")
    for kind in ("document", "audio"):
        if kind in kinds and len(kinds) > 1:
            raise bad_request(f"{kind} can't be mixed with other media types")
