#pragma once
/// Makes new values in WorkingFiles, which nothing has written yet: each from what was made before it in this run, else
/// from what the store holds.

#include "operations/approved_commands.hpp"
#include "operations/working_files.hpp"

#include <map>
#include <string>
#include <utility>

namespace bestow::operations {

class ValueMaker {
  public:
    ValueMaker(OpenStore& store, WorkingFiles& files, ApprovedPrograms programs)
        : store_(store), files_(files), programs_(std::move(programs)) {}

    /// A new value and its public half. Throws Error(NotFound) for an input without a value, missing_certificate(), and
    /// what its generator throws, with the secret's name.
    const SecretBytes& make(const policy::SecretSource& source);
    /// A value that somebody gave.
    void take(const policy::SecretSource& source, SecretBytes value);
    /// The public half of a value that is there.
    void make_public_half(const policy::SecretSource& source);
    /// Keeps the value that is there under the key of NAME.previous; does nothing when there is none.
    void keep_previous(const policy::SecretSource& source);

  private:
    using Place = std::pair<std::string, std::string>;  ///< a secret's name, and which of its values

    const SecretBytes& value_of(const policy::SecretSource& source);
    const SecretBytes& input_of(const policy::SecretSource& source, const std::string& name);
    std::string certificate_of(const policy::SecretSource& source);
    SecretBytes from_command(const policy::SecretSource& source);
    void put(const policy::SecretSource& source, SecretBytes value);
    void put_public_half(const policy::SecretSource& source, std::string text);

    OpenStore& store_;
    WorkingFiles& files_;
    ApprovedPrograms programs_;
    std::map<Place, SecretBytes> values_;
    std::map<Place, std::string> public_halves_;
};

/// True when its public half is missing from the store.
bool lacks_public_half(const OpenStore& store, const policy::SecretSource& source);

/// Whatever a CA is to sign waits for its certificate: only who asks for that one makes it, since it says what is
/// declared by now.
Error missing_certificate(const policy::SecretSource& ca);

}  // namespace bestow::operations
