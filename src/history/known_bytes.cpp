#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "history/known.hpp"

#include <algorithm>

// MAGIC, the label, the tables, commits and blobs, and a SHA-256 over all of that. Numbers are LEB128; an index is one
// more than itself, so that 0 is "none".

namespace bestow::history {
namespace {

constexpr std::string_view kMagic = "bestow history 1\n";
constexpr std::size_t kDigestBytes = 32;

class Writer {
  public:
    void number(std::uint64_t value) {
        while (value >= 0x80) {
            bytes_.push_back(static_cast<Byte>(value | 0x80U));
            value >>= 7U;
        }
        bytes_.push_back(static_cast<Byte>(value));
    }
    void index(Index value) { number(value == kNone ? 0 : std::uint64_t{value} + 1); }
    void raw(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    void text(std::string_view text) {
        number(text.size());
        raw(as_bytes(text));
    }
    void texts(const Texts& texts) {
        number(texts.size());
        for (Index one = 0; one < texts.size(); ++one) {
            text(texts.at(one));
        }
    }
    void indices(const std::vector<Index>& values) {
        number(values.size());
        for (const Index value : values) {
            index(value);
        }
    }
    Bytes take() { return std::move(bytes_); }
    [[nodiscard]] ByteView view() const { return bytes_; }

  private:
    Bytes bytes_;
};

/// Whatever does not fit ends the reading.
struct Foreign {};

class Reader {
  public:
    explicit Reader(ByteView bytes) : rest_(bytes) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 63; shift += 7) {
            const Byte byte = raw(1).front();
            value |= std::uint64_t{byte & 0x7fU} << shift;
            if ((byte & 0x80U) == 0) {
                return value;
            }
        }
        throw Foreign();
    }
    /// How many things follow, each of at least one byte.
    std::size_t count() {
        const std::uint64_t value = number();
        if (value > rest_.size()) {
            throw Foreign();
        }
        return static_cast<std::size_t>(value);
    }
    /// One that is below `size`, or kNone.
    Index index(std::size_t size) {
        const std::uint64_t value = number();
        if (value > size) {
            throw Foreign();
        }
        return value == 0 ? kNone : static_cast<Index>(value - 1);
    }
    Index present(std::size_t size) {
        const Index value = index(size);
        if (value == kNone) {
            throw Foreign();
        }
        return value;
    }
    ByteView raw(std::size_t size) {
        if (size > rest_.size()) {
            throw Foreign();
        }
        const ByteView bytes = rest_.first(size);
        rest_ = rest_.subspan(size);
        return bytes;
    }
    std::string_view text() { return as_text(raw(count())); }
    void texts(Texts& texts) {
        for (std::size_t left = count(); left > 0; --left) {
            const std::size_t before = texts.size();
            (void)texts.add(text());
            if (texts.size() == before) {
                throw Foreign();  // twice the same
            }
        }
    }
    std::vector<Index> indices(std::size_t size) {
        std::vector<Index> values(count());
        for (Index& value : values) {
            value = present(size);
        }
        return values;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

  private:
    ByteView rest_;
};

void write_facts(Writer& out, const BlobFacts& facts) {
    out.number(static_cast<std::uint64_t>(facts.kind));
    out.number(facts.needs_several ? 1 : 0);
    out.number(facts.leaves.size());
    for (const LeafFact& leaf : facts.leaves) {
        out.index(leaf.key);
        out.index(leaf.sealed);
    }
    out.indices(facts.readers);
    out.indices(facts.wrapped);
    out.index(facts.last_modified);
    out.index(facts.problem);
}

BlobFacts read_facts_of(Reader& in, const Tables& tables) {
    BlobFacts facts;
    const std::uint64_t kind = in.number();
    if (kind > static_cast<std::uint64_t>(BlobKind::Broken)) {
        throw Foreign();
    }
    facts.kind = static_cast<BlobKind>(kind);
    facts.needs_several = in.number() == 1;
    facts.leaves.resize(in.count());
    for (LeafFact& leaf : facts.leaves) {
        leaf.key = in.present(tables.texts.size());
        leaf.sealed = in.index(tables.sealed.size());
    }
    facts.readers = in.indices(tables.texts.size());
    facts.wrapped = in.indices(tables.sealed.size());
    facts.last_modified = in.index(tables.texts.size());
    facts.problem = in.index(tables.texts.size());
    const bool is_whole = (facts.kind == BlobKind::Broken) == (facts.problem != kNone) &&
                          (facts.kind == BlobKind::Sops) == (facts.last_modified != kNone) &&
                          facts.wrapped.size() <= facts.readers.size();
    if (!is_whole) {
        throw Foreign();
    }
    return facts;
}

void write_tables(Writer& out, const Known& known) {
    out.texts(known.objects);
    out.texts(known.tables.texts);
    out.number(known.tables.sealed.size());
    for (Index one = 0; one < known.tables.sealed.size(); ++one) {
        const Sealed& sealed = known.tables.sealed.at(one);
        out.raw(sealed.identity);
        out.number(sealed.value_bytes);
    }
}

void read_tables(Reader& in, Known& known) {
    in.texts(known.objects);
    in.texts(known.tables.texts);
    for (std::size_t left = in.count(); left > 0; --left) {
        Sealed sealed;
        const ByteView identity = in.raw(sealed.identity.size());
        std::copy(identity.begin(), identity.end(), sealed.identity.begin());
        sealed.value_bytes = in.number();
        (void)known.tables.sealed.add(sealed);
    }
}

void write_commits(Writer& out, const Known& known) {
    out.number(known.commits().size());
    for (const CommitChanges& commit : known.commits()) {
        out.index(commit.commit);
        out.index(commit.parent);
        out.number(commit.changes.size());
        for (const FileChange& change : commit.changes) {
            out.index(change.path);
            out.index(change.before);
            out.index(change.after);
        }
    }
}

void read_commits(Reader& in, Known& known) {
    for (std::size_t left = in.count(); left > 0; --left) {
        CommitChanges commit;
        commit.commit = in.present(known.objects.size());
        commit.parent = in.index(known.objects.size());
        commit.changes.resize(in.count());
        for (FileChange& change : commit.changes) {
            change.path = in.present(known.tables.texts.size());
            change.before = in.index(known.objects.size());
            change.after = in.index(known.objects.size());
        }
        known.add_commit(std::move(commit));
    }
}

void write_blobs(Writer& out, const Known& known) {
    out.number(known.blob_count());
    for (Index one = 0; one < known.blob_count(); ++one) {
        const BlobRecord& blob = known.blob(one);
        out.index(blob.object);
        out.number(static_cast<std::uint64_t>(blob.format));
        write_facts(out, blob.facts);
    }
}

void read_blobs(Reader& in, Known& known) {
    for (std::size_t left = in.count(); left > 0; --left) {
        BlobRecord blob;
        blob.object = in.present(known.objects.size());
        const std::uint64_t format = in.number();
        if (format > static_cast<std::uint64_t>(sops::Format::Binary)) {
            throw Foreign();
        }
        blob.format = static_cast<sops::Format>(format);
        blob.facts = read_facts_of(in, known.tables);
        (void)known.add_blob(std::move(blob));
    }
}

}  // namespace

Bytes encode_known(const Known& known, std::string_view label) {
    Writer out;
    out.raw(as_bytes(kMagic));
    out.text(label);
    write_tables(out, known);
    write_commits(out, known);
    write_blobs(out, known);
    out.raw(crypto::sha256(out.view()));
    return out.take();
}

std::optional<Known> parse_known(ByteView bytes, std::string_view label) {
    if (bytes.size() < kMagic.size() + kDigestBytes || !as_text(bytes).starts_with(kMagic)) {
        return std::nullopt;
    }
    const ByteView covered = bytes.first(bytes.size() - kDigestBytes);
    const crypto::Sha256Digest digest = crypto::sha256(covered);
    if (!std::equal(digest.begin(), digest.end(), bytes.end() - kDigestBytes)) {
        return std::nullopt;
    }
    try {
        Reader in(covered.subspan(kMagic.size()));
        if (in.text() != label) {
            return std::nullopt;
        }
        Known known;
        read_tables(in, known);
        read_commits(in, known);
        read_blobs(in, known);
        return in.at_end() ? std::optional(std::move(known)) : std::nullopt;
    } catch (const Foreign&) {
        return std::nullopt;
    }
}

}  // namespace bestow::history
