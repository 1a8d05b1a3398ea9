// SPDX-License-Identifier: Apache-2.0
#include "gui/roofline_page.hpp"

#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <set>

#include "gui/text.hpp"
#include "reports/call_table.hpp"
#include "reports/plot/roofline.hpp"

namespace ridge::gui {
namespace {

QString operator_of(const reports::CallResult& result) {
    return qt(std::string_view(result.best.call).substr(0, result.best.call.find(' ')));
}

// The choices with "all" before them; what was chosen stays when it is still there.
void fill(QComboBox& box, const QString& all, const std::set<QString>& choices) {
    const QSignalBlocker quiet(box);
    const auto former = box.currentData().toString();
    box.clear();
    box.addItem(all, QString());
    for (const auto& choice : choices) box.addItem(choice, choice);
    box.setCurrentIndex(std::max(0, box.findData(former)));
}

QComboBox* choice(QHBoxLayout* row, QWidget* parent, const QString& label, const QString& help) {
    auto* text = new QLabel(label, parent);
    auto* box = new QComboBox(parent);
    text->setBuddy(box);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    box->setAccessibleName(help);
    box->setToolTip(help);
    row->addWidget(text);
    row->addWidget(box);
    return box;
}

QString empty_message(const Session& session) {
    const QString commands = QObject::tr(
        "<p>These commands make one on this machine, in a few minutes:</p>"
        "<pre>ridge roof\nridge tune --suite demo\nridge train</pre>"
        "<p>Then open it with <b>Ctrl+O</b>, drop its file here, or press <b>F5</b> to look again.</p>");
    if (!session.error.empty())
        return QObject::tr("<h3>The store cannot be shown</h3><p>%1</p>")
                   .arg(qt(session.error).toHtmlEscaped()) +
               commands;
    return QObject::tr("<h3>No measurements yet</h3><p>The store %1 has neither roofs nor measurements.</p>")
               .arg(qt(session.path.string()).toHtmlEscaped()) +
           commands;
}

}  // namespace

RooflinePage::RooflinePage(QWidget* parent)
    : QWidget(parent),
      count_(new QLabel(this)),
      empty_(new QLabel(this)),
      plot_(new PlotWidget(this)),
      table_(new TableView(tr("Best configuration of each call"), this)),
      stack_(new QStackedWidget(this)) {
    auto* layout = new QVBoxLayout(this);
    build_filters();
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(plot_);
    splitter->addWidget(table_);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({520, 230});
    splitter->setChildrenCollapsible(false);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    stack_->addWidget(splitter);
    stack_->addWidget(empty_);
    layout->addWidget(stack_, 1);
    connect_parts();
}

void RooflinePage::build_filters() {
    auto* row = new QHBoxLayout;
    device_ = choice(row, this, tr("&Device"), tr("Device whose roofline is shown"));
    operator_ = choice(row, this, tr("&Operator"), tr("Operator of the calls"));
    precision_ = choice(row, this, tr("&Precision"), tr("Precision of the multiplications"));
    cache_ = choice(row, this, tr("C&ache"), tr("Cold or warm measurements"));
    filter_ = new QLineEdit(this);
    filter_->setPlaceholderText(tr("Filter: words of call, implementation or configuration"));
    filter_->setClearButtonEnabled(true);
    filter_->setAccessibleName(tr("Filter of the calls"));
    row->addWidget(filter_, 1);
    row->addWidget(count_);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
}

void RooflinePage::connect_parts() {
    connect(device_, &QComboBox::currentIndexChanged, this, [this] { choose_device(false); });
    for (auto* box : {operator_, precision_, cache_})
        connect(box, &QComboBox::currentIndexChanged, this, [this] { apply_filter(true); });
    connect(filter_, &QLineEdit::textChanged, this, [this] { apply_filter(true); });
    connect(plot_, &PlotWidget::selection_changed, this, &RooflinePage::select_call);
    connect(table_, &TableView::row_selected, this, [this](int row) {
        const auto known = row >= 0 && row < static_cast<int>(shown_.size());
        plot_->select(known ? qt(reports::plot::point_id(shown_[static_cast<std::size_t>(row)].number))
                            : QString());
    });
}

void RooflinePage::set_session(const Session& session) {
    session_ = &session;
    report_ = nullptr;
    fill_devices();
    choose_device(true);
}

void RooflinePage::fill_devices() {
    const QSignalBlocker quiet(device_);
    const auto former = device_->currentData().toString();
    device_->clear();
    for (const auto& report : session_->devices)
        device_->addItem(qt(report.device().name), qt(report.device().id));
    device_->setCurrentIndex(std::max(device_->count() > 0 ? 0 : -1, device_->findData(former)));
}

void RooflinePage::choose_device(bool keep_zoom) {
    report_ = session_ ? session_->device(device_->currentData().toString().toStdString()) : nullptr;
    if (!report_) return show_empty();
    std::set<QString> operators, precisions, caches;
    for (const auto& call : report_->calls) {
        operators.insert(operator_of(call));
        precisions.insert(qt(name(call.compute)));
        caches.insert(qt(name(call.best.measurement.cache)));
    }
    fill(*operator_, tr("all"), operators);
    fill(*precision_, tr("all"), precisions);
    fill(*cache_, tr("all"), caches);
    stack_->setCurrentIndex(0);
    apply_filter(keep_zoom);
}

void RooflinePage::show_empty() {
    shown_.clear();
    table_->set_table(reports::call_table({}));
    plot_->set_scene({}, false);
    count_->clear();
    if (session_) empty_->setText(empty_message(*session_));
    stack_->setCurrentIndex(1);
}

reports::CallFilter RooflinePage::filter() const {
    reports::CallFilter out;
    out.text = filter_->text().toStdString();
    const auto chosen = [](const QComboBox* box) { return box->currentData().toString().toStdString(); };
    if (const auto op = chosen(operator_); !op.empty()) out.op = op;
    if (const auto precision = chosen(precision_); !precision.empty())
        out.compute = parse_precision(precision);
    if (const auto cache = chosen(cache_); !cache.empty()) out.cache = parse_cache_state(cache);
    return out;
}

void RooflinePage::apply_filter(bool keep_zoom) {
    if (!report_) return;
    shown_ = reports::filtered(report_->calls, filter());
    table_->set_table(reports::call_table(shown_));
    plot_->set_scene(reports::roofline_of(*report_, shown_), keep_zoom);
    count_->setText(tr("%1 of %2 calls").arg(shown_.size()).arg(report_->calls.size()));
}

void RooflinePage::select_call(const QString& point_id) {
    plot_->select(point_id);
    const int number = reports::plot::point_number(point_id.toStdString());
    const auto found = std::ranges::find(shown_, number, &reports::CallResult::number);
    table_->select_row(found == shown_.end() ? -1 : static_cast<int>(found - shown_.begin()));
}

bool RooflinePage::shows_chart() const { return stack_->currentIndex() == 0; }

QString RooflinePage::file_stem() const {
    return report_ ? "roofline-" + qt(report_->device().id) : QString();
}

}  // namespace ridge::gui
