#include "cli/commands.hpp"
#include "cli/store_options.hpp"
#include "operations/declare.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace bestow::cli {
namespace {

using operations::OpenStore;

struct Options {
    std::string old_name;
    std::string new_name;
    bool drop_comments = false;
    ReaderOptions readers;
};

int act(const Invocation& invocation, const Options& options) {
    OpenStore store = open_store(invocation, OpenStore::Purpose::Writing);
    const auto comments = options.drop_comments ? operations::MovedComments::Drop : operations::MovedComments::Refuse;
    report_warnings(invocation, operations::move_secret(store, options.old_name, options.new_name,
                                                        confirmation_for(invocation, options.readers), comments));
    report_identity_warnings(invocation, store);
    return 0;
}

}  // namespace

void add_mv_command(CLI::App& parser, Invocation& invocation) {
    auto options = std::make_shared<Options>();
    CLI::App* const command = parser.add_subcommand("mv", "Give a secret another name");
    command->add_option("old", options->old_name, "Its name now")->required();
    command->add_option("new", options->new_name, "Its name from now on")->required();
    command->add_flag("--drop-comments", options->drop_comments,
                      "Move a map or a list although the comments in it do not come along");
    add_reader_options(*command, options->readers);
    command->footer(
        "Moves its value to where the new name says, and changes its declaration and every template that names it,\n"
        "all in one batch. On hosts it appears under the new name with the next activation.\n\n"
        "Example:\n"
        "  bestow mv powerdns/api-key dns/api-key");
    command->callback(
        [&invocation, options] { invocation.action = [&invocation, options] { return act(invocation, *options); }; });
}

}  // namespace bestow::cli
