#include "sops/written.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "sops/open_document.hpp"
#include "sops/state.hpp"

namespace bestow::sops {
namespace {

void read_again(const std::string& text, Format format, const std::function<void(const EncryptedFile::State&)>& check) {
    try {
        check(EncryptedFile::parse(text, format).state());
    } catch (const Error& error) {
        throw Error(ErrorKind::Failed,
                    bestow::format("this document cannot be encrypted without changing it ({})", error.full_message()),
                    "please report this; rewriting the place in a simpler way helps");
    }
}

}  // namespace

void check_written(const std::string& text, Format format, ByteView data_key) {
    read_again(text, format, [&](const EncryptedFile::State& state) { open_document(state, data_key, {}); });
}

void check_sealed(const SealedDocument& sealed, Format format) {
    read_again(sealed.text, format, [&](const EncryptedFile::State& state) {
        if (transcript_of(state.document, state.selector) != sealed.transcript) {
            throw Error(ErrorKind::Format, "its values would be read as others, or elsewhere");
        }
    });
}

}  // namespace bestow::sops
