// SPDX-License-Identifier: Apache-2.0
#include "gui/main_window.hpp"

#include <QApplication>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QStatusBar>
#include <exception>

#include "core/file.hpp"
#include "gui/keys.hpp"
#include "gui/recent_files.hpp"
#include "gui/text.hpp"
#include "reports/report.hpp"

namespace ridge::gui {
namespace {

QString status_of(const Session& session) {
    if (!session.error.empty()) return QObject::tr("the store could not be read");
    std::size_t calls = 0, measurements = 0;
    for (const auto& device : session.devices)
        calls += device.calls.size(), measurements += device.measurements;
    return QObject::tr("devices: %1   calls: %2   measurements: %3")
        .arg(session.devices.size())
        .arg(calls)
        .arg(measurements);
}

std::string encoded(const QString& suffix, const PlotWidget& plot, const QString& path) {
    if (suffix == "svg") return plot.svg().toStdString();
    return plot.picture().save(path, "PNG")
               ? std::string()
               : throw std::runtime_error(path.toStdString() + ": cannot be written");
}

}  // namespace

MainWindow::MainWindow()
    : tabs_(new QTabWidget(this)), roofline_(new RooflinePage(this)), cost_(new CostPage(this)) {
    tabs_->addTab(roofline_, tr("Roofline"));
    tabs_->addTab(cost_, tr("Cost"));
    tabs_->setDocumentMode(true);
    setCentralWidget(tabs_);
    setAcceptDrops(true);
    setWindowTitle(tr("Ridgepoint"));
    build_menus();
    roofline_->set_session(session_);
    cost_->set_session(session_);
    resize(1280, 860);
}

void MainWindow::build_menus() {
    auto* file = menuBar()->addMenu(tr("&File"));
    file->addAction(tr("&Open store…"), QKeySequence::Open, this, &MainWindow::choose_store);
    recent_ = file->addMenu(tr("&Recent"));
    connect(recent_, &QMenu::aboutToShow, this, &MainWindow::fill_recent);
    file->addAction(tr("Re&load"), QKeySequence(Qt::Key_F5), this, &MainWindow::reload);
    file->addSeparator();
    file->addAction(tr("&Export…"), QKeySequence(Qt::CTRL | Qt::Key_E), this, &MainWindow::export_as);
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);
    build_view_menu();
    auto* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&Keys"), QKeySequence(Qt::Key_F1), this, &MainWindow::show_keys);
}

void MainWindow::build_view_menu() {
    auto* view = menuBar()->addMenu(tr("&View"));
    auto* plot = &roofline_->plot();
    view->addAction(tr("&Roofline"), QKeySequence(Qt::CTRL | Qt::Key_1), this,
                    [this] { show_page("roofline"); });
    view->addAction(tr("&Cost"), QKeySequence(Qt::CTRL | Qt::Key_2), this, [this] { show_page("cost"); });
    view->addAction(tr("&Filter"), QKeySequence::Find, this, [this] {
        show_page("roofline");
        roofline_->filter_text().setFocus();
    });
    view->addSeparator();
    view->addAction(tr("Zoom &in"), QKeySequence::ZoomIn, plot, &PlotWidget::zoom_in);
    view->addAction(tr("Zoom &out"), QKeySequence::ZoomOut, plot, &PlotWidget::zoom_out);
    view->addAction(tr("&Whole chart"), QKeySequence(Qt::CTRL | Qt::Key_0), plot, &PlotWidget::reset_zoom);
    view->addAction(tr("Former &view"), plot, &PlotWidget::undo_zoom);
    view->addAction(tr("&Next view"), plot, &PlotWidget::redo_zoom);
    view->addAction(tr("Copy &picture"), plot, &PlotWidget::copy_picture);
}

void MainWindow::fill_recent() {
    recent_->clear();
    for (const auto& path : recent_files())
        recent_->addAction(path, this, [this, path] { open(path.toStdString()); });
    if (recent_->isEmpty()) recent_->addAction(tr("(none)"))->setEnabled(false);
}

void MainWindow::open(const std::filesystem::path& path) {
    // The pages point into the session, so they let go of the old one in the same breath.
    session_ = read_session(path);
    roofline_->set_session(session_);
    cost_->set_session(session_);
    setWindowTitle(tr("%1 – Ridgepoint").arg(qt(path.filename().string())));
    statusBar()->showMessage(status_of(session_) + "   " + qt(path.string()));
    if (session_.error.empty()) add_recent_file(QFileInfo(qt(path.string())).absoluteFilePath());
}

void MainWindow::reload() {
    if (!session_.path.empty()) open(session_.path);
}

void MainWindow::choose_store() {
    const auto path =
        QFileDialog::getOpenFileName(this, tr("Open store"), qt(session_.path.parent_path().string()),
                                     tr("Stores (*.db *.ridge *.sqlite);;All files (*)"));
    if (!path.isEmpty()) open(path.toStdString());
}

bool MainWindow::on_roofline() const { return tabs_->currentWidget() == roofline_; }

bool MainWindow::show_page(const QString& name) {
    if (name != "roofline" && name != "cost") return false;
    tabs_->setCurrentWidget(name == "roofline" ? static_cast<QWidget*>(roofline_) : cost_);
    return true;
}

QString MainWindow::export_to(const QString& path) const {
    const auto suffix = QFileInfo(path).suffix().toLower();
    try {
        if (suffix == "csv")
            write_file(path.toStdString(),
                       to_csv((on_roofline() ? roofline_->calls() : cost_->costs()).table()));
        else if (!on_roofline())
            return tr("The Cost page exports its table as .csv.");
        else if (suffix != "png" && suffix != "svg")
            return tr("%1: the name should end in .png, .svg or .csv").arg(path);
        else if (const auto content = encoded(suffix, roofline_->plot(), path); !content.empty())
            write_file(path.toStdString(), content);
    } catch (const std::exception& error) {
        return qt(error.what());
    }
    return {};
}

void MainWindow::export_as() {
    const auto stem = on_roofline() ? roofline_->file_stem() : QString("cost");
    const auto kinds =
        on_roofline() ? tr("Picture (*.png);;Drawing (*.svg);;Table (*.csv)") : tr("Table (*.csv)");
    const auto path =
        QFileDialog::getSaveFileName(this, tr("Export"), stem + (on_roofline() ? ".png" : ".csv"), kinds);
    if (path.isEmpty()) return;
    const auto problem = export_to(path);
    if (!problem.isEmpty())
        QMessageBox::warning(this, tr("Export"), problem);
    else
        statusBar()->showMessage(tr("written: %1").arg(path));
}

void MainWindow::show_keys() {
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Keys"), keys_sheet(), QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().front().isLocalFile())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    open(event->mimeData()->urls().front().toLocalFile().toStdString());
}

}  // namespace ridge::gui
