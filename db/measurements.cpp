// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <unordered_map>

#include "core/error.hpp"
#include "db/state.hpp"

namespace ridge::db {
namespace {

constexpr const char* select_measurements = R"sql(
SELECT m.uuid, s.digest, m.id, c.uuid, d.slug, k.text, i.name, i.version, f.parameters, m.round, m.order_index, m.seed,
       m.environment_id, m.taken_at, m.source, m.status, m.reason, m.cache, m.samples, m.stop, m.discarded, m.error,
       m.workspace_bytes, m.energy_j, m.clock_before_hz, m.clock_after_hz, m.memory_bytes_per_s, m.sample_count, m.median_s, m.low_s, m.high_s,
       m.min_s, m.max_s, m.spread
FROM measurement m
JOIN device d ON d.id = m.device_id
JOIN call k ON k.id = m.call_id
JOIN implementation i ON i.id = m.implementation_id
JOIN config f ON f.id = m.config_id
LEFT JOIN campaign c ON c.id = m.campaign_id
LEFT JOIN import_source s ON s.id = m.import_source_id)sql";

Measurement measurement_from(Row& row) {
    Measurement m;
    m.status = parse_status(row.text());
    m.reason = row.text();
    m.cache = parse_cache_state(row.text());
    m.samples_s = samples_from(row.blob());
    m.stop = row.text();
    m.discarded = row.integer();
    m.error = row.find_real();
    m.workspace_bytes = row.integer();
    m.energy_j = row.find_real();
    m.clock_before_hz = row.find_real();
    m.clock_after_hz = row.find_real();
    m.memory_bytes_per_s = row.find_real();
    return m;
}

Summary summary_from(Row& row) {
    Summary summary;
    summary.count = static_cast<std::size_t>(row.integer());
    summary.median = row.real();
    summary.interval.low = row.real();
    summary.interval.high = row.real();
    summary.min = row.real();
    summary.max = row.real();
    summary.spread = row.real();
    return summary;
}

// Configurations by their text: an imported table has few of them and many rows.
class Configs {
  public:
    explicit Configs(const Connection& connection) : connection_(connection) {}
    const KernelConfig& of(const std::string& text) {
        const auto [place, is_new] = known_.try_emplace(text);
        if (is_new) {
            const auto json = stored_json(connection_, text);
            place->second = KernelConfig::from_json(JsonReader(json, connection_.path().string()));
        }
        return place->second;
    }

  private:
    const Connection& connection_;
    std::unordered_map<std::string, KernelConfig> known_;
};

StoredRecord record_from(Configs& configs, Row row) {
    StoredRecord stored;
    auto& record = stored.record;
    stored.uuid = row.text();
    stored.import_digest = row.find_text();
    record.id = row.integer();
    record.campaign = row.text();
    record.device = row.text();
    record.call = row.text();
    record.implementation = row.text();
    record.implementation_version = row.text();
    record.config = configs.of(row.text());
    record.round = row.integer();
    record.order_index = row.integer();
    record.seed = std::bit_cast<std::uint64_t>(row.integer());
    record.environment = row.integer();
    record.taken_at = row.text();
    record.source = row.text();
    record.measurement = measurement_from(row);
    const auto summary = summary_from(row);
    if (record.measurement.status == Status::ok) record.summary = summary;
    return stored;
}

// A value that the tables' checks exclude can only come from a damaged page.
StoredRecord checked_record(const Connection& connection, Configs& configs, Row row) {
    try {
        return record_from(configs, row);
    } catch (const InputError& error) {
        fail_damaged(connection.path(), error.what());
    }
}

// The rule of latest_records(), then the least median. A bare column beside min() is that of the row with the
// minimum (SQLite, "Bare columns in an aggregate query").
constexpr const char* fastest_only = R"sql(m.id IN (
SELECT id FROM (SELECT id, min(median_s) FROM (
    SELECT id, device_id, call_id, cache, status, median_s, row_number() OVER (
        PARTITION BY device_id, call_id, cache, implementation_id, config_id
        ORDER BY taken_at DESC, round DESC, id DESC) AS age
    FROM measurement)
WHERE age = 1 AND status = 'ok' GROUP BY device_id, call_id, cache)))sql";

struct Condition {
    const char* sql;
    std::optional<std::string> value;
};

std::vector<Condition> conditions(const Filter& filter) {
    const auto word = [](const auto& value) {
        return value ? std::optional<std::string>(name(*value)) : std::nullopt;
    };
    return {{"c.uuid = ?", filter.campaign},       {"d.slug = ?", filter.device},
            {"k.operator = ?", filter.op},         {"k.text = ?", filter.call},
            {"i.name = ?", filter.implementation}, {"m.status = ?", word(filter.status)},
            {"m.cache = ?", word(filter.cache)}};
}

std::size_t add_records(Connection& connection, std::span<const Record> records,
                        const std::optional<std::string>& digest) {
    RecordWriter writer(connection);
    std::size_t added = 0;
    for (const auto& record : records) added += writer.add({make_uuid(), digest, record}) ? 1U : 0U;
    return added;
}

}  // namespace

void for_each_record(Connection& connection, const Filter& filter,
                     const std::function<void(const StoredRecord&)>& visit) {
    std::string sql = select_measurements;
    const char* joint = " WHERE ";
    for (const auto& condition : conditions(filter))
        if (condition.value) sql += joint + std::string(condition.sql), joint = " AND ";
    if (filter.fastest) sql += joint + std::string(fastest_only);
    Statement select(connection, sql + " ORDER BY m.id");
    for (const auto& condition : conditions(filter))
        if (condition.value) select.append(*condition.value);
    Configs configs(connection);
    while (select.step()) visit(checked_record(connection, configs, select.row()));
}

std::size_t Store::add(std::span<const Record> records) {
    Transaction transaction(*state_->connection, Transaction::Kind::write);
    const auto added = add_records(*state_->connection, records, std::nullopt);
    transaction.commit();
    return added;
}

std::vector<Record> Store::measurements(const Filter& filter) const {
    std::vector<Record> out;
    for_each_record(*state_->connection, filter,
                    [&](const StoredRecord& stored) { out.push_back(stored.record); });
    return out;
}

std::size_t Store::add_import(const ImportSource& source, std::span<const Record> records) {
    auto& connection = *state_->connection;
    Transaction transaction(connection, Transaction::Kind::write);
    Statement put(connection,
                  "INSERT INTO import_source (digest, name, kind, imported_at) VALUES (?, ?, ?, ?) ON "
                  "CONFLICT DO NOTHING");
    put.bind(source.digest, source.name, source.kind,
             source.imported_at.empty() ? timestamp() : source.imported_at)
        .run();
    if (connection.changes() == 0) return 0;
    const auto added = add_records(connection, records, source.digest);
    transaction.commit();
    return added;
}

std::vector<ImportSource> Store::import_sources() const {
    std::vector<ImportSource> out;
    Statement all(*state_->connection,
                  "SELECT name, kind, digest, imported_at FROM import_source ORDER BY id");
    while (all.step()) {
        auto row = all.row();
        out.push_back(
            {.name = row.text(), .kind = row.text(), .digest = row.text(), .imported_at = row.text()});
    }
    return out;
}

}  // namespace ridge::db
