"""The include directions of src/ are those of layers.toml, and what CMake links is the same."""
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

from support.places import ROOT

TABLE = tomllib.loads((Path(__file__).parent / "layers.toml").read_text())
LAYERS = TABLE["layers"]
SRC = ROOT / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def reachable(layer):
    """The layers that `layer` may use, itself included."""
    found = {layer}
    for used in LAYERS[layer]:
        found |= reachable(used)
    return found


def sources():
    """(path, layer, text) of every source; main.cpp stands above cli."""
    for path in sorted(SRC.rglob("*.[ch]pp")):
        relative = path.relative_to(SRC)
        yield relative, relative.parts[0] if len(relative.parts) > 1 else "main", path.read_text()


def complaint_about_own(relative, layer, name):
    target = name.split("/")[0]
    if not (SRC / name).is_file():
        return f'{relative}: "{name}" is no file under src/; write "layer/file.hpp"'
    if target not in (reachable(layer) if layer != "main" else {"cli"}):
        return f"{relative}: {layer} may not use {target} ({name})"
    return None


def complaint_about_foreign(relative, layer, name):
    for pattern, allowed in TABLE["headers"].items():
        if fnmatch(name, pattern):
            return None if layer in allowed else f"{relative}: {layer} may not include <{name}>; only {allowed}"
    if "." in name or "/" in name:
        return f"{relative}: <{name}> is not in layers.toml"
    return None


def complaints(files):
    found = []
    for relative, layer, text in files:
        for kind, name in INCLUDE.findall(text):
            check = complaint_about_own if kind == '"' else complaint_about_foreign
            found.append(check(relative, layer, name))
    return [complaint for complaint in found if complaint]


def test_every_folder_is_a_layer():
    assert {path.name for path in SRC.iterdir() if path.is_dir()} <= set(LAYERS)


def test_includes_go_downwards_only():
    assert complaints(sources()) == []


def test_a_wrong_include_would_be_found():
    samples = [
        (Path("base/x.cpp"), "base", '#include "os/system.hpp"\n'),
        (Path("age/x.cpp"), "age", '#include "age.hpp"\n'),
        (Path("policy/x.cpp"), "policy", "#include <unistd.h>\n"),
        (Path("sops/x.cpp"), "sops", "#include <openssl/evp.h>\n"),
        (Path("cli/x.cpp"), "cli", "#include <boost/any.hpp>\n"),
    ]
    assert len(complaints(samples)) == len(samples)


def test_cmake_links_what_the_table_says():
    declared = {}
    for name, arguments in re.findall(r"^bestow_layer\((\w+)([^)]*)\)", (ROOT / "CMakeLists.txt").read_text(), re.M):
        uses = re.search(r"USES\s+((?:[a-z]+\s*)+)", arguments)
        declared[name] = uses.group(1).split() if uses else []
    assert declared == LAYERS


def test_only_the_cli_prints():
    printing = re.compile(r"\bstd::(cout|cerr|clog|puts|printf|print)\b|\bfprintf\s*\(|\bfmt::print")
    assert [str(path) for path, layer, text in sources() if layer != "cli" and printing.search(text)] == []


def test_base_takes_only_memory_from_libsodium():
    allowed = set(TABLE["base"]["sodium_functions"])
    for path, layer, text in sources():
        if layer == "base":
            used = set(re.findall(r"\b((?:sodium|crypto|randombytes)_\w+)\s*\(", text))
            assert used <= allowed, path
