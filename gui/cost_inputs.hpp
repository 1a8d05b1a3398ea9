// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QComboBox>
#include <QFormLayout>
#include <QListWidget>
#include <QSpinBox>
#include <QWidget>
#include <string>
#include <vector>

#include "cost_model/token_cost.hpp"
#include "gui/money_form.hpp"
#include "gui/session.hpp"

namespace ridge::gui {

/// What the user asks the cost model.
struct CostQuestion {
    std::string model;
    std::vector<std::string> devices;  ///< ids, in the order of the list
    cost_model::Workload workload;
    cost_model::Economy economy;
    cost_model::ExchangeRate currency;  ///< that answers are shown in
};

/// The form of the Cost page. Every change is told at once.
class CostInputs : public QWidget {
    Q_OBJECT
  public:
    explicit CostInputs(QWidget* parent = nullptr);

    /// Measured devices first and chosen, then those of the catalogue, a few of them chosen.
    void set_devices(const Session& session);
    [[nodiscard]] CostQuestion question() const;

    [[nodiscard]] QSpinBox& batch() const { return *batch_; }
    [[nodiscard]] MoneyForm& money() const { return *money_; }
    [[nodiscard]] QListWidget& devices() const { return *devices_; }

  signals:
    void changed();

  private:
    void add_workload(QFormLayout& form);
    void add_devices(QFormLayout& form);
    void add_device(const std::string& id, const QString& text, bool chosen);
    void sift_devices(const QString& words);

    QComboBox *model_, *weights_, *activations_, *kv_, *sparsity_;
    QSpinBox *batch_, *prompt_, *output_;
    MoneyForm* money_;
    QListWidget* devices_;
};

}  // namespace ridge::gui
