"""Sending one photo, video, document, voice, video note, animation or sound, and storing what was sent."""

import asyncio
from typing import Any

from bot.playground.errors import bad_request
from bot.playground.files import PHOTO_LIMIT, UPLOAD_LIMIT, StoredFile, Upload, photo_sizes
from bot.playground.methods.sending import Sending, deliver
from bot.playground.methods.table import method
from bot.playground.parameters import Entities, InputFile
from bot.playground.people import Message
from bot.playground.text import formatted_caption
from bot.playground.world import World

NAMES = {
    "photo": "Photo",
    "video": "Video",
    "document": "Document",
    "voice": "VoiceNote",
    "video_note": "VideoNote",
    "animation": "Animation",
    "audio": "Audio",
}
ACCEPTED = {"animation": ("animation", "video"), "document": ("document",), "audio": ("audio",)}


class SendMedia(Sending):
    caption: str = ""
    parse_mode: str | None = None
    caption_entities: Entities = None
    show_caption_above_media: bool = False
    has_spoiler: bool = False


class SendPhoto(SendMedia):
    photo: InputFile


class SendVideo(SendMedia):
    video: InputFile
    thumbnail: InputFile | None = None
    duration: int = 0
    width: int = 0
    height: int = 0
    supports_streaming: bool = False


class SendDocument(SendMedia):
    document: InputFile
    thumbnail: InputFile | None = None


class SendVoice(SendMedia):
    voice: InputFile
    duration: int = 0


class SendVideoNote(Sending):
    video_note: InputFile
    thumbnail: InputFile | None = None
    duration: int = 0
    length: int = 0


class SendAnimation(SendMedia):
    animation: InputFile
    thumbnail: InputFile | None = None
    duration: int = 0
    width: int = 0
    height: int = 0


class SendAudio(SendMedia):
    audio: InputFile
    thumbnail: InputFile | None = None
    duration: int = 0
    performer: str | None = None
    title: str | None = None


@method
async def send_photo(world: World, p: SendPhoto) -> Message:
    return await _send(world, p, "photo", p.photo)


@method
async def send_video(world: World, p: SendVideo) -> Message:
    return await _send(world, p, "video", p.video, _film(p))


@method
async def send_document(world: World, p: SendDocument) -> Message:
    return await _send(world, p, "document", p.document)


@method
async def send_voice(world: World, p: SendVoice) -> Message:
    return await _send(world, p, "voice", p.voice, {"duration": p.duration})


@method
async def send_animation(world: World, p: SendAnimation) -> Message:
    return await _send(world, p, "animation", p.animation, _film(p))


@method
async def send_audio(world: World, p: SendAudio) -> Message:
    shape = {"duration": p.duration, "performer": p.performer, "title": p.title}
    return await _send(world, p, "audio", p.audio, shape)


@method
async def send_video_note(world: World, p: SendVideoNote) -> Message:
    world.open_chat(p.chat_id)
    shape = {"duration": p.duration, "length": p.length or 384}
    return deliver(world, p, await media_content(world, "video_note", p.video_note, shape))


async def _send(
    world: World, p: SendMedia, kind: str, file: Upload | str, shape: dict[str, Any] | None = None
) -> Message:
    caption = caption_fields(p)
    world.open_chat(p.chat_id)
    return deliver(world, p, {**await media_content(world, kind, file, shape or {}), **caption})


def _film(p: SendVideo | SendAnimation) -> dict[str, Any]:
    return film_shape(p.duration, p.width, p.height)


def film_shape(duration: int, width: int, height: int) -> dict[str, Any]:
    """The fields of moving pictures; the playground decodes no video, so sizes not given are made up."""
    return {"duration": duration, "width": width or 640, "height": height or 480}


def caption_fields(p: Any) -> Message:
    """The caption of a message as its fields, from anything with a caption, parse mode and entities."""
    caption, entities = formatted_caption(p.caption, p.caption_entities, parse_mode=p.parse_mode)
    fields: Message = {}
    if caption:
        fields["caption"] = caption
        if entities:
            fields["caption_entities"] = entities
        if getattr(p, "show_caption_above_media", False):
            fields["show_caption_above_media"] = True
    if getattr(p, "has_spoiler", False):
        fields["has_media_spoiler"] = True
    return fields


async def media_content(world: World, kind: str, file: Upload | str, shape: dict[str, Any]) -> Message:
    """A file, new or known by id, as the field of a message; refuses what is too big or another kind of file."""
    if isinstance(file, str):
        return known_content(world, kind, file)
    if len(file.data) > (PHOTO_LIMIT if kind == "photo" else UPLOAD_LIMIT):
        raise bad_request("file is too big" if kind != "photo" else "file is too big for a photo")
    return await stored_content(world, kind, file, shape)


async def stored_content(world: World, kind: str, file: Upload, shape: dict[str, Any]) -> Message:
    """Stores a new file of any size and returns the field of the message that carries it."""
    if not file.data:
        raise bad_request("file must be non-empty")
    if kind == "photo":
        # Decoding takes long enough to hold up everybody else.
        sizes = await asyncio.to_thread(photo_sizes, file.data)
        return {"photo": [size.as_api() for size in world.files.add_photo(sizes)]}
    shape = {name: value for name, value in shape.items() if value is not None}
    if kind not in ("voice", "video_note"):
        shape["file_name"] = file.filename
    if kind != "video_note":
        shape["mime_type"] = file.content_type
    return _content(world.files.add(kind, file, shape=shape))


def known_content(world: World, kind: str, file_id: str) -> Message:
    """A file known by its id as the field of a message of the same kind."""
    if file_id.startswith(("http://", "https://")):
        # The playground reaches no network, which is what Telegram says of an address it cannot reach.
        raise bad_request("failed to get HTTP URL content")
    stored = world.files.get(file_id)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind not in ACCEPTED.get(kind, (kind,)):
        raise bad_request(f"can't use file of type {NAMES[stored.kind]} as {NAMES[kind]}")
    if kind == "photo":
        return {"photo": [size.as_api() for size in world.files.photo_of(file_id) or ()]}
    return _content(stored)


def _content(stored: StoredFile) -> Message:
    if stored.kind == "animation":
        # Telegram sets both, "for backward compatibility".
        document = {key: value for key, value in stored.as_api().items() if key not in ("duration", "width", "height")}
        return {"animation": stored.as_api(), "document": document}
    return {stored.kind: stored.as_api()}
