#include "cli/sops_set.hpp"

#include "base/format.hpp"
#include "cli/report.hpp"
#include "cli/sops_file.hpp"
#include "document/edit.hpp"
#include "document/json.hpp"
#include "document/yaml.hpp"
#include "os/system.hpp"
#include "sops/edit.hpp"
#include "sops/walk.hpp"

namespace bestow::cli {
namespace {

using document::KeyPath;
using document::Kind;
using sops::Format;
using sops::PlainNode;
using Shape = PlainNode::Shape;

PlainNode parse_json_value(ByteView text) {
    const document::Document parsed = document::parse_json(to_text(text));
    const document::Node& root = parsed.roots.front();
    if (root.kind == Kind::Mapping) {
        return std::move(sops::parse_plain_trees(text, Format::Json).front());
    }
    if (root.kind == Kind::Sequence) {
        throw Error(ErrorKind::Usage, "a list cannot be set as a whole; its items can");
    }
    // Go reads a single number as a float, whatever it looks like.
    SecretBuilder wrapped;
    wrapped.append("{\"value\":");
    wrapped.append(text);
    wrapped.append("}");
    std::vector<PlainNode> trees = sops::parse_plain_trees(wrapped.view(), Format::Json);
    PlainNode value = std::move(trees.front().children.front().node);
    if (value.type == sops::ValueType::Integer) {
        value.type = sops::ValueType::Float;
    }
    return value;
}

std::size_t item_count(const PlainNode& list) {
    std::size_t count = 0;
    for (const sops::PlainChild& child : list.children) {
        count += child.is_comment ? 0 : 1;
    }
    return count;
}

/// How much of the path is there; an index behind a list's end becomes its end.
std::size_t existing_depth(const PlainNode& root, KeyPath& path) {
    const PlainNode* node = &root;
    for (std::size_t depth = 0; depth < path.size(); ++depth) {
        const auto* const index = std::get_if<std::size_t>(&path[depth]);
        if (node->shape == Shape::Scalar) {
            return depth == 0 ? 0 : depth - 1;  // what is there gives way
        }
        if ((node->shape == Shape::Sequence) != (index != nullptr)) {
            throw SopsFailure(SopsStatus::BadSetArguments,
                              format("{}: a list has indices, a mapping has keys", document::to_text(path)));
        }
        if (index != nullptr && *index >= item_count(*node)) {
            path[depth] = item_count(*node);
            return depth;
        }
        try {
            node = &sops::node_at(*node, {path[depth]});
        } catch (const Error&) {
            return depth;
        }
    }
    return path.size() - 1;
}

PlainNode wrapped(PlainNode value, const document::PathElement& element) {
    PlainNode holder;
    sops::PlainChild child;
    holder.shape = Shape::Sequence;
    if (const auto* const key = std::get_if<std::string>(&element)) {
        holder.shape = Shape::Mapping;
        child.key = *key;
    }
    child.node = std::move(value);
    holder.children.push_back(std::move(child));
    return holder;
}

bool is_same(const PlainNode& a, const PlainNode& b) {
    return a.type == b.type && equal_constant_time(sops::emit_json(a, {}).view(), sops::emit_json(b, {}).view());
}

bool holds_already(const PlainNode& root, const KeyPath& path, const PlainNode& value) {
    try {
        return is_same(sops::node_at(root, path), value);
    } catch (const Error&) {
        return false;
    }
}

void put(PlainNode& root, const KeyPath& path, PlainNode value) {
    PlainNode* node = &root;
    for (const document::PathElement& element : path) {
        const auto* const index = std::get_if<std::size_t>(&element);
        std::size_t item = 0;
        PlainNode* found = nullptr;
        for (sops::PlainChild& child : node->children) {
            const bool fits =
                !child.is_comment && (index != nullptr ? item == *index : child.key == std::get<std::string>(element));
            found = fits && found == nullptr ? &child.node : found;
            item += child.is_comment ? 0 : 1;
        }
        if (found == nullptr) {
            sops::PlainChild& added = node->children.emplace_back();
            added.key = index == nullptr ? std::get<std::string>(element) : std::string();
            found = &added.node;
        }
        node = found;
    }
    *node = std::move(value);
}

/// YAML keeps its layout; other formats have the one that sops gives them.
SecretBytes plaintext_with(const OpenedSopsFile& opened, const KeyPath& path, PlainNode value) {
    if (opened.file.format() != Format::Yaml) {
        std::vector<PlainNode> roots = sops::decrypt_trees(opened.file, opened.data_key.view());
        put(roots.at(0), path, std::move(value));
        return emit_as(roots.at(0), opened.file.format());
    }
    const SecretBytes plaintext = opened.file.decrypt_document(opened.data_key.view());
    const document::Document parsed = document::parse_yaml(to_text(plaintext.view()), document::Aliases::Expand);
    const SecretBytes json = sops::emit_json(value, {0, true});
    std::string one_line = to_text(json.view());
    std::erase(one_line, '\n');
    std::string changed = document::yaml_with_value_at(parsed, path, one_line);
    wipe(one_line);
    SecretBytes result = SecretBytes::copy_of(changed);
    wipe(changed);
    return result;
}

/// The document with a subtree in it; what stays keeps its ciphertext when it is encrypted again.
std::string with_subtree(const OpenedSopsFile& opened, const KeyPath& path, PlainNode value, const std::string& now) {
    const SecretBytes plaintext =
        failing_with(SopsStatus::CannotEmit, [&] { return plaintext_with(opened, path, std::move(value)); });
    return sops::replace_document(opened.file, opened.data_key.view(), plaintext.view(), now).text;
}

std::string with_value(const SopsCall& call, const OpenedSopsFile& opened, KeyPath path, PlainNode value) {
    const PlainNode& root = opened.roots.at(0);
    const bool strings_alone = opened.file.format() == Format::Dotenv || opened.file.format() == Format::Ini;
    if (strings_alone && value.shape == Shape::Scalar) {
        value.bytes = sops::scalar_text(value);
        value.type = sops::ValueType::String;
    }
    if (holds_already(root, path, value)) {
        return opened.file.text();
    }
    const std::size_t depth = existing_depth(root, path);
    const bool needs_list = std::any_of(path.begin() + static_cast<std::ptrdiff_t>(depth) + 1, path.end(),
                                        [](const auto& element) { return element.index() == 1; });
    const std::string now = os::utc_timestamp(call.system().now());
    if (value.shape == Shape::Scalar && depth + 1 == path.size() && !needs_list) {
        return sops::set_value(opened.file, opened.data_key.view(), path, value.bytes.view(), value.type, now);
    }
    while (path.size() > depth + 1) {
        value = wrapped(std::move(value), path.back());
        path.pop_back();
    }
    return with_subtree(opened, path, std::move(value), now);
}

SecretBytes value_text(const SopsCall& call) {
    if (call.flags.boolean("value-stdin")) {
        return call.system().read_secret(0, std::size_t{64} * 1024 * 1024, "standard input");
    }
    const std::string& given = call.arguments()[2];
    if (call.flags.boolean("value-file")) {
        const os::UniqueFd file = call.system().open_for_reading(given);
        return call.system().read_secret(file.get(), std::size_t{64} * 1024 * 1024, given);
    }
    return SecretBytes::copy_of(given);
}

void check_set_arguments(const SopsCall& call) {
    const bool from_stdin = call.flags.boolean("value-stdin");
    if (from_stdin && call.flags.boolean("value-file")) {
        throw SopsFailure(SopsStatus::Failed, "--value-file and --value-stdin do not go together");
    }
    if (call.arguments().size() != (from_stdin ? 2U : 3U)) {
        throw SopsFailure(SopsStatus::NoFile, from_stdin ? "set --value-stdin takes a file and a path"
                                                         : "set takes a file, a path and a value");
    }
}

}  // namespace

int set_in_file(const SopsCall& call, const std::string& file, const KeyPath& path, ByteView json) {
    const Format format = sops_format(call, "input-type", deciding_name(call, file));
    if (path.empty()) {
        throw SopsFailure(SopsStatus::BadSetArguments, "the path names no key");
    }
    PlainNode value = failing_with(SopsStatus::BadSetArguments, [&] { return parse_json_value(json); });
    check_decryption_order(call);
    const OpenedSopsFile opened = open_encrypted(call, file, format);
    if (path.front() == document::PathElement(std::string(sops::kMetadataKey))) {
        throw SopsFailure(SopsStatus::AlreadyEncrypted, "the entry 'sops' belongs to sops");
    }
    const std::string text =
        failing_with(SopsStatus::CannotEncrypt, [&] { return with_value(call, opened, path, std::move(value)); });
    if (text != opened.file.text() || !call.flags.boolean("idempotent")) {
        write_sops_file(call, file, as_bytes(text), Secrecy::Ciphertext);
    }
    return 0;
}

int sops_set(const SopsCall& call) {
    check_set_arguments(call);
    const std::string& file = call.arguments()[0];
    (void)creation_config(call);
    const KeyPath path =
        failing_with(SopsStatus::BadSetArguments, [&] { return parse_tree_path(call.arguments()[1]); });
    const SecretBytes json = failing_with(SopsStatus::Failed, [&] { return value_text(call); });
    return set_in_file(call, file, path, json.view());
}

int sops_unset(const SopsCall& call) {
    if (call.arguments().size() != 2) {
        throw SopsFailure(SopsStatus::NoFile, "unset takes a file and a path");
    }
    const std::string& file = call.arguments()[0];
    const Format format = sops_format(call, "input-type", file);
    (void)creation_config(call);
    const KeyPath path =
        failing_with(SopsStatus::BadSetArguments, [&] { return parse_tree_path(call.arguments()[1]); });
    if (path.empty()) {
        throw SopsFailure(SopsStatus::BadSetArguments, "the path names no key");
    }
    check_decryption_order(call);
    const OpenedSopsFile opened = open_encrypted(call, file, format);
    std::string text;
    try {
        text = sops::unset_value(opened.file, opened.data_key.view(), path, os::utc_timestamp(call.system().now()));
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::NotFound && call.flags.boolean("idempotent")) {
            return 0;
        }
        throw;
    }
    write_sops_file(call, file, as_bytes(text), Secrecy::Ciphertext);
    return 0;
}

}  // namespace bestow::cli
