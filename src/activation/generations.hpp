#pragma once
/// The directories in RUN/secrets.d: N for generations, N.new for one that is being made or taken away, current -> N.
/// What is not named so is not ours and never touched.

#include "delivery/generation_state.hpp"
#include "os/system.hpp"
#include "store/replace_directory.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace bestow::activation {

inline constexpr const char* kCurrent = "current";
inline constexpr const char* kStateFile = ".bestow-state";
inline constexpr const char* kPendingFile = ".bestow-pending";
inline constexpr std::size_t kMaxGenerationBytes = std::size_t{64} * 1024 * 1024;

/// "17" to 17; nullopt for anything else.
std::optional<unsigned> generation_number(std::string_view name);
std::string staging_name(unsigned generation);

using store::remove_tree;

struct Generations {
    std::optional<unsigned> current;
    unsigned highest = 0;                ///< of all numbers in use, ours or not
    std::vector<unsigned> complete;      ///< ours, ascending; directories with a state file
    std::vector<std::string> leftovers;  ///< of killed runs
};

Generations list_generations(os::System& system, int memory);

/// Takes away what killed runs left, generations newer than the live one, and all but the newest `keep` up to it;
/// older ones that stay are closed to everybody but root.
void prune_generations(os::System& system, int memory, unsigned keep);

/// Takes away from the generations that stay beside the live one whatever is not delivered any more: `delivered` holds
/// the paths that are. One whose record cannot be read goes as a whole.
void forget_undelivered(os::System& system, int memory, const std::set<std::string>& delivered);

/// All but one are closed to everybody but root.
void close_other_generations(os::System& system, int memory, unsigned open);

struct NewContent {
    ByteView bytes;
    unsigned mode_bits = 0;
};
/// Puts a record of bestow's own in the place of an older one, in one rename. Memory file systems need no sync.
void replace_file(os::System& system, int directory, const std::string& name, const NewContent& content);

/// Removes a directory of ours with everything in it, under its staging name so that a killed run leaves no half of a
/// generation.
void remove_generation(os::System& system, int memory, unsigned generation);
/// False when that failed: the next run takes away what is left.
bool try_remove_generation(os::System& system, int memory, unsigned generation);

}  // namespace bestow::activation
