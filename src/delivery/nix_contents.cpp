#include "delivery/nix_contents.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "sops/emit_document.hpp"

#include <algorithm>

namespace bestow::delivery {
namespace {

using sops::PlainNode;
using Content = std::variant<Fault, SecretBytes>;

document::KeyPath key_path(const std::string& key) {
    document::KeyPath path;
    for (const std::string_view piece : split(key, '/')) {
        path.emplace_back(std::string(piece));
    }
    return path;
}

/// The first `count` pieces of a key, as the manifest writes it.
std::string beginning(const std::string& key, std::size_t count) {
    const std::vector<std::string_view> pieces = split(key, '/');
    std::vector<std::string> kept;
    for (std::size_t index = 0; index < count; ++index) {
        kept.emplace_back(pieces[index]);
    }
    return join(kept, "/");
}

Error no_key(const std::string& key) {
    return {ErrorKind::NotFound, format("the key '{}' cannot be found", key)};
}
Error no_dictionary(const std::string& key) {
    return {ErrorKind::Policy, format("key '{}' does not refer to a dictionary", key)};
}
Error no_text(const std::string& key) {
    return {ErrorKind::Policy, format("the value of key '{}' is not a string, a number or a boolean", key)};
}

const PlainNode* child_of(const PlainNode& node, std::string_view key) {
    for (const sops::PlainChild& child : node.children) {
        if (!child.is_comment && child.key == key) {
            return &child.node;
        }
    }
    return nullptr;
}

const PlainNode& find_scalar(const PlainNode& root, const std::string& key) {
    const PlainNode* node = &root;
    std::size_t depth = 0;
    for (const std::string_view piece : split(key, '/')) {
        if (node->shape != PlainNode::Shape::Mapping) {
            throw no_dictionary(beginning(key, depth));
        }
        node = child_of(*node, piece);
        ++depth;
        if (node == nullptr) {
            throw no_key(beginning(key, depth));
        }
    }
    const bool has_text = node->type != sops::ValueType::Null && node->type != sops::ValueType::EmptyMapping &&
                          node->type != sops::ValueType::EmptySequence;
    if (node->shape != PlainNode::Shape::Scalar || !has_text) {
        throw no_text(key);
    }
    return *node;
}

SecretBytes value_of(const NixSecret& secret, const std::vector<PlainNode>& roots) {
    if (!secret.is_whole_file()) {
        require(!roots.empty(), "an encrypted file has a document");
        const PlainNode& scalar = find_scalar(roots.front(), secret.key);
        return sops::value_text({{}, scalar.type, scalar.bytes.copy()});
    }
    std::vector<const PlainNode*> documents;
    for (const PlainNode& root : roots) {
        documents.push_back(&root);
    }
    return sops::emit_document(documents, secret.format, {});
}

Content content_of(const NixSecret& secret, const NixOpenedFile& file) {
    if (const Fault* const fault = std::get_if<Fault>(&file)) {
        return *fault;
    }
    try {
        return value_of(secret, std::get<std::vector<PlainNode>>(file));
    } catch (const Error& error) {
        return Fault{error.kind(), format("not valid in {}: {}", secret.sops_file, error.full_message())};
    } catch (const std::exception& error) {
        return fault_of_unexpected(error, secret.sops_file);
    }
}

/// Placeholders to the secrets behind them. Where two secrets share one, the later counts.
class Placeholders {
  public:
    Placeholders(const NixManifest& manifest, const std::vector<NixContent>& secrets) {
        for (std::size_t index = 0; index < manifest.secrets.size(); ++index) {
            const std::string& text = manifest.secrets[index].placeholder;
            if (!text.empty()) {
                by_text_[text] = &secrets[index];
                lengths_.insert(text.size());
                if (firsts_.find(text.front()) == std::string::npos) {
                    firsts_ += text.front();
                }
            }
        }
    }

    /// Where one may begin, from `from` on; npos for nowhere.
    [[nodiscard]] std::size_t next(std::string_view text, std::size_t from) const {
        return text.find_first_of(firsts_, from);
    }

    /// The longest placeholder that `text` starts with; its length is 0 for none.
    [[nodiscard]] std::pair<const NixContent*, std::size_t> match(std::string_view text) const {
        for (auto length = lengths_.rbegin(); length != lengths_.rend(); ++length) {
            const auto found = by_text_.find(text.substr(0, *length));
            if (found != by_text_.end()) {
                return {found->second, *length};
            }
        }
        return {nullptr, 0};
    }

  private:
    std::map<std::string, const NixContent*, std::less<>> by_text_;
    std::set<std::size_t> lengths_;
    std::string firsts_;
};

/// In one pass: what a secret holds is never looked at for placeholders.
Content render(const std::string& text, const Placeholders& placeholders) {
    SecretBuilder builder;
    std::string_view rest = text;
    std::size_t at = placeholders.next(rest, 0);
    while (at != std::string_view::npos) {
        const auto [secret, length] = placeholders.match(rest.substr(at));
        if (secret == nullptr) {
            at = placeholders.next(rest, at + 1);
            continue;
        }
        if (const Fault* const fault = secret->fault()) {
            return Fault{fault->kind, format("needs secret {}: {}", quoted(secret->item->name), fault->message)};
        }
        builder.append(rest.substr(0, at));
        builder.append(std::get<SecretBytes>(secret->content).view());
        rest.remove_prefix(at + length);
        at = placeholders.next(rest, 0);
    }
    builder.append(rest);
    return builder.finish();
}

}  // namespace

void check_nix_key(const NixSecret& secret, const sops::EncryptedFile& document) {
    if (secret.is_whole_file()) {
        return;
    }
    const document::KeyPath wanted = key_path(secret.key);
    std::size_t longest = 0;  // how much of the key there is
    bool ends_early = false;  // in a value
    for (const sops::Leaf& leaf : document.leaves()) {
        const auto [mine, theirs] = std::mismatch(wanted.begin(), wanted.end(), leaf.path.begin(), leaf.path.end());
        if (mine == wanted.end() && theirs == leaf.path.end()) {
            return;
        }
        if (mine == wanted.end()) {
            throw no_text(secret.key);
        }
        const auto common = static_cast<std::size_t>(mine - wanted.begin());
        if (common >= longest && common > 0) {
            longest = common;
            ends_early = theirs == leaf.path.end() || std::holds_alternative<std::size_t>(*theirs);
        }
    }
    throw ends_early ? no_dictionary(beginning(secret.key, longest)) : no_key(beginning(secret.key, longest + 1));
}

std::vector<NixContent> make_nix_contents(const NixManifest& manifest,
                                          const std::map<std::string, NixOpenedFile>& files,
                                          const std::vector<std::variant<Fault, std::string>>& texts) {
    std::vector<NixContent> contents;
    contents.reserve(manifest.secrets.size() + manifest.templates.size());  // placeholders point into it
    for (const NixSecret& secret : manifest.secrets) {
        contents.push_back({&secret.item, content_of(secret, files.at(secret.sops_file))});
    }
    const Placeholders placeholders(manifest, contents);
    for (std::size_t index = 0; index < manifest.templates.size(); ++index) {
        if (const Fault* const fault = std::get_if<Fault>(&texts[index])) {
            contents.push_back({&manifest.templates[index].item, *fault});
        } else {
            contents.push_back(
                {&manifest.templates[index].item, render(std::get<std::string>(texts[index]), placeholders)});
        }
    }
    return contents;
}

}  // namespace bestow::delivery
