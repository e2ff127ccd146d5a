#include "cli/document_file.hpp"
#include "cli/sops_file.hpp"
#include "sops/document_format.hpp"
#include "sops/walk.hpp"

#include <iostream>

namespace bestow::cli {
namespace {

/// Throws Error(Format) for a file that does not parse.
bool has_metadata(ByteView text, sops::Format format) {
    const document::Document parsed = sops::document_format(format).parse(to_text(text));
    return !parsed.roots.empty() && parsed.roots.front().find(sops::kMetadataKey) != nullptr;
}

}  // namespace

int sops_filestatus(const SopsCall& call) {
    if (call.arguments().empty()) {
        throw SopsFailure(SopsStatus::NoFile, "no file is named");
    }
    const std::string& file = call.arguments().front();
    const sops::Format format = sops_format(call, "input-type", file);
    (void)creation_config(call);
    const SecretBytes text = read_document(call.invocation, file);
    bool encrypted = false;
    if (has_metadata(text.view(), format)) {
        const sops::Metadata metadata = sops::EncryptedFile::parse(to_text(text.view()), format).metadata();
        encrypted = !metadata.version.empty() && !metadata.mac.empty();
    }
    std::cout << (encrypted ? "{\"encrypted\":true}\n" : "{\"encrypted\":false}\n");
    return 0;
}

}  // namespace bestow::cli
