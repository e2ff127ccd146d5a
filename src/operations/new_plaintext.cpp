#include "operations/new_plaintext.hpp"

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/text.hpp"
#include "sops/flat_plaintext.hpp"

namespace bestow::operations {

SecretBytes plaintext_of(const std::string& file, const std::vector<sops::Value>& values) {
    const bool is_whole = values.size() == 1 && values.front().path.empty();
    if (is_whole) {
        return values.front().bytes.copy();
    }
    switch (sops::format_of(file)) {
        case sops::Format::Yaml:
            return sops::render_values(values, {}, sops::Rendering::Yaml);
        case sops::Format::Json:
            return sops::render_values(values, {}, sops::Rendering::Json);
        case sops::Format::Binary:
            throw Error(ErrorKind::Usage, format("{} is one value as a whole", quoted(file)),
                        "its key is '.'; files with several values end in .yaml");
        case sops::Format::Dotenv:
            return sops::dotenv_plaintext(values);
        case sops::Format::Ini:
            return sops::ini_plaintext(values);
    }
    throw Error(ErrorKind::Internal, "a format of SOPS documents without a name");
}

}  // namespace bestow::operations
