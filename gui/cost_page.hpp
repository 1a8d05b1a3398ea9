// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLabel>
#include <QTabWidget>
#include <QWidget>
#include <map>

#include "cost_model/serving/engine_choice.hpp"
#include "gui/bars_widget.hpp"
#include "gui/cost_inputs.hpp"
#include "gui/table_view.hpp"

namespace ridge::gui {

/// Tokens/s, latency, energy and money of a model on several devices, recomputed at every change of the form.
class CostPage : public QWidget {
    Q_OBJECT
  public:
    explicit CostPage(QWidget* parent = nullptr);

    void set_session(const Session& session);
    [[nodiscard]] CostInputs& inputs() const { return *inputs_; }
    [[nodiscard]] TableView& costs() const { return *costs_; }
    [[nodiscard]] TableView& breakdown() const { return *breakdown_; }
    [[nodiscard]] TableView& money() const { return *money_; }
    [[nodiscard]] TableView& hour() const { return *hour_; }
    [[nodiscard]] TableView& sensitivity() const { return *sensitivity_; }
    [[nodiscard]] QTabWidget& details() const { return *details_; }
    [[nodiscard]] BarsWidget& bars() const { return *bars_; }
    [[nodiscard]] QString message() const { return message_->text(); }

  private:
    QWidget* build_results();
    void build_details();
    void recompute();
    [[nodiscard]] std::vector<cost_model::TokenCost> evaluate_all(const CostQuestion& question);
    void show_answers(const std::vector<cost_model::TokenCost>& answers,
                      const cost_model::ExchangeRate& currency);
    void complain(const std::string& text);
    [[nodiscard]] const cost_model::DeviceModel& device(const std::string& id);

    const Session* session_ = nullptr;
    std::map<std::string, cost_model::DeviceModel> catalogue_;  // of data sheets, read when first wanted
    cost_model::EngineChoice engine_{cost_model::usual_engine};
    CostInputs* inputs_;
    QLabel* message_;
    TableView *costs_, *breakdown_, *money_, *hour_, *sensitivity_;
    QTabWidget* details_;
    BarsWidget* bars_;
};

}  // namespace ridge::gui
