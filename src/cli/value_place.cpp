#include "cli/value_place.hpp"

#include "cli/store_options.hpp"
#include "operations/key_argument.hpp"

#include <CLI/CLI.hpp>

namespace bestow::cli {

void add_value_place(CLI::App& command, ValuePlace& place) {
    command.add_option("name", place.name, "The secret's name; with -f a key path: a.b[0], 'a.b'.c, or . for all")
        ->required();
    command.add_option("--host", place.host, "Whose value, where hosts have different ones");
    command.add_option("-f,--file", place.file, "An encrypted file; then NAME is a key path in it");
}

operations::OpenStore open_store_for(const Invocation& invocation, operations::OpenStore::Purpose purpose,
                                     const ValuePlace& place) {
    return place.file.empty() ? open_store(invocation, purpose) : open_store_of_file(invocation, purpose, place.file);
}

operations::ValueAddress address_of(const operations::OpenStore& store, const ValuePlace& place) {
    if (place.file.empty()) {
        const policy::SecretSource& source = operations::find_source(store.view(), place.name, place.host);
        return {source.file, source.key};
    }
    if (!place.host.empty()) {
        throw Error(ErrorKind::Usage, "--host and -f exclude each other", "a file's name says whose values it holds");
    }
    return {name_in_store(store, place.file), operations::parse_key_argument(place.name)};
}

}  // namespace bestow::cli
