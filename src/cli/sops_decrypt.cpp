#include "base/format.hpp"
#include "base/text.hpp"
#include "cli/sops_file.hpp"

namespace bestow::cli {
namespace {

using sops::Format;
using sops::PlainNode;

/// A single value as sops prints it: strings as they are, everything else in the output's format.
SecretBytes emit_value(const SopsCall& call, const PlainNode& node, Format format) {
    if (node.shape == PlainNode::Shape::Scalar && node.type == sops::ValueType::String) {
        return node.bytes.copy();
    }
    const sops::Layout layout = layout_for(call, format);
    return failing_with(SopsStatus::CannotEmit, [&] {
        switch (format) {
            case Format::Yaml:
                return sops::emit_yaml({&node}, {});
            case Format::Json:
                return sops::emit_json(node, layout);
            case Format::Ini:
                return sops::emit_json(node, {});
            default:
                throw Error(ErrorKind::Format, bestow::format("a {} document has no single value of this kind",
                                                              sops::format_name(format)));
        }
    });
}

SecretBytes extract(const SopsCall& call, const std::vector<PlainNode>& roots, const document::KeyPath& path,
                    Format format) {
    if (roots.empty()) {
        throw SopsFailure(SopsStatus::Failed, "the file has no document");
    }
    const PlainNode* const found =
        failing_with(SopsStatus::Failed, [&] { return &sops::node_at(roots.front(), path); });
    if (found->shape != PlainNode::Shape::Mapping) {
        return emit_value(call, *found, format);
    }
    std::vector<const PlainNode*> documents = all_documents(roots);
    documents.front() = found;  // the others stay as they are, as upstream has it
    return emit_documents(call, documents, format);
}

}  // namespace

int sops_decrypt(const SopsCall& call) {
    const bool from_stdin = call.arguments().empty();
    if (from_stdin && call.flags.boolean("in-place")) {
        throw SopsFailure(SopsStatus::ConflictingFlags, "--in-place does not go with standard input");
    }
    check_output_flags(call);
    const std::string file = from_stdin ? std::string() : file_argument(call);
    if (!from_stdin && !file_exists(call.system(), file)) {
        throw SopsFailure(SopsStatus::NoFile, format("there is no file {}", quoted(file)));
    }
    const std::string name = deciding_name(call, file);
    const Format input = sops_format(call, "input-type", name);
    const Format output = sops_format(call, "output-type", name);
    (void)creation_config(call);
    check_decryption_order(call);
    const document::KeyPath path =
        failing_with(SopsStatus::BadTreePath, [&] { return parse_tree_path(call.flags.text("extract")); });
    const OpenedSopsFile opened = open_encrypted(call, file, input);
    const std::vector<PlainNode>& roots = opened.roots;
    const SecretBytes plaintext =
        path.empty() ? emit_documents(call, all_documents(roots), output) : extract(call, roots, path, output);
    write_sops_output(call, file, plaintext.view(), Secrecy::Plaintext);
    return 0;
}

}  // namespace bestow::cli
