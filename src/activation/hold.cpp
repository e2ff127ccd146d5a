#include "activation/hold.hpp"

#include "activation/generations.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace bestow::activation {
namespace {

constexpr const char* kHoldFile = ".bestow-hold";
constexpr unsigned kHoldMode = 0400;
constexpr std::size_t kMaxHoldBytes = 4096;

}  // namespace

std::optional<unsigned> held_generation(os::System& system, int memory) {
    const auto target = system.try_read_link(memory, kCurrent);
    const auto file = system.try_open_file_beneath(memory, kHoldFile);
    if (!target || !file) {
        return std::nullopt;
    }
    const std::string text = system.read_text(file->get(), kMaxHoldBytes, kHoldFile);
    const std::vector<std::string_view> held = split(text, '\n');
    const bool is_held = std::find(held.begin(), held.end(), *target) != held.end();
    return is_held ? generation_number(*target) : std::nullopt;
}

void write_hold(os::System& system, int memory, const std::vector<unsigned>& generations) {
    std::string text;
    for (const unsigned generation : generations) {
        text += std::to_string(generation) + "\n";
    }
    replace_file(system, memory, kHoldFile, {as_bytes(text), kHoldMode});
}

bool remove_hold(os::System& system, int memory) {
    const std::string unfinished = std::string(kHoldFile) + ".new";  // of a killed run
    if (system.try_status(memory, unfinished)) {
        system.remove_file(memory, unfinished);
    }
    if (!system.try_status(memory, kHoldFile)) {
        return false;
    }
    system.remove_file(memory, kHoldFile);
    return true;
}

}  // namespace bestow::activation
