#pragma once
/// Aligned columns for people; programs read --json.

#include <iosfwd>
#include <string>
#include <vector>

namespace bestow::cli {

/// Rows of cells, two spaces apart; the last cell of a row is not padded. Escapes what a terminal obeys.
void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows);

}  // namespace bestow::cli
