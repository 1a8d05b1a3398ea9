// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <QFile>
#include <QTest>
#include <fstream>
#include <set>

#include "gui/main_window.hpp"
#include "gui/recent_files.hpp"
#include "reports/fixture.hpp"
#include "reports/plot/roofline.hpp"

namespace ridge::gui {
namespace {

class WindowTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        directory_ = new fixture::TemporaryDirectory;
        fixture::write_store(store());
    }
    static void TearDownTestSuite() {
        delete directory_;
        directory_ = nullptr;
    }
    static std::filesystem::path store() { return directory_->path() / "store.db"; }
    void open_store() {
        window_.open(store());
        window_.show();
        static_cast<void>(QTest::qWaitForWindowExposed(&window_));
    }
    static fixture::TemporaryDirectory* directory_;
    MainWindow window_;
};
fixture::TemporaryDirectory* WindowTest::directory_ = nullptr;

TEST_F(WindowTest, ShowsTheStoreAndRemembersIt) {
    open_store();
    EXPECT_TRUE(window_.session().error.empty()) << window_.session().error;
    EXPECT_TRUE(window_.roofline().shows_chart());
    EXPECT_EQ(window_.roofline().calls().table().size(), window_.session().devices.front().calls.size());
    EXPECT_TRUE(window_.windowTitle().startsWith("store.db"));
    EXPECT_TRUE(recent_files().contains(QString::fromStdString(store().string())));
}

TEST_F(WindowTest, FilterShowsTheSameCallsInChartAndTable) {
    open_store();
    auto& page = window_.roofline();
    page.filter_text().setText("int8 m=512");
    EXPECT_EQ(page.calls().table().size(), 2U);
    std::size_t points = 0;
    for (const auto& point : page.plot().scene().points) points += point.decoration ? 0 : 1;
    EXPECT_EQ(points, 2U);
    page.filter_text().clear();
    page.precision_choice().setCurrentText("bf16");
    for (std::size_t row = 0; row < page.calls().table().size(); ++row)
        EXPECT_NE(page.calls().table().at(row, "call").text.find("bf16"), std::string::npos);
}

TEST_F(WindowTest, SelectionIsLinkedBothWays) {
    open_store();
    auto& page = window_.roofline();
    page.calls().select_row(4);
    EXPECT_EQ(page.plot().selected().toStdString(), reports::plot::point_id(5));
    QTest::mouseClick(&page.plot(), Qt::LeftButton, {}, page.plot().place_of("call:31").value());
    EXPECT_EQ(page.calls().selected_row(), 30);
}

TEST_F(WindowTest, ReloadKeepsFilterAndZoom) {
    open_store();
    auto& page = window_.roofline();
    page.filter_text().setText("int8");
    page.plot().zoom_in();
    const double low = page.plot().scene().x.low;
    window_.reload();
    EXPECT_EQ(page.filter_text().text(), "int8");
    EXPECT_EQ(page.plot().scene().x.low, low);
}

TEST_F(WindowTest, CostFollowsTheForm) {
    open_store();
    auto& page = window_.cost();
    ASSERT_TRUE(page.message().isEmpty()) << page.message().toStdString();
    const auto& before = page.costs().table();
    ASSERT_EQ(before.size(), 4U);
    EXPECT_EQ(before.at(0, "device").text, "Fixture CPU");
    const auto h100 = before.at(1, "tokens_per_s").value.get<double>();
    const auto cost = before.at(1, "cost_per_million_tokens_usd").value.get<double>();
    page.inputs().batch().setValue(8);
    EXPECT_GT(page.costs().table().at(1, "tokens_per_s").value.get<double>(), 4 * h100);
    EXPECT_LT(page.costs().table().at(1, "cost_per_million_tokens_usd").value.get<double>(), cost);
    page.inputs().money().price().setValue(123);
    EXPECT_EQ(page.costs().table().at(1, "price_per_hour_usd").value, 123.0);
    EXPECT_EQ(page.costs().table().at(1, "provenance").text, "predicted");
    EXPECT_FALSE(page.bars().chart().bars.empty());
    page.inputs().devices().item(1)->setCheckState(Qt::Unchecked);
    EXPECT_EQ(page.costs().table().size(), 3U);
}

TEST_F(WindowTest, MoneyFollowsTheForm) {
    open_store();
    auto& page = window_.cost();
    auto& form = page.inputs().money();
    const auto of_h100 = [&](const char* id) { return page.money().table().at(1, id).value; };
    ASSERT_EQ(page.money().table().size(), 4U);
    const auto rented = of_h100("cost_per_million_output").get<double>();
    EXPECT_EQ(of_h100("acquisition"), "rent");
    form.utilisation().setValue(50);
    EXPECT_NEAR(of_h100("cost_per_million_output").get<double>(), 2 * rented, 1e-9 * rented);
    form.currency_choice().setCurrentText("CNY");
    EXPECT_EQ(of_h100("currency"), "CNY");
    EXPECT_GT(of_h100("cost_per_million_output").get<double>(), 10 * rented);
    EXPECT_TRUE(page.costs().table().at(1, "price_per_hour_usd").text.ends_with("CNY"));
    EXPECT_TRUE(of_h100("gco2_per_million_output").is_null());
    form.grid().setCurrentIndex(1);
    EXPECT_GT(of_h100("gco2_per_million_output").get<double>(), 0);
}

TEST_F(WindowTest, AnOwnedDeviceIsOpenedToItsParts) {
    open_store();
    auto& page = window_.cost();
    auto& form = page.inputs().money();
    form.acquisition().setCurrentIndex(1);
    EXPECT_TRUE(form.purchase().isVisibleTo(&page));
    EXPECT_FALSE(form.price().isVisibleTo(&page));
    EXPECT_EQ(page.costs().table().at(1, "price_basis").text.substr(0, 3), "own");
    std::set<std::string> parts;
    for (std::size_t i = 0; i < page.hour().table().size(); ++i)
        parts.insert(page.hour().table().at(i, "part").text);
    for (const auto* part : {"device", "host", "hosting", "electricity"})
        EXPECT_TRUE(parts.contains(part)) << part;
    const auto before = page.money().table().at(1, "hour_cost").value.get<double>();
    form.tariff().setValue(form.tariff().value() + 1);
    // A dollar more for a kWh, of some hundred watts at the least.
    EXPECT_GT(page.money().table().at(1, "hour_cost").value.get<double>(), before + 0.2);
    EXPECT_GT(page.sensitivity().table().size(), 8U);
}

TEST_F(WindowTest, ABatchThatFitsNoDeviceIsAVerdictOfEach) {
    open_store();
    auto& page = window_.cost();
    page.inputs().batch().setValue(page.inputs().batch().maximum());
    const auto& table = page.costs().table();
    ASSERT_EQ(table.size(), 4U) << page.message().toStdString();
    for (std::size_t i = 0; i < table.size(); ++i) EXPECT_EQ(table.at(i, "verdict").text, "does not fit");
}

TEST_F(WindowTest, SaysWhatIsWrongWithAStore) {
    const auto damaged = directory_->path() / "damaged.db";
    std::ofstream(damaged) << "this is no store at all, only a text that is long enough to look like a file";
    window_.open(damaged);
    EXPECT_FALSE(window_.roofline().shows_chart());
    EXPECT_TRUE(window_.roofline().empty_text().contains("damaged.db"))
        << window_.roofline().empty_text().toStdString();
    window_.open(directory_->path() / "missing.db");
    EXPECT_TRUE(window_.roofline().empty_text().contains("missing.db"));
    EXPECT_TRUE(window_.roofline().empty_text().contains("ridge tune"));
    EXPECT_GT(window_.cost().costs().table().size(), 0U) << "the catalogue works without a store";
    open_store();
    EXPECT_TRUE(window_.roofline().shows_chart());
}

TEST_F(WindowTest, EmptyStoreSaysWhichCommandMakesMeasurements) {
    const auto path = directory_->path() / "empty.db";
    { const db::Store made(path, db::Access::create); }
    window_.open(path);
    EXPECT_FALSE(window_.roofline().shows_chart());
    EXPECT_TRUE(window_.roofline().empty_text().contains("neither roofs nor measurements"));
}

TEST_F(WindowTest, ExportsPictureDrawingAndTable) {
    open_store();
    const auto path = [&](const char* file) {
        return QString::fromStdString((directory_->path() / file).string());
    };
    for (const char* file : {"a.png", "a.svg", "a.csv"}) {
        EXPECT_EQ(window_.export_to(path(file)), "");
        EXPECT_GT(QFile(path(file)).size(), 1000) << file;
    }
    EXPECT_TRUE(window_.export_to(path("a.doc")).contains(".png"));
    EXPECT_TRUE(window_.export_to("/no/such/folder/a.csv").contains("cannot be written"));
    window_.show_page("cost");
    EXPECT_EQ(window_.export_to(path("cost.csv")), "");
    EXPECT_FALSE(window_.show_page("nonsense"));
}

}  // namespace
}  // namespace ridge::gui
