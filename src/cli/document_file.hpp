#pragma once
/// What encrypt and decrypt share: a whole file or a standard stream in, another one out.

#include "base/secret_bytes.hpp"
#include "cli/invocation.hpp"
#include "sops/format.hpp"

#include <string>

namespace CLI {
class App;
}

namespace bestow::cli {

struct DocumentOptions {
    std::string file;      ///< "-" for standard input
    std::string filename;  ///< --filename: decides the format, and is the name in messages
    std::string output;    ///< --output; empty or "-" for standard output
    bool in_place = false;
};
void add_document_options(CLI::App& command, DocumentOptions& options);

/// Throws Error(Usage) for options that do not go together.
void check_document_options(const DocumentOptions& options);

/// The name that decides: --filename, else the file's. Throws Error(Usage) for a stream without one.
std::string document_name(const DocumentOptions& options);

SecretBytes read_document(const Invocation& invocation, const DocumentOptions& options);

/// Atomically into a file, whose mode is kept, or made with `new_mode_bits`; or to standard output. In a store that is
/// a batch like any other, under its lock and through no link; elsewhere links are followed.
void write_document(const Invocation& invocation, const DocumentOptions& options, ByteView bytes,
                    unsigned new_mode_bits);

}  // namespace bestow::cli
