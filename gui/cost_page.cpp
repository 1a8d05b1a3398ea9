// SPDX-License-Identifier: Apache-2.0
#include "gui/cost_page.hpp"

#include <QHBoxLayout>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>
#include <exception>

#include "core/error.hpp"
#include "gui/text.hpp"
#include "reports/cost_chart.hpp"
#include "reports/cost_tables.hpp"
#include "reports/money_tables.hpp"

namespace ridge::gui {
namespace {

constexpr int form_width = 290;  // pixels
// Percentiles good to about 2 % of themselves, in under a millisecond a device.
constexpr int monte_carlo_draws = 2000;

QScrollArea* scrolled(QWidget* content, QWidget* parent) {
    auto* area = new QScrollArea(parent);
    area->setWidget(content);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFixedWidth(form_width);
    return area;
}

// A tab with parts below each other.
QWidget* stacked(std::initializer_list<std::pair<QWidget*, int>> parts) {
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    for (const auto& [part, stretch] : parts) column->addWidget(part, stretch);
    return page;
}

}  // namespace

CostPage::CostPage(QWidget* parent)
    : QWidget(parent),
      inputs_(new CostInputs(this)),
      message_(new QLabel(this)),
      costs_(new TableView(tr("Cost of tokens by device"), this)),
      breakdown_(new TableView(tr("Time by operator call"), this)),
      money_(new TableView(tr("Money by device"), this)),
      hour_(new TableView(tr("Cost of an hour by part"), this)),
      sensitivity_(new TableView(tr("What moves the cost"), this)),
      details_(new QTabWidget(this)),
      bars_(new BarsWidget(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->addWidget(scrolled(inputs_, this));
    layout->addWidget(build_results(), 1);
    message_->setWordWrap(true);
    message_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    connect(inputs_, &CostInputs::changed, this, &CostPage::recompute);
}

QWidget* CostPage::build_results() {
    auto* results = new QWidget(this);
    auto* column = new QVBoxLayout(results);
    column->setContentsMargins(0, 0, 0, 0);
    auto* note = new QLabel(
        tr("measured: timed on the device; predicted: from measurements of other calls, by a fitted model "
           "or from measured roofs; specified: from a data sheet. ≥ and ≤ mark bounds: all times are bare "
           "roofs."),
        results);
    note->setWordWrap(true);
    column->addWidget(note);
    column->addWidget(message_);
    column->addWidget(costs_, 2);
    build_details();
    column->addWidget(details_, 4);
    return results;
}

void CostPage::build_details() {
    details_->addTab(stacked({{bars_, 0}, {breakdown_, 1}}), tr("Where the &time goes"));
    details_->addTab(stacked({{money_, 2}, {hour_, 3}}), tr("Mone&y"));
    details_->addTab(stacked({{sensitivity_, 1}}), tr("What moves the c&ost"));
}

void CostPage::set_session(const Session& session) {
    session_ = &session;
    inputs_->set_devices(session);
    recompute();
}

const cost_model::DeviceModel& CostPage::device(const std::string& id) {
    if (const auto* report = session_->device(id)) return report->model;
    const auto found = catalogue_.find(id);
    return found != catalogue_.end() ? found->second
                                     : catalogue_.emplace(id, cost_model::load_device(id)).first->second;
}

void CostPage::recompute() {
    if (!session_) return;
    message_->clear();
    try {
        const auto question = inputs_->question();
        show_answers(evaluate_all(question), question.currency);
    } catch (const std::exception& error) {
        complain(error.what());
        show_answers({}, {});
    }
    message_->setVisible(!message_->text().isEmpty());
}

// A device that the question makes no sense for says so, and the others are shown.
std::vector<cost_model::TokenCost> CostPage::evaluate_all(const CostQuestion& question) {
    std::vector<cost_model::TokenCost> answers;
    const auto model = cost_model::load_model(question.model);
    for (const auto& id : question.devices) {
        try {
            cost_model::Deployment deployment;
            deployment.engine = engine_.on(device(id));
            answers.push_back(
                cost_model::evaluate(model, device(id), question.workload, question.economy, deployment));
        } catch (const InputError& error) {
            complain(error.what());
        }
    }
    if (question.devices.empty()) complain(tr("Choose a device on the left.").toStdString());
    return answers;
}

// The same complaint of several devices is made once.
void CostPage::complain(const std::string& text) {
    auto lines = message_->text().split('\n', Qt::SkipEmptyParts);
    if (!lines.contains(qt(text))) lines.append(qt(text));
    message_->setText(lines.join('\n'));
}

void CostPage::show_answers(const std::vector<cost_model::TokenCost>& answers,
                            const cost_model::ExchangeRate& currency) {
    const reports::MoneyView view{.currency = currency, .draws = monte_carlo_draws};
    costs_->set_table(reports::cost_table(answers, currency));
    money_->set_table(reports::money_table(answers, view));
    hour_->set_table(reports::hour_table(answers, view));
    sensitivity_->set_table(reports::sensitivity_table(answers, view));
    breakdown_->set_table(reports::breakdown_table(answers));
    auto chart = reports::breakdown_chart(answers);
    chart.title.clear();
    bars_->set_chart(std::move(chart));
}

}  // namespace ridge::gui
