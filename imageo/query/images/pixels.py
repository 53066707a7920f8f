"""From an image file to upright sRGB pixels of the size wanted, and from those to a JPEG or PNG without metadata.

The decoders' own classes are called, not `Image.open`: what other code registered or allowed there does not matter,
and nothing is registered for it.
"""

from io import BytesIO
from math import isqrt

from PIL import Image, ImageCms, ImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from imageo.query.images.parts import MOST_PIXELS, BadImage, ImageKind, ImageParts, Size, refuse_huge

_LARGEST_JPEG = 500_000_000
_MOST_SCANNED = 2_000_000_000
"""Pixels times scans: a progressive JPEG of a few kilobytes may ask for hours of work."""

_PLUGINS: dict[ImageKind, type[ImageFile.ImageFile]] = {"PNG": PngImageFile, "WebP": WebPImageFile, "GIF": GifImageFile}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LOWER_QUALITIES = (80, 65, 50)
_STEP = 0.75
_SRGB = (b"sRGB", "sRGB".encode("utf-16-be"))


def fitted(size: Size, max_side: int, max_pixels: int | None) -> Size:
    """The largest size of the same shape within the limits, never larger than it is, at least one pixel each way."""
    width, height = size
    longest = max(size)
    if longest > max_side:
        width, height = max(1, width * max_side // longest), max(1, height * max_side // longest)
    if max_pixels is not None and width * height > max_pixels:
        wide = isqrt(max_pixels * width // height)
        high = isqrt(max_pixels * height // width)
        width, height = (max_pixels, 1) if not high else (1, max_pixels) if not wide else (wide, high)
    return width, height


def decode_jpeg(parts: ImageParts, wanted: Size) -> Image.Image:
    """Decode at 1/1, 1/2, 1/4 or 1/8 of the size, whichever is the least that is no smaller than wanted.

    Smaller still where that would be more than MOST_PIXELS.
    """
    n_pixels = parts.width * parts.height
    # Of several scans a decoder keeps all coefficients, at whatever scale it shows them.
    most = MOST_PIXELS if parts.n_scans > 1 else _LARGEST_JPEG
    if n_pixels > most or n_pixels * parts.n_scans > _MOST_SCANNED:
        raise BadImage(f"the JPEG is too large to decode ({parts.width} x {parts.height} pixels)")
    image = JpegImageFile(BytesIO(parts.data))
    scale = next(
        scale
        for scale in (8, 4, 2, 1)
        if scale == 1 or (parts.width // scale >= wanted[0] and parts.height // scale >= wanted[1])
    )
    while n_pixels // scale**2 > MOST_PIXELS:
        scale *= 2
    image.draft(None, (max(1, parts.width // scale), max(1, parts.height // scale)))
    image.load()
    return image


def decode(kind: ImageKind, parts: ImageParts) -> Image.Image:
    """Decode the first picture of a PNG, WebP or GIF, whole."""
    refuse_huge((parts.width, parts.height))
    image = _PLUGINS[kind](BytesIO(parts.data))
    refuse_huge(image.size)
    image.load()
    return image


def upright_srgb(image: Image.Image, size: Size, profile: bytes, orientation: int) -> Image.Image:
    """Opaque 8-bit grey or sRGB of that size (before it is turned), upright; transparent parts become white."""
    image = _resizable(image)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    image = _srgb(image, profile)
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def is_srgb(profile: bytes) -> bool:
    """Whether pixels under this profile may be shown as they are; where there is none they are taken for sRGB."""
    return not profile or any(name in profile for name in _SRGB)


def encode(image: Image.Image, media_type: str, quality: int, max_bytes: int) -> tuple[bytes, Size]:
    """The image file and its size: first of less quality, then smaller, until it fits.

    Raises BadImage where not even one pixel does.
    """
    image.info = {}  # Pillow would write a comment that stands here
    qualities = (quality, *(lower for lower in _LOWER_QUALITIES if lower < quality))
    while True:
        for each in qualities if media_type == "image/jpeg" else (quality,):
            file = BytesIO()
            image.save(file, format=media_type.removeprefix("image/").upper(), quality=each)
            if file.tell() <= max_bytes:
                return file.getvalue(), image.size
        if image.size == (1, 1):
            raise BadImage(f"the image does not fit into {max_bytes} bytes")
        smaller = (max(1, int(image.width * _STEP)), max(1, int(image.height * _STEP)))
        image = image.resize(smaller, Image.Resampling.LANCZOS)
        qualities = qualities[-1:]


def _resizable(image: Image.Image) -> Image.Image:
    """In a mode that can be resized and shows all its tones: L, RGB, CMYK, or RGBA where something is transparent."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    if image.mode.startswith("I"):  # 16 bits of grey, which `convert` would cut off at 255
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    return image.convert("L" if image.mode == "1" else "RGB")


def _srgb(image: Image.Image, profile: bytes) -> Image.Image:
    if not is_srgb(profile):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a profile that is damaged, or of another kind of image, is none
        if converted is not None:
            return converted
    return image if image.mode in ("L", "RGB") else image.convert("RGB")
