#include "cli/invocation.hpp"

int main(int argc, char** argv) {
    return bestow::cli::run(argc, argv);
}
