"""Every format, in both directions, with awkward documents: what bestow wrote is read by sops, and what sops and an old
sops wrote is read by bestow, with equal values, equal types and a verified MAC; decrypting and encrypting onto the old
file gives its very bytes."""
import pytest

import awkward_documents
from matrix import Matrix, changed_envelopes, changed_lines, changed_plaintext, marks, same, types

DIRECTIONS = ("bestow wrote, sops read", "sops wrote, bestow read", "old sops wrote, bestow read", "unchanged onto itself",
              "one value changed")
FORMATS = ("yaml", "json", "dotenv", "ini", "binary")
table = {}


def note(document, direction, result="equal"):
    table.setdefault(document.format, {}).setdefault(direction, []).append((document.name, result))


@pytest.fixture
def matrix(exchange, peer):
    return Matrix(exchange, peer("sops-old"))


@pytest.mark.parametrize("document", [document for format in FORMATS for document in awkward_documents.documents(format)],
                         ids=lambda document: document.id)
def test_document(matrix, document):
    print(f"BESTOW_MATRIX_SEED={awkward_documents.SEED}; the document is {matrix.name(document, 'plain')}")
    plain = matrix.at.write(matrix.name(document, "plain"), document.content)
    by_bestow = matrix.at.bestow_wrote(plain, matrix.name(document, "by_bestow"))
    by_sops = matrix.sops_wrote(document, plain)
    if by_sops is None:
        note(document, DIRECTIONS[1], "sops fails to write it")
        same(matrix.sops_reads(document, by_bestow), matrix.bestow_values(by_bestow), "values that bestow wrote")
        note(document, DIRECTIONS[0])
    else:
        check_exchange(matrix, document, by_bestow, by_sops)
    check_onto(matrix, document, by_bestow)
    check_old(matrix, document, plain)


def check_exchange(matrix, document, by_bestow, by_sops):
    kinds = types((matrix.at.folder / by_sops).read_bytes())
    same(types((matrix.at.folder / by_bestow).read_bytes()), kinds, "types that bestow wrote")
    expected = matrix.sops_reads(document, by_sops, status=None)
    if expected is None:
        note(document, DIRECTIONS[1], "sops cannot read its own")
        theirs = matrix.sops_reads(document, by_bestow, status=None)
        if theirs is None:
            note(document, DIRECTIONS[0], "sops cannot read it, as its own")
            return
        expected = matrix.bestow_values(by_bestow)
    else:
        theirs = matrix.sops_reads(document, by_bestow)
        check_read(matrix, document, by_sops, expected)
        note(document, DIRECTIONS[1])
        check_onto(matrix, document, by_sops)
    same(theirs, expected, "values that bestow wrote")
    note(document, DIRECTIONS[0])


def check_read(matrix, document, encrypted, expected):
    """Values as sops reads them. Types as they were written, or as sops's own plaintext has them (JSON's 5.0 is 5)."""
    read = matrix.bestow_reads(encrypted)
    values, kinds = matrix.means(document, read)
    same(values, expected, f"values that bestow read in {encrypted}")
    written = types((matrix.at.folder / encrypted).read_bytes())
    if kinds != written:
        assert document.format in ("json", "yaml")
        handed_out = matrix.means(document, matrix.sops_plaintext(encrypted))[1]
        either = [got if got in pair else pair for got, *pair in zip(kinds, written, handed_out, strict=True)]
        same(kinds, either, f"types that bestow read in {encrypted}")
    if document.format == "yaml" and b"#" in document.content:
        assert b"ENC[AES256_GCM,data:" not in read or b"ENC[AES256_GCM,data:" in document.content
        lost = set(marks(matrix.sops_plaintext(encrypted).decode())) - set(marks(read.decode()))
        assert not lost, "comments that sops finds in its own file"


def check_old(matrix, document, plain):
    """An old sops knows less; what it could write, and what sops still reads of that, bestow reads in the same way."""
    by_old = matrix.old_wrote(document, plain)
    if by_old is None:
        note(document, DIRECTIONS[2], "old sops refuses it")
        return
    expected = matrix.sops_reads(document, by_old, status=None)
    if expected is None:
        note(document, DIRECTIONS[2], "sops cannot read it either")
        return
    check_read(matrix, document, by_old, expected)
    check_onto(matrix, document, by_old)
    note(document, DIRECTIONS[2])


def check_onto(matrix, document, encrypted):
    """Unchanged, the file comes back to the byte; with one other value, that one, the MAC and the time differ."""
    old = (matrix.at.folder / encrypted).read_bytes()
    plaintext = matrix.bestow_reads(encrypted)
    read = matrix.at.write(matrix.name(document, "read"), plaintext)
    same(matrix.at.bestow("encrypt", "--onto", encrypted, read).stdout, old, f"{encrypted} onto itself")
    note(document, DIRECTIONS[3])
    changed = changed_plaintext(plaintext)
    if changed is None:
        return
    read = matrix.at.write(matrix.name(document, "read"), changed)
    new = matrix.at.bestow("encrypt", "--onto", encrypted, read).stdout
    roots = old.count(b"lastmodified")  # sops repeats the metadata in every document of a file
    assert len(changed_envelopes(old, new)) == 1 + roots, "the value's and the MAC's"
    assert changed_lines(old, new) <= 1 + roots
    again = matrix.at.write(matrix.name(document, "changed"), new)
    same(matrix.bestow_reads(again), changed, "the changed document")
    note(document, DIRECTIONS[4])


def test_the_table(record_property):
    """Printed at the end of the run: how many documents came through, and what did not for a reason of sops's."""
    if not table:
        pytest.skip("no document was exchanged")
    width = max(map(len, DIRECTIONS)) + 2
    lines = ["", "Awkward documents, equal:".ljust(28) + "".join(direction.ljust(width) for direction in DIRECTIONS)]
    asides = ["not counted, for a reason of sops's:"]
    for format, results in table.items():
        counts = []
        for direction in DIRECTIONS:
            rows = results.get(direction, [])
            counts.append(f"{sum(result == 'equal' for _, result in rows)}".ljust(width))
            asides += [f"  {format}, {name}: {direction}: {result}" for name, result in rows if result != "equal"]
        lines.append("  " + format.ljust(26) + "".join(counts))
    record_property("told", "\n".join(lines + asides))


def test_there_are_enough_documents_of_each_format():
    for format, results in table.items():
        if all(len(results.get(direction, [])) >= 40 for direction in DIRECTIONS[:2]):
            for direction in DIRECTIONS[:4]:
                equal = sum(result == "equal" for _, result in results[direction])
                assert equal >= 40, (format, direction, equal)
