#include "delivery/due.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

namespace {

ManifestSecret aging(const std::string& name, const std::string& changed) {
    ManifestSecret secret;
    secret.name = name;
    secret.file = name + ".yaml";
    secret.rotation = Rotation{90 * kDaySeconds, changed};
    return secret;
}

}  // namespace

TEST_CASE("a value is due once it is older than it may become", "[due]") {
    const auto at_age = [](std::int64_t age_seconds) { return due_date(1000, 90 * kDaySeconds, 1000 + age_seconds); };
    CHECK_FALSE(at_age(90 * kDaySeconds).is_due());
    CHECK(at_age(90 * kDaySeconds + 1).is_due());
    CHECK_FALSE(at_age(90 * kDaySeconds + 1).is_foretold());
    CHECK(at_age(76 * kDaySeconds).is_foretold());
    CHECK_FALSE(at_age(76 * kDaySeconds - 1).is_foretold());
    CHECK(at_age(-kDaySeconds).age_seconds == 0);  // a clock that runs behind
}

TEST_CASE("the manifest alone tells how old a value is whose document is not opened", "[due]") {
    Manifest manifest;
    manifest.secrets = {aging("known", "1970-01-02T00:00:00Z"), aging("unknown", ""), ManifestSecret()};
    OpenedFiles files;
    files.emplace("known.yaml", Fault{ErrorKind::Authentication, "a bad MAC"});
    files.emplace("unknown.yaml", SecretBytes::copy_of("the content of an age file"));
    const std::vector<AgingValue> values = aging_values(manifest, files);
    REQUIRE(values.size() == 2);
    CHECK(values[0].secret == "known");
    CHECK(values[0].changed_at == kDaySeconds);
    CHECK(values[1].changed_at == std::nullopt);
}
