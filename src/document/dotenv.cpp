#include "document/dotenv.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/conflict_marker.hpp"

#include <algorithm>
#include <unordered_map>

namespace bestow::document {
namespace {

constexpr std::string_view kBreak = "\\n";  ///< what a line break in a value is written as

std::string with_line_breaks(std::string_view value) {
    std::string text;
    for (std::size_t begin = 0;;) {
        const std::size_t end = std::min(value.find(kBreak, begin), value.size());
        text.append(value.substr(begin, end - begin));
        if (end == value.size()) {
            return text;
        }
        text += '\n';
        begin = end + kBreak.size();
    }
}

class DotenvReader {
  public:
    DotenvReader(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

    Node read() {
        Node root;
        root.kind = Kind::Mapping;
        root.style = Style::Block;
        root.span = {0, text_.size()};
        root.at = {1, 1};
        for (std::size_t begin = 0; begin < text_.size();) {
            ++line_;
            const std::size_t end = std::min(text_.find('\n', begin), text_.size());
            if (end > begin) {
                root.children.push_back(child(begin, end));
            }
            if (root.children.size() > limits_.nodes) {
                fail("the document has too many lines");
            }
            begin = end + 1;
        }
        return root;
    }

  private:
    [[noreturn]] void fail(std::string_view problem, std::string hint = {}) const {
        throw Error(ErrorKind::Format, format("line {}: {}", line_, problem), std::move(hint));
    }

    Child child(std::size_t begin, std::size_t end) {
        const std::string_view line = text_.substr(begin, end - begin);
        Child child;
        if (line.front() == '#') {
            child.what = Comment{std::string(line.substr(1)), {begin, end}, {line_, 1}, false};
            return child;
        }
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) {
            fail(line == "\r" ? "an empty line that ends with CR and LF"
                              : "there is no '=', so this is neither a value nor a comment",
                 line.back() == '\r'
                     ? "in dotenv files the CR belongs to the value, and SOPS takes no empty line with "
                       "one: end the lines with LF alone"
                     : "a comment has its '#' in the first column; nothing else is on lines of its own");
        }
        child.key = line.substr(0, equals);
        child.key_span = {begin, begin + equals};
        child.key_at = {line_, 1};
        const auto [first, is_new] = lines_.try_emplace(child.key, line_);
        if (!is_new) {
            fail(format("the key {} is here again; it is on line {} already", quoted(child.key), first->second),
                 "keep one of the lines");
        }
        Node node;
        node.kind = Kind::String;
        node.text = with_line_breaks(line.substr(equals + 1));
        node.span = {begin + equals + 1, end};
        node.at = {line_, columns(line.substr(0, equals + 1)) + 1};
        child.what = std::move(node);
        return child;
    }

    static std::size_t columns(std::string_view text) {
        return static_cast<std::size_t>(std::count_if(
            text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }));
    }

    std::string_view text_;
    Limits limits_;
    std::size_t line_ = 0;
    std::unordered_map<std::string, std::size_t> lines_;
};

std::string key_of(const KeyPath& path) {
    const auto* const key = path.size() == 1 ? std::get_if<std::string>(&path.front()) : nullptr;
    if (key == nullptr) {
        throw Error(ErrorKind::Usage, format("{}: a dotenv document has keys alone, nothing in them", to_text(path)),
                    "name one key");
    }
    return *key;
}

std::size_t find_child(const Node& root, std::string_view key) {
    std::size_t index = 0;
    while (index < root.children.size() &&
           (root.children[index].node() == nullptr || root.children[index].key != key)) {
        ++index;
    }
    return index;
}

}  // namespace

Document parse_dotenv(std::string text, const Limits& limits) {
    if (text.size() > limits.size_bytes) {
        throw Error(ErrorKind::Format,
                    format("the document has {} bytes; the limit is {}", text.size(), limits.size_bytes));
    }
    if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
        const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n') + 1;
        throw Error(ErrorKind::Format, format("line {}: a NUL byte, which no dotenv file can hold", line),
                    "if this is UTF-16, save it as UTF-8");
    }
    Document document;
    document.text = std::move(text);
    try {
        document.roots.push_back(DotenvReader(document.text, limits).read());
    } catch (const Error&) {
        refuse_conflict_markers(document.text);
        throw;
    }
    document.ends.push_back(document.text.size());
    return document;
}

void check_dotenv_value(std::string_view value) {
    if (value.find('\0') != std::string_view::npos) {
        throw Error(ErrorKind::Format, "a dotenv file cannot hold a value with a NUL byte",
                    "a file with another name, and no known ending, is a binary document, which can");
    }
    if (value.find(kBreak) != std::string_view::npos) {
        throw Error(ErrorKind::Format,
                    "a dotenv file cannot hold a backslash that is followed by 'n': that stands for a line break",
                    "give the value with real line breaks, or keep it in a YAML file");
    }
}

void append_dotenv_value(SecretBuilder& out, std::string_view value) {
    for (std::size_t begin = 0;;) {
        const std::size_t end = std::min(value.find('\n', begin), value.size());
        out.append(value.substr(begin, end - begin));
        if (end == value.size()) {
            return;
        }
        out.append(kBreak);
        begin = end + 1;
    }
}

void check_dotenv_path(const KeyPath& path) {
    const std::string key = key_of(path);
    const bool writable =
        !key.empty() && key.front() != '#' && key.find_first_of(std::string_view("=\n\r\0", 4)) == std::string::npos;
    if (!writable) {
        throw Error(ErrorKind::Usage, format("{} cannot be a key in a dotenv file", quoted(key)),
                    "a key is not empty, does not begin with '#', and has no '=' and no line break in it");
    }
}

std::string dotenv_with_value_at(const Document& document, const KeyPath& path, std::string_view value,
                                 const EditRules& rules) {
    const std::string key = key_of(path);
    const std::vector<Child>& children = document.roots.at(0).children;
    Splices splices;
    if (const std::size_t index = find_child(document.roots[0], key); index < children.size()) {
        splices.replace(children[index].node()->span, std::string(value));
        return splices.apply(document.text);
    }
    check_dotenv_path(path);
    const std::size_t last = rules.last_key.empty() ? children.size() : find_child(document.roots[0], rules.last_key);
    const std::size_t at = last < children.size() ? std::size_t{children[last].key_span.begin} : document.text.size();
    const bool open_line = at > 0 && document.text[at - 1] != '\n';
    splices.replace({at, at}, (open_line ? "\n" : "") + key + "=" + std::string(value) + "\n");
    return splices.apply(document.text);
}

std::string dotenv_without_value_at(const Document& document, const KeyPath& path) {
    const std::string key = key_of(path);
    const std::vector<Child>& children = document.roots.at(0).children;
    const std::size_t index = find_child(document.roots[0], key);
    if (index == children.size()) {
        throw Error(ErrorKind::NotFound, format("there is no {}", to_text(path)));
    }
    std::size_t begin = children[index].key_span.begin;
    for (std::size_t above = index; above-- > 0;) {
        const Comment* const comment = children[above].comment();
        if (comment == nullptr || comment->span.end + 1 != begin) {
            break;
        }
        begin = comment->span.begin;
    }
    Splices splices;
    splices.replace({begin, std::min(children[index].node()->span.end + 1, document.text.size())}, {});
    return splices.apply(document.text);
}

}  // namespace bestow::document
