#pragma once
/// Setting one value, by `set` and by the old --set.

#include "cli/sops_call.hpp"

namespace bestow::cli {

/// `json` is the value. Gives the exit status. Throws SopsStatus::BadSetArguments for what is no JSON.
int set_in_file(const SopsCall& call, const std::string& file, const document::KeyPath& path, ByteView json);

}  // namespace bestow::cli
