#include "crypto/hash.hpp"
#include "fuzz/promises.hpp"
#include "fuzz/targets.hpp"
#include "history/facts.hpp"
#include "history/git_output.hpp"
#include "history/known.hpp"

#include <algorithm>

// What git prints, what the blobs are that it hands out, and what was kept of both.

namespace bestow::fuzz {
namespace {

constexpr auto kKinds = {ErrorKind::Format};

}  // namespace

void git_output(ByteView bytes) {
    (void)accepted([&] { return history::parse_listed_commit(as_text(bytes)); }, kKinds);
    std::vector<std::string> changes;
    const auto read_changes = [&](std::size_t size) {
        std::vector<std::string> told;
        history::RawChanges raw([&](std::string_view commit) { told.emplace_back(commit); },
                                [&](const history::RawChange& change) { told.push_back(change.path + change.after); });
        history::Pieces pieces('\0', [&](std::string_view piece) { raw.feed(piece); });
        for (std::size_t at = 0; at < bytes.size(); at += size) {
            pieces.feed(bytes.subspan(at, std::min(size, bytes.size() - at)));
        }
        if (!pieces.rest().empty()) {
            raw.feed(pieces.rest());
        }
        return told;
    };
    const auto whole = accepted([&] { return read_changes(std::max<std::size_t>(bytes.size(), 1)); }, kKinds);
    const auto cut = accepted([&] { return read_changes(5); }, kKinds);
    must(whole == cut, "changes are the same however the output is cut");
    (void)accepted(
        [&] {
            std::size_t kept = 0;
            history::ObjectStream objects(1024, {[&](std::string_view, ByteView content) { kept += content.size(); },
                                                 [](std::string_view, const std::string&) {}});
            objects.feed(bytes);
            must(kept <= bytes.size(), "no more is kept than came");
            return kept;
        },
        kKinds);
}

/// A blob may be anything, under a name of any type.
void blob_facts(ByteView bytes) {
    for (const sops::Format format :
         {sops::Format::Yaml, sops::Format::Json, sops::Format::Dotenv, sops::Format::Ini, sops::Format::Binary}) {
        history::Known known;
        history::BlobRecord record{known.objects.add("object"), format,
                                   history::read_facts(known.tables, bytes, format)};
        const history::BlobFacts& facts = record.facts;
        must((facts.kind == history::BlobKind::Broken) == (facts.problem != history::kNone), "what is broken says why");
        must(facts.wrapped.size() <= facts.readers.size(), "a wrapped data key is somebody's");
        for (const history::LeafFact& leaf : facts.leaves) {
            must(leaf.key < known.tables.texts.size(), "a value has a place");
            must(leaf.sealed == history::kNone || leaf.sealed < known.tables.sealed.size(),
                 "and its ciphertext a name");
        }
        history::Tables again;
        must(history::read_facts(again, bytes, format).leaves.size() == facts.leaves.size(), "facts are facts");
        (void)known.add_blob(std::move(record));
        const Bytes kept = history::encode_known(known, "label");
        const std::optional<history::Known> reread = history::parse_known(kept, "label");
        must(reread.has_value() && history::encode_known(*reread, "label") == kept, "they are kept as they are");
    }
}

/// The digest is made to fit, so that what it covers is looked at, too.
void known_history(ByteView bytes) {
    constexpr std::size_t kDigestBytes = 32;
    Bytes whole = to_bytes(bytes);
    if (whole.size() > kDigestBytes) {
        const ByteView covered = ByteView(whole).first(whole.size() - kDigestBytes);
        const crypto::Sha256Digest digest = crypto::sha256(covered);
        std::copy(digest.begin(), digest.end(), whole.end() - kDigestBytes);
    }
    if (const std::optional<history::Known> known = history::parse_known(whole, "label")) {
        const Bytes again = history::encode_known(*known, "label");
        const std::optional<history::Known> reread = history::parse_known(again, "label");
        must(reread.has_value(), "what was read can be written");
        must(history::encode_known(*reread, "label") == again, "and is read as it was written");
    }
}

}  // namespace bestow::fuzz
