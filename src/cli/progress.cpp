#include "cli/progress.hpp"

#include "base/format.hpp"
#include "os/terminal.hpp"

#include <iostream>

namespace bestow::cli {
namespace {

constexpr int kStandardError = 2;
constexpr std::size_t kWidth = 30;
constexpr std::int64_t kQuietSeconds = 1;

}  // namespace

Progress::Progress(os::System& system)
    : system_(system), begun_(system.now()), at_terminal_(os::is_terminal(kStandardError)) {}

Progress::~Progress() {
    if (shown_) {
        std::cerr << "\r\x1b[K" << std::flush;
    }
}

void Progress::show(std::size_t done, std::size_t total) {
    if (!at_terminal_ || total == 0 || system_.now() - begun_ <= kQuietSeconds) {
        return;
    }
    const std::size_t filled = kWidth * done / total;
    std::cerr << format("\r[{}{}] {}/{}", std::string(filled, '#'), std::string(kWidth - filled, ' '), done, total)
              << std::flush;
    shown_ = true;
}

}  // namespace bestow::cli
