#include "delivery/manifest_json.hpp"
#include "delivery/nix_manifest.hpp"
#include "fuzz/promises.hpp"
#include "fuzz/targets.hpp"
#include "policy/host_settings.hpp"
#include "policy/parse.hpp"

// What a host or an operator is told to do: bestow.yaml, host.yaml, manifests.

namespace bestow::fuzz {
namespace {

constexpr std::size_t kLimitBytes = std::size_t{256} * 1024;
constexpr auto kKinds = {ErrorKind::Format, ErrorKind::Policy};

policy::StoreReader empty_store() {
    policy::StoreReader reader;
    reader.read = [](const std::string& /*path*/) { return std::optional<std::string>(); };
    reader.match = [](const std::string& /*pattern*/) { return std::vector<std::string>(); };
    return reader;
}

}  // namespace

void policy(ByteView bytes) {
    if (bytes.size() > kLimitBytes) {
        return;
    }
    for (const auto strictness : {policy::Strictness::Operator, policy::Strictness::Host}) {
        const auto read =
            accepted([&] { return policy::parse_policy(to_text(bytes), empty_store(), strictness); }, kKinds);
        for (std::size_t index = 0; read && index < read->hosts.size(); ++index) {
            const auto manifest = accepted([&] { return delivery::manifest_for(*read, read->hosts[index]); }, kKinds);
            if (manifest) {
                const std::string text = delivery::encode_manifest(*manifest);
                must(delivery::encode_manifest(delivery::parse_manifest(text).manifest) == text,
                     "a manifest is read as it was written");
            }
        }
    }
}

void host_settings(ByteView bytes) {
    (void)accepted([&] { return policy::parse_host_settings(to_text(bytes)); }, kKinds);
}

void manifest(ByteView bytes) {
    if (bytes.size() > kLimitBytes) {
        return;
    }
    const auto read = accepted([&] { return delivery::parse_manifest(to_text(bytes)); }, kKinds);
    if (read) {
        const std::string text = delivery::encode_manifest(read->manifest);
        must(delivery::encode_manifest(delivery::parse_manifest(text).manifest) == text,
             "a manifest is read as it was written");
    }
}

void nix_manifest(ByteView bytes) {
    if (bytes.size() <= kLimitBytes) {
        (void)accepted([&] { return delivery::parse_nix_manifest(to_text(bytes), "/run/user/1000"); }, kKinds);
    }
}

}  // namespace bestow::fuzz
