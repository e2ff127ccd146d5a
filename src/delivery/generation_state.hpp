#pragma once
/// What a generation records about itself, beside its files: whose they are, since when one is stale, which links lead
/// to them. No values. A text of lines, written and read by bestow alone:
///
///   bestow generation 3
///   host schere
///   made SECONDS
///   from COMMIT|- DIRTY TIME         only when somebody knew
///   file UID GID MODE STALE_SINCE PENDING CHANGED TAG PATH
///   restart UNIT PATH
///   reload UNIT PATH
///   link PATH
///
/// Times are seconds since the epoch. Generation 2 had neither "made" nor "from" nor CHANGED nor units.

#include "base/bytes.hpp"
#include "delivery/manifest.hpp"

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
    std::int64_t stale_since = 0;      ///< seconds since the epoch; 0: fresh
    bool owner_pending = false;        ///< its owner did not exist
    std::string tag;                   ///< content_tag: an owner who can write his file must not pass for the store
    std::int64_t changed_at = 0;       ///< when content, owner or mode became what they are; 0: not known
    std::vector<std::string> restart;  ///< units to tell when it changes, a rollback included
    std::vector<std::string> reload;
};

/// HMAC-SHA256 over path and content, in hexadecimal; `key` is the host's own.
std::string content_tag(ByteView key, std::string_view path, ByteView content);

/// Is that its content, by one of the keys?
bool is_as_delivered(const FileRecord& record, ByteView content, const std::vector<ByteView>& keys);

struct GenerationState {
    std::string host;
    std::int64_t made_at = 0;        ///< 0: not known
    Provenance provenance;           ///< of the store that it was made from
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
    /// Those of both whose secret came only now: they may have failed for want of it.
    std::vector<std::string> awaited;

    void add(const std::vector<std::string>& to_restart, const std::vector<std::string>& to_reload);
    void add_awaited(const std::vector<std::string>& units);
    [[nodiscard]] bool empty() const { return restart.empty() && reload.empty(); }
};

/// "restart UNIT" or "reload UNIT" a line.
std::string units_text(const Units& units);
/// The same for the record, and "await UNIT" for those that are awaited.
std::string encode_units(const Units& units);
/// Throws Error(Format).
Units parse_units(std::string_view text);

}  // namespace bestow::delivery
