"""Command lines that people have in scripts, editors and CI jobs. Each runs with the real sops and with the drop-in."""
import shlex
from dataclasses import dataclass, field


@dataclass
class Case:
    line: str
    cwd: str = "here"
    env: dict = field(default_factory=dict)
    input: bytes = b""
    cipher: str = ""        # the format of ciphertext on standard output
    kinds: dict = field(default_factory=dict)  # of files that are written under another format's name
    differs: str = ""       # the deviation that this is an example of: a key of DEVIATIONS
    hidden: bool = False    # neither the output nor a file's meaning shows it
    status: int = None      # the drop-in's, where that is what differs
    stdout: bytes = None    # likewise

    @property
    def words(self):
        return shlex.split(self.line)

    @property
    def name(self):
        extra = " ".join(f"{key}={value}" for key, value in self.env.items())
        return f"{self.cwd}: {extra + ' ' if extra else ''}sops {self.line}"


# What is different on purpose, and why: man/bestow-sops.1 says the same.
DEVIATIONS = {
    "layout": "encrypt, set, unset, edit and rotate keep a YAML file's layout, order and quoting, and the ciphertext of "
              "what did not change; sops writes the whole file anew",
    "atomic": "files are replaced whole or not at all; sops empties a file and then writes it",
    "mode": "new files with plaintext get the mode 0600; with sops everybody may read them",
    "selector": "an invalid regular expression is refused; sops writes the file in plaintext",
    "nothing-encrypted": "a file in which nothing would be encrypted is refused; sops writes it in plaintext",
    "comment-selectors": "--encrypted-comment-regex and its opposite count before the subcommand encrypt, too; sops takes "
                         "no notice of them there, and encrypts everything",
    "foreign": "cloud keys, PGP, key services, publish and groups are refused by name; a file that has keys of other "
               "kinds only ends with 128",
    "help": "help texts are bestow's own, and go to standard error after a mistake on the command line; sops prints them "
            "to standard output",
    "completion": "completion scripts are bestow's own",
    "version": "--version never asks the network",
    "panic": "where sops ends in a panic (exit 2), the drop-in says what is wrong, with the status for that kind of "
             "mistake",
    "list-comments": "a comment in a list is no item: it has no index, and cannot be extracted",
    "map-index": "a mapping has no indices; sops prints how it holds a member",
    "line-separators": "U+2028 and U+2029 are escaped in YAML; in quotes, where sops leaves them, they are line breaks",
    "indented-blocks": "a text that begins with white space and stands in a list is quoted; sops writes a block whose "
                       "indentation is wrong",
    "unset-comments": "unset also removes the comments directly above the value",
    "unchanged": "a file that says the same afterwards is left alone; sops gives it a new time and MAC",
    "duplicate-recipient": "a recipient that is named twice gets one entry",
    "updatekeys": "recipients that stay keep their entries; when one was removed, updatekeys says that rotate is needed",
    "types": "a file that is encrypted in another format has that format's types: everything is a string in dotenv and INI",
    "example": "a new file starts with bestow's own example",
    "edit-again": "a text with a mistake goes back to the editor if there is a terminal to ask at, else edit fails; sops "
                  "calls the editor for ever",
    "show-master-keys": "edit --show-master-keys is refused: updatekeys and rotate change who reads a file",
    "several-commands": "of -e, -d, -r and --set only the last counts; sops also does, or tries, the others",
    "signals": "exec-env becomes the command: a signal that ends it ends the drop-in; sops ends with 255",
    "background": "--background, which sops calls deprecated, is refused",
    "memory": "edit and exec-file put plaintext on a memory file system; sops puts it where TMPDIR says",
}


def case(line, **more):
    return Case(line, **more)


DECRYPT = [
    case("decrypt enc.yaml"), case("-d enc.yaml"), case("--decrypt enc.yaml"), case("-decrypt enc.yaml"),
    case("decrypt enc.json"), case("decrypt enc.env"), case("decrypt enc.ini"), case("decrypt enc.bin"),
    case("-d enc.bin"), case("decrypt enc-multi.yaml"), case("decrypt enc-two.yaml"), case("decrypt enc-regex.yaml"),
    case("decrypt enc-env.yaml"), case("decrypt enc-nested.yaml"), case("--indent 2 decrypt enc-nested.yaml"), case("decrypt ./enc.yaml"), case("-d --verbose enc.yaml"),
    case("decrypt --input-type yaml --output-type yaml enc.unknown"), case("decrypt --input-type yaml enc.unknown"),
    case("decrypt enc.unknown"),
    case("decrypt --output-type json enc.yaml"), case("-d --output-type json enc.yaml"),
    case("-d --output-type=json enc.yaml"), case("decrypt --output-type json enc-multi.yaml"),
    case("decrypt --output-type yaml enc.json"),
    case("decrypt --output-type yaml enc-separator.json", differs="line-separators", status=0, stdout=b'a: "x\\Ly"\n'), case("decrypt --output-type dotenv enc-env.yaml"),
    case("decrypt --output-type dotenv enc.yaml"), case("decrypt --output-type yaml enc.env"),
    case("decrypt --output-type json enc.env"), case("decrypt --output-type yaml enc.ini"),
    case("decrypt --output-type json enc.ini"), case("decrypt --output-type ini enc.env"),
    case("decrypt --output-type dotenv enc.ini"), case("decrypt --output-type binary enc.yaml"),
    case("decrypt --output-type json enc.bin"), case("decrypt --output-type yaml enc.bin"),
    case("decrypt --output-type nonsense enc.yaml"),
    case("decrypt --input-type json enc.yaml"), case("decrypt --input-type yaml enc.json"),
    case("decrypt missing.yaml"), case("-d missing.yaml"), case("decrypt a.yaml"), case("-d a.json"), case("decrypt ."),
    case("decrypt broken.yaml"), case("decrypt empty.yaml"), case("decrypt no-version.yaml"),
    case("decrypt bad-mac.yaml"), case("decrypt --ignore-mac bad-mac.yaml"), case("-d --ignore-mac bad-mac.yaml"),
    case("decrypt bad-value.yaml"), case("decrypt --ignore-mac bad-value.yaml"),
    case("decrypt enc-stranger.yaml"), case("decrypt enc.yaml", env={"SOPS_AGE_KEY_FILE": None}),
    case("decrypt enc.yaml", env={"SOPS_AGE_KEY_FILE": "{keys}/second.txt"}),
    case("decrypt enc-two.yaml", env={"SOPS_AGE_KEY_FILE": "{keys}/second.txt"}),
    case("decrypt enc.yaml", env={"SOPS_AGE_KEY_FILE": None, "SOPS_AGE_KEY_CMD": "cat {keys}/first.txt"}),
    case("decrypt enc.yaml", env={"SOPS_AGE_KEY_FILE": "/does/not/exist", "SOPS_AGE_KEY_CMD": "cat {keys}/first.txt"}),
    case("decrypt --filename-override x.yaml", input=b"@enc.yaml"),
    case("decrypt --input-type yaml --output-type yaml", input=b"@enc.yaml"), case("decrypt", input=b"@enc.bin"),
    case("decrypt --filename-override x.json", input=b"@enc.json"), case("decrypt", input=b""),
    case("decrypt -i", input=b"@enc.yaml"),
    case("decrypt -i enc.yaml"), case("-d -i enc.yaml"), case("decrypt --in-place enc.json"), case("-d -i enc.env"),
    case("decrypt enc.yaml -i"), case("-d enc.yaml -i"), case("decrypt enc.yaml --output-type json"),
    case("decrypt --output out.yaml enc.yaml"), case("-d --output out.yaml enc.yaml"),
    case("decrypt --output=out.json --output-type json enc.yaml"), case("decrypt --output missing/out enc.yaml"),
    case("decrypt -i --output out.yaml enc.yaml"), case("-d -i --output out.yaml enc.yaml"),
    case("decrypt --output /dev/stdout enc.json"),
    case("--indent 2 decrypt enc.yaml"), case("--indent 2 -d enc.yaml"), case("--indent 3 decrypt enc.json"),
    case("--indent 0 decrypt enc.yaml"), case("--indent 0 decrypt enc.json"), case("--indent -1 decrypt enc.json"),
    case("--indent -1 decrypt enc.yaml"),
    case("decrypt --decryption-order age,pgp enc.yaml"), case("decrypt --decryption-order age,age enc.yaml"),
    case("decrypt enc.yaml", env={"SOPS_DECRYPTION_ORDER": "age,age"}),
    case("decrypt enc.yaml", cwd="rules"), case("decrypt enc.json", cwd="rules"), case("-d ../here/enc.yaml", cwd="rules"),
    case("decrypt enc.yaml", cwd="broken"), case("-d enc.yaml", cwd="broken"),
    case("--config ../rules/.sops.yaml decrypt enc.json"), case("--config missing.yaml decrypt enc.yaml"),
    case("decrypt enc.json", env={"SOPS_CONFIG": "../rules/.sops.yaml"}),
]

NO_FILE = {"SOPS_AGE_KEY_FILE": None}
IDENTITIES = [
    case("decrypt enc.yaml", env={**NO_FILE, "SOPS_AGE_KEY": "{secret}"}), case("decrypt enc.yaml", env={"SOPS_AGE_KEY": "nonsense"}),
    case("decrypt enc.yaml", env={**NO_FILE, "SOPS_AGE_KEY": "nonsense"}), case("decrypt enc.yaml", env={"SOPS_AGE_KEY_CMD": "false"}),
    case("decrypt enc.yaml", env={**NO_FILE, "SOPS_AGE_KEY_CMD": "false"}), case("decrypt enc.yaml", env={**NO_FILE, "SOPS_AGE_KEY_CMD": "sh -c 'cat {keys}/first.txt'"}),
    case("decrypt enc.yaml", env={**NO_FILE, "HOME": "{keys}/.."}), case("decrypt enc-ssh.yaml"),
    case("decrypt enc-ssh.yaml", env={**NO_FILE, "SOPS_AGE_SSH_PRIVATE_KEY_FILE": "{ssh}"}), case("decrypt enc-ssh.yaml", env={"SOPS_AGE_SSH_PRIVATE_KEY_FILE": "/missing"}),
    case("decrypt enc-ssh.yaml", env={**NO_FILE, "SOPS_AGE_SSH_PRIVATE_KEY_CMD": "cat {ssh}"}),
    case("set enc-ssh.yaml '[\"title\"]' 1", env={**NO_FILE, "SOPS_AGE_SSH_PRIVATE_KEY_FILE": "{ssh}"}),
]

AWKWARD = [
    case("decrypt enc-awkward-map.yaml"), case("decrypt enc-awkward-list.yaml"), case("--indent 2 decrypt enc-awkward-map.yaml"),
    case("decrypt --output-type json enc-awkward-map.yaml"), case("decrypt --output-type json enc-awkward-list.yaml"),
    case("encrypt --age {first} awkward-map.yaml", cipher="yaml"), case("encrypt --age {first} awkward-list.yaml", cipher="yaml"),
    case("encrypt --age {first} nested.yaml", cipher="yaml"),
]

EXTRACT = [
    case("""decrypt --extract '["title"]' enc.yaml"""), case("""-d --extract '["title"]' enc.yaml"""),
    case("""decrypt --extract "['title']" enc.yaml"""), case("""decrypt enc.yaml --extract '["title"]'"""),
    case("""decrypt --extract='["nested"]["key"]' enc.yaml"""), case("""decrypt --extract '["nested"]' enc.yaml"""),
    case("""decrypt --extract '["nested"]["deeper"]["y"]' enc.yaml"""),
    case("""decrypt --extract '["nested"]["deeper"]["y"][2]' enc.yaml"""),
    case("""decrypt --extract '["items"][0]' enc.yaml"""),
    case("""decrypt --extract '["items"][1]' enc.yaml""", differs="list-comments", status=0, stdout=b"two"),
    case("""decrypt --extract '["number"]' enc.yaml"""), case("""decrypt --extract '["float"]' enc.yaml"""),
    case("""decrypt --extract '["big"]' enc.yaml"""), case("""decrypt --extract '["yes"]' enc.yaml"""),
    case("""decrypt --extract '["nothing"]' enc.yaml"""), case("""decrypt --extract '["empty"]' enc.yaml"""),
    case("""decrypt --extract '["map"]' enc.yaml"""), case("""decrypt --extract '["list"]' enc.yaml"""),
    case("""decrypt --extract '["when"]' enc.yaml"""), case("""decrypt --extract '["text"]' enc.yaml"""),
    case("""decrypt --extract '["emoji"]' enc.yaml"""), case("""decrypt --extract '["with space"]' enc.yaml"""),
    case("""decrypt --extract '["missing"]' enc.yaml"""), case("""decrypt --extract '["items"][9]' enc.yaml"""),
    case("""decrypt --extract '["title"][0]' enc.yaml"""), case("""decrypt --extract 'title' enc.yaml"""),
    case("""decrypt --extract '["title"' enc.yaml"""), case("""decrypt --extract '[x]' enc.yaml"""),
    case("""decrypt --extract '' enc.yaml"""),
    case("""decrypt --extract '[]' enc.yaml""", differs="panic", status=91),
    case("""decrypt --extract '["items"]["x"]' enc.yaml""", differs="panic", status=1),
    case("""decrypt --extract '["title"]["x"]' enc.yaml""", differs="panic", status=1),
    case("""decrypt --extract '["items"][-1]' enc.yaml""", differs="panic", status=91),
    case("""decrypt --extract '["nested"][0]' enc.yaml""", differs="map-index", status=1, stdout=b""),
    case("""decrypt --extract '["nested"]' --output-type json enc.yaml"""),
    case("""decrypt --extract '["items"]' --output-type json enc.yaml""", differs=""),
    case("""decrypt --extract '["number"]' --output-type json enc.yaml"""),
    case("""decrypt --extract '["title"]' enc.json"""), case("""decrypt --extract '["nested"]["list"]' enc.json"""),
    case("""decrypt --extract '["nested"]["list"][2]' enc.json"""), case("""decrypt --extract '["huge"]' enc.json"""),
    case("""decrypt --extract '["NAME"]' enc.env"""), case("""decrypt --extract '["MULTI"]' enc.env"""),
    case("""decrypt --extract '["server"]["port"]' enc.ini"""), case("""decrypt --extract '["server"]' enc.ini"""),
    case("""decrypt --extract '["data"]' enc.bin"""), case("""decrypt --extract '["b"]' enc-multi.yaml"""),
    case("""decrypt --extract '["c"]' enc-multi.yaml"""),
    case("""decrypt --extract '["title"]' --output out.txt enc.yaml"""),
    case("""-d --extract '["title"]' -i enc.yaml"""),
]

ENCRYPT = [
    case("encrypt --age {first} a.yaml", cipher="yaml"), case("-e --age {first} a.yaml", cipher="yaml"),
    case("--encrypt --age {first} a.json", cipher="json"), case("encrypt -a {first} a.json", cipher="json"),
    case("encrypt --age={first},{second} a.yaml", cipher="yaml"), case("encrypt --age '{first}, {second}' a.yaml", cipher="yaml"),
    case("encrypt --age {first} a.env", cipher="dotenv"), case("encrypt --age {first} a.ini", cipher="ini"),
    case("encrypt --age {first} a.bin", cipher="binary"), case("encrypt --age {first} multi.yaml", cipher="yaml"),
    case("encrypt a.yaml", env={"SOPS_AGE_RECIPIENTS": "{first}"}, cipher="yaml"),
    case("encrypt --age {second} a.yaml", env={"SOPS_AGE_RECIPIENTS": "{first}"}, cipher="yaml"),
    case("encrypt --age {first} --input-type binary --output-type binary a.yaml", cipher="binary"),
    case("encrypt --age {first} --output-type json a.yaml", cipher="json"),
    case("encrypt --age {first} --output-type yaml a.json", cipher="yaml"),
    case("encrypt --age {first} --output-type yaml a.env", cipher="yaml"),
    case("encrypt --age {first} --output-type binary a.yaml", cipher="json"),
    case("encrypt --age {first} --input-type yaml --output-type yaml value.json", cipher="yaml"),
    case("encrypt --age {first} --filename-override x.yaml", input=b"a: 1\nb: two\n", cipher="yaml"),
    case("encrypt --age {first} --filename-override x.bin", input=b"a: 1\n", cipher="binary"),
    case("encrypt --age {first}", input=b"a: 1\n"), case("encrypt --age {first} -i", input=b"a: 1\n"),
    case("encrypt --age {first} -i a.yaml"), case("-e -i --age {first} a.yaml"), case("-e --age {first} -i a.json"),
    case("encrypt --age {first} a.yaml --in-place"), case("encrypt --age {first} -i a.bin"),
    case("encrypt --age {first} --output out.yaml a.yaml"), case("-e --age {first} --output out.yaml a.yaml"),
    case("encrypt --age {first} -i --output out.yaml a.yaml"),
    case("encrypt --age {first} --encrypted-regex ^title$ a.yaml", cipher="yaml"),
    case("encrypt --age {first} --unencrypted-regex ^title$ a.yaml", cipher="yaml"),
    case("encrypt --age {first} --encrypted-suffix key a.yaml", cipher="yaml"),
    case("encrypt --age {first} --unencrypted-suffix key a.yaml", cipher="yaml"),
    case("-e --age {first} --encrypted-comment-regex public comments.yaml", cipher="yaml"),
    case("-e --age {first} --unencrypted-comment-regex public comments.yaml", cipher="yaml"),
    case("-e --age {first} --mac-only-encrypted --encrypted-regex ^title$ a.yaml", cipher="yaml"),
    case("--mac-only-encrypted encrypt --age {first} --encrypted-regex ^title$ a.yaml", cipher="yaml"),
    case("encrypt --age {first} --encrypted-regex a --encrypted-suffix b a.yaml"),
    case("encrypt --age {first} --encrypted-regex title a.bin", cipher="binary"),
    case("encrypt --age {first} --encrypted-regex '(?!x)' a.yaml", differs="selector", status=23, stdout=b""),
    case("encrypt --age {first} --encrypted-regex nowhere a.yaml", differs="nothing-encrypted", status=23, stdout=b""),
    case("--encrypted-comment-regex public encrypt --age {first} comments.yaml", differs="comment-selectors", hidden=True, cipher="yaml"),
    case("encrypt a.yaml"), case("-e a.yaml"), case("encrypt --age not-a-key a.yaml"), case("encrypt --age {first}, a.yaml"),
    case("encrypt --age {first} missing.yaml"), case("-e --age {first} missing.yaml"), case("encrypt --age {first} ."),
    case("encrypt --age {first} enc.yaml"), case("encrypt --age {first} enc.json"), case("encrypt --age {first} broken.yaml"),
    case("encrypt --age {first} empty.yaml"), case("encrypt --age {first} list.yaml"), case("encrypt --age {first} number.yaml"),
    case("encrypt --age {first} --input-type json a.yaml"), case("encrypt --age {first} --pgp ABCDEF a.yaml", differs="foreign", hidden=True, status=1),
    case("encrypt --age {first} --encryption-context nonsense a.yaml"),
    case("encrypt --age {first} --encryption-context a:b a.yaml", cipher="yaml"),
    case("--indent 2 encrypt --age {first} a.yaml", cipher="yaml"),
    case("encrypt a.yaml", cwd="rules", cipher="yaml"), case("-e a.yaml", cwd="rules", cipher="yaml"),
    case("encrypt a.json", cwd="rules", cipher="json"), case("encrypt a.bin", cwd="rules", cipher="binary"),
    case("encrypt b.public.yaml", cwd="rules", cipher="yaml"), case("encrypt two/a.yaml", cwd="rules", cipher="yaml"),
    case("encrypt a.yaml", cwd="rules/two", cipher="yaml"), case("encrypt ../a.yaml", cwd="rules/two", cipher="yaml"),
    case("encrypt never/a.yaml", cwd="rules"), case("encrypt a.other", cwd="rules"), case("encrypt mac.yaml", cwd="rules", cipher="yaml"),
    case("encrypt --age {second} a.yaml", cwd="rules", cipher="yaml"), case("encrypt --age {second} a.other", cwd="rules"),
    case("encrypt --filename-override two/x.yaml a.yaml", cwd="rules", cipher="yaml"),
    case("encrypt --filename-override x.public.yaml", cwd="rules", input=b"open: 1\nsecret: 2\n", cipher="yaml"),
    case("encrypt --unencrypted-suffix x b.public.yaml", cwd="rules"),
    case("encrypt --age {first} a.yaml", cwd="broken"),
    case("--config ../rules/.sops.yaml encrypt a.yaml", cipher="yaml"), case("--config missing encrypt --age {first} a.yaml"),
    case("encrypt a.yaml", env={"SOPS_CONFIG": "../rules/.sops.yaml"}, cipher="yaml"),
]

SET = [
    case("""set enc.yaml '["title"]' '"new"'"""), case("""set enc.yaml '["title"]' 7"""), case("""set enc.yaml '["number"]' 6.5"""),
    case("""set enc.yaml '["yes"]' false"""), case("""set enc.yaml '["title"]' null"""), case("""set enc.yaml '["added"]' '"x"'"""),
    case("""set enc.yaml '["title"]' '""'"""), case("""set enc.yaml '["nested"]["key"]' '"x"'"""),
    case("""set enc.yaml '["nested"]["made"]["deep"]' '"x"'"""), case("""set enc.yaml '["new"]["list"][0]' '"x"'"""),
    case("""set enc.yaml '["list"][0]' '"x"'"""), case("""set enc.yaml '["title"]' '{"x": 1, "y": [1, "b", null]}'"""),
    case("""set enc.yaml '["nested"]' '{"only": true}'"""), case("""set enc.yaml '["title"]["below"]' '"x"'"""),
    case("""set enc.yaml '["nested"]["deeper"]["y"][0]' '"x"'"""), case("""set enc.yaml '["nested"]["deeper"]["y"][99]' '"x"'"""),
    case("""set enc.yaml '["plain_unencrypted"]' '"x"'"""), case("""set enc.yaml '["title"]' '"multi\\nline"'"""),
    case("""set enc.yaml '["title"]' '[1]'"""), case("""set enc.yaml '["title"]' not-json"""), case("""set enc.yaml '["title"' '"x"'"""),
    case("""set enc.yaml title '"x"'"""), case("""set enc.yaml '["title"]'"""), case("set enc.yaml"), case("set"),
    case("""set missing.yaml '["title"]' '"x"'"""), case("""set a.yaml '["title"]' '"x"'"""), case("""set enc-stranger.yaml '["title"]' '"x"'"""),
    case("""set bad-mac.yaml '["title"]' '"x"'"""), case("""set --ignore-mac bad-mac.yaml '["title"]' '"x"'"""),
    case("""set enc.yaml '["sops"]' '"x"'"""), case("""set enc.yaml '["items"]["x"]' '"x"'""", differs="panic", status=7),
    case("""set enc.yaml '' '"x"'""", differs="panic", status=7),
    case("""set --value-file enc.yaml '["title"]' value.json"""), case("""set --value-file enc.yaml '["title"]' missing.json"""),
    case("""set --value-stdin enc.yaml '["title"]'""", input=b'"from stdin"\n'), case("""set --value-stdin enc.yaml '["title"]' x""", input=b'"y"'),
    case("""set --value-stdin --value-file enc.yaml '["title"]'"""), case("""set --idempotent enc.yaml '["title"]' '"hello"'"""),
    case("""set --idempotent enc.yaml '["title"]' '"other"'"""), case("""set enc.yaml '["title"]' '"x"' --idempotent"""),
    case("""set enc.json '["title"]' '"new"'"""), case("""set enc.json '["nested"]["list"][1]' '{"a": 1}'"""), case("""set enc.env '["NAME"]' '"new"'"""),
    case("""set enc.env '["ADDED"]' '"two\\nlines"'"""), case("""set enc.ini '["server"]["host"]' '"new"'"""), case("""set enc.bin '["data"]' '"new bytes"'"""),
    case("""set enc-multi.yaml '["b"]' '"new"'"""), case("""set enc-regex.yaml '["title"]' '"x"'"""), case("""set enc-regex.yaml '["number"]' '"x"'"""),
    case("""--set '["title"] "new"' enc.yaml"""), case("""--set '["title"] {"a": 1}' enc.yaml"""), case("""--set '["title"]"new"' enc.yaml"""),
    case("""--set '["title"] new' enc.yaml"""), case("""--set '["nested"]["key"] "x"' enc.json"""), case("""--set '["title"] "x"' missing.yaml"""),
    case("""unset enc.yaml '["title"]'""", differs="unset-comments"), case("""unset enc.yaml '["number"]'"""), case("""unset enc.yaml '["nested"]'"""), case("""unset enc.yaml '["nested"]["deeper"]["x"]'"""),
    case("""unset enc.yaml '["nested"]["deeper"]["y"][0]'"""), case("""unset enc.yaml '["missing"]'"""), case("""unset --idempotent enc.yaml '["missing"]'"""),
    case("""unset enc.yaml '["nested"]["deeper"]["y"][9]'"""), case("""unset --idempotent enc.yaml '["nested"]["deeper"]["y"][9]'"""),
    case("""unset enc.yaml"""), case("""unset enc.yaml '["title"'"""), case("""unset enc.yaml '["title"]["x"]'"""),
    case("""unset enc.json '["nested"]["key"]'"""), case("""unset enc.env '["EMPTY"]'"""), case("""unset enc.ini '["server"]["host"]'"""),
    case("""unset missing.yaml '["title"]'"""), case("""unset bad-mac.yaml '["title"]'"""), case("""unset enc.yaml ''""", differs="panic", status=7),
]

STATUS = [
    case("filestatus enc.yaml"), case("filestatus a.yaml"), case("filestatus enc.json"), case("filestatus a.json"), case("filestatus enc.env"),
    case("filestatus a.env"), case("filestatus enc.ini"), case("filestatus a.ini"), case("filestatus enc.bin"), case("filestatus a.bin"),
    case("filestatus missing.yaml"), case("filestatus"), case("filestatus broken.yaml"), case("filestatus --input-type yaml enc.unknown"),
    case("filestatus no-version.yaml"), case("filestatus bad-mac.yaml"), case("filestatus enc.yaml", cwd="broken"),
]

ROTATE = [
    case("rotate enc.yaml", cipher="yaml"), case("-r enc.yaml", cipher="yaml"), case("rotate -i enc.yaml"), case("-r -i enc.yaml"),
    case("rotate -i enc.json"), case("rotate -i enc.bin"), case("rotate -i enc.env"), case("rotate -i enc.ini"),
    case("rotate --add-age {second} -i enc.yaml"), case("-r --add-age {second} -i enc.yaml"),
    case("rotate --rm-age {second} -i enc-two.yaml"), case("rotate --add-age {stranger} --rm-age {second} -i enc-two.yaml"),
    case("rotate --rm-age {stranger} -i enc.yaml"), case("rotate --rm-age {first} -i enc.yaml"), case("rotate --add-age nonsense -i enc.yaml"),
    case("rotate --output out.yaml enc.yaml"), case("rotate -i --output out.yaml enc.yaml"), case("rotate missing.yaml"),
    case("rotate --add-age {second} missing.yaml"), case("-r --add-age {second} missing.yaml"), case("rotate"), case("rotate a.yaml"),
    case("rotate bad-mac.yaml"), case("rotate enc-stranger.yaml"), case("rotate -i --add-age {first} enc.yaml", differs="duplicate-recipient", hidden=True),
    case("rotate -i enc-multi.yaml"), case("rotate -i enc-regex.yaml"), case("rotate --add-pgp ABCDEF -i enc.yaml", differs="foreign", hidden=True, status=1),
]

UPDATE = [
    case("updatekeys -y enc-two.yaml", cwd="rules"), case("updatekeys --yes two/enc.yaml", cwd="rules"),
    case("updatekeys two/enc.yaml", cwd="rules", input=b"y\n"), case("updatekeys two/enc.yaml", cwd="rules", input=b"n\n"),
    case("updatekeys two/enc.yaml", cwd="rules", input=b""), case("updatekeys -y enc.yaml", cwd="rules"),
    case("updatekeys -y enc.yaml two/enc.yaml enc-two.yaml", cwd="rules"), case("updatekeys -y missing.yaml", cwd="rules"),
    case("updatekeys -y enc-stranger.yaml", cwd="rules"), case("updatekeys -y enc-two.yaml missing.yaml", cwd="rules"),
    case("updatekeys -y a.yaml", cwd="rules"), case("updatekeys", cwd="rules"), case("updatekeys -y enc.yaml"), case("updatekeys -y two", cwd="rules"),
    case("--config .sops.yaml updatekeys -y two/enc.yaml", cwd="rules"), case("updatekeys -y enc.yaml", cwd="broken"),
    case("updatekeys -y --input-type yaml two/enc.yaml", cwd="rules"),
]

BOTH = {"SOPS_AGE_KEY_FILE": "{keys}/both.txt"}
GROUPS = [
    case("encrypt groups/a.yaml", cwd="rules", cipher="yaml"), case("encrypt more/a.yaml", cwd="rules", cipher="yaml"),
    case("encrypt --shamir-secret-sharing-threshold 2 more/a.yaml", cwd="rules", cipher="yaml"),
    case("decrypt groups/enc.yaml", cwd="rules"), case("decrypt groups/enc.yaml", cwd="rules", env=BOTH),
    case("set groups/enc.yaml '[\"title\"]' '\"x\"'", cwd="rules", env=BOTH), case("rotate -i groups/enc.yaml", cwd="rules", env=BOTH),
    case("rotate -i --add-age {stranger} groups/enc.yaml", cwd="rules", env=BOTH), case("rotate -i groups/enc.yaml", cwd="rules"),
    case("updatekeys -y groups/enc.yaml", cwd="rules", env=BOTH), case("updatekeys -y more/enc.yaml", cwd="rules", env=BOTH),
    case("updatekeys -y more/enc.yaml", cwd="rules"), case("edit groups/enc.yaml", cwd="rules", env={**BOTH, "EDITOR": "{editors}/change"}),
]

EDIT = [
    case("edit enc.yaml", env={"EDITOR": "{editors}/change"}), case("enc.yaml", env={"EDITOR": "{editors}/change"}),
    case("enc.yaml", env={"EDITOR": "{editors}/fail", "SOPS_EDITOR": "{editors}/change"}), case("edit enc.yaml", env={"EDITOR": "{editors}/keep"}),
    case("enc.yaml", env={"EDITOR": "{editors}/keep"}), case("edit enc.yaml", env={"EDITOR": "{editors}/fail"}),
    case("edit enc.yaml", env={"EDITOR": "/does/not/exist"}), case("edit enc.json", env={"EDITOR": "{editors}/change"}),
    case("edit enc.yaml", env={"EDITOR": "sh {editors}/change"}), case("edit enc.yaml", env={"EDITOR": "sh '{editors}/change'"}),
    case("edit enc.yaml", env={"EDITOR": "{editors}/names"}), case("edit enc-stranger.yaml", env={"EDITOR": "{editors}/change"}),
    case("edit a.yaml", env={"EDITOR": "{editors}/change"}), case("edit bad-mac.yaml", env={"EDITOR": "{editors}/change"}),
    case("edit --ignore-mac bad-mac.yaml", env={"EDITOR": "{editors}/change"}), case("edit", env={"EDITOR": "{editors}/change"}),
    case("edit --age {first} new.yaml", env={"EDITOR": "{editors}/replace"}), case("--age {first} new.yaml", env={"EDITOR": "{editors}/replace"}),
    case("edit new.yaml", env={"EDITOR": "{editors}/replace"}, cwd="rules"), case("edit new.yaml", env={"EDITOR": "{editors}/replace"}),
    case("edit --age {first} new.yaml", env={"EDITOR": "{editors}/keep"}), case("edit --age {first} new.yaml", env={"EDITOR": "{editors}/show"}, differs="example", status=200),
    case("edit --age {first} new.json", env={"EDITOR": "{editors}/show"}, differs="example", status=200), case("edit --age {first} new.env", env={"EDITOR": "{editors}/show"}, differs="example", status=200),
    case("edit --age {first} new.ini", env={"EDITOR": "{editors}/show"}, differs="example", status=200), case("edit --age {first} new.txt", env={"EDITOR": "{editors}/show"}, differs="example", status=200),
    case("edit enc.env", env={"EDITOR": "{editors}/show"}), case("edit enc.bin", env={"EDITOR": "sed -i s/any/some/"}),
    case("--add-age {second} new.yaml", env={"EDITOR": "{editors}/keep"}),
]

EXEC = [
    case("exec-env enc-env.yaml 'echo \"$NAME|$NUMBER|$YES|$WITH_SPACE|$MULTI|$NOTHING|$FLOAT\"'"), case("exec-env enc.env 'echo $NAME'"),
    case("exec-env enc-env.yaml 'exit 7'"), case("exec-env enc-env.yaml 'kill -TERM $$'", differs="signals", status=-15), case("exec-env enc.yaml 'echo x'"),
    case("exec-env --pristine enc-env.yaml '/usr/bin/env | cut -d= -f1 | sort'"), case("exec-env enc-env.yaml 'echo $OUTER'", env={"OUTER": "outside"}),
    case("exec-env --pristine enc-env.yaml 'echo $OUTER'", env={"OUTER": "outside"}), case("exec-env enc-env.yaml 'echo $NAME'", env={"NAME": "outside"}),
    case("exec-env --same-process enc-env.yaml 'echo $NAME; exit 5'"), case("exec-env enc-env.yaml"), case("exec-env"), case("exec-env missing.yaml true"),
    case("exec-env enc-stranger.yaml true"), case("exec-env bad-mac.yaml true"), case("exec-env enc-env.yaml cat", input=b"through\n"),
    case("exec-env enc-env.yaml 'does-not-exist'"), case("exec-env enc.env 'printf %s \"$MULTI\"'"), case("exec-env enc.json true"),
    case("exec-env --background --same-process enc-env.yaml true"), case("exec-env --user nobody enc-env.yaml 'id -un; id -gn; echo $HOME $USER $LOGNAME $NAME'"),
    case("exec-env --user no-such-user enc-env.yaml true"),
    case("exec-file enc.yaml 'cat {}'"), case("exec-file --no-fifo enc.yaml 'cat {}'"), case("exec-file --no-fifo enc.yaml 'cat {} {} | wc -l'"),
    case("exec-file --output-type json enc.yaml 'cat {}'"), case("exec-file --filename name.yaml enc.yaml 'basename {}; cat {}'"),
    case("exec-file --no-fifo --filename name.yaml enc.yaml 'basename {}; cat {}'"), case("exec-file enc.yaml 'test -p {} && echo fifo; cat {} > /dev/null'"),
    case("exec-file --no-fifo enc.yaml 'test -f {} && stat -c %a {}'"), case("exec-file --no-fifo --filename ../x enc.yaml 'cat {}'"),
    case("exec-file --filename /x enc.yaml 'cat {}'"), case("exec-file enc.yaml 'cat {} > /dev/null; exit 9'"), case("exec-file --no-fifo enc.yaml 'exit 9'"),
    case("exec-file enc.yaml"), case("exec-file missing.yaml 'cat {}'"), case("exec-file enc.bin 'cat {}'"), case("exec-file enc-stranger.yaml 'cat {}'"),
    case("exec-file --no-fifo enc.yaml 'basename {}' | sed s/[0-9]*$//"),
    case("exec-file --input-type yaml --output-type yaml enc.unknown 'cat {}'"), case("exec-file --user nobody --no-fifo enc.yaml 'id -un; cat {}'"),
    case("exec-file --user nobody enc.yaml 'id -un; cat {}'"),
]

OTHER = [
    case("--version"), case("-v"), case("-version"), case("--version --disable-version-check"), case(""),
    case("--nonsense", differs="help", status=1, stdout=b""), case("decrypt --nonsense enc.yaml", differs="help", status=1, stdout=b""),
    case("decrypt enc.yaml --nonsense"), case("-i --in-place enc.yaml", differs="help", status=1, stdout=b""), case("-d -e --age {first} enc.yaml"), case("-d -e enc.yaml", differs="several-commands", status=0),
    case("decrypt --in-place=false enc.yaml"), case("decrypt --in-place=maybe enc.yaml", differs="help", status=1, stdout=b""),
    case("decrypt --extract", differs="help", status=1, stdout=b""), case("--indent x decrypt enc.yaml", differs="help", status=1, stdout=b""),
    case("-- decrypt enc.yaml"), case("decrypt -- enc.yaml"), case("-d -- enc.yaml"), case("decrypt enc.yaml enc.json"),
    case("completion bash", differs="completion", status=0), case("completion zsh", differs="completion", status=0),
]

CASES = DECRYPT + IDENTITIES + AWKWARD + EXTRACT + ENCRYPT + SET + STATUS + ROTATE + UPDATE + GROUPS + EDIT + EXEC + OTHER
