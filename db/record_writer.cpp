// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>

#include "core/error.hpp"
#include "core/text.hpp"
#include "db/state.hpp"

namespace ridge::db {
namespace {

static_assert(std::endian::native == std::endian::little, "samples are stored as the machine holds them");

constexpr const char* insert_measurement = R"sql(
INSERT INTO measurement
    (uuid, campaign_id, device_id, call_id, implementation_id, config_id, environment_id, import_source_id, cache, round,
     order_index, seed, taken_at, source, status, reason, stop, discarded, error, workspace_bytes, energy_j, clock_before_hz,
     clock_after_hz, memory_bytes_per_s, samples, sample_count, median_s, low_s, high_s, min_s, max_s, spread)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING)sql";

[[noreturn]] void refuse(const Record& record, const std::string& why) {
    throw InputError("measurement of '" + record.call + "' by '" + record.implementation + "' [" +
                     record.config.text() + "]: " + why);
}

void require_sound(const Record& record) {
    const auto& m = record.measurement;
    if (m.status == Status::ok && m.samples_s.empty()) refuse(record, "status is ok without a sample");
    for (const double sample : m.samples_s)
        if (!std::isfinite(sample) || sample <= 0)
            refuse(record, "a sample is " + number_text(sample) + " s, should be a finite time above 0");
    if (m.error && std::isnan(*m.error)) refuse(record, "the error is not a number");
}

template <typename Value>
std::optional<Value> unless_zero(Value value) {
    return value == Value{} ? std::nullopt : std::optional(value);
}

}  // namespace

std::span<const std::byte> sample_bytes(const std::vector<double>& samples) {
    return std::as_bytes(std::span(samples));
}

std::vector<double> samples_from(std::span<const std::byte> bytes) {
    std::vector<double> out(bytes.size() / sizeof(double));
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(double));
    return out;
}

RecordWriter::RecordWriter(Connection& connection)
    : connection_(connection),
      insert_(connection, insert_measurement),
      find_call_(connection, "SELECT id FROM call WHERE text = ? AND operator = ?"),
      insert_call_(connection, "INSERT INTO call (text, operator) VALUES (?, ?)") {}

std::int64_t RecordWriter::call_id(const std::string& text) {
    const std::string op(words(text).empty() ? "" : words(text).front());
    auto& id = ids_["call " + text];
    if (id != 0) return id;
    const bool found = find_call_.bind(text, op).step();
    if (found) id = find_call_.row().integer();
    find_call_.reset();
    if (found) return id;
    insert_call_.bind(text, op).run();
    return id = connection_.last_id();
}

std::int64_t RecordWriter::implementation_id(const Record& record) {
    auto& id = ids_["implementation " + record.implementation + "\n" + record.implementation_version];
    if (id == 0)
        id = found_or_inserted(connection_, "SELECT id FROM implementation WHERE name = ? AND version = ?",
                               "INSERT INTO implementation (name, version) VALUES (?, ?)",
                               record.implementation, record.implementation_version);
    return id;
}

std::int64_t RecordWriter::config_id(const KernelConfig& config) {
    const auto text = config.text();
    auto& id = ids_["config " + text];
    if (id != 0) return id;
    Statement find(connection_, "SELECT id FROM config WHERE text = ?");
    if (find.bind(text).step()) return id = find.row().integer();
    Statement(connection_, "INSERT INTO config (text, parameters) VALUES (?, ?)")
        .bind(text, to_line(config.json()))
        .run();
    return id = connection_.last_id();
}

RecordWriter::Keys RecordWriter::keys_of(const StoredRecord& stored) {
    const auto& record = stored.record;
    const auto known = [&](const char* table, const char* column, const std::string& key) {
        auto& id = ids_[std::string(table) + " " + key];
        if (id != 0) return id;
        Statement find(connection_, "SELECT id FROM " + std::string(table) + " WHERE " + column + " = ?");
        if (!find.bind(key).step()) refuse(record, std::string(table) + " '" + key + "' is not in the store");
        return id = find.row().integer();
    };
    Keys keys;
    if (!record.campaign.empty()) keys.campaign = known("campaign", "uuid", record.campaign);
    if (stored.import_digest) keys.import_source = known("import_source", "digest", *stored.import_digest);
    if (record.environment != 0)
        keys.environment = known("environment", "id", std::to_string(record.environment));
    keys.device = known("device", "slug", record.device);
    keys.call = call_id(record.call);
    keys.implementation = implementation_id(record);
    keys.config = config_id(record.config);
    return keys;
}

bool RecordWriter::add(const StoredRecord& stored) {
    const auto& record = stored.record;
    const auto& m = record.measurement;
    require_sound(record);
    const auto keys = keys_of(stored);
    insert_.bind(stored.uuid, keys.campaign, keys.device, keys.call, keys.implementation, keys.config,
                 keys.environment, keys.import_source, name(m.cache), record.round, record.order_index,
                 std::bit_cast<std::int64_t>(record.seed),
                 record.taken_at.empty() ? timestamp() : record.taken_at, record.source, name(m.status),
                 m.reason, m.stop, m.discarded, m.error, m.workspace_bytes, m.energy_j, m.clock_before_hz,
                 m.clock_after_hz, m.memory_bytes_per_s, sample_bytes(m.samples_s),
                 static_cast<std::int64_t>(m.samples_s.size()));
    if (m.status == Status::ok) {
        const auto s = summarize(m.samples_s);
        for (const double value : {s.median, s.interval.low, s.interval.high, s.min, s.max, s.spread})
            insert_.append(value);
    }
    insert_.run();
    return connection_.changes() > 0;
}

std::int64_t RecordWriter::id_of(const StoredRecord& stored) {
    Statement by_uuid(connection_, "SELECT id FROM measurement WHERE uuid = ?");
    if (by_uuid.bind(stored.uuid).step()) return by_uuid.row().integer();
    const auto keys = keys_of(stored);
    const auto& record = stored.record;
    Statement by_key(
        connection_,
        "SELECT id FROM measurement WHERE call_id = ? AND device_id = ? AND implementation_id = ? AND "
        "config_id = ?"
        " AND cache = ? AND round = ? AND campaign_id IS ? AND (campaign_id IS NOT NULL OR source = ?)");
    by_key.bind(keys.call, keys.device, keys.implementation, keys.config, name(record.measurement.cache),
                record.round, keys.campaign, record.source);
    return by_key.step() ? by_key.row().integer() : 0;
}

}  // namespace ridge::db
