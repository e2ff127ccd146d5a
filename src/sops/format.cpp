#include "sops/format.hpp"

namespace bestow::sops {

Format format_of(std::string_view file_name) {
    const auto ends_with = [file_name](std::string_view suffix) {
        return file_name.size() >= suffix.size() && file_name.substr(file_name.size() - suffix.size()) == suffix;
    };
    if (ends_with(".yaml") || ends_with(".yml")) {
        return Format::Yaml;
    }
    if (ends_with(".json")) {
        return Format::Json;
    }
    if (ends_with(".env")) {
        return Format::Dotenv;
    }
    return ends_with(".ini") ? Format::Ini : Format::Binary;
}

std::string_view format_name(Format format) {
    switch (format) {
        case Format::Yaml:
            return "YAML";
        case Format::Json:
            return "JSON";
        case Format::Dotenv:
            return "dotenv";
        case Format::Ini:
            return "INI";
        case Format::Binary:
            return "binary";
    }
    return "unknown";
}

}  // namespace bestow::sops
