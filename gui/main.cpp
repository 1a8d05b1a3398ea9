// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QCommandLineParser>
#include <QTextStream>
#include <QTimer>

#include "core/error.hpp"
#include "db/default_store.hpp"
#include "gui/main_window.hpp"

namespace {

using ridge::gui::MainWindow;

constexpr const char* options_help =
    "Roofline and cost of tokens over a store of measurements; keys are on F1.";

struct Options {
    std::filesystem::path store;
    QString page = "roofline";
    QString screenshot;  // file, empty for none
    QString selected;    // call to select in the roofline, by its number
};

Options parse(const QCoreApplication& app) {
    QCommandLineParser parser;
    parser.setApplicationDescription(options_help);
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument("store", "store file; the same as --db", "[store]");
    parser.addOption(
        {"db", "store <file> (default: $RIDGE_DB, else ridge.db in the user's data folder)", "file"});
    parser.addOption({"page", "<page> to show first: roofline or cost", "page", "roofline"});
    parser.addOption({"screenshot", "write a picture of the window to <file> and end", "file"});
    parser.addOption({"select", "<number> of the call to select in the roofline", "number"});
    parser.process(app);
    const auto named = parser.isSet("db") ? parser.value("db") : parser.positionalArguments().value(0);
    return {named.isEmpty() ? ridge::db::default_store() : std::filesystem::path(named.toStdString()),
            parser.value("page"), parser.value("screenshot"), parser.value("select")};
}

int fail(const QString& message, ridge::ExitCode code = ridge::ExitCode::bad_input) {
    QTextStream(stderr) << "ridge-gui: " << message << "\n";
    return static_cast<int>(code);
}

// The window has to be shown and laid out before it has a picture.
void take_screenshot(MainWindow& window, const QString& file) {
    QTimer::singleShot(300, &window, [&window, file] {
        const bool written = window.grab().save(file);
        QApplication::exit(
            written ? 0 : fail(file + ": cannot be written as a picture; the name should end in .png"));
    });
}

int run(const QCoreApplication& app) {
    const auto options = parse(app);
    MainWindow window;
    if (!window.show_page(options.page))
        return fail("unknown page '" + options.page + "'; known: roofline, cost");
    window.open(options.store);
    window.show();
    if (!options.selected.isEmpty()) window.roofline().select_call("call:" + options.selected);
    if (!options.screenshot.isEmpty()) take_screenshot(window, options.screenshot);
    return QApplication::exec();
}

}  // namespace

int main(int argc, char** argv) {
    QApplication app(argc, argv);
    QApplication::setApplicationName("ridge-gui");
    QApplication::setApplicationVersion(RIDGE_VERSION);
    try {
        return run(app);
    } catch (const ridge::Error& error) {
        return fail(QString::fromUtf8(error.what()), error.code());
    } catch (const std::exception& error) {
        return fail(QString("internal: ") + error.what(), ridge::ExitCode::failed);
    }
}
