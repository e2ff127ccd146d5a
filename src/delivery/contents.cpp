#include "delivery/contents.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "delivery/render.hpp"

#include <algorithm>
#include <new>
#include <typeinfo>

namespace bestow::delivery {
namespace {

using Content = std::variant<Fault, SecretBytes>;

/// Finds scalars of many documents by key path without walking a document once a secret.
class ScalarIndex {
  public:
    const sops::Value* find(const OpenedDocument& opened, const document::KeyPath& path) {
        auto [entry, is_new] = by_document_.try_emplace(&opened);
        if (is_new) {
            for (const sops::Value& value : opened.values) {
                entry->second.emplace(value.path, &value);
            }
        }
        const auto found = entry->second.find(path);
        return found == entry->second.end() ? nullptr : found->second;
    }

  private:
    std::map<const OpenedDocument*, std::map<document::KeyPath, const sops::Value*>> by_document_;
};

SecretBytes from_document(const ManifestSecret& secret, const OpenedDocument& opened, ScalarIndex& index) {
    const bool raw = !secret.as || *secret.as == sops::Rendering::Raw;
    if (secret.key.empty() && raw) {
        return opened.document.decrypt_document(opened.data_key.view());
    }
    if (raw) {
        const sops::Value* const value = index.find(opened, secret.key);
        if (value != nullptr) {
            return sops::value_text(*value);
        }
    }
    return sops::render_values(opened.values, secret.key, secret.as);
}

Content content_of(const ManifestSecret& secret, const OpenedFiles& files, ScalarIndex& index) {
    const auto found = files.find(secret.file);
    require(found != files.end(), "every file of a manifest was opened");
    if (const auto* fault = std::get_if<Fault>(&found->second)) {
        return *fault;
    }
    try {
        if (const auto* whole = std::get_if<SecretBytes>(&found->second)) {
            if (!secret.key.empty()) {
                throw Error(ErrorKind::Policy, format("an age file has no key {}", document::to_text(secret.key)),
                            "key: \".\" is the whole file");
            }
            return whole->copy();
        }
        return from_document(secret, std::get<OpenedDocument>(found->second), index);
    } catch (Error& error) {
        return fault_of(error.add_context(secret.file));
    } catch (const std::exception& error) {
        return fault_of_unexpected(error, secret.file);
    }
}

/// A value that need not be there, and is not.
bool is_absent(const ManifestSecret& secret, const Content& content) {
    const auto* const fault = std::get_if<Fault>(&content);
    return secret.optional && fault != nullptr && fault->kind == ErrorKind::NotFound;
}

Content content_of(const ManifestTemplate& one, const Manifest& manifest, const std::map<std::string, Content>& values,
                   ByteView salt_key) {
    for (const std::string& input : one.inputs) {
        const auto found = values.find(input);
        if (found == values.end()) {
            if (is_optional(manifest, input)) {
                continue;  // `render` leaves its place empty
            }
            return Fault{ErrorKind::NotFound, format("there is no secret {}", quoted(input))};
        }
        if (const auto* fault = std::get_if<Fault>(&found->second)) {
            return Fault{fault->kind, format("needs {}: {}", quoted(input), fault->message)};
        }
    }
    try {
        return render(
            one, manifest,
            [&](const std::string& name) {
                const auto value = values.find(name);
                return value == values.end() ? nullptr : std::get_if<SecretBytes>(&value->second);
            },
            salt_key);
    } catch (const Error& error) {
        return fault_of(error);
    } catch (const std::exception& error) {
        return fault_of_unexpected(error, one.name);
    }
}

}  // namespace

Fault fault_of(const Error& error) {
    return {error.kind(), error.full_message()};
}

Fault fault_of_unexpected(const std::exception& error, const std::string& name) {
    if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
        return {ErrorKind::Failed, format("{}: there is not enough memory to open it", name)};
    }
    return {ErrorKind::Failed, format("{}: cannot be opened ({})", name, typeid(error).name())};
}

Manifest part_for(const Manifest& manifest, Phase phase) {
    Manifest part = manifest;
    const auto elsewhere = [&](const ManifestTemplate& one) { return one.placement.phase != phase; };
    part.templates.erase(std::remove_if(part.templates.begin(), part.templates.end(), elsewhere), part.templates.end());
    std::set<std::string> inputs;
    for (const ManifestTemplate& one : part.templates) {
        inputs.insert(one.inputs.begin(), one.inputs.end());
    }
    for (ManifestSecret& secret : part.secrets) {
        secret.delivered = secret.delivered && secret.placement.phase == phase;
    }
    const auto unused = [&](const ManifestSecret& secret) {
        return !secret.delivered && inputs.count(secret.name) == 0;
    };
    part.secrets.erase(std::remove_if(part.secrets.begin(), part.secrets.end(), unused), part.secrets.end());
    return part;
}

std::map<std::string, Placement> delivered_placements(const Manifest& manifest, Phase phase) {
    std::map<std::string, Placement> placements;
    for (const ManifestSecret& secret : manifest.secrets) {
        if (secret.delivered && secret.placement.phase == phase) {
            placements.emplace(delivered_path(secret), secret.placement);
        }
    }
    for (const ManifestTemplate& one : manifest.templates) {
        if (one.placement.phase == phase) {
            placements.emplace(delivered_path(one), one.placement);
        }
    }
    return placements;
}

std::set<std::string> files_of(const Manifest& manifest) {
    std::set<std::string> files;
    for (const ManifestSecret& secret : manifest.secrets) {
        files.insert(secret.file);
    }
    return files;
}

std::set<std::string> faulty_files(const Manifest& manifest, const OpenedFiles& files) {
    ScalarIndex index;
    std::set<std::string> faulty;
    for (const ManifestSecret& secret : manifest.secrets) {
        const Content content = content_of(secret, files, index);
        if (std::holds_alternative<Fault>(content) && !is_absent(secret, content)) {
            faulty.insert(secret.file);
        }
    }
    return faulty;
}

std::set<std::string> files_of(const Manifest& manifest, const Item& item) {
    std::set<std::string> names = {item.name};
    for (const ManifestTemplate& one : manifest.templates) {
        if (item.kind == ItemKind::Template && one.name == item.name) {
            names = {one.inputs.begin(), one.inputs.end()};
        }
    }
    std::set<std::string> files;
    for (const ManifestSecret& secret : manifest.secrets) {
        if (names.count(secret.name) != 0) {
            files.insert(secret.file);
        }
    }
    return files;
}

std::vector<Item> make_items(const Manifest& manifest, const OpenedFiles& files, ByteView salt_key) {
    ScalarIndex index;
    std::map<std::string, Content> values;
    for (const ManifestSecret& secret : manifest.secrets) {
        Content content = content_of(secret, files, index);
        if (!is_absent(secret, content)) {
            values.emplace(secret.name, std::move(content));
        }
    }
    std::vector<Item> items;
    for (const ManifestTemplate& one : manifest.templates) {
        items.push_back({ItemKind::Template, one.name, delivered_path(one), one.placement,
                         content_of(one, manifest, values, salt_key)});
    }
    for (const ManifestSecret& secret : manifest.secrets) {
        if (secret.delivered && values.contains(secret.name)) {
            items.push_back({ItemKind::Secret, secret.name, delivered_path(secret), secret.placement,
                             std::move(values.at(secret.name))});
        }
    }
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.path < b.path; });
    return items;
}

}  // namespace bestow::delivery
