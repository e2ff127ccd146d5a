#include "base/format.hpp"
#include "base/text.hpp"
#include "document/edit.hpp"
#include "document/yaml.hpp"
#include "operations/declare.hpp"
#include "operations/placeholder_names.hpp"
#include "policy/source.hpp"
#include "policy/template_text.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace bestow::operations {
namespace {

bool uses(const policy::Template& declared, const std::string& secret) {
    const std::vector<std::string> inputs = policy::template_inputs(policy::parse_template(declared));
    return std::find(inputs.begin(), inputs.end(), secret) != inputs.end();
}

bool is_made_from(const policy::Secret& secret, const std::string& input) {
    const std::vector<std::string> inputs =
        secret.generate ? secret.generate->dependencies() : std::vector<std::string>();
    return std::find(inputs.begin(), inputs.end(), input) != inputs.end();
}

/// The texts of bestow.yaml, its includes and template files as they become, by file.
class RenamedTexts {
  public:
    RenamedTexts(const OpenStore& store, const std::string& old_name, const std::string& new_name)
        : store_(store), old_name_(old_name), new_name_(new_name) {}

    std::map<std::string, std::string> make() {
        const policy::Policy& policy = store_.policy();
        std::string& declaration = text_of(policy.find_secret(old_name_)->origin.file);
        declaration = policy::with_renamed_secret(declaration, old_name_, new_name_);
        for (const policy::Secret& secret : policy.secrets) {
            if (is_made_from(secret, old_name_)) {
                std::string& text = text_of(secret.origin.file);
                text = policy::with_renamed_inputs(text, old_name_, new_name_);
            }
        }
        for (const policy::Template& declared : policy.templates) {
            for (const std::string& end : {std::string(), std::string(policy::kPreviousSuffix)}) {
                if (uses(declared, old_name_ + end) && (end.empty() || policy.find_secret(old_name_)->keep_previous)) {
                    rename_in(declared, {old_name_ + end, new_name_ + end});
                }
            }
        }
        return std::move(texts_);
    }

  private:
    std::string& text_of(const std::string& file) {
        const auto known = texts_.find(file);
        if (known != texts_.end()) {
            return known->second;
        }
        std::optional<std::string> text = store_.store().try_read_text(file);
        if (!text) {
            throw Error(ErrorKind::NotFound, format("there is no file {}", quoted(file)));
        }
        return texts_.emplace(file, std::move(*text)).first->second;
    }

    struct Names {
        std::string from, to;
    };

    void rename_in(const policy::Template& declared, const Names& names) {
        const Delimiters delimiters{declared.open, declared.close};
        if (declared.file) {
            std::string& text = text_of(*declared.file);
            text = with_renamed_placeholders(text, delimiters, names.from, names.to);
            return;
        }
        std::string& text = text_of(declared.origin.file);
        const document::Document document = document::parse_yaml(text, document::Aliases::Refuse);
        const document::Node* node = document.roots.empty() ? nullptr : &document.roots.front();
        for (const std::string& key : {std::string("templates"), declared.name, std::string("content")}) {
            node = node != nullptr ? node->find(key) : nullptr;
        }
        require(node != nullptr, "a template's content is where it was read from");
        document::Splices splices;
        splices.replace(node->span, with_renamed_placeholders(std::string_view(text).substr(
                                                                  node->span.begin, node->span.end - node->span.begin),
                                                              delimiters, names.from, names.to));
        text = splices.apply(text);
    }

    const OpenStore& store_;
    const std::string& old_name_;
    const std::string& new_name_;
    std::map<std::string, std::string> texts_;
};

/// One value on its way: what lay at the old place, or nothing when it was never set.
struct MovedValue {
    std::string name;  ///< the new one
    std::string variant;
    ValueAddress from;
    std::vector<sops::Value> values;  ///< empty for a whole file
    bool is_there = false;
    std::string public_file;  ///< or empty
};

void collect_values(OpenStore& store, WorkingFiles& files, const std::string& name, const std::string& new_name,
                    std::vector<MovedValue>& moved) {
    for (const policy::SecretSource& source : store.view().sources) {
        if (source.secret->name != name) {
            continue;
        }
        MovedValue value{new_name, source.variant, {source.file, source.key}, {}, false, ""};
        if (source.secret->generate && source.secret->generate->has_public_half()) {
            value.public_file = policy::public_file_of(*source.secret, source.variant);
        }
        value.is_there = store.store().try_read_text(source.file).has_value();
        if (value.is_there && !source.key.empty()) {
            try {
                value.values = files.values_at(value.from);
            } catch (const Error& error) {
                if (error.kind() != ErrorKind::NotFound) {
                    throw;
                }
                value.is_there = false;
            }
        }
        moved.push_back(std::move(value));
    }
}

/// A public half goes with its value, unless `public:` says where it is.
void move_public_half(WorkingFiles& files, const MovedValue& value, const policy::SecretSource& to) {
    if (value.public_file.empty()) {
        return;
    }
    const std::string file = policy::public_file_of(*to.secret, to.variant);
    if (file != value.public_file) {
        files.rename_text(value.public_file, file);
    }
}

/// Values move, comments in a map or a list do not.
void refuse_to_lose_comments(WorkingFiles& files, const std::vector<MovedValue>& moved) {
    for (const MovedValue& value : moved) {
        if (!value.is_there || value.from.key.empty()) {
            continue;
        }
        std::vector<std::string> lines;
        for (const std::size_t line : files.comment_lines_at(value.from)) {
            lines.push_back(std::to_string(line));
        }
        if (!lines.empty()) {
            throw Error(ErrorKind::Policy,
                        format("{} holds comments that would be lost: {} {}", describe_address(value.from),
                               lines.size() == 1 ? "line" : "lines", join(lines, ", ")),
                        "--drop-comments moves it without them");
        }
    }
}

void move_value(const OpenStore& store, WorkingFiles& files, MovedValue& value, const ValueAddress& to) {
    if (!value.is_there || (to.file == value.from.file && to.key == value.from.key)) {
        return;
    }
    if (value.from.key.empty()) {
        files.rename_file(value.from.file, to.file);
        return;
    }
    for (const sops::Value& part : value.values) {
        ValueAddress address = to;
        address.key.insert(address.key.end(), part.path.begin(), part.path.end());
        files.set(address, part, WorkingFiles::WhenUnencrypted::Refuse);
    }
    files.unset(value.from);
    if (store.view().find_file(value.from.file) == nullptr) {
        files.remove_if_empty(value.from.file);
    }
}

void check_renamed(const PolicyView& view, const std::string& old_name) {
    for (const policy::Template& declared : view.policy.templates) {
        if (uses(declared, old_name)) {
            throw Error(ErrorKind::Policy,
                        format("template {} still names {} in a way that cannot be edited", quoted(declared.name),
                               quoted(old_name)),
                        "edit it by hand");
        }
    }
}

}  // namespace

std::vector<std::string> move_secret(OpenStore& store, const std::string& old_name, const std::string& new_name,
                                     const Confirmation& confirmation, MovedComments comments) {
    (void)find_declared(store.policy(), old_name);
    if (new_name == old_name) {
        throw Error(ErrorKind::Usage, format("secret {} has that name already", quoted(old_name)));
    }
    if (store.policy().find_secret(new_name) != nullptr) {
        throw Error(ErrorKind::Policy, format("secret {} is declared already", quoted(new_name)),
                    "choose another name");
    }
    WorkingFiles files(store, confirmation);
    std::vector<MovedValue> moved;
    collect_values(store, files, old_name, new_name, moved);
    if (find_declared(store.policy(), old_name).keep_previous) {
        const std::string end(policy::kPreviousSuffix);
        collect_values(store, files, old_name + end, new_name + end, moved);
    }
    if (comments == MovedComments::Refuse) {
        refuse_to_lose_comments(files, moved);
    }
    const std::map<std::string, std::string> texts = RenamedTexts(store, old_name, new_name).make();
    (void)store.replace_policy(texts);
    check_renamed(store.view(), old_name);
    for (const policy::SecretSource& source : store.view().sources) {
        const auto value = std::find_if(moved.begin(), moved.end(), [&](const MovedValue& candidate) {
            return source.secret->name == candidate.name && candidate.variant == source.variant;
        });
        if (value != moved.end()) {
            move_value(store, files, *value, {source.file, source.key});
            move_public_half(files, *value, source);
        }
    }
    for (const auto& [file, text] : texts) {
        files.replace_text(file, text);
    }
    (void)files.commit();
    return files.warnings();
}

}  // namespace bestow::operations
