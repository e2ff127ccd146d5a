"""Dotenv and INI documents that are exchanged with sops: name -> plaintext bytes."""
import random

PEM = b"-----BEGIN PRIVATE KEY-----\\nMIIEvQ+/=\\nabc\\n-----END PRIVATE KEY-----\\n"

DOTENV = {
    "one line": b"A=1\n",
    "no line break at the end": b"A=1\nB=2",
    "nothing": b"",
    "empty lines alone": b"\n\n",
    "a comment alone": b"# nothing else\n",
    "comments everywhere": b"# top\n#\n\n#  two  \nA=1\n# between\n# and\nB=2\n\n# end",
    "a comment with an equals sign": b"#A=1\nB=2\n",
    "empty lines": b"\n\nA=1\n\n\nB=2\n\n",
    "empty values": b"A=\nB=\nC=x\n",
    "only empty values": b"A=\nB=\n",
    "export": b"export A=1\nexport  B=2\n",
    "single quotes": b"A='x y'\nB='it''s'\n",
    "double quotes": b'A="x y"\nB="a \\"b\\""\nC="\n',
    "a hash in a value": b"A=x # no comment\nB=#x\nC=a#b\n",
    "an equals sign in a value": b"A=b=c\nB==\nC===x\n",
    "spaces around": b" A = 1 \n\tB\t=\t2\t\n",
    "spaces alone in a value": b"A=   \nB=\t\n",
    "escaped line breaks": b"A=one\\ntwo\nB=\\n\nC=\\n\\n x\n",
    "backslashes": b"A=\\\nB=C:\\dir\\temp\nC=\\\\\nD=\\t\\x\\u0041\nE=x\\\n",
    "backslashes before a line break": b"A=\\\\n\nB=\\\\\\n\n",
    "a private key": b"KEY=" + PEM + b"\nOTHER=x\n",
    "CRLF": b"A=1\r\n# c\r\nB=\r\nC=x y\r\n",
    "carriage returns inside": b"A=a\rb\nB=\r\r\n",
    "unicode": "A=grüße 漢字\nÄ=ö\nB=😀\n# ключ\n".encode(),
    "unicode spaces and breaks": "A=\u2028x\u0085\u00a0\u2029\nB=\ufeff\n".encode(),
    "latin-1": b"A=gr\xfc\xdfe\nB=\xff\xfe\n# \xe9\n",
    "control characters": b"A=\x01\x02\x07\x1b[0m\x7f\nB=\x0b\x0c\n",
    "a byte-order mark": b"\xef\xbb\xbfA=1\nB=2\n",
    "an empty key": b"=x\nA=1\n",
    "odd keys": b"a b=1\na.b=2\na:b=3\n'q'=4\n[x]=5\n-=6\n;c=7\n1=8\n$(x)=9\n",
    "keys that nearly are metadata": b"SOPS_x=1\nsops-mac=2\nsopsy=3\n sops_mac=4\n",
    "keys that differ in case": b"a=1\nA=2\n",
    "an indented comment with an equals sign": b" # A=1\nB=2\n",
    "values like envelopes": b"A=ENC[x]\nB=ENC[AES256_GCM,data:x]\n",
    "values of other types": b"A=5\nB=1.50\nC=true\nD=null\nE=2001-12-14\nF=0x1F\n",
    "JSON": b'A={"b": [1, "c"], "d": "e\\nf"}\nB=[]\n',
    "YAML": b"A={b: c}\nB=- x\nC=>-\nD=*x\n",
    "URLs": b"A=postgres://u:p%20w@h:5432/db?sslmode=require&x=y#z\n",
    "shell": b"A=$(cat /etc/passwd)\nB=`id`\nC=${X:-y}\nD=x;y && z | w > v\n",
    "unencrypted values": b"A_unencrypted=plain # x\nB=secret\nC_unencrypted=one\\ntwo\nD_unencrypted=\nE_unencrypted= y \n",
    "equal values": b"A=x\nB=x\nC=x\n",
    "equal comments": b"# x\nA=1\n# x\nB=2\n# x\n",
    "a long value": b"A=" + b"0123456789abcdef" * 6000 + b"\nB=2\n",
    "many keys": b"".join(b"KEY_%04d=value number %d\n" % (number, number) for number in range(2000)),
}

INI = {
    "one section": b"[a]\nx = 1\n",
    "no line break at the end": b"[a]\nx = 1",
    "no spaces": b"[a]\nx=1\ny=2\n",
    "aligned": b"[a]\nx         = 1\nlong_name = 2\n",
    "colons": b"[a]\nx: 1\ny : 2\nz:3\n",
    "keys above every header": b"x = 1\ny = 2\n\n[a]\nz = 3\n",
    "keys without a section": b"x = 1\n",
    "the section DEFAULT": b"[DEFAULT]\nx = 1\n\n[a]\nx = 2\n",
    "both DEFAULT sections": b"x = 1\n[DEFAULT]\nx = 2\n",
    "empty sections": b"[a]\n\n[b]\n[c]\nx = 1\n[d]\n",
    "repeated sections": b"[peer]\nkey = 1\n\n[peer]\nkey = 2\nother = 3\n\n[x]\n[peer]\nkey = 2\n",
    "empty lines": b"\n\n[a]\n\n\nx = 1\n\ny = 2\n\n\n",
    "indented": b"[core]\n\tbare = false\n\t\tx = 1\n  [user]\n    name = me\n",
    "git's style": b"[remote \"origin\"]\n\turl = git@example.org:a/b.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n",
    "odd section names": b"[a b]\nx = 1\n[ a ]\nx = 2\n[a.b]\nx = 3\n[a:b]\nx = 4\n[[t]]\nx = 5\n[\xc3\xa4]\nx = 6\n",
    "child sections": b"[a]\nx = 1\n[a.b]\ny = 2\n[a.b.c]\nz = 3\n",
    "sections that differ in case": b"[a]\nx = 1\n[A]\nx = 2\n[default]\nx = 3\n[SOPS]\nx = 4\n",
    "keys that differ in case": b"[a]\nx = 1\nX = 2\n",
    "empty values": b"[a]\nx =\ny = \nz=\n",
    "only empty values": b"[a]\nx =\n",
    "spaces in keys": b"[a]\nx y = 1\n z  = 2\n",
    "quoted keys": b"[a]\n\"x=y\" = 1\n`c:d` = 2\n\"\"\"e`f\"\"\" = 3\ng\"h = 4\n",
    "double quotes": b"[a]\nx = \"one two\"\ny = \" x \"\nz = \"\"\n",
    "single quotes": b"[a]\nx = 'one two'\ny = ' x '\nz = 'a \"b\" c'\n",
    "quotes inside": b"[a]\nx = a \"b\" c\ny = \"a\" and \"b\"\nz = it's\nw = \"\n",
    "backquotes": b"[a]\nx = `a;b#c`\ny = ` x `\nz = ``\nw = `one\ntwo`\n",
    "triple quotes": b"[a]\nx = \"\"\"one\ntwo\n\"\"\"\ny = \"\"\"a;b\"\"\"\nz = \"\"\"\n  x\n\n; y\n\"\"\"\nw = 1\n",
    "a private key": b"[a]\nkey = \"\"\"-----BEGIN PRIVATE KEY-----\nMIIEvQ+/=\n-----END PRIVATE KEY-----\n\"\"\"\nx = 1\n",
    "escaped line breaks": b"[a]\nx = one\\ntwo\ny = \\n\n",
    "backslashes": b"[a]\nx = C:\\dir\\temp\ny = `C:\\dir\\`\nz = \"x\\\"\n",
    "continued lines": b"[a]\nx = one \\\n    two \\\n  three\nz = 1\n",
    "delimiters in values": b"[a]\nx = b=c:d\ny: z=w\nurl = http://u:p@h:80/?a=b&c=d\n",
    "CRLF": b"; c\r\n[a]\r\nx = 1\r\n\r\ny = two words\r\n[b]\r\nz = \"q\"\r\n",
    "CRLF in triple quotes": b"[a]\r\nx = \"\"\"one\r\ntwo\"\"\"\r\ny = 1\r\n",
    "a byte-order mark": b"\xef\xbb\xbf[a]\nx = 1\n",
    "a byte-order mark before a key": b"\xef\xbb\xbfx = 1\n",
    "unicode": "[ключ]\nä = grüße 漢字 😀\n".encode(),
    "unicode spaces": "[a]\n\u00a0x\u2003 = \u2003y\u00a0z\u00a0\n".encode(),
    "latin-1": b"[a]\nx = gr\xfc\xdfe\ny = \xff\n",
    "control characters": b"[a]\nx = \x01\x1b[0m\x7f\ny = a\x0bb\nz = a\rb\n",
    "values like envelopes": b"[a]\nx = ENC[y]\nz = ENC[AES256_GCM,data:x]\n",
    "values of other types": b"[a]\ni = 5\nf = 1.50\nb = true\nn = null\nd = 2001-12-14\n",
    "unencrypted values": b"[a]\nx_unencrypted = plain\ny = secret\nz_unencrypted = `a;b`\nw_unencrypted = \"\"\"1\n2\"\"\"\n"
                          b"v_unencrypted = ' x '\nu_unencrypted =\n[b_unencrypted]\nt = plain\n",
    "equal values": b"[a]\nx = s\ny = s\n[b]\nx = s\n",
    "comments": b"; section\n[a]\n; key\nx = 1\n\n# other mark\ny = 2\n\n#second\n[b]\nz = 3\n",
    "comments behind": b"[a]\nx = 1 ; value\ny = 2   # other\nz = 3\n",
    "comments of several lines": b"; one\n; two\n# three\n[a]\n; four\n;five\nx = 1\n",
    "indented comments": b"[a]\n\t# one\n\t# two\n\tx = 1\n  ; three\n  y = 2\n",
    "comments of marks": b";;;; x\n[a]\n## y ##\nx = 1\n; # z\ny = 2\n;\nz = 3\n",
    "a comment behind an empty value": b"[a]\nx = ; nothing\ny = 1\n",
    "equal comments": b"; c\n[a]\n; c\nx = 1\n; c\ny = 2\n; c\n[b]\n; c\nx = 1\n",
    "commented out": b"[a]\n;x = 1\n#y = 2\nz = 3\n",
    "a long value": b"[a]\nx = " + b"0123456789abcdef" * 6000 + b"\ny = 2\n",
    "many keys": b"".join(b"[s%02d]\n" % section + b"".join(b"key%03d = value %d\n" % (key, key) for key in range(50))
                          for section in range(20)),
}

# What sops moves, drops or respells when it writes a comment: values must be equal, and the comments' words.
INI_LAYOUT = {
    "empty lines in a comment": b"; licence\n\n\n; more of it\n\n; section\n[a]\n\n; key\n\nx = 1\n",
    "an indented comment of several lines": b"  ; one\n; two\n      ; three\n[a]\n  # four\n ; five\nx = 1\n",
    "comments above and behind": b"; above\n[a] ; behind\n; key\nx = 1 ; value\n\ty = 2 # b\n\t; up\n\tz = 3 ; c\n",
    "comments behind headers": b"[a] ; one\nx = 1\n; above\n[b] # two\n",
    "CRLF in comments": b"; one\r\n; two\r\n\r\n; three\r\n[a]\r\n# x\r\n# y\r\nx = 1 ; z\r\n",
}

# What sops loses or fails on, and bestow keeps.
INI_BEYOND = {
    "comments at the end": b"[a]\nx = 1\n\n; the\n; end\n",
    "a comment alone": b"; nothing else\n",
    "nothing": b"",
    "comments behind quotes": b"[a]\nx = `a;b` ; c\ny = \"\"\"d\"\"\" # e\n",
    "a comment that begins with an empty line": b"#\n# licence\n#\n[a]\nx = 1\n",
}


def dotenv_of(seed):
    """A random document; sops takes it."""
    chance = random.Random(seed)
    piece = lambda: chance.choice(["a", "B", "_", "1", ".", " ", "é", "=", "#", "'", '"', "\\", "\\n", "$", ":", "\t", "漢", "ENC["])
    lines = []
    for number in range(chance.randint(1, 12)):
        kind = chance.random()
        value = "".join(piece() for _ in range(chance.randint(0, 12)))
        if kind < 0.2:
            lines.append("#" + value)
        elif kind < 0.3:
            lines.append("")
        else:
            suffix = "_unencrypted" if chance.random() < 0.15 else ""
            lines.append(f"{chance.choice(['', 'export ', 'k.', ' '])}K{number}{suffix}={value}")
    return ("\n".join(lines) + chance.choice(["\n", ""])).encode()


def ini_of(seed):
    """A random document without what bestow refuses."""
    chance = random.Random(seed)
    words = ["a", "two words", "x=y", "a:b", "it's", "é", "漢字", "\\n", "C:\\d", "50%", "$x", "[b]", "ENC[", "-", "1.5"]
    word = lambda: chance.choice(words)
    lines = []
    for section in range(chance.randint(1, 4)):
        if section or chance.random() < 0.7:
            lines += [f"; about {word()}"] * (chance.random() < 0.4) + [f"[s {section % 3}]"]
        for key in range(chance.randint(0, 5)):
            lines += [f"{chance.choice('#;')} {word()}"] * chance.choice([0, 0, 1, 2])
            value = chance.choice([word(), f'"{word()}"', f"`{word()};#`", '"""' + word() + "\n" + word() + '"""', "",
                                   f"'  {word()}'".replace("it's", "its")])
            suffix = "_unencrypted" if chance.random() < 0.15 else ""
            lines.append(f"{chance.choice(['', '  '])}k {key}{suffix}{chance.choice([' = ', '=', ' : '])}{value}")
        lines += [""] * chance.randint(0, 2)
    return ("\n".join(lines) + "\n").encode()


RANDOM = 12
DOTENV.update({f"random {seed}": dotenv_of(seed) for seed in range(RANDOM)})
INI.update({f"random {seed}": ini_of(seed) for seed in range(RANDOM)})
