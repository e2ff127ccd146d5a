#pragma once
/// What an activation will do, decided before anything is touched: items and the present state in, a list of steps
/// out. Pure: no system, no clock. One plan a set: RUN/secrets, or RUN/secrets-early.

#include "delivery/contents.hpp"
#include "delivery/generation_state.hpp"

namespace bestow::delivery {

struct Owner {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    bool operator==(const Owner&) const = default;
};

/// What lies at a path where a link is wanted or was made.
enum class LinkStatus {
    Missing,
    NoFolder,   ///< not even its folder is there
    NoHome,     ///< it belongs into its owner's home directory, which nobody has made yet
    Right,      ///< ours, with the right target
    Ours,       ///< leads into the set, but elsewhere
    Foreign,    ///< a file or a link of somebody else's: left alone, unless forced
    Immovable,  ///< a directory, a device: left alone always
    Unsafe,     ///< its folder is reached over a link, or others than root and the owner can write it
};

/// A file of the live generation, as it really is now.
struct ObservedFile {
    SecretBytes content;
    Owner owner;
    unsigned mode_bits = 0;
};

struct Observed {
    bool live = false;        ///< there is a current generation
    unsigned generation = 0;  ///< its number
    unsigned highest = 0;     ///< of all numbers in use
    GenerationState state;
    std::map<std::string, ObservedFile> files;
    Units pending;                            ///< recorded by a run that did not get to tell them
    LinkStatus entry = LinkStatus::Missing;   ///< RUN/secrets
    std::map<std::string, LinkStatus> links;  ///< of every link that is wanted or recorded
};

/// Of what waits for its owner to exist, and is root's until then.
inline constexpr unsigned kPendingMode = 0400;

/// The user and group that a placement names; nullopt when one does not exist.
using OwnerLookup = std::function<std::optional<Owner>(const Placement&)>;

struct PlanInput {
    std::string host;
    Provenance provenance;   ///< of the store
    std::string entry_path;  ///< "/run/secrets"
    std::vector<Item> items;
    OwnerLookup owner_of;
    /// For content_tag: the first makes them, any of them proves one, so that a second key carries over a first one's
    /// loss. At least one.
    std::vector<ByteView> tag_keys;
    std::vector<std::string> link_prefixes;  ///< where host.yaml allows links
    bool force = false;                      ///< links replace files and links of others
    bool held = false;                       ///< what is live stays, but for what is delivered no more
    std::int64_t now = 0;
    std::uint64_t max_stale_seconds = 0;
};

struct PlannedFile {
    FileRecord record;
    const SecretBytes* content = nullptr;  ///< lies in the plan's input or in what was observed
};

struct LinkStep {
    enum class Action { Make, Replace, Remove };
    Action action = Action::Make;
    std::string path;
    std::string target;
    Owner owner;  ///< of what it leads to: his are folders that are made in his
    /// Replace and Remove: what a link that lies there then has to lead into, since its folder may be somebody's who
    /// exchanges it meanwhile. Empty when anything may go.
    std::string only_into = {};
};

struct Problem {
    std::string item;  ///< a secret, "template NAME", or a path
    ErrorKind kind = ErrorKind::Failed;
    std::string message;
};

struct Plan {
    bool new_generation = false;
    unsigned generation = 0;         ///< the one that is live afterwards
    std::vector<PlannedFile> files;  ///< all of it, sorted by path
    GenerationState state;
    bool make_entry = false;
    std::vector<LinkStep> links;
    Units units;                                              ///< to tell after the switch, pending ones first
    std::vector<std::string> added, changed, removed, stale;  ///< paths
    std::vector<std::string> forced;                          ///< links that take the place of what is not ours
    std::vector<Problem> problems;

    /// Nothing to write anywhere.
    [[nodiscard]] bool is_empty() const;
};

/// `input` and `observed` must outlive the plan.
Plan make_plan(const PlanInput& input, const Observed& observed);

/// A line a step, without values: for --dry-run.
std::string steps_text(const Plan& plan);
/// The same, and a line a problem.
std::string to_text(const Plan& plan);

/// Where links are removed; or where they are made or replaced.
std::vector<std::string> link_paths(const Plan& plan, bool removed);

/// Is `path` one of the prefixes or below one?
bool is_below(std::string_view path, const std::vector<std::string>& prefixes);

}  // namespace bestow::delivery
