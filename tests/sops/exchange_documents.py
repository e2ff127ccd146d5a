"""What is exchanged with sops: name -> plaintext. YAML unless the name says otherwise."""

COMMENTS = """\
# at the top

# above a mapping
server:
  # above a key
  host: example.org   # behind a value
  ports:
    # above the first item
    - 80
    # between items
    - 443   # behind an item
    # at the end of a list
  # at the end of a mapping
# above the next key
client:   # behind a key
  name: x

  # apart

  other: y
flow: {a: 1, b: [x, y]}   # behind a flow mapping
text: |   # behind a literal's mark
  one
  two
# the end
"""

SCALARS = """\
int: 5
negative: -17
hex: 0x1F
octal: 017
octal_new: 0o17
binary: 0b101
grouped: 1_000_000
largest: 9223372036854775807
smallest: -9223372036854775808
float: 1.5
whole_float: 5.0
exponent: 6.02e23
tiny: 1.5e-7
beyond_integers: 123456789012345678901234567890
bool: true
other_bool: FALSE
nothing: null
tilde: ~
absent:
date: 2001-12-14
time: 2001-12-14T21:59:43.10-05:00
spaced_time: 2001-12-14 21:59:43.5
empty: ''
empty_map: {}
empty_list: []
"""

LOOKALIKES = """\
a: "true"
b: "5"
c: "1.5"
d: "null"
e: "~"
f: "2001-12-14"
g: yes
h: "no"
i: "0x1F"
j: "1_000"
k: ".inf"
l: "<<"
m: "- item"
n: "key: value"
o: "# no comment"
p: "'quoted'"
q: " leading and trailing "
r: "ENC[not really]"
s: "*star"
t: "&and"
u: "[1, 2]"
v: "1:30"
w: "="
x: "0o17"
y: "."
z: "---"
"""

STRINGS = """\
literal: |
  line one
    indented
  line three
kept: |+
  text

stripped: |-
  no break at the end
folded: >
  one long
  paragraph

  another
plain: spread over
  two lines
double: "tab\\there, quote \\", backslash \\\\, newline\\nand bell \\a"
single: 'it''s'
unicode: "gr\u00fc\u00dfe, \u6f22\u5b57, \u03a9"
emoji: "\U0001F600 and more"
separators: "a\\u2028b\\u0085c\\ufeffd"
only_breaks: "\\n\\n"
spaces_before_break: "a  \\n  b\\n"
leading_break: "\\nx"
carriage: "a\\r\\nb"
long: "%s"
""" % ("0123456789abcdef " * 600)

NESTED = """\
list:
  - - 1
    - - two
      - 3.5
    - []
  - {k: v, l: [a, {m: n}]}
  -
    name: x
    more:
    - y
    - z
same_column:
- a
- b:
    c: d
equal_items: [x, x, x]
"colon:key": {"another: one": 1, "with space": 2}
"?odd": 3
deep: {a: {b: {c: {d: {e: {f: {g: deepest}}}}}}}
"""

ANCHORS = """\
base: &base
  image: alpine
  retries: 3
  list: &list [1, two]
derived:
  <<: *base
  retries: 5
again: *base
scalar: &s secret
use: *s
lists: [*list, *list]
"""

FLOW = '{"a": "1", "b": [true, null, 2.5, {"c": "d"}], "e": {"f": ""}, "g": "x"}\n'

TAGGED = """\
number_as_text: !!str 5
text_as_number: !!int "7"
float: !!float 5
own: !mine value
data: !!binary aGVsbG8=
"""

MULTI = """\
# first
a: 1
b: [x]
---
# second
a: two
---
c: {d: 3}
"""

FLOATS = """\
inf: .inf
minus: -.INF
nan: .nan
zero: 0.0
large: 1.7976931348623157e308
small: 5e-324
"""


def many(count):
    return "".join(f"key{index:05}: value number {index}\n" for index in range(count))


YAML = {
    "comments": COMMENTS,
    "numbers, booleans, times, nulls": SCALARS,
    "strings that look like other types": LOOKALIKES,
    "strings": STRINGS,
    "nesting and odd keys": NESTED,
    "anchors and merges": ANCHORS,
    "flow style": FLOW,
    "tags": TAGGED,
    "several documents": MULTI,
    "special floats": FLOATS,
    "CRLF": (COMMENTS + NESTED.replace("list:", "list2:", 1)).replace("\n", "\r\n"),
    "byte-order mark": "\ufeff" + SCALARS,
    "no line break at the end": "a: 1\nb: text",
    "unencrypted values": "a_unencrypted: 5\nb_unencrypted: 1.50\nc_unencrypted: 2001-12-14\nd: x\n"
                          "e_unencrypted: [true, 'no', 017, 0x1f, ~]\n",
    "ten thousand keys": many(10_000),
}

BINARY = {
    "binary: every byte": bytes(range(256)) * 3,
    "binary: empty": b"",
    "binary: text": b"one line\n",
    "binary: a megabyte": bytes((index * 7919) >> 3 & 255 for index in range(1 << 20)),
}
