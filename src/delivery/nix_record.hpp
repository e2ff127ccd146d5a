#pragma once
/// What the drop-in for sops-nix keeps beside its generations: links that it has made, and units that it has yet to
/// tell. No values. A text of lines, written and read by bestow alone:
///
///   bestow nix 1
///   link PATH
///   restart GENERATION UNIT
///   reload GENERATION UNIT

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bestow::delivery {

/// A unit that reads what a generation changed.
struct NixPendingUnit {
    bool reload = false;
    unsigned generation = 0;
    std::string unit;
};

struct NixRecord {
    std::set<std::string> links;
    std::vector<NixPendingUnit> pending;
};

std::string encode_nix_record(const NixRecord& record);
/// Whatever is damaged is left out: the record is a help and no proof.
NixRecord parse_nix_record(std::string_view text);

}  // namespace bestow::delivery
