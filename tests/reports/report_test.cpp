// SPDX-License-Identifier: Apache-2.0
#include "reports/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <regex>
#include <sstream>

#include "core/error.hpp"
#include "core/text.hpp"
#include "cost_model/kernel/fit.hpp"
#include "reports/best_config_export.hpp"
#include "reports/cost_chart.hpp"
#include "reports/fit_chart.hpp"
#include "reports/fixture.hpp"

namespace ridge::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

std::vector<cost_model::TokenCost> costs(const db::Store& store) {
    std::vector<cost_model::TokenCost> out;
    for (const char* id : {fixture::device_id, "h100-sxm"})
        out.push_back(cost_model::evaluate(cost_model::load_model("llama-2-7b"),
                                           cost_model::load_device(store, id), {}, {}));
    return out;
}

// Strict enough for what the page uses: every element closed in order, attributes quoted.
std::string first_markup_problem(const std::string& page) {
    static const std::regex tag(
        R"re(<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<]*")?)*)\s*(/?)>)re");
    std::string text = page;
    for (const char* raw : {"script", "style"}) {
        const auto begin = text.find(std::string("<") + raw + ">"),
                   end = text.find(std::string("</") + raw + ">");
        text = text.substr(0, begin) + text.substr(end + std::string(raw).size() + 3);
    }
    std::vector<std::string> open;
    std::size_t expected = text.find("<html");
    for (std::sregex_iterator it(text.begin() + static_cast<std::ptrdiff_t>(expected), text.end(), tag), end;
         it != end; ++it) {
        const auto& match = *it;
        const std::string between = match.prefix();
        if (between.find('<') != std::string::npos)
            return "stray '<' near " + between.substr(between.find('<'), 60);
        if (match[4].length()) continue;
        if (!match[1].length())
            open.push_back(match[2]);
        else if (open.empty() || open.back() != match[2])
            return "</" + match[2].str() + "> closes <" + (open.empty() ? "" : open.back()) + ">";
        else
            open.pop_back();
    }
    return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

// One store for all tests: they only read it.
class Report : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        directory_ = std::make_unique<fixture::TemporaryDirectory>();
        fixture::write_store(directory_->path() / "store.db");
        db::Store store(directory_->path() / "store.db", db::Access::read_write);
        static_cast<void>(cost_model::fit_and_store(store, fixture::device_id));
        input_ = gather_report(store, costs(store), "ridge test");
    }
    static void TearDownTestSuite() { directory_.reset(); }
    static inline std::unique_ptr<fixture::TemporaryDirectory> directory_;
    static inline ReportInput input_;
};

TEST_F(Report, PageIsWellFormed) { EXPECT_EQ(first_markup_problem(html_page(input_)), ""); }

TEST_F(Report, PageFetchesNothing) {
    const auto page = html_page(input_);
    static const std::regex reference(R"re((?:src|href|action|data)="([^"]*)")re");
    for (std::sregex_iterator it(page.begin(), page.end(), reference), end; it != end; ++it) {
        const std::string target = (*it)[1];
        EXPECT_THAT(target, Not(HasSubstr("//")));
    }
    for (const char* word :
         {"@import", "url(http", "<link", "<iframe", "fetch(", "XMLHttpRequest", "import("})
        EXPECT_THAT(page, Not(HasSubstr(word)));
}

TEST_F(Report, PageHasEverySection) {
    const auto page = html_page(input_);
    for (const char* part :
         {"Roofline and cost report: Fixture CPU", "id=\"fixture-cpu\"", "id=\"cost\"", "id=\"words\"",
          "prefers-color-scheme:dark", "@media print", "mark measured", "mark specified", "class=\"point\"",
          "specified ceiling", "Where the time goes", "governor"})
        EXPECT_THAT(page, HasSubstr(part));
}

TEST_F(Report, FilesBesideThePageHaveTheNumbersOfThePage) {
    const auto files = write_report(input_, directory_->path() / "report");
    EXPECT_EQ(files.front().filename(), "report.html");
    const auto page = read(files.front());
    const auto json = read_json_file(directory_->path() / "report" / "report.json");
    std::size_t compared = 0;
    for (const auto& section : report_sections(input_))
        for (const auto& table : section.tables) {
            const auto csv = read(directory_->path() / "report" / (file_stem(section, table) + ".csv"));
            EXPECT_EQ(csv, to_csv(table));
            for (const auto& row : table.rows())
                for (const auto& cell : row)
                    if (cell.value.is_number()) {
                        const auto text = number_text(cell.value.get<double>());
                        EXPECT_THAT(page, HasSubstr("data-v=\"" + text + "\"")) << table.id();
                        EXPECT_THAT(csv, HasSubstr(text));
                        ++compared;
                    }
        }
    EXPECT_GT(compared, 300U);
    EXPECT_EQ(json["schema"], "ridge-report");
    EXPECT_EQ(json["sections"].size(), 2U);
}

TEST_F(Report, EveryRowOfTheCallsHasItsPoint) {
    const auto page = html_page(input_);
    for (const auto& call : input_.devices.front().calls) {
        const auto id = "call:" + std::to_string(call.number) + "\"";
        EXPECT_THAT(page, HasSubstr("data-point=\"" + id));
        if (call.work.flop > 0) {
            EXPECT_THAT(page, HasSubstr("data-id=\"" + id));
        }
    }
}

TEST_F(Report, BestConfigsNameTheFastestAndOurOwn) {
    const auto json = best_configs_json(input_.devices.front(), "2026-01-01T00:00:00Z");
    EXPECT_EQ(json["schema"], "ridge-best-configs");
    EXPECT_EQ(json["version"], best_config_version);
    EXPECT_EQ(json["configs"].size(), input_.devices.front().calls.size());
    for (const auto& one : json["configs"]) {
        EXPECT_LE(one["best"]["time_s"].get<double>(), one["own"]["time_s"].get<double>());
        EXPECT_EQ(one["own"]["implementation"], "kokkos-tiled");
    }
}

TEST_F(Report, CostTableMarksProvenanceAndBounds) {
    const auto sections = report_sections(input_);
    const auto& table = sections.back().tables.front();
    EXPECT_EQ(table.at(1, "provenance").text, "specified");
    EXPECT_THAT(table.at(1, "tokens_per_s").text, testing::StartsWith("≤ "));
    EXPECT_THAT(table.at(1, "cost_per_million_tokens_usd").text, testing::StartsWith("≥ $"));
}

TEST_F(Report, BreakdownAddsUpToThePass) {
    const auto chart = breakdown_chart(input_.costs);
    ASSERT_EQ(chart.bars.size(), 4U);
    EXPECT_LE(chart.series.size(), 8U);
    for (std::size_t i = 0; i < chart.bars.size(); ++i) {
        double sum = 0;
        for (const auto& segment : chart.bars[i].segments) sum += segment.value;
        const auto& cost = input_.costs[i / 2];
        const double whole = i % 2 ? cost.decode.seconds : cost.prefill.seconds;
        EXPECT_NEAR(sum / whole, 1.0, 1e-9);
    }
}

TEST_F(Report, EveryHeldOutCallHasItsPointBetweenMeasuredAndPredicted) {
    const auto& model = *input_.devices.front().model.kernels;
    const auto scene = fit_scene(model);
    std::size_t held_out = 0;
    for (const auto& group : model.groups) held_out += group.held_out.count;
    ASSERT_GT(held_out, 0U);
    EXPECT_EQ(scene.points.size(), held_out);
    EXPECT_EQ(scene.x.low, scene.y.low);
    EXPECT_EQ(scene.x.high, scene.y.high);
    const auto page = html_page(input_);
    for (const auto& point : scene.points) {
        EXPECT_GT(point.at.x, scene.x.low);
        EXPECT_LT(point.at.y, scene.y.high);
        EXPECT_THAT(page, HasSubstr("data-id=\"" + point.id + "\""));
    }
    EXPECT_THAT(page, HasSubstr("predicted = measured"));
}

// 4 MiB of weights lie in the L3 when they are warm: not DRAM but the L3 is their roof, everywhere.
TEST_F(Report, ACampaignIsRatedAsItsDeviceIs) {
    auto device = fixture::device();
    device.caches = {{.name = "L3", .bytes = 16.0 * 1024 * 1024, .shared_by = 0}};
    const auto path = directory_->path() / "caches.db";
    fixture::write_store(path, device);
    const db::Store store(path, db::Access::read_only);
    const auto of_campaign = read_campaign(store, store.campaigns().front().uuid);
    const auto of_device = read_device(store, fixture::device_id).calls;
    ASSERT_EQ(of_campaign.size(), of_device.size());
    std::size_t warm = 0;
    for (std::size_t i = 0; i < of_campaign.size(); ++i) {
        EXPECT_EQ(of_campaign[i].attainable->roof, of_device[i].attainable->roof) << of_campaign[i].best.call;
        if (of_campaign[i].best.measurement.cache != CacheState::warm) continue;
        EXPECT_THAT(of_campaign[i].attainable->roof, testing::StartsWith("L3"));
        ++warm;
    }
    EXPECT_EQ(warm, 1U);
    EXPECT_THROW(static_cast<void>(read_campaign(store, "nonsense")), InputError);
}

TEST_F(Report, EmptyStoreGivesAPageThatSaysSo) {
    const db::Store store(directory_->path() / "empty.db", db::Access::create);
    const auto page = html_page(gather_report(store, {}, "ridge test"));
    EXPECT_THAT(page, HasSubstr("neither measurements nor roofs"));
    EXPECT_EQ(first_markup_problem(page), "");
}

TEST_F(Report, ComplaintsNameFileAndDevice) {
    const db::Store store(directory_->path() / "store.db", db::Access::read_only);
    try {
        static_cast<void>(read_device(store, "nonsense"));
        FAIL();
    } catch (const InputError& error) {
        EXPECT_THAT(error.what(), HasSubstr("no device 'nonsense'; it has fixture-cpu"));
    }
    EXPECT_THROW(write_report(input_, directory_->path() / "store.db" / "inside"), EnvironmentError);
}

}  // namespace
}  // namespace ridge::reports
