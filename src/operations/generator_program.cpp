#include "operations/generator_program.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "history/repository.hpp"
#include "operations/named_paths.hpp"
#include "operations/program_file.hpp"

namespace bestow::operations {
namespace {

constexpr const char* kUsualPath = "/usr/local/bin:/usr/bin:/bin";
constexpr unsigned kExecutable = 0111;

/// What a push can change: everything below the root of the git work tree.
std::string pushable_folder(const OpenStore& store) {
    const std::string& path = store.store().path();
    return history::find_work_tree(store.system(), path).value_or(path);
}

Error can_be_pushed(const policy::Secret& secret, std::string_view word) {
    return {
        ErrorKind::Policy,
        format("secret {}: its command names {}, which is in the store's work tree: whoever can push could exchange "
               "what is run",
               quoted(secret.name), quoted(word)),
        "keep programs outside of it"};
}

/// What a script reads beyond that, or puts together itself, is its author's affair.
void refuse_arguments_of_work_tree(const OpenStore& store, const policy::Secret& secret, const std::string& folder) {
    const std::vector<std::string>& command = secret.generate->command;
    if (count_slashes(command) > kMaxNamedPaths) {
        throw Error(ErrorKind::Policy,
                    format("secret {}: its command could name more than {} paths", quoted(secret.name), kMaxNamedPaths),
                    "make a program of what it does, and name that");
    }
    for (const std::string& word : command) {
        if (names_path_below(store.system(), word, folder)) {
            throw can_be_pushed(secret, word);
        }
    }
}

std::string look_up(const OpenStore& store, const policy::Secret& secret, const std::string& name) {
    const std::string places = generator_path(store);
    for (const std::string_view place : split(places, ':')) {
        const std::string path = format("{}/{}", place, name);
        try {
            const auto file = store.system().try_open_file(path);
            if (file && (store.system().status(file->get()).mode_bits & kExecutable) != 0) {
                return path;
            }
        } catch (const Error&) {
            continue;  // a folder of that name, or one that others may read
        }
    }
    throw Error(ErrorKind::NotFound,
                format("secret {}: there is no program {} in PATH", quoted(secret.name), quoted(name)));
}

}  // namespace

void require_unchanged(const OpenStore& store, const GeneratorProgram& program) {
    if (hash_program(store.system(), program.path) != program.sha512) {
        throw Error(ErrorKind::Policy, format("{} is not the program that was approved any more", quoted(program.path)),
                    "look at who changed it, and run this again to approve it as it is now");
    }
}

std::string generator_path(const OpenStore& store) {
    const std::string folder = pushable_folder(store);
    std::vector<std::string> places;
    const std::string path = store.system().environment("PATH").value_or(kUsualPath);
    for (const std::string_view place : split(path, ':')) {
        const std::string text(place);
        if (place.starts_with('/') && !is_below(try_real_path(store.system(), text).value_or(text), folder)) {
            places.push_back(text);
        }
    }
    return places.empty() ? kUsualPath : join(places, ":");
}

GeneratorProgram find_program(const OpenStore& store, const policy::Secret& secret) {
    const std::vector<std::string>& command = secret.generate->command;
    const std::string& name = command.front();
    const bool is_path = name.find('/') != std::string::npos;
    if (is_path && name.front() != '/') {
        throw Error(ErrorKind::Policy,
                    format("secret {}: the program {} is a relative path", quoted(secret.name), quoted(name)),
                    "a command names a program of PATH, or an absolute path outside the store's work tree");
    }
    const std::string folder = pushable_folder(store);
    refuse_arguments_of_work_tree(store, secret, folder);
    const std::string found = is_path ? name : look_up(store, secret, name);
    const std::optional<std::string> path = try_real_path(store.system(), found);
    if (!path) {
        throw Error(ErrorKind::NotFound,
                    format("secret {}: there is no program {}", quoted(secret.name), quoted(found)));
    }
    if (is_below(*path, folder)) {
        throw can_be_pushed(secret, found);
    }
    try {
        return {*path, hash_program(store.system(), *path)};
    } catch (Error& error) {
        throw error.add_context("secret " + quoted(secret.name));
    }
}

}  // namespace bestow::operations
