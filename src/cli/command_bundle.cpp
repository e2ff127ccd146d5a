#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "cli/shown.hpp"
#include "cli/store_options.hpp"
#include "delivery/manifest_json.hpp"
#include "document/json_value.hpp"
#include "operations/bundle.hpp"
#include "operations/provenance.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using document::JsonValue;
using operations::Bundle;
using operations::OpenStore;

constexpr int kPartly = 4;

struct Options {
    std::string host;
    bool all = false;
    std::string output;
};

struct Written {
    const Bundle* bundle = nullptr;
    std::string directory;
    bool changed = false;
};

std::vector<const policy::Host*> hosts_of(const OpenStore& store, const Options& options) {
    if (options.all == !options.host.empty()) {
        throw Error(ErrorKind::Usage, "bundle takes a host's name, or --all");
    }
    std::vector<const policy::Host*> hosts;
    if (!options.all) {
        hosts.push_back(&operations::find_declared_host(store.policy(), options.host));
    }
    for (const policy::Host& host : store.policy().hosts) {
        if (options.all) {
            hosts.push_back(&host);
        }
    }
    return hosts;
}

/// All that can be made; the others are reported, with their host's name.
std::vector<Bundle> make_bundles(const Invocation& invocation, const OpenStore& store,
                                 const std::vector<const policy::Host*>& hosts) {
    std::vector<Bundle> bundles;
    operations::DueDates due_dates(store.store());
    for (const policy::Host* host : hosts) {
        try {
            bundles.push_back(operations::make_bundle(store, *host, due_dates));
        } catch (Error& error) {
            error.add_context(format("no bundle for host {}", bestow::quoted(host->name)));
            if (hosts.size() == 1) {
                throw;
            }
            report_error(invocation.program_name, error);
        }
    }
    return bundles;
}

/// One question to git for all of them.
void set_provenance(const Invocation& invocation, const OpenStore& store, std::vector<Bundle>& bundles) {
    std::vector<std::string> files;
    for (const Bundle& bundle : bundles) {
        for (const auto& [name, bytes] : bundle.files) {
            files.push_back(name);
        }
    }
    const operations::ProvenanceAnswer answer = operations::ask_git(store, files);
    if (!answer.warning.empty()) {
        report_warning(invocation.program_name, answer.warning);
    }
    for (Bundle& bundle : bundles) {
        operations::set_provenance(bundle, answer.provenance);
    }
}

std::string commit_text(const delivery::Provenance& provenance) {
    constexpr std::size_t kShown = 12;
    return provenance.commit.empty()
               ? "no commit"
               : format("commit {}{}", provenance.commit.substr(0, kShown), provenance.dirty ? " with changes" : "");
}

void print(const Invocation& invocation, const std::vector<Written>& written) {
    JsonValue list = JsonValue::array();
    for (const Written& one : written) {
        const delivery::Manifest& manifest = one.bundle->manifest;
        std::vector<std::string> files;
        for (const auto& [name, bytes] : one.bundle->files) {
            files.push_back(name);
        }
        list.append(JsonValue::object()
                        .set("host", JsonValue::text(manifest.host))
                        .set("directory", JsonValue::text(one.directory))
                        .set("changed", JsonValue::boolean(one.changed))
                        .set("commit", manifest.provenance.commit.empty() ? JsonValue::null()
                                                                          : JsonValue::text(manifest.provenance.commit))
                        .set("dirty", JsonValue::boolean(manifest.provenance.dirty))
                        .set("files", JsonValue::texts(files)));
        if (!invocation.json) {
            std::cout << format("{}: {} secrets, {} templates, {} files, {}{}\n", shown_line(one.directory),
                                manifest.secrets.size(), manifest.templates.size(), files.size(),
                                commit_text(manifest.provenance), one.changed ? "" : "; nothing changed");
        }
    }
    if (invocation.json) {
        std::cout << list.dump() << '\n';
    }
}

/// A host that is gone keeps what it had, and whoever ships the whole folder ships that.
void warn_of_others(const Invocation& invocation, const OpenStore& store, const std::string& folder) {
    const os::UniqueFd opened = invocation.system->open_directory(folder);
    for (const std::string& name : invocation.system->list_directory(opened.get())) {
        const bool bundle =
            invocation.system->try_status(opened.get(), format("{}/{}", name, delivery::kManifestFile)).has_value();
        if (bundle && store.policy().find_host(name) == nullptr) {
            report_warning(invocation.program_name,
                           format("{}/{} is the bundle of a host that is none any more; remove it", folder, name));
        }
    }
}

int act(const Invocation& invocation, const Options& options) {
    // Its lock keeps other writers out, so that the files are all of one state.
    const OpenStore store = open_store(invocation, OpenStore::Purpose::Writing);
    const std::vector<const policy::Host*> hosts = hosts_of(store, options);
    std::vector<Bundle> bundles = make_bundles(invocation, store, hosts);
    set_provenance(invocation, store, bundles);
    if (options.all) {
        operations::make_output_directory(*invocation.system, options.output);
    }
    std::vector<Written> written;
    for (const Bundle& bundle : bundles) {
        const std::string directory = options.all ? options.output + "/" + bundle.manifest.host : options.output;
        written.push_back({&bundle, directory, operations::write_bundle(*invocation.system, bundle, directory)});
    }
    if (options.all) {
        warn_of_others(invocation, store, options.output);
    }
    print(invocation, written);
    if (bundles.size() == hosts.size()) {
        return 0;
    }
    return bundles.empty() ? 1 : kPartly;
}

}  // namespace

void add_bundle_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command =
        parser.add_subcommand("bundle", "Write what a host needs, and no more, as a directory to bring there");
    command->add_option("host", options->host, "The host");
    command->add_flag("--all", options->all, "Every host's, each below DIR");
    command->add_option("-o,--output", options->output, "The directory to write; an older bundle there is replaced")
        ->required();
    command->footer(
        "Needs no private key. On the host, `bestow install` puts it in place.\n\n"
        "Example:\n"
        "  bestow bundle brunnen -o out/brunnen && rsync -a --delete out/brunnen/ "
        "root@brunnen:/var/lib/bestow/incoming/");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
