"""Where pictures for people who look are kept: small files, a folder for each language, an index that names each."""

import base64
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from browser import Tab
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
INDEX = FOLDER / "README.md"
TALLEST = 1600  # pixels; what is longer goes on in the same manner
TONES = 16  # half a byte for each pixel
# A picture as pixels, read by the browser itself: three bytes each, row after row.
PIXELS = """async png => {
    const picture = await createImageBitmap(await (await fetch(png)).blob());
    const canvas = new OffscreenCanvas(picture.width, picture.height), pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0);
    const { data } = pen.getImageData(0, 0, picture.width, picture.height);
    let text = "";
    for (let at = 0; at < data.length; at += 32768)
        text += String.fromCharCode(...data.subarray(at, at + 32768));
    return [picture.width, picture.height, btoa(text)] }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """The pictures in one language. `reader` is a tab beside the others, in which pictures are read."""

    lang: str
    reader: Tab
    drawn: set[str] = field(default_factory=set[str])

    async def keep(self, tab: Tab, name: str) -> None:
        """The page that stands open, from its top, as far as it is drawn; once."""
        if name in self.drawn:
            return
        self.drawn.add(name)
        assert f"({self.lang}/{name}.png)" in INDEX.read_text(), f"No line in {INDEX} shows {self.lang}/{name}.png."
        await tab.run("scrollTo(0, 0)")  # the bar that stays would be drawn wherever a page has scrolled to
        size = tab.page.viewport_size
        assert size is not None
        tall = int(await tab.run("Math.max(document.documentElement.scrollHeight, innerHeight)"))
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(tall, TALLEST)}
        png = await tab.page.screenshot(full_page=True, clip=clip, animations="disabled")  # pyright: ignore[reportArgumentType] - a dict is what it takes
        file = FOLDER / self.lang / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(await self.smaller(png))

    async def smaller(self, png: bytes) -> bytes:
        """The same picture in its commonest tones only, at a fifth of the size."""
        address = "data:image/png;base64," + base64.b64encode(png).decode()
        wide, high, text = await self.reader.page.evaluate(PIXELS, address)
        pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(high, wide, 4)[:, :, :3]
        return written(*toned(pixels))


def toned(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Each pixel as the number of its tone, and the tones: those that stand most often, and for others the nearest."""
    high, wide, _ = pixels.shape
    parts = pixels.astype(np.uint32)  # each colour as one number: sorting numbers is quick
    packed = parts[:, :, 0] << 16 | parts[:, :, 1] << 8 | parts[:, :, 2]
    colours, which, counts = np.unique(packed, return_inverse=True, return_counts=True)
    seen = np.stack((colours >> 16, colours >> 8 & 255, colours & 255), axis=1).astype(np.int32)
    tones = chosen(seen, counts)
    nearest = ((seen[:, None, :] - tones[None, :, :]) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    return nearest[which].reshape(high, wide), tones.astype(np.uint8)


def chosen(colours: NDArray[np.int32], counts: NDArray[np.intp]) -> NDArray[np.int32]:
    """One tone after another: whichever leaves the most behind, by how far off it is and how often it stands."""
    off = np.full(len(colours), np.iinfo(np.int32).max, dtype=np.float64)
    tones = list[NDArray[np.int32]]()
    for _ in range(min(TONES, len(colours))):
        tones.append(colours[int((off * counts).argmax())])
        off = np.minimum(off, ((colours - tones[-1]) ** 2).sum(axis=1))
    return np.stack(tones)


def written(pixels: NDArray[np.uint8], tones: NDArray[np.uint8]) -> bytes:
    """A PNG with a palette."""
    high, wide = pixels.shape
    pairs = np.pad(pixels, ((0, 0), (0, wide % 2)))
    halves = pairs[:, ::2] << 4 | pairs[:, 1::2]
    rows = np.hstack((np.zeros((high, 1), np.uint8), halves)).tobytes()
    head = struct.pack(">IIBBBBB", wide, high, 4, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", tones.tobytes()), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
