#include "policy/source.hpp"

#include "base/format.hpp"
#include "base/text.hpp"

namespace bestow::policy {

document::KeyPath parse_key_text(std::string_view text) {
    document::KeyPath path;
    if (text == ".") {
        return path;
    }
    for (const std::string_view segment : split(text, '/')) {
        path.emplace_back(std::string(segment));
    }
    return path;
}

document::KeyPath key_of(const Secret& secret) {
    if (secret.key) {
        return *secret.key;
    }
    const std::size_t slash = secret.name.rfind('/');
    return {slash == std::string::npos ? secret.name : secret.name.substr(slash + 1)};
}

std::string file_of(const Secret& secret, std::string_view variant) {
    if (secret.file) {
        std::string file = *secret.file;
        const std::string mark = "{" + secret.per + "}";
        for (std::size_t at = file.find(mark); !secret.per.empty() && at != std::string::npos;
             at = file.find(mark, at + variant.size())) {
            file.replace(at, mark.size(), variant);
        }
        return file;
    }
    const std::string below = secret.per.empty() ? std::string() : format("{}/{}/", secret.per, variant);
    return format("secrets/{}{}.yaml", below, secret.name.substr(0, secret.name.rfind('/')));
}

std::optional<std::string> variant_for(const Secret& secret, const Host& host) {
    if (secret.per.empty()) {
        return std::string();
    }
    if (secret.per == "host") {
        return host.name;
    }
    const auto value = host.vars.find(secret.per);
    return value == host.vars.end() ? std::nullopt : std::optional(value->second);
}

}  // namespace bestow::policy
