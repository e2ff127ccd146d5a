"""JSON documents exchanged with the real sops, and edited without touching what did not change."""
import json

import pytest

DOCUMENTS = {
    "flat": '{"a": "x", "b": 1, "c": true, "d": null}',
    "nested": '{\n\t"a": {\n\t\t"b": [1, [2, {"c": "d"}], {}]\n\t},\n\t"e": []\n}\n',
    "indented by two": '{\n  "a": "x",\n  "b": {\n    "c": ["y", 2]\n  }\n}\n',
    "numbers": '{"i": 9223372036854775807, "n": -9223372036854775808, "f": 1.5, "e": 1e-300, "big": 1e300, '
               '"tiny": 5e-324, "whole": 2.0, "zero": 0, "exp": 6.02E+23, "beyond": 12345678901234567890123}',
    "strings": json.dumps({"quote": "\"\\/", "control": "\x01\b\f\n\r\t\x7f", "html": "<script>&</script>",
                           "separators": "\u2028\u2029", "emoji": "\U0001f600", "empty": "", "true": "true",
                           "number": "1e3", "date": "2001-12-14"}),
    "raw unicode": '{"schlüssel": "wert ü \U0001f600", "日本": ["語"]}',
    "escaped keys": '{"a\\u0062": "x", "with:colon": {"and \\"quote\\"": 1}, "": "empty key"}',
    "unencrypted": '{"a_unencrypted": {"b": [1, "x", 2.5, null]}, "c": "y"}',
    "empty": "{}",
    "CRLF": '{\r\n  "a": "x",\r\n  "b": [\r\n    1\r\n  ]\r\n}\r\n',
    "deep": '{"a":' * 50 + '"x"' + "}" * 50,
    "a thousand keys": json.dumps({f"key{index}": f"value {index}" for index in range(1000)}, indent="\t"),
}


def tree(text):
    return json.loads(text, object_pairs_hook=list, parse_float=lambda digits: ("float", float(digits)))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_both_read_what_the_other_wrote(exchange, document):
    plain = exchange.write("plain.json", DOCUMENTS[document])
    by_sops = exchange.sops_wrote(plain, "by_sops.json")
    by_bestow = exchange.bestow_wrote(plain, "by_bestow.json")
    expected = tree(exchange.sops("decrypt", by_sops).text)
    assert tree(exchange.sops("decrypt", by_bestow).text) == expected
    assert exchange.bestow("decrypt", by_sops).stdout == exchange.sops("decrypt", by_sops).stdout
    assert tree(exchange.bestow("decrypt", by_bestow).text) == expected


def changed_lines(before, after):
    return [(a, b) for a, b in zip(before.splitlines(), after.splitlines()) if a != b]


def test_an_edit_changes_one_line_and_the_metadata(exchange):
    plain = exchange.write("plain.json", '{\n  "a": "x",   "b":  {"c": 1 },\n  "d": [\n    "y"\n  ]\n}\n')
    name = exchange.bestow_wrote(plain, "e.json")
    before = (exchange.folder / name).read_text()
    exchange.bestow("set", "-f", name, "d[0]", input="z")
    changes = changed_lines(before, (exchange.folder / name).read_text())
    assert len(changes) in (2, 3) and '"mac"' in changes[-1][1], changes  # lastmodified stays within one second
    assert exchange.bestow("decrypt", name).text == DOCUMENT_AFTER_SET
    assert tree(exchange.sops("decrypt", name).text) == tree(DOCUMENT_AFTER_SET)


DOCUMENT_AFTER_SET = '{\n  "a": "x",   "b":  {"c": 1 },\n  "d": [\n    "z"\n  ]\n}\n'


@pytest.mark.parametrize("layout", ["tabs", "two columns", "one line", "empty"])
def test_values_come_and_go(exchange, layout):
    value = {"a": "x", "b": {"c": 1}}
    text = {"tabs": json.dumps(value, indent="\t") + "\n", "two columns": json.dumps(value, indent=2) + "\n",
            "one line": json.dumps(value), "empty": "{}"}[layout]
    name = exchange.bestow_wrote(exchange.write("plain.json", text), "e.json")
    exchange.bestow("set", "-f", name, "new.deep.key", input="v")
    exchange.bestow("set", "-f", name, "list[0]", input="w")
    exchange.bestow("set", "-f", name, "list[1]", "--type", "int", input="7")
    expected = {**({} if layout == "empty" else value), "new": {"deep": {"key": "v"}}, "list": ["w", 7]}
    assert json.loads(exchange.sops("decrypt", name).stdout) == expected
    written = (exchange.folder / name).read_text()
    if layout in ("tabs", "two columns"):
        unit = "\t" if layout == "tabs" else "  "
        assert exchange.bestow("decrypt", name).text == json.dumps(expected, indent=unit) + "\n"
    assert written.rstrip().endswith("}") and '"sops"' in written
    exchange.bestow("set", "-f", name, "last", input="stays")
    exchange.bestow("unset", "-f", name, "new")
    exchange.bestow("unset", "-f", name, "list[0]")
    exchange.bestow("unset", "-f", name, "list[0]")
    expected.pop("new")
    expected.update({"list": [], "last": "stays"})
    assert json.loads(exchange.sops("decrypt", name).stdout) == expected


@pytest.mark.parametrize("broken", ['{"a": 1, "b":', '{"a": 1} x', '{"a": 1, "a": 2}', "[1]", '"x"', '{"a": 1e999}',
                                    '{"a": "\\ud800"}', "{'a': 1}", '{"a": 01}', '{"sops": {}}', ""])
def test_what_sops_would_lose_is_refused(exchange, broken):
    plain = exchange.write("plain.json", broken)
    result = exchange.bestow("encrypt", "-r", exchange.recipient, plain, status=1)
    assert "plain.json" in result.stderr and result.stdout == b""


def test_binary_stays_json_for_any_other_name(exchange):
    plain = exchange.write("plain.bin", b'{"a": 1}')
    by_bestow = exchange.bestow_wrote(plain, "e.bin")
    assert exchange.sops("decrypt", by_bestow).stdout == b'{"a": 1}'
