"""A value's text is what `sops decrypt --extract` prints, save for the line break that sops puts behind what is no
string."""
import pytest

VALUES = {
    "yes": "true", "no": "false", "int": "5432", "negative": "-7", "huge": "1e300", "half": "-0.5", "whole": "5.0",
    "million": "1000000.0", "below": "999999.0", "digits": "1234567.5", "small": "1e-7", "not-so-small": "0.0001",
    "infinite": ".inf", "minus-infinite": "-.inf", "no-number": ".nan", "time": "2001-12-14T21:59:43.10-05:00",
    "date": "2001-12-14", "empty": '""', "string": "a b", "digits-in-quotes": '"007"', "lines": '"one\\ntwo\\n"',
}


def test_typed_values_read_as_sops_extracts_them(exchange):
    plain = exchange.write("plain.yaml", "".join(f"{key}: {value}\n" for key, value in VALUES.items()))
    name = exchange.sops_wrote(plain, "values.yaml")
    for key, value in VALUES.items():
        extracted = exchange.sops("decrypt", "--extract", f'["{key}"]', name).stdout
        is_string = value.startswith('"') or key == "string"
        assert exchange.bestow("get", "-f", name, key).stdout == (extracted if is_string else extracted[:-1]), key


@pytest.mark.parametrize("empty", ["null", "{}", "[]"])
def test_what_has_no_text_is_an_error_that_names_it(exchange, empty):
    name = exchange.sops_wrote(exchange.write("plain.yaml", f"a: {{b: {empty}, c: 1}}\n"), "values.yaml")
    told = exchange.bestow("get", "-f", name, "a.b", status=2).stderr
    assert "a.b" in told and ("null" if empty == "null" else "not a single value") in told
    assert exchange.bestow("get", "-f", name, "a.b", "--as", "json").text.strip() == empty
