#pragma once
/// The one walk over a document that encryption, the MAC and every reader share: scalars, empty collections and
/// comments, depth first, in document order, each with its path and whether the file's rule encrypts it.

#include "document/key_path.hpp"
#include "document/node.hpp"
#include "sops/selector.hpp"

#include <functional>

namespace bestow::sops {

/// One thing on the walk; valid during the visit only.
struct Place {
    const document::Node* node = nullptr;        ///< a scalar or an empty collection; or
    const document::Comment* comment = nullptr;  ///< a comment
    const document::Child* child = nullptr;      ///< what holds it in its parent
    const document::Node* parent = nullptr;
    std::size_t index_in_parent = 0;                 ///< among the parent's children, comments counted
    const document::KeyPath* path = nullptr;         ///< of the node; of the container for a comment
    const std::vector<std::string>* keys = nullptr;  ///< the mapping keys alone
    const std::string* additional = nullptr;         ///< the additional data for its path
    bool selected = false;                           ///< is to be encrypted
    bool is_list_comment = false;                    ///< an item that sops wrote for a comment in a list; `node` is set
};

using Visit = std::function<void(const Place&)>;

/// Walks one document; the root's `sops` member is left out. Throws Error(Format), with line, for a key that is not a
/// string. A root that is not a mapping has nothing to visit.
void walk(const document::Node& root, const Selector& selector, const Visit& visit);

/// "a:b:", and ":" for the top.
std::string additional_data(const std::vector<std::string>& keys, std::size_t count);

/// An item that sops wrote for a comment in a list.
bool is_comment_item(const document::Node& item);

inline constexpr std::string_view kMetadataKey = "sops";

}  // namespace bestow::sops
