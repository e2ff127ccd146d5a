"""All six selectors and mac_only_encrypted beside the real sops, on random documents, in both directions: the same
values are encrypted, both read what the other wrote, and the MAC fits."""
import random
import re

import pytest

WORDS = ("a", "b", "key", "secret", "token_x", "plain_x", "x")
RULES = {
    "unencrypted_suffix": ("_x", "", "t"),
    "encrypted_suffix": ("_x", "y", "t"),
    "unencrypted_regex": ("^plain", "e", "(?i)SECRET|_x$", "^(a|b)$"),
    "encrypted_regex": ("^secret", "e", "(?i)SECRET|_x$", "^(a|b)$"),
    "unencrypted_comment_regex": ("hide", "^ hide", "show$"),
    "encrypted_comment_regex": ("hide", "^ hide", "show$"),
}
COMMENTS = ("hide", "show", "hide and show", "nothing")


class Random:
    """A document in the form that sops itself writes, so that texts can be compared."""

    def __init__(self, seed, comments_in_lists):
        self.chance, self.comments_in_lists, self.lines = random.Random(seed), comments_in_lists, []

    def document(self):
        self.mapping(0, 3)
        return "\n".join(self.lines) + "\n"

    def comment(self, indent):
        if self.chance.random() < 0.35:
            self.lines.append(" " * indent + "# " + self.chance.choice(COMMENTS))

    def mapping(self, indent, depth):
        keys = self.chance.sample(WORDS, self.chance.randint(2, 4))
        for key in keys:
            self.comment(indent)
            kind = self.chance.random()
            if depth and kind < 0.3:
                self.lines.append(" " * indent + key + ":")
                self.mapping(indent + 4, depth - 1)
            elif depth and kind < 0.5:
                self.lines.append(" " * indent + key + ":")
                self.items(indent + 4)
            else:
                self.lines.append(" " * indent + key + ": " + self.scalar())

    def items(self, indent):
        for _ in range(self.chance.randint(1, 3)):
            if self.comments_in_lists:
                self.comment(indent)
            self.lines.append(" " * indent + "- " + self.scalar())

    def scalar(self):
        return self.chance.choice(("text", "7", "true", "1.5", '""', "null", "more text", '"12"'))


def shape(text):
    """What is encrypted, and as what; comments in lists look alike, however they are written."""
    text = re.sub(r"ENC\[AES256_GCM,data:[^,]*,iv:[^,]*,tag:[^,]*,type:(\w+)\]", r"ENC:\1", text.split("\nsops:\n")[0])
    return re.sub(r"(?:- |#)ENC:comment", "ENC:comment", text)


def values(text):
    """A decrypted text without its comments: sops moves those in lists."""
    return [line for line in text.splitlines() if not line.strip().startswith("#")]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("mac_only", [False, True])
def test_the_same_values_are_encrypted(exchange, rule, mac_only):
    (exchange.folder / "bestow.yaml").unlink()  # .sops.yaml is the policy
    for number, pattern in enumerate(RULES[rule] * 2):
        exchange.write(".sops.yaml", f"creation_rules:\n  - age: {exchange.recipient}\n    {rule}: '{pattern}'\n"
                                     f"    mac_only_encrypted: {str(mac_only).lower()}\n")
        text = Random(f"{rule} {mac_only} {number}", number % 2 == 0).document()
        plain = exchange.write("plain.yaml", text)
        theirs = exchange.write("theirs.yaml", exchange.sops("encrypt", plain).stdout)
        made = exchange.bestow("encrypt", "--accept-reader", exchange.recipient, plain, status=None)
        if made.status != 0:  # bestow refuses where sops leaves everything plain
            assert "would stay plain" in made.stderr and not re.search(r"type:(?!comment|str\])",
                                                                       exchange.text("theirs.yaml").split("\nsops:")[0])
            assert "type:str" not in shape(exchange.text("theirs.yaml"))
            continue
        ours = exchange.write("ours.yaml", made.stdout)
        assert shape(exchange.text(ours)) == shape(exchange.text(theirs)), (pattern, text)
        read = exchange.sops("decrypt", ours).text
        assert values(read) == values(exchange.sops("decrypt", theirs).text) and "ENC[" not in read, (pattern, text)
        assert values(exchange.bestow("decrypt", theirs).text) == values(text), (pattern, text)
        assert exchange.bestow("decrypt", ours).text == text
        self_made = f"    mac_only_encrypted: true\n" in exchange.text(ours)
        assert self_made == mac_only


@pytest.mark.parametrize("rule", [name for name in RULES if "comment" not in name])
def test_json_is_selected_alike(exchange, rule):
    (exchange.folder / "bestow.yaml").unlink()
    text = ('{"a": 1, "secret": {"b": [2, "x", {"key_x": true}]}, "plain_x": "y", "tt": {"e": {"plain": ""}},'
            ' "none": null, "deep": {"secret": 3}}')
    plain = exchange.write("plain.json", text)
    for pattern in RULES[rule]:
        exchange.write(".sops.yaml", f"creation_rules: [{{age: {exchange.recipient}, {rule}: '{pattern}'}}]\n")
        theirs = exchange.write("theirs.json", exchange.sops("encrypt", plain).stdout)
        made = exchange.bestow("encrypt", "--accept-reader", exchange.recipient, plain, status=None)
        if made.status != 0:
            assert "would stay plain" in made.stderr and "type:" not in exchange.text("theirs.json").split('"sops"')[0]
            continue
        ours = exchange.write("ours.json", made.stdout)
        assert exchange.meaning(ours) == exchange.meaning(theirs)
        squeezed = [re.sub(r"\s|ENC\[[^]]*type:", "", exchange.text(name).split('"sops"')[0]) for name in (ours, theirs)]
        assert squeezed[0] == squeezed[1], pattern
        exchange.bestow("decrypt", theirs)


def test_mac_only_encrypted_lets_plain_values_be_changed_and_nothing_else(exchange):
    (exchange.folder / "bestow.yaml").unlink()
    exchange.write(".sops.yaml", f"creation_rules: [{{age: {exchange.recipient}, encrypted_regex: ^s, "
                                 "mac_only_encrypted: true}]\n")
    plain = exchange.write("plain.yaml", "open: 1\nsecret:\n    - one\n    - two\n")
    for text in (exchange.bestow("encrypt", "--accept-reader", exchange.recipient, plain).text,
                 exchange.sops("encrypt", plain).text):
        changed = exchange.write("changed.yaml", text.replace("open: 1", "open: 2"))
        assert "open: 2" in exchange.bestow("decrypt", changed).text
        assert "open: 2" in exchange.sops("decrypt", changed).text
        lines = text.splitlines()
        items = [at for at, line in enumerate(lines) if line.strip().startswith("- ENC[")]
        lines[items[0]], lines[items[1]] = lines[items[1]], lines[items[0]]
        swapped = exchange.write("swapped.yaml", "\n".join(lines) + "\n")
        assert exchange.bestow("decrypt", swapped, status=None).status == 1
        assert exchange.sops("decrypt", swapped, status=None).status == 51


@pytest.mark.parametrize("rule", ["encrypted_regex", "unencrypted_regex", "encrypted_comment_regex"])
def test_an_invalid_expression_in_a_document_is_refused(exchange, rule):
    """sops takes a value's expression that it cannot compile for one that fits nothing, and goes on."""
    plain = exchange.write("plain.yaml", "a: 1\n")
    text = exchange.text(exchange.sops_wrote(plain, "e.yaml"))
    broken = exchange.write("broken.yaml", text.replace("unencrypted_suffix: _unencrypted", f"{rule}: (?!x)"))
    for words in (("decrypt", broken), ("set", "-f", broken, "a"), ("get", "-f", broken, "a")):
        refused = exchange.bestow(*words, input="2", status=None)
        assert refused.status != 0 and "regular expression" in refused.stderr and refused.stdout == b""
    assert exchange.text(broken) == text.replace("unencrypted_suffix: _unencrypted", f"{rule}: (?!x)")


def test_a_value_added_beside_a_comment_is_selected_as_sops_does(exchange):
    (exchange.folder / "bestow.yaml").unlink()
    exchange.write(".sops.yaml", f"creation_rules: [{{age: {exchange.recipient}, encrypted_comment_regex: hide}}]\n")
    plain = exchange.write("plain.yaml", "# hide\na:\n    b: 1\nc: 2\n")
    encrypted = exchange.write("e.yaml", exchange.sops("encrypt", plain).stdout)
    exchange.bestow("set", "-f", encrypted, "a.new", "--accept-reader", exchange.recipient, input="x")
    exchange.bestow("set", "-f", encrypted, "d", input="w")
    text = exchange.text(encrypted)
    assert re.search(r"^    new: ENC\[", text, re.M) and "\nd: w\n" in text
    assert exchange.sops("decrypt", encrypted).text == "# hide\na:\n    b: 1\n    new: x\nc: 2\nd: w\n"
