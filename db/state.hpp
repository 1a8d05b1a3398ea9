// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "db/sqlite.hpp"
#include "db/store.hpp"

/// What the files of the store share. Internal to db/.
namespace ridge::db {

struct Store::State {
    std::unique_ptr<Connection> connection;
};

/// A record as it lies in the file: with what identifies it across files.
struct StoredRecord {
    std::string uuid;
    std::optional<std::string> import_digest;
    Record record;
};

/// Adds records inside a transaction of the caller's; keeps its statements between records.
class RecordWriter {
  public:
    explicit RecordWriter(Connection& connection);
    [[nodiscard]] bool add(const StoredRecord& stored);  ///< false when it is there already
    /// Id here of the record that add() has added or found.
    [[nodiscard]] std::int64_t id_of(const StoredRecord& stored);

  private:
    struct Keys {
        std::optional<std::int64_t> campaign, environment, import_source;
        std::int64_t device = 0, call = 0, implementation = 0, config = 0;
    };
    [[nodiscard]] Keys keys_of(const StoredRecord& stored);
    [[nodiscard]] std::int64_t call_id(const std::string& text);
    [[nodiscard]] std::int64_t implementation_id(const Record& record);
    [[nodiscard]] std::int64_t config_id(const KernelConfig& config);

    Connection& connection_;
    Statement insert_, find_call_, insert_call_;
    std::unordered_map<std::string, std::int64_t> ids_;  ///< of rows found or made so far, by table and key
};

/// Calls `visit` for every record that the filter lets through, in the order in which they were added.
void for_each_record(Connection& connection, const Filter& filter,
                     const std::function<void(const StoredRecord&)>& visit);

[[nodiscard]] std::int64_t device_row(Connection& connection,
                                      const std::string& slug);  ///< throws InputError without one

/// Id of the row that `find` gives; where there is none, `insert` makes it. Both take the same values.
template <typename... Values>
std::int64_t found_or_inserted(Connection& connection, const char* find, const char* insert,
                               const std::string& key, const Values&... values) {
    Statement found(connection, find);
    if (found.bind(key, values...).step()) return found.row().integer();
    Statement(connection, insert).bind(key, values...).run();
    return connection.last_id();
}

/// Little-endian f64, as the files' BLOBs hold them; every machine that this builds for is little-endian.
[[nodiscard]] std::span<const std::byte> sample_bytes(const std::vector<double>& samples);
[[nodiscard]] std::vector<double> samples_from(std::span<const std::byte> bytes);

/// JSON that the store wrote itself: InputError that the file is damaged when it does not parse.
[[nodiscard]] Json stored_json(const Connection& connection, const std::string& text);

}  // namespace ridge::db
