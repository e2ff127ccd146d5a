#include "sops/written.hpp"

#include "base/error.hpp"
#include "document/yaml.hpp"
#include "sops/document_format.hpp"
#include "sops/mac.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::sops;

namespace {

SealedDocument sealed(const std::string& plaintext, const Selector& selector, ValueCipher& cipher) {
    SealRequest request{selector, cipher, false, nullptr, {}, nullptr};
    request.metadata = [&](ByteView mac) {
        Metadata metadata;
        metadata.version = "3.13.3";
        metadata.last_modified = "2026-11-20T12:00:00Z";
        metadata.mac = seal_mac(cipher, mac, metadata.last_modified);
        return metadata;
    };
    return seal_document(document_format(Format::Yaml), plaintext, request);
}

std::string with(std::string text, const std::string& old, const std::string& other) {
    const std::size_t at = text.find(old);
    REQUIRE(at != std::string::npos);
    return text.replace(at, old.size(), other);
}

}  // namespace

TEST_CASE("what was sealed is found again as it was sealed, and nothing else passes for it") {
    ValueCipher cipher(Bytes(kDataKeyBytes, 7));
    const Selector selector(SelectorRule{});
    SealedDocument made = sealed("a: one\nb: [two, 3]\nc_unencrypted: {d: 4, e: five, f: []}\n", selector, cipher);
    check_sealed(made, Format::Yaml);

    const std::string good = made.text;
    const auto is_refused = [&](const std::string& text) {
        made.text = text;
        CHECK_THROWS_AS(check_sealed(made, Format::Yaml), Error);
    };
    is_refused(with(good, "a: ENC", "g: ENC"));
    is_refused(with(good, "d: 4", "d: 5"));
    is_refused(with(good, "d: 4", "d: '4'"));
    is_refused(with(good, "f: []", "f: {}"));
    is_refused(with(good, "f: []", "f: [], g: x"));
    is_refused(with(good, "type:int]", "type:str]"));
    is_refused(with(good, "\nc_unencrypted", "\n---\nc_unencrypted"));
    is_refused(with(good, "\nb: [", "\nb: [\"\", "));
}
