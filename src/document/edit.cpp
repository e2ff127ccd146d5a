#include "document/edit.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <utility>

namespace bestow::document {

void Splices::replace(Span span, std::string text) {
    splices_.push_back({span, std::move(text)});
}

std::string Splices::apply(std::string_view source) const {
    std::vector<const Splice*> ordered;
    ordered.reserve(splices_.size());
    std::size_t added = 0;
    for (const Splice& splice : splices_) {
        ordered.push_back(&splice);
        added += splice.text.size();
    }
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const Splice* a, const Splice* b) { return a->span.begin < b->span.begin; });
    std::string result;
    result.reserve(source.size() + added);
    std::size_t at = 0;
    for (const Splice* splice : ordered) {
        require(splice->span.begin >= at && splice->span.end >= splice->span.begin && splice->span.end <= source.size(),
                "edits of one text do not overlap");
        result.append(source.substr(at, splice->span.begin - at)).append(splice->text);
        at = splice->span.end;
    }
    return result.append(source.substr(at));
}

}  // namespace bestow::document
