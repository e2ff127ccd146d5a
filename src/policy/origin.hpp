#pragma once
/// Where a thing was declared, for messages.

#include "document/node.hpp"

#include <string>

namespace bestow::policy {

struct Origin {
    std::string file;
    document::Position at;
};

}  // namespace bestow::policy
