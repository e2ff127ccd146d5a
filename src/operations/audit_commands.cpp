#include "operations/audit_commands.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "document/key_path.hpp"
#include "operations/sync.hpp"
#include "sops/envelope.hpp"
#include "sops/standing_leaf.hpp"

#include <algorithm>

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

/// The source that a value is, and nothing besides; nullptr for a part of one and for what no secret declares.
const policy::SecretSource* source_of(const PolicyView& view, const Exposure& exposure) {
    for (const policy::SecretSource& source : view.sources) {
        if (source.secret->name == exposure.secret && source.file == exposure.file &&
            document::to_text(source.key) == exposure.key) {
            return &source;
        }
    }
    return nullptr;
}

std::string host_option(const policy::SecretSource& source) {
    return source.variant.empty() || source.hosts.empty() ? "" : " --host " + shell_word(source.hosts.front()->name);
}

/// `set` makes texts unless it is told otherwise, and gives no value another type unasked.
std::string type_option(const store::StoredFile& file, const std::string& key) {
    std::string option;
    sops::visit_leaves(*file.document, [&](const sops::StandingLeaf& leaf) {
        if (document::to_text(leaf.path) != key) {
            return;
        }
        const std::optional<sops::Envelope> envelope = sops::parse_envelope(leaf.envelope);
        const sops::EnvelopeType type = envelope ? envelope->type : sops::EnvelopeType::String;
        option = type == sops::EnvelopeType::Integer   ? " --type int"
                 : type == sops::EnvelopeType::Float   ? " --type float"
                 : type == sops::EnvelopeType::Boolean ? " --type bool"
                                                       : "";
    });
    return option;
}

std::string age_command(const OpenStore& store, const std::string& file) {
    std::string command = "bestow age encrypt";
    for (const policy::Reader& reader : store.readers_of(file)) {
        command += " -r " + shell_word(reader.key);
    }
    return command + " -o " + shell_word(file);
}

std::string sync_command(const OpenStore& store, const std::vector<Exposure>& exposures) {
    std::set<std::string> files;
    for (const Exposure& exposure : exposures) {
        files.insert(exposure.file);
    }
    std::string named;
    bool all_declared = true;
    const SyncPlan plan = plan_sync(store, {files.begin(), files.end()});
    for (const FileDrift& drifting : plan.drifting) {
        if (!drifting.drift.surplus.empty()) {
            named += " " + shell_word(drifting.file);
            all_declared = all_declared && store.view().find_file(drifting.file) != nullptr;
        }
    }
    return named.empty() ? "" : all_declared ? "bestow sync" : "bestow sync" + named;
}

void add_once(std::vector<std::string>& commands, std::string command) {
    if (!command.empty() && std::find(commands.begin(), commands.end(), command) == commands.end()) {
        commands.push_back(std::move(command));
    }
}

}  // namespace

std::vector<std::string> closing_commands(const OpenStore& store, const std::vector<Exposure>& exposures) {
    std::vector<std::string> commands;
    std::set<std::string> generated;
    std::vector<std::string> by_hand;
    for (const Exposure& exposure : exposures) {
        const policy::SecretSource* const source = source_of(store.view(), exposure);
        const store::StoredFile file = store.store().read_file(exposure.file);
        if (source != nullptr && source->secret->generate) {
            generated.insert(shell_word(source->secret->name));
        } else if (!file.document) {
            add_once(by_hand, age_command(store, exposure.file));
        } else if (source != nullptr) {
            add_once(by_hand, "bestow set " + shell_word(source->secret->name) + host_option(*source) +
                                  type_option(file, exposure.key));
        } else {
            add_once(by_hand, "bestow set -f " + shell_word(exposure.file) + " " + shell_word(exposure.key) +
                                  type_option(file, exposure.key));
        }
    }
    add_once(commands, exposures.empty() ? "" : sync_command(store, exposures));
    if (!generated.empty()) {
        add_once(commands, "bestow rotate " + join({generated.begin(), generated.end()}, " "));
    }
    for (std::string& command : by_hand) {
        add_once(commands, std::move(command));
    }
    return commands;
}

}  // namespace bestow::operations
