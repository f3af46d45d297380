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
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
