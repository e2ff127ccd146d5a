#include "cli/table.hpp"

#include "cli/shown.hpp"

#include <algorithm>
#include <ostream>

namespace bestow::cli {

void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows) {
    std::vector<std::size_t> widths;
    for (std::vector<std::string>& row : rows) {
        std::transform(row.begin(), row.end(), row.begin(), shown_line);
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    for (const std::vector<std::string>& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            line += i + 1 < row.size() ? std::string(widths[i] - row[i].size() + 2, ' ') : "";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    }
}

}  // namespace bestow::cli
