#include "delivery/nix_record.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

#include <charconv>

namespace bestow::delivery {
namespace {

constexpr std::string_view kFirstLine = "bestow nix 1";

/// "12 some.service"
void add_unit(NixRecord& record, bool reload, std::string_view text) {
    NixPendingUnit pending;
    pending.reload = reload;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), pending.generation);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (failure == std::errc() && length + 1 < text.size() && text[length] == ' ') {
        pending.unit = text.substr(length + 1);
        record.pending.push_back(std::move(pending));
    }
}

bool is_one_line(std::string_view text) {
    return !text.empty() && text.find('\n') == std::string_view::npos;
}

}  // namespace

std::string encode_nix_record(const NixRecord& record) {
    std::string text(kFirstLine);
    text += '\n';
    for (const std::string& link : record.links) {
        if (is_one_line(link)) {
            text += format("link {}\n", link);
        }
    }
    for (const NixPendingUnit& pending : record.pending) {
        if (is_one_line(pending.unit)) {
            text += format("{} {} {}\n", pending.reload ? "reload" : "restart", pending.generation, pending.unit);
        }
    }
    return text;
}

NixRecord parse_nix_record(std::string_view text) {
    NixRecord record;
    const std::vector<std::string_view> lines = split(text, '\n');
    if (lines.front() != kFirstLine) {
        return record;
    }
    for (const std::string_view line : lines) {
        const std::size_t space = line.find(' ');
        const std::string_view word = line.substr(0, space);
        const std::string_view rest = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
        if (word == "link" && rest.starts_with('/')) {
            record.links.emplace(rest);
        } else if (word == "restart" || word == "reload") {
            add_unit(record, word == "reload", rest);
        }
    }
    return record;
}

}  // namespace bestow::delivery
