"""The CCTV test kit for age, as the npm package cctv-age carries it: one JavaScript module of base64 texts. Each vector is
`key: value` lines, an empty line, and a file (C2SP/CCTV, age/README.md)."""
import base64
import re
import zlib
from dataclasses import dataclass

KEYS = {"expect", "payload", "file key", "identity", "passphrase", "armored", "compressed", "comment"}
VECTOR = re.compile(r"^// \S*/testdata/(\w+)\nvar \w+ = __toBinary\(\"([A-Za-z0-9+/=]*)\"\)", re.M)


@dataclass
class Vector:
    name: str
    expect: str
    payload: str  # SHA-256 of what may be given out, also by a file that fails later; "" when nothing may
    identities: list
    passphrases: list
    armored: bool
    file: bytes


def parse_vector(name, content):
    head, body = content.split(b"\n\n", 1)
    fields = [line.split(": ", 1) for line in head.decode().split("\n")]
    values = {}
    for key, value in fields:
        assert key in KEYS, f"{name}: unknown key {key}"
        values.setdefault(key, []).append(value)
    if "compressed" in values:
        assert values["compressed"] == ["zlib"]
        body = zlib.decompress(body)
    return Vector(name, values["expect"][0], values.get("payload", [""])[0], values.get("identity", []),
                  values.get("passphrase", []), "armored" in values, body)


def read_vectors(package):
    text = (package / "index.js").read_text()
    return [parse_vector(name, base64.b64decode(data)) for name, data in VECTOR.findall(text)]
