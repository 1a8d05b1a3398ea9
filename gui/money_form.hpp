// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QWidget>
#include <vector>

#include "cost_model/economy/currency.hpp"
#include "cost_model/economy/economy.hpp"

namespace ridge::gui {

/// The rows of a form that are about money: rented or owned, its price, utilisation, electricity, PUE, the
/// grid, and the currency that answers are shown in. Every change is told at once.
class MoneyForm : public QWidget {
    Q_OBJECT
  public:
    /// Adds its rows to `form`; this widget itself is not shown.
    MoneyForm(QFormLayout& form, QWidget* parent);

    [[nodiscard]] cost_model::Economy economy() const;
    [[nodiscard]] cost_model::ExchangeRate currency() const;

    [[nodiscard]] QComboBox& currency_choice() const { return *currency_; }
    [[nodiscard]] QComboBox& acquisition() const { return *acquisition_; }
    [[nodiscard]] QDoubleSpinBox& price() const { return *price_; }
    [[nodiscard]] QDoubleSpinBox& purchase() const { return *purchase_; }
    [[nodiscard]] QDoubleSpinBox& utilisation() const { return *utilisation_; }
    [[nodiscard]] QCheckBox& electricity_on_top() const { return *own_power_; }
    [[nodiscard]] QDoubleSpinBox& tariff() const { return *tariff_; }
    [[nodiscard]] QDoubleSpinBox& pue() const { return *pue_; }
    [[nodiscard]] QComboBox& grid() const { return *grid_; }

  signals:
    void changed();

  private:
    void add_prices(QFormLayout& form);
    void add_power(QFormLayout& form);
    void show_rows();
    [[nodiscard]] bool owned() const { return acquisition_->currentIndex() == 1; }

    QFormLayout& form_;
    std::vector<cost_model::ExchangeRate> rates_;
    cost_model::Ownership ownership_;
    cost_model::Facility facility_;
    cost_model::Figure requests_per_day_;
    std::vector<cost_model::Figure> grids_;  // of the choices after the first
    QComboBox *currency_, *acquisition_, *grid_;
    QDoubleSpinBox *price_, *purchase_, *utilisation_, *tariff_, *pue_;
    QCheckBox* own_power_;
};

}  // namespace ridge::gui
