#pragma once
/// Sets of numbers that grow together.

#include "history/facts.hpp"

#include <algorithm>

namespace bestow::history {

class Groups {
  public:
    /// The same number for all of a set.
    Index find(Index one) {
        while (parents_.size() <= one) {
            parents_.push_back(static_cast<Index>(parents_.size()));
        }
        while (parents_[one] != one) {
            parents_[one] = parents_[parents_[one]];
            one = parents_[one];
        }
        return one;
    }
    void join(Index one, Index other) {
        const Index first = find(one);
        const Index second = find(other);
        parents_[std::max(first, second)] = std::min(first, second);
    }

  private:
    std::vector<Index> parents_;
};

}  // namespace bestow::history
