#pragma once
/// Running a program that makes a secret: no shell, an environment and a folder that the caller chose, bounded in time
/// and in what it prints, which goes from the pipe into locked memory. Standard error is ours.

#include "base/secret_bytes.hpp"

#include <string>
#include <vector>

namespace bestow::os {

struct BoundedRun {
    std::string program;                   ///< its absolute path
    std::vector<std::string> argv;         ///< argv[0] is what it is told that it is called
    std::vector<std::string> environment;  ///< "NAME=value", the whole of it
    std::string folder;                    ///< where it runs
    ByteView input;                        ///< its standard input
    std::size_t limit_bytes = 0;           ///< of its standard output
    unsigned timeout_seconds = 0;
};

struct BoundedEnd {
    enum class Why { Ended, TooLong, TimedOut };
    Why why = Why::Ended;
    int status = 0;  ///< 128 + signal when one killed it
    SecretBytes output;
};

/// It and whatever it started, in whatever session, are killed when it ends, prints too much, takes too long, or a
/// signal ends us, which strikes when this returns. Throws Error(System) when it cannot be run, Error(Failed) when
/// something of it could not be ended.
BoundedEnd run_bounded(const BoundedRun& run);

}  // namespace bestow::os
