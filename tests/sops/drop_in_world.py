"""The folder that every command line of test_drop_in.py runs in, made by the real sops, and how two such folders are
compared after sops ran in one and the drop-in in the other."""
import json
import os
import random
import shutil
import stat
from pathlib import Path

from support import keys

PLAIN = {
    "a.yaml": """# first line
title: hello
number: 5
float: 1.5
big: 1e100
yes: true
nothing: null
empty: ""
map: {}
list: []
when: 2001-12-14T21:59:43.1Z
text: |
    heliotrope
    lines
tail: "two\\n\\n"
quoted: "it's: #x"
word: "yes"
digits: "0123"
emoji: 😀
tab: "a\\tb"
nested:
    # about the key
    key: value
    deeper: {x: 1, y: [1, two, 3.5]}
items:
    - one
    # about the second
    - two
    - name: three
      value: "multi\\nline"
plain_unencrypted: quite plain # behind
"with space": 1
# the end
""",
    "multi.yaml": "a: 1\nb: text\n---\n# second\nc: [1, 2]\n---\nd: last\n",
    "a.json": '{"title": "hello <&>", "number": 5, "float": 0.25, "tiny": 1e-9, "huge": 1e30, "yes": true, '
              '"nothing": null, "empty": "", "map": {}, "list": [], "nested": {"key": "v\\u00e9", "list": [1, "two", '
              '{"x": "y"}]}}\n',
    "a.env": "# comment\nNAME=value\nMULTI=one\\ntwo\nEMPTY=\nEQUALS=a=b=c\nQUOTED=\"x y\"\n",
    "a.ini": "; about the section\n[server]\nhost = example.org\n; about the port\nport = 8080\n\n[other]\nlong_name = x\nk = y\n",
    "a.bin": "any bytes\x01\x02\nand a line\n",
    "env.yaml": "NAME: value\nNUMBER: 5\nYES: true\n# comment\nWITH_SPACE: a b 'c'\nMULTI: \"one\\ntwo\"\nNOTHING: null\n"
                "FLOAT: 1.5\n",
    "nested.yaml": """list:
    - # deep
      k: v
    -
      # deeper
      k: v
    - - x
      # in a list in a list
      - y
      -
        # first
        - z
      - []
      - {}
blocks:
    - |
      one
    - - |
        two
deep:
    e:
        f:
            - g:
                - h: "x\\ny\\n"
                  i:
                    j: "p\\nq"
""",
    "separator.json": '{"a": "x\\u2028y"}\n',
    "comments.yaml": "# +public\na: 1\nb: 2\n",
}
PIECES = ("a", "B", "0", "7", "-", "+", ".", ":", ": ", " #", "#", " ", "  ", "\n", "\n\n", "\t", "'", '"', "\\", "{", "}", "[",
          "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "?", "=", "~", "é", "ü", "€", "\u00a0", "\u0085", "\ufeff", "😀", "\x01",
          "\x7f", "\r", "<<", "null", "yes", "No", "true", "0x1F", "0o7", "1e3", "1_000", "12:30", ".inf", "2001-01-01", "---", "...")
WORDS = ("", "y", "n", "on", "OFF", "~", "Null", "TRUE", "1.5", "1.", ".5", "+1", "0b1", "08", "1:30:00", "=", "<<", "- a", "? a",
         ": a", "a:", "a: b", "a #b", "#a", "-", "?", ":", "--- a", "x" * 300, "a\nb", "a\n", "\na", "\n", "a \nb", "a\n b", "a\tb\nc",
         "a\n\n\n", "trailing ", "ünï", "1e400", "-0", "0.1e-7", "!tag", "!!str x", "%TAG", "@x", "`x`", "{a", "[a", "a]", "a}", "|", ">")


def quoted(text):
    """In double quotes, as YAML and JSON take it."""
    return "".join(f"\\u{ord(char):04x}" if 0x7f <= ord(char) <= 0xa0 or ord(char) == 0xfeff else char
                   for char in json.dumps(text, ensure_ascii=False))


def awkward_document(seed, in_list):
    """Strings that YAML writes in every style, as JSON flow, which YAML reads."""
    chance = random.Random(seed)
    texts = list(WORDS) + ["".join(chance.choice(PIECES) for _ in range(chance.randint(1, 6))) for _ in range(400)]
    if in_list:  # see the deviation "indented-blocks"
        texts = [text for text in texts if "\n" not in text or text[0] not in " \n"]
        return "list:\n" + "".join(f"    - {quoted(text)}\n" for text in texts)
    pairs = {(texts[at - 1] if at % 7 == 0 else f"key{at}"): text for at, text in enumerate(texts)}
    pairs = {key: text for key, text in pairs.items() if key not in ("sops", "<<") and "\n" not in key and len(key) < 120}
    lines = [f"{quoted(key)}: {quoted(text)}\n"
             for key, text in pairs.items()]
    return "".join(lines) + "numbers: [0, -0, 1.0, 1e5, 1e6, 123456.7, 1e20, 1e21, 1e22, 5e-5, 1e-4, 1.5e300, -2.5e-7, .inf]\n"


RULES = """creation_rules:
  - path_regex: \\.public\\.yaml$
    age: {first}
    encrypted_regex: ^secret
  - path_regex: two/.*\\.yaml$
    age: {first},{second}
  - path_regex: groups/.*\\.yaml$
    shamir_threshold: 2
    key_groups:
      - age: [{first}]
      - age: [{second}]
  - path_regex: more/.*\\.yaml$
    key_groups:
      - age: [{first}]
      - age: [{second}, {first}]
      - age: [{stranger}]
  - path_regex: never/
    age: not-a-recipient
  - path_regex: mac\\.yaml$
    age: {first}
    mac_only_encrypted: true
  - path_regex: \\.(yaml|json|env|ini|bin)$
    age: {first}
stores:
  json:
    indent: 2
"""
EDITORS = {
    "change": "sed -i 's/hello/changed/' \"$1\"\n",
    "keep": ":\n",
    "fail": "exit 3\n",
    "show": "cat \"$1\"; sed -i 's/hello/changed/' \"$1\"\n",
    "replace": "printf 'fresh: start\\n' > \"$1\"\n",
    "names": "basename \"$1\"; sed -i 's/hello/changed/' \"$1\"\n",
}


class World:
    """template/ is copied for each run; keys/ and editors/ are shared."""

    def __init__(self, folder, sops, age_keygen, run):
        self.folder, self.sops, self.run = folder, sops, run
        self.template, self.keys = folder / "template", folder / "keys"
        for place in (self.template, self.keys, folder / "editors", folder / "home/.config"):
            place.mkdir(parents=True)
        self.first, self.second, self.stranger = (self._make_key(age_keygen, name)
                                                  for name in ("first", "second", "stranger"))
        self.names = {"first": self.first, "second": self.second, "stranger": self.stranger,
                      "secret": self._secret_of("first"), "ssh": str(folder / "ssh" / "id_ed25519"),
                      "keys": str(self.keys), "editors": str(folder / "editors")}
        (self.keys / "both.txt").write_text("".join((self.keys / f"{name}.txt").read_text() for name in ("first", "second")))
        for name, script in EDITORS.items():
            path = folder / "editors" / name
            path.write_text("#!/bin/sh\n" + script)
            path.chmod(0o755)
        self._make_template()

    def filled(self, text):
        """With {first} and the like replaced; other braces stay."""
        for name, value in self.names.items():
            text = text.replace("{" + name + "}", value) if text is not None else None
        return text

    def environment(self, **more):
        base = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                "SOPS_AGE_KEY_FILE": str(self.keys / "first.txt"), "SOPS_DISABLE_VERSION_CHECK": "1",
                "XDG_CONFIG_HOME": str(self.folder / "home/.config"), **more}
        return {name: value for name, value in base.items() if value is not None}

    def _make_key(self, age_keygen, name):
        path = self.keys / f"{name}.txt"
        self.run([age_keygen, "-o", path])
        return next(line.split()[-1] for line in path.read_text().splitlines() if "public key" in line)

    def _secret_of(self, name):
        return next(line for line in (self.keys / f"{name}.txt").read_text().splitlines() if line.startswith("AGE-"))

    def _encrypt(self, plain, target, *flags, recipients=None, cwd=None):
        done = self.run([self.sops, "encrypt", "--age", recipients or self.first, *flags, plain],
                        cwd=cwd or self.template / "here", env=self.environment())
        (self.template / "here" / target).write_bytes(done.stdout)

    def _make_template(self):
        here = self.template / "here"
        here.mkdir()
        for name, text in PLAIN.items():
            (here / name).write_text(text)
        for kind in ("yaml", "json", "env", "ini", "bin"):
            self._encrypt(f"a.{kind}", f"enc.{kind}")
        self._encrypt("separator.json", "enc-separator.json")
        for name in ("map", "list"):
            (here / f"awkward-{name}.yaml").write_text(awkward_document(name, name == "list"))
            self._encrypt(f"awkward-{name}.yaml", f"enc-awkward-{name}.yaml")
        for name in ("multi", "env", "comments", "nested"):
            self._encrypt(f"{name}.yaml", f"enc-{name}.yaml")
        self._encrypt("a.yaml", "enc-two.yaml", recipients=f"{self.first},{self.second}")
        self._encrypt("a.yaml", "enc-stranger.yaml", recipients=self.stranger)
        (self.folder / "ssh").mkdir()
        key = keys.ssh_keygen(self.folder / "ssh" / "id_ed25519", comment="somebody@here")
        self._encrypt("a.yaml", "enc-ssh.yaml", recipients=key.line)
        self._encrypt("a.yaml", "enc-regex.yaml", "--encrypted-regex", "^(title|nested)$")
        self._encrypt("a.yaml", "enc-indented.yaml")
        self._encrypt("a.yaml", "enc.unknown", "--input-type", "yaml", "--output-type", "yaml")
        text = (here / "enc.yaml").read_text()
        (here / "bad-mac.yaml").write_text(text.replace("plain_unencrypted: quite plain", "plain_unencrypted: altered"))
        (here / "no-version.yaml").write_text(text.replace("version: 3.13.3\n", ""))
        (here / "broken.yaml").write_text("a: [1\n")
        (here / "empty.yaml").write_text("")
        (here / "list.yaml").write_text("- 1\n")
        (here / "number.yaml").write_text("5: x\n")
        lines = text.splitlines(keepends=True)
        at = next(index for index, line in enumerate(lines) if line.startswith("title:"))
        lines[at] = lines[at].replace("data:", "data:AAAA", 1)
        (here / "bad-value.yaml").write_text("".join(lines))
        (here / "value.json").write_text('"from a file"\n')
        with_rules = self.template / "rules"
        with_rules.mkdir()
        (with_rules / ".sops.yaml").write_text(RULES.format(**self.names))
        for name in ("a.yaml", "a.json", "a.bin"):
            shutil.copy(here / name, with_rules / name)
        shutil.copy(here / "a.yaml", with_rules / "a.public.yaml")
        (with_rules / "b.public.yaml").write_text("open: 1\nsecret: s\nsecret_too: {x: 1}\n")
        shutil.copy(here / "a.yaml", with_rules / "mac.yaml")
        (with_rules / "two").mkdir()
        (with_rules / "never").mkdir()
        shutil.copy(here / "a.yaml", with_rules / "two/a.yaml")
        shutil.copy(here / "a.yaml", with_rules / "never/a.yaml")
        shutil.copy(here / "a.bin", with_rules / "a.other")
        for name in ("enc.yaml", "enc.json", "enc-two.yaml", "enc-stranger.yaml"):
            shutil.copy(here / name, with_rules / name)
        for name in ("groups", "more"):
            (with_rules / name).mkdir()
            shutil.copy(here / "a.yaml", with_rules / name / "a.yaml")
        done = self.run([self.sops, "encrypt", "groups/a.yaml"], cwd=with_rules, env=self.environment())
        for name in ("groups", "more"):
            (with_rules / name / "enc.yaml").write_bytes(done.stdout)
        shutil.copy(here / "enc.yaml", with_rules / "two/enc.yaml")
        broken = self.template / "broken"
        broken.mkdir()
        (broken / ".sops.yaml").write_text("creation_rules: [\n")
        for name in ("a.yaml", "enc.yaml"):
            shutil.copy(here / name, broken / name)

    def copy(self, name):
        """A fresh copy of the template."""
        target = self.folder / name
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(self.template, target)
        return target

    def decrypted(self, path, kind=None):
        """What the real sops makes of an encrypted file, with every key at hand; None when it is none."""
        flags = ["--input-type", kind, "--output-type", kind] if kind else []
        secrets = "\n".join(file.read_text() for file in sorted(self.keys.iterdir()))
        done = self.run([self.sops, "decrypt", *flags, path], cwd=self.folder, status=None,
                        env=self.environment(SOPS_AGE_KEY_FILE=None, SOPS_AGE_KEY=secrets,
                                              SOPS_AGE_SSH_PRIVATE_KEY_FILE=self.names["ssh"]))
        return done.stdout if done.status == 0 else None

    def meaning(self, path):
        """An encrypted file's content without its comments, and what it says of itself."""
        kind = next((kind for kind in ("yaml", "json") if path.suffix == "." + kind), None)
        text = self.decrypted(path)
        if text is None:
            return None
        if kind == "yaml":
            text = b"\n".join(line for line in text.splitlines() if not line.strip().startswith(b"#"))
        return text

    def recipients(self, path):
        return sorted(word for word in (self.first, self.second, self.stranger) if word in path.read_text())

    def files(self, root):
        return {str(path.relative_to(root)): path for path in sorted(root.rglob("*")) if path.is_file()}
