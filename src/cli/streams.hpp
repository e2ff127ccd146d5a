#pragma once
/// Inputs and outputs that a person names on the command line: paths, "-" or nothing for the standard streams.

#include "base/byte_stream.hpp"
#include "base/secret_bytes.hpp"
#include "os/system.hpp"

#include <optional>
#include <string>

namespace bestow::cli {

inline bool is_standard_stream(const std::string& path) {
    return path.empty() || path == "-";
}

/// Who reads standard input: one thing only.
class StandardInput {
  public:
    /// Throws Error(Usage) the second time.
    void claim();

  private:
    bool claimed_ = false;
};

class InputFile : public Source {
  public:
    InputFile(os::System& system, const std::string& path, StandardInput& standard_input);
    std::size_t read(ByteSpan out) override;
    [[nodiscard]] int fd() const { return is_standard_ ? 0 : fd_.get(); }

  private:
    os::System& system_;
    bool is_standard_;
    os::UniqueFd fd_;
};

/// All of a file, up to a limit. Throws Error(NotFound), Error(Format), Error(System).
SecretBytes read_input(os::System& system, const std::string& path, StandardInput& standard_input,
                       std::size_t limit_bytes);

/// An output that appears under its name whole or not at all: a temporary file beside it, renamed by commit(). What
/// exists keeps its mode, and its owner when root replaces it; a new file's mode follows the umask, unless one is
/// given. Pipes, devices and standard output are written as it goes.
class OutputFile : public Sink {
  public:
    OutputFile(os::System& system, std::string path, std::optional<unsigned> new_mode_bits = {});
    ~OutputFile() override;  ///< takes an uncommitted temporary file away
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    void write(ByteView bytes) override;
    /// Also makes the file when nothing was written.
    void commit();
    /// Throws Error(Usage) when that is the file open at `fd`.
    void refuse_if_same_as(int fd);

  private:
    void open();
    void create_temporary(const std::string& directory, bool is_private);
    /// What lies at the target now, if anything; links are followed, in `target` too. Opens the target's directory.
    std::optional<os::FileStatus> resolve(std::string& target);

    os::System& system_;
    std::string path_;
    os::UniqueFd fd_;
    os::UniqueFd directory_;
    std::string leaf_;
    std::string temporary_;                    ///< empty when there is none
    std::optional<unsigned> final_mode_bits_;  ///< of the file that is replaced, or those that were given
};

/// Keeps a whole output back until commit() has seen that a terminal can show it. Throws Error(Failed) otherwise.
class TerminalOutput : public Sink {
  public:
    explicit TerminalOutput(os::System& system) : system_(system) {}
    void write(ByteView bytes) override;
    void commit();

  private:
    os::System& system_;
    SecretBuilder collected_;
};

}  // namespace bestow::cli
