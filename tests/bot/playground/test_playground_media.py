"""Photos, films, documents, albums, copies and downloads, through the real python-telegram-bot."""

import io

import aiohttp
import pytest
from PIL import Image
from telegram import Bot, InputFile, InputMediaDocument, InputMediaPhoto, InputMediaVideo
from telegram.error import BadRequest

from bot.playground import PlaygroundServer, World
from bot.playground.files import MEGABYTE, Upload

from .conftest import Raw, Sim, picture

FILM = b"\x00\x00\x00\x18ftypmp42" + bytes(200)


def with_location() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    return picture(600, 200, exif=exif)


async def test_photo_is_recompressed_in_sizes_without_metadata(bot: Bot, ana: int) -> None:
    sent = await bot.send_photo(ana, with_location(), caption="Front")

    downloaded = bytes(await (await sent.photo[-1].get_file()).download_as_bytearray())

    assert [(size.width, size.height) for size in sent.photo] == [(30, 90), (107, 320), (200, 600)]
    assert sent.caption == "Front"
    with Image.open(io.BytesIO(downloaded)) as stored:
        assert (stored.format, stored.size, dict(stored.getexif())) == ("JPEG", (200, 600), {})
    assert sent.photo[-1].file_size == len(downloaded)


async def test_large_photo_is_scaled_down(bot: Bot, ana: int) -> None:
    sent = await bot.send_photo(ana, picture(3000, 1500, kind="PNG"))

    assert [(size.width, size.height) for size in sent.photo] == [(90, 45), (320, 160), (800, 400), (1280, 640)]


@pytest.mark.parametrize(
    ("data", "description"),
    [
        (b"no picture", "Image_process_failed"),
        (picture(6000, 4001, kind="PNG"), "Photo_invalid_dimensions"),
        (picture(2100, 100, kind="PNG"), "Photo_invalid_dimensions"),
        (bytes(10 * MEGABYTE + 1), "File is too big for a photo"),
    ],
)
async def test_bad_photo_is_refused(bot: Bot, ana: int, data: bytes, description: str) -> None:
    with pytest.raises(BadRequest) as caught:
        await bot.send_photo(ana, data)

    assert caught.value.message.lower() == description.lower()


async def test_document_keeps_its_bytes(bot: Bot, ana: int) -> None:
    data = with_location()

    sent = await bot.send_document(ana, InputFile(data, filename="receipt.jpg"), caption="*as is*")

    assert sent.document is not None
    assert (sent.document.file_name, sent.document.mime_type) == ("receipt.jpg", "image/jpeg")
    file = await sent.document.get_file()
    assert bytes(await file.download_as_bytearray()) == data
    assert file.file_path is not None
    assert file.file_path.endswith(".jpg")


async def test_all_kinds_of_files(bot: Bot, ana: int) -> None:
    video = await bot.send_video(ana, FILM, duration=7, width=320, height=240, filename="fall.mp4")
    voice = await bot.send_voice(ana, b"OggS", duration=3)
    note = await bot.send_video_note(ana, FILM, length=240)
    gif = await bot.send_animation(ana, FILM)
    song = await bot.send_audio(ana, b"ID3", title="Noise", performer="Blender")

    assert video.video is not None
    assert (video.video.duration, video.video.width, video.video.file_name) == (
        video.video.duration,
        320,
        "fall.mp4",
    )
    assert voice.voice is not None
    assert voice.voice.file_size == 4
    assert note.video_note is not None
    assert note.video_note.length == 240
    assert gif.animation is not None
    assert gif.document is not None
    assert song.audio is not None
    assert (song.audio.title, song.audio.performer) == ("Noise", "Blender")


async def test_file_is_sent_again_by_its_id(bot: Bot, ana: int) -> None:
    photo = await bot.send_photo(ana, picture())
    video = await bot.send_video(ana, FILM)
    assert video.video is not None

    again = await bot.send_photo(ana, photo.photo[0].file_id)
    film = await bot.send_video(ana, video.video.file_id)

    assert again.photo == photo.photo
    assert film.video == video.video


async def test_file_ids_hold_for_one_kind_and_one_world(bot: Bot, ana: int, world: World) -> None:
    photo = await bot.send_photo(ana, picture())
    other = World().files.add("document", Upload("a.txt", b"abc"), shape={})

    with pytest.raises(BadRequest, match=r"(?i)Can't use file of type Photo as Video"):
        await bot.send_video(ana, photo.photo[0].file_id)
    for foreign in (other.file_id, "AgACAgIAAxkBAAI"):
        with pytest.raises(BadRequest, match=r"(?i)Wrong file identifier/HTTP URL specified"):
            await bot.send_document(ana, foreign)
        with pytest.raises(BadRequest, match="Wrong file_id or the file is temporarily unavailable"):
            await bot.get_file(foreign)
    with pytest.raises(BadRequest, match=r"(?i)Failed to get HTTP URL content"):
        await bot.send_photo(ana, "https://example.org/a.jpg")
    ours = world.files.add("document", Upload("a.txt", b"abc"), shape={})
    assert (ours.file_unique_id, ours.file_id == other.file_id) == (other.file_unique_id, False)


async def test_download_has_a_limit_and_needs_the_token(
    bot: Bot, sim: Sim, ana: int, server: PlaygroundServer, client: aiohttp.ClientSession, world: World
) -> None:
    small, big = await sim.send_files(
        ana,
        ("small.bin", bytes(20 * MEGABYTE), "application/zip"),
        ("big.bin", bytes(20 * MEGABYTE + 1), "application/zip"),
    )

    file = await bot.get_file(small["document"]["file_id"])
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(big["document"]["file_id"])

    stored = world.files.get(file.file_id)
    assert stored is not None
    statuses = {}
    for token, path in (
        (world.token, stored.path),
        ("1:" + "x" * 35, stored.path),
        (world.token, "documents/none.bin"),
        (world.token, world.files.get(big["document"]["file_id"]).path),  # type: ignore[union-attr]
    ):
        async with client.get(f"{server.file_url}{token}/{path}") as response:
            statuses[token[:4], path] = response.status
    assert list(statuses.values()) == [200, 401, 404, 404]
    assert not stored.path.startswith("/")


async def test_upload_limit_of_the_bot(raw: Raw, client: aiohttp.ClientSession, ana: int) -> None:
    form = aiohttp.FormData({"chat_id": str(ana)})
    form.add_field("document", bytes(50 * MEGABYTE + 1), filename="a.bin")

    async with client.post(f"{raw.url}/sendDocument", data=form) as response:
        body = await response.json()

    assert (response.status, body["description"]) == (400, "Bad Request: file is too big")


async def test_album_by_the_bot(bot: Bot, sim: Sim, ana: int) -> None:
    media = [
        InputMediaPhoto(picture(), caption="All <b>three</b>", parse_mode="HTML"),
        InputMediaVideo(FILM),
        InputMediaPhoto(picture(colour="red")),
    ]

    sent = await bot.send_media_group(ana, media)

    assert len({message.media_group_id for message in sent}) == 1
    assert [bool(m.photo) for m in sent] == [True, False, True]
    assert [m.caption for m in sent] == ["All three", None, None]
    assert [e.type for e in sent[0].caption_entities] == ["bold"]
    assert [m["message_id"] for m in (await sim.messages(ana))[1:]] == [m.message_id for m in sent]


async def test_album_limits(raw: Raw, bot: Bot, ana: int) -> None:
    photo = {"type": "photo", "media": (await bot.send_photo(ana, picture())).photo[0].file_id}
    document = {"type": "document", "media": "x"}

    for count in (1, 11):
        assert "from 2 to 10" in await raw.refusal("sendMediaGroup", chat_id=ana, media=[photo] * count)
    assert (
        await raw.refusal("sendMediaGroup", chat_id=ana, media=[photo, document])
        == "Bad Request: document can't be mixed with other media types"
    )
    assert (
        await raw.refusal("sendMediaGroup", chat_id=ana, media=[{"type": "photo", "media": "attach://a"}] * 2)
        == "Bad Request: can't parse InputMedia: attached file not found"
    )


async def test_album_by_a_user_is_one_update_each_with_one_group(bot: Bot, sim: Sim, ana: int) -> None:
    await sim.send_files(
        ana,
        ("a.jpg", picture(), "image/jpeg"),
        ("b.mp4", FILM, "video/mp4"),
        caption="Broken",
    )

    _, first, second = await bot.get_updates(timeout=2)

    assert first.message is not None
    assert second.message is not None
    assert first.message.media_group_id == second.message.media_group_id is not None
    assert (first.message.caption, second.message.caption) == ("Broken", None)
    assert (bool(first.message.photo), bool(second.message.video)) == (True, True)


async def test_album_of_files_for_the_bot(bot: Bot, ana: int) -> None:
    media = [
        InputMediaDocument(InputFile(b"one", "1.txt", attach=True)),
        InputMediaDocument(InputFile(b"two", "2.txt", attach=True)),
    ]

    sent = await bot.send_media_group(ana, media)

    assert [m.document.file_name for m in sent if m.document] == ["1.txt", "2.txt"]


@pytest.mark.parametrize(
    ("file", "kind", "field"),
    [
        (("a.png", picture(kind="PNG"), "image/png"), None, "photo"),
        (("a.png", picture(kind="PNG"), "image/png"), "document", "document"),
        (("a.mp4", FILM, ""), None, "video"),
        (("a.ogg", b"OggS", "audio/ogg"), None, "voice"),
        (("a.pdf", b"%PDF", "application/pdf"), None, "document"),
    ],
)
async def test_kind_of_a_users_file(
    sim: Sim, ana: int, file: tuple[str, bytes, str], kind: str | None, field: str
) -> None:
    (message,) = await sim.send_files(ana, file, **({"kind": kind} if kind else {}))

    assert field in message


async def test_users_broken_photo_is_refused(
    sim: Sim, ana: int, client: aiohttp.ClientSession, server: PlaygroundServer
) -> None:
    form = aiohttp.FormData()
    form.add_field("files", b"no picture", filename="a.jpg", content_type="image/jpeg")

    async with client.post(f"{server.url}/_sim/users/{ana}/send", data=form) as response:
        assert (response.status, await response.json()) == (
            400,
            {"error": "Bad Request: IMAGE_PROCESS_FAILED"},
        )


async def test_control_side_serves_files_whole_and_in_part(
    sim: Sim, ana: int, client: aiohttp.ClientSession, server: PlaygroundServer
) -> None:
    (message,) = await sim.send_files(ana, ("a.txt", b"0123456789", "text/html"))
    url = f"{server.url}/_sim/files/{message['document']['file_id']}"

    async def fetch(span: str | None) -> tuple[int, bytes]:
        async with client.get(url, headers={"Range": span} if span else {}) as response:
            assert response.headers["x-content-type-options"] == "nosniff"
            return response.status, await response.read()

    assert await fetch(None) == (200, b"0123456789")
    assert await fetch("bytes=2-4") == (206, b"234")
    assert await fetch("bytes=7-") == (206, b"789")
    assert await fetch("bytes=-2") == (206, b"89")
    assert await fetch("bytes=99-") == (416, b"")


async def test_copy_leaves_no_trace_and_forward_names_the_author(bot: Bot, sim: Sim, ana: int) -> None:
    await sim.post("/users/1002/start")
    (photo,) = await sim.send_files(ana, ("a.jpg", picture(), "image/jpeg"), caption="Look")

    copied = await bot.copy_message(1002, ana, photo["message_id"])
    forwarded = await bot.forward_message(1002, ana, photo["message_id"])

    shown = next(m for m in await sim.messages(1002) if m["message_id"] == copied.message_id)
    assert set(shown) == {"message_id", "from", "chat", "date", "photo", "caption"}
    assert (shown["photo"], shown["caption"]) == (photo["photo"], "Look")
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.sender_user.id == ana  # type: ignore[attr-defined]


async def test_copied_album_stays_an_album(bot: Bot, sim: Sim, ana: int) -> None:
    await sim.post("/users/1002/start")
    album = await sim.send_files(ana, ("a.jpg", picture(), "image/jpeg"), ("b.jpg", picture(), "image/jpeg"))
    ids = [m["message_id"] for m in album]

    copies = await bot.copy_messages(1002, ana, [*ids, 9999])

    shown = (await sim.messages(1002))[-2:]
    assert [m["message_id"] for m in shown] == [c.message_id for c in copies]
    groups = {m["media_group_id"] for m in shown}
    assert len(groups) == 1
    assert groups != {album[0]["media_group_id"]}


async def test_copy_with_other_caption_and_refusals(bot: Bot, sim: Sim, ana: int) -> None:
    (photo,) = await sim.send_files(ana, ("a.jpg", picture(), "image/jpeg"), caption="Look")

    await bot.copy_message(ana, ana, photo["message_id"], caption="")

    assert "caption" not in (await sim.messages(ana))[-1]
    with pytest.raises(BadRequest, match="Message to copy not found"):
        await bot.copy_message(ana, ana, 9999)
    with pytest.raises(BadRequest, match="Message to forward not found"):
        await bot.forward_message(ana, ana, 9999)


async def test_edit_media_and_caption(bot: Bot, sim: Sim, ana: int) -> None:
    sent = await bot.send_photo(ana, picture(), caption="before")

    await bot.edit_message_caption(ana, sent.message_id, caption="after")
    captioned = (await sim.messages(ana))[-1]
    await bot.edit_message_media(InputMediaVideo(FILM), ana, sent.message_id)
    replaced = (await sim.messages(ana))[-1]

    assert captioned["caption"] == "after"
    assert ("photo" in replaced, "video" in replaced, "caption" in replaced) == (False, True, False)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", ana, sent.message_id)
