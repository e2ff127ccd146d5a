"""Every format, in both directions, with awkward documents: what bestow wrote is read by sops, and what sops and an old
sops wrote is read by bestow, with equal values, equal types and a verified MAC; decrypting and encrypting onto the old
file gives its very bytes."""
import pytest

import awkward_documents
from matrix import Matrix, changed_envelopes, changed_lines, changed_plaintext, marks, same, types
from support.tables import Table

BESTOW_WROTE, SOPS_WROTE, OLD_WROTE, ONTO, CHANGED = DIRECTIONS = (
    "bestow wrote, sops read", "sops wrote, bestow read", "old sops wrote, bestow read", "unchanged onto itself",
    "one value changed")
FORMATS = ("yaml", "json", "dotenv", "ini", "binary")
DOCUMENTS = [document for format in FORMATS for document in awkward_documents.documents(format)]
ENOUGH = 40

# Where sops does not get through: there is nothing to compare with. Any other document has to come through.
REFUSES, OWN, EITHER = "old sops refuses it", "sops cannot read its own", "sops cannot read it either"
EXCEPTIONS = {
    ("yaml: random 3", SOPS_WROTE): OWN,
    ("yaml: random 3", OLD_WROTE): EITHER,
    ("yaml: random 6", OLD_WROTE): EITHER,
    ("yaml: timestamps", OLD_WROTE): REFUSES,
    ("yaml: unencrypted values in every style", OLD_WROTE): REFUSES,
    ("json: negative zero, unencrypted", SOPS_WROTE): OWN,
    ("json: negative zero, unencrypted", OLD_WROTE): EITHER,
    ("json: random 13", OLD_WROTE): EITHER,
}


class Notes:
    def __init__(self, document, table):
        self.document, self.table = document, table

    def __call__(self, direction, result="equal"):
        self.table.tell(self.document.format, direction, result, self.document.name)
        if awkward_documents.IS_USUAL:
            assert result == EXCEPTIONS.get((self.document.id, direction), "equal"), direction


@pytest.fixture
def note(document, record_property):
    return Notes(document, Table("Awkward documents, equal", record_property))


@pytest.fixture
def matrix(exchange, peer):
    return Matrix(exchange, peer("sops-old"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_document(matrix, document, note):
    print(f"BESTOW_MATRIX_SEED={awkward_documents.SEED}; the document is {matrix.name(document, 'plain')}")
    plain = matrix.at.write(matrix.name(document, "plain"), document.content)
    by_bestow = matrix.at.bestow_wrote(plain, matrix.name(document, "by_bestow"))
    by_sops = matrix.sops_wrote(document, plain)
    if by_sops is None:
        note(SOPS_WROTE, "sops fails to write it")
        same(matrix.sops_reads(document, by_bestow), matrix.bestow_values(by_bestow), "values that bestow wrote")
        note(BESTOW_WROTE)
    else:
        check_exchange(matrix, document, by_bestow, by_sops, note)
    check_onto(matrix, document, by_bestow, note)
    check_old(matrix, document, plain, note)


def check_exchange(matrix, document, by_bestow, by_sops, note):
    kinds = types((matrix.at.folder / by_sops).read_bytes())
    same(types((matrix.at.folder / by_bestow).read_bytes()), kinds, "types that bestow wrote")
    expected = matrix.sops_reads(document, by_sops, status=None)
    if expected is None:
        note(SOPS_WROTE, OWN)
        theirs = matrix.sops_reads(document, by_bestow, status=None)
        if theirs is None:
            note(BESTOW_WROTE, "sops cannot read it, as its own")
            return
        expected = matrix.bestow_values(by_bestow)
    else:
        theirs = matrix.sops_reads(document, by_bestow)
        check_read(matrix, document, by_sops, expected)
        note(SOPS_WROTE)
        check_onto(matrix, document, by_sops, note)
    same(theirs, expected, "values that bestow wrote")
    note(BESTOW_WROTE)


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


def check_old(matrix, document, plain, note):
    """An old sops knows less; what it could write, and what sops still reads of that, bestow reads in the same way."""
    by_old = matrix.old_wrote(document, plain)
    if by_old is None:
        note(OLD_WROTE, REFUSES)
        return
    expected = matrix.sops_reads(document, by_old, status=None)
    if expected is None:
        note(OLD_WROTE, EITHER)
        return
    check_read(matrix, document, by_old, expected)
    check_onto(matrix, document, by_old, note)
    note(OLD_WROTE)


def check_onto(matrix, document, encrypted, note):
    """Unchanged, the file comes back to the byte; with one other value, that one, the MAC and the time differ."""
    old = (matrix.at.folder / encrypted).read_bytes()
    plaintext = matrix.bestow_reads(encrypted)
    read = matrix.at.write(matrix.name(document, "read"), plaintext)
    same(matrix.at.bestow("encrypt", "--onto", encrypted, read).stdout, old, f"{encrypted} onto itself")
    note(ONTO)
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
    note(CHANGED)


@pytest.mark.parametrize("format", FORMATS)
def test_there_are_enough_documents_of_each_format(format):
    """Each of them comes through wherever EXCEPTIONS has no reason of sops's: see test_document."""
    ours = [document.id for document in DOCUMENTS if document.format == format]
    for direction in DIRECTIONS[:4]:
        assert len(ours) - sum((name, direction) in EXCEPTIONS for name in ours) >= ENOUGH, direction
