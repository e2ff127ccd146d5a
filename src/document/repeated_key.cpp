#include "document/repeated_key.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace bestow::document {
namespace {

/// By hash first, which is quick to compare, and then by the keys themselves.
struct Member {
    std::size_t hash;
    const Child* child;
};

bool comes_before(const Member& a, const Member& b) {
    if (a.hash != b.hash) {
        return a.hash < b.hash;
    }
    const int order = a.child->key.compare(b.child->key);
    return order != 0 ? order < 0 : a.child < b.child;
}

const Child* find_among_few(const std::vector<Child>& children) {
    for (const Child& child : children) {
        for (const Child* earlier = children.data(); earlier != &child; ++earlier) {
            if (earlier->key == child.key) {
                return &child;
            }
        }
    }
    return nullptr;
}

}  // namespace

const Child* find_repeated_key(const Node& mapping) {
    constexpr std::size_t few = 16;
    if (mapping.children.size() <= few) {
        return find_among_few(mapping.children);
    }
    std::vector<Member> members;
    members.reserve(mapping.children.size());
    for (const Child& child : mapping.children) {
        members.push_back({std::hash<std::string>()(child.key), &child});
    }
    std::sort(members.begin(), members.end(), comes_before);
    const Child* first = nullptr;
    for (std::size_t index = 1; index < members.size(); ++index) {
        const Member& earlier = members[index - 1];
        const Member& later = members[index];
        if (earlier.hash == later.hash && earlier.child->key == later.child->key &&
            (first == nullptr || later.child < first)) {
            first = later.child;
        }
    }
    return first;
}

}  // namespace bestow::document
