// SPDX-License-Identifier: Apache-2.0
#include "db/sqlite.hpp"

#include <sqlite3.h>

#include <array>
#include <thread>

#include "core/error.hpp"

namespace ridge::db {
namespace {

enum class Fault { input, environment, internal };

struct Sentence {
    int code;  ///< extended code, or primary code for all that have no row of their own
    Fault fault;
    const char* text;  ///< follows the path
};

constexpr const char* damaged = " is damaged or not a Ridgepoint store";
constexpr const char* unreadable = " cannot be read or written by this machine";

// The statements are fixed and tested, so that a generic SQLITE_ERROR ("no such table") says that the layout
// is not ours.
constexpr std::array sentences = {
    Sentence{SQLITE_ERROR, Fault::input, damaged},
    Sentence{SQLITE_NOTADB, Fault::input, damaged},
    Sentence{SQLITE_CORRUPT, Fault::input, damaged},
    Sentence{SQLITE_FORMAT, Fault::input, damaged},
    Sentence{SQLITE_IOERR_SHORT_READ, Fault::input, damaged},
    Sentence{SQLITE_IOERR_CORRUPTFS, Fault::input, damaged},
    Sentence{SQLITE_BUSY, Fault::environment, " is locked by another program; end it or try again"},
    Sentence{SQLITE_LOCKED, Fault::environment, " is locked by another program; end it or try again"},
    Sentence{SQLITE_READONLY, Fault::environment,
             " cannot be written: it is write-protected or was opened for reading"},
    Sentence{SQLITE_FULL, Fault::environment,
             " cannot grow: the disk or its allowance is full; what it held before is kept"},
    Sentence{SQLITE_CANTOPEN, Fault::environment,
             " cannot be opened; check the permissions of the file and of its folder"},
    Sentence{SQLITE_PERM, Fault::environment,
             " cannot be opened; check the permissions of the file and of its folder"},
    Sentence{SQLITE_IOERR, Fault::environment, unreadable},
    Sentence{SQLITE_NOLFS, Fault::environment, unreadable},
    Sentence{SQLITE_PROTOCOL, Fault::environment, unreadable},
    Sentence{SQLITE_CONSTRAINT, Fault::input, " refuses a value that breaks its rules"},
    Sentence{SQLITE_TOOBIG, Fault::input, " refuses a value that is too large"},
};

const Sentence* find_sentence(int code) {
    for (const auto& sentence : sentences)
        if (sentence.code == code) return &sentence;
    return code == (code & 0xff) ? nullptr : find_sentence(code & 0xff);
}

int open_flags(OpenMode mode) {
    switch (mode) {
        case OpenMode::create:
            return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        case OpenMode::read_write:
            return SQLITE_OPEN_READWRITE;
        case OpenMode::read_only:
            return SQLITE_OPEN_READONLY;
        case OpenMode::immutable:
            return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    }
    return SQLITE_OPEN_READONLY;
}

// An absolute path, so that names with a meaning of their own (":memory:", "file:…") are plain files.
std::string file_name(const std::filesystem::path& path, OpenMode mode) {
    const auto plain = std::filesystem::absolute(path).string();
    if (mode != OpenMode::immutable) return plain;
    std::string uri = "file://";
    for (const char c : plain) {
        if (c == '%' || c == '?' || c == '#')
            uri += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
        else
            uri += c;
    }
    return uri + "?immutable=1";
}

}  // namespace

void fail_damaged(const std::filesystem::path& path, const std::string& detail) {
    throw InputError(path.string() + damaged + " (" + detail + "); it was left as it was");
}

bool Row::next_is_null() const { return sqlite3_column_type(statement_, column_) == SQLITE_NULL; }
std::int64_t Row::integer() { return sqlite3_column_int64(statement_, column_++); }
double Row::real() { return sqlite3_column_double(statement_, column_++); }

std::string Row::text() {
    const auto* data = sqlite3_column_text(statement_, column_);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_++));
    return data ? std::string(reinterpret_cast<const char*>(data), size) : std::string();
}

std::span<const std::byte> Row::blob() {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column_));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_++))};
}

std::optional<std::int64_t> Row::find_integer() {
    if (next_is_null()) return ++column_, std::nullopt;
    return integer();
}

std::optional<double> Row::find_real() {
    if (next_is_null()) return ++column_, std::nullopt;
    return real();
}

std::optional<std::string> Row::find_text() {
    if (next_is_null()) return ++column_, std::nullopt;
    return text();
}

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Statement::Statement(Connection& connection, std::string_view sql) : connection_(&connection) {
    sqlite3_stmt* handle = nullptr;
    check(
        sqlite3_prepare_v2(connection.handle(), sql.data(), static_cast<int>(sql.size()), &handle, nullptr));
    handle_.reset(handle);
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) connection_->fail(code);
}

// The code of sqlite3_reset is that of the step before it, which step() has reported.
void Statement::reset() {
    sqlite3_reset(handle_.get());
    sqlite3_clear_bindings(handle_.get());
    parameter_ = 0;
}

bool Statement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) connection_->fail(code);
    return false;
}

void Statement::run() {
    while (step()) continue;
    reset();
}

void Statement::put(std::nullopt_t) { check(sqlite3_bind_null(handle_.get(), ++parameter_)); }
void Statement::put(std::int64_t value) { check(sqlite3_bind_int64(handle_.get(), ++parameter_, value)); }
void Statement::put(double value) { check(sqlite3_bind_double(handle_.get(), ++parameter_, value)); }

void Statement::put(std::string_view value) {
    const char* data = value.data() ? value.data() : "";
    check(
        sqlite3_bind_text64(handle_.get(), ++parameter_, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

// SQLite takes a null pointer for NULL; an empty blob is none.
void Statement::put(std::span<const std::byte> value) {
    if (value.empty())
        check(sqlite3_bind_zeroblob(handle_.get(), ++parameter_, 0));
    else
        check(sqlite3_bind_blob64(handle_.get(), ++parameter_, value.data(), value.size(), SQLITE_TRANSIENT));
}

Connection::Connection(std::filesystem::path path, OpenMode mode) : path_(std::move(path)) {
    const int code = sqlite3_open_v2(file_name(path_, mode).c_str(), &handle_, open_flags(mode), nullptr);
    if (code != SQLITE_OK) {
        sqlite3_close(handle_);
        handle_ = nullptr;
        fail(code);
    }
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
}

Connection::~Connection() { sqlite3_close_v2(handle_); }

void Connection::fail(int code) const {
    const auto* sentence = find_sentence(code);
    const std::string detail = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    if (!sentence) throw Error(ExitCode::failed, path_.string() + ": the store failed: " + detail);
    if (sentence->text == damaged) fail_damaged(path_, detail);
    const std::string message = path_.string() + sentence->text + " (" + detail + ")";
    if (sentence->fault == Fault::input) throw InputError(message);
    throw EnvironmentError(message);
}

void Connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

std::int64_t Connection::integer(std::string_view sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.row().integer() : 0;
}

std::string Connection::text(std::string_view sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.row().text() : "";
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle_); }
std::int64_t Connection::last_id() const { return sqlite3_last_insert_rowid(handle_); }

void Connection::set_busy_timeout(std::chrono::milliseconds timeout) {
    sqlite3_busy_timeout(handle_, static_cast<int>(timeout.count()));
}

void Connection::set_checkpoint_on_close(bool wanted) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

// The change of mode needs the file for itself for a moment, and SQLite does not wait for that on its own.
void Connection::use_wal(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const int code = sqlite3_exec(handle_, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
        if (code == SQLITE_OK) return;
        if ((code & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() >= end) fail(code);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

bool Connection::side_files_permitted() {
    const int code =
        sqlite3_exec(handle_, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr) & 0xff;
    return code != SQLITE_CANTOPEN && code != SQLITE_READONLY;
}

bool Connection::read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }

Transaction::Transaction(Connection& connection, Kind kind) : connection_(connection) {
    connection_.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

// A failure that SQLite rolled back itself (a full disk) leaves nothing to roll back.
Transaction::~Transaction() {
    if (open_ && sqlite3_get_autocommit(connection_.handle()) == 0)
        sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    connection_.execute("COMMIT");
    open_ = false;
}

}  // namespace ridge::db
