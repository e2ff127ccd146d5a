/// `access:`, `files:` and `activation:`.

#include "base/format.hpp"
#include "base/text.hpp"
#include "policy/duration.hpp"
#include "policy/reading.hpp"

#include <algorithm>

namespace bestow::policy {
namespace {

using document::Node;

/// A pattern is a relative path whose segments may hold '*' and '?'.
std::optional<std::string> pattern_problem(std::string_view pattern) {
    std::string plain(pattern);
    std::replace_if(plain.begin(), plain.end(), [](char c) { return c == '*' || c == '?'; }, 'x');
    return relative_path_problem(plain);
}

}  // namespace

void read_access(Reading& reading, const std::string& file, const Node& section) {
    for_each_member(reading, file, section, [&](const Member& member) {
        const std::string& pattern = member.name.text;
        if (const auto problem = pattern_problem(pattern)) {
            reading.problems.add(member.name.origin, format("access to {}: {}", quoted(pattern), *problem));
        }
        const auto same = std::find_if(reading.policy.access.begin(), reading.policy.access.end(),
                                       [&](const AccessRule& rule) { return rule.pattern == pattern; });
        if (same != reading.policy.access.end()) {
            reading.problems.add(member.name.origin, format("access to {} is declared twice, the first time at {}",
                                                            quoted(pattern), to_text(same->origin)));
        }
        AccessRule rule{pattern, {}, member.name.origin};
        for (const Word& word : read_words(reading, file, member.value, format("access to {}", quoted(pattern)))) {
            reading.mention(word, {NameKind::Operator, NameKind::Group});
            rule.operators.push_back(word.text);
        }
        reading.policy.access.push_back(std::move(rule));
    });
}

void read_files(Reading& reading, const std::string& file, const Node& section) {
    for_each_member(reading, file, section, [&](const Member& member) {
        Fields fields(reading, {file, member.value, format("file {}", quoted(member.name.text))}, {"shared"});
        if (const auto problem = pattern_problem(member.name.text)) {
            reading.problems.add(member.name.origin, format("file {}: {}", quoted(member.name.text), *problem));
        }
        const FileRule rule{fields.flag("shared").value_or(false), member.name.origin};
        const auto [there, is_new] = reading.policy.files.try_emplace(member.name.text, rule);
        if (!is_new) {
            reading.problems.add(member.name.origin, format("file {} is declared twice, the first time at {}",
                                                            quoted(member.name.text), to_text(there->second.origin)));
        }
    });
}

void read_activation(Reading& reading, const std::string& file, const Node& section) {
    Fields fields(reading, {file, section, "activation"}, {"keep_generations", "allow_swap", "max_stale"});
    ActivationSettings& settings = reading.policy.activation;
    settings.allow_swap = fields.flag("allow_swap").value_or(settings.allow_swap);
    if (const auto text = fields.text("keep_generations")) {
        const auto count = read_number(*text);
        if (!count || *count < 1 || *count > kMaxGenerations) {
            fields.problem("keep_generations", format("'keep_generations' is a number from 1 to {}", kMaxGenerations));
        } else {
            settings.keep_generations = static_cast<unsigned>(*count);
        }
    }
    if (const auto text = fields.text("max_stale")) {
        const auto duration = read_duration(*text);
        if (!duration) {
            fields.problem("max_stale", format("'max_stale' is a duration like 30d or 12h, not {}", quoted(*text)));
        }
        settings.max_stale_seconds = duration.value_or(settings.max_stale_seconds);
    }
}

}  // namespace bestow::policy
