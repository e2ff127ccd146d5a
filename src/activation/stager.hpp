#pragma once
/// Puts the files of one generation into its directory: each made closed, given its owner and mode, and filled last.

#include "delivery/plan.hpp"
#include "os/system.hpp"

#include <optional>

namespace bestow::activation {

inline constexpr unsigned kGenerationMode = 0751;  ///< of a generation, once it is complete, and of its folders
inline constexpr unsigned kStagingMode = 0700;     ///< until then

class Stager {
  public:
    /// `folders`: who owns folders; nobody in particular when left out.
    Stager(os::System& system, int generation, std::optional<delivery::Owner> folders = std::nullopt)
        : system_(system), generation_(generation), folders_(folders) {}

    /// Files come sorted, so that one folder is open at a time.
    void write_file(const delivery::PlannedFile& file);

    /// A text of bestow's own beside them.
    void write_record(const char* name, const std::string& text);

  private:
    void enter(const std::string& folder);
    void make(const std::string& folder);

    os::System& system_;
    int generation_;
    std::optional<delivery::Owner> folders_;
    std::string folder_;
    os::UniqueFd folder_fd_;
};

}  // namespace bestow::activation
