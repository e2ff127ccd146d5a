#include "cli/report.hpp"

#include "cli/shown.hpp"

#include <iostream>

namespace bestow::cli {

void report_error(std::string_view program_name, const Error& error) {
    std::cerr << shown_line(program_name) << ": " << shown_text(error.full_message()) << '\n';
    if (!error.hint().empty()) {
        std::cerr << "  hint: " << shown_text(error.hint()) << '\n';
    }
}

void report_warning(std::string_view program_name, std::string_view message) {
    std::cerr << shown_line(program_name) << ": warning: " << shown_line(message) << '\n';
}

}  // namespace bestow::cli
