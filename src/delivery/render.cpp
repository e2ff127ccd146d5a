#include "delivery/render.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "delivery/filters.hpp"

namespace bestow::delivery {
namespace {

constexpr std::string_view kHostName = "host.name";
constexpr std::string_view kHostVariables = "host.vars.";

std::string host_fact(const std::string& subject, const Manifest& manifest) {
    if (subject == kHostName) {
        return manifest.host;
    }
    if (subject.compare(0, kHostVariables.size(), kHostVariables) == 0) {
        const auto found = manifest.vars.find(subject.substr(kHostVariables.size()));
        if (found != manifest.vars.end()) {
            return found->second;
        }
    }
    throw Error(ErrorKind::NotFound, format("host {} has no {}", quoted(manifest.host), quoted(subject)));
}

bool is_absent(const policy::Placeholder& placeholder, const Manifest& manifest, const ValueLookup& values) {
    return !placeholder.is_host_fact() && is_optional(manifest, placeholder.subject) &&
           values(placeholder.subject) == nullptr;
}

SecretBytes value_of(const policy::Placeholder& placeholder, const Manifest& manifest, const ValueLookup& values) {
    if (placeholder.is_host_fact()) {
        return SecretBytes::copy_of(host_fact(placeholder.subject, manifest));
    }
    const SecretBytes* const value = values(placeholder.subject);
    if (value == nullptr) {
        throw Error(ErrorKind::NotFound, format("there is no value of secret {}", quoted(placeholder.subject)));
    }
    return value->copy();
}

}  // namespace

SecretBytes render(const ManifestTemplate& rendered, const Manifest& manifest, const ValueLookup& values,
                   ByteView salt_key) {
    SecretBuilder builder;
    for (const policy::TemplatePiece& piece : rendered.pieces) {
        if (const auto* literal = std::get_if<std::string>(&piece)) {
            builder.append(*literal);
            continue;
        }
        const auto& placeholder = std::get<policy::Placeholder>(piece);
        if (is_absent(placeholder, manifest, values)) {
            continue;  // without its filters: the hash of nothing would be one of the empty password
        }
        try {
            SecretBytes value = value_of(placeholder, manifest, values);
            for (const policy::Filter& filter : placeholder.filters) {
                value = apply_filter(filter, value.view(), {salt_key, placeholder.subject});
            }
            builder.append(value.view());
        } catch (Error& error) {
            error.add_context(format("line {}, column {}", placeholder.at.line, placeholder.at.column));
            throw;
        }
    }
    return builder.finish();
}

}  // namespace bestow::delivery
