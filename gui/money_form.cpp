// SPDX-License-Identifier: Apache-2.0
#include "gui/money_form.hpp"

#include <set>

#include "cost_model/economy/figure_catalogue.hpp"
#include "gui/text.hpp"

namespace ridge::gui {
namespace {

struct Range {
    double low, high, value;
    int decimals = 3;
};

QDoubleSpinBox* number(QFormLayout& form, QWidget* parent, const QString& label, const Range& range,
                       const QString& suffix, const QString& help) {
    auto* box = new QDoubleSpinBox(parent);
    box->setDecimals(range.decimals);
    box->setRange(range.low, range.high);
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    box->setGroupSeparatorShown(range.high > 10'000);
    box->setValue(range.value);
    box->setSuffix(suffix);
    box->setToolTip(help);
    box->setAccessibleName(help);
    form.addRow(label, box);
    return box;
}

QComboBox* choice(QFormLayout& form, QWidget* parent, const QString& label, const QStringList& words,
                  const QString& help) {
    auto* box = new QComboBox(parent);
    box->addItems(words);
    box->setToolTip(help);
    box->setAccessibleName(help);
    form.addRow(label, box);
    return box;
}

// What the user left as the catalogue has it keeps the interval of its sources.
cost_model::Figure edited(const cost_model::Figure& known, double value, int decimals) {
    const double shown = QString::number(known.value, 'f', decimals).toDouble();
    return value == shown ? known : cost_model::Figure(value);
}

QStringList currencies(const std::vector<cost_model::ExchangeRate>& rates) {
    std::set<std::string> names;
    for (const auto& rate : rates) names.insert(rate.currency);
    QStringList out = {"USD"};
    for (const auto& name : names) out << qt(name);
    return out;
}

}  // namespace

MoneyForm::MoneyForm(QFormLayout& form, QWidget* parent)
    : QWidget(parent),
      form_(form),
      rates_(cost_model::exchange_rates()),
      ownership_(cost_model::load_ownership()),
      facility_(cost_model::load_facility()),
      requests_per_day_(cost_model::figure_catalogue("demand").at("")) {
    hide();
    add_prices(form);
    add_power(form);
    // First: what is shown follows before the answers do.
    connect(acquisition_, &QComboBox::currentIndexChanged, this, &MoneyForm::show_rows);
    connect(own_power_, &QCheckBox::toggled, this, &MoneyForm::show_rows);
    for (auto* box : {currency_, acquisition_, grid_})
        connect(box, &QComboBox::currentIndexChanged, this, &MoneyForm::changed);
    for (auto* box : {price_, purchase_, utilisation_, tariff_, pue_})
        connect(box, &QDoubleSpinBox::valueChanged, this, &MoneyForm::changed);
    connect(own_power_, &QCheckBox::toggled, this, &MoneyForm::changed);
    show_rows();
}

void MoneyForm::add_prices(QFormLayout& form) {
    auto* at = parentWidget();
    currency_ = choice(form, at, tr("Curre&ncy"), currencies(rates_),
                       tr("What amounts are shown in; the rate's day is in the table of the money"));
    acquisition_ = choice(form, at, tr("De&vice is"), {tr("rented"), tr("owned")},
                          tr("Owned: price with interest over the lifetime, host, network, hosting, staff, "
                             "maintenance and electricity, as in configs/prices"));
    price_ = number(form, at, tr("Pr&ice"), {0, 100'000, 0}, " $/h",
                    tr("US dollars for a device and hour; 0 takes each device's own listed price"));
    price_->setSpecialValueText(tr("as listed"));
    purchase_ = number(form, at, tr("Pr&ice"), {0, 100'000'000, 0, 0}, " $",
                       tr("US dollars for a device; 0 takes each device's own listed price"));
    purchase_->setSpecialValueText(tr("as listed"));
    utilisation_ = number(form, at, tr("Utili&sation"), {0.1, 100, 100, 1}, " %",
                          tr("Share of the paid hours in which there is work"));
}

void MoneyForm::add_power(QFormLayout& form) {
    auto* at = parentWidget();
    own_power_ = new QCheckBox(tr("&electricity on top"), at);
    own_power_->setToolTip(tr("Of a rented device, where the price does not include it"));
    form.addRow(QString(), own_power_);
    const auto usual = cost_model::default_electricity();
    tariff_ = number(form, at, tr("E&lectricity"), {0, 5, usual.value, 4}, " $/kWh",
                     tr("Price of electricity; from %1").arg(qt(usual.source)));
    pue_ = number(form, at, tr("PUE"), {1, 5, facility_.pue.value, 2}, QString(),
                  tr("Power usage effectiveness: energy of the data centre over that of its computers; from "
                     "%1")
                      .arg(qt(facility_.pue.source)));
    QStringList grids = {tr("not given")};
    for (const auto& [name, figure] : cost_model::figure_catalogue("grid").figures) {
        grids << QString("%1 (%2 g)").arg(qt(name)).arg(figure.value);
        grids_.push_back(figure);
    }
    grid_ = choice(form, at, tr("&Grid"), grids, tr("Grams of CO2 for a kWh of electricity"));
}

void MoneyForm::show_rows() {
    form_.setRowVisible(price_, !owned());
    form_.setRowVisible(purchase_, owned());
    form_.setRowVisible(own_power_, !owned());
    tariff_->setEnabled(owned() || own_power_->isChecked());
}

cost_model::ExchangeRate MoneyForm::currency() const {
    return cost_model::rate_of(rates_, currency_->currentText().toStdString());
}

cost_model::Economy MoneyForm::economy() const {
    cost_model::Economy out;
    out.facility = facility_;
    out.facility.pue = edited(facility_.pue, pue_->value(), pue_->decimals());
    out.requests_per_user_day = requests_per_day_;
    out.utilisation = utilisation_->value() / 100;
    if (owned() || own_power_->isChecked())
        out.electricity = edited(cost_model::default_electricity(), tariff_->value(), tariff_->decimals());
    if (grid_->currentIndex() > 0)
        out.grid_gco2_per_kwh = grids_[static_cast<std::size_t>(grid_->currentIndex()) - 1];
    if (!owned()) {
        if (price_->value() > 0) out.usd_per_hour = price_->value();
        return out;
    }
    out.acquisition = cost_model::Acquisition::own;
    out.ownership = ownership_;
    if (purchase_->value() > 0) out.purchase_usd = purchase_->value();
    return out;
}

}  // namespace ridge::gui
