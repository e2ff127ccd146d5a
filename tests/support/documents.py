"""Examples out of README.md and the manual pages, so that tests can run what readers are shown."""
import re

from support.places import ROOT

FENCE = re.compile(r"^```console\n(.*?)^```", re.M | re.S)


def console_blocks(text):
    """The ```console blocks of a Markdown text, each a list of ("$" or "#", command)."""
    return [commands_of(block) for block in FENCE.findall(text)]


def commands_of(block):
    joined = block.replace("\\\n", "")
    return [(line[0], line[2:]) for line in joined.splitlines() if line[:2] in ("$ ", "# ")]


def marked_blocks(page, mark):
    r"""The literal blocks of man/PAGE that follow a line `.\" test: MARK`, as plain text."""
    source = (ROOT / "man" / page).read_text()
    found = re.findall(rf'^\.\\" test: {re.escape(mark)}\n\.Bd [^\n]*\n(.*?)^\.Ed', source, re.M | re.S)
    return [plain(block) for block in found]


def plain(roff):
    r"""Literal roff as the reader sees it: \e, \&, \- and the like undone."""
    for escape, text in (("\\e", "\\"), ("\\&", ""), ("\\-", "-"), ("\\(dq", '"'), ("\\(aq", "'")):
        roff = roff.replace(escape, text)
    return roff


def man_sessions():
    """The commands of each `.\\" test: shell` block of bestow(1), in order."""
    return [commands_of(block) for block in marked_blocks("bestow.1", "shell")]


def sections_of_policy(text):
    """{top-level key: its lines} of a bestow.yaml in block style, in order."""
    sections = {}
    name = None
    for line in text.splitlines(keepends=True):
        started = re.match(r"([a-z_]+):", line)
        if started:
            name = started.group(1)
            sections[name] = ""
        if name:
            sections[name] += line
    return sections
