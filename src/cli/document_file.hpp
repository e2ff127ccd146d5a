#pragma once
/// What encrypt and decrypt share: whole files or a standard stream in, files or a stream out.

#include "base/secret_bytes.hpp"
#include "cli/invocation.hpp"
#include "sops/format.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bestow::cli {

struct DocumentOptions {
    std::vector<std::string> files;  ///< "-" for standard input
    std::string filename;            ///< --filename: decides the format, and is the name in messages
    std::string output;              ///< --output; empty or "-" for standard output
    bool in_place = false;
};
void add_document_options(CLI::App& command, DocumentOptions& options);

/// What becomes of the document in `file`, which read_document and read_ciphertext take: its new bytes, or an Error that
/// is told under its name.
using ConvertDocument = std::function<SecretBytes(const std::string& name, const std::string& file)>;

/// Converts each file, and writes all of them when all could be converted: in place, to --output, or to
/// standard output; what exists keeps its mode, new files get `new_mode_bits`. Several files go with --in-place alone.
/// Every file's error is told; the last one is thrown.
void convert_documents(const Invocation& invocation, const DocumentOptions& options, unsigned new_mode_bits,
                       const ConvertDocument& convert);

/// Writes one file as those commands do: whole or not at all, in a store under its lock. Pipes and devices are written.
void write_document(const Invocation& invocation, const std::string& target, ByteView bytes, unsigned new_mode_bits);

/// A whole file that a person names. Throws Error(NotFound), Error(Format) above 64 MiB.
SecretBytes read_document(const Invocation& invocation, const std::string& path);
/// The same of what may lie in any memory.
std::string read_ciphertext(const Invocation& invocation, const std::string& path);

}  // namespace bestow::cli
