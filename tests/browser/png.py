"""A screenshot as a small PNG of few colours, chosen in the browser, which knows how to read pictures."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# The most frequent colours, told apart by 5 bits a channel; every other pixel takes the nearest of them.
REDUCE = """async ([data, most]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${data}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height});
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height).data;
  const seen = new Map();
  const key = at => (pixels[at] >> 3) << 10 | (pixels[at + 1] >> 3) << 5 | pixels[at + 2] >> 3;
  for (let at = 0; at < pixels.length; at += 4) {
    if (!seen.has(key(at))) seen.set(key(at), {count: 0, colour: pixels.slice(at, at + 3)});
    seen.get(key(at)).count++;
  }
  const kept = [...seen.values()].sort((a, b) => b.count - a.count).slice(0, most).map(one => one.colour);
  const far = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
  for (const one of seen.values()) {
    const distances = kept.map(colour => far(colour, one.colour));
    one.place = distances.indexOf(Math.min(...distances));
  }
  let text = "";
  for (let at = 0; at < pixels.length; at += 4) text += String.fromCharCode(seen.get(key(at)).place);
  const {width, height} = image;
  return {width, height, palette: kept.map(colour => [...colour]), places: btoa(text)};
}"""


def reduced(page: Page, png: bytes, largest: int) -> bytes:
    """The same picture in few colours: in fewer yet where it would be too large."""
    for most in (256, 32, 12):
        small = few(page, png, most)
        if len(small) <= largest:
            break
    return small


def few(page: Page, png: bytes, most: int) -> bytes:
    """The same picture in so many colours at most."""
    got = page.evaluate(REDUCE, [base64.b64encode(png).decode(), most])
    width, height = got["width"], got["height"]
    places = base64.b64decode(got["places"])
    rows = b"".join(b"\0" + places[row * width : (row + 1) * width] for row in range(height))
    palette = bytes(value for colour in got["palette"] for value in colour)
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0),
        b"PLTE": palette,
        b"IDAT": zlib.compress(rows, 9),
        b"IEND": b"",
    }
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in parts.items())


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
