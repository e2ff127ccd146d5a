#include "cli/streams.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bestow::cli {
namespace {

constexpr int kStandardOutput = 1;
constexpr unsigned kNewFileMode = 0666;  // the umask counts
constexpr std::size_t kTerminalLimit = std::size_t{16} * 1024 * 1024;

struct Place {
    std::string directory;
    std::string leaf;
};

Place place_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) {
        return {".", path};
    }
    return {path.substr(0, slash + 1), path.substr(slash + 1)};
}

/// Known to the store as a temporary name too, so that what a killed run leaves is cleared away there.
std::string make_temporary_name() {
    std::array<Byte, 16> random{};
    crypto::fill_random(random);
    return ".bestow-" + to_hex(random) + ".tmp";
}

bool can_be_shown(ByteView bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](Byte byte) {
        return byte >= 0x80 || (byte >= 0x20 && byte != 0x7f) || byte == '\n' || byte == '\r' || byte == '\t';
    });
}

}  // namespace

void StandardInput::claim() {
    if (std::exchange(claimed_, true)) {
        throw Error(ErrorKind::Usage, "standard input cannot be used for several things");
    }
}

InputFile::InputFile(os::System& system, const std::string& path, StandardInput& standard_input)
    : system_(system), is_standard_(is_standard_stream(path)) {
    if (is_standard_) {
        standard_input.claim();
    } else {
        fd_ = system_.open_for_reading(path);
    }
}

std::size_t InputFile::read(ByteSpan out) {
    return system_.read_some(fd(), out);
}

SecretBytes read_input(os::System& system, const std::string& path, StandardInput& standard_input,
                       std::size_t limit_bytes) {
    const InputFile input(system, path, standard_input);
    return system.read_secret(input.fd(), limit_bytes, is_standard_stream(path) ? "standard input" : path);
}

OutputFile::OutputFile(os::System& system, std::string path, std::optional<unsigned> new_mode_bits)
    : system_(system), path_(std::move(path)), final_mode_bits_(new_mode_bits) {}

OutputFile::~OutputFile() {
    if (temporary_.empty()) {
        return;
    }
    try {
        system_.remove_file(directory_.get(), temporary_);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a destructor has nobody to tell
    }
}

std::optional<os::FileStatus> OutputFile::resolve(std::string& target) {
    directory_ = system_.open_directory(place_of(target).directory);
    auto status = system_.try_status(directory_.get(), place_of(target).leaf);
    if (status && status->type == os::FileType::Symlink) {
        target = system_.real_path(target);
        directory_ = system_.open_directory(place_of(target).directory);
        status = system_.try_status(directory_.get(), place_of(target).leaf);
    }
    return status;
}

/// Locked for as long as it is written to: whoever writes to a store takes away what nobody holds a lock on, and may
/// have taken this one between its making and its lock.
void OutputFile::create_temporary(const std::string& directory, bool is_private) {
    do {
        const std::string temporary = make_temporary_name();
        fd_ = is_private ? system_.create_file(directory_.get(), temporary, 0600)
                         : system_.open_for_writing(directory + "/" + temporary, kNewFileMode);
        temporary_ = temporary;
        try {
            (void)system_.lock(fd_.get(), true);
        } catch (const Error&) {
            return;  // where there are no locks, nobody could write to a store
        }
    } while (!system_.try_status(directory_.get(), temporary_));
}

void OutputFile::open() {
    std::string target = path_;
    const auto status = resolve(target);
    const Place place = place_of(target);
    if (status && status->type != os::FileType::Regular) {
        fd_ = system_.open_for_writing(target, kNewFileMode);
        return;
    }
    leaf_ = place.leaf;
    if (status) {
        final_mode_bits_ = status->mode_bits;
    }
    // In the place of a file that few may read, nobody else may read the new one at any moment.
    create_temporary(place.directory, final_mode_bits_.has_value());
    if (status && system_.effective_uid() == 0) {
        system_.change_owner(fd_.get(), status->uid, status->gid);
    }
}

void OutputFile::write(ByteView bytes) {
    if (is_standard_stream(path_)) {
        system_.write_all(kStandardOutput, bytes, "standard output");
        return;
    }
    if (!fd_.valid()) {
        open();
    }
    system_.write_all(fd_.get(), bytes, path_);
}

void OutputFile::commit() {
    if (is_standard_stream(path_)) {
        return;
    }
    if (!fd_.valid()) {
        open();
    }
    if (temporary_.empty()) {
        return;
    }
    if (final_mode_bits_) {
        system_.change_mode(fd_.get(), *final_mode_bits_);
    }
    system_.sync(fd_.get());
    system_.rename(directory_.get(), temporary_, leaf_);
    temporary_.clear();
    try {
        system_.sync(directory_.get());
    } catch (Error& error) {
        throw error.mark_partial();
    }
}

void OutputFile::refuse_if_same_as(int fd) {
    if (is_standard_stream(path_)) {
        return;
    }
    std::string target = path_;
    const auto output = resolve(target);
    const os::FileStatus input = system_.status(fd);
    const bool regular = output && output->type == os::FileType::Regular;
    if (regular && output->device == input.device && output->inode == input.inode) {
        throw Error(ErrorKind::Usage, format("input and output are the same file: {}", quoted(path_)));
    }
}

void TerminalOutput::write(ByteView bytes) {
    if (collected_.size() + bytes.size() > kTerminalLimit) {
        throw Error(ErrorKind::Failed, "too much output for a terminal", "name a file: -o FILE, or force it: -o -");
    }
    collected_.append(bytes);
}

void TerminalOutput::commit() {
    if (!can_be_shown(collected_.view())) {
        throw Error(ErrorKind::Failed, "refusing to write binary to the terminal", "force it with -o -");
    }
    system_.write_all(kStandardOutput, collected_.view(), "standard output");
}

}  // namespace bestow::cli
