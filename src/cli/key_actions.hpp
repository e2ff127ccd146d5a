#pragma once
/// What `bestow key` does.

#include "cli/age_request.hpp"

namespace bestow::cli {

struct ConvertRequest {
    bool private_key = false;
    std::string input;
    std::string output;
};
/// RSA keys are skipped with a warning, as ssh-to-age does; throws Error(Format) when nothing was converted.
int convert_keys(Invocation& invocation, const ConvertRequest& request);

int inspect_key(Invocation& invocation, const std::string& path);

}  // namespace bestow::cli
