#include "cli/urfave_flags.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "cli/go_flags.hpp"

#include <algorithm>
#include <charconv>
#include <deque>

namespace bestow::cli {
namespace {

/// ParseBool; an empty variable is false.
std::string boolean_of_variable(const UrfaveFlag& flag, const std::string& value) {
    for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
        if (value == yes) {
            return "true";
        }
    }
    for (const char* no : {"", "0", "f", "F", "false", "FALSE", "False"}) {
        if (value == no) {
            return "false";
        }
    }
    throw Error(ErrorKind::Usage, format("{} is neither true nor false", flag.variable));
}

/// Decimal, as scripts write it.
std::string checked_number(const std::string& name, const std::string& value) {
    long long number = 0;
    const char* const end = value.data() + value.size();
    const auto result = std::from_chars(value.data(), end, number);
    if (value.empty() || result.ec != std::errc() || result.ptr != end) {
        throw Error(ErrorKind::Usage, format("invalid value for -{}: not a number", name));
    }
    return std::to_string(number);
}

bool is_flag_word(const std::vector<UrfaveFlag>& flags, const std::string& word) {
    if (word.size() < 2 || word == "--" || word.front() != '-') {
        return false;
    }
    std::string name = word.substr(word[1] == '-' ? 2 : 1);
    name.resize(std::min(name.find('='), name.size()));
    return std::any_of(flags.begin(), flags.end(), [&name](const UrfaveFlag& flag) {
        return std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end();
    });
}

/// Flags first, each with the word behind it, whether it takes one or not: upstream does not know at this point.
std::vector<std::string> with_flags_first(const std::vector<UrfaveFlag>& flags, const std::vector<std::string>& words) {
    std::vector<std::string> first;
    std::vector<std::string> rest;
    bool may_be_value = false;
    for (auto word = words.begin(); word != words.end(); ++word) {
        const bool is_flag = is_flag_word(flags, *word);
        if (may_be_value && !is_flag) {
            may_be_value = false;
            first.push_back(*word);
        } else if (*word == "--") {
            rest.insert(rest.begin(), "--");
            rest.insert(rest.end(), word + 1, words.end());
            break;
        } else if (is_flag) {
            first.push_back(*word);
            may_be_value = word->find('=') == std::string::npos;
        } else {
            rest.push_back(*word);
        }
    }
    first.insert(first.end(), rest.begin(), rest.end());
    return first;
}

}  // namespace

const std::string& FlagValues::text(const std::string& name) const {
    static const std::string nothing;
    const auto found = values_.find(name);
    return found == values_.end() ? nothing : found->second;
}

/// Fills FlagValues.
class UrfaveParser {
  public:
    UrfaveParser(os::System& system, const std::vector<UrfaveFlag>& flags) {
        for (const UrfaveFlag& flag : flags) {
            take_variable(system, flag);
            for (const std::string& name : flag.names) {
                add(flag, name);
            }
        }
    }

    FlagValues parse(const std::vector<std::string>& words) {
        result_.arguments_ = parse_go_flags(words, go_flags_);
        for (const Switch& one : switches_) {
            if (one.seen) {
                take(*one.flag, one.name, one.value ? "true" : "false");
            }
        }
        return std::move(result_);
    }

  private:
    /// A flag without a value, while Go's parser runs: only a change of either tells that it was given.
    struct Switch {
        const UrfaveFlag* flag;
        std::string name;
        bool value = false;
        bool seen = false;
    };

    void take_variable(os::System& system, const UrfaveFlag& flag) {
        const std::string& name = flag.names.front();
        result_.values_[name] = flag.otherwise;
        const auto variable = flag.variable.empty() ? std::nullopt : system.environment(flag.variable);
        if (variable) {
            result_.values_[name] = flag.kind == FlagKind::Boolean ? boolean_of_variable(flag, *variable) : *variable;
        }
    }

    void add(const UrfaveFlag& flag, const std::string& name) {
        GoFlag go_flag;
        go_flag.names = {name};
        if (flag.kind == FlagKind::Boolean) {
            switches_.push_back({&flag, name});
            go_flag.set = &switches_.back().value;
            go_flag.seen = &switches_.back().seen;
        } else {
            go_flag.take = [this, &flag, name](const std::string& value) {
                take(flag, name, flag.kind == FlagKind::Number ? checked_number(name, value) : value);
            };
        }
        go_flags_.push_back(std::move(go_flag));
    }

    void take(const UrfaveFlag& flag, const std::string& name, const std::string& value) {
        const std::string& main = flag.names.front();
        const auto [earlier, is_first] = result_.given_.emplace(main, name);
        if (!is_first && earlier->second != name) {
            throw Error(ErrorKind::Usage,
                        format("cannot use two forms of the same flag: {} {}", name, earlier->second));
        }
        result_.values_[main] = value;
    }

    FlagValues result_;
    std::deque<Switch> switches_;
    std::vector<GoFlag> go_flags_;
};

FlagValues parse_urfave_flags(os::System& system, const std::vector<UrfaveFlag>& flags,
                              const std::vector<std::string>& words, FlagOrder order) {
    return UrfaveParser(system, flags).parse(order == FlagOrder::Anywhere ? with_flags_first(flags, words) : words);
}

}  // namespace bestow::cli
