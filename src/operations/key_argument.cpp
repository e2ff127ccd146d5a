#include "operations/key_argument.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/yaml.hpp"
#include "policy/source.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace bestow::operations {
namespace {

constexpr std::size_t kArgumentLimit = 4096;

class KeyParser {
  public:
    explicit KeyParser(std::string_view text) : text_(text) {}

    document::KeyPath parse() {
        document::KeyPath path;
        while (at_ < text_.size()) {
            if (peek() == '[') {
                path.push_back(bracket());
            } else {
                if (!path.empty()) {
                    expect('.');
                }
                path.emplace_back(is_quote() ? quoted_key() : bare_key());
            }
        }
        return path;
    }

  private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] bool is_quote() const { return peek() == '"' || peek() == '\''; }

    [[noreturn]] void fail(std::string_view what) const {
        throw Error(ErrorKind::Usage, format("key path {}, column {}: {}", quoted(text_), at_ + 1, what),
                    "a.b[0], or 'a.b'.c for a key with a dot in it");
    }

    void expect(char character) {
        if (peek() != character) {
            fail(format("expected {}", quoted({&character, 1})));
        }
        ++at_;
    }

    std::string bare_key() {
        const std::size_t end = std::min(text_.find_first_of(".['\"]", at_), text_.size());
        if (end == at_) {
            fail("a key is missing here");
        }
        const std::string key(text_.substr(at_, end - at_));
        at_ = end;
        return key;
    }

    std::string quoted_key() {
        const char quote = text_[at_];
        const std::size_t end = text_.find(quote, at_ + 1);
        if (end == std::string_view::npos) {
            fail("the quote is not closed");
        }
        const std::string key(text_.substr(at_ + 1, end - at_ - 1));
        at_ = end + 1;
        return key;
    }

    document::PathElement bracket() {
        expect('[');
        document::PathElement element;
        if (is_quote()) {
            element = quoted_key();
        } else {
            std::size_t index = 0;
            const char* const begin = text_.data() + at_;
            const auto [end, failure] = std::from_chars(begin, text_.data() + text_.size(), index);
            if (failure != std::errc()) {
                fail("an index is a number from 0");
            }
            at_ += static_cast<std::size_t>(end - begin);
            element = index;
        }
        expect(']');
        return element;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::optional<document::PathElement> list_item(const document::Node* item) {
    if (item != nullptr && item->kind == document::Kind::String && !item->text.empty()) {
        return document::PathElement(item->text);
    }
    std::size_t index = 0;
    if (item == nullptr || item->kind != document::Kind::Integer) {
        return std::nullopt;
    }
    const char* const end = item->text.data() + item->text.size();
    const auto [stopped, failure] = std::from_chars(item->text.data(), end, index);
    return failure == std::errc() && stopped == end ? std::optional(document::PathElement(index)) : std::nullopt;
}

/// "[users, 2]"; nothing when it is no such list: sops's ["a"]["b"] is not.
std::optional<document::KeyPath> parse_yaml_list(std::string_view text) {
    document::KeyPath path;
    try {
        const document::Document list = document::parse_yaml(std::string(text), document::Aliases::Refuse);
        if (list.roots.size() != 1 || list.roots.front().kind != document::Kind::Sequence) {
            return std::nullopt;
        }
        for (const document::Child& child : list.roots.front().children) {
            if (const auto element = list_item(child.node())) {
                path.push_back(*element);
            } else if (child.node() != nullptr) {
                return std::nullopt;
            }
        }
    } catch (const Error&) {
        return std::nullopt;
    }
    return path.empty() ? std::nullopt : std::optional(path);
}

}  // namespace

document::KeyPath parse_declared_key(std::string_view text) {
    if (!text.empty() && text.size() <= kArgumentLimit && text.front() == '[') {
        if (const auto path = parse_yaml_list(text)) {
            return *path;
        }
    }
    const bool has_slash = text.find('/') != std::string_view::npos;
    if (has_slash && text.find_first_of(".['\"") != std::string_view::npos) {
        throw Error(ErrorKind::Usage, format("the key {} can be read in two ways", quoted(text)),
                    "give it as a list: --key '[tls, server.pem]'");
    }
    if (has_slash && (text.front() == '/' || text.back() == '/' || text.find("//") != std::string_view::npos)) {
        throw Error(ErrorKind::Usage, format("the key {} has an empty part", quoted(text)));
    }
    return has_slash ? policy::parse_key_text(text) : parse_key_argument(text);
}

document::KeyPath parse_key_argument(std::string_view text) {
    if (text == ".") {
        return {};
    }
    if (text.empty() || text.size() > kArgumentLimit) {
        throw Error(ErrorKind::Usage, "the key path is empty or too long", "'.' is the whole document");
    }
    return KeyParser(text).parse();
}

}  // namespace bestow::operations
