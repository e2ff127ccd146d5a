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
    SecretBytes result(size_after(source));
    auto to = result.writable().begin();
    std::size_t at = 0;
    for (const Splice& splice : splices_) {
        const std::string_view kept = source.substr(at, splice.span.begin - at);
        to = std::copy(kept.begin(), kept.end(), to);
        to = std::copy(splice.bytes.view().begin(), splice.bytes.view().end(), to);
        at = splice.span.end;
    }
    const std::string_view rest = source.substr(at);
    std::copy(rest.begin(), rest.end(), to);
    return result;
}

std::size_t SecretSplices::size_after(std::string_view source) const {
    std::size_t size = source.size();
    std::size_t at = 0;
    for (const Splice& splice : splices_) {
        require(splice.span.begin >= at && splice.span.end >= splice.span.begin && splice.span.end <= source.size(),
                "edits of one text do not overlap");
        at = splice.span.end;
        size = size - (splice.span.end - splice.span.begin) + splice.bytes.size();
    }
    return size;
}

}  // namespace bestow::sops
