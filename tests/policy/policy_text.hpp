#pragma once
/// Policies for tests, and what the parser says of them. Public keys stand as $A ... $F (ssh-ed25519) and $1 ... $3
/// (age), made once with
///   ssh-keygen -q -t ed25519 -N '' -C a@test -f a; age-keygen
/// whose private halves were thrown away.

#include "base/error.hpp"
#include "policy/parse.hpp"
#include "policy/path_pattern.hpp"

#include <map>
#include <string>

namespace bestow::policy::test {

inline const std::map<char, std::string>& keys() {
    static const std::map<char, std::string> all = {
        {'A', "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKit4hmi+cY3WZawy1hW/YlaxUDHeH/vx3IBAI/OY6pN"},
        {'B', "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMitW84o4kpflG2scQVInzAki1rqLOGs7OIb0M6AwEQL"},
        {'C', "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIY93pqIIvjK+9G8GbVMrJd9WgAtfoSaZAPa0fLfe0lE"},
        {'D', "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBOvO1CS5JpzzxZlIMGosmeOP50XnXzQPv5knwrnQqnP"},
        {'E', "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILiv+PQ25mhhWjCJdCOso9suT9EAohy0ND0lW7MzNO4m"},
        {'F', "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEyLYKHWNVzzLhzwMCrcs3BZJzhuUGgg1htHyVhJF7Sy"},
        {'1', "age1eus7u5udq8plq40mp7cawmj54unewq2yuadnwwq55lnt6j6dh4mscycw6m"},
        {'2', "age1nzrylkes0w5xplfw22k4pv780azaru0h3ca3f7yp69x27k7dhfvsaetstd"},
        {'3', "age1m6klewzr8h8zafgxamjm8sxhfah54yadmd06vn08rcjg3z3hngnqx0rnpa"},
    };
    return all;
}

/// What ssh-to-age prints for $A and $B.
inline constexpr const char* kConvertedA = "age1m5dl249r9d2faplxjnjmpu2rfjm5q0tptnjd7lvx25l5w0yshugqfpzkw4";
inline constexpr const char* kConvertedB = "age1aqnmptcjrtd8ccv55usahdpgdfsrat25q72uvfkultcxfdvgrejq7pn9vf";

inline std::string with_keys(std::string text) {
    for (const auto& [letter, key] : keys()) {
        const std::string mark = {'$', letter};
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + key.size())) {
            text.replace(at, mark.size(), key);
        }
    }
    return text;
}

using Files = std::map<std::string, std::string>;

inline Policy parse(const std::string& text, const Files& files = {}, Strictness strictness = Strictness::Operator) {
    StoreReader reader;
    reader.read = [&](const std::string& path) {
        const auto file = files.find(path);
        return file == files.end() ? std::nullopt : std::optional(with_keys(file->second));
    };
    reader.match = [&](const std::string& pattern) {
        std::vector<std::string> paths;
        for (const auto& file : files) {
            if (matches_path(pattern, file.first)) {
                paths.push_back(file.first);
            }
        }
        return paths;
    };
    return parse_policy(with_keys(text), reader, strictness);
}

/// Everything that is wrong with a policy; empty when nothing is.
inline std::string problems(const std::string& text, const Files& files = {}) {
    try {
        (void)parse(text, files);
        return "";
    } catch (const Error& error) {
        return (error.kind() == ErrorKind::Policy ? "" : "not a policy error: ") + error.message();
    }
}

/// Two servers, of which one serves names, and a desktop; six lines, so that what a test appends begins on line 7.
inline const std::string kThreeHosts = R"(version: 1
roles: {server: [], dns: [], desktop: [], enduser: [desktop]}
operators: {alice: {keys: ["$A alice@laptop"], groups: [admin]}}
hosts: {web1: {keys: [$B], roles: [server], vars: {env: prod}},
        ns1: {keys: [$C], roles: [server, dns], vars: {env: test}},
        desk: {keys: [$D], roles: [desktop]}}
)";

}  // namespace bestow::policy::test
