#include "sops/flat_plaintext.hpp"

#include "base/error.hpp"
#include "document/dotenv.hpp"
#include "document/ini.hpp"
#include "sops/document_format.hpp"

#include <algorithm>

namespace bestow::sops {
namespace {

constexpr std::string_view kReserved = "sops_";

void check(const DocumentFormat& format, const Value& value) {
    try {
        format.check_value({value.type, false, value.bytes.copy()});
    } catch (Error& error) {
        error.add_context(document::to_text(value.path));
        throw;
    }
}

const std::string& name_at(const Value& value, std::size_t depth) {
    return std::get<std::string>(value.path[depth]);
}

void refuse_reserved(const std::string& name, bool reserved) {
    if (reserved || name == kMetadataKey) {
        throw Error(ErrorKind::Usage, name + ": this name is SOPS's own", "choose another one");
    }
}

}  // namespace

SecretBytes dotenv_plaintext(const std::vector<Value>& values) {
    SecretBuilder out;
    for (const Value& value : values) {
        document::check_dotenv_path(value.path);
        const std::string& key = name_at(value, 0);
        refuse_reserved(key, key.substr(0, kReserved.size()) == kReserved);
        check(dotenv_format(), value);
        out.append(key);
        out.append(std::string_view("="));
        document::append_dotenv_value(out, as_text(value.bytes.view()));
        out.append(std::string_view("\n"));
    }
    return out.finish();
}

SecretBytes ini_plaintext(const std::vector<Value>& values) {
    std::vector<std::string> sections = {std::string(document::kIniDefaultSection)};
    for (const Value& value : values) {
        document::check_ini_path(value.path);
        refuse_reserved(name_at(value, 0), false);
        check(ini_format(), value);
        if (std::find(sections.begin(), sections.end(), name_at(value, 0)) == sections.end()) {
            sections.push_back(name_at(value, 0));
        }
    }
    SecretBuilder out;
    for (const std::string& section : sections) {
        if (section != document::kIniDefaultSection) {
            out.append((out.size() > 0 ? "\n[" : "[") + section + "]\n");
        }
        for (const Value& value : values) {
            if (name_at(value, 0) == section) {
                out.append(document::ini_key_source(name_at(value, 1)) + " = ");
                document::append_ini_value(out, as_text(value.bytes.view()));
                out.append(std::string_view("\n"));
            }
        }
    }
    return out.finish();
}

}  // namespace bestow::sops
