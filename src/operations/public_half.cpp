#include "operations/public_half.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "codec/base64.hpp"
#include "crypto/certificate.hpp"
#include "crypto/x25519.hpp"
#include "generate/make_value.hpp"
#include "policy/dependency_order.hpp"
#include "policy/source.hpp"
#include "ssh/public_key.hpp"

#include <algorithm>

namespace bestow::operations {
namespace {

constexpr std::int64_t kSecondsInDay = 86'400;
constexpr std::int64_t kExpiresSoonDays = 30;
constexpr std::int64_t kLastPart = 3;  // of a short life: its last third

bool has_right_form(policy::GenerateKind kind, const std::string& text) {
    if (kind == policy::GenerateKind::X509 || kind == policy::GenerateKind::X509Ca) {
        return crypto::certificate_end(text).has_value();
    }
    const std::string_view line = trim(text);
    if (line.find_first_of("\r\n") != std::string_view::npos) {
        return false;  // a second line would be a second key
    }
    if (kind == policy::GenerateKind::Wireguard) {
        const auto key = codec::decode_base64(line);
        return key && key->size() == crypto::kX25519Bytes;
    }
    try {
        const bool is_rsa = ssh::parse_public_key(line).type == ssh::KeyType::Rsa;
        return is_rsa == (kind == policy::GenerateKind::SshRsa);
    } catch (const Error&) {
        return false;
    }
}

std::optional<std::string> try_read(const store::Store& store, const std::string& file) {
    try {
        return store.try_read_text(file);
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::string rotate_command(const policy::SecretSource& source) {
    return format("bestow rotate {}{}", source.secret->name,
                  source.hosts.empty() || source.variant.empty() ? "" : " --host " + source.hosts.front()->name);
}

/// Of a certificate: one proof after another, and the first that fails is what is said.
class CertificateReport {
  public:
    CertificateReport(const store::Store& store, const policy::SecretSource& source, const std::string& text)
        : store_(store), source_(source), text_(text), now_(store.system().now()) {}

    /// `ca_file`: the certificate of its CA; its own file for a CA.
    void run(const std::string& ca_file, PublicHalf& half) {
        half.problem = signature_problem(ca_file, half.file);
        if (!half.problem.empty()) {
            half.kind = "forged";
            half.hint = "somebody exchanged one of them: bestow check --public-halves tells which";
            return;
        }
        half.hint = rotate_command(source_);
        half.problem = difference();
        half.kind = half.problem.empty() ? "expired" : "differs";
        if (half.problem.empty()) {
            half.problem = validity_problem();
        } else {
            half.hint = format(
                "`bestow check --public-halves` tells whether somebody exchanged it; if it was declared "
                "anew: {}",
                rotate_command(source_));
        }
    }

  private:
    [[nodiscard]] std::string signature_problem(const std::string& ca_file, const std::string& own_file) const {
        if (ca_file == own_file) {
            return crypto::is_signed_by(text_, text_) ? "" : "this certificate is not signed by its own key";
        }
        const std::optional<std::string> ca = try_read(store_, ca_file);
        return !ca || crypto::is_signed_by(text_, *ca)  // one that is missing is a finding of its own
                   ? ""
                   : format("this certificate is not signed by that of its CA, {}", quoted(ca_file));
    }

    [[nodiscard]] std::string difference() const {
        generate::Ingredients ingredients;
        ingredients.variant = source_.variant;
        ingredients.now = now_;
        try {
            const std::vector<std::string> all = generate::certificate_differences(*source_.secret, text_, ingredients);
            return all.empty() ? "" : format("this certificate is not as it is declared: {}", join(all, "; "));
        } catch (const Error& error) {
            return format("no certificate can be as this one is declared: {}", error.message());
        }
    }

    [[nodiscard]] std::string validity_problem() const {
        if (*crypto::certificate_start(text_) > now_) {
            return "this certificate is not valid yet";
        }
        const auto days = static_cast<std::int64_t>(source_.secret->generate->certificate.days);
        const std::int64_t left = *crypto::certificate_end(text_) - now_;
        if (left >= std::min(kExpiresSoonDays * kSecondsInDay, days * kSecondsInDay / kLastPart)) {
            return "";
        }
        return left < 0 ? "this certificate has expired"
                        : format("this certificate expires in {} {}", left / kSecondsInDay,
                                 left / kSecondsInDay == 1 ? "day" : "days");
    }

    const store::Store& store_;
    const policy::SecretSource& source_;
    const std::string& text_;
    std::int64_t now_;
};

std::string ca_file_of(const std::vector<policy::SecretSource>& sources, const policy::SecretSource& source) {
    const policy::SecretSource* const ca =
        source.secret->generate->ca.empty()
            ? &source
            : policy::input_source(sources, source.secret->generate->ca, source.variant);
    return ca == nullptr ? "" : policy::public_file_of(*ca->secret, ca->variant);
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

PublicHalf report_public_half(const store::Store& store, const std::vector<policy::SecretSource>& sources,
                              const policy::SecretSource& source, ValueState state) {
    const policy::Generate& generate = *source.secret->generate;
    PublicHalf half{policy::public_file_of(*source.secret, source.variant), "", "", "", false};
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
    half.is_there = has_right_form(generate.kind, *text);
    if (!half.is_there) {
        half.kind = "malformed";
        half.problem = format("it is not what secret {} has as its public half", name);
        half.hint = format("bestow generate --public-halves {}", source.secret->name);
    } else if (generate.is_certificate()) {
        CertificateReport(store, source, *text).run(ca_file_of(sources, source), half);
    }
    return half;
}

}  // namespace bestow::operations
