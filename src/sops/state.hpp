#pragma once
/// What an EncryptedFile holds, for the parts of this layer.

#include "sops/encrypted_file.hpp"
#include "sops/selector.hpp"

namespace bestow::sops {

struct EncryptedFile::State {
    document::Document document;
    Format format = Format::Yaml;
    Metadata metadata;
    Selector selector;
    bool ignores_mac = false;
};

}  // namespace bestow::sops
