#pragma once
/// From opened files to what is delivered: each item with its content, or with the fault that keeps it from having
/// one. Pure; one item's fault never touches another.

#include "base/error.hpp"
#include "delivery/manifest.hpp"

#include <map>
#include <set>
#include <variant>

namespace bestow::delivery {

/// Why there is no content. Never holds a value.
struct Fault {
    ErrorKind kind = ErrorKind::Failed;
    std::string message;
};
Fault fault_of(const Error& error);
/// Of whatever else is thrown while `name` is worked on: one thing's bad luck is no fault of the others.
Fault fault_of_unexpected(const std::exception& error, const std::string& name);

/// A SOPS document whose MAC has been verified.
struct OpenedDocument {
    sops::EncryptedFile document;
    SecretBytes data_key;
    std::vector<sops::Value> values;
};

/// What a file of the store turned out to hold: a whole text (age files), or a document.
using OpenedFile = std::variant<Fault, SecretBytes, OpenedDocument>;
using OpenedFiles = std::map<std::string, OpenedFile>;

/// The part of a manifest that one phase delivers, with what its templates need.
Manifest part_for(const Manifest& manifest, Phase phase);

/// Where what a phase delivers lies, below RUN/secrets or RUN/secrets-early, and whose it is.
std::map<std::string, Placement> delivered_placements(const Manifest& manifest, Phase phase);

std::set<std::string> files_of(const Manifest& manifest);

enum class ItemKind { Secret, Template };

struct Item {
    ItemKind kind = ItemKind::Secret;
    std::string name;
    std::string path;  ///< delivered_path
    Placement placement;
    std::variant<Fault, SecretBytes> content;
    /// Of the last ciphertext that worked, where `content` is a fault; and since when that is so.
    std::optional<SecretBytes> kept = std::nullopt;
    std::int64_t kept_since = 0;
};

/// Those that could not be opened, or that lack what a secret wants of them.
std::set<std::string> faulty_files(const Manifest& manifest, const OpenedFiles& files);
/// Which files an item is made of.
std::set<std::string> files_of(const Manifest& manifest, const Item& item);

/// Every delivered secret and template, sorted by path. `files` holds all of files_of(manifest).
std::vector<Item> make_items(const Manifest& manifest, const OpenedFiles& files, ByteView salt_key);

}  // namespace bestow::delivery
