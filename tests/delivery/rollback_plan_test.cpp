#include "delivery/rollback_plan.hpp"

#include <catch2/catch.hpp>

using namespace bestow;
using namespace bestow::delivery;

namespace {

struct File {
    const char* path;
    const char* content;
    Owner owner = {};
    unsigned mode_bits = 0400;
};

Observed generation(unsigned number, const std::vector<File>& files) {
    Observed observed;
    observed.live = true;
    observed.generation = number;
    for (const File& file : files) {
        FileRecord record;
        record.path = file.path;
        record.uid = file.owner.uid;
        record.gid = file.owner.gid;
        record.mode_bits = file.mode_bits;
        record.tag = content_tag(as_bytes("key"), file.path, as_bytes(file.content));
        record.restart = {std::string(file.path) + ".service"};
        observed.state.files.push_back(record);
        observed.files[file.path] = {SecretBytes::copy_of(file.content), file.owner, file.mode_bits};
    }
    return observed;
}

RollbackInput input_of(const Observed& live, const Observed& target) {
    RollbackInput input;
    input.live = &live;
    input.target = &target;
    input.tag_keys = {as_bytes("other key"), as_bytes("key")};
    return input;
}

}  // namespace

TEST_CASE("a rollback tells the units of what differs in content, owner or mode, and of nothing else", "[rollback]") {
    const Observed live = generation(3, {{"a", "same"}, {"b", "new"}, {"c", "same"}, {"d", "same"}, {"gone", "x"}});
    const Observed older =
        generation(2, {{"a", "same"}, {"b", "old"}, {"back", "x"}, {"c", "same", {1, 2}}, {"d", "same", {}, 0440}});
    REQUIRE(to_text(plan_rollback(input_of(live, older))) ==
            "add back\nchange b\nchange c\nchange d\nremove gone\nswitch to generation 2\n"
            "restart b.service\nrestart back.service\nrestart c.service\nrestart d.service\n");
}

TEST_CASE("what is gone, delivered no more, or not as it was delivered does not come back", "[rollback]") {
    const Observed live = generation(3, {});
    Observed older = generation(2, {{"forged", "x"}, {"kept", "x"}, {"lost", "x"}, {"revoked", "x"}});
    older.files.erase("lost");
    older.files.at("forged").content = SecretBytes::copy_of("y");
    RollbackInput input = input_of(live, older);
    input.delivered = {"forged", "kept", "lost"};
    const RollbackPlan plan = plan_rollback(input);
    REQUIRE(plan.added == std::vector<std::string>{"kept"});
    REQUIRE(plan.lost == std::vector<std::string>{"lost"});
    REQUIRE(plan.revoked == std::vector<std::string>{"revoked"});
    REQUIRE(plan.tampered == std::vector<std::string>{"forged"});
    REQUIRE(plan.state.files.size() == 1);
}

TEST_CASE("links of both generations stay on record, and units that are still to be told", "[rollback]") {
    Observed live = generation(3, {});
    live.state.links = {"/etc/b"};
    live.pending.restart = {"pending.service"};
    Observed older = generation(2, {});
    older.state.links = {"/etc/a", "/etc/b"};
    const RollbackPlan plan = plan_rollback(input_of(live, older));
    REQUIRE(plan.state.links == std::vector<std::string>{"/etc/a", "/etc/b"});
    REQUIRE(plan.units.restart == std::vector<std::string>{"pending.service"});
}
