"""Real files to send in the stories, if dull ones."""

import io

from PIL import Image


def jpeg(colour: tuple[int, int, int] = (180, 90, 60)) -> bytes:
    """A real photo, if a dull one."""
    file = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(file, "JPEG")
    return file.getvalue()


#: The smallest thing that is really an MP4: a file type box and an empty movie.
MP4 = bytes.fromhex("0000001c6674797069736f6d0000020069736f6d69736f326d703431") + bytes.fromhex("000000086d6f6f76")
#: A paper of one small empty page, made by somebody in a hurry: readers have to find its parts themselves.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def located_jpeg() -> bytes:
    """A photo as a phone writes it: taken in Berlin, by a camera named CANARYCAM."""
    exif = Image.Exif()
    exif[0x010F] = "CANARYCAM"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 29: "2026:11:24"})
    file = io.BytesIO()
    Image.new("RGB", (320, 240), (90, 90, 60)).save(file, "JPEG", exif=exif, comment=b"CANARY by Mia")
    return file.getvalue()
