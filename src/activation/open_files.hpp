#pragma once
/// Opens and decrypts the files that a host needs, each once. What is wrong with one is a fault of that file alone.

#include "activation/host_store.hpp"
#include "age/age.hpp"
#include "delivery/contents.hpp"

namespace bestow::activation {

struct OpenedStore {
    delivery::OpenedFiles files;
    std::map<std::string, std::string> texts;  ///< ciphertext of those that could be opened
};

OpenedStore open_files(HostStore& store, const std::set<std::string>& names, const age::Identities& identities);

}  // namespace bestow::activation
