#include "delivery/generation_state.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

#include <algorithm>
#include <charconv>

namespace bestow::delivery {
namespace {

constexpr std::string_view kFirstLine = "bestow generation 3";
constexpr std::string_view kOlderFirstLine = "bestow generation 2";
constexpr std::string_view kUnknown = "-";

[[noreturn]] void refuse(std::size_t line) {
    throw Error(ErrorKind::Format, format("line {} is not of this form", line));
}

/// Takes one word and the space behind it off the front.
std::string_view take_word(std::string_view& rest, std::size_t line) {
    const std::size_t space = rest.find(' ');
    if (space == std::string_view::npos) {
        refuse(line);
    }
    const std::string_view word = rest.substr(0, space);
    rest.remove_prefix(space + 1);
    return word;
}

template <typename Number>
Number number_of(std::string_view word, std::size_t line, int base = 10) {
    Number number = {};
    const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), number, base);
    if (failure != std::errc() || end != word.data() + word.size()) {
        refuse(line);
    }
    return number;
}

template <typename Number>
Number take_number(std::string_view& rest, std::size_t line, int base = 10) {
    return number_of<Number>(take_word(rest, line), line, base);
}

FileRecord parse_file(std::string_view rest, std::size_t line, bool older) {
    FileRecord record;
    record.uid = take_number<std::uint32_t>(rest, line);
    record.gid = take_number<std::uint32_t>(rest, line);
    record.mode_bits = take_number<unsigned>(rest, line, 8);
    record.stale_since = take_number<std::int64_t>(rest, line);
    record.owner_pending = take_number<unsigned>(rest, line) != 0;
    record.changed_at = older ? 0 : take_number<std::int64_t>(rest, line);
    record.tag = std::string(take_word(rest, line));
    record.path = std::string(rest);
    return record;
}

std::string word_of(const std::string& text) {
    return text.empty() ? std::string(kUnknown) : text;
}

Provenance parse_provenance(std::string_view rest, std::size_t line) {
    Provenance provenance;
    const std::string_view commit = take_word(rest, line);
    provenance.commit = commit == kUnknown ? "" : commit;
    provenance.dirty = take_number<unsigned>(rest, line) != 0;
    provenance.time = rest == kUnknown ? "" : rest;
    return provenance;
}

/// Units follow the file that they are told of.
void add_unit(GenerationState& state, bool restart, std::string_view rest, std::size_t line) {
    const std::string_view unit = take_word(rest, line);
    if (state.files.empty() || state.files.back().path != rest) {
        refuse(line);
    }
    FileRecord& record = state.files.back();
    (restart ? record.restart : record.reload).emplace_back(unit);
}

/// The lines of a text that ends with a line break.
std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines = split(text, '\n');
    if (!lines.back().empty()) {
        refuse(lines.size());
    }
    lines.pop_back();
    return lines;
}

void add_new(std::vector<std::string>& list, const std::string& unit) {
    if (std::find(list.begin(), list.end(), unit) == list.end()) {
        list.push_back(unit);
    }
}

}  // namespace

std::string content_tag(ByteView key, std::string_view path, ByteView content) {
    constexpr std::string_view end("\0", 1);  // no path holds one
    return to_hex(crypto::hmac_sha256(key, {as_bytes(path), as_bytes(end), content}));
}

bool is_as_delivered(const FileRecord& record, ByteView content, const std::vector<ByteView>& keys) {
    return std::any_of(keys.begin(), keys.end(),
                       [&](ByteView key) { return content_tag(key, record.path, content) == record.tag; });
}

const FileRecord* GenerationState::find(std::string_view path) const {
    const auto found =
        std::lower_bound(files.begin(), files.end(), path,
                         [](const FileRecord& record, std::string_view wanted) { return record.path < wanted; });
    return found != files.end() && found->path == path ? &*found : nullptr;
}

std::string encode_state(const GenerationState& state) {
    std::string text = format("{}\nhost {}\nmade {}\n", kFirstLine, state.host, state.made_at);
    if (!(state.provenance == Provenance())) {
        text += format("from {} {} {}\n", word_of(state.provenance.commit), state.provenance.dirty ? 1 : 0,
                       word_of(state.provenance.time));
    }
    for (const FileRecord& file : state.files) {
        text += format("file {} {} {:04o} {} {} {} {} {}\n", file.uid, file.gid, file.mode_bits, file.stale_since,
                       file.owner_pending ? 1 : 0, file.changed_at, file.tag, file.path);
        for (const std::string& unit : file.restart) {
            text += format("restart {} {}\n", unit, file.path);
        }
        for (const std::string& unit : file.reload) {
            text += format("reload {} {}\n", unit, file.path);
        }
    }
    for (const std::string& link : state.links) {
        text += format("link {}\n", link);
    }
    return text;
}

GenerationState parse_state(std::string_view text) {
    const std::vector<std::string_view> lines = lines_of(text);
    const bool older = !lines.empty() && lines.front() == kOlderFirstLine;
    if (lines.empty() || (!older && lines.front() != kFirstLine)) {
        refuse(1);
    }
    GenerationState state;
    for (std::size_t index = 1; index < lines.size(); ++index) {
        std::string_view rest = lines[index];
        const std::string_view what = take_word(rest, index + 1);
        if (what == "host") {
            state.host = std::string(rest);
        } else if (what == "file") {
            state.files.push_back(parse_file(rest, index + 1, older));
        } else if (what == "made" && !older) {
            state.made_at = number_of<std::int64_t>(rest, index + 1);
        } else if (what == "from" && !older) {
            state.provenance = parse_provenance(rest, index + 1);
        } else if (what == "restart" || what == "reload") {
            add_unit(state, what == "restart", rest, index + 1);
        } else if (what == "link") {
            state.links.emplace_back(rest);
        } else {
            refuse(index + 1);
        }
    }
    return state;
}

void Units::add(const std::vector<std::string>& to_restart, const std::vector<std::string>& to_reload) {
    for (const std::string& unit : to_restart) {
        add_new(restart, unit);
        reload.erase(std::remove(reload.begin(), reload.end(), unit), reload.end());
    }
    for (const std::string& unit : to_reload) {
        if (std::find(restart.begin(), restart.end(), unit) == restart.end()) {
            add_new(reload, unit);
        }
    }
}

void Units::add_awaited(const std::vector<std::string>& units) {
    for (const std::string& unit : units) {
        add_new(awaited, unit);
    }
}

std::string units_text(const Units& units) {
    std::string text;
    for (const std::string& unit : units.restart) {
        text += format("restart {}\n", unit);
    }
    for (const std::string& unit : units.reload) {
        text += format("reload {}\n", unit);
    }
    return text;
}

std::string encode_units(const Units& units) {
    std::string text = units_text(units);
    for (const std::string& unit : units.awaited) {
        text += format("await {}\n", unit);
    }
    return text;
}

Units parse_units(std::string_view text) {
    Units units;
    const std::vector<std::string_view> lines = lines_of(text);
    for (std::size_t index = 0; index < lines.size(); ++index) {
        std::string_view rest = lines[index];
        const std::string_view what = take_word(rest, index + 1);
        if (what == "restart") {
            units.add({std::string(rest)}, {});
        } else if (what == "reload") {
            units.add({}, {std::string(rest)});
        } else if (what == "await") {
            units.add_awaited({std::string(rest)});
        } else {
            refuse(index + 1);
        }
    }
    return units;
}

}  // namespace bestow::delivery
