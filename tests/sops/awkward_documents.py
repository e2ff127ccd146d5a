"""Awkward documents in each format, the same ones in every run: a list of named ones, and random ones out of SEED.

BESTOW_MATRIX_SEED=N gives other random ones, BESTOW_MATRIX_RANDOM=N says how many of them there are."""
import json
import os
import random
from dataclasses import dataclass

import awkward_texts as texts
import exchange_documents
from awkward_texts import BEFORE, COMMENT
from awkward_yaml import YamlWriter, double

SEED = int(os.environ.get("BESTOW_MATRIX_SEED", "20261120"))
IS_USUAL = not {"BESTOW_MATRIX_SEED", "BESTOW_MATRIX_RANDOM"} & set(os.environ)  # the documents of every ordinary run
RANDOM = {"yaml": 20, "json": 24, "dotenv": 28, "ini": 25, "binary": 28}
ENDINGS = {"yaml": ".yaml", "json": ".json", "dotenv": ".env", "ini": ".ini", "binary": ".bin"}


@dataclass
class Document:
    format: str
    name: str
    content: bytes
    as_yaml: bool = False  # JSON has no word for a value in it, or it is several documents

    @property
    def id(self):
        return f"{self.format}: {self.name}"


def randomness(format, number):
    return random.Random(f"{SEED} {format} {number}")


def documents(format):
    named = [Document(format, name, content if isinstance(content, bytes) else content.encode(), **more)
             for name, content, more in NAMED[format]()]
    made = [Document(format, f"random {number}", content if isinstance(content, bytes) else content.encode())
            for number in range(int(os.environ.get("BESTOW_MATRIX_RANDOM", RANDOM[format]))) for content in [RANDOM_OF[format](randomness(format, number))]]
    return named + made


# YAML

def named_yaml():
    change = f"changing: {BEFORE}\n"
    yield "a single value", change, {}
    yield "everything is empty", "a:\nb: ''\nc: \"\"\nd: {}\ne: []\nf: ~\ng: [[], {}, '', null]\nh: {i: {j: {}}}\n" + change, {}
    yield "chomping and indentation", "".join(
        f"k{number}: {style}{mark}\n{body}" for number, (style, mark, body) in enumerate(
            (style, mark, body) for style in "|>" for mark in ("", "-", "+", "2", "-2", "2+")
            for body in ("  text\n", "  text\n\n\n", "  one\n\n  two\n    more\n  last\n"))) + change, {}
    yield "indentation indicators in lists", "l:\n  - |1\n     four\n  - >2-\n      two\n    back\n  - - |3\n        x\n" + change, {}
    yield "multi-line plain and quoted", ("a: one\n  two\n\n  three\nb: 'one\n  two\n\n  three'\nc: \"one\\\n  two\n"
                                          "  three \\\n  four\"\nd:\n  far\n  below\n" + change), {}
    yield "white space at the ends of block scalars", (
        "a: |-\n  one \n  two  \nb: |1\n  \n   \nc: |\n  x\n    \n   \n\nd: >\n  y \n   \t \n\nl:\n  - |+\n    z \t\n     \n\n" + change), {}
    yield "explicit keys", f"? a\n: 1\n? 'b c'\n: - 2\n  - x\n? \"{'k' * 1500}\"\n: long\n? e\n" + change, {}
    yield "long lines", f"a: {'word ' * 4000}\nb: '{'x' * 70000}'\nc: \"{'y ' * 9000}\"\nd: |\n  {'z' * 40000}\n" + change, {}
    yield "deep mappings", "".join("  " * depth + f"k{depth}:\n" for depth in range(90)) + "  " * 90 + "k: 1\n" + change, {}
    yield "deep sequences", "l: " + "[" * 90 + "x" + "]" * 90 + "\n" + change, {}
    yield "dashes in dashes", "l:\n" + "- " * 40 + "x\n" + change, {}
    yield "every control character", "".join(
        f"c{code:02x}: " + double(random, f"a{chr(code)}b") + "\n" for code in (*range(0x20), *range(0x7f, 0xa1))) + change, {}
    yield "every look-alike in quotes", "".join(
        f"k{number}: '" + value.replace("'", "''") + f"'\nq{number}: {double(random, value)}\n"
        for number, value in enumerate(texts.LOOKALIKES)) + change, {}
    yield "look-alikes in plain", "".join(f"k{number}: {value}\n" for number, value in enumerate(
        "true false True FALSE yes no on off y n ~ null Null 0 +1 007 0o17 08 0x1F 0b11 1_000 1e3 1.5 .5 5. 1e400 -1.5e-7 0o8 09.5 "
        "1__0 0x_1F +0x1F -0b11 -017 +.5 1:30 190:20:30 = nan inf Infinity 1.2.3 1e 0x 0b 0o e3 00 -00 0.0 -0.0 +0.0 1_0.5 1.5_0"
        .split())) + change, {}
    yield "keys that look like other types", "".join(
        double(random, value) + f": {number}\n" for number, value in enumerate(texts.LOOKALIKES) if value not in ("<<", "sops")
    ) + change, {}
    yield "unencrypted values in every style", "".join(
        f"k{number}_unencrypted: {value}\n" for number, value in enumerate(
            ["5", "-17", "0x1F", "017", "1_000", "1.50", "5.0", "1e3", "6.02e23", "1.7976931348623157e308", "5e-324", "true", "FALSE",
             "~", "'5'", '"true"', "yes", "plain text", "2001-12-14", "{a: 1, b: [x, 2.5]}", "[1, '2', 3.0]", "''", "|\n  one\n  two",
             ">-\n  folded\n  text", '"\\ttab\\u2028"', "123456789012345678901234567890", "0.1", "!!str 5", "!!float 5", "'a: b'"])
    ) + change, {}
    yield "unencrypted subtree with encrypted neighbours", (
        "a_unencrypted:\n  b: 1\n  c: [2, {d: x}]\ne:\n  f_unencrypted: [1.5, ~]\n  g: secret\n" + change), {}
    yield "merge keys", ("base: &b {x: 1, y: [2, three]}\nother: &o\n  z: 3.5\nmerged:\n  <<: *b\n  x: 4\nboth:\n  <<: [*b, *o]\n"
                         + change), {}
    yield "anchors in anchors", "a: &a {b: &b [1, &c x], d: *b}\ne: *a\nf: [*a, *b, *c]\n" + change, {}
    yield "three documents", f"a: 1\n{change}---\nb: [x, 2]\n---\nc: {{d: 3.5}}\n", {"as_yaml": True}
    yield "documents with every mark", f"%YAML 1.1\n---\na: 1\n{change}...\n---\nb: text\n...\n", {"as_yaml": True}
    yield "infinities and no number", f"a: .inf\nb: -.INF\nc: .nan\nd: +.Inf\n{change}", {"as_yaml": True}
    yield "the range of floats", "".join(
        f"f{number}: {value}\n" for number, value in enumerate(
            [f"{sign}{digits}e{exponent}" for sign in ("", "-") for digits in ("1.0", "9.87654321098765432")
             for exponent in (-320, -308, -300, -100, -20, -7, -5, 0, 5, 15, 16, 20, 21, 22, 100, 299, 300, 308)
             if float(f"{digits}e{exponent}") < 1e308])) + change, {}
    yield "negative zero", f"a: -0.0\nb: [-0.0, 0.0, -0]\n{change}", {}
    yield "the limits of integers", "".join(
        f"i{number}: {value}\n" for number, value in enumerate(
            [2**63 - 1, -2**63, 2**53 + 1, hex(2**63 - 1), oct(2**63 - 1), 2**31, 2**32, "0b" + "1" * 63, -2**63 + 1])) + change, {}
    yield "timestamps", "".join(
        f"t{number}: {value}\n" for number, value in enumerate(
            ["2001-12-14", "2001-12-14T21:59:43.10-05:00", "2001-12-14t21:59:43Z", "2001-12-14 21:59:43.123456789", "0001-01-01",
             "9999-12-31T23:59:59.999999999+07:06", "2001-1-2", "'2001-12-14'", "2001-12-14T21:59:43+00:00"])) + change, {}
    yield "comments everywhere", exchange_documents.COMMENTS + change, {}
    yield "comments around nested lists", (
        f"#{COMMENT}1 top\n\nl: #{COMMENT}2 behind\n  #{COMMENT}3 above\n  - a #{COMMENT}4 item\n  #{COMMENT}5 between\n  -\n"
        f"    #{COMMENT}6 in an item\n    - b\n    #{COMMENT}7 below\n  - k: v\n    #{COMMENT}8 in a mapping\n    m: n\n{change}"
        f"#{COMMENT}9 the end\n"), {}
    yield "comments first in lists that are explicit values", f"? a\n:\n  #{COMMENT}1\n  - x\n  -\n    #{COMMENT}2\n    - y\n? {'k' * 200}\n: - #{COMMENT}3\n    - z\n{change}", {}
    yield "empty comments", f"#\na: 1 #\n#\nl:\n  #\n  - x\n{change}#\n", {}
    yield "one line in braces", f'{{"a": 1, b: [x, {{c: d}}], changing: {BEFORE}}}\n', {}
    yield "braces over several lines", f"{{\n  a: 1,\n  b: [\n    x,\n    y\n  ],\n  changing: {BEFORE}\n}}\n", {}
    yield "CRLF", f"#{COMMENT}1\r\na: 1\r\nb: |\r\n  one\r\n  two\r\nl:\r\n  - x\r\nc: \"d\\\r\n  e\"\r\nchanging: {BEFORE}\r\n", {}
    yield "a byte-order mark and no last line break", f"\ufeffa: 1\nchanging: {BEFORE}", {}
    yield "tabs between tokens", f"a:\t1\nb:  \t'x'\t\n{change}", {}


def random_yaml(random):
    return YamlWriter(random).document()


# JSON

def json_text(random, value):
    made = ""
    for character in value:
        code = ord(character)
        if code < 0x20 or character in '"\\' or random.random() < 0.1:
            short = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\", "/": "\\/"}.get(character)
            units = character.encode("utf-16-be")
            made += short or "".join(f"\\u{int.from_bytes(units[at:at + 2], 'big'):04x}" for at in range(0, len(units), 2))
        else:
            made += character
    return f'"{made}"'


def json_value(random, depth):
    kind = random.random()
    if depth > 0 and kind < 0.25:
        return json_object(random, depth - 1)
    if depth > 0 and kind < 0.45:
        space = random.choice(["", " ", "\n  "])
        items = [json_value(random, depth - 1) for _ in range(random.randint(0, 4))]
        return "[" + space + ("," + space).join(items) + space + "]"
    if kind < 0.6:
        return str(texts.integer(random))
    if kind < 0.75:
        return texts.spelled(random, texts.number(random))
    if kind < 0.82:
        return random.choice(["true", "false", "null", "{}", "[]", '""', "-0", "0.0", "-0.0", "1E5", "1e+2"])
    return json_text(random, texts.text(random))


def json_object(random, depth, members=()):
    used, made = {"sops", "changing"}, list(members)
    for _ in range(random.randint(0 if members else 1, 5)):
        key = texts.key(random)
        if key not in used:
            used.add(key)
            value = json_value(random, depth)
            if key.endswith("_unencrypted") and "-0.0" in value:
                value = "1"  # sops cannot read that back: see "negative zero, unencrypted"
            made.append(json_text(random, key) + random.choice([":", ": ", " : "]) + value)
    random.shuffle(made)
    space = random.choice(["", " ", "\n", "\n\t", "\n    "])
    return "{" + space + ("," + space).join(made) + random.choice([space, "", "\n"]) + "}"


def random_json(random):
    return json_object(random, 4, [f'"changing": "{BEFORE}"']) + random.choice(["", "\n"])


def named_json():
    change = f'"changing": "{BEFORE}"'
    yield "an empty object", "{}\n", {}
    yield "a single value", "{" + change + "}", {}
    yield "everything is empty", '{"a": "", "b": {}, "c": [], "d": null, "e": [[], {}, "", null], "f": {"g": {"h": {}}}, ' + change + "}", {}
    yield "all escapes", r'{"a": "\"\\\/\b\f\n\r\t\u0000\u001f\u007f\u00e9\ud83d\ude00\uffff", "\u0041\n": "x", ' + change + "}", {}
    yield "every control character", "{" + "".join(f'"c{code}": "\\u{code:04x}", ' for code in range(0xa1)) + change + "}", {}
    yield "what HTML escapes", '{"<&>": "<script>&amp;</script>", "u2028": "\u2028\u2029", ' + change + "}", {}
    yield "the limits of integers", "{" + "".join(f'"{value}": {value}, ' for value in (
        2**63 - 1, -2**63, 2**53 + 1, 0, -1, 10**18)) + change + "}", {}
    yield "integers past the limits", "{" + "".join(f'"{value}": {value}, ' for value in (
        2**63, -2**63 - 1, 2**64, 10**30, -10**300)) + change + "}", {}
    yield "the range of floats", "{" + "".join(f'"f{value}": {value}, ' for value in (
        "1e-300", "1e300", "5e-324", "2.2250738585072011e-308", "1.7976931348623157e308", "-1.0", "1.0", "1E5", "1e+05", "0.1", "1e21",
        "1e20", "123456789.123456789", "4.9406564584124654e-324", "1e-7", "0.000001", "100.0", "9007199254740993.0")) + change + "}", {}
    yield "negative zero", '{"a": -0.0, "b": -0, "c": [-0.0, 0.0, -0e5], ' + change + "}", {}
    yield "negative zero, unencrypted", '{"a_unencrypted": -0.0, ' + change + "}", {}
    yield "unencrypted values", ('{"a_unencrypted": {"b": 1, "c": [1.5, 1.0, "x", null, true, 1e300, 5e-324]}, "d_unencrypted": '
                                 '"<&>\\u2028", ' + change + "}"), {}
    yield "look-alikes", "{" + "".join(f"{json.dumps(text)}: {json.dumps(text)}, " for text in texts.LOOKALIKES
                                       if text not in ("sops",)) + change + "}", {}
    yield "deep objects", '{"k": ' * 90 + "1" + "}" * 89 + ", " + change + "}", {}
    yield "deep arrays", '{"l": ' + "[" * 90 + '"x"' + "]" * 90 + ", " + change + "}", {}
    yield "a long line", '{"a": "' + "0123456789 " * 20000 + '", ' + change + "}", {}
    yield "odd white space", '\r\n{ \t"a"\r\n:\t1 ,\n\n"l"  : [ 1\n, 2 ] , ' + change + "\r\n}\r\n\r\n", {}
    yield "equal items", '{"l": ["x", "x", "x", 1, 1, true, true], ' + change + "}", {}
    yield "keys with colons", '{"a:b": "1", "a": {"b": "1", "b:": {"": "2"}}, ":": ":", "": "", ' + change + "}", {}
    yield "envelopes that are none", '{"a": "ENC[AES256_GCM,data:x", "b": ["ENC[]", "type:comment]"], ' + change + "}", {}


# Dotenv

def dotenv_key(random):
    return random.choice(["KEY", "key", "A.B", "a-b", "export X", "A B", " LEAD", "TRAIL ", "\u00dcBER", "A:B", "'Q'", "\U0001f511", "0",
                          "PATH", "a#b", "A\tB", "x_unencrypted", "SOPS_X", "\"D\""]) + str(random.randint(0, 99))


def dotenv_value(random):
    value = texts.text(random, controls=random.random() < 0.3).replace("\0", "").replace("\n", "\\n")
    return random.choice([value] * 6 + ["", " ", '"quoted"', "'single'", '"a\\nb"', "a=b=c", "x # no comment", "$HOME ${A:-b}", "x\r",
                                        "back\\slash", "trailing\\", "\\", "\\t", "`x`", "tab\tin", "sops_mac=x"])


def random_dotenv(random):
    made, used = [f"changing={BEFORE}"], {"changing"}
    for _ in range(random.randint(1, 15)):
        kind, key = random.random(), dotenv_key(random)
        if kind < 0.2:
            made.append(random.choice(["#comment", "# comment", "#", "# it's \"quoted\" = yes", "#\u00fcber", "## twice", "#\tx"]))
        elif kind < 0.3:
            made.append("")
        elif key not in used:
            used.add(key)
            made.append(f"{key}={dotenv_value(random)}")
    random.shuffle(made)
    return "\n".join(made) + random.choice(["\n", "\n", "", "\n\n"])


def named_dotenv():
    change = f"changing={BEFORE}\n"
    yield "a single value", change, {}
    yield "no last line break", change[:-1], {}
    yield "comments alone, nearly", f"# one\n#two\n#\n\n{change}# end\n", {}
    yield "empty values", f"A=\nB=\n{change}C=\n", {}
    yield "line breaks in values", f"A=one\\ntwo\\n\nB=\\n\nC=\\n\\n\\n\n{change}", {}
    yield "quotes are data", f"A=\"x\"\nB='y'\nC=\"\nD=''\nE=`z`\n{change}", {}
    yield "equal signs", f"A==\nB=a=b\nC=====\n{change}", {}
    yield "blanks are data", f"A= x\nB=x \nC =x\n D=x\nE=\t\nF= \n{change}", {}
    yield "CR is data", f"A=x\r\nB=\r\n#c\r\nchanging={BEFORE}\n", {}
    yield "export is a part of the key", f"export A=1\nexport B=\n{change}", {}
    yield "unencrypted values", f"A_unencrypted=plain\nB_unencrypted=\nC_unencrypted=a\\nb\n{change}", {}
    yield "look-alikes", "".join(f"K{number}={value}\n" for number, value in enumerate(texts.LOOKALIKES) if value != "\\n") + change, {}
    yield "a long line", f"A={'x' * 70000}\n{change}", {}
    yield "unicode", f"\u00dc=\u6f22\u5b57\nB=\U0001f600\nC=\u2028\u0085\ufeff\n{change}", {}
    yield "hash in values", f"A=#x\nB=x #y\nC=#\n{change}", {}
    yield "backslashes", f"A=\\\nB=\\\\\nC=a\\tb\nD=\\\\x\n{change}", {}


# INI

def ini_key(random):
    return random.choice(["key", "Key", "a.b", "a-b", "a b", "\u00fcber", "x_unencrypted", "5", "true", "\U0001f511", "a/b", "sops", "'k'",
                          "a'b", "a\\b", "mac"]) + str(random.randint(0, 99))


def ini_value(random):
    value = texts.text(random, controls=False)
    plain = not set("#;\n\r\t`\"'\\\u0085\u00a0\u2028\u2029\u202e\u200b") & set(value) and value.strip() == value
    return random.choice([value if plain else "x"] * 6 + [
        "", "`with # and ; in it`", '"""triple # ; \' "quoted" """', "it's", "two words", "a=b", "a:b", "[x]", "\u00fc\u6f22\U0001f600",
        "`two\nlines`", '"""three\n\nlines"""', "%(x)s", "$x", "1.50", "a\\b", "x" * 500, "-", "{}", "&<>", "\\n"])


def ini_section(random, used_keys):
    made = ""
    for _ in range(random.randint(0, 6)):
        kind, key = random.random(), ini_key(random)
        if kind < 0.2:
            made += random.choice(["; comment", "# comment", ";", "# it's = \"x\"", "  ; indented", "; \u00fcber"]) + "\n"
        elif kind < 0.3:
            made += "\n"
        elif key not in used_keys:
            used_keys.add(key)
            made += key + random.choice(["=", " = ", "  =  ", ": ", " : "]) + ini_value(random) + "\n"
    return made


def random_ini(random):
    made = ini_section(random, set()) if random.random() < 0.5 else ""
    place = random.randint(0, 3)
    for number in range(4):
        name = random.choice(["section", "a.b", "a b", "\u00dcber", "5", "true", "a:b", "x_unencrypted", "Sops"]) + str(number)
        made += f"[{name}]\n" + (f"changing = {BEFORE}\n" if number == place else "") + ini_section(random, {"changing"})
    return made


def named_ini():
    change = f"[c]\nchanging = {BEFORE}\n"
    yield "a single value", change, {}
    yield "no last line break", change[:-1], {}
    yield "without a header", f"changing = {BEFORE}\na=1\n", {}
    yield "an empty section", f"[empty]\n{change}[other]\n", {}
    yield "empty values", f"[s]\na =\nb=\n{change}", {}
    yield "comments everywhere", f"; top\n\n[s] ; behind\n# above\na = 1 ; behind\n\n; far\n\nb = 2 # behind\n{change}; end\n", {}
    yield "an empty line first in a comment", f"[s]\n;\n; two\na = 1\n{change}", {}
    yield "both delimiters", f"[s]\na: 1\nb : 2\nc=3\nd   =   4\n{change}", {}
    yield "quotes of all kinds", f"[s]\na = \"x y\"\nb = 'x y'\nc = `x ; y # z`\nd = \"\"\"x \"y\" z\"\"\"\n{change}", {}
    yield "several lines", f"[s]\na = \"\"\"one\ntwo\n\nfour\"\"\"\nb = `x\n  y`\n{change}", {}
    yield "joined lines", f"[s]\na = one \\\n  two \\\n  three\n{change}", {}
    yield "blanks in quotes", f"[s]\na = \"  x  \"\nb = `\ty\t`\n{change}", {}
    yield "aligned", f"[s]\na        = 1\nlong_key = 2\n{change}", {}
    yield "CRLF", f"[s]\r\na = 1\r\n; c\r\nb = `x`\r\n[c]\r\nchanging = {BEFORE}\r\n", {}
    yield "unencrypted values", f"[s]\na_unencrypted = plain\nb_unencrypted =\n[t_unencrypted]\nx = 1\n{change}", {}
    yield "look-alikes", "[s]\n" + "".join(
        f"k{number} = {value}\n" for number, value in enumerate(texts.LOOKALIKES)
        if not set("#;`'\"\\") & set(value)) + change, {}
    yield "a long line", f"[s]\na = {'x' * 70000}\n{change}", {}
    yield "unicode", f"[\u00dc]\n\u6f22 = \u5b57\ne = \U0001f600\n{change}", {}
    yield "default by name", f"[DEFAULT]\na = 1\n{change}", {}
    yield "a section twice", f"[s]\na = 1\n[s]\nb = 2\n{change}", {}


# Binary

def random_binary(random):
    made = random.randbytes(random.choice([0, 1, 15, 16, 17, 64, 1000, 70000]))
    return made + BEFORE.encode() + random.randbytes(random.randint(0, 40))


def named_binary():
    for name, content in exchange_documents.BINARY.items():
        yield name.removeprefix("binary: "), content, {}
    yield "zeros", bytes(1000), {}
    yield "one byte", b"\xff", {}
    yield "CRLF", b"one\r\ntwo\r\n\r\n" + BEFORE.encode(), {}
    yield "looks like JSON", b'{"data": "x", "sops": 1}', {}
    yield "looks like an envelope", b"ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:str]", {}
    yield "looks like YAML", b"a: 1\nsops: x\n", {}
    yield "a byte-order mark", b"\xef\xbb\xbf" + BEFORE.encode(), {}
    yield "UTF-16", BEFORE.encode("utf-16"), {}
    yield "a PEM file", b"-----BEGIN PRIVATE KEY-----\n" + b"QUJD" * 500 + b"\n-----END PRIVATE KEY-----\n", {}
    yield "line breaks alone", b"\n\n\r\n\n", {}
    yield "invalid UTF-8", b"\xc0\x80\xed\xa0\x80\xf5" + BEFORE.encode(), {}


NAMED = {"yaml": named_yaml, "json": named_json, "dotenv": named_dotenv, "ini": named_ini, "binary": named_binary}
RANDOM_OF = {"yaml": random_yaml, "json": random_json, "dotenv": random_dotenv, "ini": random_ini, "binary": random_binary}
