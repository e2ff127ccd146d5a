#pragma once
/// What the drop-in for sops-nix will do, decided before anything is touched: what each secret holds and what is live
/// in; files, links, units and lines to print out. Pure.

#include "delivery/nix_contents.hpp"
#include "delivery/nix_record.hpp"
#include "delivery/plan.hpp"

namespace bestow::delivery {

/// A uid or gid that stays as it is (chown(2)).
inline constexpr std::uint32_t kSameOwner = UINT32_MAX;

struct NixObserved {
    bool visible = false;                         ///< the link leads somewhere: else this is the first run since boot
    unsigned generation = 0;                      ///< that it leads to; 0 for none
    std::set<std::string> paths;                  ///< of all files there
    std::map<std::string, SecretBytes> contents;  ///< of those that are wanted and can be read
    NixRecord record;
};

/// The owner, or why there is none ("failed to lookup user 'x'").
using NixOwnerLookup = std::function<std::variant<Owner, std::string>(const NixItem&)>;

struct NixPlanInput {
    const NixManifest* manifest = nullptr;
    std::vector<NixContent> contents;
    NixOwnerLookup owner_of;
    bool dry_run = false;
};

struct NixLink {
    std::string path;
    std::string target;
    Owner owner;  ///< the link's own
};

struct NixPlan {
    bool refused = false;            ///< no secret could be had: nothing is to be touched
    unsigned generation = 0;         ///< the new one
    std::vector<PlannedFile> files;  ///< sorted by path
    std::vector<NixLink> links;      ///< in the manifest's order
    std::vector<std::string> stale_links;
    std::vector<std::string> restart;  ///< in the manifest's order, as often as it names them; pending ones first
    std::vector<std::string> reload;
    std::vector<std::string> lines;  ///< for standard output
    NixRecord record;                ///< while the generation is being made live
    std::vector<Problem> problems;
};

/// `input`, its manifest and `observed` must outlive the plan.
NixPlan make_nix_plan(const NixPlanInput& input, const NixObserved& observed);

}  // namespace bestow::delivery
