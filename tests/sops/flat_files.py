"""Comparing dotenv and INI files line by line."""
import re

SECRET = [
    (rb"ENC\[AES256_GCM,data:[^\]]*,type:(\w+)\]", rb"ENC[\1]"),
    (rb"-----BEGIN AGE ENCRYPTED FILE-----\\n.*?\\n-----END AGE ENCRYPTED FILE-----\\n", rb"AGE FILE"),
    (rb"(lastmodified *= ?)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", rb"\1TIME"),
]


def masked(text):
    """A file without what differs each time that it is encrypted."""
    for pattern, word in SECRET:
        text = re.sub(pattern, word, text)
    return text


class KeptLines:
    """Asks which lines of an encrypted file changed since it was last asked."""

    def __init__(self, exchange, name):
        self.exchange, self.name, self.before = exchange, name, exchange.read(name).split(b"\n")

    def check_changed(self, *patterns):
        """Exactly the lines that these patterns find, each one of them; no line came or went."""
        after = self.exchange.read(self.name).split(b"\n")
        assert len(after) == len(self.before)
        changed = [new for old, new in zip(self.before, after) if old != new]
        may = [line for line in changed if b"lastmodified" in line]  # within one second it stays
        needed = [pattern for pattern in patterns if b"lastmodified" not in pattern]
        assert len(changed) - len(may) == len(needed)
        assert all(any(re.search(pattern, line) for line in changed) for pattern in needed), changed
        self.before = after
