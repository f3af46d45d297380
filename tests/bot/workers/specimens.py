"""Files that tell more than they show: where they were taken, by whom, and what hides in them."""

import base64
import io

import pikepdf
from PIL import Image

#: In each specimen, wherever something can hide.
CANARY = b"CANARY"

#: A photo as phones write it: 64 × 48, orange; its camera is named CANARYCAM, and it was taken in Berlin.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA"
    "AAAERAAAIAAQAAAAAB4gABAAAAAAAAABoAAgAAAAAB/AABAAAAAAAAAIgAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp"
    "bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE"
    "ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkA"
    "AAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEH"
    "BpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAAqm1kYXQAAAAWKAGvGYDvSaW/"
    "/31l/6Pcv9QrWmPm4AAAAAZFeGlmAABNTQAqAAAACAACAQ8AAgAAAAoAAAAmiCUABAAAAAEAAAAwAAAAAENBTkFSWUNBTQAAAwABAAIAAAACTg"
    "AAAAACAAUAAAADAAAAWgAdAAIAAAALAAAAcgAAAAAAAAA0AAAAAQAAAB8AAAABAAAADAAAAAEyMDI2OjExOjI0AAA="
)


def exif(orientation: int = 1) -> Image.Exif:
    """Camera, place, date and which side is up."""
    found = Image.Exif()
    found[0x010F] = "CANARYCAM"
    found[0x0112] = orientation
    found.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 29: "2026:11:24"})
    return found


def located(kind: str = "JPEG", *, orientation: int = 1, mode: str = "RGB") -> bytes:
    """A picture twice as wide as high, its left half red, with all that a camera writes into it."""
    picture = Image.new("RGB", (64, 32), "blue")
    picture.paste("red", (0, 0, 32, 32))
    out = io.BytesIO()
    how = {"comment": b"CANARY by Mia"} if kind in ("JPEG", "GIF") else {}
    picture.convert(mode).save(out, kind, exif=exif(orientation), xmp=b"<x:xmpmeta>CANARY</x:xmpmeta>", **how)
    return out.getvalue()


def paper() -> bytes:
    """A PDF of one page with an author, an attached file, a script, and a photo that was taken somewhere."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(99, 99))
    photo = pikepdf.Stream(pdf, located(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
    photo.Width, photo.Height, photo.BitsPerComponent = 64, 32, 8
    photo.ColorSpace, photo.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=photo))
    page.obj.Contents = pikepdf.Stream(pdf, b"q 64 0 0 32 9 9 cm /Photo Do Q")
    pdf.docinfo["/Author"] = "CANARY"
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = ["CANARY"]
    pdf.attachments["note.txt"] = b"CANARY"
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="CANARY")
    out = io.BytesIO()
    pdf.save(out, compress_streams=False)
    return out.getvalue()


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of an MP4 film."""
    body = b"".join(content)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def film(*, made: int = 0xC0FFEE) -> bytes:
    """An MP4 with a track of pictures and one of places, a place for the whole, and something behind it."""
    head = box(b"ftyp", b"isom\0\0\2\0isommp41")
    pictures, places = b"PICTURES", b"CANARY 52.52 13.40"
    start = len(head) + 8
    movie = box(
        b"moov",
        box(b"mvhd", bytes(4), made.to_bytes(4, "big"), made.to_bytes(4, "big"), b"RATE"),
        _track(b"vide", start, [4, 4]),
        _track(b"meta", start + len(pictures), [8, 10]),
        box(b"udta", box(b"\xa9xyz", b"+52.52+013.40/CANARY")),
        box(b"meta", b"com.apple.quicktime.location.ISO6709 CANARY"),
    )
    return head + box(b"mdat", pictures, places) + movie + box(b"uuid", b"CANARY") + b"PK\3\4CANARY"


def _track(kind: bytes, at: int, sizes: list[int]) -> bytes:
    def numbers(*values: int) -> bytes:
        return b"".join(value.to_bytes(4, "big") for value in values)

    table = box(
        b"stbl",
        box(b"stsc", numbers(0, 1, 1, 2, 1)),
        box(b"stsz", numbers(0, 0, len(sizes), *sizes)),
        box(b"stco", numbers(0, 1, at)),
    )
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), kind), box(b"minf", table)))
