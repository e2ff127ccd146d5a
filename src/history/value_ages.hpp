#pragma once
/// When values last changed, told from history without any key: the date of the earliest commit that has the same
/// value. The same envelope is the same value, wherever it stands; and so is what stands at a place before and after a
/// change of data key that left the document's lastmodified as it was.

#include "history/history.hpp"

#include <map>

namespace bestow::history {

class ValueAges {
  public:
    /// Reads what HEAD leads to.
    explicit ValueAges(const store::Store& store);

    /// RFC 3339; nullopt for a value that no commit has: one that was never committed. `key`: document::to_text of the
    /// key path of one value; "." for all of a file, of which the value that changed last counts.
    [[nodiscard]] std::optional<std::string> changed_at(const std::string& file, const std::string& key) const;

  private:
    std::map<std::pair<std::string, std::string>, std::int64_t> seconds_;
};

/// nullopt where there is no git work tree, or no commit, or git cannot be asked: whoever wants to know a value's age
/// then takes the document's lastmodified.
std::optional<ValueAges> try_value_ages(const store::Store& store);

}  // namespace bestow::history
