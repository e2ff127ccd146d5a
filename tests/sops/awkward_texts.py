"""The pieces that awkward documents are made of: texts, keys and numbers that parsers get wrong."""
import struct

BEFORE, AFTER = "value-before-change", "value-after--change"  # a value in every document that a test may change
COMMENT = "~c"  # how each comment's text begins; no key or value has it

LOOKALIKES = """true false True FALSE yes no on off y n ~ null Null NULL 0 -0 +1 007 0o17 08 0x1F 0b11 1_000 1e3 1.5 .5 5.
-.inf .NaN 2001-12-14 2001-12-14T21:59:43Z 1:30 190:20:30 << = - ? : , [] {} [ { ] } & * ! | > % @ ` ' " # -- --- ...
*a &a !a %YAML ENC ENC[ ENC[] ENC[AES256_GCM,data:x ENC[AES256_GCM,data:,iv:,tag:,type:str] type:int] sops mac
1e400 -9223372036854775809 18446744073709551616 0x 1__0 _1 +.inf infinity nan True. None undefined <nil> \\ \\n \\" $A ${B}
""".split()

PIECES = ["a", "Zz9", "word", "two words", ":", ": ", " #", "#", "'", '"', "''", '""', "\\", "\\n", "\\\\", "/", "- ", "? ",
          ", ", "[", "]", "{", "}", "&", "*", "!", "|", ">", "%", "@", "`", "=", "==", ";", " ; ", "$", "${X}", "<<", "\u00e9",
          "gr\u00fc\u00df", "\u6f22\u5b57", "\u03a9", "\u05d0\u05d1", "e\u0301", "\U0001f600", "\u00a0", "\u200b", "\u2028",
          "\u2029", "\u0085", "\ufeff", "\ufffd", "\U0010ffff", "\u202e", "&<>", "%s", "{{ x }}", "0", "-1", "true", "~", "="]
BREAKS = ["\n", "\n\n", "\n ", " \n", "\n\n\n", "\r\n", "\r", "\t", "\n\t", "\t\n", "  "]
CONTROLS = [chr(code) for code in (*range(0, 9), 0xb, 0xc, *range(0xe, 0x20), 0x7f, 0x80, 0x9f)]


def text(random, breaks=True, controls=True):
    """Mostly short, of a few pieces; now and then with line breaks, control characters, blanks around or very long."""
    kind = random.random()
    if kind < 0.15:
        return random.choice(LOOKALIKES)
    if kind < 0.2:
        return ""
    pool = PIECES + (BREAKS * 2 if breaks and random.random() < 0.4 else []) + \
        (CONTROLS if controls and random.random() < 0.15 else [])
    made = "".join(random.choice(pool) for _ in range(random.randint(1, 8)))
    if random.random() < 0.04:
        made = " ".join(made for _ in range(random.randint(20, 300)))
    return random.choice([made, made, made, made, " " + made, made + " ", "  " + made + "  "])


def lines(random):
    """A text of several lines, none with what a block scalar cannot hold."""
    def line():
        return "".join(random.choice(["one", " ", "#", "# no comment", ": ", "'", '"', "\\", "\t", "- x", "\u00e9", "&a", "---x",
                                      "%", "long " * 30, "{", "key: value"]) for _ in range(random.randint(0, 4)))
    made = "\n".join(line() for _ in range(random.randint(1, 6)))
    return made + random.choice(["", "\n", "\n\n", "\n\n\n"])


def key(random):
    kind = random.random()
    if kind < 0.3:
        return random.choice(LOOKALIKES)
    if kind < 0.4:
        return f"plain{random.randint(0, 999)}_unencrypted"
    if kind < 0.5:
        return random.choice(["a:b", "a.b", "a b", " a", "a ", "", "\u00fc", "\U0001f511", "a\tb", "x" * 200, "[0]", "a/b", '"', "'"])
    return "".join(random.choice(PIECES) for _ in range(random.randint(1, 3)))


def integer(random):
    return random.choice([0, 1, -1, 5, 2**31, -2**31 - 1, 2**53, 2**53 + 1, 2**63 - 1, -2**63, random.randint(-2**63, 2**63 - 1),
                          random.randint(-999, 999)])


def number(random):
    """A finite double from all over the range, subnormals included."""
    kind = random.random()
    if kind < 0.3:
        return random.choice([0.5, 1.5, 0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 1e21, 1e20, 1e-7,
                              123456789012345680000000000000.0, 2.0**53, 2.0**63, 2.0**64, 4.35, 1e300, 1e-300, 100.0, 5.0])
    if kind < 0.8:
        return random.choice([1, -1]) * random.random() * 10.0 ** random.randint(-300, 300)
    while True:
        made = struct.unpack("<d", random.getrandbits(64).to_bytes(8, "little"))[0]
        if made == made and abs(made) != float("inf"):
            return made


def spelled(random, value):
    """A double as somebody may have written it; the same double when it is read, and never an integer."""
    plain = repr(value)
    forms = [plain if "e" not in plain or "." in plain else plain.replace("e", ".0e"), f"{value:.17e}", f"{value:.20E}"]
    if 1e-6 < abs(value) < 1e15:
        forms.append(f"{value:.25f}")
    return random.choice(forms)
