#include "sops/document_format.hpp"

#include "base/error.hpp"

namespace bestow::sops {

std::optional<std::string> DocumentFormat::expanded(const document::Document& /*document*/) const {
    return std::nullopt;
}

std::optional<std::string> DocumentFormat::with_comments_to_seal(const document::Document& /*document*/,
                                                                 const Selector& /*selector*/) const {
    return std::nullopt;
}

void DocumentFormat::check_value(const TypedBytes& /*value*/) const {}

std::optional<std::string> DocumentFormat::with_kept_comments(const document::Document& /*document*/,
                                                              const SealRequest& /*request*/) const {
    return std::nullopt;
}

std::string DocumentFormat::comment_envelope(const document::Document& /*document*/, const Place& /*place*/,
                                             const std::string& envelope) const {
    return "#" + envelope;
}

void DocumentFormat::edit_mac(document::Splices& splices, const document::Document& document, std::string_view mac,
                              std::string_view last_modified) const {
    edit_mac_members(splices, document, mac, last_modified);
}

void DocumentFormat::edit_age_entries(document::Splices& splices, const document::Document& document,
                                      const std::vector<AgeEntryEdit>& entries) const {
    edit_age_members(splices, document, entries);
}

const DocumentFormat& document_format(Format format) {
    switch (format) {
        case Format::Yaml:
            return yaml_format();
        case Format::Json:
        case Format::Binary:
            return json_format();
        case Format::Dotenv:
            return dotenv_format();
        case Format::Ini:
            return ini_format();
    }
    throw Error(ErrorKind::Internal, "a format of SOPS documents without a name");
}

}  // namespace bestow::sops
