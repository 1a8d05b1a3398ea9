// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

/// A thin layer over SQLite: ownership, typed parameters and columns, and errors as sentences. Internal to
/// db/. Every function throws InputError (damaged file, refused value) or EnvironmentError (locked,
/// read-only, full, not permitted) with the path of the file.
namespace ridge::db {

class Connection;

/// Values of the current row, read from left to right; NULL reads as 0 or "".
class Row {
  public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    [[nodiscard]] std::int64_t integer();
    [[nodiscard]] double real();
    [[nodiscard]] std::string text();
    [[nodiscard]] std::span<const std::byte> blob();  ///< valid until the next step
    [[nodiscard]] std::optional<std::int64_t> find_integer();
    [[nodiscard]] std::optional<double> find_real();
    [[nodiscard]] std::optional<std::string> find_text();

  private:
    [[nodiscard]] bool next_is_null() const;
    sqlite3_stmt* statement_;
    int column_ = 0;
};

class Statement {
  public:
    Statement(Connection& connection, std::string_view sql);

    /// Resets the statement and gives its parameters, from the first on; those left out are NULL.
    template <typename... Values>
    Statement& bind(const Values&... values) {
        reset();
        (put(values), ...);
        return *this;
    }
    /// One more parameter, after those given so far.
    template <typename Value>
    void append(const Value& value) {
        put(value);
    }
    [[nodiscard]] bool step();  ///< whether there is a row
    void run();                 ///< to the end, then reset
    [[nodiscard]] Row row() const { return Row(handle_.get()); }
    void reset();

  private:
    void put(std::nullopt_t);
    void put(std::int64_t value);
    void put(double value);
    void put(std::string_view value);
    void put(const std::string& value) { put(std::string_view(value)); }
    void put(const char* value) { put(std::string_view(value)); }
    void put(std::span<const std::byte> value);
    template <typename Value>
    void put(const std::optional<Value>& value) {
        if (value)
            put(*value);
        else
            put(std::nullopt);
    }
    void check(int code) const;

    struct Finalize {
        void operator()(sqlite3_stmt* handle) const;
    };
    Connection* connection_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    int parameter_ = 0;
};

enum class OpenMode {
    create,
    read_write,
    read_only,
    immutable,  ///< read-only without locks and without the -wal file: only where nobody can write
};

class Connection {
  public:
    Connection(std::filesystem::path path, OpenMode mode);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    void execute(const std::string& sql);  ///< any number of statements, rows are dropped
    [[nodiscard]] std::int64_t integer(
        std::string_view sql);  ///< first column of the first row, 0 without one
    [[nodiscard]] std::string text(std::string_view sql);
    [[nodiscard]] std::int64_t changes() const;  ///< rows changed by the last statement
    [[nodiscard]] std::int64_t last_id() const;

    void set_busy_timeout(std::chrono::milliseconds timeout);
    /// Whether the last connection that closes a file copies the -wal file into it and removes it.
    void set_checkpoint_on_close(bool wanted);
    /// Sets WAL; where the file system cannot have it, SQLite stays with its rollback journal, which is
    /// slower, not less safe.
    void use_wal(std::chrono::milliseconds patience);
    /// False when the file's folder does not permit the side files that a read needs.
    [[nodiscard]] bool side_files_permitted();
    [[nodiscard]] bool read_only() const;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] sqlite3* handle() const { return handle_; }
    [[noreturn]] void fail(int code) const;

  private:
    std::filesystem::path path_;
    sqlite3* handle_ = nullptr;
};

/// Rolled back unless committed.
class Transaction {
  public:
    enum class Kind { read, write };
    Transaction(Connection& connection, Kind kind);  ///< write: BEGIN IMMEDIATE
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

  private:
    Connection& connection_;
    bool open_ = true;
};

/// "PATH is damaged or not a Ridgepoint store (DETAIL); …" as InputError.
[[noreturn]] void fail_damaged(const std::filesystem::path& path, const std::string& detail);

}  // namespace ridge::db
