#include "history/known.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::history;

namespace {

Known some_history() {
    Known known;
    const Index commit = known.objects.add(std::string(40, 'a'));
    const Index object = known.objects.add(std::string(40, 'b'));
    Sealed sealed;
    sealed.identity.fill(7);
    sealed.value_bytes = 300;
    BlobFacts facts;
    facts.kind = BlobKind::Sops;
    facts.leaves = {{known.tables.texts.add("db.password"), known.tables.sealed.add(sealed)},
                    {known.tables.texts.add("plain"), kNone}};
    facts.readers = {known.tables.texts.add("age1reader")};
    facts.wrapped = {known.tables.sealed.add({})};
    facts.last_modified = known.tables.texts.add("2025-01-01T00:00:00Z");
    (void)known.add_blob({object, sops::Format::Yaml, facts});
    known.add_commit({commit, kNone, {{known.tables.texts.add("secrets/db.yaml"), kNone, object}}});
    return known;
}

}  // namespace

TEST_CASE("what is known of a history is read back as it was written") {
    const Bytes bytes = encode_known(some_history(), "label");
    const std::optional<Known> known = parse_known(bytes, "label");
    REQUIRE(known);
    CHECK(encode_known(*known, "label") == bytes);
    const Index blob = known->find_blob(known->objects.find(std::string(40, 'b')), sops::Format::Yaml);
    REQUIRE(blob == 0);
    CHECK(known->blob(blob).facts.leaves.size() == 2);
    CHECK(known->blob(blob).facts.leaves[1].sealed == kNone);
    CHECK(known->tables.sealed.at(known->blob(blob).facts.leaves[0].sealed).value_bytes == 300);
    CHECK(known->find_blob(blob, sops::Format::Json) == kNone);
    const CommitChanges* const commit = known->find_commit(known->objects.find(std::string(40, 'a')), kNone);
    REQUIRE(commit != nullptr);
    CHECK(commit->changes.size() == 1);
    CHECK(known->find_commit(0, 0) == nullptr);
}

TEST_CASE("whatever is not as it was written counts as nothing") {
    const Bytes bytes = encode_known(some_history(), "label");
    CHECK_FALSE(parse_known(bytes, "another"));
    CHECK_FALSE(parse_known({}, "label"));
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        Bytes damaged = bytes;
        damaged[at] ^= 1U;
        CHECK_FALSE(parse_known(damaged, "label"));
        CHECK_FALSE(parse_known(ByteView(bytes).first(at), "label"));
    }
}
