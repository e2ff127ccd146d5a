#include "history/gap.hpp"

#include <set>

#include <catch2/catch.hpp>

using namespace bestow::history;

TEST_CASE("a gap is the same for the same reason, object and path, and no other one's") {
    const std::string gap = gap_identity(GapReason::NotParsed, "0123", "secrets/db.yaml");
    CHECK(gap.size() == 64);
    CHECK(gap == gap_identity(GapReason::NotParsed, "0123", "secrets/db.yaml"));
    const std::set<std::string> others = {gap,
                                          gap_identity(GapReason::ObjectUnread, "0123", "secrets/db.yaml"),
                                          gap_identity(GapReason::TreeUnread, "0123", "secrets/db.yaml"),
                                          gap_identity(GapReason::NotParsed, "01234", "secrets/db.yaml"),
                                          gap_identity(GapReason::NotParsed, "0123", "secrets/dc.yaml"),
                                          gap_identity(GapReason::NotParsed, "0123\nsecrets", "/db.yaml"),
                                          gap_identity(GapReason::NotParsed, "0123", "")};
    CHECK(others.size() == 7);
}
