// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QMainWindow>
#include <QMenu>
#include <QTabWidget>

#include "gui/cost_page.hpp"
#include "gui/roofline_page.hpp"
#include "gui/session.hpp"

namespace ridge::gui {

/// The window: pages over one store, and the menus. A store that cannot be read is said in the window.
class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    MainWindow();

    void open(const std::filesystem::path& path);
    [[nodiscard]] const Session& session() const { return session_; }
    [[nodiscard]] RooflinePage& roofline() const { return *roofline_; }
    [[nodiscard]] CostPage& cost() const { return *cost_; }
    /// "roofline" or "cost"; false for another name.
    bool show_page(const QString& name);
    /// Writes the chart (.png or .svg) or the table (.csv) of the present page; the reason when it cannot,
    /// else empty.
    [[nodiscard]] QString export_to(const QString& path) const;

  public slots:
    void choose_store();
    void reload();
    void export_as();
    void show_keys();

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void build_menus();
    void build_view_menu();
    void fill_recent();
    [[nodiscard]] bool on_roofline() const;

    Session session_;
    QTabWidget* tabs_;
    RooflinePage* roofline_;
    CostPage* cost_;
    QMenu* recent_ = nullptr;
};

}  // namespace ridge::gui
