"""One value changes in a hand-formatted file of 500 lines, and git shows nothing else."""
import json


def big_document():
    lines = ["# Hand-written, and meant to stay so.", ""]
    for number in range(60):
        lines += [f"service{number}:   # number {number}", f"    user:   'svc{number}'",
                  f'    password: "old-{number}"   # rotate yearly', "    ports: [ 80,   443 ]",
                  "    notes: |", f"        first line {number}", "        second", ""]
        if number % 20 == 0:
            lines += [f"# --- block {number} ---", ""]
    lines += ["list:", "  # about one", "  - one", "  - two   # the second", "flow: {a: 1, b: [x, y], c: null}", "last: end"]
    return "\n".join(lines) + "\n"


def test_git_diff_shows_one_line_and_the_metadata(store, sops, run):
    text = big_document()
    assert text.count("\n") > 490
    store.replace("  disk:", "  big/one: {to: [server], file: secrets/big.yaml, key: last}\n  disk:")
    store.write("secrets/big.yaml", text)
    store.accepting("encrypt", "-i", "secrets/big.yaml")
    assert len(store.recipients("secrets/big.yaml")) == 3
    run("git", "init", "-q", cwd=store.path)
    run("git", "add", ".", cwd=store.path)
    run("git", "commit", "-qm", "x", cwd=store.path)
    store("set", "-f", "secrets/big.yaml", "service30.password", input="new")
    diff = run("git", "diff", "-U0", cwd=store.path).text
    removed = [line[1:].strip() for line in diff.splitlines() if line.startswith("-") and not line.startswith("---")]
    added = [line[1:].strip() for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    keys = [line.split(":")[0] for line in removed]
    assert keys == [line.split(":")[0] for line in added]
    assert keys in (["password", "lastmodified", "mac"], ["password", "mac"])  # both within one second
    assert removed[0].startswith("password: ENC[") and added[0].split("]")[1] == removed[0].split("]")[1]
    plain = json.loads(sops("decrypt", "--output-type", "json", "secrets/big.yaml").stdout)
    assert plain["service30"]["password"] == "new" and plain["service31"]["password"] == "old-31"
    # The quotes of what was encrypted are not in a SOPS file; comments, order and layout are.
    bare = str.maketrans("", "", "'\"")
    assert store("get", "-f", "secrets/big.yaml", ".").text.translate(bare) == text.replace("old-30", "new").translate(bare)
