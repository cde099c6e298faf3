"""Moving pictures as files, written by PyAV, which is the optional extra `video`. Knows no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from importlib.util import find_spec
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from msgspec import Struct

from scenes.errors import ArenaError
from scenes.progress import Job, Progress
from vlaarena_desktop.saving.draft import drafted, not_written
from vlaarena_desktop.saving.frames import Picture

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.video.stream import VideoStream

FormName = Literal["webm", "mp4", "webp"]
MISSING_HINT = 'Install it with: pip install "vlaarena[video]"'
RATES = (15, 30, 60)  # frames per second
_BT709, _LIMITED_RANGE = 1, 1  # as FFmpeg numbers them


class Form(Struct, frozen=True):
    """A file format: its container, and the encoders that may fill it with their settings, best first."""

    container: str
    encoders: dict[str, dict[str, str]]
    settings: dict[str, str] = {}  # of the container


_VP9 = {"crf": "30", "b": "0", "deadline": "realtime", "cpu-used": "6", "row-mt": "1"}
_VP8 = {"crf": "12", "b": "4M", "deadline": "realtime", "cpu-used": "4"}
_H264 = {"crf": "20", "preset": "veryfast"}
FORMS: dict[FormName, Form] = {
    "webm": Form("webm", {"libvpx-vp9": _VP9, "libvpx": _VP8}),
    "mp4": Form("mp4", {"libx264": _H264, "libopenh264": {"b": "6M"}, "mpeg4": {"b": "6M"}}, {"movflags": "faststart"}),
    "webp": Form("webp", {"libwebp_anim": {"quality": "80"}}, {"loop": "0"}),
}


def available() -> bool:
    """Whether PyAV is installed."""
    return find_spec("av") is not None


def encoder_of(form: FormName) -> str:
    """The encoder that this build of PyAV offers for a format.

    Raises:
        ArenaError: PyAV is missing, or has no such encoder.
    """
    av = _pyav()
    for name in FORMS[form].encoders:
        if name in av.codecs_available:
            return name
    raise ArenaError(
        f"This build of PyAV cannot write {form}: it has none of {', '.join(FORMS[form].encoders)}.",
        hint='Choose another format, or install the usual build: pip install "av>=14".',
    )


def times(start: float, end: float, rate: int, speed: float) -> list[float]:
    """The moments [s] of a video's frames, from `start` to `end`, both included, `speed` times as fast as life."""
    count = floor((end - start) / speed * rate + 1e-6)
    moments = [start + index * speed / rate for index in range(count + 1)]
    return moments if end - moments[-1] < 1e-6 else [*moments, end]


def write_video(pictures: Iterable[Picture], count: int, rate: int, form: FormName, path: Path) -> Job[Path]:
    """Write `count` pictures of one size, `rate` a second; the file is whole or not there.

    Raises:
        ArenaError: PyAV is missing, or the file could not be written.
    """
    encoder = encoder_of(form)
    with drafted(path) as draft, _errors_of(path), _opened(draft, form) as container:
        stream: VideoStream | None = None
        for index, picture in enumerate(pictures):
            if stream is None:
                stream = _stream(container, form, encoder, rate, picture)
            container.mux(stream.encode(_frame(picture, Fraction(index, rate))))
            yield Progress(index + 1, count)
        if stream is not None:
            container.mux(stream.encode(None))
    return path


def _pyav() -> Any:
    """The package `av`, imported when it is first wanted: it is not needed otherwise."""
    try:
        import av
    except ImportError as error:
        raise ArenaError(
            "Videos are written by PyAV, which is not installed.",
            hint=MISSING_HINT,
            detail=str(error),
        ) from error
    return av


@contextmanager
def _opened(draft: Path, form: FormName) -> Iterator[OutputContainer]:
    container = _pyav().open(str(draft), "w", format=FORMS[form].container, options=FORMS[form].settings)
    with container:
        yield container


@contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except _pyav().error.FFmpegError as error:
        raise not_written(path, error) from error


def _stream(container: OutputContainer, form: FormName, encoder: str, rate: int, first: Picture) -> VideoStream:
    options = dict(FORMS[form].encoders[encoder])
    stream = cast("VideoStream", container.add_stream(encoder, rate=rate, options=options))
    stream.height, stream.width = first.shape[:2]
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED_RANGE
    return stream


def _frame(picture: Picture, time: Fraction) -> Any:
    frame = _pyav().VideoFrame.from_ndarray(picture, format="rgb24")
    frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
    frame.pts, frame.time_base = time.numerator, Fraction(1, time.denominator)
    return frame
