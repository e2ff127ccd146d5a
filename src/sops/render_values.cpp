#include "base/error.hpp"
#include "base/format.hpp"
#include "document/json.hpp"
#include "document/utf8.hpp"
#include "document/yaml.hpp"
#include "sops/encrypted_file.hpp"
#include "sops/json_scalar.hpp"
#include "sops/yaml_scalar.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

using Values = std::vector<const Value*>;

bool begins_with(const KeyPath& path, const KeyPath& prefix) {
    return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

void append(SecretBuilder& out, std::string_view text) {
    out.append(text);
}

void append_margin(SecretBuilder& out, std::size_t columns) {
    append(out, std::string(columns, ' '));
}

void append_json(SecretBuilder& out, const Value& value) {
    try {
        append_json_scalar(out, value.type, value.bytes.view());
    } catch (Error& error) {
        error.add_context(document::to_text(value.path));
        throw;
    }
}

void append_yaml_scalar(SecretBuilder& out, const Value& value, std::size_t indent) {
    ScalarPlace place;
    place.own_lines = true;
    place.indent = indent;
    const SecretBytes text = yaml_scalar({value.type, false, value.bytes.copy()}, place);
    out.append(text.view());
}

/// Values [begin, end) share their first `depth` path elements; `each` gets the ranges that share one more.
template <class Each>
void for_each_child(const Values& values, std::size_t begin, std::size_t end, std::size_t depth, Each each) {
    while (begin < end) {
        std::size_t next = begin + 1;
        while (next < end && values[next]->path[depth] == values[begin]->path[depth]) {
            ++next;
        }
        each(begin, next);
        begin = next;
    }
}

class Renderer {
  public:
    explicit Renderer(Values values) : values_(std::move(values)) {}

    SecretBytes json(std::size_t depth) {
        json(0, values_.size(), depth, 0);
        append(out_, "\n");
        return out_.finish();
    }

    SecretBytes yaml(std::size_t depth) {
        if (is_leaf(0, values_.size(), depth)) {
            append_yaml_scalar(out_, *values_[0], 2);
            append(out_, "\n");
        } else {
            yaml(0, values_.size(), depth, 0);
        }
        return out_.finish();
    }

    SecretBytes env(std::size_t depth) {
        for (const Value* value : values_) {
            if (value->path.size() != depth + 1 || value->type == ValueType::EmptyMapping ||
                value->type == ValueType::EmptySequence || !std::holds_alternative<std::string>(value->path.back())) {
                throw Error(ErrorKind::Policy, format("{}: an environment file takes a mapping of single values",
                                                      document::to_text(value->path)));
            }
            env_line(*value);
        }
        return out_.finish();
    }

  private:
    [[nodiscard]] bool is_leaf(std::size_t begin, std::size_t end, std::size_t depth) const {
        return end - begin == 1 && values_[begin]->path.size() == depth;
    }

    void json(std::size_t begin, std::size_t end, std::size_t depth, std::size_t level) {
        if (is_leaf(begin, end, depth)) {
            append_json(out_, *values_[begin]);
            return;
        }
        const bool mapping = std::holds_alternative<std::string>(values_[begin]->path[depth]);
        append(out_, mapping ? "{" : "[");
        bool first = true;
        for_each_child(values_, begin, end, depth, [&](std::size_t child_begin, std::size_t child_end) {
            append(out_, first ? "\n" : ",\n");
            first = false;
            append_margin(out_, 2 * (level + 1));
            if (mapping) {
                document::append_json_string(out_, std::get<std::string>(values_[child_begin]->path[depth]));
                append(out_, ": ");
            }
            json(child_begin, child_end, depth + 1, level + 1);
        });
        append(out_, "\n");
        append_margin(out_, 2 * level);
        append(out_, mapping ? "}" : "]");
    }

    /// Every child on a line of its own, the first one wherever the cursor is.
    void yaml(std::size_t begin, std::size_t end, std::size_t depth, std::size_t level) {
        const bool mapping = std::holds_alternative<std::string>(values_[begin]->path[depth]);
        bool first = true;
        for_each_child(values_, begin, end, depth, [&](std::size_t child_begin, std::size_t child_end) {
            append_margin(out_, first ? 0 : 2 * level);
            first = false;
            if (mapping) {
                append(out_,
                       document::emit_yaml_string(std::get<std::string>(values_[child_begin]->path[depth]), false));
                append(out_, ":");
            } else {
                append(out_, "-");
            }
            if (is_leaf(child_begin, child_end, depth + 1)) {
                append(out_, " ");
                append_yaml_scalar(out_, *values_[child_begin], 2 * (level + 1));
                append(out_, "\n");
                return;
            }
            append(out_, mapping ? "\n" : " ");
            append_margin(out_, mapping ? 2 * (level + 1) : 0);
            yaml(child_begin, child_end, depth + 1, level + 1);
        });
    }

    /// KEY=value or KEY="value", as both systemd and a shell read it.
    void env_line(const Value& value) {
        const auto& key = std::get<std::string>(value.path.back());
        constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
        constexpr std::string_view digits = "0123456789";
        const bool good_start = !key.empty() && letters.find(key.front()) != std::string_view::npos;
        if (!good_start || key.find_first_not_of(std::string(letters) + std::string(digits)) != std::string::npos) {
            throw Error(ErrorKind::Policy,
                        format("{}: this key cannot name an environment variable", document::to_text(value.path)));
        }
        const SecretBytes bytes = value.type == ValueType::Null ? SecretBytes() : value_text(value);
        const std::string_view text = as_text(bytes.view());
        if (text.find('\0') != std::string_view::npos) {
            throw Error(ErrorKind::Policy,
                        format("{}: an environment variable cannot hold a NUL byte", document::to_text(value.path)));
        }
        append(out_, key);
        append(out_, "=");
        const std::string plain = std::string(letters) + std::string(digits) + "./:@%+,-=";
        if (text.find_first_not_of(plain) == std::string_view::npos) {
            append(out_, text);
        } else {
            append(out_, "\"");
            for (const char& character : text) {
                if (std::string_view("\"\\`$").find(character) != std::string_view::npos) {
                    append(out_, "\\");
                }
                append(out_, std::string_view(&character, 1));
            }
            append(out_, "\"");
        }
        append(out_, "\n");
    }

    Values values_;
    SecretBuilder out_;
};

/// Names the longest part of the path that is there when that is a list.
Error not_found(const std::vector<Value>& values, const KeyPath& path) {
    std::string problem = format("there is no value {}", document::to_text(path));
    for (std::size_t depth = path.size(); depth-- > 0;) {
        const KeyPath holder(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(depth));
        std::size_t items = 0;
        bool is_there = false;
        for (const Value& value : values) {
            if (!begins_with(value.path, holder)) {
                continue;
            }
            is_there = true;
            const auto* const index =
                value.path.size() > depth ? std::get_if<std::size_t>(&value.path[depth]) : nullptr;
            items = index != nullptr ? *index + 1 : items;
        }
        if (is_there) {
            const bool is_list = items > 0 && std::holds_alternative<std::size_t>(path[depth]);
            problem += is_list ? format(": the list has {} item{}", items, items == 1 ? "" : "s") : "";
            break;
        }
    }
    return {ErrorKind::NotFound, problem};
}

}  // namespace

SecretBytes render_values(const std::vector<Value>& values, const KeyPath& path, std::optional<Rendering> as) {
    Values chosen;
    for (const Value& value : values) {
        if (begins_with(value.path, path)) {
            chosen.push_back(&value);
        }
    }
    if (chosen.empty()) {
        throw not_found(values, path);
    }
    const bool single = chosen.size() == 1 && chosen[0]->path == path && chosen[0]->type != ValueType::EmptyMapping &&
                        chosen[0]->type != ValueType::EmptySequence;
    if (!as || *as == Rendering::Raw) {
        if (!single) {
            throw Error(ErrorKind::Policy, format("{} is not a single value", document::to_text(path)),
                        "say in which form it is wanted: as: yaml, json or env");
        }
        return value_text(*chosen[0]);
    }
    Renderer renderer(std::move(chosen));
    if (*as == Rendering::Json) {
        return renderer.json(path.size());
    }
    return *as == Rendering::Yaml ? renderer.yaml(path.size()) : renderer.env(path.size());
}

}  // namespace bestow::sops
