#include "policy/field_rules.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/audience.hpp"

#include <algorithm>
#include <array>

namespace bestow::policy {
namespace {

constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxPathBytes = 1000;
constexpr unsigned kPermissionBits = 0777;
constexpr unsigned kWorldWritable = 0002;
constexpr std::size_t kMaxLinkBytes = 4000;
constexpr std::size_t kMaxUnitBytes = 255;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool only_has(std::string_view text, std::string_view more) {
    return std::all_of(text.begin(), text.end(),
                       [&](char c) { return is_alphanumeric(c) || more.find(c) != std::string_view::npos; });
}

}  // namespace

std::optional<std::string> name_problem(std::string_view name) {
    if (name == kAll) {
        return "this name stands for all hosts";
    }
    if (name.empty() || name.size() > kMaxNameBytes || !is_alphanumeric(name.front()) || !only_has(name, ".@-")) {
        return "a name begins with a letter or digit and goes on with letters, digits and . _ @ -";
    }
    return std::nullopt;
}

bool is_git_folder(std::string_view segment) {
    constexpr std::string_view name = ".git";
    return std::equal(segment.begin(), segment.end(), name.begin(), name.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::optional<std::string> relative_path_problem(std::string_view path) {
    if (path.empty() || path.size() > kMaxPathBytes) {
        return "it is empty or too long";
    }
    if (path.front() == '/') {
        return "it starts with '/'";
    }
    for (const std::string_view segment : split(path, '/')) {
        if (segment == ".." || segment == ".") {
            return format("it climbs with {}", quoted(segment));
        }
        if (segment.empty()) {
            return "it has an empty segment";
        }
        if (is_git_folder(segment)) {
            return format("{} is git's own", quoted(segment));
        }
        if (segment.size() > kMaxNameBytes) {
            return "a segment is too long";
        }
        if (!only_has(segment, ".@+:,=~-")) {
            return "it may hold letters, digits and . _ @ + - : , = ~";
        }
    }
    return std::nullopt;
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

std::optional<std::string> secret_name_problem(std::string_view name) {
    if (const auto problem = relative_path_problem(name)) {
        return problem;
    }
    const std::string_view first = split(name, '/').front();
    if (first == "rendered") {
        return "templates are delivered below 'rendered/'";
    }
    if (first.front() == '.') {
        return "it starts with '.'";
    }
    if (name.substr(0, 5) == "host.") {
        return "in templates, names that start with 'host.' are the host's own";
    }
    return std::nullopt;
}

std::optional<std::string> template_name_problem(std::string_view name) {
    if (const auto problem = relative_path_problem(name)) {
        return problem;
    }
    if (name.substr(0, 9) == "rendered/") {
        return "every template is delivered below 'rendered/' already";
    }
    return std::nullopt;
}

std::optional<std::string> secret_file_problem(std::string_view file) {
    return file == "bestow.yaml" ? std::optional<std::string>("it cannot hold secrets") : relative_path_problem(file);
}

std::optional<std::string> key_problem(const document::KeyPath& path) {
    const auto* first = path.empty() ? nullptr : std::get_if<std::string>(&path.front());
    if (first != nullptr && *first == "sops") {
        return "the key 'sops' of an encrypted file holds its recipients; choose another with 'key:'";
    }
    return std::nullopt;
}

std::optional<std::string> read_mode(std::string_view text, unsigned& mode) {
    std::string_view digits = text;
    if (digits.substr(0, 2) == "0o") {
        digits.remove_prefix(2);
    }
    const bool octal = !digits.empty() && digits.size() <= 5 &&
                       std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '7'; });
    if (!octal) {
        return format("'mode' is an octal number like \"0400\", not {}", quoted(text));
    }
    mode = static_cast<unsigned>(std::stoul(std::string(digits), nullptr, 8));
    if (mode > kPermissionBits) {
        return format("'mode' {} has set-id or sticky bits", text);
    }
    if ((mode & kWorldWritable) != 0) {
        return format("'mode' {} is writable by everybody", text);
    }
    return std::nullopt;
}

std::optional<std::string> owner_problem(std::string_view name) {
    const bool valid = !name.empty() && name.size() <= 64 && name.front() != '-' &&
                       std::all_of(name.begin(), name.end(),
                                   [](char c) { return c > ' ' && c < 0x7f && c != '/' && c != ':' && c != ','; });
    return valid ? std::nullopt : std::optional(format("{} is no name or number of an account", quoted(name)));
}

std::optional<std::string> link_problem(std::string_view path) {
    const std::vector<std::string_view> segments = split(path, '/');
    const bool normal = path.size() > 1 && path.size() <= kMaxLinkBytes && path.front() == '/' &&
                        std::none_of(segments.begin() + 1, segments.end(), [](std::string_view segment) {
                            return segment.empty() || segment == "." || segment == "..";
                        });
    const bool printable =
        std::none_of(path.begin(), path.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
    return normal && printable
               ? std::nullopt
               : std::optional(format("'path' is an absolute path without '.', '..' or '//', not {}", quoted(path)));
}

std::optional<std::string> unit_problem(std::string_view unit) {
    static constexpr std::array<std::string_view, 9> kinds = {".service", ".socket", ".target", ".timer", ".path",
                                                              ".mount",   ".swap",   ".slice",  ".scope"};
    const bool typed = std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
        return unit.size() > kind.size() && unit.substr(unit.size() - kind.size()) == kind;
    });
    const bool clean = unit.size() <= kMaxUnitBytes && std::all_of(unit.begin(), unit.end(), [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                  std::string_view("@._:\\-").find(c) != std::string_view::npos;
                       });
    if (typed && clean && unit.front() != '-') {
        return std::nullopt;
    }
    return format("{} is no unit's name with its type, like 'nginx.service'", quoted(unit));
}

}  // namespace bestow::policy
