#include "codec/pem.hpp"

#include "base/text.hpp"
#include "codec/base64.hpp"

namespace bestow::codec {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

/// "LABEL" of "-----BEGIN LABEL-----".
std::optional<std::string_view> label_of(std::string_view line, std::string_view prefix) {
    if (line.size() < prefix.size() + kDashes.size() || line.substr(0, prefix.size()) != prefix ||
        line.substr(line.size() - kDashes.size()) != kDashes) {
        return std::nullopt;
    }
    return line.substr(prefix.size(), line.size() - prefix.size() - kDashes.size());
}

}  // namespace

std::optional<Pem> decode_pem(std::string_view text) {
    std::optional<std::string_view> label;
    SecretBuilder base64;
    bool encrypted = false;
    std::string headers;
    for (std::string_view line : split(trim(text), '\n')) {
        line = trim(line);
        if (!label) {
            label = label_of(line, kBegin);
            if (!label) {
                return std::nullopt;
            }
        } else if (const auto end = label_of(line, kEnd)) {
            auto bytes = decode_base64_secret(as_text(base64.view()));
            if (*end != *label || !bytes) {
                return std::nullopt;
            }
            return Pem{std::string(*label), encrypted, *std::move(bytes), std::move(headers)};
        } else if (line.find(':') != std::string_view::npos) {
            encrypted = encrypted || (line.substr(0, 10) == "Proc-Type:" && line.find("ENCRYPTED") != line.npos);
            headers.append(line).append("\n");
        } else {
            base64.append(line);
        }
    }
    return std::nullopt;
}

}  // namespace bestow::codec
