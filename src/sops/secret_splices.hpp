#pragma once
/// document::Splices for plaintext: the pieces and the result live in secret memory.

#include "base/secret_bytes.hpp"
#include "document/node.hpp"

#include <string_view>
#include <vector>

namespace bestow::sops {

class SecretSplices {
  public:
    void replace(document::Span span, SecretBytes bytes);
    void replace(document::Span span, std::string_view text) { replace(span, SecretBytes::copy_of(text)); }
    [[nodiscard]] SecretBytes apply(std::string_view source);

  private:
    [[nodiscard]] std::size_t size_after(std::string_view source) const;

    struct Splice {
        document::Span span;
        SecretBytes bytes;
    };
    std::vector<Splice> splices_;
};

}  // namespace bestow::sops
