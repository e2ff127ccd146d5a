#include "sops/document_format.hpp"

#include "base/error.hpp"
#include "base/format.hpp"

namespace bestow::sops {

std::optional<std::string> DocumentFormat::expanded(const document::Document& /*document*/) const {
    return std::nullopt;
}

std::optional<std::string> DocumentFormat::with_kept_comments(const document::Document& /*document*/,
                                                              const SealRequest& /*request*/) const {
    return std::nullopt;
}

std::string DocumentFormat::comment_envelope(const document::Document& /*document*/, const Place& /*place*/,
                                             const std::string& envelope) const {
    return "#" + envelope;
}

const DocumentFormat& document_format(Format format) {
    switch (format) {
        case Format::Yaml:
            return yaml_format();
        case Format::Json:
        case Format::Binary:
            return json_format();
        default:
            throw Error(ErrorKind::Format,
                        bestow::format("{} documents are not supported yet; YAML, JSON and binary ones are",
                                       format_name(format)),
                        "give the file a name that ends with .yaml, or any other for a binary document");
    }
}

}  // namespace bestow::sops
