// SPDX-License-Identifier: Apache-2.0
#include "gui/cost_inputs.hpp"

#include <QFormLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <algorithm>
#include <map>

#include "core/configs.hpp"
#include "gui/text.hpp"

namespace ridge::gui {
namespace {

// Chosen at first besides the measured devices: what people compare with most.
constexpr const char* first_compared[] = {"h100-sxm", "a100-80-sxm", "mi300x"};
constexpr int most_tokens = 1'000'000;

QComboBox* words(QFormLayout& form, QWidget* parent, const QString& label, const QStringList& choices,
                 const QString& help) {
    auto* box = new QComboBox(parent);
    box->addItems(choices);
    box->setToolTip(help);
    box->setAccessibleName(help);
    form.addRow(label, box);
    return box;
}

QSpinBox* whole(QFormLayout& form, QWidget* parent, const QString& label, int value, const QString& help) {
    auto* box = new QSpinBox(parent);
    box->setRange(1, most_tokens);
    box->setValue(value);
    box->setGroupSeparatorShown(true);
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    box->setToolTip(help);
    box->setAccessibleName(help);
    form.addRow(label, box);
    return box;
}

QStringList model_names() {
    QStringList out;
    for (const auto& name : list_configs("models")) out << qt(name);
    return out;
}

}  // namespace

CostInputs::CostInputs(QWidget* parent) : QWidget(parent) {
    auto* form = new QFormLayout(this);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setContentsMargins(0, 0, 0, 0);
    model_ = words(*form, this, tr("&Model"), model_names(), tr("Language model"));
    model_->setCurrentText("llama-2-7b");
    add_workload(*form);
    money_ = new MoneyForm(*form, this);
    add_devices(*form);
    for (auto* box : {model_, weights_, activations_, kv_, sparsity_})
        connect(box, &QComboBox::currentIndexChanged, this, &CostInputs::changed);
    for (auto* box : {batch_, prompt_, output_})
        connect(box, &QSpinBox::valueChanged, this, &CostInputs::changed);
    connect(money_, &MoneyForm::changed, this, &CostInputs::changed);
    connect(devices_, &QListWidget::itemChanged, this, &CostInputs::changed);
}

void CostInputs::add_workload(QFormLayout& form) {
    batch_ = whole(form, this, tr("&Batch"), 1, tr("Sequences that are served at once"));
    prompt_ = whole(form, this, tr("P&rompt tokens"), 512, tr("Tokens of each prompt"));
    output_ = whole(form, this, tr("O&utput tokens"), 256, tr("Tokens generated for each request"));
    weights_ = words(form, this, tr("&Weights"), {"bf16", "fp32", "fp16", "fp8_e4m3", "int8", "int4:g128"},
                     tr("Number format of the linear layers' weights"));
    activations_ = words(form, this, tr("&Activations"), {"bf16", "fp32", "fp16", "fp8_e4m3", "int8"},
                         tr("Number format of the activations"));
    kv_ = words(form, this, tr("&KV cache"), {"bf16", "fp32", "fp16", "fp8_e4m3", "int8"},
                tr("Number format of keys and values"));
    sparsity_ = words(form, this, tr("&Sparsity"), {"dense", "2:4", "block:16x16@0.5", "block:16x16@0.125"},
                      tr("Sparsity of the linear layers' weights"));
}

void CostInputs::add_devices(QFormLayout& form) {
    auto* sift = new QLineEdit(this);
    sift->setPlaceholderText(tr("Find a device"));
    sift->setClearButtonEnabled(true);
    sift->setAccessibleName(tr("Find a device"));
    devices_ = new QListWidget(this);
    devices_->setAccessibleName(tr("Devices to compare"));
    devices_->setMinimumHeight(140);
    form.addRow(tr("&Devices"), sift);
    form.addRow(devices_);
    connect(sift, &QLineEdit::textChanged, this, &CostInputs::sift_devices);
}

void CostInputs::sift_devices(const QString& text) {
    for (int i = 0; i < devices_->count(); ++i) {
        auto* item = devices_->item(i);
        const bool found = item->text().contains(text, Qt::CaseInsensitive);
        item->setHidden(!found && item->checkState() != Qt::Checked);
    }
}

void CostInputs::add_device(const std::string& id, const QString& text, bool chosen) {
    auto* item = new QListWidgetItem(text, devices_);
    item->setData(Qt::UserRole, qt(id));
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(chosen ? Qt::Checked : Qt::Unchecked);
}

void CostInputs::set_devices(const Session& session) {
    const QSignalBlocker quiet(devices_);
    std::map<QString, bool> former;
    for (int i = 0; i < devices_->count(); ++i)
        former[devices_->item(i)->data(Qt::UserRole).toString()] =
            devices_->item(i)->checkState() == Qt::Checked;
    // What the user chose stays; what is new is chosen when it is measured or among the usual ones.
    const auto chosen = [&](const std::string& id, bool at_first) {
        const auto found = former.find(qt(id));
        return found == former.end() ? at_first : found->second;
    };
    devices_->clear();
    for (const auto& report : session.devices)
        add_device(report.device().id, tr("%1 (measured)").arg(qt(report.device().name)),
                   chosen(report.device().id, true));
    // The chosen ones of the catalogue stand before the others.
    const auto add_if = [&](bool wanted) {
        for (const auto& id : list_configs("devices")) {
            const bool usual = std::ranges::find(first_compared, id) != std::end(first_compared);
            if (!session.device(id) && chosen(id, usual) == wanted) add_device(id, qt(id), wanted);
        }
    };
    add_if(true);
    add_if(false);
}

CostQuestion CostInputs::question() const {
    CostQuestion out;
    out.model = model_->currentText().toStdString();
    for (int i = 0; i < devices_->count(); ++i)
        if (devices_->item(i)->checkState() == Qt::Checked)
            out.devices.push_back(devices_->item(i)->data(Qt::UserRole).toString().toStdString());
    out.workload.batch = batch_->value();
    out.workload.prompt_tokens = prompt_->value();
    out.workload.output_tokens = output_->value();
    out.workload.precisions.weights = NumberFormat::parse(weights_->currentText().toStdString());
    out.workload.precisions.activations = NumberFormat::parse(activations_->currentText().toStdString());
    out.workload.precisions.kv = NumberFormat::parse(kv_->currentText().toStdString());
    out.workload.precisions.weight_sparsity = Sparsity::parse(sparsity_->currentText().toStdString());
    out.economy = money_->economy();
    out.currency = money_->currency();
    return out;
}

}  // namespace ridge::gui
