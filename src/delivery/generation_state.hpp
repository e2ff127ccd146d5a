#pragma once
/// What a generation records about itself, beside its files: whose they are, since when one is stale, which links lead
/// to them. No values. A text of lines, written and read by bestow alone:
///
///   bestow generation 1
///   host schere
///   file UID GID MODE STALE_SINCE PENDING PATH
///   link PATH

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bestow::delivery {

struct FileRecord {
    std::string path;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    unsigned mode_bits = 0;
    std::int64_t stale_since = 0;  ///< seconds since the epoch; 0: fresh
    bool owner_pending = false;    ///< its owner did not exist
};

struct GenerationState {
    std::string host;
    std::vector<FileRecord> files;   ///< sorted by path
    std::vector<std::string> links;  ///< absolute paths, sorted

    [[nodiscard]] const FileRecord* find(std::string_view path) const;
};

std::string encode_state(const GenerationState& state);
/// Throws Error(Format).
GenerationState parse_state(std::string_view text);

/// Units to tell, each once and in one list only: a restart does what a reload does.
struct Units {
    std::vector<std::string> restart;
    std::vector<std::string> reload;

    void add(const std::vector<std::string>& to_restart, const std::vector<std::string>& to_reload);
    [[nodiscard]] bool empty() const { return restart.empty() && reload.empty(); }
};

/// "restart UNIT" or "reload UNIT" a line.
std::string encode_units(const Units& units);
/// Throws Error(Format).
Units parse_units(std::string_view text);

}  // namespace bestow::delivery
