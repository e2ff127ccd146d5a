#pragma once
/// How parse_manifest reads one object of a manifest: the members that it has to have, in the form that they have to
/// have, and a warning for every other one. Throws Error(Policy) with the place ("secrets[3].mode").

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "delivery/manifest_json.hpp"
#include "document/node.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace bestow::delivery {

[[noreturn]] inline void refuse_manifest(const std::string& place, const std::string& message) {
    throw Error(ErrorKind::Policy, format("{}: {}", place.empty() ? "the manifest" : place, message));
}

/// One object with the members that it has to have; others are warnings.
class ManifestObject {
  public:
    ManifestObject(const document::Node& node, std::string place, std::vector<std::string>& warnings)
        : node_(node), place_(std::move(place)), warnings_(warnings) {
        if (node.kind != document::Kind::Mapping) {
            refuse_manifest(place_, "an object is expected");
        }
    }
    ManifestObject(const ManifestObject&) = delete;
    ManifestObject& operator=(const ManifestObject&) = delete;

    [[nodiscard]] std::string place_of(std::string_view key) const {
        return place_.empty() ? std::string(key) : format("{}.{}", place_, key);
    }

    const document::Node& get(std::string_view key) {
        const document::Node* const found = node_.find(key);
        if (found == nullptr) {
            refuse_manifest(place_, format("it has no {}", quoted(key)));
        }
        known_.emplace(key);
        return *found;
    }

    std::string text(std::string_view key) {
        const document::Node& node = get(key);
        if (node.kind != document::Kind::String) {
            refuse_manifest(place_of(key), "a text is expected");
        }
        return node.text;
    }

    /// Null is the empty text, which itself is refused.
    std::string text_or_null(std::string_view key) {
        if (get(key).kind == document::Kind::Null) {
            return {};
        }
        std::string value = text(key);
        if (value.empty()) {
            refuse_manifest(place_of(key), "it is empty");
        }
        return value;
    }

    std::string checked(std::string_view key, std::optional<std::string> (*problem_of)(std::string_view)) {
        std::string value = text(key);
        refuse_if(key, problem_of(value));
        return value;
    }

    std::string checked_or_null(std::string_view key, std::optional<std::string> (*problem_of)(std::string_view)) {
        std::string value = text_or_null(key);
        refuse_if(key, value.empty() ? std::nullopt : problem_of(value));
        return value;
    }

    bool flag(std::string_view key) {
        const document::Node& node = get(key);
        if (node.kind != document::Kind::Boolean) {
            refuse_manifest(place_of(key), "true or false is expected");
        }
        return node.text == "true";
    }

    std::uint64_t number(std::string_view key, std::uint64_t limit) {
        return number_of(get(key), place_of(key), limit);
    }

    static std::uint64_t number_of(const document::Node& node, const std::string& place, std::uint64_t limit) {
        std::uint64_t value = 0;
        const char* const end = node.text.data() + node.text.size();
        const auto [stop, failure] = std::from_chars(node.text.data(), end, value);
        if (node.kind != document::Kind::Integer || failure != std::errc() || stop != end || value > limit) {
            refuse_manifest(place, format("a number up to {} is expected", limit));
        }
        return value;
    }

    /// One of these words, by its place in the list.
    std::size_t word(std::string_view key, const std::vector<std::string>& words) {
        const std::string value = text(key);
        const auto found = std::find(words.begin(), words.end(), value);
        if (found == words.end()) {
            refuse_manifest(place_of(key), format("one of {} is expected, not {}", join(words, ", "), quoted(value)));
        }
        return static_cast<std::size_t>(found - words.begin());
    }

    /// `take` gets each element with its place.
    template <typename Take>
    void each(std::string_view key, Take take) {
        const document::Node& list = get(key);
        if (list.kind != document::Kind::Sequence) {
            refuse_manifest(place_of(key), "a list is expected");
        }
        std::size_t index = 0;
        for (const document::Child& child : list.children) {
            take(*child.node(), format("{}[{}]", place_of(key), index++));
        }
    }

    std::vector<std::string> texts(std::string_view key) {
        std::vector<std::string> result;
        each(key, [&](const document::Node& node, const std::string& place) {
            if (node.kind != document::Kind::String) {
                refuse_manifest(place, "a text is expected");
            }
            result.push_back(node.text);
        });
        return result;
    }

    void refuse_if(std::string_view key, const std::optional<std::string>& problem) const {
        if (problem) {
            refuse_manifest(place_of(key), *problem);
        }
    }

    /// Says which members nobody asked for.
    void finish() {
        for (const document::Child& child : node_.children) {
            if (known_.count(child.key) == 0) {
                warnings_.push_back(
                    format("{}: this bestow does not know {}", kManifestFile, on_one_line(place_of(child.key))));
            }
        }
    }

    [[nodiscard]] bool has(std::string_view key) const { return node_.find(key) != nullptr; }
    [[nodiscard]] const document::Node& node() const { return node_; }
    [[nodiscard]] const std::string& place() const { return place_; }
    [[nodiscard]] std::vector<std::string>& warnings() const { return warnings_; }

  private:
    const document::Node& node_;
    std::string place_;
    std::vector<std::string>& warnings_;
    std::set<std::string, std::less<>> known_;
};

}  // namespace bestow::delivery
