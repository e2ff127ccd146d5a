#pragma once
/// Opens and decrypts the files that a host needs, each once. What is wrong with one is a fault of that file alone.

#include "activation/host_store.hpp"
#include "age/age.hpp"
#include "delivery/contents.hpp"

namespace bestow::activation {

delivery::OpenedFiles open_files(HostStore& store, const std::set<std::string>& names,
                                 const age::Identities& identities);

}  // namespace bestow::activation
