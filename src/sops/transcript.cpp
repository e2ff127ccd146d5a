#include "sops/transcript.hpp"

#include "sops/byte_form.hpp"

#include <functional>

namespace bestow::sops {

void Transcript::add(std::string_view piece) {
    constexpr std::size_t odd = 0x9e3779b97f4a7c15U;  // spreads what came before, so that the order counts
    digest_ = (digest_ ^ std::hash<std::string_view>()(piece)) * odd;
    ++pieces_;
}

void Transcript::add_envelope(const Place& place, std::string_view envelope) {
    add(*place.additional);
    add(envelope);
}

void Transcript::add_plain(const Place& place) {
    const TypedBytes value = byte_form(*place.node);
    const char type = static_cast<char>('a' + static_cast<int>(value.type));
    add(*place.additional);
    add({&type, 1});
    add(as_text(value.bytes.view()));
}

Transcript transcript_of(const document::Document& document, const Selector& selector) {
    Transcript transcript;
    for (const document::Node& root : document.roots) {
        transcript.begin_document();
        walk(root, selector, [&transcript](const Place& place) {
            const document::Node* const node = place.node;
            if (node == nullptr || place.is_list_comment) {
                return;
            }
            if (place.selected && node->kind == document::Kind::String && !node->text.empty()) {
                transcript.add_envelope(place, node->text);
            } else {
                transcript.add_plain(place);
            }
        });
    }
    return transcript;
}

}  // namespace bestow::sops
