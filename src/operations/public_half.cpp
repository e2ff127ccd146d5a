#include "operations/public_half.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "crypto/certificate.hpp"
#include "crypto/x25519.hpp"
#include "policy/source.hpp"
#include "ssh/public_key.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

constexpr std::int64_t kSecondsInDay = 86'400;
constexpr std::int64_t kExpiresSoonDays = 30;
constexpr std::int64_t kLastPart = 3;  // of a short life: its last third

bool has_right_form(policy::GenerateKind kind, const std::string& text) {
    if (kind == policy::GenerateKind::Wireguard) {
        const auto key = codec::decode_base64(trim(text));
        return key && key->size() == crypto::kX25519Bytes;
    }
    if (kind == policy::GenerateKind::X509 || kind == policy::GenerateKind::X509Ca) {
        return crypto::certificate_end(text).has_value();
    }
    try {
        const bool is_rsa = ssh::parse_public_key(trim(text)).type == ssh::KeyType::Rsa;
        return is_rsa == (kind == policy::GenerateKind::SshRsa);
    } catch (const Error&) {
        return false;
    }
}

void look_at_certificate(const store::Store& store, const policy::Generate& generate, const std::string& text,
                         PublicHalf& half) {
    const auto days = static_cast<std::int64_t>(generate.certificate.days);
    const std::int64_t left = *crypto::certificate_end(text) - store.system().now();
    if (left < std::min(kExpiresSoonDays * kSecondsInDay, days * kSecondsInDay / kLastPart)) {
        half.kind = "expired";
        half.problem = left < 0 ? "this certificate has expired"
                                : format("this certificate expires in {} {}", left / kSecondsInDay,
                                         left / kSecondsInDay == 1 ? "day" : "days");
    }
}

}  // namespace

bool looks_like_public_half(const store::Store& store, const std::string& file) {
    using policy::GenerateKind;
    const bool is_certificate = file.ends_with(".crt");
    if (!is_certificate && !file.ends_with(".pub")) {
        return false;
    }
    std::optional<std::string> text;
    try {
        text = store.try_read_text(file);
    } catch (const Error&) {
        return false;
    }
    return text && (is_certificate ? has_right_form(GenerateKind::X509, *text)
                                   : has_right_form(GenerateKind::SshEd25519, *text) ||
                                         has_right_form(GenerateKind::SshRsa, *text) ||
                                         has_right_form(GenerateKind::Wireguard, *text));
}

PublicHalf report_public_half(const store::Store& store, const policy::SecretSource& source, ValueState state) {
    const policy::Generate& generate = *source.secret->generate;
    PublicHalf half{policy::public_file_of(*source.secret, source.variant), "", "", ""};
    const std::string name = quoted(source.secret->name);
    std::optional<std::string> text;
    try {
        text = store.try_read_text(half.file);
    } catch (const Error& error) {
        half.kind = "malformed";
        half.problem = error.message();
        return half;
    }
    if (!text) {
        if (state == ValueState::Set) {
            half.kind = "missing";
            half.problem = format("there is no such file, which is the public half of secret {}", name);
            half.hint = "bestow generate";
        }
        return half;
    }
    if (!has_right_form(generate.kind, *text)) {
        half.kind = "malformed";
        half.problem = format("it is not what secret {} has as its public half", name);
        half.hint = "remove it, then bestow generate";
    } else if (generate.is_certificate()) {
        look_at_certificate(store, generate, *text, half);
        half.hint =
            half.problem.empty()
                ? ""
                : format("bestow rotate {}{}", source.secret->name,
                         source.hosts.empty() || source.variant.empty() ? "" : " --host " + source.hosts.front()->name);
    }
    return half;
}

}  // namespace bestow::operations
