"""Random YAML in every style: block and flow, five scalar styles, comments, anchors, merges and several documents."""
import re

import awkward_texts as texts

ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\0": "\\0", "\u0085": "\\N", "\u2028": "\\L", "\ufeff": "\\uFEFF",
           "\x1b": "\\e", "\a": "\\a", "\u2029": "\\P"}
PLAIN = re.compile(r"[A-Za-z\u00c0-\u024f\u6f22/.$+(<][A-Za-z0-9 _\u00e9\u6f22/.$=+*()<>;-]*(?<! )")
RESOLVED = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|~|<<|=|[-+.]?(\d|\.|inf|nan).*")
NOT_PRINTED = re.compile("[^\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd]|[\u2028\u2029\u0085\ufeff]")


def double(random, value):
    """In double quotes, with escapes where they must be and where they may be."""
    made = ""
    for character in value:
        if character in ESCAPES:
            made += ESCAPES[character]
        elif NOT_PRINTED.match(character) or (ord(character) > 126 and random.random() < 0.3):
            code = ord(character)
            made += f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
        else:
            made += character
    return f'"{made}"'


class YamlWriter:
    """Writes one random mapping; every call draws from `random`."""

    def __init__(self, random, comments=True, numbers=True, indent=None, controls=True):
        self.random, self.comments, self.numbers, self.controls = random, comments, numbers, controls
        self.step = indent or random.choice([1, 2, 2, 4, 8])
        self.count = 0
        self.same_column = random.random() < 0.5

    def document(self, depth=4):
        used = set()
        body = self.comment(0) + self.mapping(0, depth, used) + self.comment(0)
        place = self.random.random()
        changing = f"changing: {texts.BEFORE}\n"
        return body + changing if place < 0.5 else changing + body

    # Comments

    def comment(self, columns, chance=0.25):
        made = ""
        if self.comments:
            while self.random.random() < chance:
                self.count += 1
                made += self.random.choice(["", "", "\n"]) + " " * columns + f"#{texts.COMMENT}{self.count} {self.said()}\n"
        return made

    def behind(self, chance=0.15):
        if self.comments and self.random.random() < chance:
            self.count += 1
            return f" #{texts.COMMENT}{self.count} {self.said()}"
        return ""

    def said(self):
        return self.random.choice(["words", "it's", '"quoted"', "key: value", "- item", "\u00fcber", "# twice", "5", "true", "a \\ b"])

    # Collections

    def key(self, used):
        while True:
            key = texts.key(self.random)
            if key not in used and key not in ("sops", "<<", "changing"):
                used.add(key)
                break
        if PLAIN.fullmatch(key) and not RESOLVED.fullmatch(key) and self.random.random() < 0.7:
            return key
        if not NOT_PRINTED.search(key) and "\n" not in key and "\t" not in key and self.random.random() < 0.5:
            return "'" + key.replace("'", "''") + "'"
        return double(self.random, key)

    def mapping(self, columns, depth, used=None):
        used = set() if used is None else used
        made = ""
        for _ in range(self.random.randint(1, 5)):
            made += self.comment(columns) + " " * columns + self.key(used) + ":" + self.value(columns, depth - 1)
        return made

    def sequence(self, columns, depth):
        made = ""
        for _ in range(self.random.randint(1, 4)):
            made += self.comment(columns) + " " * columns + "-"
            if depth > 1 and self.random.random() < 0.25:  # - key: value, on one line
                nested = self.mapping(columns + 2, depth - 1)
                while self.comments and nested.lstrip().startswith("#"):
                    nested = nested[nested.index("\n", nested.index("#")) + 1:]
                made += " " + nested[columns + 2:] if nested.strip() else " x\n"
            else:
                made += self.value(columns, depth - 1, in_sequence=True)
        return made

    def value(self, columns, depth, in_sequence=False):
        """What follows "key:" or "-", with the line break at its end."""
        kind = self.random.random()
        if depth > 0 and kind < 0.22:
            return self.behind() + "\n" + self.mapping(columns + self.step, depth)
        if depth > 0 and kind < 0.4:
            inner = columns + (0 if self.same_column and not in_sequence else self.step)
            return self.behind() + "\n" + self.sequence(inner, depth)
        if depth > 0 and kind < 0.5:
            return " " + self.flow(depth) + self.behind() + "\n"
        if kind < 0.65:
            return " " + self.block_scalar(columns)
        return " " + self.scalar(False) + self.behind() + "\n"

    def flow(self, depth):
        if depth <= 0 or self.random.random() < 0.4:
            return self.scalar(True)
        inner = [self.flow(depth - 1) for _ in range(self.random.randint(0, 4))]
        space = self.random.choice(["", " "])
        if self.random.random() < 0.5:
            return "[" + space + ("," + space + " ").join(inner) + space + "]"
        used = set()
        return "{" + space + ", ".join(f"{self.key(used)}: {item}" for item in inner) + space + "}"

    # Scalars

    def scalar(self, flow):
        kind = self.random.random()
        if self.numbers and kind < 0.12:
            value = texts.integer(self.random)
            forms = [str(value), str(value)] + ([hex(value), oct(value), bin(value), f"{value:_}"] if 0 <= value < 2**62 else [])
            return self.random.choice(forms)
        if self.numbers and kind < 0.28:
            return texts.spelled(self.random, texts.number(self.random))
        if kind < 0.35:
            return self.random.choice(["true", "false", "True", "FALSE", "null", "~", "{}", "[]", "''", '""', "!!str 5", "!!int '7'",
                                       "!!float 2.5", "! x"])
        value = texts.text(self.random, controls=self.controls)
        if PLAIN.fullmatch(value) and not RESOLVED.fullmatch(value):
            return value
        simple = not NOT_PRINTED.search(value) and not set("\n\r\t") & set(value)
        if simple and self.random.random() < 0.5:
            return "'" + value.replace("'", "''") + "'"
        return double(self.random, value)

    def block_scalar(self, columns):
        value = texts.lines(self.random)
        if not value.strip("\n \t"):
            return double(self.random, value) + "\n"
        step = self.random.randint(1, 5)
        first = next(line for line in value.split("\n") if line)
        blank_first = any(line and not line.strip(" ") for line in value.split("\n")[:value.split("\n").index(first) + 1])
        mark = str(step) if first[0] in " \t" or blank_first or self.random.random() < 0.2 else ""
        chomp = {0: "-", 1: ""}.get(len(value) - len(value.rstrip("\n")), "+")
        header = self.random.choice([mark + chomp, chomp + mark])
        style = self.random.choice("|||>")
        body = value.rstrip("\n") if chomp == "-" else value[:-1]
        # What a folded scalar comes to is sops's to say; both programs have to agree.
        margin = " " * (columns + step)
        made = "\n".join(margin + line if line else "" for line in body.split("\n"))
        return style + header + self.behind() + "\n" + made + "\n"
