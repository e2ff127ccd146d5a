#pragma once
/// Command lines as urfave/cli v1 reads them, which sops is built with, on top of Go's flag package: variables of the
/// environment stand for flags that were not given, and a command's flags may follow its arguments.

#include "os/system.hpp"

#include <map>
#include <string>
#include <vector>

namespace bestow::cli {

enum class FlagKind { Text, Boolean, Number };

struct UrfaveFlag {
    std::vector<std::string> names;  ///< the long one first, which is what values are found under
    FlagKind kind = FlagKind::Text;
    std::string variable;   ///< of the environment; empty for none
    std::string otherwise;  ///< the value when nothing gives one: "", "true", "0"
};

class FlagValues {
  public:
    /// Empty when the flag was not given, or when this command has none of that name.
    [[nodiscard]] const std::string& text(const std::string& name) const;
    [[nodiscard]] bool boolean(const std::string& name) const { return text(name) == "true"; }
    /// Nothing when it was neither given nor in the environment.
    [[nodiscard]] bool given(const std::string& name) const { return given_.count(name) != 0; }
    [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }

  private:
    friend class UrfaveParser;
    std::map<std::string, std::string> values_;
    std::map<std::string, std::string> given_;  ///< by which of its names
    std::vector<std::string> arguments_;
};

/// Where a program's own arguments end at the first word that is no flag; a command's flags are looked for behind its
/// arguments, too.
enum class FlagOrder { BeforeArguments, Anywhere };

/// Throws Error(Usage) that never repeats a value.
FlagValues parse_urfave_flags(os::System& system, const std::vector<UrfaveFlag>& flags,
                              const std::vector<std::string>& words, FlagOrder order);

}  // namespace bestow::cli
