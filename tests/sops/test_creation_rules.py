"""`.sops.yaml` beside the real sops: the same rule for the same file, and bestow's file commands under it."""
import json
import os
import re

import pytest

NAMES = ("one", "two", "three")
PLAIN = '{"a": "x", "secret_b": {"c": "y"}, "d_unencrypted": "z"}\n'


class Tree:
    """A folder with a .sops.yaml, and three keys that stand in it as <one>, <two>, <three>."""

    def __init__(self, folder, bestow, run, sops):
        self.folder, self._bestow, self._run, self.sops_program = folder, bestow, run, sops
        self.keys, self.recipients = {}, {}
        (folder / "keys").mkdir(parents=True)
        for name in NAMES:
            self.keys[name] = folder / "keys" / name
            bestow("age", "keygen", "-o", self.keys[name])
            text = self.keys[name].read_text()
            self.recipients[name] = next(line.split()[-1] for line in text.splitlines() if "public key" in line)
        self.root = folder / "repo"
        self.root.mkdir()

    def identities(self, *names):
        path = self.folder / "identities.txt"
        path.write_text("".join(self.keys[name].read_text() for name in names))
        return str(path)

    def filled(self, text):
        for name, recipient in self.recipients.items():
            text = text.replace(f"<{name}>", recipient)
        return text

    def config(self, text, name=".sops.yaml"):
        self.write(name, self.filled(text))

    def write(self, name, text=PLAIN):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return name

    def read(self, name):
        return (self.root / name).read_text()

    def bestow(self, *words, who=NAMES, cwd=None, env=None, **more):
        env = {"BESTOW_IDENTITY": self.identities(*who), **(env or {})}
        return self._bestow(*words, cwd=cwd or self.root, env=env, **more)

    def accepting(self, *words, **more):
        return self.bestow(*words, *[word for one in self.recipients.values() for word in ("--accept-reader", one)],
                           **more)

    def sops(self, *words, who=NAMES, cwd=None, env=None, **more):
        env = {"SOPS_AGE_KEY_FILE": self.identities(*who), **(env or {})}
        return self._run(self.sops_program, *words, cwd=cwd or self.root, env=env, **more)

    def shape(self, text):
        """Everything of an encrypted JSON document that does not depend on chance."""
        document = json.loads(text)
        metadata = document.pop("sops")
        for name in ("mac", "lastmodified", "version"):
            metadata.pop(name)
        return json.loads(json.dumps([document, metadata]), object_hook=self._without_chance)

    @staticmethod
    def _without_chance(item):
        return {key: "ENC" if isinstance(value, str) and value.startswith("ENC[") else value
                for key, value in item.items() if key != "enc"}


@pytest.fixture
def tree(tmp_path, bestow, run, peer):
    return Tree(tmp_path / "tree", bestow, run, peer("sops"))


GROUPS = "key_groups: [{age: [<one>]}, {age: [<two>, <three>]}]"
CASES = {
    "one recipient": "creation_rules: [{age: <one>}]",
    "a comma-separated text": "creation_rules: [{age: ' <one>, ,<two>,'}]",
    "a folded text": "creation_rules:\n  - age: >-\n      <one>,\n      <three>\n",
    "a list": "creation_rules: [{age: [<two>, '<one>, <three>']}]",
    "an empty item": "creation_rules: [{age: [<two>, '']}]",
    "a number among recipients": "creation_rules: [{age: [<two>, 5]}]",
    "first match": "creation_rules: [{path_regex: other, age: <one>}, {path_regex: 'x\\.json$', age: <two>}, {age: <three>}]",
    "anchors": "k: [&a <one>, &b <two>]\ncreation_rules: [{key_groups: [{age: [*a, *b]}]}]",
    "merge key": "d: &d {age: <one>, encrypted_regex: ^secret}\ncreation_rules: [{<<: *d, age: <two>}]",
    "groups": f"creation_rules: [{{{GROUPS}}}]",
    "groups before flat": f"creation_rules: [{{age: <three>, {GROUPS}}}]",
    "merged groups": "creation_rules: [{key_groups: [{merge: [{age: [<two>]}, {age: ['<one>,<two>']}], age: [<three>, <two>]}]}]",
    "threshold": "creation_rules: [{shamir_threshold: 2, key_groups: [{age: [<one>]}, {age: [<two>]}, {age: [<three>]}]}]",
    "threshold of one": f"creation_rules: [{{shamir_threshold: 1, {GROUPS}}}]",
    "threshold above": f"creation_rules: [{{shamir_threshold: 3, {GROUPS}}}]",
    "threshold and one group": "creation_rules: [{shamir_threshold: 2, age: <one>}]",
    "an empty group": "creation_rules: [{key_groups: [{age: [<one>]}, {age: []}]}]",
    "an empty part in a group": "creation_rules: [{key_groups: [{age: ['<one>,']}]}]",
    "nobody": "creation_rules: [{path_regex: x}]",
    "a null rule": "creation_rules: [~]",
    "no rule fits": "creation_rules: [{path_regex: other, age: <one>}]",
    "no rules": "creation_rules: []",
    "null rules": "creation_rules:\n",
    "other things only": "stores: {json: {indent: 2}}\n",
    "unknown keys": "what: 1\ncreation_rules: [{age: <one>, what: {ever: 2}}]\ndestination_rules: [{s3_bucket: x}]",
    "encrypted_suffix": "creation_rules: [{age: <one>, encrypted_suffix: _b}]",
    "unencrypted_suffix": "creation_rules: [{age: <one>, unencrypted_suffix: _b}]",
    "encrypted_regex": "creation_rules: [{age: <one>, encrypted_regex: '^(?:secret|c$)'}]",
    "unencrypted_regex": "creation_rules: [{age: <one>, unencrypted_regex: '^a$'}]",
    "comment regex": "creation_rules: [{age: <one>, unencrypted_comment_regex: plain}]",
    "two selectors": "creation_rules: [{age: <one>, encrypted_suffix: _b, unencrypted_regex: x}]",
    "an empty selector beside another": "creation_rules: [{age: <one>, encrypted_suffix: '', unencrypted_regex: ^a$}]",
    "mac_only_encrypted": "creation_rules: [{age: <one>, encrypted_regex: ^a, mac_only_encrypted: yes}]",
    "mac_only_encrypted as text": "creation_rules: [{age: <one>, mac_only_encrypted: 'true'}]",
    "threshold as text": f"creation_rules: [{{shamir_threshold: '2', {GROUPS}}}]",
    "threshold as a float": f"creation_rules: [{{shamir_threshold: 2.0, {GROUPS}}}]",
    "rules that are no list": "creation_rules: {age: <one>}",
    "a group that lists no texts": "creation_rules: [{key_groups: [{age: <one>}]}]",
    "not a mapping": "[]",
    "not YAML": "creation_rules: [",
    "a bad path_regex": "creation_rules: [{path_regex: '(', age: <one>}]",
    "a name in a path_regex": "creation_rules: [{path_regex: '(?<x>json)', age: <one>}]",
    "look-ahead": "creation_rules: [{path_regex: '(?=x)', age: <one>}]",
    "a duplicate key": "creation_rules: [{age: <one>, age: <two>}]",
    "a second document": "creation_rules: [{age: <one>}]\n---\ncreation_rules: [{age: <two>}]\n",
    "not a recipient": "creation_rules: [{age: age1nonsense}]",
}

# What sops takes and bestow's own commands refuse: it is wrong, and sops only does not come to it.
STRICTER = {
    "a bad path_regex behind": "creation_rules: [{path_regex: x, age: <one>}, {path_regex: '(', age: <one>}]",
    "a bad selector behind": "creation_rules: [{path_regex: x, age: <one>}, {encrypted_regex: '(', age: <one>}]",
    "a bad selector": "creation_rules: [{age: <one>, encrypted_regex: '(?!x)'}]",
    "a selector that nothing fits": "creation_rules: [{age: <one>, encrypted_regex: nothing}]",
}


@pytest.mark.parametrize("name", CASES)
def test_the_same_configuration_gives_the_same_document(tree, name):
    tree.config(CASES[name] + "\n")
    tree.write("sub/x.json")
    theirs = tree.sops("encrypt", "sub/x.json", status=None)
    ours = tree.accepting("encrypt", "sub/x.json", status=None)
    assert (theirs.status == 0) == (ours.status == 0), (theirs.stderr, ours.stderr)
    if ours.status == 0:
        assert tree.shape(ours.stdout) == tree.shape(theirs.stdout)
        tree.write("made.json", ours.text)
        assert json.loads(tree.sops("decrypt", "made.json").stdout) == json.loads(PLAIN)
    else:
        assert ours.stdout == b"" and (".sops.yaml" in ours.stderr or "nobody" in ours.stderr), ours.stderr


@pytest.mark.parametrize("name", STRICTER)
def test_what_sops_overlooks_is_refused(tree, name):
    tree.config(STRICTER[name] + "\n")
    tree.write("x.json")
    assert tree.sops("encrypt", "x.json").status == 0
    refused = tree.accepting("encrypt", "x.json", status=2)
    assert refused.stdout == b"" and ("line 1" in refused.stderr or "would stay plain" in refused.stderr)


def test_rules_are_matched_against_the_path_from_the_configurations_folder(tree):
    tree.config("creation_rules:\n  - {path_regex: '^a/b/', age: <one>}\n  - {path_regex: '^b/', age: <two>}\n"
                "  - {path_regex: '/', age: <three>}\n")
    for folder, name in ((tree.root, "a/b/x.json"), (tree.root / "a", "b/x.json"), (tree.root / "a/b", "x.json"),
                         (tree.root / "a/b", "../../a/./b/x.json"), (tree.folder, tree.root / "a/b/x.json")):
        tree.write("a/b/x.json")
        made = tree.accepting("encrypt", name, cwd=folder).text
        assert tree.recipients["one"] in made, (folder, name)
        if folder != tree.folder:  # sops looks from the working directory, bestow from the file
            assert tree.shape(tree.sops("encrypt", name, cwd=folder).text) == tree.shape(made)


def test_the_nearest_configuration_above_the_file_counts(tree):
    tree.config("creation_rules: [{age: <one>}]\n")
    tree.config("creation_rules: [{age: <two>}]\n", "inner/.sops.yaml")
    tree.config("creation_rules: [{age: <three>}]\n", "inner/deeper/.sops.yml")
    tree.write("inner/deeper/x.json")
    made = tree.accepting("encrypt", "inner/deeper/x.json")
    assert tree.recipients["two"] in made.text and ".sops.yml" in made.stderr
    assert tree.recipients["one"] in tree.sops("encrypt", "inner/deeper/x.json").text


def test_keys_of_other_kinds_are_refused_by_name(tree):
    tree.config("creation_rules:\n  - age: <one>\n    pgp: FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4\n")
    tree.write("x.json")
    refused = tree.accepting("encrypt", "x.json", status=2)
    assert "pgp" in refused.stderr and "line 2" in refused.stderr


def test_recipients_are_confirmed_once(tree):
    """The caller's own key needs nobody's word."""
    tree.config("creation_rules: [{age: [<one>, <two>]}]\n")
    tree.write("x.yaml", "a: 1\n")
    refused = tree.bestow("encrypt", "-i", "x.yaml", who=("one",), status=2)
    assert tree.recipients["two"] in refused.stderr and tree.recipients["one"] not in refused.stderr
    assert tree.read("x.yaml") == "a: 1\n"
    tree.bestow("encrypt", "-i", "x.yaml", "--accept-reader", tree.recipients["two"], who=("one",))
    tree.write("y.yaml", "a: 1\n")
    tree.bestow("encrypt", "-i", "y.yaml", who=("one",))
    tree.config("creation_rules: [{age: [<one>, <two>, <three>]}]\n")
    tree.write("z.yaml", "a: 1\n")
    assert tree.recipients["three"] in tree.bestow("encrypt", "-i", "z.yaml", who=("one",), status=2).stderr


def test_the_file_commands_go_by_the_rule(tree):
    tree.config(f"stores: {{yaml: {{indent: 2}}}}\ncreation_rules:\n  - path_regex: \\.yaml$\n    {GROUPS}\n"
                "    encrypted_regex: ^secret\n    mac_only_encrypted: true\n")
    tree.accepting("set", "-f", "new/x.yaml", "secret", input="first")
    text = tree.read("new/x.yaml")
    assert re.search('encrypted_regex: "?\\^secret', text) and "mac_only_encrypted: true" in text and "\n  key_groups:\n" in text
    assert "shamir_threshold: 2" in text and text.count("hc_vault: []") == 2
    tree.bestow("set", "-f", "new/x.yaml", "plain", input="second")
    assert "plain: second" in tree.read("new/x.yaml")
    assert tree.bestow("get", "-f", "new/x.yaml", "secret", who=("one", "two")).text == "first"
    assert tree.sops("decrypt", "new/x.yaml", who=("one", "three")).text == "secret: first\nplain: second\n"
    for program in (tree.sops, tree.bestow):
        assert program("decrypt", "new/x.yaml", who=("two", "three"), status=None).status != 0
    refused = tree.bestow("decrypt", "new/x.yaml", who=("two",), status=5)
    assert "2 key groups" in refused.stderr and refused.stdout == b""
    tree.bestow("unset", "-f", "new/x.yaml", "plain")
    assert tree.sops("decrypt", "new/x.yaml").text == "secret: first\n"


def test_a_value_that_the_rule_leaves_plain_is_not_all_there_is(tree):
    tree.config("creation_rules: [{age: <one>, encrypted_regex: ^secret}]\n")
    refused = tree.accepting("set", "-f", "x.yaml", "plain", input="v", status=2)
    assert "would stay plain" in refused.stderr and not (tree.root / "x.yaml").exists()


def test_edit_makes_a_new_file_by_the_rule(tree):
    tree.config(f"creation_rules: [{{{GROUPS}, unencrypted_regex: ^open}}]\n")
    editor = tree.folder / "editor"
    editor.write_text("#!/bin/sh\nprintf 'open: 1\\nother: 2\\n' > \"$1\"\n")
    editor.chmod(0o755)
    tree.accepting("edit", "fresh/x.yaml", env={"EDITOR": str(editor)})
    text = tree.read("fresh/x.yaml")
    assert "open: 1\n" in text and "other: ENC[" in text and "key_groups:" in text
    assert tree.sops("decrypt", "fresh/x.yaml").text == "open: 1\nother: 2\n"
    editor.write_text("#!/bin/sh\nsed -i s/2/3/ \"$1\"\n")
    tree.bestow("edit", "fresh/x.yaml", env={"EDITOR": str(editor)})
    assert tree.sops("decrypt", "fresh/x.yaml").text == "open: 1\nother: 3\n"
    assert [line for line in tree.read("fresh/x.yaml").splitlines() if "enc: |" in line or "recipient" in line] == [
        line for line in text.splitlines() if "enc: |" in line or "recipient" in line]


def test_what_sops_made_by_the_rule_is_edited(tree):
    tree.config(f"creation_rules: [{{{GROUPS}}}]\n")
    for name, plain in (("x.yaml", "a: one\nb: two # c\n"), ("x.json", '{"a": "one", "b": "two"}')):
        tree.write(name, plain)
        tree.sops("encrypt", "-i", name)
        before = tree.read(name)
        tree.accepting("set", "-f", name, "a", input="new")
        after = tree.read(name)
        assert tree.bestow("get", "-f", name, "a").text == "new"
        assert tree.sops("decrypt", "--extract", '["a"]', name).text == "new"
        changed = [line.split(":")[0].strip(' \t"') for old, line in zip(before.splitlines(), after.splitlines())
                   if old != line]
        assert set(changed) == {"a", "mac"} | (set(changed) & {"lastmodified"})


def test_somebody_whom_the_rule_does_not_name_is_not_written_to(tree):
    tree.config("creation_rules: [{age: [<one>, <two>]}]\n")
    tree.write("x.yaml", "a: x\n")
    tree.sops("encrypt", "-i", "x.yaml")
    tree.config("creation_rules: [{age: [<one>]}]\n")
    before = tree.read("x.yaml")
    refused = tree.accepting("set", "-f", "x.yaml", "a", input="2", status=2)
    assert tree.recipients["two"][:20] in refused.stderr and "sops updatekeys x.yaml" in refused.stderr
    assert tree.read("x.yaml") == before
    tree.config("creation_rules: [{age: [<one>, <two>, <three>]}]\n")
    told = tree.accepting("set", "-f", "x.yaml", "a", input="2").stderr
    assert tree.recipients["three"] in told and "sops updatekeys x.yaml" in told
    assert tree.sops("decrypt", "x.yaml").text == 'a: "2"\n'


def test_where_no_rule_is_a_file_keeps_its_readers(tree):
    tree.config("creation_rules: [{path_regex: json, age: [<one>]}]\n")
    tree.write("x.yaml", "a: x\n")
    tree.sops("encrypt", "-i", "--age", tree.recipients["two"], "x.yaml", cwd=tree.root, status=None)
    (tree.root / ".sops.yaml").unlink()
    tree.write("x.yaml", "a: x\n")
    tree.sops("encrypt", "-i", "--age", tree.recipients["two"], "x.yaml")
    for config in (None, "creation_rules: [{path_regex: json, age: [<one>]}]\n"):
        if config:
            tree.config(config)
        assert tree.bestow("get", "-f", "x.yaml", "a").text in ("x", "2")
        tree.accepting("set", "-f", "x.yaml", "a", input="2")
        assert tree.bestow("get", "-f", "x.yaml", "a").text == "2"
        refused = tree.accepting("set", "-f", "new.yaml", "a", input="1", status=2)
        assert "nobody to encrypt" in refused.stderr and not (tree.root / "new.yaml").exists()


def test_bestow_yaml_wins_wherever_it_is_above(tree):
    tree.config("creation_rules: [{age: <two>}]\n", "repo2/.sops.yaml")
    tree.bestow("init", "--operator", "me", "--key", tree.recipients["one"])
    tree.write("repo2/x.yaml", "a: 1\n")
    made = tree.bestow("encrypt", "repo2/x.yaml").text
    assert tree.recipients["one"] in made and tree.recipients["two"] not in made
    made = tree.bestow("encrypt", tree.root / "repo2/x.yaml", cwd=tree.folder).text
    assert tree.recipients["one"] in made and tree.recipients["two"] not in made
    tree.bestow("set", "-f", tree.root / "repo2/y.yaml", "a", input="1", cwd=tree.folder)
    assert tree.recipients["one"] in tree.read("repo2/y.yaml")


def test_the_command_lines_recipients_come_before_the_rules_and_its_selector_stays(tree):
    tree.config("creation_rules: [{age: <two>, encrypted_regex: ^secret, mac_only_encrypted: true}]\n")
    tree.write("x.json")
    ours = tree.bestow("encrypt", "-r", tree.recipients["one"], "x.json").text
    theirs = tree.sops("encrypt", "--age", tree.recipients["one"], "x.json").text
    assert tree.shape(ours) == tree.shape(theirs)


def test_a_configuration_that_everybody_can_write_decides_nothing(tree):
    tree.config("creation_rules: [{age: <one>}]\n")
    tree.write("x.yaml", "a: 1\n")
    os.chmod(tree.root / ".sops.yaml", 0o666)
    assert "everybody can write" in tree.accepting("encrypt", "x.yaml", status=2).stderr


def test_several_files_each_have_their_rule(tree):
    tree.config("creation_rules: [{path_regex: one, age: <one>}, {path_regex: two, age: <two>}]\n")
    tree.write("one.yaml", "a: 1\n")
    tree.write("two.yaml", "a: 1\n")
    tree.accepting("encrypt", "-i", "one.yaml", "two.yaml")
    assert tree.recipients["one"] in tree.read("one.yaml") and tree.recipients["two"] in tree.read("two.yaml")
    assert tree.recipients["two"] not in tree.read("one.yaml")


@pytest.mark.parametrize("kind", ["yaml", "json", "env", "ini", "bin"])
def test_an_old_sops_and_bestow_read_each_others_key_groups(tree, peer, run, kind):
    """In dotenv and INI sops 3.8 cannot read a threshold, not even its own, and in dotenv not write one."""
    old_sops = peer("sops-old")
    tree.config("creation_rules: [{shamir_threshold: 2, key_groups: [{age: [<one>]}, {age: [<two>]}, {age: [<three>]}]}]\n")
    plain = {"yaml": "a: b\n", "json": '{"a": "b"}\n', "env": "a=b\n", "ini": "[s]\na = b\n", "bin": "ab"}[kind]
    env = {"SOPS_AGE_KEY_FILE": tree.identities("one", "three")}
    tree.write(f"x.{kind}", plain)
    if kind != "env":
        tree.write(f"theirs.{kind}", run(old_sops, "--encrypt", f"x.{kind}", cwd=tree.root, env=env).text)
        read = tree.bestow("decrypt", f"theirs.{kind}", who=("three", "two")).text
        assert "".join(read.split()) == "".join(plain.split())
        assert tree.bestow("decrypt", f"theirs.{kind}", who=("two",), status=5).stdout == b""
    tree.write(f"ours.{kind}", tree.accepting("encrypt", f"x.{kind}").text)
    for program in [tree.sops_program] + [old_sops] * (kind in ("yaml", "json", "bin")):
        read = run(program, "--decrypt", f"ours.{kind}", cwd=tree.root, env=env).text
        assert "".join(read.split()) == "".join(plain.split())


@pytest.fixture
def drop_in(tree, program):
    link = tree.folder / "sops"
    link.symlink_to(program)
    return lambda *words, who=NAMES, **more: tree._run(
        link, *words, cwd=tree.root, env={"SOPS_AGE_KEY_FILE": tree.identities(*who)}, **more)


def test_the_drop_in_makes_exchanges_and_rotates_key_groups(tree, drop_in):
    tree.config(f"creation_rules: [{{{GROUPS}, mac_only_encrypted: true}}]\n")
    tree.write("x.json")
    assert tree.shape(drop_in("encrypt", "x.json").text) == tree.shape(tree.sops("encrypt", "x.json").text)
    for program in (drop_in, tree.sops):
        tree.write("y.json")
        program("encrypt", "-i", "y.json")
    tree.config("creation_rules: [{key_groups: [{age: [<one>, <three>]}, {age: [<two>]}, {age: [<three>]}]}]\n")
    tree.write("theirs.json", tree.read("y.json"))
    ours = drop_in("updatekeys", "-y", "y.json").text
    assert ours == tree.sops("updatekeys", "-y", "theirs.json").text
    assert tree.shape(tree.read("y.json")) == tree.shape(tree.read("theirs.json"))
    assert json.loads(tree.sops("decrypt", "y.json", who=("three",)).stdout) == json.loads(PLAIN)
    assert drop_in("updatekeys", "-y", "y.json").text == "" == tree.sops("updatekeys", "-y", "y.json").text
    before = json.loads(tree.read("y.json"))
    for program in (drop_in, tree.sops):
        program("rotate", "-i", "--rm-age", tree.recipients["one"], "y.json")
        after = json.loads(tree.read("y.json"))
        assert after["a"] != before["a"] and len(after["sops"]["key_groups"]) == 3
        assert [len(group["age"]) for group in after["sops"]["key_groups"]] == [1, 1, 1]
        assert json.loads(tree.sops("decrypt", "y.json", who=("two", "three")).stdout) == json.loads(PLAIN)
        program("rotate", "-i", "--add-age", tree.recipients["one"], "y.json")
        assert len(json.loads(tree.read("y.json"))["sops"]["key_groups"][0]["age"]) == 2
    tree.config("creation_rules: [{age: <two>}]\n")
    tree.write("theirs.json", tree.read("y.json"))
    assert drop_in("updatekeys", "-y", "y.json").text == tree.sops("updatekeys", "-y", "theirs.json").text
    assert tree.shape(tree.read("y.json")) == tree.shape(tree.read("theirs.json"))
