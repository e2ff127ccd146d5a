#pragma once
/// Running a program that gets secrets: in this process's place, or as a child that signals and the exit status pass
/// through. Nothing goes through a shell unless the caller says so, and nothing secret into the arguments.

#include "base/secret_bytes.hpp"
#include "os/account.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bestow::os {

struct Launch {
    std::vector<std::string> argv;         ///< argv[0] is looked up in PATH
    std::vector<SecretBytes> environment;  ///< "NAME=value", the whole of it
};

/// The environment of this process, without the names in `except`.
std::vector<SecretBytes> environment_without(const std::vector<std::string>& except);

/// Becomes that user, if one is given, and the program. Throws Error(System) when it cannot be run.
[[noreturn]] void replace_process(const Launch& launch, const std::optional<Account>& user);

/// What the first one to open a fifo reads from it.
struct FifoContent {
    std::string path;
    ByteView content;
};

struct ChildEnd {
    int status = 0;  ///< 128 + signal when one killed it
    bool by_signal = false;
};

/// Runs it as a child, signals passed on.
ChildEnd run_child(const Launch& launch, const std::optional<FifoContent>& fifo);

/// A fifo that only its owner can open.
void make_fifo(int directory, const std::string& name);

/// A file without a name, in memory, that programs run from here open as the path which is given back.
std::string make_memory_file(ByteView content, const std::optional<Account>& owner);

}  // namespace bestow::os
