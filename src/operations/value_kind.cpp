#include "operations/value_kind.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

bool is_collection(sops::ValueType type) {
    return type == sops::ValueType::EmptyMapping || type == sops::ValueType::EmptySequence;
}

const char* type_phrase(sops::ValueType type) {
    switch (type) {
        case sops::ValueType::Integer:
            return "a whole number";
        case sops::ValueType::Float:
            return "a decimal number";
        case sops::ValueType::Boolean:
            return "true or false";
        case sops::ValueType::Timestamp:
            return "a timestamp";
        case sops::ValueType::Null:
            return "null";
        default:
            return "a text";
    }
}

/// Empty when nothing is there.
std::vector<sops::Value> present_values(WorkingFiles& files, const ValueAddress& address) {
    try {
        return files.values_at(address);
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::NotFound) {
            throw;
        }
        return {};
    }
}

}  // namespace

void check_same_kind(WorkingFiles& files, const ValueAddress& address, sops::ValueType type) {
    if (address.key.empty()) {
        return;
    }
    const std::vector<sops::Value> present = present_values(files, address);
    if (present.empty()) {
        return;
    }
    // Several at one place are in repeated sections of an INI file, where setting one is refused for its own reasons.
    const bool is_single =
        std::all_of(present.begin(), present.end(), [](const sops::Value& value) { return value.path.empty(); });
    if (!is_single || is_collection(present.front().type)) {
        throw Error(ErrorKind::Policy,
                    format("{} is a map or a list; a single value would replace all of it", describe_address(address)));
    }
    const sops::Format kind = sops::format_of(address.file);
    if (kind == sops::Format::Dotenv || kind == sops::Format::Ini) {
        return;  // where sops put a value of another type, it is written as a text
    }
    if (present.front().type != type && present.front().type != sops::ValueType::Null) {
        throw Error(ErrorKind::Policy, format("{} is {} now, and would become {}", describe_address(address),
                                              type_phrase(present.front().type), type_phrase(type)));
    }
}

}  // namespace bestow::operations
