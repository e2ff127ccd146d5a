#include "operations/audit_commands.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "document/key_path.hpp"
#include "sops/envelope.hpp"
#include "sops/standing_leaf.hpp"

#include <algorithm>
#include <map>

namespace bestow::operations {
namespace {

/// A word as a shell takes it.
std::string shell_word(std::string_view text) {
    const bool is_plain = !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char byte) {
        return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
               std::string_view("-_./,:=@%+").find(byte) != std::string_view::npos;
    });
    if (is_plain) {
        return std::string(text);
    }
    std::string word = "'";
    for (const char byte : text) {
        word += byte == '\'' ? "'\\''" : std::string(1, byte);
    }
    return word + "'";
}

using Place = std::pair<std::string, std::string>;

/// What stands at a place, and nothing besides.
std::map<Place, const policy::SecretSource*> sources_by_place(const PolicyView& view) {
    std::map<Place, const policy::SecretSource*> sources;
    for (const policy::SecretSource& source : view.sources) {
        sources.try_emplace({source.file, document::to_text(source.key)}, &source);
    }
    return sources;
}

std::string host_option(const policy::SecretSource& source) {
    return source.variant.empty() || source.hosts.empty() ? "" : " --host " + shell_word(source.hosts.front()->name);
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
            const store::StoredFile file = store_.store().read_file(place.first);
            sops::visit_leaves(store::require_document(file), [&](const sops::StandingLeaf& leaf) {
                options->second.emplace(document::to_text(leaf.path), type_option(leaf.envelope));
            });
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
        command += " -r " + shell_word(reader.key);
    }
    return command + " -o " + shell_word(file);
}

std::string sync_command(const OpenStore& store, const std::vector<Exposure>& exposures, const FilesInUse& files) {
    std::set<std::string> words;
    bool all_declared = true;
    for (const Exposure& exposure : exposures) {
        if (files.drifting.contains(exposure.file)) {
            words.insert(shell_word(exposure.file));
            all_declared = all_declared && store.view().find_file(exposure.file) != nullptr;
        }
    }
    return words.empty() ? "" : all_declared ? "bestow sync" : "bestow sync " + join({words.begin(), words.end()}, " ");
}

/// A command for one value that bestow cannot make.
std::string command_by_hand(const Place& place, const policy::SecretSource* source, TypeOptions& types) {
    if (source != nullptr) {
        return "bestow set " + shell_word(source->secret->name) + host_option(*source) + types.of(place);
    }
    return "bestow set -f " + shell_word(place.first) + " " + shell_word(place.second) + types.of(place);
}

}  // namespace

std::vector<std::string> closing_commands(const OpenStore& store, const std::vector<Exposure>& exposures,
                                          const FilesInUse& files) {
    if (exposures.empty()) {
        return {};
    }
    const std::map<Place, const policy::SecretSource*> sources = sources_by_place(store.view());
    std::set<std::string> generated;
    std::vector<std::string> by_hand;
    std::set<Place> seen;
    TypeOptions types(store);
    for (const Exposure& exposure : exposures) {
        const Place place(exposure.file, exposure.key);
        if (!seen.insert(place).second) {
            continue;
        }
        const auto source = sources.find(place);
        if (source != sources.end() && source->second->secret->generate) {
            generated.insert(shell_word(source->second->secret->name));
        } else if (files.age.contains(place.first)) {
            by_hand.push_back(age_command(store, place.first));
        } else {
            by_hand.push_back(command_by_hand(place, source == sources.end() ? nullptr : source->second, types));
        }
    }
    std::vector<std::string> commands;
    if (std::string sync = sync_command(store, exposures, files); !sync.empty()) {
        commands.push_back(std::move(sync));
    }
    if (!generated.empty()) {
        commands.push_back("bestow rotate " + join({generated.begin(), generated.end()}, " "));
    }
    commands.insert(commands.end(), by_hand.begin(), by_hand.end());
    return commands;
}

}  // namespace bestow::operations
