#include "delivery/nix_manifest.hpp"

#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "delivery/nix_fields.hpp"
#include "document/json.hpp"

#include <algorithm>
#include <array>

namespace bestow::delivery {
namespace {

using document::Node;

constexpr document::Limits kLimits = {std::size_t{64} * 1024 * 1024, 20, 2'000'000};
constexpr std::string_view kRendered = "rendered/";
constexpr std::array<std::pair<std::string_view, sops::Format>, 5> kFormats = {{
    {"yaml", sops::Format::Yaml},
    {"json", sops::Format::Json},
    {"dotenv", sops::Format::Dotenv},
    {"ini", sops::Format::Ini},
    {"binary", sops::Format::Binary},
}};

/// "%r" is the runtime directory, "%%" a per cent sign.
std::string expand(std::string_view path, const std::string& runtime_directory) {
    std::string result;
    for (std::size_t index = 0; index < path.size(); ++index) {
        const std::string_view pair = path.substr(index, 2);
        if (pair == "%%") {
            result += '%';
        } else if (pair == "%r") {
            result += runtime_directory;
        } else {
            result += path[index];
            continue;
        }
        ++index;
    }
    return result;
}

class Reader {
  public:
    Reader(NixManifest& manifest, std::string runtime_directory)
        : manifest_(manifest), runtime_directory_(std::move(runtime_directory)) {}

    void read(const Node& root) {
        const NixFields fields(root, "the manifest");
        manifest_.user_mode = fields.boolean("userMode");
        manifest_.mount_point = directory(fields, "secretsMountPoint");
        manifest_.symlink_path = directory(fields, "symlinkPath");
        manifest_.keep_generations = fields.integer("keepGenerations");
        manifest_.ssh_key_paths = fields.texts("sshKeyPaths");
        manifest_.gnupg_home = fields.text("gnupgHome");
        manifest_.age_key_file = fields.text("ageKeyFile");
        manifest_.age_ssh_key_paths = fields.texts("ageSshKeyPaths");
        manifest_.use_tmpfs = fields.boolean("useTmpfs");
        const NixFields logging = fields.object("logging");
        manifest_.log_key_import = logging.boolean("keyImport");
        manifest_.log_secret_changes = logging.boolean("secretChanges");
        check_gnupg();
        const std::vector<NixFields> templates = fields.objects("templates");
        const NixFields placeholders = fields.object("placeholderBySecretName");
        for (const NixFields& secret : fields.objects("secrets")) {
            read_secret(secret, templates.empty() ? nullptr : &placeholders);
        }
        for (const NixFields& one : templates) {
            read_template(one);
        }
        check_paths();
    }

  private:
    void fault(std::string message) { manifest_.faults.push_back(std::move(message)); }

    [[nodiscard]] std::string expanded(const std::string& path) const {
        return manifest_.user_mode ? expand(path, runtime_directory_) : path;
    }

    std::string directory(const NixFields& fields, const char* name) {
        const std::string path = clean_path(expanded(fields.text(name)));
        if (path.size() < 2 || path.front() != '/') {
            fault(format("{} is {}, not an absolute path", name, quoted(path)));
        }
        return path;
    }

    void check_gnupg() {
        if (manifest_.gnupg_home.empty()) {
            return;
        }
        constexpr const char* kBoth =
            "gnupgHome and {} were specified in the manifest. Both options are mutually exclusive.";
        if (!manifest_.ssh_key_paths.empty()) {
            fault(format(kBoth, "sshKeyPaths"));
        } else if (!manifest_.age_key_file.empty()) {
            fault(format(kBoth, "ageKeyFile"));
        }
    }

    NixItem read_item(const NixFields& fields, ItemKind kind) {
        NixItem item;
        item.kind = kind;
        item.name = fields.text("name");
        item.owner = fields.has("owner") ? fields.text("owner") : account_number(fields, "uid");
        item.group = fields.has("group") ? fields.text("group") : account_number(fields, "gid");
        item.mode = fields.text("mode");
        item.restart = fields.texts("restartUnits");
        item.reload = fields.texts("reloadUnits");
        read_mode(item);
        const std::string below = clean_path("/" + item.name).substr(1);
        if (below.empty() || climbs(item.name) || item.name.find('\0') != std::string::npos) {
            fault(format("the name {} is not one of a file below the secrets' directory", quoted(item.name)));
        }
        item.path = (kind == ItemKind::Template ? std::string(kRendered) : std::string()) + below;
        const std::string link = expanded(fields.text("path"));
        if (!link.empty() && (link.front() != '/' || link.find('\0') != std::string::npos)) {
            fault(format("the path {} of {} is not absolute", quoted(link), quoted(item.name)));
        }
        item.link = link.empty() ? link : clean_path(link);
        return item;
    }

    std::string account_number(const NixFields& fields, const char* name) {
        const std::int64_t number = fields.integer(name);
        if (number < 0 || number >= UINT32_MAX) {
            fault(format("{} of {} is {}, which nobody can have", name, quoted(fields.text("name")), number));
        }
        return std::to_string(number);
    }

    void read_mode(NixItem& item) {
        unsigned bits = 0;
        for (const char digit : item.mode) {
            bits =
                digit < '0' || digit > '7' || bits > 017777U ? 0200000U : bits * 8 + static_cast<unsigned>(digit - '0');
        }
        if (item.mode.empty() || bits > 0177777U) {
            fault(format("invalid number in mode: {}", quoted(item.mode)));
        }
        item.mode_bits = bits & 0777U;
    }

    void read_secret(const NixFields& fields, const NixFields* placeholders) {
        NixSecret secret;
        secret.item = read_item(fields, ItemKind::Secret);
        secret.key = fields.text("key");
        secret.sops_file = fields.text("sopsFile");
        read_format(fields, secret);
        if (placeholders != nullptr) {
            secret.placeholder = placeholders->text(secret.item.name);
            if (secret.placeholder.empty()) {
                fault(format("placeholder for {} not found in manifest", secret.item.name));
            }
        }
        manifest_.secrets.push_back(std::move(secret));
    }

    void read_format(const NixFields& fields, NixSecret& secret) {
        const std::string name = fields.text("format");
        secret.format_name = name.empty() ? "yaml" : name;
        const auto* const found = std::find_if(kFormats.begin(), kFormats.end(),
                                               [&](const auto& one) { return one.first == secret.format_name; });
        if (found == kFormats.end()) {
            fault(format("unsupported format {} for secret {}", secret.format_name, secret.item.name));
            return;
        }
        secret.format = found->second;
        const auto [first, is_new] = first_of_file_.try_emplace(secret.sops_file, manifest_.secrets.size());
        if (!is_new && manifest_.secrets[first->second].format_name != secret.format_name) {
            const NixSecret& other = manifest_.secrets[first->second];
            fault(format("secret {} defined the format of {} as {}, but it was specified as {} in {} before",
                         secret.item.name, secret.sops_file, secret.format_name, other.format_name, other.item.name));
        }
    }

    void read_template(const NixFields& fields) {
        NixTemplate one;
        one.item = read_item(fields, ItemKind::Template);
        one.content = fields.text("content");
        one.file = fields.text("file");
        if (one.content.empty() && one.file.empty()) {
            fault(format("neither content nor file was specified for template {}", one.item.name));
        }
        manifest_.templates.push_back(std::move(one));
    }

    /// A file cannot be a folder, too. Where two have one path, the later one counts.
    void check_paths() {
        std::set<std::string> paths;
        for (const NixSecret& secret : manifest_.secrets) {
            paths.insert(secret.item.path);
        }
        for (const NixTemplate& one : manifest_.templates) {
            paths.insert(one.item.path);
        }
        for (const std::string& path : paths) {
            for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
                if (paths.count(path.substr(0, slash)) != 0) {
                    fault(
                        format("{} would lie below {}, which is a file", quoted(path), quoted(path.substr(0, slash))));
                }
            }
        }
    }

    NixManifest& manifest_;
    std::string runtime_directory_;
    std::map<std::string, std::size_t> first_of_file_;
};

}  // namespace

bool NixSecret::is_whole_file() const {
    return key.empty() || (format != sops::Format::Yaml && format != sops::Format::Json);
}

NixManifest parse_nix_manifest(std::string text, const std::string& runtime_directory) {
    NixManifest manifest;
    const document::Document parsed = document::parse_json(std::move(text), kLimits);
    require(!parsed.roots.empty(), "a JSON text has a value");
    Reader(manifest, runtime_directory).read(parsed.roots.front());
    return manifest;
}

}  // namespace bestow::delivery
