// SPDX-License-Identifier: Apache-2.0
// `ridge operators`: pages from the catalogue.
#include <gtest/gtest.h>

#include "program.hpp"

namespace {

using ridge::test::read_file;
using ridge::test::run;

const std::string example_worker =
    "python3 " + std::string(RIDGE_SOURCE_DIR) + "/examples/worker-python/worker.py";

TEST(Operators, DocumentIsWhatTheCatalogueGives) {
    const auto outcome = run({"ridge", "operators", "--markdown"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(outcome.out == read_file(std::string(RIDGE_SOURCE_DIR) + "/docs/operators.md"))
        << "docs/operators.md is old; write it anew with: ridge operators --markdown > docs/operators.md";
}

TEST(Operators, PageOfOneHasFieldsAndWork) {
    const auto outcome = run({"ridge", "operators", "gemm"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    for (const char* part : {"### gemm", "`m`", "`w`", "sum over l", "FLOP/B", "sparsity=2:4"})
        EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
    EXPECT_EQ(outcome.out.find("### attention"), std::string::npos);
}

TEST(Operators, ShowWhatAWorkerRunsThemWith) {
    const auto list = run({"ridge", "operators", "--worker", example_worker, "--format", "csv"});
    ASSERT_EQ(list.code, 0) << list.err;
    EXPECT_NE(list.out.find("operator,implementation,formats"), std::string::npos) << list.out;
    const auto page = run({"ridge", "operators", "gemm", "--worker", example_worker});
    ASSERT_EQ(page.code, 0) << page.err;
    EXPECT_NE(page.out.find("| implementation | formats |"), std::string::npos) << page.out;
    EXPECT_NE(page.out.find("default "), std::string::npos) << page.out;
    const auto none = run({"ridge", "operators", "rmsnorm", "--worker", example_worker});
    EXPECT_NE(none.out.find("has no implementation"), std::string::npos) << none.out;
}

TEST(Operators, RefuseWhatIsNotThere) {
    const auto unknown = run({"ridge", "operators", "gem"});
    EXPECT_EQ(unknown.code, 2);
    EXPECT_NE(unknown.err.find("did you mean 'gemm'"), std::string::npos) << unknown.err;
    EXPECT_EQ(run({"ridge", "operators", "--worker", "/no/such/worker"}).code, 5);
}

}  // namespace
