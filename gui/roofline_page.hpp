// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QStackedWidget>
#include <QWidget>

#include "gui/plot_widget.hpp"
#include "gui/session.hpp"
#include "gui/table_view.hpp"

namespace ridge::gui {

/// The roofline of a device over the table of its calls; one filter for both, and a selection in one shows in
/// the other.
class RooflinePage : public QWidget {
    Q_OBJECT
  public:
    explicit RooflinePage(QWidget* parent = nullptr);

    /// Shows another session; device, filter and zoom stay where they still make sense. `session` outlives
    /// the page.
    void set_session(const Session& session);

    /// Selects a call in chart and table by its point ("call:7"); another text selects nothing.
    void select_call(const QString& point_id);

    [[nodiscard]] PlotWidget& plot() const { return *plot_; }
    [[nodiscard]] TableView& calls() const { return *table_; }
    [[nodiscard]] QLineEdit& filter_text() const { return *filter_; }
    [[nodiscard]] QComboBox& device_choice() const { return *device_; }
    [[nodiscard]] QComboBox& precision_choice() const { return *precision_; }
    [[nodiscard]] QString empty_text() const { return empty_->text(); }
    [[nodiscard]] bool shows_chart() const;
    /// Name for files of the present device: "roofline-fixture-cpu"; empty without a device.
    [[nodiscard]] QString file_stem() const;

  private:
    void build_filters();
    void connect_parts();
    void fill_devices();
    void choose_device(bool keep_zoom);
    void apply_filter(bool keep_zoom);
    void show_empty();
    [[nodiscard]] reports::CallFilter filter() const;

    const Session* session_ = nullptr;
    const reports::DeviceReport* report_ = nullptr;  // in session_
    std::vector<reports::CallResult> shown_;
    QComboBox *device_, *operator_, *precision_, *cache_;
    QLineEdit* filter_;
    QLabel *count_, *empty_;
    PlotWidget* plot_;
    TableView* table_;
    QStackedWidget* stack_;
};

}  // namespace ridge::gui
