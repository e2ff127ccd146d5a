#include "operations/audit_commands.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "document/key_path.hpp"
#include "operations/bootstrap.hpp"
#include "operations/shell_words.hpp"
#include "policy/path_pattern.hpp"
#include "sops/envelope.hpp"
#include "sops/standing_leaf.hpp"

#include <algorithm>
#include <map>

namespace bestow::operations {
namespace {

using Place = std::pair<std::string, std::string>;

Place place_of(const policy::SecretSource& source) {
    return {source.file, document::to_text(source.key)};
}

/// What stands at a place, and nothing besides.
std::map<Place, const policy::SecretSource*> sources_by_place(const PolicyView& view) {
    std::map<Place, const policy::SecretSource*> sources;
    for (const policy::SecretSource& source : view.sources) {
        sources.try_emplace(place_of(source), &source);
    }
    return sources;
}

std::string host_option(const policy::SecretSource& source) {
    return source.variant.empty() || source.hosts.empty() ? ""
                                                          : " --host " + quote_shell_word(source.hosts.front()->name);
}

/// `set` makes texts unless it is told otherwise, and gives no value another type unasked.
std::string type_option(std::string_view envelope_text) {
    const std::optional<sops::Envelope> envelope = sops::parse_envelope(envelope_text);
    const sops::EnvelopeType type = envelope ? envelope->type : sops::EnvelopeType::String;
    return type == sops::EnvelopeType::Integer   ? " --type int"
           : type == sops::EnvelopeType::Float   ? " --type float"
           : type == sops::EnvelopeType::Boolean ? " --type bool"
                                                 : "";
}

/// Of the values of files, each of which is read once.
class TypeOptions {
  public:
    explicit TypeOptions(const OpenStore& store) : store_(store) {}

    std::string of(const Place& place) {
        const auto [options, is_new] = by_file_.try_emplace(place.first);
        if (is_new) {
            try {
                const store::StoredFile file = store_.store().read_file(place.first);
                sops::visit_leaves(store::require_document(file), [&](const sops::StandingLeaf& leaf) {
                    options->second.emplace(document::to_text(leaf.path), type_option(leaf.envelope));
                });
            } catch (const Error&) {
                // No document of the type that its name says: `set` will say so, too.
            }
        }
        const auto option = options->second.find(place.second);
        return option == options->second.end() ? "" : option->second;
    }

  private:
    const OpenStore& store_;
    std::map<std::string, std::map<std::string, std::string>> by_file_;
};

std::string age_command(const OpenStore& store, const std::string& file) {
    std::string command = "bestow age encrypt";
    for (const policy::Reader& reader : store.readers_of(file)) {
        command += " -r " + quote_shell_word(reader.key);
    }
    return command + " -o " + quote_shell_word(file);
}

/// Of a store that declares secrets: nothing is delivered from this file, and no rule is about it.
bool is_abandoned(const OpenStore& store, const std::string& file) {
    const PolicyView& view = store.view();
    const auto& rules = view.policy.files;
    return !view.sources.empty() && file.starts_with("secrets/") && view.find_file(file) == nullptr &&
           std::none_of(rules.begin(), rules.end(),
                        [&](const auto& rule) { return policy::matches_path(rule.first, file); });
}

std::string sync_command(const OpenStore& store, const std::vector<Exposure>& exposures, const FilesInUse& files) {
    std::set<std::string> words;
    bool all_declared = true;
    for (const Exposure& exposure : exposures) {
        if (files.drifting.contains(exposure.file) && !is_abandoned(store, exposure.file)) {
            words.insert(quote_shell_word(exposure.file));
            all_declared = all_declared && store.view().find_file(exposure.file) != nullptr;
        }
    }
    return words.empty() ? "" : all_declared ? "bestow sync" : "bestow sync " + join({words.begin(), words.end()}, " ");
}

/// Those that shut out keys which are not age's, and that sops takes by name.
std::vector<std::string> sops_commands(const std::vector<Exposure>& exposures, const FilesInUse& files) {
    std::vector<std::string> commands;
    const std::map<std::string, std::string> options = {
        {"pgp", "--rm-pgp"}, {"kms", "--rm-kms"}, {"gcp_kms", "--rm-gcp-kms"}};
    std::set<std::string> exposed;
    for (const Exposure& exposure : exposures) {
        exposed.insert(exposure.file);
    }
    for (const auto& [file, keys] : files.foreign_keys) {
        for (const std::string& key : keys) {
            const std::vector<std::string_view> words = split(key, ' ');
            const auto option = options.find(std::string(words.front()));
            if (exposed.contains(file) && option != options.end()) {
                commands.push_back("sops rotate -i " + option->second + " " + quote_shell_word(words.at(1)) + " " +
                                   quote_shell_word(file));
            }
        }
    }
    return commands;
}

/// A command for one value that bestow cannot make.
std::string command_by_hand(const Place& place, const policy::SecretSource* source, TypeOptions& types) {
    if (source != nullptr && source->secret->is_optional()) {
        return "bestow unset " + quote_shell_word(source->secret->name) + host_option(*source);
    }
    if (source != nullptr) {
        return "bestow set " + quote_shell_word(source->secret->name) + host_option(*source) + types.of(place);
    }
    return "bestow set -f " + quote_shell_word(place.first) + " " + quote_shell_word(place.second) + types.of(place);
}

/// The fewest `rotate` that make these values anew, and none besides: a secret of which every variant is exposed goes
/// without --host, and those of one host go together. What programs print may stay the same, and nothing is written
/// then: they come by themselves.
std::vector<std::string> rotate_commands(const PolicyView& view, const std::set<const policy::SecretSource*>& exposed) {
    std::map<std::pair<bool, std::string>, std::set<std::string>> names;  // by whether a program makes them, and option
    for (const policy::SecretSource* const source : exposed) {
        const bool is_whole = std::all_of(view.sources.begin(), view.sources.end(), [&](const auto& other) {
            return other.secret != source->secret || exposed.contains(&other);
        });
        const bool by_program = source->secret->generate->kind == policy::GenerateKind::Command;
        names[{by_program, is_whole ? "" : host_option(*source)}].insert(quote_shell_word(source->secret->name));
    }
    std::vector<std::string> commands;
    for (const auto& [group, together] : names) {
        commands.push_back("bestow rotate " + join({together.begin(), together.end()}, " ") + group.second);
    }
    return commands;
}

/// A kept host key that leaked opens what the host reads: another value in its place would leave it in the policy and
/// in every file. Empty for any other secret.
std::string host_key_command(const OpenStore& store, const policy::SecretSource* source) {
    if (source == nullptr || !source->secret->name.starts_with(kHostKeyPrefix)) {
        return "";
    }
    const std::string host = source->secret->name.substr(kHostKeyPrefix.size());
    return store.policy().find_host(host) != nullptr
               ? "bestow host replace-key " + quote_shell_word(host) + " --generate"
               : "bestow unset --undeclare " + quote_shell_word(source->secret->name);
}

/// What a hash is of; nullptr for any other value.
const policy::SecretSource* hashed_source(const PolicyView& view, const policy::SecretSource* source) {
    if (source == nullptr || !source->secret->generate || source->secret->generate->of.empty()) {
        return nullptr;
    }
    const auto is_it = [&](const policy::SecretSource& other) {
        return other.secret->name == source->secret->generate->of &&
               (other.variant.empty() || other.variant == source->variant);
    };
    const auto found = std::find_if(view.sources.begin(), view.sources.end(), is_it);
    return found == view.sources.end() ? nullptr : &*found;
}

/// The commands, each once, in the order in which they are to be run.
class Closing {
  public:
    Closing(const OpenStore& store, const FilesInUse& files) : store_(store), files_(files), types_(store) {}

    void add(const Place& place, const policy::SecretSource* source) {
        if (!seen_.insert(place).second) {
            return;
        }
        const std::string of_host = host_key_command(store_, source);
        if (!of_host.empty()) {
            host_keys_.insert(of_host);
        } else if (is_abandoned(store_, place.first)) {
            abandoned_.insert(quote_shell_word(place.first));
        } else if (const policy::SecretSource* const hashed = hashed_source(store_.view(), source)) {
            // Whoever has the hash goes on guessing at what it is of: that changes, and the hash with it.
            add(place_of(*hashed), hashed);
            if (!hashed->secret->generate) {
                hashes_.insert(source);
            }
        } else if (source != nullptr && source->secret->generate) {
            generated_.insert(source);
        } else if (files_.age.contains(place.first)) {
            by_hand_.push_back(age_command(store_, place.first));
        } else {
            by_hand_.push_back(command_by_hand(place, source, types_));
        }
    }

    void append_to(std::vector<std::string>& commands) const {
        commands.insert(commands.end(), host_keys_.begin(), host_keys_.end());
        if (!abandoned_.empty()) {
            commands.push_back("git rm " + join({abandoned_.begin(), abandoned_.end()}, " "));
        }
        // A rotation may keep a previous value, which goes by hand; a hash comes after what it is of.
        for (std::string& command : rotate_commands(store_.view(), generated_)) {
            commands.push_back(std::move(command));
        }
        commands.insert(commands.end(), by_hand_.begin(), by_hand_.end());
        for (std::string& command : rotate_commands(store_.view(), hashes_)) {
            commands.push_back(std::move(command));
        }
    }

  private:
    const OpenStore& store_;
    const FilesInUse& files_;
    TypeOptions types_;
    std::set<Place> seen_;
    std::set<std::string> host_keys_;
    std::set<std::string> abandoned_;
    std::set<const policy::SecretSource*> generated_;
    std::set<const policy::SecretSource*> hashes_;  ///< of values that are set by hand
    std::vector<std::string> by_hand_;
};

}  // namespace

std::vector<std::string> closing_commands(const OpenStore& store, const std::vector<Exposure>& exposures,
                                          const FilesInUse& files) {
    if (exposures.empty()) {
        return {};
    }
    const std::map<Place, const policy::SecretSource*> sources = sources_by_place(store.view());
    Closing closing(store, files);
    for (const Exposure& exposure : exposures) {
        const Place place(exposure.file, exposure.key);
        const auto source = sources.find(place);
        closing.add(place, source == sources.end() ? nullptr : source->second);
    }
    std::vector<std::string> commands = sops_commands(exposures, files);
    if (std::string sync = sync_command(store, exposures, files); !sync.empty()) {
        commands.push_back(std::move(sync));
    }
    closing.append_to(commands);
    return commands;
}

}  // namespace bestow::operations
