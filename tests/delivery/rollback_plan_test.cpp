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
    const DeliveredTo root{{}, 0400, false};
    input.delivered = {{{"forged", root}, {"kept", root}, {"lost", root}}};
    const RollbackPlan plan = plan_rollback(input);
    REQUIRE(plan.added == std::vector<std::string>{"kept"});
    REQUIRE(plan.lost == std::vector<std::string>{"lost"});
    REQUIRE(plan.revoked == std::vector<std::string>{"revoked"});
    REQUIRE(plan.tampered == std::vector<std::string>{"forged"});
    REQUIRE(plan.state.files.size() == 1);
}

TEST_CASE("content comes back, rights do not: owner and mode are those that the store says now", "[rollback]") {
    const Observed live = generation(3, {{"a", "new"}, {"same", "x", {7, 7}, 0440}});
    const Observed older = generation(2, {{"a", "old", {1, 2}, 0440}, {"b", "old", {1, 2}}, {"same", "x", {1, 2}}});
    RollbackInput input = input_of(live, older);
    input.delivered = {{{"a", {{}, 0400, false}}, {"b", {{}, 0400, true}}, {"same", {{7, 7}, 0440, false}}}};
    const RollbackPlan plan = plan_rollback(input);
    REQUIRE(plan.changed == std::vector<std::string>{"a"});
    REQUIRE(plan.reassigned.size() == 3);
    for (const PlannedFile& file : plan.reassigned) {
        REQUIRE(file.content == &older.files.at(file.record.path).content);
    }
    REQUIRE(plan.reassigned[0].record.uid == 0);
    REQUIRE(plan.reassigned[0].record.mode_bits == 0400);
    REQUIRE(plan.reassigned[2].record.gid == 7);
    REQUIRE(plan.reassigned[2].record.mode_bits == 0440);
    REQUIRE(plan.state.find("b")->owner_pending);
    REQUIRE(plan.state.find("a")->uid == 0);
}

TEST_CASE("what is stale for longer than max_stale does not come back", "[rollback]") {
    const Observed live = generation(3, {});
    Observed older = generation(2, {{"a", "x"}, {"b", "x"}});
    older.state.files[0].stale_since = 1000;
    older.state.files[1].stale_since = 1900;
    RollbackInput input = input_of(live, older);
    input.delivered = {{{"a", {{}, 0400, false}}, {"b", {{}, 0400, false}}}};
    input.now = 2000;
    input.max_stale_seconds = 500;
    const RollbackPlan plan = plan_rollback(input);
    REQUIRE(plan.expired == std::vector<std::string>{"a"});
    REQUIRE(plan.added == std::vector<std::string>{"b"});
    input.max_stale_seconds.reset();  // the store cannot be read
    REQUIRE(plan_rollback(input).expired.empty());
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
