"""Tables whose cells are told by many tests, in whichever process each of them runs, printed once when all are done.

A test tells a cell with `table.tell(row, column, result)`, where `table` is Table(title, record_property)."""
from collections import Counter

PROPERTY = "cell"


class Table:
    def __init__(self, title, record_property):
        self.title, self.record_property = title, record_property

    def tell(self, row, column, result="equal", about=""):
        """`about` names one of several that share the cell; a cell with several tells how many are equal."""
        self.record_property(PROPERTY, [self.title, row, column, result, about])


def lines_of(cells):
    """The tables of all cells that were told, with what is not equal and has a name told below each."""
    lines = []
    for title in sorted({cell[0] for cell in cells}):
        lines += one_table(title, [cell[1:] for cell in cells if cell[0] == title])
    return lines


def one_table(title, cells):
    rows, columns = (sorted({cell[place] for cell in cells}) for place in (0, 1))
    first = max(map(len, [title, *rows])) + 4
    widths = [len(column) + 2 for column in columns]
    lines = ["", (title + ":").ljust(first) + "".join(map(str.ljust, columns, widths))]
    for row in rows:
        texts = [cell_text([cell for cell in cells if cell[:2] == [row, column]]) for column in columns]
        lines.append(("  " + row).ljust(first) + "".join(map(str.ljust, texts, widths)).rstrip())
    return lines + [f"  not counted: {row}, {about}: {column}: {result}"
                    for row, column, result, about in sorted(cells) if about and result != "equal"]


def cell_text(cells):
    if any(about for *_, about in cells):
        return str(Counter(result for _, _, result, _ in cells)["equal"])
    return ", ".join(sorted({result for _, _, result, _ in cells}))
