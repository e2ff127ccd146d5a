#include "cli/go_flags.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

#include <algorithm>
#include <optional>

namespace bestow::cli {
namespace {

const GoFlag& find_flag(const std::string& name, const std::vector<GoFlag>& flags) {
    for (const GoFlag& flag : flags) {
        if (std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end()) {
            return flag;
        }
    }
    throw Error(ErrorKind::Usage, format("flag provided but not defined: -{}", name));
}

bool parse_go_boolean(const std::string& text, const std::string& name) {
    for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
        if (text == yes) {
            return true;
        }
    }
    for (const char* no : {"0", "f", "F", "false", "FALSE", "False"}) {
        if (text == no) {
            return false;
        }
    }
    throw Error(ErrorKind::Usage, format("invalid boolean value for -{}", name));
}

}  // namespace

std::vector<std::string> parse_go_flags(const std::vector<std::string>& words, const std::vector<GoFlag>& flags) {
    std::size_t index = 0;
    while (index < words.size() && words[index].size() > 1 && words[index].front() == '-') {
        const std::string& word = words[index++];
        if (word == "--") {
            break;
        }
        std::string name = word.substr(word.compare(0, 2, "--") == 0 ? 2 : 1);
        std::optional<std::string> value;
        if (const std::size_t equals = name.find('='); equals != std::string::npos) {
            value = name.substr(equals + 1);
            name.resize(equals);
        }
        const GoFlag& flag = find_flag(name, flags);
        if (flag.set != nullptr) {
            *flag.set = !value || parse_go_boolean(*value, name);
            if (flag.seen != nullptr) {
                *flag.seen = true;
            }
            continue;
        }
        if (!value) {
            if (index == words.size()) {
                throw Error(ErrorKind::Usage, format("flag needs an argument: -{}", name));
            }
            value = words[index++];
        }
        flag.take(*value);
    }
    return {words.begin() + static_cast<std::ptrdiff_t>(index), words.end()};
}

}  // namespace bestow::cli
