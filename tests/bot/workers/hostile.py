"""Files that are made to harm: small ones that unfold, ones that are two things at once, ones that lie."""

import io
import zipfile
import zlib

import pikepdf
from PIL import Image

PAYLOAD = b"PAYLOAD<script>alert(document.domain)</script>"


def picture(kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(out, kind)
    return out.getvalue()


def archive(data: bytes = PAYLOAD) -> bytes:
    """A ZIP file whose content can be read in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("page.html", data)
    return out.getvalue()


def zip_bomb(size: int = 64 << 20) -> bytes:
    """Some kilobytes of ZIP that unfold to `size` bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        packed.writestr("0", bytes(size))
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def huge_png(side: int = 30_000) -> bytes:
    """Every pixel of it is there, packed: 2.7 GB of them in under 3 MB."""
    header = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    packer, rows, out = zlib.compressobj(9), bytes(1 + 3 * side), bytearray()
    for _ in range(200):  # a beginning is enough: nobody may get that far
        out += packer.compress(rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", bytes(out)) + chunk(b"IEND", b"")


def wordy_png(kind: bytes) -> bytes:
    """A small picture with a text (or a profile) that unfolds to 100 MB."""
    small, text = picture("PNG"), zlib.compress(bytes(100 << 20), 9)
    named = {b"zTXt": b"a\0\0", b"iTXt": b"a\0\1\0\0\0", b"iCCP": b"a\0\0"}[kind]
    return small[:33] + chunk(kind, named + text) + small[33:]


def huge_jpeg(side: int = 65_000) -> bytes:
    """A small JPEG that says it is a huge one."""
    data = bytearray(picture("JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = side.to_bytes(2, "big") * 2
    return bytes(data)


def pdf(stream: bytes = b"q Q", *filters: str) -> bytes:
    """A PDF of one page whose content is `stream`, packed as `filters` say."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(99, 99))
    kind = pikepdf.Array([pikepdf.Name(each) for each in filters])
    page.obj.Contents = pikepdf.Stream(made, stream, Filter=kind) if filters else pikepdf.Stream(made, stream)
    out = io.BytesIO()
    made.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def packed_zeros(size: int) -> bytes:
    packer, part = zlib.compressobj(9), bytes(1 << 20)
    return b"".join(packer.compress(part) for _ in range(size >> 20)) + packer.flush()


# --- WebM --------------------------------------------------------------------------------------------------------------


def ebml(kind: int, *content: bytes, unknown: bool = False) -> bytes:
    """An element of a WebM film."""
    body = b"".join(content)
    name = kind.to_bytes((kind.bit_length() + 7) // 8, "big")
    size = b"\x01" + (b"\xff" * 7 if unknown else len(body).to_bytes(7, "big"))
    return name + size + body


def webm(*, live: bool = False, behind: bytes = PAYLOAD) -> bytes:
    """A film of one track of pictures and one of subtitles, with all that a program writes into it, and something
    behind it. `live`: as browsers record it, who do not know how long it will be."""
    header = ebml(0x1A45DFA3, ebml(0x4286, b"\1"), b"\x42\x82\x84webm", ebml(0xEC, b"CANARY"))
    seek = [
        ebml(0x4DBB, ebml(0x53AB, kind.to_bytes(4, "big")), ebml(0x53AC, b"\x40")) for kind in (0x1549A966, 0x1254C367)
    ]
    info = ebml(
        0x1549A966,
        *(ebml(0xBF, b"CRC4"), ebml(0x2AD7B1, b"\x0f\x42\x40"), ebml(0x4489, bytes(4))),
        *(ebml(0x4D80, b"CANARY muxer"), ebml(0x5741, b"CANARY phone"), ebml(0x7BA9, b"CANARY title" * 20)),
        ebml(0x4461, b"CANARY01"),
    )
    pictures = ebml(
        0xAE,
        *(
            ebml(0xD7, b"\1"),
            ebml(0x73C5, b"\7"),
            ebml(0x83, b"\1"),
            ebml(0x86, b"V_VP8"),
            ebml(0x536E, b"CANARY name"),
        ),
        ebml(0xE0, ebml(0xB0, b"\x40"), ebml(0xBA, b"\x30"), ebml(0x5799, b"CANARY")),
    )
    words = ebml(0xAE, ebml(0xD7, b"\2"), ebml(0x83, b"\x11"), ebml(0x86, b"S_TEXT/UTF8 CANARY"))
    clusters = [
        ebml(
            0x1F43B675,
            *(ebml(0xE7, b"\0"), ebml(0xA3, b"\x81\0\0\x80PICTURE1"), ebml(0xA3, b"\x82\0\0\x80CANARY words")),
            ebml(0xA0, ebml(0xA1, b"\x82\0\0\0CANARY group"), ebml(0x9B, b"\1")),
            ebml(0xA0, ebml(0xA1, b"\x81\0\0\0PICTURE2"), ebml(0x75A1, b"CANARY more")),
            unknown=live,
        )
        for _ in range(2)
    ]
    tags = ebml(0x1254C367, ebml(0x7373, b"CANARY 52.52 13.40"))
    files = ebml(0x1941A469, ebml(0x61A7, b"CANARY.exe"))
    parts = (ebml(0x114D9B74, *seek), info, ebml(0x1654AE6B, pictures, words), tags, *clusters, files)
    return header + ebml(0x18538067, *parts, ebml(0x1C53BB6B, b""), unknown=live) + behind
