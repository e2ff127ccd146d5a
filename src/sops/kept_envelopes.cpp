#include "base/format.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "sops/seal_document.hpp"

#include <unordered_map>
#include <utility>

namespace bestow::sops {
namespace {

struct Kept {
    std::string path;
    std::string envelope;
};

/// A digest of what an envelope binds together; plaintext is not kept. `own_key` makes it useless outside this process.
std::string fingerprint(ByteView own_key, const Place& place, const TypedBytes& value) {
    const std::string type = format("{}:{}:{}:", static_cast<int>(value.type), value.is_comment, place.is_list_comment);
    const std::string size = format("{}:", place.additional->size());
    return std::string(as_text(crypto::hmac_sha256(
        own_key, {as_bytes(type), as_bytes(size), as_bytes(*place.additional), value.bytes.view()})));
}

}  // namespace

struct KeptEnvelopes::State {
    SecretBytes key;
    std::unordered_map<std::string, std::vector<Kept>> by_content;
};

KeptEnvelopes::KeptEnvelopes() : state_(std::make_unique<State>()) {
    state_->key = crypto::random_secret(32);
}
KeptEnvelopes::~KeptEnvelopes() = default;
KeptEnvelopes::KeptEnvelopes(KeptEnvelopes&&) noexcept = default;

void KeptEnvelopes::add(const Place& place, const TypedBytes& value, std::string envelope) {
    std::vector<Kept>& kept = state_->by_content[fingerprint(state_->key.view(), place, value)];
    kept.push_back({document::to_text(*place.path), std::move(envelope)});
}

std::string KeptEnvelopes::take(const Place& place, const TypedBytes& value) {
    const auto found = state_->by_content.find(fingerprint(state_->key.view(), place, value));
    if (found == state_->by_content.end() || found->second.empty()) {
        return {};
    }
    std::vector<Kept>& kept = found->second;
    const std::string path = document::to_text(*place.path);
    std::size_t index = 0;
    while (index < kept.size() && kept[index].path != path) {
        ++index;
    }
    index = index < kept.size() ? index : 0;
    std::string envelope = std::move(kept[index].envelope);
    kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(index));
    return envelope;
}

}  // namespace bestow::sops
