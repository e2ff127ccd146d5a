#pragma once
/// The manifest of sops-nix's sops-install-secrets: JSON that its Nix module writes, read as that program reads it
/// (unknown fields ignored, null and missing fields alike). Pure: owners are not looked up, files are not opened.

#include "delivery/contents.hpp"
#include "sops/format.hpp"

namespace bestow::delivery {

/// What is delivered under one name.
struct NixItem {
    ItemKind kind = ItemKind::Secret;
    std::string name;   ///< as written
    std::string path;   ///< below the generation, without "." and empty components
    std::string link;   ///< `path`: absolute, without "." and ".."; empty for none
    std::string owner;  ///< name or number
    std::string group;  ///< likewise
    std::string mode;   ///< as written
    unsigned mode_bits = 0;
    std::vector<std::string> restart;
    std::vector<std::string> reload;
};

struct NixSecret {
    NixItem item;
    std::string key;        ///< "a/b"; empty for the whole file
    std::string sops_file;  ///< any path
    std::string format_name;
    sops::Format format = sops::Format::Yaml;
    std::string placeholder;  ///< empty when the manifest has no templates

    /// True when the document itself is delivered: always for dotenv, ini and binary ones.
    [[nodiscard]] bool is_whole_file() const;
};

struct NixTemplate {
    NixItem item;
    std::string content;
    std::string file;  ///< read when there is no content
};

struct NixManifest {
    std::vector<NixSecret> secrets;
    std::vector<NixTemplate> templates;
    std::string mount_point;   ///< "/run/secrets.d"
    std::string symlink_path;  ///< "/run/secrets"
    std::int64_t keep_generations = 0;
    std::vector<std::string> ssh_key_paths;
    std::string gnupg_home;
    std::string age_key_file;
    std::vector<std::string> age_ssh_key_paths;
    bool use_tmpfs = false;
    bool user_mode = false;
    bool log_key_import = false;
    bool log_secret_changes = false;
    std::vector<std::string> faults;  ///< what is wrong with it, in the manifest's order; with any it is not to be used
};

/// `runtime_directory` stands for %r in user mode. Throws Error(Format) for what is no such JSON, with its line.
NixManifest parse_nix_manifest(std::string text, const std::string& runtime_directory);

}  // namespace bestow::delivery
