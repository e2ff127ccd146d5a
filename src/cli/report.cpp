#include "cli/report.hpp"

#include <iostream>

namespace bestow::cli {

void report_error(std::string_view program_name, const Error& error) {
    std::cerr << program_name << ": " << error.full_message() << '\n';
    if (!error.hint().empty()) {
        std::cerr << "  hint: " << error.hint() << '\n';
    }
}

void report_warning(std::string_view program_name, std::string_view message) {
    std::cerr << program_name << ": warning: " << message << '\n';
}

}  // namespace bestow::cli
