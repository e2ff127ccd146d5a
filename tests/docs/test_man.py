"""The manual pages are well formed, and bestow(1) names exactly the options that --help names."""
import re
import shutil
import subprocess

import pytest

from support.places import ROOT

PAGES = sorted((ROOT / "man").glob("*.[15]"))
GLOBAL = {"--help", "--help-all", "--version", "--store", "--identity", "--json"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_well_formed(page):
    if not shutil.which("mandoc"):
        pytest.skip("mandoc is not installed")
    told = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True, check=False)
    complaints = [line for line in told.stdout.splitlines() if "referenced manual" not in line]
    assert complaints == []


def test_there_are_all_pages():
    assert {page.name for page in PAGES} == {"bestow.1", "bestow-sops.1", "bestow-sops-install-secrets.1", "bestow.yaml.5"}


def subcommands(text):
    listed = re.search(r"^\S*[Ss]ubcommands:\n((?:[ \t]+.*\n?)+)", text, re.M)
    return re.findall(r"^  (\S+)", listed.group(1), re.M) if listed else []


def options_by_command(bestow, words=()):
    """{"host add": {"--key", ...}} for every command that does something, from --help."""
    text = bestow(*words, "--help").text
    below = subcommands(text)
    if not below:
        return {" ".join(words): set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", options_part(text))) - GLOBAL}
    found = {}
    for name in below:
        found.update(options_by_command(bestow, (*words, name)))
    return found


def options_part(text):
    """Only the first column of the lists of options: help texts and examples may name others' options."""
    return "\n".join(re.match(r"\s+(-\S.*?)(?:\s{2,}|$)", line).group(1)
                     for line in text.splitlines() if re.match(r"\s+-", line))


def documented():
    """{"host add": {"--key", ...}} from the subsections of COMMANDS in bestow(1)."""
    source = (ROOT / "man" / "bestow.1").read_text()
    commands = source[source.index(".Sh COMMANDS"):]
    commands = commands[:commands.index("\n.Sh ", 5)]
    found = {}
    for part in commands.split("\n.Ss ")[1:]:
        title, _, body = part.partition("\n")
        items = "\n".join(line for line in body.splitlines() if line.startswith((".It Fl", ".It Xo")))
        found[title.strip()] = {"--" + name for name in re.findall(r"Fl -([a-z][a-z-]*)", items)} - GLOBAL
    return found


def test_bestow_1_has_every_command_and_option_and_no_other(bestow):
    told, written = options_by_command(bestow), documented()
    assert set(written) == set(told)
    assert {name: sorted(options) for name, options in written.items()} == \
        {name: sorted(options) for name, options in told.items()}


def test_every_help_has_an_example(bestow):
    without = [name for name in options_by_command(bestow)
               if "example" not in bestow(*name.split(), "--help").text.lower()]
    assert without == []


def test_manuals_have_every_environment_variable():
    code = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.cpp"))
    used = set(re.findall(r'environment\("([A-Z_]+)"\)', code)) | set(re.findall(r'add_\w+_of\("([A-Z_]+)"\)', code))
    source = "\n".join(page.read_text() for page in PAGES)
    told = {word for line in re.findall(r"^\.It Ev (.*)$", source, re.M) for word in line.split(" , ")}
    assert len(used) > 5
    assert used - told - {"HOME", "TMPDIR", "PATH", "PWD"} == set()
