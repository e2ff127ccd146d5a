#pragma once
/// A mapping has each key once: parsers disagree on what a second one means, so there is none.

#include "document/node.hpp"

namespace bestow::document {

/// The first member, in the order of the text, whose key an earlier one has; nullptr when there is none. All children
/// of `mapping` are values. Takes n log n steps at most, whatever the keys are.
const Child* find_repeated_key(const Node& mapping);

}  // namespace bestow::document
