#include "operations/edit_file.hpp"

#include "base/format.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "operations/editor.hpp"
#include "operations/editor_session.hpp"
#include "operations/own_keys.hpp"
#include "sops/flat_plaintext.hpp"

#include <algorithm>
#include <utility>

namespace bestow::operations {
namespace {

/// What a file that does not exist yet starts with: the keys that bestow.yaml says are in it, empty.
SecretBytes starting_text(const PolicyView& view, const std::string& file) {
    const sops::Format kind = sops::format_of(file);
    const policy::FileAccess* const access = view.find_file(file);
    const std::size_t depth = kind == sops::Format::Ini ? 2 : 1;
    std::vector<sops::Value> values;
    for (const policy::SecretSource* source :
         access != nullptr ? access->sources : std::vector<const policy::SecretSource*>()) {
        const bool names_alone = std::all_of(source->key.begin(), source->key.end(), [](const auto& element) {
            return std::holds_alternative<std::string>(element);
        });
        if (source->key.size() == depth && names_alone) {
            values.push_back({source->key, sops::ValueType::String, SecretBytes()});
        }
    }
    switch (kind) {
        case sops::Format::Yaml:
            return values.empty() ? SecretBytes() : sops::render_values(values, {}, sops::Rendering::Yaml);
        case sops::Format::Dotenv:
            return sops::dotenv_plaintext(values);
        case sops::Format::Ini:
            return sops::ini_plaintext(values);
        default:
            return {};
    }
}

class Editing {
  public:
    Editing(OpenStore& store, const EditRequest& request) : store_(store), request_(request) {}

    EditOutcome run() {
        load();
        EditorSession session(store_.system(), base_name(request_.file), plaintext_.view());
        if (session.may_swap()) {
            request_.warn("swap is on, and the plaintext lies in a tmpfs while you edit: it may be written to disk");
        }
        for (;;) {
            const SecretBytes edited = run_editor(session);
            if (equal_constant_time(edited.view(), plaintext_.view())) {
                return EditOutcome::Unchanged;
            }
            try {
                return take(edited);
            } catch (const Error& error) {
                if (!request_.edit_again(error)) {
                    throw;
                }
            }
        }
    }

  private:
    [[nodiscard]] std::optional<std::string> current_text() const {
        return store_.store().try_read_text(request_.file);
    }

    void load() {
        old_text_ = current_text();
        WorkingFiles files(store_, request_.confirmation);
        if (old_text_) {
            plaintext_ = files.whole(request_.file);
            return;
        }
        // Before the editor, so that no edit is lost by a "no".
        (void)store_.encrypt_options(request_.file);
        confirm_readers(store_, store_.readers_of(request_.file), request_.confirmation);
        plaintext_ = starting_text(store_.view(), request_.file);
    }

    SecretBytes run_editor(EditorSession& session) {
        const EditorCommand command = editor_command(store_.system(), session.path());
        if (!command.keeps_nothing && !warned_) {
            warned_ = true;
            request_.warn(
                format("{} is an editor that bestow does not know: see to it that it keeps no copies of its own",
                       quoted(command.name)));
        }
        return session.run(command.words);
    }

    EditOutcome take(const SecretBytes& edited) {
        store_.lock_and_reload();
        const std::optional<std::string> present = current_text();
        if (present != old_text_) {
            old_text_ = present;
            throw Error(ErrorKind::Failed, format("{} was changed by somebody else meanwhile", quoted(request_.file)),
                        "what you save next replaces that change");
        }
        if (edited.empty()) {
            throw Error(ErrorKind::Format, format("{} would be empty", quoted(request_.file)));
        }
        WorkingFiles files(store_, request_.confirmation);
        files.replace_whole(request_.file, edited.view());
        const bool changed = files.commit();
        for (const std::string& warning : files.warnings()) {
            request_.warn(warning);
        }
        return changed ? EditOutcome::Written : EditOutcome::Unchanged;
    }

    OpenStore& store_;
    const EditRequest& request_;
    bool warned_ = false;
    std::optional<std::string> old_text_;
    SecretBytes plaintext_;
};

}  // namespace

EditOutcome edit_file(OpenStore& store, const EditRequest& request) {
    return Editing(store, request).run();
}

}  // namespace bestow::operations
