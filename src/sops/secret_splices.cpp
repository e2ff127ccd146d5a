#include "sops/secret_splices.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <utility>

namespace bestow::sops {

void SecretSplices::replace(document::Span span, SecretBytes bytes) {
    splices_.push_back({span, std::move(bytes)});
}

SecretBytes SecretSplices::apply(std::string_view source) {
    std::stable_sort(splices_.begin(), splices_.end(),
                     [](const Splice& a, const Splice& b) { return a.span.begin < b.span.begin; });
    SecretBuilder result;
    std::size_t at = 0;
    for (const Splice& splice : splices_) {
        require(splice.span.begin >= at && splice.span.end <= source.size(), "edits of one text do not overlap");
        result.append(source.substr(at, splice.span.begin - at));
        result.append(splice.bytes.view());
        at = splice.span.end;
    }
    result.append(source.substr(at));
    return result.finish();
}

}  // namespace bestow::sops
