"""S3 on disk: buckets are stored before a change of them is answered, and what a kill left half written is cleared."""

import hashlib
import json
import os
import re

SIDECAR = ".meta.json"


class Buckets:
    """The buckets with their settings in one file; ministack itself writes each object as it arrives."""

    def __init__(self, s3, file):
        from ministack.core.persistence import _json_default, _json_object_hook

        self.s3 = s3
        self.file = file
        self.encode = _json_default
        self.stored = None
        if os.path.exists(file):
            with open(file) as opened:
                self.stored = opened.read()
            s3.load_persisted_state(json.loads(self.stored, object_hook=_json_object_hook))

    def save(self):
        """Stores the buckets if they changed. Raises when that is not possible."""
        state = json.dumps(self.s3.get_state(), default=self.encode)
        if state != self.stored:
            replace(self.file, state)
            self.stored = state


def repair(directory):
    """Undoes what a kill in the middle of a PUT leaves: an object is its data and a sidecar that tells of it."""
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".tmp") and not os.path.exists(path + SIDECAR):
                os.remove(path)
            elif name.endswith(SIDECAR) and os.path.exists(path.removesuffix(SIDECAR)):
                repair_sidecar(path)
            elif ".versions" not in folder and not name.endswith((SIDECAR, ".tmp")) and not os.path.exists(path + SIDECAR):
                os.remove(path)


def repair_sidecar(path):
    """The new data may be there with the sidecar of the old: its ETag is that of the data."""
    with open(path) as opened:
        sidecar = json.load(opened)
    single_part = re.fullmatch(r'"([0-9a-f]{32})"', sidecar.get("etag") or "")
    if single_part is None or sidecar.get("is_delete_marker"):
        return
    with open(path.removesuffix(SIDECAR), "rb") as opened:
        data = opened.read()
    etag = hashlib.md5(data).hexdigest()
    if etag != single_part[1]:
        sidecar.update(etag=f'"{etag}"', size=len(data), checksums={})
        replace(path, json.dumps(sidecar))


def replace(path, text):
    with open(path + ".tmp", "w") as opened:
        opened.write(text)
    os.replace(path + ".tmp", path)
