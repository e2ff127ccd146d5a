"""One awkward document through bestow and through sops, in both directions: what each makes of the other's file."""
import json
import re

from awkward_documents import ENDINGS
from awkward_texts import AFTER, BEFORE, COMMENT

ENVELOPE = re.compile(rb"ENC\[AES256_GCM,data:[A-Za-z0-9+/=]+,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:(\w+)\]")
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
MARK = re.compile(COMMENT + r"\d+")


def types(encrypted):
    """The types of the values in order, as their envelopes say them; comments stand elsewhere in each program's files."""
    return [kind for kind in ENVELOPE.findall(encrypted) if kind != b"comment"]


def marks(text):
    return sorted(MARK.findall(text))


def number(digits):
    """Its shortest digits, equal for 5, 5.0 and 5e0: sops's JSON tells them apart no more than this; types() does."""
    if digits != "-0" and digits.lstrip("-").isdigit() and -2**63 <= int(digits) < 2**63:
        return "number", str(int(digits))
    value = float(digits)
    whole = value.is_integer() and abs(value) < 2**53 and repr(value) != "-0.0"
    return "number", str(int(value)) if whole else repr(value)


def values_of(text):
    """JSON with the order of its keys and every digit that a double has."""
    return json.loads(text, object_pairs_hook=lambda pairs: ("object", pairs), parse_int=number, parse_float=number, parse_constant=str)


def without_comments(yaml):
    return [line.split(" #")[0] for line in yaml.splitlines() if line.strip() and not line.strip().startswith("#")]


def same(got, expected, what):
    """Fails with the first difference; pytest would take minutes to show large ones."""
    if got == expected:
        return
    if isinstance(got, (bytes, list)) and isinstance(expected, (bytes, list)):
        at = next((index for index, pair in enumerate(zip(got, expected)) if pair[0] != pair[1]), min(len(got), len(expected)))
        begin, size = (max(at - 40, 0), 120) if isinstance(got, bytes) else (at, 1)
        got, expected = got[begin:begin + size], expected[begin:begin + size]
    raise AssertionError(f"{what}: got {str(got)[:600]}, expected {str(expected)[:600]}")


class Matrix:
    def __init__(self, exchange, sops_old):
        self.at, self.sops_old = exchange, sops_old
        self.meanings = {}

    def name(self, document, stem):
        return stem + ENDINGS[document.format]

    def sops_wrote(self, document, plain):
        """None when it cannot marshal what it has read, which is a defect of its own."""
        done = self.at.sops("encrypt", "--age", self.at.recipient, plain, status=(0, 4))
        return self.at.write(self.name(document, "by_sops"), done.stdout) if done.status == 0 else None

    def old_wrote(self, document, plain):
        done = self.at.run(self.sops_old, "--encrypt", "--age", self.at.recipient, plain, cwd=self.at.folder, status=None)
        return self.at.write(self.name(document, "by_old"), done.stdout) if done.status == 0 else None

    # What sops makes of a file

    def sops_reads(self, document, encrypted, status=0):
        """The values of an encrypted file in a form that can be compared; None when sops refuses it."""
        as_json = document.format != "binary" and not document.as_yaml
        words = ["--output-type", "json"] if as_json else []
        told = self.at.sops("decrypt", *words, encrypted, status=status)
        if told.status != 0:
            return None
        if document.format == "binary":
            return told.stdout
        return values_of(told.text) if as_json else without_comments(told.text)

    def sops_means(self, document, plaintext):
        """The values and the types of a plaintext."""
        key = document.format, document.as_yaml, plaintext
        if key not in self.meanings:
            plain = self.at.write(self.name(document, "meant"), plaintext)
            encrypted = self.at.sops_wrote(plain, self.name(document, "meant_encrypted"))
            self.meanings[key] = self.sops_reads(document, encrypted), types((self.at.folder / encrypted).read_bytes())
        return self.meanings[key]

    def means(self, document, plaintext):
        if document.format == "binary":
            return plaintext, [b"str"] * (2 if plaintext else 1)
        return self.sops_means(document, plaintext)

    def sops_plaintext(self, encrypted):
        """Nothing when sops cannot print what it read."""
        return self.at.sops("decrypt", encrypted, status=(0, 4)).stdout

    def bestow_values(self, encrypted):
        return values_of(self.at.bestow("get", "--as", "json", "-f", encrypted, ".").text)

    def bestow_reads(self, encrypted):
        return self.at.bestow("decrypt", encrypted).stdout


def changed_envelopes(old, new):
    """Which envelopes differ, by number, between texts that are otherwise the same but for the time."""
    parts = [TIME.sub(b"TIME", ENVELOPE.sub(b"ENVELOPE", text)) for text in (old, new)]
    same(parts[1], parts[0], "what is not encrypted")
    pairs = zip(ENVELOPE.finditer(old), ENVELOPE.finditer(new), strict=True)
    return [number for number, (before, after) in enumerate(pairs) if before[0] != after[0]]


def changed_lines(old, new):
    """Lines without the time of the last change."""
    pairs = zip(TIME.sub(b"", old).split(b"\n"), TIME.sub(b"", new).split(b"\n"), strict=True)
    return sum(before != after for before, after in pairs)


def changed_plaintext(plaintext):
    return plaintext.replace(BEFORE.encode(), AFTER.encode()) if plaintext.count(BEFORE.encode()) == 1 else None
