"""What others see of a file: the same picture, and nothing of where, when and by whom it was made."""

import io

import pikepdf
import pytest
from PIL import Image, ImageSequence

from bot.workers.cleaning import Clean, Unclean, clean, is_plain_photo
from bot.workers.inspection import Usable, inspect

from .specimens import CANARY, HEIC, film, located, paper


def opened(shown: Clean) -> Image.Image:
    return Image.open(io.BytesIO(shown.data))


@pytest.mark.parametrize(
    ("data", "mime", "becomes"),
    [
        (located(), "image/jpeg", "image/jpeg"),
        (located("PNG"), "image/png", "image/png"),
        (located("WEBP"), "image/webp", "image/jpeg"),
        (located("GIF", mode="P"), "image/gif", "image/jpeg"),
        (HEIC, "image/heic", "image/jpeg"),
        (paper(), "application/pdf", "application/pdf"),
        (film(), "video/mp4", "video/mp4"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_nothing_that_a_file_tells_beside_its_picture_is_left(data: bytes, mime: str, becomes: str) -> None:
    assert CANARY in data
    assert inspect(data) == Usable(mime)

    shown = await clean(data, mime)

    assert shown.mime == becomes
    assert CANARY not in shown.data
    assert inspect(shown.data) == Usable(becomes)


@pytest.mark.parametrize(
    "data", [located(), located("PNG"), located("WEBP"), HEIC], ids=["jpeg", "png", "webp", "heic"]
)
async def test_no_exif_is_left(data: bytes) -> None:
    kind = inspect(data)
    assert isinstance(kind, Usable) and len(Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)) > 0
    assert dict(opened(await clean(data, kind.mime)).getexif()) == {}


async def test_picture_stands_upright_once_it_no_longer_says_which_side_is_up() -> None:
    shown = opened(await clean(located("PNG", orientation=6), "image/png"))

    assert shown.size == (32, 64)
    assert [shown.getpixel(at) for at in ((16, 8), (16, 56))] == [(255, 0, 0), (0, 0, 255)]


async def test_picture_looks_as_before() -> None:
    shown = opened(await clean(located(), "image/jpeg"))
    red, blue = shown.getpixel((8, 16)), shown.getpixel((56, 16))
    assert red[0] > 240 and max(red[1:]) < 15
    assert blue[2] > 240 and max(blue[:2]) < 15


async def test_what_hides_behind_a_picture_is_gone() -> None:
    shown = await clean(located() + b"PK\3\4CANARY<script>", "image/jpeg")
    assert shown.data.endswith(b"\xff\xd9")
    assert b"<script>" not in shown.data


async def test_transparent_picture_stays_so_in_png_and_is_white_in_jpeg() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    out = {kind: io.BytesIO() for kind in ("PNG", "WEBP")}
    for kind, file in out.items():
        clear.save(file, kind)
    png, webp = [await clean(out[kind].getvalue(), f"image/{kind.lower()}") for kind in out]
    assert opened(png).convert("RGBA").getpixel((1, 1))[3] == 0
    assert opened(webp).getpixel((1, 1)) == (255, 255, 255)


async def test_moving_picture_keeps_moving() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=[50, 80, 110], comment=b"CANARY")

    shown = await clean(file.getvalue(), "image/gif")

    assert CANARY not in shown.data
    seen = [(f.info["duration"], f.convert("RGB").getpixel((3, 3))) for f in ImageSequence.Iterator(opened(shown))]
    assert seen == [(50, (255, 0, 0)), (80, (0, 128, 0)), (110, (0, 0, 255))]


async def test_paper_keeps_its_pages_and_pictures() -> None:
    with pikepdf.open(io.BytesIO((await clean(paper() + b"MZ CANARY", "application/pdf")).data)) as pdf:
        [page] = pdf.pages
        assert page.Contents.read_bytes() == b"q 64 0 0 32 9 9 cm /Photo Do Q"
        picture = Image.open(io.BytesIO(page.Resources.XObject.Photo.read_raw_bytes()))
        assert picture.size == (64, 32) and dict(picture.getexif()) == {}
        assert sorted(pdf.Root.keys()) == ["/Names", "/Pages", "/Type"] and len(pdf.Root.Names.keys()) == 0


def locked(*, user: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(paper())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="secret", user=user))
    return out.getvalue()


async def test_paper_that_anybody_may_open_is_shown_without_its_lock() -> None:
    with pikepdf.open(io.BytesIO((await clean(locked(user=""), "application/pdf")).data)) as pdf:
        assert not pdf.is_encrypted


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4\nMZ this is a program\n%%EOF\n", locked(user="secret")], ids=["none", "locked"]
)
async def test_paper_that_nobody_can_open_is_not_shown(data: bytes) -> None:
    with pytest.raises(Unclean):
        await clean(data, "application/pdf")


async def test_broken_picture_is_not_shown() -> None:
    with pytest.raises(Unclean):
        await clean(located()[:300], "image/jpeg")


def test_photo_is_plain_only_with_nothing_but_a_picture_in_it() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    plain = out.getvalue()
    assert [is_plain_photo(data) for data in (plain, plain + b"PK", located())] == [True, False, False]
