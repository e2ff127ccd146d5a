#include "operations/run_generator.hpp"

#include "base/format.hpp"
#include "base/text.hpp"
#include "document/utf8.hpp"
#include "operations/private_folder.hpp"
#include "os/bounded_run.hpp"

namespace bestow::operations {
namespace {

constexpr std::size_t kLimitBytes = std::size_t{1024} * 1024;

/// A JSON string, as RFC 8259 has it; the text is UTF-8.
void append_json_string(SecretBuilder& out, ByteView text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.append("\"");
    for (const Byte byte : text) {
        if (byte == '"' || byte == '\\') {
            out.append("\\");
            out.append(ByteView(&byte, 1));
        } else if (byte < 0x20) {
            out.append("\\u00");
            out.append(digits.substr(byte >> 4, 1));
            out.append(digits.substr(byte & 15U, 1));
        } else {
            out.append(ByteView(&byte, 1));
        }
    }
    out.append("\"");
}

SecretBytes json_of(const GeneratorInputs& inputs) {
    SecretBuilder out;
    out.append("{");
    for (const auto& [name, value] : inputs) {
        if (!document::is_utf8(as_text(value->view()))) {
            throw Error(ErrorKind::Format,
                        format("{} is no UTF-8 text, so it cannot be handed over as JSON", quoted(name)));
        }
        out.append(&name == &inputs.front().first ? "" : ",");
        append_json_string(out, as_bytes(name));
        out.append(":");
        append_json_string(out, value->view());
    }
    out.append("}\n");
    return out.finish();
}

std::string why_not(const os::BoundedEnd& end, std::uint64_t timeout_seconds) {
    switch (end.why) {
        case os::BoundedEnd::Why::TimedOut:
            return format("took longer than {} seconds", timeout_seconds);
        case os::BoundedEnd::Why::TooLong:
            return format("printed more than {} bytes", kLimitBytes);
        case os::BoundedEnd::Why::Ended:
            break;
    }
    return end.status != 0      ? format("failed with exit status {}", end.status)
           : end.output.empty() ? "printed nothing"
                                : "";
}

}  // namespace

SecretBytes run_generator(const OpenStore& store, const policy::SecretSource& source, const GeneratorProgram& program,
                          const GeneratorInputs& inputs) {
    const policy::Generate& generate = *source.secret->generate;
    const PrivateFolder folder(store.system());
    const SecretBytes input = json_of(inputs);
    os::BoundedRun run;
    run.program = program.path;
    run.argv = generate.command;
    run.environment = {"PATH=" + generator_path(store),
                       "HOME=" + folder.path(),
                       "TMPDIR=" + folder.path(),
                       "LC_ALL=C.UTF-8",
                       "BESTOW_SECRET=" + source.secret->name,
                       "BESTOW_VARIANT=" + source.variant};
    run.folder = folder.path();
    run.input = input.view();
    run.limit_bytes = kLimitBytes;
    run.timeout_seconds = static_cast<unsigned>(generate.timeout_seconds);
    require_unchanged(store, program);
    os::BoundedEnd end = os::run_bounded(run);
    if (end.why == os::BoundedEnd::Why::Ended && !end.output.empty() && end.output.view().back() == '\n') {
        end.output.truncate(end.output.size() - 1);
    }
    if (const std::string reason = why_not(end, generate.timeout_seconds); !reason.empty()) {
        throw Error(ErrorKind::Failed, format("the command {} of secret {} {}; nothing was changed",
                                              quoted(generate.command.front()), quoted(source.secret->name), reason));
    }
    return std::move(end.output);
}

}  // namespace bestow::operations
