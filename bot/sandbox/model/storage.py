"""Files sent to or by the bot, kept in memory."""

import base64
import io
import math
import wave
from dataclasses import dataclass
from typing import Any, Final

from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.values import Upload

# A grey picture of one pixel: what the users of the sandbox photograph.
_PIXEL: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)

RECORDED_SECONDS: Final = 2
_SAMPLES_A_SECOND: Final = 8000


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that `getFile` knows; `path` is what the download address ends with."""

    file_id: str
    path: str
    name: str
    content_type: str
    data: bytes

    def payload(self) -> dict[str, Any]:
        """What every kind of file object has in common."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.file_id.rpartition("-")[2],
            "file_size": len(self.data),
        }


class FileStore:
    """Files by id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def keep(self, kind: str, upload: Upload) -> StoredFile:
        """Store an upload under a new id."""
        number = len(self._by_id) + 1
        suffix = upload.name.rpartition(".")[2].lower() if "." in upload.name else "bin"
        stored = StoredFile(
            file_id=f"sandbox-{kind}-{number:06d}",
            path=f"{kind}s/file_{number}.{suffix if suffix.isalnum() else 'bin'}",
            name=upload.name,
            content_type=upload.content_type,
            data=upload.data,
        )
        self._by_id[stored.file_id] = stored
        self._by_path[stored.path] = stored
        return stored

    def keep_photograph(self) -> StoredFile:
        """A picture as a user of the sandbox sends it."""
        return self.keep("photo", Upload("photo.png", "image/png", _PIXEL))

    def keep_recording(self) -> StoredFile:
        """A voice message as a user of the sandbox records it."""
        return self.keep("voice", Upload("voice.wav", "audio/wav", _hum()))

    def named(self, kind: str, given: Upload | str) -> StoredFile:
        """An uploaded file, one sent before (by its id) or one at an HTTP address; else 400."""
        if isinstance(given, Upload):
            if not given.data:
                raise bad_request("file must be non-empty")
            return self.keep(kind, given)
        if given.startswith(("http://", "https://")):
            name = given.rpartition("/")[2] or kind
            return self.keep(kind, Upload(name, "application/octet-stream", given.encode()))
        if given in self._by_id:
            return self._by_id[given]
        raise bad_request("wrong file identifier/HTTP URL specified")

    def by_id(self, file_id: str) -> StoredFile:
        """The file with this id; ApiError 400 when there is none."""
        try:
            return self._by_id[file_id]
        except KeyError as error:
            raise bad_request("wrong file_id or the file is temporarily unavailable") from error

    def by_path(self, path: str) -> StoredFile | None:
        """The file at this download path."""
        return self._by_path.get(path)


def photo_sizes(stored: StoredFile) -> dict[str, Any]:
    """The content of a photo message."""
    return {"photo": [{**stored.payload(), "width": 1, "height": 1}]}


def voice(stored: StoredFile, duration: int = RECORDED_SECONDS) -> dict[str, Any]:
    """The content of a voice message."""
    about = {"duration": duration, "mime_type": stored.content_type}
    return {"voice": {**stored.payload(), **about}}


def document(stored: StoredFile) -> dict[str, Any]:
    """The content of a document message."""
    named = {"file_name": stored.name, "mime_type": stored.content_type}
    return {"document": {**stored.payload(), **named}}


def _hum() -> bytes:
    """A quiet tone that swells and fades, as a WAV file, which every browser plays."""
    count = RECORDED_SECONDS * _SAMPLES_A_SECOND
    tone = (math.sin(index * 0.18) * math.sin(math.pi * index / count) for index in range(count))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(_SAMPLES_A_SECOND)
        out.writeframes(bytes(128 + round(40 * height) for height in tone))
    return file.getvalue()
