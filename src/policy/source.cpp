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

std::string for_variant(const Secret& secret, std::string text, std::string_view variant) {
    const std::string mark = "{" + secret.per + "}";
    for (std::size_t at = text.find(mark); !secret.per.empty() && at != std::string::npos;
         at = text.find(mark, at + variant.size())) {
        text.replace(at, mark.size(), variant);
    }
    return text;
}

std::string file_of(const Secret& secret, std::string_view variant) {
    if (secret.file) {
        return for_variant(secret, *secret.file, variant);
    }
    const std::string below = secret.per.empty() ? std::string() : format("{}/{}/", secret.per, variant);
    return format("secrets/{}{}.yaml", below, secret.name.substr(0, secret.name.rfind('/')));
}

std::string public_file_of(const Secret& secret, std::string_view variant) {
    if (secret.generate->public_path) {
        return for_variant(secret, *secret.generate->public_path, variant);
    }
    std::string file = file_of(secret, variant);
    const std::size_t dot = file.rfind('.');
    if (dot != std::string::npos && dot > file.rfind('/') + 1) {
        file.resize(dot);
    }
    for (const document::PathElement& element : key_of(secret)) {
        const auto* const key = std::get_if<std::string>(&element);
        file += "." + (key != nullptr ? *key : format("{}", std::get<std::size_t>(element)));
    }
    return file + (secret.generate->is_certificate() ? ".crt" : ".pub");
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
