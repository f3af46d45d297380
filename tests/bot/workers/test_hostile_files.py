"""Files that are made to harm are refused, or shown only as a copy that carries nothing of it."""

import io
import resource
import time
import zipfile

import pikepdf
import pytest
from PIL import Image

from bot.workers.cleaning import Clean, Unclean, clean, is_plain_photo
from bot.workers.inspection import ALLOWED, Refused, Usable, inspect

from . import hostile
from .hostile import PAYLOAD, archive, huge_jpeg, huge_png, packed_zeros, pdf, picture, webm, wordy_png, zip_bomb
from .specimens import CANARY, HEIC, film, located, paper

SPECIMENS = {
    "image/jpeg": located(),
    "image/png": located("PNG"),
    "image/webp": located("WEBP"),
    "image/gif": located("GIF", mode="P"),
    "image/heic": HEIC,
    "video/mp4": film(),
    "video/quicktime": b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  " + film()[20:],
    "video/webm": webm(behind=b"CANARY"),
    "application/pdf": paper(),
}
FLATE = "/FlateDecode"


async def judged(data: bytes) -> Refused | Clean | Unclean:
    """What becomes of a file, as the evidence worker does it."""
    found = inspect(data)
    if isinstance(found, Refused):
        return found
    try:
        return await clean(data, found.mime)
    except Unclean as err:
        return err


# --- what is shown of any kind -------------------------------------------------------------------------------------------


def test_there_is_a_specimen_of_every_kind() -> None:
    assert set(SPECIMENS) == ALLOWED


@pytest.mark.parametrize("mime", sorted(ALLOWED))
async def test_copy_of_any_kind_tells_nothing_of_place_time_device_and_name(mime: str) -> None:
    data = SPECIMENS[mime]
    assert CANARY in data and inspect(data) == Usable(mime)

    shown = await judged(data)

    assert isinstance(shown, Clean)
    assert CANARY not in shown.data and b"52.5" not in shown.data and b"Exif" not in shown.data
    if shown.mime.startswith("image/"):
        assert dict(Image.open(io.BytesIO(shown.data)).getexif()) == {}


@pytest.mark.parametrize(
    "behind", [archive(), PAYLOAD, b"MZ" + PAYLOAD, PAYLOAD + b"\xff\xd9"], ids=["zip", "html", "exe", "eoi"]
)
@pytest.mark.parametrize("mime", sorted(ALLOWED))
async def test_what_hangs_behind_a_file_is_never_shown(mime: str, behind: bytes) -> None:
    shown = await judged(SPECIMENS[mime] + behind)

    assert isinstance(shown, Clean)
    assert PAYLOAD not in shown.data
    assert not zipfile.is_zipfile(io.BytesIO(shown.data))


# --- bombs -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (huge_png(), "too_big"),
        (huge_jpeg(), "too_big"),
        (zip_bomb(), "type"),
        (zip_bomb() + b"%%EOF", "type"),
        (wordy_png(b"zTXt"), "broken"),
        (wordy_png(b"iTXt"), "broken"),
    ],
    ids=["png", "jpeg", "zip", "zip as pdf", "text", "other text"],
)
def test_bomb_is_refused_before_it_unfolds(data: bytes, why: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert inspect(data) == Refused(why)

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # in kilobytes
    assert len(data) < 4 << 20 and grown < 200_000


async def test_profile_that_unfolds_is_not_in_the_copy() -> None:
    shown = await judged(wordy_png(b"iCCP"))
    assert isinstance(shown, Refused) or (isinstance(shown, Clean) and b"iCCP" not in shown.data)


@pytest.mark.parametrize(
    "data",
    [
        pdf(packed_zeros(600 << 20), FLATE),
        pdf(hostile.zlib.compress(packed_zeros(600 << 20), 9), FLATE, FLATE),
    ],
    ids=["once", "twice"],
)
async def test_paper_that_unfolds_to_more_than_anybody_should_hold_is_refused(data: bytes) -> None:
    assert len(data) < 1 << 20
    assert isinstance(await judged(data), Unclean)


async def test_paper_of_a_usual_size_is_shown() -> None:
    shown = await judged(pdf(packed_zeros(8 << 20), FLATE))
    assert isinstance(shown, Clean)
    with pikepdf.open(io.BytesIO(shown.data)) as read:
        assert len(read.pages[0].Contents.read_bytes()) == 8 << 20


# --- two things at once ------------------------------------------------------------------------------------------------------


def gif_that_is_a_script() -> bytes:
    """`GIF89a` and a size that begin a JavaScript comment, which ends behind the picture."""
    data = bytearray(picture("GIF"))
    data[6:10] = b"/*" + data[8:10]
    return bytes(data) + b"*/=1;" + PAYLOAD


def jpeg_that_is_a_page() -> bytes:
    """HTML in a comment at the beginning."""
    data, note = picture("JPEG"), b"--><html>" + PAYLOAD
    return data[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + data[2:]


def png_that_is_a_page() -> bytes:
    data = picture("PNG")
    return data[:33] + hostile.chunk(b"tEXt", b"Comment\0" + PAYLOAD) + data[33:]


def paper_with_a_page_behind_its_photo() -> bytes:
    """Data behind the end of a JPEG picture, and behind the end of what is packed, inside a PDF."""
    made = pikepdf.open(io.BytesIO(paper()))
    photo = made.pages[0].Resources.XObject.Photo
    photo.write(photo.read_raw_bytes() + PAYLOAD, filter=pikepdf.Name.DCTDecode)
    made.pages[0].obj.Contents = pikepdf.Stream(
        made, hostile.zlib.compress(b"q Q") + PAYLOAD, Filter=pikepdf.Name.FlateDecode
    )
    out = io.BytesIO()
    made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        gif_that_is_a_script(),
        jpeg_that_is_a_page(),
        png_that_is_a_page(),
        paper_with_a_page_behind_its_photo(),
        pdf() + archive(),
        pdf().replace(b"%PDF-", b"%PDF-1.7\n%" + PAYLOAD + b"\n%PDF-", 1),
        archive() + pdf(),
        PAYLOAD + pdf(),
        film() + hostile.ebml(0xEC, PAYLOAD),
    ],
    ids=["gif+js", "jpeg+html", "png+html", "pdf inside", "pdf+zip", "pdf+html", "zip+pdf", "html+pdf", "mp4+"],
)
async def test_polyglot_is_refused_or_becomes_one_thing(data: bytes) -> None:
    assert PAYLOAD in data

    shown = await judged(data)

    assert not isinstance(shown, Clean) or PAYLOAD not in shown.data
    assert not isinstance(shown, Clean) or not zipfile.is_zipfile(io.BytesIO(shown.data))


async def test_pictures_inside_a_paper_stay_whole() -> None:
    photo = io.BytesIO()
    Image.effect_noise((64, 32), 80).convert("RGB").save(photo, "JPEG", progressive=True, restart_marker_rows=1)
    made = pikepdf.open(io.BytesIO(paper()))
    made.pages[0].Resources.XObject.Photo.write(photo.getvalue() + PAYLOAD, filter=pikepdf.Name.DCTDecode)
    out = io.BytesIO()
    made.save(out)

    shown = await judged(out.getvalue())

    assert isinstance(shown, Clean)
    with pikepdf.open(io.BytesIO(shown.data)) as read:
        raw = read.pages[0].Resources.XObject.Photo.read_raw_bytes()
    assert raw.endswith(b"\xff\xd9") and PAYLOAD not in raw
    assert Image.open(io.BytesIO(raw)).tobytes() == Image.open(photo).tobytes()


def test_photo_with_something_behind_it_is_no_plain_photo_however_it_ends() -> None:
    plain = picture("JPEG")
    endings = (b"", PAYLOAD, PAYLOAD + b"\xff\xd9", b"\xff\xd9")
    assert [is_plain_photo(plain + ending) for ending in endings] == [True, False, False, False]


# --- cut off, and under a false name -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mime", sorted(ALLOWED))
async def test_file_cut_off_anywhere_is_refused_or_tells_no_more(mime: str) -> None:
    data = SPECIMENS[mime]
    for cut in {len(data) * n // 5 for n in range(5)}:
        shown = await judged(data[:cut])
        assert not isinstance(shown, Clean) or CANARY not in shown.data


@pytest.mark.parametrize("mime", sorted(ALLOWED))
def test_what_a_file_is_called_does_not_matter(mime: str) -> None:
    """Nothing but the bytes is asked: there is no name to believe."""
    assert inspect(SPECIMENS[mime]) == Usable(mime)
    program = b"MZ\x90\x00" + SPECIMENS[mime]
    assert inspect(program) == Refused("type")


async def test_hostile_files_are_judged_in_a_bounded_time() -> None:
    began = time.process_time()
    for data in (huge_png(), huge_jpeg(), zip_bomb(), jpeg_that_is_a_page(), gif_that_is_a_script()):
        await judged(data)
    assert time.process_time() - began < 30
