#include "age/seal_header.hpp"

#include "age/header.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"

#include <algorithm>

namespace bestow::age {

SealedHeader seal_header(const Recipients& recipients) {
    if (recipients.empty()) {
        throw Error(ErrorKind::Usage, "no recipients: nobody could open the file");
    }
    const bool any_alone =
        std::any_of(recipients.begin(), recipients.end(), [](const auto& each) { return each->must_be_alone(); });
    if (any_alone && recipients.size() > 1) {
        throw Error(ErrorKind::Usage, "a passphrase must be the only recipient");
    }
    SealedHeader sealed;
    sealed.file_key = crypto::random_secret(kFileKeyBytes);
    std::vector<Stanza> stanzas;
    for (const auto& recipient : recipients) {
        stanzas.push_back(recipient->wrap(sealed.file_key.view()));
    }
    sealed.text = encode_header(stanzas, sealed.file_key.view());
    return sealed;
}

}  // namespace bestow::age
